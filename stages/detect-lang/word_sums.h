/*
 * word_sums.h -- what the words of a text say by a classifier: each the vector of the word itself
 * where it is known, of its n-grams where it isn't.
 *
 * Most words of most texts are known ones, and cost one look. Each word has one voice: n-grams are
 * divided by the square root of how many they are.
 */
#ifndef WORD_SUMS_H
#define WORD_SUMS_H

#include "classifier.h"
#include "text_words.h"
#include <stdbool.h>

/* Sums are in parts of this size of a vector's numbers. */
#define WORD_SUM_ONE 16

struct word_look {
	/* given */
	uint32_t word; /* which one of the text */
	uint64_t hash; /* text_word_hash() of it */
	/* found by word_sums() */
	bool known;
	bool says;                        /* the word, or any of its n-grams, is known; else: */
	int16_t sum[CLASSIFIER_DIM];      /* is 0 */
	uint32_t slot, first_gram, grams; /* its own */
};

/* N-grams of the words of a text: work space. */
struct word_grams {
	uint64_t features[TEXT_LETTERS * 3];
	uint32_t slots[TEXT_LETTERS * 3];
};

/* What each of the words says, and all of them together: total, and how many say anything. */
size_t word_sums(const struct classifier *, const struct text_words *, struct word_look *looks,
		 size_t count, struct word_grams *, int32_t total[CLASSIFIER_DIM]);

#endif
