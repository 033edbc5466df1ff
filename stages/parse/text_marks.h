/* text_marks.h -- characters that WhatsApp puts around words, or prints in place of a space. */
#ifndef TEXT_MARKS_H
#define TEXT_MARKS_H

#include "base/buf.h"

/* Bytes of the invisible mark at p: U+200E, U+200F, U+202A..202E, U+2066..2069, U+FEFF; 0: none. */
static inline size_t
mark_at(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;

	if (end - p < 3 || (u[0] != 0xE2 && u[0] != 0xEF))
		return 0;
	if (u[0] == 0xEF)
		return u[1] == 0xBB && u[2] == 0xBF ? 3 : 0;
	if (u[1] == 0x80)
		return u[2] == 0x8E || u[2] == 0x8F || (u[2] >= 0xAA && u[2] <= 0xAE) ? 3 : 0;
	return u[1] == 0x81 && u[2] >= 0xA6 && u[2] <= 0xA9 ? 3 : 0;
}

/* Bytes of the space at p: U+0020, U+00A0, U+2009, U+202F; 0: none. */
static inline size_t
space_at(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;

	if (p == end)
		return 0;
	if (u[0] == ' ')
		return 1;
	if (u[0] == 0xC2)
		return end - p >= 2 && u[1] == 0xA0 ? 2 : 0;
	return u[0] == 0xE2 && end - p >= 3 && u[1] == 0x80 && (u[2] == 0xAF || u[2] == 0x89) ? 3
											      : 0;
}

static inline struct str
marks_skip(struct str s)
{
	for (size_t n; (n = mark_at(s.ptr, s.ptr + s.len)) > 0;)
		s = str_tail(s, n);
	return s;
}

static inline bool
marks_begin(struct str s)
{
	return mark_at(s.ptr, s.ptr + s.len) > 0;
}

#endif
