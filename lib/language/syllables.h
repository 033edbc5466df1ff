/* syllables.h -- Vietnamese writes a space between syllables, not between words. */
#ifndef LANGUAGE_SYLLABLES_H
#define LANGUAGE_SYLLABLES_H

#include "base/arena.h"
#include "base/buf.h"
#include "language/segmenter.h"
#include "language/token.h"

/* A word's token as the segmenter sees it; norm as in struct token. */
struct segmenter_syllable syllable_of(struct str word, struct str norm);

/* Joins the words' tokens that are syllables of one, where the text is Vietnamese: by `language`
 * or, where that is empty, by its letters. How many tokens there are now. */
size_t syllables_join(const struct segmenter *, struct arena *norms, struct buf *scratch,
		      struct str text, struct str language, struct token *, size_t count);

#endif
