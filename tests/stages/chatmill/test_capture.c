#include "check.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../../stages/chatmill/capture.h"

#define LIMIT 1000 /* bytes */

/* Asks `sh -c script`, and gives back the answer or, when there is none, why. */
static const char *
answer(struct capture *capture, const char *script, int timeout_ms)
{
	const char *argv[] = {"/bin/sh", "-c", script, NULL};

	*capture = (struct capture){.argv = argv};
	capture_run(capture, 1, timeout_ms, LIMIT);
	return capture->ended_well ? buf_cstr(&capture->output) : capture->err.text;
}

static void
an_answer_comes_back_whole(void **state)
{
	struct capture capture;

	(void)state;
	assert_string_equal(answer(&capture, "echo yes; echo no >&2; cat", 60000), "yes\n");
	capture_free(&capture);
}

static void
a_program_that_fails_says_how(void **state)
{
	struct capture capture;

	(void)state;
	assert_string_equal(answer(&capture, "exit 3", 60000), "it exited with status 3");
	capture_free(&capture);
	assert_string_equal(answer(&capture, "kill -SEGV $$", 60000),
			    "it was killed by signal 11 (Segmentation fault)");
	capture_free(&capture);
}

static void
a_program_that_hangs_is_killed_with_what_it_started(void **state)
{
	struct capture capture;

	(void)state;
	assert_string_equal(answer(&capture, "sleep 1000 & echo $!; wait", 300),
			    "it did not answer in time");
	pid_t child = (pid_t)strtol(buf_cstr(&capture.output), NULL, 10);
	if (child > 0)                      /* it had come that far */
		while (kill(child, 0) == 0) /* until init has reaped it */
			continue;
	capture_free(&capture);
}

static void
a_program_that_closes_its_output_and_hangs_is_killed(void **state)
{
	struct capture capture;

	(void)state;
	assert_string_equal(answer(&capture, "exec >&-; sleep 1000", 50),
			    "it did not answer in time");
	capture_free(&capture);
}

static void
a_program_that_never_stops_talking_is_killed(void **state)
{
	struct capture capture;

	(void)state;
	assert_string_equal(answer(&capture, "yes", 60000),
			    "it wrote more than an answer may be long");
	assert_int_equal(capture.output.len, LIMIT + 1);
	capture_free(&capture);
}

static void
what_a_program_leaves_running_does_not_hold_us_up(void **state)
{
	struct capture capture;

	(void)state;
	assert_string_equal(answer(&capture, "echo yes; sleep 1000 &", 60000), "yes\n");
	capture_free(&capture);
}

static void
many_are_asked_side_by_side(void **state)
{
	enum { MANY = 40 };
	const char *argv[] = {"/bin/echo", "yes", NULL}, *nobody[] = {"/nonexistent", NULL};
	struct capture captures[MANY] = {0};

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		captures[i].argv = i % 2 == 0 ? argv : nobody;
	capture_run(captures, MANY, 60000, LIMIT);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(captures[i].ended_well, i % 2 == 0);
		if (i % 2 == 0)
			assert_str(buf_str(&captures[i].output), "yes\n");
		else
			assert_string_equal(captures[i].err.text, "it exited with status 127");
		capture_free(&captures[i]);
	}
}

RUN_TESTS(TEST(an_answer_comes_back_whole), TEST(a_program_that_fails_says_how),
	  TEST(a_program_that_hangs_is_killed_with_what_it_started),
	  TEST(a_program_that_closes_its_output_and_hangs_is_killed),
	  TEST(a_program_that_never_stops_talking_is_killed),
	  TEST(what_a_program_leaves_running_does_not_hold_us_up),
	  TEST(many_are_asked_side_by_side))
