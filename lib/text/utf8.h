/* utf8.h -- bytes that claim to be UTF-8: check them once, then walk them without checking. */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include "base/buf.h"
#include <assert.h>

/* Bytes before the first that breaks UTF-8; text.len when none does. Overlong forms, surrogates
 * and anything above U+10FFFF break it. */
size_t utf8_valid_prefix(struct str text);

/* All of text is valid. Inline, because most strings are short and ASCII. */
static inline bool
utf8_valid(struct str text)
{
	const char *p = text.ptr, *last;
	uint64_t seen = 0, a, b, c, d; /* words of their own: an array would lie on the stack */
	uint32_t first, second;

	if (text.len >= 8) { /* the last eight bytes, and those before them */
		last = p + text.len - 8;
		memcpy(&seen, last, 8);
		for (; last - p >= 32; p += 32) {
			memcpy(&a, p, 8);
			memcpy(&b, p + 8, 8);
			memcpy(&c, p + 16, 8);
			memcpy(&d, p + 24, 8);
			seen |= a | b | c | d;
		}
		for (; p < last; p += 8) {
			memcpy(&a, p, 8);
			seen |= a;
		}
	} else if (text.len >= 4) {
		memcpy(&first, p, 4);
		memcpy(&second, p + text.len - 4, 4);
		seen = first | second;
	} else {
		for (size_t i = 0; i < text.len; i++)
			seen |= p[i] & 0x80;
	}
	return (seen & 0x8080808080808080u) == 0 || utf8_valid_prefix(text) == text.len;
}

/* Bytes of the code point that begins with this byte, in valid text. */
static inline size_t
utf8_size(unsigned char lead)
{
	return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* Takes one code point off the front of text, which must be valid and not empty. */
static inline uint32_t
utf8_next(struct str *text)
{
	const unsigned char *p = (const unsigned char *)text->ptr;
	size_t n = utf8_size(p[0]);
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7Fu >> n);

	assert(n <= text->len); /* text is valid */
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3F);
	text->ptr += n;
	text->len -= n;
	return c;
}

/* Code points of valid text. */
size_t utf8_length(struct str text);

void utf8_add(struct buf *, uint32_t code_point); /* a scalar value */

/* Appends text with every maximal broken part as one U+FFFD (Unicode 15, 3.9, as browsers do it);
 * how many there were. */
size_t utf8_repair(struct buf *, struct str text);

#endif
