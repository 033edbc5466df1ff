#include "text/utf8.h"

#include <assert.h>
#include <endian.h>

/*
 * Bytes of the sequence at p, `left` bytes before the end. Broken: *valid is false and the result
 * is how many bytes form its maximal broken part (at least 1). Table 3-7 of the Unicode standard:
 * only the second byte's range depends on the lead.
 */
static size_t
sequence(const unsigned char *p, size_t left, bool *valid)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t n = utf8_size(p[0]);

	*valid = true;
	if (n == 1)
		return 1;
	*valid = false;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 1;
	if (p[0] == 0xE0)
		low = 0xA0;
	else if (p[0] == 0xED)
		high = 0x9F;
	else if (p[0] == 0xF0)
		low = 0x90;
	else if (p[0] == 0xF4)
		high = 0x8F;
	for (size_t i = 1; i < n; i++, low = 0x80, high = 0xBF)
		if (i >= left || p[i] < low || p[i] > high)
			return i;
	*valid = true;
	return n;
}

/*
 * The same for four bytes read at once, the first the lowest: 0 is not valid. What a lead leaves to
 * be told apart lies in two bytes at most: overlong forms, surrogates, what is above U+10FFFF.
 */
static inline size_t
sequence_of_word(uint32_t word)
{
	if ((word & 0xC0E0) == 0x80C0)
		return (word & 0x1E) != 0 ? 2 : 0;
	if ((word & 0xC0C0F0) == 0x8080E0)
		return (word & 0x200F) != 0 && (word & 0x200F) != 0x200D ? 3 : 0;
	if ((word & 0xC0C0C0F8) == 0x808080F0)
		return (word & 0x3007) != 0 && ((word & 7) < 4 || (word & 0x3007) == 4) ? 4 : 0;
	return 0;
}

size_t
utf8_valid_prefix(struct str text)
{
	const unsigned char *p = (const unsigned char *)text.ptr, *end;
	uint64_t word;
	uint32_t four;
	size_t n;
	bool valid;

	if (text.len == 0) /* and perhaps no pointer */
		return 0;
	end = p + text.len;
	while (end - p >= 8) {
		memcpy(&word, p, sizeof(word));
		word = le64toh(word) & 0x8080808080808080u;
		if (word == 0) {
			p += 8;
			continue;
		}
		p += (unsigned)__builtin_ctzll(word) / 8;
		while (end - p >= 4 && *p >= 0x80) {
			memcpy(&four, p, sizeof(four));
			four = le32toh(four);
			if ((four & 0xC0E0C0E0) == 0x80C080C0 && (four & 0x1E) != 0 &&
			    (four & 0x1E0000) !=
				    0) { /* two of two bytes: Greek, Cyrillic, Arabic */
				p += 4;
				continue;
			}
			n = sequence_of_word(four);
			if (n == 0)
				return text.len - (size_t)(end - p);
			p += n;
		}
	}
	while (p < end) {
		n = sequence(p, (size_t)(end - p), &valid);
		if (!valid)
			return text.len - (size_t)(end - p);
		p += n;
	}
	return text.len;
}

size_t
utf8_length(struct str text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
	return count;
}

void
utf8_add(struct buf *b, uint32_t c)
{
	assert(c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF));
	if (c < 0x80) {
		buf_add_byte(b, (char)c);
	} else if (c < 0x800) {
		buf_add_byte(b, (char)(0xC0 | c >> 6));
		buf_add_byte(b, (char)(0x80 | (c & 0x3F)));
	} else if (c < 0x10000) {
		buf_add_byte(b, (char)(0xE0 | c >> 12));
		buf_add_byte(b, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_add_byte(b, (char)(0x80 | (c & 0x3F)));
	} else {
		buf_add_byte(b, (char)(0xF0 | c >> 18));
		buf_add_byte(b, (char)(0x80 | (c >> 12 & 0x3F)));
		buf_add_byte(b, (char)(0x80 | (c >> 6 & 0x3F)));
		buf_add_byte(b, (char)(0x80 | (c & 0x3F)));
	}
}

size_t
utf8_repair(struct buf *b, struct str text)
{
	size_t broken = 0;

	while (text.len > 0) {
		size_t good = utf8_valid_prefix(text);
		bool valid;

		buf_add(b, str_head(text, good));
		text = str_tail(text, good);
		if (text.len == 0)
			break;
		text = str_tail(text, sequence((const unsigned char *)text.ptr, text.len, &valid));
		utf8_add(b, 0xFFFD);
		broken++;
	}
	return broken;
}
