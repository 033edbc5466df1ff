#include "language/plain_words.h"

#include "language/ascii.h"
#include "text/casefold.h"
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

/* Consonants and vowels of Korean on their own. */
static inline bool
is_jamo(uint32_t c)
{
	return c >= 0x3131 && c <= 0x3163;
}

struct plain_word
plain_word_scan(struct str text, size_t at)
{
	const unsigned char *begin = (const unsigned char *)text.ptr + at, *p = begin,
			    *end = (const unsigned char *)text.ptr + text.len;
	uint32_t c, before = 0, further = 0;
	unsigned flags = 0, mark = 0, triple = 0;
	size_t count = 0, size;
	bool laughs = false;

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
			unsigned kind = unicode_word_kind(c);
			if (count > 0 && is_jamo(c) != is_jamo(before)) {
				laughs = is_jamo(c) || (kind & UNICODE_WORD_LETTER) != 0;
				if (laughs)
					break;
			}
			if ((kind & UNICODE_WORD_LETTER) != 0) {
				mark = 0;
			} else if ((kind & UNICODE_WORD_MARK) != 0 && count > 0) {
				if ((kind & mark & UNICODE_COMBINES) != 0)
					flags |= UNICODE_FOLDS_FURTHER;
				mark = kind;
			} else {
				break;
			}
			flags |= kind;
		}
		if (c == before)
			triple |= c == further;
		further = before;
		before = c;
	}
	return (struct plain_word){.end = at + (size_t)(p - begin),
				   .beyond = (size_t)(p - begin) - count,
				   .flags = flags,
				   .elongated = triple != 0,
				   .laughs = laughs};
}

struct str
plain_word_fold(struct arena *arena, struct str word)
{
	/* A small letter takes three bytes where its capital takes two, at most; and one to spare.
	 */
	char *to = arena_alloc(arena, 2 * word.len + 4), *next = to;
	const unsigned char *p = (const unsigned char *)word.ptr, *end = p + word.len;
	uint32_t c, folded;
	size_t size;

	while (p < end) {
		if (*p < 0x80) {
			*next++ = (char)(is_upper(*p) ? *p | 32 : *p);
			p++;
			continue;
		}
		c = decode(p, &size);
		if (c < 0x800 && (folded = unicode_folded_of_two[c]) != 0) {
			*next++ = (char)(0xC0 | folded >> 6);
			*next++ = (char)(0x80 | (folded & 0x3F));
		} else if ((unicode_word_kind(c) & UNICODE_FOLDS_TO_LOWER) != 0) {
			next += utf8proc_encode_char((utf8proc_int32_t)casefold_letter(c),
						     (utf8proc_uint8_t *)next);
		} else {
			for (size_t i = 0; i < size; i++)
				*next++ = (char)p[i];
		}
		p += size;
	}
	return (struct str){to, (size_t)(next - to)};
}

struct str
plain_word_fold_pairs(struct arena *arena, struct str text, size_t at, size_t size)
{
	const uint64_t lanes = 0x0001000100010001u;
	char *to = arena_alloc(arena, size + 8);

	for (size_t i = 0; i < size; i += 8) { /* four characters, behind them perhaps others */
		uint64_t pairs = plain_word_bytes(text, at + i),
			 c = (pairs & 0x1F * lanes) << 6 | (pairs >> 8 & 0x3F * lanes), folded = 0;
		for (unsigned lane = 0; lane < 64; lane += 16)
			folded |= (uint64_t)unicode_folded_of_two[c >> lane & 0x7FF] << lane;
		size_t left = size - i < 8 ? size - i : 8;
		uint64_t longer = (folded - lanes) & ~folded & 0x8000 * lanes;
		if ((longer & ~(uint64_t)0 >> (64 - 8 * left)) != 0)
			return plain_word_fold(arena, (struct str){text.ptr + at, size});
		pairs = htole64((folded >> 6 & 0x1F * lanes) | (folded & 0x3F * lanes) << 8 |
				0x80C0 * lanes);
		memcpy(to + i, &pairs, sizeof(pairs));
	}
	return (struct str){to, size};
}

unsigned
plain_text_flags(struct str text)
{
	const unsigned char *p = (const unsigned char *)text.ptr, *end = p + text.len;
	uint32_t c, before = 0, further = 0;
	unsigned flags = 0, mark = 0, kind;
	size_t size;

	for (; p < end; p += size) {
		c = *p;
		size = 1;
		if (c < 0x80) {
			kind = is_upper((unsigned char)c) ? UNICODE_FOLDS_TO_LOWER : 0;
			c |= 32;
		} else {
			c = decode(p, &size);
			kind = c < 0x800 ? unicode_word_kinds_of_two[c] : unicode_word_kind(c);
			kind |= c == 0x2018 || c == 0x2019 ? UNICODE_FOLDS_FURTHER : 0;
			if ((kind & mark & UNICODE_COMBINES) != 0)
				kind |= UNICODE_FOLDS_FURTHER;
		}
		if (c == before && c == further)
			kind |= UNICODE_FOLDS_FURTHER;
		flags |= kind;
		mark = kind;
		further = before;
		before = c;
	}
	return flags;
}
