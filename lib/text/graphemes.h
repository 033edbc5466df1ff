/* graphemes.h -- what a reader takes for one character: a letter with its marks, a flag, a family.
 */
#ifndef TEXT_GRAPHEMES_H
#define TEXT_GRAPHEMES_H

#include "base/str.h"

/* Bytes of the extended grapheme cluster (UAX #29) that begins valid text, which is not empty. */
size_t grapheme_size(struct str text);

#endif
