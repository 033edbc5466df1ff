#include "text/utf8.h"

#include <assert.h>

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

/* Vectors of GCC and clang: any machine's, without a word of its own language. */
typedef uint8_t block __attribute__((vector_size(16)));
typedef uint64_t halves __attribute__((vector_size(16)));
#define BLOCK sizeof(block)

static inline block
load(const unsigned char *p)
{
	block b;

	memcpy(&b, p, sizeof(b));
	return b;
}

static inline bool
any(block b)
{
	return (((halves)b)[0] | ((halves)b)[1]) != 0;
}

/*
 * Whether 16 bytes go on well behind those in front of them, given as the same 16 moved by one, two
 * and three. A byte is a continuation exactly where a lead one in front of it wants one, or one for
 * two or for three bytes more; what is left are leads that are never right and second bytes whose
 * range is less.
 */
static inline bool
goes_on(block b, block one, block two, block three)
{
	block wide = (block)((one & 0xE0) == 0xE0),
	      wanted = (block)(((one & 0xC0) == 0xC0) | ((two & 0xE0) == 0xE0) |
			       ((three & 0xF0) == 0xF0)),
	      wrong = wanted ^ (block)((b & 0xC0) == 0x80);

	wrong |= (block)((b & 0xFE) == 0xC0);
	if (any(wide)) {
		wrong |= (block)(((one == 0xE0) & (b < 0xA0)) | ((one == 0xED) & (b >= 0xA0)));
		wrong |= (block)(((one == 0xF0) & (b < 0x90)) | ((one == 0xF4) & (b >= 0x90)));
		wrong |= (block)(one >= 0xF5);
	}
	return !any(wrong);
}

/* Bytes of whole blocks that are valid, but for what the last character there wants of the next. */
static size_t
valid_blocks(const unsigned char *p, size_t len)
{
	const block none = {0}, first = load(p);
	size_t at = BLOCK;

	if (!goes_on(first,
		     __builtin_shufflevector(none, first, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
					     25, 26, 27, 28, 29, 30),
		     __builtin_shufflevector(none, first, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
					     24, 25, 26, 27, 28, 29),
		     __builtin_shufflevector(none, first, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
					     23, 24, 25, 26, 27, 28)))
		return 0;
	for (; len - at >= BLOCK; at += BLOCK)
		if (!goes_on(load(p + at), load(p + at - 1), load(p + at - 2), load(p + at - 3)))
			return at;
	if (at < len && len >= BLOCK + 3) { /* the end, with what is in front of it once more */
		p += len - BLOCK;
		if (goes_on(load(p), load(p - 1), load(p - 2), load(p - 3)))
			return len;
	}
	return at;
}

size_t
utf8_valid_prefix(struct str text)
{
	const unsigned char *p = (const unsigned char *)text.ptr;
	size_t at = text.len < BLOCK ? 0 : valid_blocks(p, text.len), n;
	bool valid;

	for (size_t back = at; back > 0 && at - --back < 4;) /* where that character begins */
		if ((p[back] & 0xC0) != 0x80) {
			at = back;
			break;
		}
	for (; at < text.len; at += n) {
		n = sequence(p + at, text.len - at, &valid);
		if (!valid)
			return at;
	}
	return at;
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
