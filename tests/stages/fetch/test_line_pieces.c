#include "../../../stages/fetch/line_pieces.h"
#include "check.h"

/* All pieces of a text that is added `step` bytes at a time, one `|` between them. */
static void
cut(struct str text, size_t step, struct buf *shown)
{
	struct line_pieces p = {0};
	struct line_piece piece;
	int64_t offset = 0, line = 0;

	buf_clear(shown);
	for (bool ended = false;;) {
		while (line_pieces_take(&p, ended, &piece)) {
			assert_int_equal(piece.offset, offset);
			assert_int_equal(piece.line, line);
			assert_true(piece.bytes.len <= LINE_PIECE_SIZE);
			if (shown->len > 0)
				buf_add_byte(shown, '|');
			buf_add(shown, piece.bytes);
			if (piece.continues)
				buf_add_byte(shown, '>');
			offset += (int64_t)piece.bytes.len;
			for (size_t i = 0; i < piece.bytes.len; i++)
				line += piece.bytes.ptr[i] == '\n';
		}
		if (ended)
			break;
		size_t room;
		char *to = line_pieces_room(&p, &room);
		assert_true(room > 0);
		size_t n = text.len < step ? text.len : step;
		n = n < room ? n : room;
		memcpy(to, text.ptr, n);
		line_pieces_add(&p, n);
		text = str_tail(text, n);
		ended = n == 0;
	}
	assert_int_equal(line_pieces_offset(&p), offset);
	assert_int_equal(line_pieces_line(&p), line);
	line_pieces_free(&p);
}

static void
short_texts_are_one_piece_as_they_are(void **state)
{
	struct buf shown = {0};

	(void)state;
	cut(STR("a\r\nb\n\nlast"), 3, &shown);
	assert_str(buf_str(&shown), "a\r\nb\n\nlast");
	cut(STR(""), 1, &shown);
	assert_str(buf_str(&shown), "");
	buf_free(&shown);
}

static void
a_piece_ends_with_its_last_whole_line(void **state)
{
	struct buf text = {0}, shown = {0};

	(void)state;
	for (int i = 0; i < 40000; i++)
		buf_printf(&text, "line %d\r\n", i);
	cut(buf_str(&text), text.len, &shown);
	size_t pieces = 1, kept = 0;
	for (size_t i = 0; i < shown.len; i++) {
		if (shown.ptr[i] == '|') {
			pieces++;
			assert_int_equal(shown.ptr[i - 1], '\n');
			continue;
		}
		assert_int_equal(shown.ptr[i], text.ptr[kept++]);
	}
	assert_int_equal(kept, text.len);
	assert_int_equal(pieces, text.len / LINE_PIECE_SIZE + 1);
	buf_free(&text);
	buf_free(&shown);
}

static void
a_line_longer_than_a_piece_goes_on_in_the_next(void **state)
{
	struct buf text = {0}, shown = {0};

	(void)state;
	buf_add(&text, STR("first\n"));
	memset(buf_room(&text, 2 * LINE_PIECE_SIZE + 5), 'x', 2 * LINE_PIECE_SIZE + 5);
	text.len += 2 * LINE_PIECE_SIZE + 5;
	buf_add(&text, STR("\nlast\n"));
	cut(buf_str(&text), 1000, &shown);
	assert_true(str_starts(buf_str(&shown), STR("first\n|xxx")));
	assert_true(str_ends(buf_str(&shown), STR("x>|xxxxx\nlast\n")));
	buf_free(&text);
	buf_free(&shown);
}

static void
pieces_are_the_same_however_the_bytes_arrive(void **state)
{
	static const size_t steps[] = {1, 7, 4096, 262143, 262144, 1000000};
	struct buf text = {0}, first = {0}, shown = {0};
	uint32_t random = 1;

	(void)state;
	for (int i = 0; i < 700000; i++) {
		random = random * 1664525 + 1013904223;
		buf_add_byte(&text, random >> 24 < (i < 400000 ? 2 : 0) ? '\n' : 'a');
	}
	cut(buf_str(&text), text.len, &first);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		cut(buf_str(&text), steps[i], &shown);
		assert_true(str_equal(buf_str(&shown), buf_str(&first)));
	}
	buf_free(&text);
	buf_free(&first);
	buf_free(&shown);
}

RUN_TESTS(TEST(short_texts_are_one_piece_as_they_are), TEST(a_piece_ends_with_its_last_whole_line),
	  TEST(a_line_longer_than_a_piece_goes_on_in_the_next),
	  TEST(pieces_are_the_same_however_the_bytes_arrive))
