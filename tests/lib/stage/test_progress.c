#include "base/buf.h"
#include "base/log.h"
#include "check.h"
#include "stage/progress.h"
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void
assert_line(const struct progress_counts *counts, int64_t elapsed_ms, size_t columns,
	    const char *expected)
{
	char line[256];
	size_t len = progress_line(line, sizeof(line), "parse", counts, elapsed_ms, columns);

	assert_string_equal(line, expected);
	assert_int_equal(len, strlen(expected));
	assert_true(len <= columns);
}

static void
a_line_tells_records_rate_bytes_and_time_left(void **state)
{
	struct progress_counts counts = {.records_in = 480,
					 .records_out = 1240000,
					 .bytes = 84000000,
					 .bytes_total = 126000000};

	(void)state;
	assert_line(&counts, 4000, 80, "parse: 1.2 M records, 310 k/s, 84 MB of 126 MB, 0:02 left");
	counts.rejected = 3;
	assert_line(&counts, 4000, 80,
		    "parse: 1.2 M records, 310 k/s, 84 MB of 126 MB, 0:02 left, 3 rejected");
}

static void
what_is_not_known_is_not_told(void **state)
{
	struct progress_counts counts = {0};

	(void)state;
	assert_line(&counts, 0, 80, "parse: 0 records");
	counts.records_out = 1;
	counts.bytes = 999;
	assert_line(&counts, 999, 80, "parse: 1 record, 999 B");
	assert_line(&counts, 2000, 80, "parse: 1 record, 0/s, 999 B");
	counts.bytes_total = 500; /* the file has grown since */
	assert_line(&counts, 2000, 80, "parse: 1 record, 0/s, 999 B");
	counts.bytes_total = UINT64_MAX; /* years are no help */
	assert_line(&counts, 2000, 80, "parse: 1 record, 0/s, 999 B of 18 EB");
}

static void
numbers_are_cut_to_what_a_glance_takes_in(void **state)
{
	static const struct {
		uint64_t records;
		const char *line;
	} cases[] = {{999, "parse: 999 records"},        {1000, "parse: 1.0 k records"},
		     {9999, "parse: 9.9 k records"},     {10000, "parse: 10 k records"},
		     {999999, "parse: 999 k records"},   {1000000, "parse: 1.0 M records"},
		     {UINT64_MAX, "parse: 18 E records"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct progress_counts counts = {.records_in = cases[i].records};
		assert_line(&counts, 0, 80, cases[i].line);
	}
}

static void
hours_are_told_as_hours(void **state)
{
	struct progress_counts counts = {.bytes = 1000, .bytes_total = 4000000};

	(void)state;
	assert_line(&counts, 1000, 80, "parse: 0 records, 0/s, 1.0 kB of 4.0 MB, 1:06:39 left");
}

static void
a_narrow_terminal_gets_the_most_important_parts(void **state)
{
	struct progress_counts counts = {
		.records_out = 1240000, .bytes = 84000000, .bytes_total = 126000000, .rejected = 3};

	(void)state;
	assert_line(&counts, 4000, 60,
		    "parse: 1.2 M records, 84 MB of 126 MB, 0:02 left, 3 rejected");
	assert_line(&counts, 4000, 59, "parse: 1.2 M records, 0:02 left, 3 rejected");
	assert_line(&counts, 4000, 40, "parse: 1.2 M records, 0:02 left");
	assert_line(&counts, 4000, 20, "parse: 1.2 M records");
	assert_line(&counts, 4000, 19, "1.2 M records");
	assert_line(&counts, 4000, 12, "");
	assert_line(&counts, 4000, 0, "");
}

static void
a_small_room_is_never_overrun(void **state)
{
	struct progress_counts counts = {.records_out = 1240000};
	char line[64];

	(void)state;
	for (size_t room = 0; room < sizeof(line); room++) {
		memset(line, '#', sizeof(line));
		(void)progress_line(line, room, "parse", &counts, 4000, 1000);
		for (size_t i = room; i < sizeof(line); i++)
			assert_int_equal(line[i], '#');
	}
}

/* Reads from the terminal's other side until `text` has come; all that came is in *seen. */
static void
wait_for(int terminal, const char *text, struct buf *seen)
{
	while (strstr(buf_cstr(seen), text) == NULL) {
		ssize_t n = read(terminal, buf_room(seen, 256), 256);
		assert_true(n > 0);
		seen->len += (size_t)n;
	}
}

static void
a_terminal_sees_the_line_come_make_way_and_go(void **state)
{
	struct progress_counts counts = {.records_in = 7, .bytes = 1, .bytes_total = 2};
	struct winsize size = {.ws_row = 24, .ws_col = 40};
	int terminal, slave, before = dup(STDERR_FILENO);
	struct buf seen = {0};

	(void)state;
	if (openpty(&terminal, &slave, NULL, NULL, &size) != 0)
		SKIP("no terminal can be made here");
	assert_true(dup2(slave, STDERR_FILENO) >= 0);
	setenv("TERM", "xterm", 1);
	unsetenv("CHATMILL_PROGRESS");
	log_set_program("chatmill-test");

	struct progress *p = progress_start("test", &counts);
	assert_non_null(p);
	wait_for(terminal, "\r\033[Ktest: 7 records, 1 B of 2 B", &seen);
	log_error("could not do it");
	wait_for(terminal, "\r\033[Kchatmill-test: could not do it\r\n", &seen);
	buf_clear(&seen);
	wait_for(terminal, "\r\033[Ktest: 7 records, 1 B of 2 B", &seen);
	progress_stop(p);
	log_error("the end");
	buf_clear(&seen);
	wait_for(terminal, "\r\033[Kchatmill-test: the end\r\n", &seen);

	assert_true(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	close(slave);
	close(terminal);
	buf_free(&seen);
}

static void
nothing_is_drawn_where_nobody_would_see_it(void **state)
{
	struct progress_counts counts = {0};
	int terminal, slave, pipe_ends[2], before = dup(STDERR_FILENO);

	(void)state;
	if (openpty(&terminal, &slave, NULL, NULL, NULL) != 0)
		SKIP("no terminal can be made here");
	assert_int_equal(pipe(pipe_ends), 0);
	assert_true(dup2(slave, STDERR_FILENO) >= 0);
	setenv("TERM", "dumb", 1);
	assert_null(progress_start("test", &counts));
	setenv("TERM", "xterm", 1);
	setenv("CHATMILL_PROGRESS", "never", 1);
	assert_null(progress_start("test", &counts));
	unsetenv("CHATMILL_PROGRESS");
	assert_true(dup2(pipe_ends[1], STDERR_FILENO) >= 0);
	assert_null(progress_start("test", &counts));
	progress_stop(NULL);

	assert_true(dup2(before, STDERR_FILENO) >= 0);
	close(before);
	close(slave);
	close(terminal);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
}

RUN_TESTS(TEST(a_line_tells_records_rate_bytes_and_time_left), TEST(what_is_not_known_is_not_told),
	  TEST(numbers_are_cut_to_what_a_glance_takes_in), TEST(hours_are_told_as_hours),
	  TEST(a_narrow_terminal_gets_the_most_important_parts),
	  TEST(a_small_room_is_never_overrun), TEST(a_terminal_sees_the_line_come_make_way_and_go),
	  TEST(nothing_is_drawn_where_nobody_would_see_it))
