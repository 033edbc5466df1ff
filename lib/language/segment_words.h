/* segment_words.h -- a list of words, each with a class, as small as a table of hashes can be. One
 * in some thousands of those that are not in it seems to be. */
#ifndef LANGUAGE_SEGMENT_WORDS_H
#define LANGUAGE_SEGMENT_WORDS_H

#include "base/str.h"

#define SEGMENT_WORD_MOST 8 /* characters */

/* 2^bits slots, of three bytes each: a tag, lowest byte first, and a class; all 0: it is free. A
 * word is in the slot that its hash says or in those behind it, up to a free one. */
struct segment_words {
	const unsigned char *slots; /* NULL: no words */
	unsigned bits;
};

/* Of all words within points, by where they begin and their length less one: the class; 0: none. */
void segment_words_find(const struct segment_words *, const uint32_t *points, size_t count,
			uint8_t (*found)[SEGMENT_WORD_MOST]);

/* Puts a word into slots, of which some must be free; not twice. For who makes a model. */
void segment_words_add(unsigned char *slots, unsigned bits, const uint32_t *points, size_t count,
		       uint8_t class);

#endif
