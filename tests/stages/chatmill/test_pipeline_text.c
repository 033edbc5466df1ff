#include "check.h"
#include <stdio.h>

#include "../../../stages/chatmill/pipeline_text.h"

/* The composition again, one word in brackets each. */
static void
show(const struct pipeline *pipeline, char *to, size_t room)
{
	size_t len = 0;

	for (size_t i = 0; i < pipeline->count; i++) {
		const struct pipeline_command *command = &pipeline->commands[i];
		len += (size_t)snprintf(to + len, room - len, "%s", i == 0 ? "" : "|");
		for (size_t w = 0; w < command->count; w++)
			len += (size_t)snprintf(to + len, room - len, "[%s]%s",
						command->words[w].text,
						command->words[w].expands ? "?" : "");
		if (command->input != NULL)
			len += (size_t)snprintf(to + len, room - len, "<%s", command->input);
		if (command->output != NULL)
			len += (size_t)snprintf(to + len, room - len, ">%s", command->output);
		assert_true(len < room);
	}
}

static void
assert_words(const char *text, const char *expected)
{
	struct err err = {0};
	struct pipeline *pipeline = pipeline_parse(str_of(text), &err);
	char shown[1024];

	if (pipeline == NULL)
		fail_msg("%s: %s", text, err.text);
	show(pipeline, shown, sizeof(shown));
	assert_string_equal(shown, expected);
	pipeline_free(pipeline);
}

static void
assert_refused(const char *text, const char *expected)
{
	struct err err = {0};

	assert_null(pipeline_parse(str_of(text), &err));
	assert_string_equal(err.text, expected);
}

static void
words_are_split_as_in_a_shell(void **state)
{
	(void)state;
	assert_words("fetch a.zip|parse | sink  sqlite:x.db",
		     "[fetch][a.zip]|[parse]|[sink][sqlite:x.db]");
	assert_words("a 'b  c' \"d | e\" f\\ g h'i'\"j\" ''", "[a][b  c][d | e][f g][hij][]");
	assert_words("a \"q\\\"\\\\\\n\" 'q\\'", "[a][q\"\\\\n][q\\]");
	assert_words("a#b #c | d", "[a#b]");
}

static void
redirections_name_files(void **state)
{
	(void)state;
	assert_words("a < 'x y' | b >z", "[a]<x y|[b]>z");
	assert_words("<x a", "[a]<x");
}

static void
lines_of_one_pipe_are_joined(void **state)
{
	(void)state;
	assert_words("#!/bin/sh\n# what it does\na \\\n  --b |\n\n# more\nc\n| d # last\n\n",
		     "[a][--b]|[c]|[d]");
	assert_words("a\r\n| b\r\n", "[a]|[b]");
	assert_words("\"a\\\nb\" c\\\nd", "[ab][cd]");
	assert_refused("a\nb", "line 2: the pipe ended on a line above: end that with `|` or a "
			       "backslash to go on");
}

static void
parameters_and_wildcards_are_kept_and_marked(void **state)
{
	(void)state;
	assert_words("a \"$@\" ${X} *.txt '*' \\$x", "[a][$@]?[${X}]?[*.txt]?[*][$x]");
}

static void
what_only_a_shell_could_do_is_refused(void **state)
{
	const char *redirection = "line 1: only `< FILE` and `> FILE` can be redirected here";
	const char *command = "line 1: a command inside a word would need a shell to run it";

	(void)state;
	assert_refused("a $(b)", command);
	assert_refused("a \"`b`\"", command);
	assert_refused("a 2> b", redirection);
	assert_refused("a >> b", redirection);
	assert_refused("a <(b)", redirection);
	assert_refused("a || b", "line 1: `||` and `|&` are no pipes between stages");
	assert_refused("a; b", "line 1: `;`, `&` and parentheses would need a shell: a "
			       "composition is one pipe");
}

static void
what_is_not_whole_is_refused(void **state)
{
	(void)state;
	assert_refused("", "line 1: there is no command in it");
	assert_refused("# nothing\n", "line 2: there is no command in it");
	assert_refused("a |", "line 1: a `|` has no command beside it");
	assert_refused("| a", "line 1: a `|` has no command beside it");
	assert_refused("a | | b", "line 1: a `|` has no command beside it");
	assert_refused("a\n'b", "line 2: the pipe ended on a line above: end that with `|` or a "
				"backslash to go on");
	assert_refused("a 'b", "line 1: a quote is opened and never closed");
	assert_refused("a \\", "line 1: a backslash has nothing behind it");
	assert_refused("a <", "line 1: a redirection names no file");
	assert_refused("a <b <c", "line 1: the same stream is redirected twice");
	struct err err;
	assert_null(pipeline_parse((struct str){"a\0b", 3}, &err));
	assert_string_equal(err.text, "line 1: a NUL byte is no part of a command");
}

RUN_TESTS(TEST(words_are_split_as_in_a_shell), TEST(redirections_name_files),
	  TEST(lines_of_one_pipe_are_joined), TEST(parameters_and_wildcards_are_kept_and_marked),
	  TEST(what_only_a_shell_could_do_is_refused), TEST(what_is_not_whole_is_refused))
