/* plain_words.h -- the words that are what they look like, which are nearly all: letters, marks and
 * digits, found and judged in one walk. */
#ifndef LANGUAGE_PLAIN_WORDS_H
#define LANGUAGE_PLAIN_WORDS_H

#include "base/arena.h"
#include "text/unicode.h"
#include <endian.h>

struct plain_word {
	size_t end;     /* bytes of the text up to its end */
	size_t beyond;  /* of them, in the word, those that begin no character */
	unsigned flags; /* all that its letters have: UNICODE_FOLDS_TO_LOWER and so on */
	bool elongated; /* the same three times in a row */
	bool laughs; /* it ends where letters of Hangul that form no syllable begin or end: ㅋㅋ,
			ㅠㅠ */
};

/* The letters, marks and digits from `at` on, where there is one of them. What stands behind them
 * decides whether they are a word. */
struct plain_word plain_word_scan(struct str text, size_t at);

/* Eight bytes of a text from `at` on, the first lowest, 0 behind its end. */
static inline uint64_t
plain_word_bytes(struct str text, size_t at)
{
	uint64_t bytes = 0;
	size_t left = text.len - at;

	if (left >= sizeof(bytes)) {
		memcpy(&bytes, text.ptr + at, sizeof(bytes));
		return le64toh(bytes);
	}
	if (text.len >= sizeof(bytes) && left > 0) {
		memcpy(&bytes, text.ptr + text.len - sizeof(bytes), sizeof(bytes));
		return le64toh(bytes) >> 8 * (sizeof(bytes) - left);
	}
	const unsigned char *p = (const unsigned char *)text.ptr + at;
	if (left >= 4) {
		uint32_t low, high;
		memcpy(&low, p, sizeof(low));
		memcpy(&high, p + left - 4, sizeof(high));
		return le32toh(low) | (uint64_t)le32toh(high) << 8 * (left - 4);
	}
	return left == 0 ? 0
			 : p[0] | (uint64_t)p[left / 2] << 8 * (left / 2) |
				   (uint64_t)p[left - 1] << 8 * (left - 1);
}

/* The flags of all that a text has; UNICODE_FOLDS_FURTHER, too, where three are the same in a row,
 * marks that combine meet, or an apostrophe is a typographic one. */
unsigned plain_text_flags(struct str text);

/* A text's small letters, where none of them has a flag but UNICODE_FOLDS_TO_LOWER. */
struct str plain_word_fold(struct arena *, struct str word);

/* The same of a part of a text that has characters of two bytes alone. */
struct str plain_word_fold_pairs(struct arena *, struct str text, size_t at, size_t size);

#endif
