#include "base/buf.h"
#include "check.h"
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "../../../stages/chatmill/pipe_run.h"

#define MOST 4 /* programs */

struct scene {
	struct pipe_run run;
	struct pipe_program programs[MOST];
	const char *argvs[MOST][4];
	struct buf lines;
	char words[64];
};

static void
collect_line(void *with, struct str line)
{
	struct buf *lines = with;

	buf_printf(lines, "[%.*s]", STR_ARG(line));
}

/* Each script is a program, "1" and so on. */
static void
play(struct scene *scene, const char *const *scripts)
{
	struct err err = {0};

	*scene = (struct scene){.run = {.programs = scene->programs,
					.line = collect_line,
					.with = &scene->lines,
					.grace_ms = 60000}};
	for (; scripts[scene->run.count] != NULL; scene->run.count++) {
		static const char *const names[MOST] = {"1", "2", "3", "4"};
		size_t i = scene->run.count;
		const char *argv[] = {"/bin/sh", "-c", scripts[i], NULL};
		memcpy(scene->argvs[i], argv, sizeof(argv));
		scene->programs[i] =
			(struct pipe_program){.name = names[i], .argv = scene->argvs[i]};
	}
	assert_ok(pipe_run(&scene->run, &err), err);
}
#define PLAY(scene, ...) play(scene, (const char *const[]){__VA_ARGS__, NULL})

static const char *
culprit(struct scene *scene)
{
	const struct pipe_program *program = pipe_run_culprit(&scene->run);
	char status[48];

	buf_free(&scene->lines);
	if (program == NULL)
		return "nobody";
	pipe_run_status_in_words(program->status, status, sizeof(status));
	snprintf(scene->words, sizeof(scene->words), "%s: %s", program->name, status);
	return scene->words;
}

static void
one_output_is_the_next_ones_input(void **state)
{
	struct scene scene;

	(void)state;
	PLAY(&scene, "echo abc", "tr a-c d-f", "cat >&2");
	assert_str(buf_str(&scene.lines), "[def]");
	assert_string_equal(culprit(&scene), "nobody");
}

static void
lines_on_stderr_come_whole_even_without_an_end(void **state)
{
	struct scene scene;

	(void)state;
	PLAY(&scene, "echo one >&2; echo >&2; printf 'tw' >&2; printf 'o\\nlast' >&2");
	assert_str(buf_str(&scene.lines), "[one][][two][last]");
	assert_string_equal(culprit(&scene), "nobody");
}

static void
the_last_counts_of_each_program_are_kept(void **state)
{
	struct scene scene;

	(void)state;
	PLAY(&scene,
	     "(echo 1 2 3 4 5; echo 10 20 30 40 50; echo 6 7; echo no; printf 9) > "
	     "/proc/self/fd/$CHATMILL_PROGRESS_FD",
	     "cat");
	assert_int_equal(scene.programs[0].progress.records_in, 10);
	assert_int_equal(scene.programs[0].progress.records_out, 20);
	assert_int_equal(scene.programs[0].progress.rejected, 30);
	assert_int_equal(scene.programs[0].progress.bytes, 40);
	assert_int_equal(scene.programs[0].progress.bytes_total, 50);
	assert_int_equal(scene.programs[1].progress.records_in, 0);
	assert_string_equal(culprit(&scene), "nobody");
}

static void
who_lost_its_reader_is_not_the_culprit(void **state)
{
	struct scene scene;

	(void)state;
	PLAY(&scene, "exec yes", "exec cat", "exit 7");
	assert_string_equal(culprit(&scene), "3: failed (exit status 7)");
}

static void
who_failed_because_its_input_ended_is_not_the_culprit(void **state)
{
	struct scene scene;

	(void)state;
	PLAY(&scene, "true", "exit 4", "read x || exit 5");
	assert_string_equal(culprit(&scene), "2: failed (exit status 4)");
	PLAY(&scene, "true", "kill -SEGV $$", "read x || exit 5");
	assert_string_equal(culprit(&scene), "2: was killed by signal 11 (Segmentation fault)");
}

static void
who_crashed_is_the_culprit_before_who_said_it_failed(void **state)
{
	struct scene scene;

	(void)state;
	PLAY(&scene, "exit 1", "kill -SEGV $$");
	assert_string_equal(culprit(&scene), "2: was killed by signal 11 (Segmentation fault)");
}

static void
who_waits_for_nothing_any_more_is_told_to_end(void **state)
{
	struct scene scene;

	(void)state;
	PLAY(&scene, "exec sleep 1000", "exit 3");
	assert_true(WIFSIGNALED(scene.programs[0].status));
	assert_int_equal(WTERMSIG(scene.programs[0].status), SIGTERM);
	assert_string_equal(culprit(&scene), "2: failed (exit status 3)");
}

static void
what_a_program_started_ends_with_it(void **state)
{
	struct scene scene;

	(void)state;
	PLAY(&scene, "sleep 1000 & exit 3", "cat");
	assert_string_equal(culprit(&scene), "1: failed (exit status 3)");
}

static void
an_interrupted_run_ends_all_of_it(void **state)
{
	struct scene scene;

	(void)state;
	PLAY(&scene, "exec sleep 1000", "kill -INT $PPID; exec cat", "exec cat");
	assert_int_equal(scene.run.signal, SIGINT);
	assert_string_equal(culprit(&scene), "nobody");
}

static void
a_second_signal_kills_who_does_not_listen(void **state)
{
	struct scene scene;

	(void)state;
	PLAY(&scene, "trap '' TERM; kill -TERM $PPID; kill -INT $PPID; while :; do :; done");
	assert_int_equal(WTERMSIG(scene.programs[0].status), SIGKILL);
	assert_string_equal(culprit(&scene), "nobody");
}

static void
who_does_not_end_when_told_is_killed(void **state)
{
	struct scene scene;
	struct err err = {0};

	(void)state;
	PLAY(&scene, "true", "true");
	scene.argvs[0][2] = "trap '' TERM; echo ready; while :; do :; done";
	scene.argvs[1][2] = "read x; exit 3";
	scene.run.grace_ms = 0;
	assert_ok(pipe_run(&scene.run, &err), err);
	assert_int_equal(WTERMSIG(scene.programs[0].status), SIGKILL);
	assert_string_equal(culprit(&scene), "2: failed (exit status 3)");
}

static void
a_program_that_is_not_there_is_said_to_be_so(void **state)
{
	struct scene scene;
	struct err err = {0};

	(void)state;
	PLAY(&scene, "true", "true");
	scene.argvs[1][0] = "/nonexistent/sh";
	assert_ok(pipe_run(&scene.run, &err), err);
	assert_str(buf_str(&scene.lines),
		   "[chatmill: could not run \"/nonexistent/sh\": No such file or directory]");
	assert_string_equal(culprit(&scene), "2: failed (exit status 127)");
}

RUN_TESTS(TEST(one_output_is_the_next_ones_input),
	  TEST(lines_on_stderr_come_whole_even_without_an_end),
	  TEST(the_last_counts_of_each_program_are_kept),
	  TEST(who_lost_its_reader_is_not_the_culprit),
	  TEST(who_failed_because_its_input_ended_is_not_the_culprit),
	  TEST(who_crashed_is_the_culprit_before_who_said_it_failed),
	  TEST(who_waits_for_nothing_any_more_is_told_to_end),
	  TEST(what_a_program_started_ends_with_it), TEST(an_interrupted_run_ends_all_of_it),
	  TEST(a_second_signal_kills_who_does_not_listen),
	  TEST(who_does_not_end_when_told_is_killed),
	  TEST(a_program_that_is_not_there_is_said_to_be_so))
