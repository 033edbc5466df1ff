#include "shown_text.h"

#include "text/utf8.h"

/* The control characters, line and paragraph separators, and those that set a direction. */
static bool
is_order(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069);
}

void
shown_text_add(struct buf *to, struct str text, size_t widest)
{
	struct buf whole = {0};

	(void)utf8_repair(&whole, text);
	struct str rest = buf_str(&whole);
	for (size_t width = 1; rest.len > 0; width++) {
		uint32_t c = utf8_next(&rest);
		if (width == widest && rest.len > 0) {
			utf8_add(to, 0x2026); /* an ellipsis */
			break;
		}
		utf8_add(to, is_order(c) ? '?' : c);
	}
	buf_free(&whole);
}
