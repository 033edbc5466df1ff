/*
 * exec -- any program that filters Avro, in whatever language, as a stage: also between two topics.
 *
 * The program is fed what is in hand, and each record waits for its answer. The first record that
 * has none is the one to be blamed: it is tried again by itself, in a process of its own whose
 * input ends behind it, so that what the program does with it cannot be mistaken. Three times in
 * vain, and it is a dead letter, while the others go on.
 */
#include "stage.h"
#include "avro/plan.h"
#include "base/log.h"
#include "base/mem.h"
#include "filter_process.h"
#include <ctype.h>

#define FED_RECORDS 1000
#define FED_BYTES   ((size_t)512 * 1024)
#define DISMISS_MS  5000

struct options {
	struct stage_arguments program;
	int64_t timeout;
};
static const struct stage_option options[] = {
	OPTION(ARGUMENTS, options, program, NULL,
	       "the program and its arguments, behind \"--\"; it reads an Avro container on "
	       "standard input and writes one on standard output, a record for each record",
	       .min = 1),
	OPTION(DURATION, options, timeout, "60s", "how long an answer may take", .min = 1,
	       .tuning = true),
	{0}};

enum { COUNT_STARTS };
static const struct stage_counter counters[] = {{"starts", "Times the program was started."}, {0}};

struct message {
	struct str message_id;
};
static const struct field reads[] = {FIELD(message, message_id, .optional = true), {0}};

struct exec {
	struct filter_process *filter; /* NULL: not started */
	struct filter_plan plan;
	char **argv;
	struct buf fed; /* what it was fed and has not answered */
	size_t fed_at;
	uint64_t unanswered;
	struct buf answer, suspect;    /* suspect: the record that got none at last */
	bool silent;                   /* it was fed, and said nothing in time */
	bool batchwise;                /* it answers when its input ends, and not before */
	struct avro_schema *shape;     /* what it answered first */
	struct avro_plan *answer_plan; /* reads message_id of that */
	struct avro_plan *fed_plan;    /* and of what it is fed */
	struct arena arena;
};

/* ---- its schema */

static char **
argv_of(const struct options *o)
{
	char **argv = mem_zero(o->program.count + 1, sizeof(*argv));

	for (size_t i = 0; i < o->program.count; i++)
		argv[i] = (char *)o->program.at[i]; /* execvp() changes none */
	return argv;
}

static void *
load(const void *with, struct err *err)
{
	(void)err;
	return (void *)with; /* what shape() needs */
}

/* Started with no records: whether it works at all, and what it would write. */
static int
shape(const void *shared, const struct avro_schema *input, struct str trail, struct buf *schema,
      struct buf *trail_out, struct err *err)
{
	const struct options *o = shared;
	char **argv = argv_of(o);
	struct filter_plan plan = {.argv = argv,
				   .schema = avro_schema_json(input),
				   .trail = trail,
				   .timeout_ms = o->timeout};
	struct filter_process *f = filter_start(&plan, err);
	const struct avro_schema *output;
	struct str record;
	int result = -1;

	if (f == NULL)
		goto end;
	filter_feed_end(f);
	output = filter_schema(f, err);
	if (output == NULL || (result = filter_next(f, &record, err)) < 0) {
		err_prefix(err, "given a header and no records: ");
	} else if (result > 0) {
		result = err_set(err, ERR_FATAL,
				 "program \"%s\" gave a record when it was given none", argv[0]);
	} else {
		buf_add(schema, avro_schema_json(output));
		if (!str_equal(filter_trail(f), trail))
			buf_add(trail_out, filter_trail(f));
	}
end:
	filter_kill(f);
	free(argv);
	return result;
}

/* ---- one run of the program */

static bool
breathe(void *with)
{
	return stage_breathe(with);
}

static void
end_filter(struct exec *x)
{
	filter_kill(x->filter);
	x->filter = NULL;
	buf_clear(&x->fed);
	x->fed_at = 0;
	x->unanswered = 0;
}

static int
start_filter(struct stage *st, struct err *err)
{
	struct exec *x = stage_self(st);
	const struct options *o = stage_options(st);

	x->plan = (struct filter_plan){
		.argv = x->argv,
		.schema = avro_schema_json(stage_input_schema(st)),
		.trail = stage_input_metadata(st, STR("chatmill.trail")),
		.timeout_ms = o->timeout,
		.breathe = breathe,
		.with = st,
	};
	x->filter = filter_start(&x->plan, err);
	if (x->filter != NULL)
		stage_count(st, COUNT_STARTS, 1);
	return x->filter == NULL ? -1 : 0;
}

static void
feed(struct exec *x, uint64_t count, struct str records, bool all)
{
	filter_feed(x->filter, count, records);
	if (all)
		filter_feed_end(x->filter);
	buf_clear(&x->fed);
	buf_add(&x->fed, records);
	x->fed_at = 0;
	x->unanswered = count;
}

/* Each run must answer in the same shape. */
static int
check_shape(struct exec *x, struct err *err)
{
	const struct avro_schema *schema = filter_schema(x->filter, err);

	if (schema == NULL)
		return -1;
	if (x->shape == NULL) {
		x->shape = avro_schema_parse(avro_schema_json(schema), err);
		if (x->shape == NULL)
			return -1;
		x->answer_plan =
			avro_plan_new(avro_schema_root(x->shape), reads, (struct str){0}, err);
		return x->answer_plan == NULL ? -1 : 0;
	}
	if (str_equal(avro_schema_json(schema), avro_schema_json(x->shape)))
		return 0;
	return err_set(err, ERR_FATAL, "program \"%s\" answers with another schema than before",
		       x->argv[0]);
}

static struct str
id_of(struct exec *x, const struct avro_plan *plan, struct str record)
{
	struct message read = {0};
	struct avro_record at;
	struct err ignored;
	bool whole;

	arena_reset(&x->arena);
	if (avro_plan_take(plan, &record, &read, &x->arena, &at, &whole, &ignored) != 0)
		return (struct str){0};
	return read.message_id;
}

/* An answer has the message_id of its record, where both have one. */
static bool
answers(struct exec *x, struct str answer, struct str id)
{
	struct str given = id_of(x, x->answer_plan, answer);

	return given.ptr == NULL || id.ptr == NULL || str_equal(given, id);
}

/* Whether the next answer is for this record again, and not for the one that was fed behind it. It
 * is waited for: so it will be anyhow. */
static bool
answers_twice(struct exec *x, struct str id)
{
	struct str next, behind = str_tail(buf_str(&x->fed), x->fed_at);
	struct err ignored = {0}; /* what is wrong with the next is told when it is its turn */

	return id.ptr != NULL && filter_peek(x->filter, &next, &ignored) > 0 &&
	       str_equal(id_of(x, x->answer_plan, next), id) &&
	       !answers(x, next, id_of(x, x->fed_plan, behind));
}

static int
tell_too_many(const struct exec *x, struct err *err)
{
	return err_set(err, ERR_RETRY, "program \"%s\" gave more than one record for it",
		       x->argv[0]);
}

static int
tell_too_few(const struct exec *x, struct err *err)
{
	return err_set(err, ERR_RETRY, "program \"%s\" ended without a record for it", x->argv[0]);
}

/* The answer to the record, into x->answer. */
static int
take_answer(struct exec *x, const struct message *m, struct err *err)
{
	struct str answer;
	int got = filter_next(x->filter, &answer, err);

	if (got < 0)
		return -1;
	if (got == 0)
		return tell_too_few(x, err);
	if (check_shape(x, err) != 0)
		return -1;
	if (!answers(x, answer, m->message_id))
		return err_set(err, ERR_RETRY,
			       "program \"%s\" gave another message's record in its place",
			       x->argv[0]);
	buf_clear(&x->answer);
	buf_add(&x->answer, answer);
	return 0;
}

/* It must have nothing more to say, and have ended well. */
static int
take_end(struct exec *x, struct err *err)
{
	struct str more;
	int got = filter_next(x->filter, &more, err);

	return got > 0 ? tell_too_many(x, err) : got;
}

/* ---- records */

/* In a process of its own. */
static int
ask_alone(struct stage *st, struct record *rec, struct err *err)
{
	struct exec *x = stage_self(st);

	end_filter(x);
	if (start_filter(st, err) != 0)
		return -1;
	feed(x, 1, record_bytes(rec), true);
	int result = take_answer(x, record_read(rec), err);
	if (result == 0)
		result = take_end(x, err);
	end_filter(x);
	return result;
}

static bool
is_next(const struct exec *x, struct str record)
{
	return x->unanswered > 0 && x->fed.len - x->fed_at >= record.len &&
	       memcmp(x->fed.ptr + x->fed_at, record.ptr, record.len) == 0;
}

/* The record is the next that it will answer. */
static int
feed_run(struct stage *st, struct record *rec, struct err *err)
{
	struct exec *x = stage_self(st);
	struct str run;

	if (x->filter != NULL && is_next(x, record_bytes(rec)))
		return 0;
	if (x->filter != NULL && (x->unanswered > 0 || x->batchwise))
		end_filter(x); /* what it was fed is not what comes */
	uint64_t count = record_run(rec, FED_RECORDS, FED_BYTES, &run, err);
	if (count == 0)
		return -1;
	if (x->filter == NULL && start_filter(st, err) != 0)
		return -1;
	feed(x, count, run, x->batchwise);
	return 0;
}

static int
ask_in_turn(struct stage *st, struct record *rec, struct err *err)
{
	struct exec *x = stage_self(st);

	if (feed_run(st, rec, err) != 0 || take_answer(x, record_read(rec), err) != 0)
		return -1;
	const struct message *m = record_read(rec);
	x->fed_at += record_bytes(rec).len;
	if (--x->unanswered > 0)
		return answers_twice(x, m->message_id) ? tell_too_many(x, err) : 0;
	if (x->batchwise)
		return take_end(x, err);
	return filter_has_more(x->filter) ? tell_too_many(x, err) : 0;
}

/* One that is silent until its input ends is given ends. */
static void
learn(struct exec *x)
{
	if (x->silent && !x->batchwise) {
		x->batchwise = true;
		log_event("batchwise",
			  "program=\"%s\" reason=\"it holds its answers back until its input ends: "
			  "it is started for each batch\"",
			  x->argv[0]);
	}
	x->silent = false;
	buf_clear(&x->suspect);
}

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	struct exec *x = stage_self(st);
	struct str record = record_bytes(rec);
	struct err err = {0};
	bool again = x->suspect.len > 0 && str_equal(buf_str(&x->suspect), record);

	if ((again ? ask_alone(st, rec, &err) : ask_in_turn(st, rec, &err)) == 0) {
		if (again)
			learn(x);
		stage_emit_bytes(st, buf_str(&x->answer));
		return STAGE_PASS;
	}
	if (!again) {
		x->silent = x->filter != NULL && filter_timed_out(x->filter) &&
			    filter_answers(x->filter) == 0;
		buf_clear(&x->suspect);
		buf_add(&x->suspect, record);
	}
	end_filter(x);
	return stage_error(st, &err);
}

static int
open_worker(struct stage *st, struct err *err)
{
	struct exec *x = stage_self(st);

	x->argv = argv_of(stage_options(st));
	x->fed_plan = avro_plan_new(avro_schema_root(stage_input_schema(st)), reads,
				    (struct str){0}, err);
	return x->fed_plan == NULL ? -1 : 0;
}

static void
close_worker(struct stage *st)
{
	struct exec *x = stage_self(st);
	struct err err = {0};

	if (x->filter != NULL && x->unanswered == 0 && !x->batchwise) {
		filter_dismiss(x->filter, DISMISS_MS); /* it may have things to put in order */
		if (take_end(x, &err) != 0)
			log_error("at the end of all: %s", err.text);
	}
	end_filter(x);
	avro_plan_free(x->answer_plan);
	avro_plan_free(x->fed_plan);
	avro_schema_free(x->shape);
	buf_free(&x->fed);
	buf_free(&x->answer);
	buf_free(&x->suspect);
	arena_free(&x->arena);
	free(x->argv);
}

static const char *const examples[] = {
	"chatmill exec --in kafka:messages --out kafka:asked -- ./question.py",
	"chatmill exec --dead-letters dead.avro -- ./question.py < messages.avro > asked.avro",
	NULL};

static const struct stage_def exec = {
	.api = STAGE_API,
	.name = "exec",
	.version = CHATMILL_VERSION,
	.summary = "run any program that filters Avro, in whatever language, as a stage",
	.options = options,
	.self_size = sizeof(struct exec),
	.reads = reads,
	.counters = counters,
	.examples = examples,
	.load = load,
	.shape = shape,
	.open = open_worker,
	.close = close_worker,
	.process = process,
};

/* The stage is called what its program is: "question.py" of "-- ./question.py". */
static char *
name_of(const char *program)
{
	const char *slash = strrchr(program, '/');
	char *name = str_dup(str_of(slash == NULL ? program : slash + 1));

	for (char *at = name; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at) && strchr("._-", *at) == NULL)
			*at = '_';
	return name;
}

int
main(int argc, char **argv)
{
	struct stage_def def = exec;
	char *name = NULL;

	for (int i = 1; i + 1 < argc && name == NULL; i++)
		if (strcmp(argv[i], "--") == 0)
			name = name_of(argv[i + 1]);
	if (name != NULL && name[0] != '\0')
		def.name = name;
	int status = stage_main(&def, argc, argv);
	free(name);
	return status;
}
