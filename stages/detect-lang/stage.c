/* detect-lang -- say which language each message is written in. */
#include "stage.h"
#include "detect-lang.avsc.h"
#include "language_guess.h"

struct options {
	struct str model;
	double confident;
};
static const struct stage_option options[] = {
	OPTION(FILE, options, model, "langid.model", "trained model"),
	OPTION(REAL, options, confident, "0.2", "below this the code stays null", .max = 1),
	{0}};

struct message {
	struct str text;
};
static const struct field reads[] = {FIELD(message, text), {0}};

static const struct field candidate[] = {
	FIELD(language_candidate, code), FIELD(language_candidate, confidence), {0}};
static const struct field span[] = {
	FIELD(language_span, start), FIELD(language_span, end), FIELD(language_span, code), {0}};
static const struct field writes[] = {
	FIELD(language_guess, code),
	FIELD(language_guess, confidence),
	FIELD(language_guess, script),
	FIELD_LIST(language_guess, candidates, candidate_count, candidate),
	FIELD_LIST(language_guess, spans, span_count, span),
	FIELD(language_guess, reliable),
	{0}};
APPENDER(append_language, language_guess)

struct worker {
	struct language_scratch *scratch;
};

static void *
load(const void *given, struct err *err)
{
	const struct options *o = given;

	return language_model_open(o->model, err);
}

static void
unload(void *model)
{
	language_model_free(model);
}

static int
open_worker(struct stage *st, struct err *err)
{
	struct worker *w = stage_self(st);

	(void)err;
	w->scratch = language_scratch_new();
	return 0;
}

static void
close_worker(struct stage *st)
{
	struct worker *w = stage_self(st);

	language_scratch_free(w->scratch);
}

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	const struct options *o = stage_options(st);
	const struct message *m = record_read(rec);
	const struct worker *w = stage_self(st);

	if (m->text.ptr == NULL)
		return STAGE_PASS; /* nothing to say about it */
	const struct language_guess guess =
		language_guess(stage_shared(st), w->scratch, m->text, o->confident);
	append_language(rec, &guess);
	return STAGE_PASS;
}

static const struct stage_def detect_lang = {
	.api = STAGE_API,
	.name = "detect-lang",
	.version = CHATMILL_VERSION,
	.summary = "say which language each message is written in",
	.options = options,
	.self_size = sizeof(struct worker),
	.reads = reads,
	.appends = detect_lang_avsc,
	.writes = writes,
	.load = load,
	.unload = unload,
	.open = open_worker,
	.close = close_worker,
	.process = process,
};
STAGE_MAIN(detect_lang)
