#include "chat_authors.h"
#include "text/utf8.h"
#include "text_marks.h"

void
chat_authors_free(struct chat_authors *a)
{
	map_free(&a->map);
	arena_free(&a->arena);
	buf_free(&a->spare_name);
}

/* What is displayed, and what phones agree on: they differ in the kind of space behind a "~". */
static void
set_name(struct chat_authors *a, struct author *author, struct str label)
{
	struct buf valid = {0}, name = {0}, plain = {0};

	author->repaired = utf8_repair(&valid, label);
	for (const char *p = valid.ptr, *end = p + valid.len; p < end;) {
		size_t mark = mark_at(p, end), space = space_at(p, end);
		if (mark == 0) {
			buf_add(&name, (struct str){p, space > 0 ? space : 1});
			buf_add(&plain, space > 0 ? STR(" ") : (struct str){p, 1});
		}
		p += mark > 0 ? mark : space > 0 ? space : 1;
	}
	author->id = sender_id_of(str_trim(buf_str(&plain)));
	if (author == &a->spare) {
		buf_clear(&a->spare_name);
		buf_add(&a->spare_name, str_trim(buf_str(&name)));
		author->name = buf_str(&a->spare_name);
	} else {
		author->name = arena_copy(&a->arena, str_trim(buf_str(&name)));
	}
	buf_free(&valid);
	buf_free(&name);
	buf_free(&plain);
}

/* Of the length and of the bytes at both ends: whom it mixes up is told apart by comparing. */
static struct author **
recent_place(struct chat_authors *a, struct str label)
{
	uint64_t head = 0, tail = 0;
	size_t n = label.len < sizeof(head) ? label.len : sizeof(head);

	if (n == sizeof(head)) { /* of a size that is known: no call */
		memcpy(&head, label.ptr, sizeof(head));
		memcpy(&tail, label.ptr + label.len - sizeof(tail), sizeof(tail));
	} else {
		for (size_t i = 0; i < n; i++)
			head = head << 8 | (unsigned char)label.ptr[i];
	}
	uint64_t mixed = (head ^ tail * 3 ^ label.len) * 0x9E3779B97F4A7C15u;
	return &a->recent[mixed >> 32 & (AUTHORS_RECENT - 1)];
}

struct author *
chat_authors_place(struct chat_authors *a, struct str label)
{
	struct author **recent = recent_place(a, label);
	struct author *author = *recent;

	if (author != NULL && str_equal(author->label, label))
		return author;
	author = map_get(&a->map, label);
	if (author != NULL)
		return *recent = author;
	if (a->arena.used < AUTHORS_MOST) {
		author = arena_zero(&a->arena, sizeof(*author));
		author->label = arena_copy(&a->arena, label);
		*map_place(&a->map, author->label) = author;
	} else {
		author = &a->spare;
		*author = (struct author){.label = label};
	}
	set_name(a, author, label);
	return author;
}

/* Bytes before the first ": " or the ":" that ends the line; line.len: none soon enough. */
static size_t
colon_in(struct str line)
{
	struct str head = str_head(line, line.len < AUTHOR_LONGEST ? line.len : AUTHOR_LONGEST);

	for (size_t from = 0; from < head.len;) {
		const char *p = memchr(head.ptr + from, ':', head.len - from);
		if (p == NULL)
			break;
		size_t at = (size_t)(p - head.ptr);
		if (at > 0 && (at + 1 == line.len || line.ptr[at + 1] == ' '))
			return at;
		from = at + 1;
	}
	return line.len;
}

struct author_guess
chat_authors_guess(struct chat_authors *a, struct str line)
{
	struct author_guess guess = {colon_in(line), NULL};

	if (guess.colon < line.len)
		guess.author = chat_authors_place(a, str_head(line, guess.colon));
	if (guess.author == &a->spare)
		guess.author = NULL; /* somebody else, as soon as the next is asked for */
	return guess;
}

#define SETTLED_LINES 256

static void
count_line(struct chat_authors *a, struct str line, struct author_guess guess)
{
	struct author *author = guess.author;
	size_t text = guess.colon + 2 <= line.len ? guess.colon + 2 : line.len;

	author->lines++;
	author->unmarked += !marks_begin(str_tail(line, text));
	author->settled = author->lines >= SETTLED_LINES && author->unmarked > 0 &&
			  author->continued * 4 < author->lines;
	size_t next = colon_in(str_tail(line, text));
	if (next == line.len - text || text + next > AUTHOR_LONGEST)
		return;
	author->continued++;
	/* Who mostly writes without colons is called so; his texts need not be remembered. */
	if (author->lines > 16 && author->continued * 4 < author->lines * 3)
		return;
	struct author *longer = chat_authors_place(a, str_head(line, text + next));
	if (longer == &a->spare)
		return;
	longer->lines++;
	longer->unmarked += !marks_begin(str_tail(line, text + next + 1));
	if (author->longer == NULL || longer->lines > author->longer->lines)
		author->longer = longer;
}

struct author_guess
chat_authors_learn(struct chat_authors *a, struct str line)
{
	struct author_guess guess = chat_authors_guess(a, line);

	if (guess.author != NULL && !guess.author->settled)
		count_line(a, line, guess);
	return guess;
}

struct author *
chat_authors_find(struct chat_authors *a, struct str line, struct author_guess guess,
		  size_t *length)
{
	if (guess.colon == line.len) {
		/* "Name:." without a space is a line of somebody who is known by others. */
		const char *p = memchr(line.ptr, ':',
				       line.len < AUTHOR_LONGEST ? line.len : AUTHOR_LONGEST);
		struct author *known =
			p == NULL
				? NULL
				: map_get(&a->map, (struct str){line.ptr, (size_t)(p - line.ptr)});
		if (known != NULL)
			*length = known->label.len + 1;
		return known;
	}
	struct author *author = guess.author;
	if (author == NULL)
		author = chat_authors_place(a, str_head(line, guess.colon));
	const struct author *longer = author->longer;
	if (longer != NULL && longer->lines >= 3 && longer->lines * 4 >= author->lines * 3 &&
	    str_starts(line, longer->label)) {
		struct str behind = str_tail(line, longer->label.len);
		if (!str_starts(behind, STR(": ")) && !str_equal(behind, STR(":")))
			return NULL; /* of that author, but not by him */
		author = author->longer;
	}
	*length = author->label.len + 2 < line.len ? author->label.len + 2 : line.len;
	return author;
}
