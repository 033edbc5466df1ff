/* word_shapes.h -- what people write with points and apostrophes, and where it is one word. */
#ifndef LANGUAGE_WORD_SHAPES_H
#define LANGUAGE_WORD_SHAPES_H

#include "base/str.h"

/* Of a text that begins with a word of `len` bytes: how many bytes behind the word are its own. The
 * point of "Dr.", "etc.", "U.S." and, in front of a number, "No."; "/o" of w/o; the apostrophe that
 * stands for an accent in "e'" and "perche'". */
size_t word_tail_size(struct str text, size_t len);

/* Of such a text: bytes of an elided article, pronoun or preposition at its front, the apostrophe
 * included: 2 of "l'amico", 5 of "dell'anno"; 0: none. */
size_t word_elision_size(struct str text, size_t len, struct str language);

#endif
