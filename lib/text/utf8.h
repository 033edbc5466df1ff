/* utf8.h -- bytes that claim to be UTF-8: check them once, then walk them without checking. */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include "base/buf.h"

/* Bytes before the first that breaks UTF-8; text.len when none does. Overlong forms, surrogates
 * and anything above U+10FFFF break it. */
size_t utf8_valid_prefix(struct str text);

/* All of text is valid. Inline, because most strings are short and ASCII. */
static inline bool
utf8_valid(struct str text)
{
	const uint64_t high = 0x8080808080808080u;
	const char *p = text.ptr, *last;
	uint64_t a, b;
	uint32_t c, d;

	if (text.len < 4) {
		for (size_t i = 0; i < text.len; i++)
			if ((text.ptr[i] & 0x80) != 0)
				return utf8_valid_prefix(text) == text.len;
		return true;
	}
	if (text.len < sizeof(a)) { /* two words that overlap */
		memcpy(&c, p, sizeof(c));
		memcpy(&d, p + text.len - sizeof(d), sizeof(d));
		a = c | d;
	} else {
		last = p + text.len - sizeof(a);
		memcpy(&a, last, sizeof(a));
		for (; p < last && (a & high) == 0; p += sizeof(a)) {
			memcpy(&b, p, sizeof(b));
			a |= b;
		}
	}
	return (a & high) == 0 || utf8_valid_prefix(text) == text.len;
}

/* Takes one code point off the front of text, which must be valid and not empty. */
uint32_t utf8_next(struct str *text);

/* Code points of valid text. */
size_t utf8_length(struct str text);

void utf8_add(struct buf *, uint32_t code_point); /* a scalar value */

/* Appends text with every maximal broken part as one U+FFFD (Unicode 15, 3.9, as browsers do it);
 * how many there were. */
size_t utf8_repair(struct buf *, struct str text);

#endif
