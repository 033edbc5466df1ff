/* pipeline_text.h -- a composition as people write it in a shell, `fetch x.zip | parse | sink y`,
 * as commands and words. Nothing is executed or expanded, and what only a shell could do is
 * refused. */
#ifndef CHATMILL_PIPELINE_TEXT_H
#define CHATMILL_PIPELINE_TEXT_H

#include "base/arena.h"
#include "base/err.h"

struct pipeline_word {
	const char *text; /* quotes removed */
	bool expands;     /* holds a $parameter or a wildcard: what it will be is not known here */
};
struct pipeline_command {
	struct pipeline_word *words;
	size_t count, room;
	const char *input, *output; /* of `< FILE` and `> FILE`; NULL: none */
};
struct pipeline {
	struct pipeline_command *commands;
	size_t count, room;
	struct arena text;
};

/* Which program a command is. */
struct pipeline_stage {
	const char *name; /* "parse"; of `chatmill exec ... -- ./question.py`, "./question.py" */
	size_t arguments; /* its own words: from here... */
	size_t arguments_end; /* ...to here: what follows belongs to what exec runs */
	const char *program;  /* to be looked for in $PATH where it is no stage; NULL: it must be */
};
/* "parse", "chatmill parse", "chatmill-parse" and "bin/chatmill-parse" are all the stage parse. */
struct pipeline_stage pipeline_command_stage(const struct pipeline_command *);
/* The value of `--in FILE` or `--in=FILE`; NULL: not given. option: "--in". */
const char *pipeline_command_value(const struct pipeline_command *, const struct pipeline_stage *,
				   const char *option);

/* Quotes, backslashes and comments mean what they mean in sh. A pipe ends with its line, unless the
 * line ends with `|` or a backslash, or the next one begins with `|`. NULL: ERR_FATAL, with the
 * line. */
struct pipeline *pipeline_parse(struct str text, struct err *);
void pipeline_free(struct pipeline *); /* NULL is fine */

#endif
