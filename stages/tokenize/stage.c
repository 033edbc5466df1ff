/* tokenize -- cut each message into words, numbers, emoji, links ... */
#include "stage.h"

#include "language/analyser.h"
#include "language/segmenter.h"
#include "tokenize.avsc.h"

struct options {
	struct str segmenter;
	bool stem;
};
static const struct stage_option options[] = {
	OPTION(FILE, options, segmenter, "segmenter.model",
	       "where words end in scripts without spaces"),
	OPTION(FLAG, options, stem, NULL, "a word's norm is its stem, where its language is known"),
	{0}};

static const struct field reads[] = {
	FIELD(analyser_input, text),
	FIELD_AT("language.code", analyser_input, language, .optional = true),
	FIELD_LIST(analyser_input, mentions, mention_count, field_strings, .optional = true),
	{0}};

static const struct field writes[] = {FIELD(token, start),
				      FIELD(token, end),
				      FIELD_ENUM(token, kind, token_kind_names),
				      FIELD(token, norm),
				      {0}};

struct worker {
	struct analyser *analyser;
};

static void *
load(const void *with, struct err *err)
{
	const struct options *o = with;

	return segmenter_open(o->segmenter, err);
}

static void
unload(void *shared)
{
	segmenter_close(shared);
}

static int
open_worker(struct stage *st, struct err *err)
{
	const struct options *o = stage_options(st);
	struct worker *w = stage_self(st);

	(void)err;
	w->analyser = analyser_new(stage_shared(st), o->stem);
	return 0;
}

static void
close_worker(struct stage *st)
{
	struct worker *w = stage_self(st);

	analyser_free(w->analyser);
}

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	struct worker *w = stage_self(st);
	const struct analyser_input *message = record_read(rec);
	const struct token *tokens;
	size_t count;
	struct err err;

	if (message->text.ptr == NULL)
		return STAGE_PASS; /* nobody wrote anything */
	if (analyser_run(w->analyser, message, &tokens, &count, &err) != 0)
		return stage_error(st, &err);
	record_append_list(rec, tokens, count);
	return STAGE_PASS;
}

static const struct stage_def tokenize = {
	.api = STAGE_API,
	.name = "tokenize",
	.version = CHATMILL_VERSION,
	.summary = "cut each message into words, numbers, emoji, links",
	.options = options,
	.self_size = sizeof(struct worker),
	.reads = reads,
	.appends = tokenize_avsc,
	.writes = writes,
	.load = load,
	.unload = unload,
	.open = open_worker,
	.close = close_worker,
	.process = process,
};
STAGE_MAIN(tokenize)
