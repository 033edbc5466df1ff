#include "line_pieces.h"

#include <assert.h>

static int64_t
count_lines(struct str bytes)
{
	const char *at = bytes.ptr, *end = bytes.ptr + bytes.len;
	int64_t lines = 0;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		lines++;
		at++;
	}
	return lines;
}

/* What was given last stays until the next call, then makes room. */
static void
let_go(struct line_pieces *p)
{
	if (p->given == 0)
		return;
	p->line += count_lines(str_head(buf_str(&p->held), p->given));
	p->offset += (int64_t)p->given;
	p->held.len -= p->given;
	memmove(p->held.ptr, p->held.ptr + p->given, p->held.len);
	p->given = 0;
}

char *
line_pieces_room(struct line_pieces *p, size_t *room)
{
	let_go(p);
	*room = LINE_PIECE_SIZE - p->held.len;
	return buf_room(&p->held, *room);
}

void
line_pieces_add(struct line_pieces *p, size_t added)
{
	assert(added <= LINE_PIECE_SIZE - p->held.len);
	p->held.len += added;
}

bool
line_pieces_take(struct line_pieces *p, bool ended, struct line_piece *piece)
{
	let_go(p);
	size_t take = p->held.len;
	bool full = take == LINE_PIECE_SIZE, continues = false;

	if (take == 0 || (!full && !ended))
		return false;
	if (full) {
		/* A piece ends with its last whole line; without one, within its line. */
		const char *last = memrchr(p->held.ptr, '\n', take);
		continues = last == NULL;
		if (last != NULL)
			take = (size_t)(last - p->held.ptr) + 1;
	}
	*piece = (struct line_piece){{p->held.ptr, take}, p->offset, p->line, continues};
	p->given = take;
	return true;
}

struct str
line_pieces_held(const struct line_pieces *p)
{
	return str_tail(buf_str(&p->held), p->given);
}

int64_t
line_pieces_offset(const struct line_pieces *p)
{
	return p->offset + (int64_t)p->held.len;
}

int64_t
line_pieces_line(const struct line_pieces *p)
{
	return p->line + count_lines(buf_str(&p->held));
}

void
line_pieces_free(struct line_pieces *p)
{
	buf_free(&p->held);
	*p = (struct line_pieces){0};
}
