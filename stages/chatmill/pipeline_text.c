#include "pipeline_text.h"

#include "base/buf.h"
#include "base/mem.h"

struct lexer {
	struct str rest;
	size_t line;
	struct buf word;
	bool in_word, expands; /* "" is a word, too */
};

static int
refuse(const struct lexer *lex, struct err *err, const char *what)
{
	return err_set(err, ERR_FATAL, "line %zu: %s", lex->line, what);
}

static char
peek(const struct lexer *lex, size_t ahead)
{
	return ahead < lex->rest.len ? lex->rest.ptr[ahead] : '\0';
}

static void
take(struct lexer *lex)
{
	lex->line += lex->rest.ptr[0] == '\n';
	lex->rest = str_tail(lex->rest, 1);
}

static void
keep(struct lexer *lex)
{
	buf_add_byte(&lex->word, lex->rest.ptr[0]);
	take(lex);
}

/* At a `$` or a backquote: a parameter is kept as it is written, a command is not for us to run. */
static int
take_parameter(struct lexer *lex, struct err *err)
{
	if (peek(lex, 0) == '`' || peek(lex, 1) == '(')
		return refuse(lex, err, "a command inside a word would need a shell to run it");
	lex->expands = true;
	keep(lex);
	return 0;
}

static int
take_quoted(struct lexer *lex, struct err *err)
{
	char quote = peek(lex, 0);

	for (take(lex); lex->rest.len > 0 && peek(lex, 0) != quote;) {
		char c = peek(lex, 0);
		if (quote == '"' && c == '\\' && lex->rest.len > 1 &&
		    strchr("$`\"\\\n", peek(lex, 1)) != NULL) {
			take(lex);
			if (peek(lex, 0) == '\n')
				take(lex);
			else
				keep(lex);
		} else if (quote == '"' && (c == '$' || c == '`')) {
			if (take_parameter(lex, err) != 0)
				return -1;
		} else {
			keep(lex);
		}
	}
	if (lex->rest.len == 0)
		return refuse(lex, err, "a quote is opened and never closed");
	take(lex);
	return 0;
}

/* The bytes of one word, or none when there is no word here. */
static int
take_word(struct lexer *lex, struct err *err)
{
	buf_clear(&lex->word);
	lex->in_word = lex->expands = false;
	while (lex->rest.len > 0) {
		char c = peek(lex, 0);
		if (c == '\0')
			return refuse(lex, err, "a NUL byte is no part of a command");
		if (c == '\\' && peek(lex, 1) == '\n') {
			take(lex);
			take(lex);
			continue;
		}
		if (strchr(" \t\r\n|<>;&()", c) != NULL || (c == '#' && !lex->in_word))
			break;
		lex->in_word = true;
		if (c == '\'' || c == '"') {
			if (take_quoted(lex, err) != 0)
				return -1;
		} else if (c == '$' || c == '`') {
			if (take_parameter(lex, err) != 0)
				return -1;
		} else if (c == '\\') {
			take(lex);
			if (lex->rest.len == 0)
				return refuse(lex, err, "a backslash has nothing behind it");
			keep(lex);
		} else {
			lex->expands |= strchr("*?[", c) != NULL;
			keep(lex);
		}
	}
	return 0;
}

static void
skip_comment(struct lexer *lex)
{
	while (lex->rest.len > 0 && peek(lex, 0) != '\n')
		take(lex);
}

static void
skip_blank(struct lexer *lex, bool newlines)
{
	while (lex->rest.len > 0) {
		char c = peek(lex, 0);
		if (c == ' ' || c == '\t' || c == '\r' || (newlines && c == '\n'))
			take(lex);
		else if (c == '\\' && peek(lex, 1) == '\n')
			take(lex), take(lex);
		else if (c == '#')
			skip_comment(lex);
		else
			break;
	}
}

static struct pipeline_command *
add_command(struct pipeline *pipeline)
{
	MEM_GROW(pipeline->commands, pipeline->count, pipeline->room);
	struct pipeline_command *command = &pipeline->commands[pipeline->count++];
	*command = (struct pipeline_command){0};
	return command;
}

static const char *
keep_word(struct pipeline *pipeline, const struct lexer *lex)
{
	return arena_copy(&pipeline->text, buf_str(&lex->word)).ptr;
}

static int
take_redirection(struct pipeline *pipeline, struct pipeline_command *command, struct lexer *lex,
		 struct err *err)
{
	bool input = peek(lex, 0) == '<';
	const char **file = input ? &command->input : &command->output;

	take(lex);
	if (peek(lex, 0) != '\0' && strchr("<>&(|", peek(lex, 0)) != NULL)
		return refuse(lex, err, "only `< FILE` and `> FILE` can be redirected here");
	skip_blank(lex, false);
	if (take_word(lex, err) != 0)
		return -1;
	if (!lex->in_word)
		return refuse(lex, err, "a redirection names no file");
	if (*file != NULL)
		return refuse(lex, err, "the same stream is redirected twice");
	*file = keep_word(pipeline, lex);
	return 0;
}

static bool
is_number(struct str word)
{
	uint64_t value;
	return str_to_u64(word, &value);
}

/* One command, up to the `|` behind it, which is taken and tells *more, or the end of the pipe. */
static int
take_command(struct pipeline *pipeline, struct lexer *lex, bool *more, struct err *err)
{
	struct pipeline_command *command = add_command(pipeline);

	*more = false;
	skip_blank(lex, true);
	while (lex->rest.len > 0) {
		char c = peek(lex, 0);
		if (c == '<' || c == '>') {
			if (take_redirection(pipeline, command, lex, err) != 0)
				return -1;
		} else if (c == '\n') {
			skip_blank(lex, true);
			if (peek(lex, 0) != '|')
				break;
		} else if (c == '|') {
			take(lex);
			if (peek(lex, 0) == '|' || peek(lex, 0) == '&')
				return refuse(lex, err,
					      "`||` and `|&` are no pipes between stages");
			*more = true;
			break;
		} else if (strchr(";&()", c) != NULL) {
			return refuse(lex, err,
				      "`;`, `&` and parentheses would need a shell: a "
				      "composition is one pipe");
		} else {
			if (take_word(lex, err) != 0)
				return -1;
			c = peek(lex, 0);
			if ((c == '<' || c == '>') && is_number(buf_str(&lex->word)))
				return refuse(lex, err,
					      "only `< FILE` and `> FILE` can be redirected here");
			if (lex->in_word) {
				MEM_GROW(command->words, command->count, command->room);
				command->words[command->count++] = (struct pipeline_word){
					keep_word(pipeline, lex), lex->expands};
			}
		}
		skip_blank(lex, false);
	}
	if (command->count == 0)
		return refuse(lex, err,
			      *more || pipeline->count > 1 ? "a `|` has no command beside it"
							   : "there is no command in it");
	return 0;
}

struct pipeline *
pipeline_parse(struct str text, struct err *err)
{
	struct pipeline *pipeline = mem_zero(1, sizeof(*pipeline));
	struct lexer lex = {.rest = text, .line = 1};
	bool more = true, failed = false;

	while (more && !failed)
		failed = take_command(pipeline, &lex, &more, err) != 0;
	if (!failed && lex.rest.len > 0) {
		refuse(&lex, err,
		       "the pipe ended on a line above: end that with `|` or a backslash to go on");
		failed = true;
	}
	buf_free(&lex.word);
	if (!failed)
		return pipeline;
	pipeline_free(pipeline);
	return NULL;
}

/* `chatmill exec --in X -- PROGRAM ...` is PROGRAM, with the options of exec. */
static void
look_into_exec(const struct pipeline_command *command, struct pipeline_stage *stage)
{
	for (size_t i = stage->arguments; i + 1 < command->count; i++)
		if (strcmp(command->words[i].text, "--") == 0) {
			stage->name = stage->program = command->words[i + 1].text;
			stage->arguments_end = i;
			return;
		}
}

struct pipeline_stage
pipeline_command_stage(const struct pipeline_command *command)
{
	const char *typed = command->words[0].text, *slash = strrchr(typed, '/');
	const char *file = slash != NULL ? slash + 1 : typed;
	struct pipeline_stage stage = {
		.name = typed, .arguments = 1, .arguments_end = command->count, .program = typed};

	if (strcmp(file, "chatmill") == 0 && command->count > 1) {
		stage.name = command->words[1].text;
		stage.arguments = 2;
		stage.program = NULL;
	} else if (strncmp(file, "chatmill-", 9) == 0) {
		stage.name = file + 9;
		stage.program = NULL;
	}
	if (strcmp(stage.name, "exec") == 0)
		look_into_exec(command, &stage);
	return stage;
}

const char *
pipeline_command_value(const struct pipeline_command *command, const struct pipeline_stage *stage,
		       const char *option)
{
	size_t len = strlen(option);
	const char *value = NULL;

	for (size_t i = stage->arguments; i < stage->arguments_end; i++) {
		const char *word = command->words[i].text;
		if (strncmp(word, option, len) == 0 && word[len] == '=')
			value = word + len + 1;
		else if (strcmp(word, option) == 0 && i + 1 < stage->arguments_end)
			value = command->words[i + 1].text;
	}
	return value;
}

void
pipeline_free(struct pipeline *pipeline)
{
	if (pipeline == NULL)
		return;
	for (size_t i = 0; i < pipeline->count; i++)
		free(pipeline->commands[i].words);
	free(pipeline->commands);
	arena_free(&pipeline->text);
	free(pipeline);
}
