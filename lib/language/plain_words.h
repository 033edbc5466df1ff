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
	for (size_t i = 0; i < left; i++)
		bytes |= (uint64_t)(unsigned char)text.ptr[at + i] << 8 * i;
	return bytes;
}

/* Where the letters of ASCII end that begin at `at`, eight bytes at a time; *upper, *elongated as
 * above and only ever set. What stands behind them is the caller's to look at. */
static inline size_t
plain_word_letters(struct str text, size_t at, uint64_t *upper, uint64_t *elongated)
{
	const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
	uint64_t bytes, low, letters, other, alike, inside;

	for (;; at += sizeof(bytes) - 2) { /* windows overlap: three may be alike */
		bytes = plain_word_bytes(text, at);
		low = (bytes | 0x20 * ones) & ~tops;
		letters = (low + (0x80 - 'a') * ones) & ~(low + (0x7F - 'z') * ones) & ~bytes;
		other = ~letters & tops;
		inside =
			(other - 1) & ~other; /* what is in front of the lowest; all when none is */
		*upper |= letters & ~bytes << 2 & tops & inside;
		/* Where a byte is as the two behind it: exact for the lowest, and that is enough.
		 */
		alike = (low ^ low >> 8) | (low ^ low >> 16);
		*elongated |= (alike - ones) & ~alike & tops >> 16 & inside >> 16;
		if (other != 0)
			return at + (size_t)__builtin_ctzll(other) / 8;
	}
}

/* A word's small letters, where none of them has a flag but UNICODE_FOLDS_TO_LOWER. */
struct str plain_word_fold(struct arena *, struct str word);

#endif
