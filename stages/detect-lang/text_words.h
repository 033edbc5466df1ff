/*
 * text_words.h -- the words of a text as the detector looks at them, and their n-grams as numbers.
 *
 * Words are runs of letters of one script, in small letters, three equal ones in a row made two.
 * Links, mail addresses, mentions and numbers are left out: they are in no language. Only the
 * first TEXT_LETTERS letters are looked at; more never change what a text is written in.
 */
#ifndef TEXT_WORDS_H
#define TEXT_WORDS_H

#include "letters.h"
#include <stddef.h>

#define TEXT_LETTERS 1024 /* letters, and words, that are looked at */
#define WORD_LONGEST 64   /* letters; what is longer is cut into several */

struct text_word {
	uint32_t first, count; /* its letters */
	uint32_t start, end;   /* code points in the text, half open */
	enum script script;
};
struct text_words {
	uint32_t letters[TEXT_LETTERS];
	struct text_word words[TEXT_LETTERS];
	size_t letter_count, word_count;
	size_t by_script[SCRIPT_COUNT]; /* letters */
};

/* text is valid UTF-8. */
void text_words_read(struct text_words *, struct str text);

/* N-grams of 2 to 4 letters with the edges of words, beginnings of 4, whole words and pairs of
 * neighbours; of Han, which has no words, 1 to 3 signs. Hashes of 64 bits, the upper 48 of them
 * good. *before is the neighbour, 0 at first, and becomes this word. */
#define WORD_FEATURES (WORD_LONGEST * 4 + 8)
#define TEXT_FEATURES (TEXT_LETTERS * 8)
size_t text_word_features(const struct text_words *, size_t word, uint64_t *before,
			  uint64_t features[WORD_FEATURES]);
size_t text_features(const struct text_words *, size_t from_word, size_t to_word,
		     uint64_t features[TEXT_FEATURES]);

#endif
