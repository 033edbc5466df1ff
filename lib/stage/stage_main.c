/*
 * stage_main.c -- a declaration becomes a program: its command line, what it says of itself, its
 * one run, its exit status (0 ended well, 1 failed, 2 wrong usage).
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "observe/metrics_http.h"
#include "stage/alerts.h"
#include "stage/describe.h"
#include "stage/kafka_session.h"
#include "stage/options_parse.h"
#include "stage/run_kafka.h"
#include "stage/run_pipe.h"
#include "stage/stage_metrics.h"
#include "stage/stop.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE };

static const char *const log_levels[] = {"quiet", "info", "debug", NULL};

/* Rows that every kind of stage, or some, have in common. None changes what comes out. */
// clang-format off
#define ROW(t, m, val, text, ...) OPTION(t, runtime_options, m, val, text, .tuning = true, __VA_ARGS__)
#define INPUT_ROWS                                                                                 \
	ROW(PATH, in, "-", "Avro container to read, or kafka:TOPIC,...; - is standard input"),                         \
	ROW(FLAG, skip_corrupt, NULL, "pass over damage in the input, and say how much was lost")
#define OUTPUT_ROWS                                                                                \
	ROW(PATH, out, "-", "Avro container to write, or kafka:TOPIC; - is standard output"),                      \
	ROW(CHOICE, codec, "zstandard", "what --out FILE is packed with", .choices = runtime_codecs)
#define JOBS_ROW                                                                                   \
	ROW(INT, jobs, "1", "workers; the output is the same for any number", .min = 1, .max = 256)
#define COMMIT_ROW(text) ROW(DURATION, commit_every, NULL, text)
#define GROUP_ROWS                                                                                 \
	ROW(TEXT, group, NULL, "consumer group on Kafka; by default chatmill-STAGE"),              \
	ROW(TEXT, instance, NULL, "a stable name of this process in its group")
#define COMMON_ROWS                                                                                \
	ROW(LIST, kafka, NULL, "key=value for librdkafka, as often as needed: "                    \
			       "bootstrap.servers=HOST:PORT"),                                      \
	ROW(PATH, kafka_config, NULL, "file of such lines, secrets among them"),                   \
	ROW(PATH, schema_dir, NULL, "folder of *.avsc files, for what comes from Kafka"),          \
	ROW(TEXT, registry, NULL,                                                                  \
	    "URL of a schema registry (Confluent's API), for records on Kafka; or "                \
	    "$CHATMILL_REGISTRY_URL"),                                                             \
	ROW(TEXT, registry_user, NULL, "who asks it; with the password"),                          \
	ROW(SECRET, registry_password, NULL, "that user's password"),                              \
	ROW(SECRET, registry_token, NULL, "a bearer token instead"),                               \
	ROW(CHOICE, registry_subjects, "topic", "what schemas are called there",                   \
	    .choices = registry_subject_names),                                                    \
	ROW(CHOICE, delivery, "exactly-once", "what a crash leaves behind on Kafka",               \
	    .choices = runtime_deliveries),                                                        \
	ROW(PATH, dead_letters, NULL,                                                              \
	    "file for what is refused; without it the first bad record stops the stage"),          \
	ROW(TEXT, alert_command, NULL,                                                             \
	    "shell command for when something is refused; it gets JSON on standard input"),        \
	ROW(TEXT, alert_webhook, NULL,                                                             \
	    "URL that this JSON is posted to; or $CHATMILL_ALERT_WEBHOOK"),                        \
	ROW(DURATION, alert_every, "1m", "how often at most that is done"),                        \
	ROW(FLAG, strict, NULL, "exit status 1 when anything was refused"),                        \
	ROW(TEXT, metrics, NULL, "address (127.0.0.1:9400) for /metrics, /healthz and /readyz"),   \
	ROW(CHOICE, log, "info", "how much is said on standard error", .choices = log_levels),     \
	ROW(FLAG, help, NULL, "this text"),                                                        \
	ROW(FLAG, version, NULL, "name and version"),                                              \
	ROW(FLAG, describe, NULL, "the stage's declaration, as JSON"), {0}

static const struct stage_option source_rows[] = {
	OUTPUT_ROWS, COMMIT_ROW("on Kafka: make durable what was put out, this often; 1s"), COMMON_ROWS};
static const struct stage_option resuming_rows[] = {
	OUTPUT_ROWS, COMMIT_ROW("on Kafka: make durable what was put out, this often; 1s"),
	ROW(FLAG, anew, NULL, "on Kafka: begin at the beginning, not where the same command was cut off"),
	COMMON_ROWS};
static const struct stage_option transform_rows[] = {
	INPUT_ROWS, OUTPUT_ROWS, JOBS_ROW, GROUP_ROWS,
	COMMIT_ROW("on Kafka: make durable what was taken and put out, this often; 1s"), COMMON_ROWS};
static const struct stage_option keyed_rows[] = {
	INPUT_ROWS, OUTPUT_ROWS, JOBS_ROW,
	ROW(PATH, state, NULL, "folder that keeps what is remembered for the next run"),
	ROW(PATH, merge, NULL, "with --state: another such folder, of other input, to take in"),
	ROW(FLAG, finish, NULL, "with --state: there is no next run, so nothing waits for it"),
	ROW(FLAG, live, NULL, "timers fire when the clock says so, not only at the end of the input"),
	GROUP_ROWS, COMMIT_ROW("on Kafka: make durable what was taken and put out, this often; 1s"),
	COMMON_ROWS};
static const struct stage_option sink_rows[] = {
	INPUT_ROWS, JOBS_ROW,
	COMMIT_ROW("make durable what was taken, this often; by default at the end of the input, "
		   "on Kafka 1s"),
	GROUP_ROWS, COMMON_ROWS};
// clang-format on

static const struct stage_option *
rows_of(const struct stage_def *def)
{
	static const struct stage_option *const by_kind[] = {[STAGE_SOURCE] = source_rows,
							     [STAGE_TRANSFORM] = transform_rows,
							     [STAGE_SINK] = sink_rows};
	enum stage_kind kind = stage_kind_of(def);

	if (def->resumes)
		return resuming_rows;
	return kind == STAGE_TRANSFORM && def->states != NULL ? keyed_rows : by_kind[kind];
}

struct program {
	const struct stage_def *def;
	char name[64];        /* "chatmill-parse" */
	char dead_topic[300]; /* "kafka:messages.dead", where none is given */
	void *own;            /* the author's options */
	struct runtime_options runtime;
	struct option_table tables[2];
	struct options *options;
};
enum { TABLE_OWN, TABLE_RUNTIME };

/* Flushes what printf has buffered: a --help that nobody could read is a failure. */
static int
end_stdout(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_OK;
	log_error("standard output: could not write: %s", strerror(errno));
	return EXIT_FAILED;
}

static int
print_help(const struct program *p)
{
	struct buf reads = {0}, writes = {0}, text = {0};

	describe_reads(p->def, &reads);
	describe_writes(p->def, &writes);
	struct options_help help = {.program = p->name,
				    .summary = p->def->summary,
				    .reads = reads.len == 0 ? NULL : buf_cstr(&reads),
				    .writes = writes.len == 0 ? NULL : buf_cstr(&writes),
				    .arguments = p->def->arguments,
				    .examples = p->def->examples};
	options_help(&text, &help, p->tables, 2, 0);
	fwrite(text.ptr, 1, text.len, stdout);
	buf_free(&reads);
	buf_free(&writes);
	buf_free(&text);
	return end_stdout();
}

/* Whether a command line is right, as far as can be told before anything is read. */
static int
try_options(struct program *p, int argc, char **argv, void **shared, struct err *err)
{
	log_set_level(LOG_QUIET);
	p->options = options_parse(p->tables, 2, argc, argv, err);
	if (p->options == NULL)
		return -1;
	if (p->def->load == NULL)
		return 0;
	*shared = p->def->load(p->own, err);
	return *shared != NULL ? 0 : -1;
}

static int
print_json(json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(1));

	printf("%s\n", text);
	free(text);
	json_decref(json);
	return end_stdout();
}

/* With nothing else on the command line, of the stage as such; else also of what it is asked for
 * there, or what is wrong with that. */
static int
print_description(struct program *p, int argc, char **argv)
{
	const char *const *needs = NULL;
	void *shared = NULL;
	struct err err = {0};

	if (binding_check(p->def, &err) != 0 || options_check(p->tables, 2, &err) != 0) {
		log_error("declaration: %s", err.text);
		return EXIT_FAILED;
	}
	if (argc > 2 && try_options(p, argc, argv, &shared, &err) != 0) {
		(void)print_json(json_pack("{s:s}", "error", err.text));
		return EXIT_USAGE;
	}
	if (argc > 2 && p->def->needs != NULL)
		needs = p->def->needs(shared);
	int status = print_json(describe_stage(p->def, needs, options_describe(p->tables, 2)));
	if (argc > 2 && p->def->unload != NULL)
		p->def->unload(shared);
	return status;
}

static bool
asks(const struct program *p, int argc, char **argv, const char *flag)
{
	return options_asks(p->tables, 2, argc, argv, flag);
}

/* "-" is the standard stream of that number; NULL is none. Devices may well serve for both. */
static bool
is_same_file(const char *a, int a_standard, const char *b, int b_standard)
{
	struct stat one, other;

	if (a == NULL || b == NULL)
		return false;
	if ((strcmp(a, "-") == 0 ? fstat(a_standard, &one) : stat(a, &one)) != 0 ||
	    (strcmp(b, "-") == 0 ? fstat(b_standard, &other) : stat(b, &other)) != 0)
		return false; /* what is not there yet is no other file */
	return !S_ISCHR(one.st_mode) && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Dead letters replace their file even when the run fails: they must not do that to the output, nor
 * to an input that was not read to its end. */
static int
check_files(const struct runtime_options *o, struct err *err)
{
	const char *dead = o->dead_letters;

	if (dead == NULL)
		return 0;
	if ((o->out != NULL && strcmp(dead, o->out) == 0) ||
	    is_same_file(dead, STDOUT_FILENO, o->out, STDOUT_FILENO))
		return err_set(err, ERR_INPUT, "--dead-letters \"%s\": the output goes there",
			       dead);
	if (is_same_file(dead, STDOUT_FILENO, o->in, STDIN_FILENO))
		return err_set(err, ERR_INPUT, "--dead-letters \"%s\": the input comes from there",
			       dead);
	return 0;
}

static int
check_state(const struct runtime_options *o, struct err *err)
{
	if ((o->finish || o->merge != NULL) && o->state == NULL)
		return err_set(err, ERR_INPUT, "--%s is for what --state keeps",
			       o->finish ? "finish" : "merge");
	if (is_same_file(o->state, -1, o->merge, -1))
		return err_set(err, ERR_INPUT, "--merge \"%s\" is what --state keeps itself",
			       o->merge);
	if (o->live && o->jobs > 1)
		return err_set(err, ERR_INPUT, "--live takes one worker, not --jobs %d",
			       (int)o->jobs);
	return 0;
}

/* On Kafka always: dead letters lie in a topic that nobody may look at. */
static struct alerts *
open_alerts(struct program *p)
{
	const struct runtime_options *o = &p->runtime;
	struct str topic = str_of(o->in);

	if (o->dead_letters == NULL && kafka_endpoint_is(o->in))
		snprintf(p->dead_topic, sizeof(p->dead_topic), "%.*s.dead",
			 (int)strcspn(topic.ptr, ",?"), topic.ptr);
	const struct alert_plan plan = {
		.stage = p->def->name,
		.where = o->dead_letters != NULL ? o->dead_letters : p->dead_topic,
		.command = o->alert_command,
		.webhook = o->alert_webhook != NULL ? o->alert_webhook
						    : getenv("CHATMILL_ALERT_WEBHOOK"),
		.every_ms = o->alert_every,
	};

	return plan.command != NULL || plan.webhook != NULL || kafka_endpoint_is(o->in)
		       ? alerts_open(&plan)
		       : NULL;
}

/* The run itself, between load() and unload(). *usage: the command line was wrong after all. */
static int
run_job(struct program *p, struct progress_counts *counts, bool *usage, struct err *err)
{
	struct stage_metrics metrics = {0};
	struct job job = {.binding.def = p->def,
			  .options = p->own,
			  .skip_corrupt = p->runtime.skip_corrupt,
			  .commits_early = p->runtime.commit_every > 0,
			  .counts = counts,
			  .metrics = &metrics};
	int result = check_files(&p->runtime, err);
	if (result == 0)
		result = kafka_session_check(&p->runtime, err);

	if (result == 0)
		result = check_state(&p->runtime, err);
	*usage = result != 0;
	stage_metrics_open(&metrics, p->def, kafka_endpoint_is(p->runtime.in));
	if (result == 0 && p->runtime.metrics != NULL) {
		job.http = metrics_http_start(p->runtime.metrics, metrics.registry, metrics.ready,
					      err);
		if (job.http == NULL) {
			*usage = err->class == ERR_INPUT;
			result = -1;
		} else {
			log_event("metrics", "address=%s", metrics_http_address(job.http));
		}
	}
	if (result == 0 && p->def->load != NULL) {
		job.shared = p->def->load(p->own, err);
		if (job.shared == NULL) {
			*usage = err->class == ERR_INPUT;
			result = -1;
		}
	}
	if (result == 0) {
		struct progress *progress = progress_start(p->def->name, counts);
		job.alerts = open_alerts(p);
		json_t *own = options_json(p->tables, 1);
		result = kafka_endpoint_is(p->runtime.in) ? run_kafka(&job, &p->runtime, own, err)
							  : run_pipe(&job, &p->runtime, own, err);
		progress_stop(progress);
		alerts_close(job.alerts);
		if (p->def->unload != NULL)
			p->def->unload(job.shared);
	}
	metrics_http_stop(job.http);
	stage_metrics_close(&metrics);
	if (result != 0)
		return -1;
	if (atomic_load(&job.source_lost))
		return err_set(err, ERR_INPUT, "not every source could be used");
	if (p->runtime.strict && atomic_load(&job.dead_records) > 0)
		return err_set(err, ERR_INPUT, "something was refused, and --strict is given");
	return 0;
}

static int
run_program(struct program *p, int argc, char **argv)
{
	struct progress_counts counts = {0};
	struct err err = {0};

	p->options = options_parse(p->tables, 2, argc, argv, &err);
	bool usage = p->options == NULL && err.class == ERR_INPUT;
	if (p->options != NULL) {
		log_set_level((enum log_level)p->runtime.log);
		stop_listen();
		mem_at_exhaustion = file_replace_abort_all;
		if (run_job(p, &counts, &usage, &err) == 0)
			return EXIT_OK;
	}
	log_error("%s", err.text);
	if (!usage)
		return EXIT_FAILED;
	log_error("`%s --help` says what there is", p->name);
	return EXIT_USAGE;
}

int
stage_main(const struct stage_def *def, int argc, char **argv)
{
	const struct stage_option *own = def->options;
	struct program p = {.def = def};
	int status;

	file_hold_standard();
	snprintf(p.name, sizeof(p.name), "chatmill-%s", def->name == NULL ? "?" : def->name);
	log_set_program(p.name);
	p.own = mem_zero(1, own == NULL ? 1 : own[0].of);
	p.tables[TABLE_OWN] = (struct option_table){"Options", own, p.own};
	p.tables[TABLE_RUNTIME] =
		(struct option_table){"Options of every stage", rows_of(def), &p.runtime};
	/* What a kind has no row for. */
	p.runtime = (struct runtime_options){.in = "-", .out = "-", .jobs = 1};
	if (asks(&p, argc, argv, "describe")) {
		status = print_description(&p, argc, argv);
	} else if (asks(&p, argc, argv, "help")) {
		status = print_help(&p);
	} else if (asks(&p, argc, argv, "version")) {
		printf("%s %s\n", p.name, def->version);
		status = end_stdout();
	} else {
		status = run_program(&p, argc, argv);
	}
	options_free(p.options);
	free(p.own);
	return status;
}
