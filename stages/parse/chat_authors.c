#include "chat_authors.h"
#include "text/utf8.h"
#include "text_marks.h"
#include <endian.h>

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

/* Up to 16 bytes are told by these words and their number, zeroes behind them; of more of them they
 * are both ends. */
struct ends {
	uint64_t head, tail;
};
#define ENDS 16

static struct ends
ends_of(struct str label)
{
	struct ends ends = {0};
	size_t tail = label.len < ENDS ? 8 : label.len - 8;

	memcpy(&ends.head, label.ptr, label.len < 8 ? label.len : 8);
	if (label.len > 8)
		memcpy(&ends.tail, label.ptr + tail, label.len - tail);
	return (struct ends){le64toh(ends.head), le64toh(ends.tail)};
}

/* Whom it mixes up is told apart by comparing. */
static inline struct author **
recent_place(struct chat_authors *a, struct ends ends, size_t len)
{
	uint64_t mixed = (ends.head ^ ends.tail * 3 ^ len) * 0x9E3779B97F4A7C15u;

	return &a->recent[mixed >> 32 & (AUTHORS_RECENT - 1)];
}

static struct author *
place_new(struct chat_authors *a, struct str label, struct ends ends)
{
	struct author **recent = recent_place(a, ends, label.len);
	struct author *author = map_get(&a->map, label);

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
	author->head = ends.head;
	author->tail = ends.tail;
	set_name(a, author, label);
	return author;
}

/* Inline: every line has a label, and mostly one of few. */
static inline struct author *
place(struct chat_authors *a, struct str label, struct ends ends)
{
	struct author *author = *recent_place(a, ends, label.len);

	if (author != NULL && author->label.len == label.len && author->head == ends.head &&
	    author->tail == ends.tail && (label.len <= ENDS || str_equal(author->label, label)))
		return author;
	return place_new(a, label, ends);
}

struct author *
chat_authors_place(struct chat_authors *a, struct str label)
{
	return place(a, label, ends_of(label));
}

static inline bool
is_colon(struct str line, size_t at)
{
	return at > 0 && line.ptr[at] == ':' && (at + 1 == line.len || line.ptr[at + 1] == ' ');
}

static inline uint64_t
word_at(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return le64toh(word);
}

/* The highest bit of the first byte that is a colon, and perhaps of some behind it. */
static inline uint64_t
colons_in(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u;

	word ^= ':' * ones;
	return (word - ones) & ~word & 0x80 * ones;
}

static inline unsigned
first_byte(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits) / 8;
}

/* The first n bytes of a word. */
static inline uint64_t
first_bytes(uint64_t word, unsigned n)
{
	return n < 8 ? word & ((1ull << 8 * n) - 1) : word;
}

/* Bytes before the first ": " or the ":" that ends the line; line.len: none soon enough. Eight are
 * looked at together, and more of them seldom: names are short. */
static size_t
colon_in(struct str line)
{
	size_t most = line.len < AUTHOR_LONGEST ? line.len : AUTHOR_LONGEST, i = 0;

	for (; i + 8 <= most; i += 8)
		for (uint64_t colons = colons_in(word_at(line.ptr + i)); colons != 0;
		     colons &= colons - 1) {
			size_t at = i + first_byte(colons);
			if (is_colon(line, at))
				return at;
		}
	for (; i < most; i++)
		if (is_colon(line, i))
			return i;
	return line.len;
}

/* Whose label ends within 16 bytes, as most do. How long each is nobody could tell, so nothing here
 * branches on it. False: no such label is there, or the line is too short to look. */
static inline bool
guess_short(struct chat_authors *a, struct str line, struct author_guess *guess)
{
	if (line.len <= ENDS)
		return false;
	struct ends ends = {word_at(line.ptr), word_at(line.ptr + 8)};
	uint64_t head = colons_in(ends.head), tail = colons_in(ends.tail);
	unsigned before = head != 0 ? 0 : 8;
	uint64_t colons = head != 0 ? head : tail;
	unsigned at = before + first_byte(colons | 1ull << 63);
	if (colons == 0 || at == 0 || line.ptr[at + 1] != ' ')
		return false;
	ends.head = first_bytes(ends.head, at);
	ends.tail = first_bytes(ends.tail, at > 8 ? at - 8 : 0);
	*guess = (struct author_guess){at, place(a, str_head(line, at), ends)};
	return true;
}

static inline struct author_guess
guess_author(struct chat_authors *a, struct str line)
{
	struct author_guess guess;

	if (!guess_short(a, line, &guess)) {
		guess = (struct author_guess){colon_in(line), NULL};
		if (guess.colon < line.len)
			guess.author = chat_authors_place(a, str_head(line, guess.colon));
	}
	if (guess.author == &a->spare)
		guess.author = NULL; /* somebody else, as soon as the next is asked for */
	return guess;
}

struct author_guess
chat_authors_guess(struct chat_authors *a, struct str line)
{
	return guess_author(a, line);
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
	struct author_guess guess = guess_author(a, line);

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
