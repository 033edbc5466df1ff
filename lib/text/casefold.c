/*
 * utf8proc knows how, and takes a microsecond a word for it. Most words need less: most characters
 * are as they should be, and most capitals have a small letter and nothing else. What the tables do
 * not call so, and marks that stand beside each other and may be in the wrong order, go to
 * utf8proc.
 */
#include "text/casefold.h"

#include "base/mem.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include <utf8proc.h>

#define POINTS 128

/* What some of the most frequent become, that are no letter's small letter; NULL: it is none of
 * them. */
static const char *
expansion(uint32_t c)
{
	return c == 0xDF ? "ss" : c == 0x2026 ? "..." : NULL; /* ß, an ellipsis */
}

/* The flags of all characters; UNICODE_FOLDS_FURTHER, too, where two combining marks meet, and not
 * where expansion() knows what a character becomes. */
static unsigned
flags_of(struct str text)
{
	unsigned all = 0, before = 0;

	while (text.len > 0) {
		if ((unsigned char)text.ptr[0] < 0x80) {
			before = 0;
			all |= (unsigned)(text.ptr[0] - 'A') < 26 ? UNICODE_FOLDS_TO_LOWER : 0;
			text = str_tail(text, 1);
			continue;
		}
		uint32_t c = utf8_next(&text);
		unsigned flags = unicode_of(c)->flags;
		if (flags & before & UNICODE_COMBINES)
			all |= UNICODE_FOLDS_FURTHER;
		if (expansion(c) != NULL) /* and a mark behind it would join it */
			flags = UNICODE_FOLDS_TO_LOWER | UNICODE_COMBINES;
		all |= flags;
		before = flags;
	}
	return all;
}

uint32_t
casefold_letter(uint32_t c)
{
	return c == 0x03C2 ? 0x03C3 : (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}

static void
fold_further(struct buf *b, struct str text)
{
	const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
				      UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.ptr;
	utf8proc_int32_t points[POINTS + 1]; /* and bytes, in their place */
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t size =
		utf8proc_decompose(bytes, (utf8proc_ssize_t)text.len, points, POINTS, how);

	if (size >= 0 && size <= POINTS) { /* a word; what is longer takes two walks */
		size = utf8proc_reencode(points, size, how);
		buf_add(b, (struct str){(const char *)points, (size_t)size});
		return;
	}
	size = utf8proc_map(bytes, (utf8proc_ssize_t)text.len, &folded, how);
	mem_check(folded); /* valid text can fail for want of memory alone */
	buf_add(b, (struct str){(const char *)folded, (size_t)size});
	free(folded);
}

void
casefold_add(struct buf *b, struct str text)
{
	unsigned flags = flags_of(text);

	if ((flags & UNICODE_FOLDS_FURTHER) != 0) {
		fold_further(b, text);
		return;
	}
	char *to = buf_room(
		b, 2 * text.len); /* a small letter takes three bytes where its capital takes two */
	while (text.len > 0) {
		uint32_t c = utf8_next(&text);
		if (c < 0x80) {
			*to++ = (char)(c - 'A' < 26 ? c | 32 : c);
			continue;
		}
		const char *more = expansion(c);
		if (more != NULL) {
			while (*more != '\0')
				*to++ = *more++;
			continue;
		}
		if (unicode_of(c)->flags & UNICODE_FOLDS_TO_LOWER)
			c = casefold_letter(c);
		to += utf8proc_encode_char((utf8proc_int32_t)c, (utf8proc_uint8_t *)to);
	}
	b->len = (size_t)(to - b->ptr);
}
