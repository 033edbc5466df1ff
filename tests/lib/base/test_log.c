#include "base/log.h"
#include "check.h"
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* stderr keeps each write() apart, as a packet. */
static int packets;

static struct str
next_write(void)
{
	static char bytes[8192];
	ssize_t n = recv(packets, bytes, sizeof(bytes), MSG_DONTWAIT);

	return n < 0 ? (struct str){0} : (struct str){bytes, (size_t)n};
}

#define WRITES(expected, call)                                                                     \
	do {                                                                                       \
		call;                                                                              \
		assert_str(next_write(), expected);                                                \
		assert_null(next_write().ptr);                                                     \
	} while (0)

static void
an_error_is_one_line_in_one_write(void **state)
{
	(void)state;
	WRITES("chatmill-test: could not open \"x\": 3\n",
	       log_error("could not open \"x\": %d", 3));
}

static void
an_event_is_a_line_of_keys_and_values(void **state)
{
	(void)state;
	setenv("CHATMILL_NOW", "1700000000007", 1);
	WRITES("time=2023-11-14T22:13:20.007Z program=chatmill-test event=retry record=7\n",
	       log_event("retry", "record=%d", 7));
	WRITES("time=2023-11-14T22:13:20.007Z program=chatmill-test event=end\n",
	       log_event("end", "%s", ""));
	unsetenv("CHATMILL_NOW");
}

static void
a_value_does_not_end_its_quotes(void **state)
{
	(void)state;
	setenv("CHATMILL_NOW", "1700000000007", 1);
	WRITES("time=2023-11-14T22:13:20.007Z program=chatmill-test event=skipped "
	       "path=\"a\\\" b=\\\"c\\\\\" count=18446744073709551615 size=7 share=0.50 "
	       "end=\"x\\\"\" of=100%\n",
	       log_event("skipped",
			 "path=\"%s\" count=%llu size=%zu share=%.2f end=\"%.*s\" of=%d%%",
			 "a\" b=\"c\\", 18446744073709551615ull, (size_t)7, 0.5, 2, "x\"y", 100));
	unsetenv("CHATMILL_NOW");
}

static void
what_would_command_a_terminal_is_shown_as_hex(void **state)
{
	(void)state;
	WRITES("chatmill-test: a\\x0ab\\x1b[2J\\x7f\\x0d\n", log_error("%s", "a\nb\033[2J\x7F\r"));
	WRITES("chatmill-test: \\xc2\\x9b2J caf\xC3\xA9 \xC2\xA0\n",
	       log_error("%s", "\xC2\x9B"
			       "2J caf\xC3\xA9 \xC2\xA0"));
	WRITES("chatmill-test: \n", log_error("%s", "\xC2"));
}

static void
the_level_hides_events_and_never_errors(void **state)
{
	(void)state;
	log_debug("detail", "a=b");
	log_set_level(LOG_QUIET);
	log_event("retry", "a=b");
	assert_null(next_write().ptr);
	WRITES("chatmill-test: loud\n", log_error("loud"));
	log_set_level(LOG_DEBUG);
	log_debug("detail", "a=b");
	struct str line = next_write();
	assert_true(str_ends(line, STR(" event=detail a=b\n")));
	log_set_level(LOG_INFO);
}

static void
a_line_too_long_ends_with_a_whole_character(void **state)
{
	char text[4096];

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(text); i += 4)
			memcpy(text + i, "\xF0\x9F\x98\x80", 5);
		log_error("%s", text);
		struct str line = next_write();
		assert_true(line.len > 1000 && line.len <= 2048);
		assert_true(str_ends(line, STR("\xF0\x9F\x98\x80\n")));
		assert_null(next_write().ptr);
	}
	memset(text, '\033', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_error("%s", text);
	assert_true(str_ends(next_write(), STR("\\x1b\n")));
}

static int cleared;

static void
clear(void)
{
	cleared++;
}

static void
write_marker(void *with)
{
	assert_int_equal(write(STDERR_FILENO, with, 1), 1);
}

static void
a_display_clears_itself_before_each_line(void **state)
{
	char marker = '*';

	(void)state;
	log_set_before_line(clear);
	WRITES("chatmill-test: a\n", log_error("a"));
	WRITES("*", log_locked(write_marker, &marker));
	assert_int_equal(cleared, 1);
	log_set_before_line(NULL);
	WRITES("chatmill-test: b\n", log_error("b"));
	assert_int_equal(cleared, 1);
}

static int
catch_stderr(void **state)
{
	int ends[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
		return -1;
	packets = ends[0];
	log_set_program("chatmill-test");
	*state = (void *)(intptr_t)dup(STDERR_FILENO);
	return dup2(ends[1], STDERR_FILENO) < 0 ? -1 : close(ends[1]);
}

static int
give_stderr_back(void **state)
{
	close(packets);
	return dup2((int)(intptr_t)*state, STDERR_FILENO) < 0 ? -1 : close((int)(intptr_t)*state);
}

RUN_TESTS_WITH(catch_stderr, give_stderr_back, TEST(an_error_is_one_line_in_one_write),
	       TEST(an_event_is_a_line_of_keys_and_values), TEST(a_value_does_not_end_its_quotes),
	       TEST(what_would_command_a_terminal_is_shown_as_hex),
	       TEST(the_level_hides_events_and_never_errors),
	       TEST(a_line_too_long_ends_with_a_whole_character),
	       TEST(a_display_clears_itself_before_each_line))
