/* ascii.h -- bytes of a text by their class, for those who look ahead in it. */
#ifndef LANGUAGE_ASCII_H
#define LANGUAGE_ASCII_H

#include "base/str.h"

/* 0 where the text does not reach, before its beginning (at - 1) included. */
static inline unsigned char
byte_at(struct str text, size_t at)
{
	return at < text.len ? (unsigned char)text.ptr[at] : 0;
}

static inline bool
is_digit(unsigned char c)
{
	return (unsigned)(c - '0') < 10;
}

static inline bool
is_upper(unsigned char c)
{
	return (unsigned)(c - 'A') < 26;
}

static inline bool
is_letter(unsigned char c)
{
	return (unsigned)((c | 32) - 'a') < 26;
}

static inline bool
is_alnum(unsigned char c)
{
	return is_digit(c) || is_letter(c);
}

/* A letter, a digit, or part of a character beyond ASCII. */
static inline bool
is_wordlike(unsigned char c)
{
	return is_alnum(c) || c >= 0x80;
}

static inline size_t
digits_at(struct str text, size_t at)
{
	size_t n = 0;

	while (is_digit(byte_at(text, at + n)))
		n++;
	return n;
}

/* Whether `word`, in small letters, is what text has from at on, in letters of any size. */
static inline bool
has_word_at(struct str text, size_t at, struct str word)
{
	if (at > text.len || text.len - at < word.len)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		char c = text.ptr[at + i];
		if ((is_letter((unsigned char)c) ? c | 32 : c) != word.ptr[i])
			return false;
	}
	return true;
}

#endif
