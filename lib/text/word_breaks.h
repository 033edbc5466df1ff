/* word_breaks.h -- Unicode's default word boundaries (UAX #29), from one to the next. */
#ifndef TEXT_WORD_BREAKS_H
#define TEXT_WORD_BREAKS_H

#include "base/str.h"

/* Bytes from the boundary at which valid text begins, which is not empty, to the next boundary. */
size_t word_break_size(struct str text);

#endif
