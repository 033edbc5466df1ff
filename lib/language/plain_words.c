#include "language/plain_words.h"

#include "language/ascii.h"
#include "text/casefold.h"
#include "text/utf8.h"
#include <utf8proc.h>

static const bool word_byte[256] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true};

/* The same as utf8_next(), with the size: this loop is where the time goes. */
static inline uint32_t
decode(const unsigned char *p, size_t *size)
{
	uint32_t c = p[0];

	if (c < 0xE0) {
		*size = 2;
		return (c & 0x1F) << 6 | (p[1] & 0x3Fu);
	}
	if (c < 0xF0) {
		*size = 3;
		return (c & 0x0F) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	}
	*size = 4;
	return (c & 7) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
}

struct plain_word
plain_word_scan(struct str text, size_t at)
{
	const unsigned char *begin = (const unsigned char *)text.ptr + at, *p = begin,
			    *end = (const unsigned char *)text.ptr + text.len;
	uint32_t c, before = 0, further = 0;
	unsigned flags = 0, mark = 0, triple = 0;
	size_t count = 0, size;

	for (; p < end; p += size, count++) {
		c = *p;
		if (c < 0x80) {
			if (!word_byte[c])
				break;
			flags |= (c & 32) == 0 ? UNICODE_FOLDS_TO_LOWER : 0;
			c |= 32;
			size = 1;
			mark = 0;
		} else {
			c = decode(p, &size);
			const struct unicode_character *u = unicode_of(c);
			if (u->word == WORD_EXTEND && count > 0) {
				if ((u->flags & mark & UNICODE_COMBINES) != 0)
					flags |= UNICODE_FOLDS_FURTHER;
				mark = u->flags;
			} else if (u->word == WORD_ALETTER || u->word == WORD_HEBREW_LETTER) {
				mark = 0;
			} else {
				break;
			}
			flags |= u->flags;
		}
		triple |= (c == before) & (c == further);
		further = before;
		before = c;
	}
	return (struct plain_word){.end = at + (size_t)(p - begin),
				   .beyond = (size_t)(p - begin) - count,
				   .flags = flags,
				   .elongated = triple != 0};
}

struct str
plain_word_fold(struct arena *arena, struct str word)
{
	char *to = arena_alloc(arena, 2 * word.len), *next = to;

	while (word.len > 0) {
		uint32_t c = utf8_next(&word);
		if (c < 0x80) {
			*next++ = (char)(is_upper((unsigned char)c) ? c | 32 : c);
			continue;
		}
		if (unicode_of(c)->flags & UNICODE_FOLDS_TO_LOWER)
			c = casefold_letter(c);
		next += utf8proc_encode_char((utf8proc_int32_t)c, (utf8proc_uint8_t *)next);
	}
	return (struct str){to, (size_t)(next - to)};
}
