#include "base/buf.h"

#include "base/mem.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void
buf_grow(struct buf *b, size_t more)
{
	size_t room = b->room < 64 ? 64 : b->room;

	while (room - b->len < more && room < SIZE_MAX / 2)
		room *= 2;
	if (room - b->len < more)
		room = SIZE_MAX; /* mem_resize says so */
	b->ptr = mem_resize(b->ptr, room);
	b->room = room;
}

void
buf_add(struct buf *b, struct str s)
{
	if (s.len == 0)
		return;
	memcpy(buf_room(b, s.len), s.ptr, s.len);
	b->len += s.len;
}

void
buf_add_byte(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->len++;
}

void
buf_add_number(struct buf *b, uint64_t n, int digits)
{
	char text[20], *at = text + sizeof(text);

	assert(digits <= (int)sizeof(text));
	for (; n > 0 || digits > 0; digits--, n /= 10)
		*--at = (char)('0' + n % 10);
	buf_add(b, (struct str){at, (size_t)(text + sizeof(text) - at)});
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n <= 0)
		return;
	char *at = buf_room(b, (size_t)n + 1);
	va_start(args, fmt);
	vsnprintf(at, (size_t)n + 1, fmt, args);
	va_end(args);
	b->len += (size_t)n;
}

const char *
buf_cstr(struct buf *b)
{
	*buf_room(b, 1) = '\0';
	return b->ptr;
}

void
buf_free(struct buf *b)
{
	free(b->ptr);
	*b = (struct buf){0};
}
