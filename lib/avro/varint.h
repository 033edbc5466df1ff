/* varint.h -- Avro's zig-zag numbers of 1 to 10 bytes, and raw floating point. Inline: this is the
 * inner loop of everything. */
#ifndef AVRO_VARINT_H
#define AVRO_VARINT_H

#include "base/buf.h"

/* Moves *p behind the number; false: it runs past end, or is longer than 10 bytes or 64 bits. */
static inline bool
varint_read(const char **p, const char *end, int64_t *value)
{
	const unsigned char *at = (const unsigned char *)*p;
	uint64_t n;

	if (*p < end && at[0] < 0x80) {
		n = at[0];
		*p += 1;
	} else {
		unsigned shift = 0;
		n = 0;
		for (;;) {
			if ((const char *)at >= end || shift > 63)
				return false;
			unsigned char byte = *at++;
			if (shift == 63 && byte > 1)
				return false;
			n |= (uint64_t)(byte & 0x7F) << shift;
			shift += 7;
			if (byte < 0x80)
				break;
		}
		*p = (const char *)at;
	}
	*value = (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
	return true;
}

/* Writes at p, which has room for 10 bytes; returns what follows the number. */
static inline char *
varint_write(char *p, int64_t value)
{
	uint64_t n = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);

	while (n >= 0x80) {
		*p++ = (char)(n | 0x80);
		n >>= 7;
	}
	*p++ = (char)n;
	return p;
}

static inline void
varint_add(struct buf *b, int64_t value)
{
	char *at = buf_room(b, 10);

	b->len += (size_t)(varint_write(at, value) - at);
}

/* Takes a number off the front of *from; false: there is none. */
static inline bool
varint_take(struct str *from, int64_t *value)
{
	const char *p = from->ptr;

	if (from->len == 0 || !varint_read(&p, from->ptr + from->len, value))
		return false;
	*from = str_tail(*from, (size_t)(p - from->ptr));
	return true;
}

/* A length, and the bytes. */
static inline void
varint_add_str(struct buf *b, struct str s)
{
	varint_add(b, (int64_t)s.len);
	buf_add(b, s);
}

static inline bool
varint_take_str(struct str *from, struct str *value)
{
	int64_t len;

	if (!varint_take(from, &len) || len < 0 || (uint64_t)len > from->len)
		return false;
	*value = str_head(*from, (size_t)len);
	*from = str_tail(*from, (size_t)len);
	return true;
}

#endif
