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

/* Of such a text: bytes of "AT&T", "R&D"; 0: it is none. */
size_t word_ampersand_size(struct str text, size_t len);

/* Whether it begins with "R$ 5", "US$5": letters that say whose dollar. */
bool word_is_of_dollar(struct str text, size_t len);

/* Bytes of a currency's letters in front of a sum: 2 of "Rp50.000"; 0: it is none. */
size_t word_currency_size(struct str text);

/* Of a text that begins with an apostrophe: bytes of "'s", "'em", "'tis"; 0: it is none of them. */
size_t word_clitic_size(struct str text);

/* Whether a word of Hebrew ends in front of `at`, where ' or " may be part of it: צה"ל, רח'. */
bool word_has_geresh(struct str text, size_t at);

#endif
