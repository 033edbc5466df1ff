/* token_norm.h -- by what tokens are called equal. */
#ifndef LANGUAGE_TOKEN_NORM_H
#define LANGUAGE_TOKEN_NORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "language/token.h"

#define NORM_MOST 1024 /* bytes of a token; a longer one is its own norm */

/*
 * The norm of a token, in the arena; .ptr NULL where it is the text itself. Words, numbers and
 * signs are folded (NFKC_Casefold); of a letter written three times and more, as many stay as the
 * word has
 * ("soooo" is "so", "coool" is "cool", "kkkkk" is "kkk"); an apostrophe is '. Of an emoji neither
 * the colour of skin nor the way it is shown counts, of a phone's number the digits and the +, of a
 * mention not the marks around it. A link stays as it is.
 */
struct str token_norm(struct arena *, struct buf *scratch, struct str text, enum token_kind);

#endif
