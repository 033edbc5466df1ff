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

#define TEXT_LETTERS    1024 /* letters, and words, that are looked at */
#define WORD_LONGEST    64   /* letters; what is longer is cut into several */
#define LETTERS_AT_ONCE 8

struct text_word {
	uint32_t first, count; /* its letters */
	uint32_t start, end;   /* code points in the text, half open */
	enum script script;
};
struct text_words {
	uint32_t letters[TEXT_LETTERS + LETTERS_AT_ONCE]; /* so many may be read from any of them */
	struct text_word words[TEXT_LETTERS];
	size_t letter_count, word_count;
	size_t by_script[SCRIPT_COUNT]; /* letters */
};

/* text is valid UTF-8. */
void text_words_read(struct text_words *, struct str text);

/* Hashes of 64 bits, the upper 48 of them good: of a whole word, and of its n-grams of 3 and 4
 * letters, its edges among them, and its beginning of 4. Han has no words: a run's hash is 0, and
 * its n-grams are 1 to 3 signs. */
uint64_t text_word_hash(const struct text_words *, size_t word);
#define WORD_FEATURES (WORD_LONGEST * 3 + 8)
size_t text_word_grams(const struct text_words *, size_t word, uint64_t features[WORD_FEATURES]);

#endif
