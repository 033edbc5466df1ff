#include "stage/run_pipe.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "observe/metrics_http.h"
#include "stage/kafka_resume.h"
#include "stage/kafka_session.h"
#include "stage/output.h"
#include "stage/stage_metrics.h"
#include "stage/state_merge.h"
#include "stage/stop.h"
#include "stage/timers.h"
#include "stage/trail.h"
#include "stage/worker_pool.h"
#include "transport/pipe.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define REPORT_MS 200  /* between two lines on $CHATMILL_PROGRESS_FD */
#define TEND_MS   200  /* between two looks for timers, with --live */
#define SETTLE_MS 1000 /* between two commits to a topic */

const char *const runtime_codecs[] = {"null", "deflate", "snappy", "zstandard", NULL};

struct run {
	struct job *job;
	const struct runtime_options *options;
	json_t *own_options; /* for the trail */
	struct pipe_in *in;
	struct container_reader *reader;
	struct dead_input *dead_input;
	struct dead_letters *dead_letters;
	struct output *out, *dead;  /* dead: opened with the first letter */
	struct kafka_session kafka; /* where one of them is a topic */
	int64_t settle_every;       /* ms, to a topic */
	uint64_t settled;           /* times */
	struct buf trail, scratch;
	int report_fd; /* -1: nobody asked */
	int64_t reported_ms, committed_ms;
	uint64_t damaged_bytes; /* that the metrics know of */
	struct stage *sink;     /* with --commit-every: whose commit comes in between */
	bool uncommitted;
	struct stage *tended; /* with --live: whose timers fire in between */
	int64_t tended_ms;
	struct state_disk *state;         /* with --state */
	bool stopped;                     /* the user asked for an end before the input had one */
	struct stage *source;             /* one that resumes, while it writes a topic */
	struct buf name, position, noted; /* by which it is known there; where it was cut off, is */
	bool live;                        /* a source has waited: it has no end but the user's */
};

/* ---- opening */

static int
open_input(struct run *run, struct err *err)
{
	struct job *job = run->job;
	struct avro_schema *schema;

	run->in = pipe_in_open(run->options->in, stop_fd(), err);
	if (run->in == NULL)
		return -1;
	job->input_name = pipe_in_name(run->in);
	atomic_store(&job->counts->bytes_total, pipe_in_size(run->in));
	run->reader = container_reader_open((struct byte_source){pipe_in_read, run->in},
					    job->input_name, run->options->skip_corrupt, err);
	if (run->reader == NULL) {
		if (pipe_in_stopped(run->in))
			err_set(err, ERR_FATAL, "stopped by %s before the input began",
				stop_signal());
		return -1;
	}
	job->reader = run->reader;
	run->dead_input = dead_input_new(container_reader_schema(run->reader), err);
	if (run->dead_input == NULL && err->class != ERR_NONE)
		return -1;
	job->dead_input = run->dead_input;
	if (run->dead_input != NULL)
		schema = dead_input_schema(run->dead_input, err);
	else
		schema = avro_schema_parse(avro_schema_json(container_reader_schema(run->reader)),
					   err);
	if (schema == NULL)
		return -1;
	if (binding_open(&job->binding, job->binding.def, schema, err) == 0)
		return 0;
	return err_prefix(err, "%s: ", job->input_name);
}

/* What the input's header says besides its schema goes on, with this stage's step in the trail. */
static int
open_output(struct run *run, struct err *err)
{
	struct binding *b = &run->job->binding;
	struct container_entry *entries = NULL;
	size_t count = 0, room = 0;
	struct str key, value, earlier = {0};

	if (b->kind == STAGE_SINK)
		return 0;
	for (size_t i = 0;
	     run->reader != NULL && container_reader_entry(run->reader, i, &key, &value); i++) {
		if (str_starts(key, STR("avro.")) || str_equal(key, STR("stream.end")))
			continue;
		if (str_equal(key, STR(TRAIL_KEY))) {
			earlier = value;
			continue;
		}
		MEM_GROW(entries, count, room);
		entries[count++] = (struct container_entry){key, value};
	}
	if (binding_shape(b, run->job->shared, earlier, &run->trail, err) != 0) {
		free(entries);
		return -1;
	}
	if (run->trail.len == 0)
		trail_add(earlier, b->def, json_incref(run->own_options), &run->trail);
	MEM_GROW(entries, count, room);
	entries[count++] = (struct container_entry){STR(TRAIL_KEY), buf_str(&run->trail)};
	if (kafka_endpoint_is(run->options->out))
		run->out = output_open_topic(
			&run->kafka, run->options->out, avro_schema_json(b->output),
			kafka_session_key_path(b->def), buf_str(&run->trail), err);
	else
		run->out = output_open(run->options->out, avro_schema_json(b->output),
				       runtime_codecs[run->options->codec], entries, count, err);
	free(entries);
	return run->out == NULL ? -1 : 0;
}

static int
open_dead_letters(struct run *run, struct err *err)
{
	if (run->options->dead_letters == NULL)
		return 0;
	run->dead_letters = dead_letters_new(run->job->binding.input, err);
	run->job->dead = run->dead_letters;
	return run->dead_letters == NULL ? -1 : 0;
}

/* ---- batches */

/* Where `chatmill run` wants to be told how far this is; -1: nowhere. */
static int
watcher_fd(void)
{
	const char *given = getenv("CHATMILL_PROGRESS_FD");
	uint64_t fd;

	return given != NULL && str_to_u64(str_of(given), &fd) && fd <= 1000000 ? (int)fd : -1;
}

static void
report(struct run *run, bool now)
{
	const struct progress_counts *c = run->job->counts;
	char line[160];

	if (run->report_fd < 0 || (!now && clock_monotonic_ms() - run->reported_ms < REPORT_MS))
		return;
	run->reported_ms = clock_monotonic_ms();
	int len = snprintf(line, sizeof(line), "%llu %llu %llu %llu %llu\n",
			   (unsigned long long)atomic_load(&c->records_in),
			   (unsigned long long)atomic_load(&c->records_out),
			   (unsigned long long)atomic_load(&c->rejected),
			   (unsigned long long)atomic_load(&c->bytes),
			   (unsigned long long)atomic_load(&c->bytes_total));
	if (write(run->report_fd, line, (size_t)len) != len)
		run->report_fd = -1; /* whoever watched is gone: the work goes on */
}

static int
write_dead_block(void *with, uint64_t count, struct str bytes, struct err *err)
{
	struct run *run = with;

	if (run->dead == NULL) {
		struct str schema = dead_letters_schema(run->dead_letters);
		if (kafka_endpoint_is(run->options->dead_letters))
			run->dead = output_open_topic(&run->kafka, run->options->dead_letters,
						      schema, NULL, (struct str){0}, err);
		else
			run->dead = output_open(run->options->dead_letters, schema, "zstandard",
						NULL, 0, err);
		if (run->dead == NULL)
			return err_prefix(err, "dead letters: ");
		log_event("dead_letters", "file=\"%s\"", run->options->dead_letters);
	}
	if (output_block(run->dead, count, bytes, err) != 0) {
		output_abort(run->dead); /* cut off in the middle: not for its final name */
		run->dead = NULL;
		return err_prefix(err, "dead letters: ");
	}
	metric_add(run->job->metrics->dead_letters, (int64_t)count);
	atomic_fetch_add(&run->job->counts->rejected, count);
	return 0;
}

static int
write_block(void *with, uint64_t count, struct str bytes, struct err *err)
{
	struct run *run = with;

	if (output_block(run->out, count, bytes, err) != 0)
		return -1;
	metric_add(run->job->metrics->records_out, (int64_t)count);
	atomic_fetch_add(&run->job->counts->records_out, count);
	return 0;
}

static bool
is_to_topic(const struct run *run)
{
	return run->out != NULL && output_is_topic(run->out);
}

/* Goes with what the source has put out; without transactions, behind it. */
static int
note_position(struct run *run, struct str position, struct err *err)
{
	if (run->options->delivery == DELIVERY_AT_LEAST_ONCE && output_settle(run->out, err) != 0)
		return -1;
	return kafka_resume_note(&run->kafka, buf_str(&run->name), position, err);
}

/* Where the source is, if it has given anything since it was last asked, or begun. */
static int
note_progress(struct run *run, struct err *err)
{
	struct str position = worker_position(run->source);

	if (position.len == 0 || str_equal(position, buf_str(&run->noted)))
		return 0;
	if (note_position(run, position, err) != 0)
		return -1;
	buf_clear(&run->noted);
	buf_add(&run->noted, position);
	return 0;
}

/* What has left for a topic becomes durable. */
static int
settle(struct run *run, struct err *err)
{
	run->committed_ms = clock_monotonic_ms();
	run->settled++;
	if (run->source != NULL && note_progress(run, err) != 0)
		return -1;
	return output_settle(run->out, err);
}

static int
settle_in_time(void *with, struct err *err)
{
	struct run *run = with;

	if (!is_to_topic(run) || clock_monotonic_ms() - run->committed_ms < run->settle_every)
		return 0;
	return settle(run, err);
}

/* What came of a batch leaves. Dead letters first: what is refused is never only gone. */
static int
write_batch(struct run *run, const struct batch *batch, struct err *err)
{
	const struct share *failure = batch_failure(batch);
	bool mirrored = run->job->binding.mirrors;
	uint64_t taken = batch->in.count; /* none behind a source or a timer */

	if (failure != NULL && failure->stop_at < taken)
		taken = failure->stop_at;

	if (batch_blocks(batch, true, false, &run->scratch, write_dead_block, run, err) != 0 ||
	    (run->out != NULL &&
	     batch_blocks(batch, false, mirrored, &run->scratch, write_block, run, err) != 0))
		return -1;
	metric_add(run->job->metrics->records_in, (int64_t)taken);
	atomic_fetch_add(&run->job->counts->records_in, taken);
	if (run->out != NULL)
		metric_set(run->job->metrics->bytes_out, (int64_t)output_bytes(run->out));
	if (run->reader != NULL) {
		metric_add(run->job->metrics->bytes_in, (int64_t)batch->in.size);
		atomic_fetch_add(&run->job->counts->bytes, batch->in.size);
	}
	report(run, false);
	if (failure == NULL)
		return settle_in_time(run, err);
	*err = failure->why;
	return -1;
}

/* What the sink has taken becomes durable, though there may be more. */
static int
commit_so_far(void *with, struct err *err)
{
	struct run *run = with;

	run->committed_ms = clock_monotonic_ms();
	if (!run->uncommitted)
		return 0;
	run->uncommitted = false;
	return worker_commit(run->sink, NULL, 0, err);
}

/* After each batch of a sink: shown, and made durable where it is time. */
static int
settle_sink(struct run *run, struct stage *worker, struct err *err)
{
	if (run->job->binding.kind != STAGE_SINK)
		return 0;
	if (worker_flush(worker, err) != 0)
		return -1;
	run->uncommitted = true;
	if (run->sink == NULL ||
	    clock_monotonic_ms() - run->committed_ms < run->options->commit_every)
		return 0;
	return commit_so_far(run, err);
}

/* 1 a block; 0 the end; -1. */
static int
read_batch(struct run *run, struct batch *batch, struct err *err)
{
	int more = container_reader_next(run->reader, &batch->in, err);
	uint64_t damaged_bytes = container_reader_damage(run->reader).bytes;

	metric_add(run->job->metrics->damaged_bytes, (int64_t)(damaged_bytes - run->damaged_bytes));
	run->damaged_bytes = damaged_bytes;
	if (pipe_in_stopped(run->in)) {
		run->stopped = true; /* a cut block is no damage then */
		return 0;
	}
	return more;
}

/* ---- finishing */

/* The dead letters of a run that failed are kept, too: their neighbours may have gone on. */
static int
close_dead_letters(struct run *run, struct err *err)
{
	uint64_t count = run->dead == NULL ? 0 : output_records(run->dead);

	if (run->dead == NULL)
		return 0;
	struct output *dead = run->dead;
	run->dead = NULL;
	if (output_commit(dead, err) != 0)
		return err_prefix(err, "dead letters: ");
	atomic_store(&run->job->dead_records, count);
	log_error("%llu dead letter%s in \"%s\"", (unsigned long long)count, count == 1 ? "" : "s",
		  run->options->dead_letters);
	return 0;
}

/* What was put out gets its final name, and with it what was refused. */
static int
finish_outputs(struct run *run, struct err *err)
{
	struct output *out = run->out;

	if (close_dead_letters(run, err) != 0)
		return -1;
	run->out = NULL;
	return out == NULL ? 0 : output_commit(out, err);
}

/* ---- the work */

struct firing {
	struct run *run;
	struct batch batch; /* of many timers: most put out little */
};

static int
fire_timer(void *with, struct stage *worker, struct state_block *block, uint64_t number,
	   struct err *err)
{
	struct firing *f = with;
	const struct share *share = &f->batch.shares[0];

	if (worker_fire(worker, block, &f->batch, number) == 0 &&
	    !stream_fills_block(&share->out) && !stream_fills_block(&share->dead))
		return 0;
	int result = write_batch(f->run, &f->batch, err);
	batch_clear(&f->batch);
	return result;
}

static int
fire_timers(struct run *run, struct stage *const *workers, size_t count, enum timers_when when,
	    struct err *err)
{
	struct firing f = {.run = run};

	batch_init(&f.batch, 1);
	int result = timers_fire(workers, count, when, fire_timer, &f, err);
	if (result == 0)
		result = write_batch(run, &f.batch, err);
	batch_free(&f.batch);
	return result;
}

/* With --live: what is due by the clock comes now and then. */
static int
tend_timers(void *with, struct err *err)
{
	struct run *run = with;

	if (run->tended == NULL || clock_monotonic_ms() - run->tended_ms < TEND_MS)
		return 0;
	int result = fire_timers(run, &run->tended, 1, TIMERS_DUE, err);
	run->tended_ms = clock_monotonic_ms();
	return result;
}

/* While nothing comes. */
static int
tend(void *with, struct err *err)
{
	return tend_timers(with, err) != 0 ? -1 : settle_in_time(with, err);
}

/* The input has ended: what waited for that comes now. */
static int
end_input(struct run *run, struct stage *const *workers, size_t count, struct err *err)
{
	if (run->stopped)
		return err_set(
			err, ERR_FATAL,
			"stopped by %s after %llu records: the input was not read to its end",
			stop_signal(),
			(unsigned long long)atomic_load(&run->job->counts->records_in));
	bool goes_on = run->state != NULL && !run->options->finish;
	if (fire_timers(run, workers, count, goes_on ? TIMERS_AT_PAUSE : TIMERS_AT_END, err) != 0)
		return -1;
	for (size_t i = 0; run->state != NULL && i < count; i++)
		if (state_store_flush(worker_state(workers[i]), err) != 0)
			return -1;
	if (run->job->binding.kind == STAGE_SINK)
		return worker_commit(workers[0], NULL, 0, err);
	return 0;
}

/* One worker, no threads: what a filter in a shell pipe does, and every sink. */
static int
run_alone(struct run *run, struct err *err)
{
	struct stage *worker = worker_new(run->job, 0, 1);
	struct batch batch;
	int result = worker_open(worker, err), more = 0;

	if (run->job->binding.kind == STAGE_SINK && run->options->commit_every > 0) {
		run->sink = worker;
		pipe_in_when_idle(run->in, run->options->commit_every, commit_so_far, run);
	}
	if (run->options->live)
		run->tended = worker;
	if (run->options->live || is_to_topic(run))
		pipe_in_when_idle(run->in, TEND_MS, tend, run);

	batch_init(&batch, 1);
	while (result == 0 && (more = read_batch(run, &batch, err)) > 0) {
		worker_take(worker, &batch);
		result = write_batch(run, &batch, err);
		if (result == 0)
			result = settle_sink(run, worker, err);
		if (result == 0)
			result = tend_timers(run, err);
		batch_clear(&batch);
	}
	if (more < 0)
		result = -1;
	if (result == 0)
		result = end_input(run, &worker, 1, err);
	batch_free(&batch);
	worker_close(worker);
	worker_free(worker);
	return result;
}

struct reading { /* the thread that reads for the pool */
	struct run *run;
	struct worker_pool *pool;
	struct err err;
	int result;
};

static void *
read_for_pool(void *with)
{
	struct reading *r = with;
	struct batch *batch;

	while ((batch = worker_pool_empty(r->pool)) != NULL &&
	       (r->result = read_batch(r->run, batch, &r->err)) > 0)
		worker_pool_submit(r->pool, batch);
	worker_pool_end(r->pool);
	return NULL;
}

static int
run_pool(struct run *run, size_t jobs, struct err *err)
{
	struct reading reading = {.run = run};
	struct worker_pool *pool = worker_pool_start(run->job, jobs, err);
	struct batch *batch;
	pthread_t reader;
	int result = 0;

	if (pool == NULL)
		return -1;
	run->settle_every = 0; /* nobody looks while no batch comes */
	reading.pool = pool;
	if (pthread_create(&reader, NULL, read_for_pool, &reading) != 0) {
		worker_pool_free(pool);
		return err_set(err, ERR_FATAL, "could not start the reading thread");
	}
	while (result == 0 && (batch = worker_pool_done(pool)) != NULL) {
		result = write_batch(run, batch, err);
		worker_pool_give_back(pool, batch);
	}
	if (result != 0) {
		worker_pool_stop(pool);
		stop_reading(); /* the reader may wait for input that never comes */
	}
	pthread_join(reader, NULL);
	if (result == 0 && reading.result < 0) {
		*err = reading.err;
		result = -1;
	}
	if (result == 0)
		result = end_input(run, worker_pool_workers(pool), jobs, err);
	worker_pool_free(pool);
	return result;
}

/* The source is told how far what it gave is durable: on standard output, as far as that can be. */
static int
acknowledge(const struct run *run, struct stage *worker, struct err *err)
{
	struct str position = worker_position(worker);

	if (run->job->binding.def->acknowledge == NULL || position.len == 0)
		return 0;
	return run->job->binding.def->acknowledge(worker, position, err);
}

/* A source, until it has no more or the user has enough. What is to be seen at once leaves at once.
 */
static int
run_source(struct run *run, struct err *err)
{
	struct stage *worker = worker_new(run->job, 0, 1);
	bool named = strcmp(run->options->out, "-") != 0; /* durable at the end, all at once */
	enum stage_verdict verdict = STAGE_PASS;
	struct batch batch;
	int result = worker_open(worker, err);

	if (result != 0 && run->position.len > 0)
		err_prefix(err, "--anew begins at the beginning: ");
	if (run->name.len > 0)
		run->source = worker;
	batch_init(&batch, 1);
	while (result == 0 && verdict != STAGE_END && !stop_asked()) {
		uint64_t settled = run->settled;
		verdict = worker_poll(worker, &batch, err);
		if (verdict == STAGE_FAIL) {
			result = -1;
			break;
		}
		result = write_batch(run, &batch, err);
		batch_clear(&batch);
		if (result == 0 && is_to_topic(run) && verdict == STAGE_WAIT &&
		    output_records(run->out) > 0)
			result = settle(run, err);
		if (result == 0 && (named ? run->settled != settled : true))
			result = acknowledge(run, worker, err);
		if (verdict == STAGE_WAIT) {
			run->live = true;
			stop_wait_ms(100);
		}
	}
	if (result == 0 && verdict != STAGE_END && !run->live)
		result = err_set(err, ERR_FATAL, "stopped by %s before the end of the source",
				 stop_signal());
	if (result == 0 && run->source != NULL && verdict == STAGE_END)
		result = note_position(run, (struct str){0}, err);
	run->source = NULL;
	if (result == 0)
		result = finish_outputs(run, err);
	if (result == 0 && named)
		result = acknowledge(run, worker, err);
	batch_free(&batch);
	worker_close(worker);
	worker_free(worker);
	return result;
}

/* ---- state */

static int
open_state(struct run *run, struct err *err)
{
	const struct stage_def *def = run->job->binding.def;

	if (run->options->state == NULL)
		return 0;
	run->state = state_disk_open(run->options->state, def->name, def->states, err);
	run->job->state = run->state;
	if (run->state == NULL)
		return -1;
	if (run->options->merge == NULL)
		return 0;
	return state_merge(run->state, run->options->merge, def->name, def->states, err);
}

/* The output first: a run that dies in between is run again, over the state as it was. Standard
 * output may be a file that the shell opened, and is closed when it is finished. */
static int
finish_with_state(struct run *run, struct err *err)
{
	int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), result = -1;

	if (output < 0)
		return err_set(err, ERR_FATAL, "standard output: could not keep it: %s",
			       strerror(errno));
	if (finish_outputs(run, err) != 0)
		goto end;
	if (fsync(output) != 0 && errno != EINVAL && errno != EROFS) { /* a pipe, a device */
		err_set(err, ERR_FATAL, "standard output: could not sync: %s", strerror(errno));
		goto end;
	}
	result = state_disk_commit(run->state, (struct str){0}, err);
	if (result != 0)
		err_prefix(err, "the output is whole, but not what is remembered of it: ");
end:
	close(output);
	return result;
}

/* ---- all of it */

/* A source that resumes asks where it was. */
static int
open_kafka(struct run *run, struct err *err)
{
	const struct stage_def *def = run->job->binding.def;
	struct runtime_options named = *run->options;

	if (def->resumes && kafka_endpoint_is(named.out)) {
		kafka_resume_name(def, named.out, run->own_options, &run->name);
		named.instance = buf_cstr(&run->name);
	}
	if (kafka_session_open(&run->kafka, &named, def->name, err) != 0)
		return -1;
	if (run->name.len == 0)
		return 0;
	if (kafka_resume_find(&run->kafka, buf_str(&run->name), &run->position, err) != 0)
		return -1;
	if (named.anew)
		buf_clear(&run->position);
	run->job->committed = buf_str(&run->position);
	if (run->position.len > 0)
		log_event("resumed", "position=\"%.*s\"", STR_ARG(buf_str(&run->position)));
	return 0;
}

static int
run_work(struct run *run, struct err *err)
{
	const struct stage_def *def = run->job->binding.def;
	enum stage_kind kind = run->job->binding.kind;

	if (kind == STAGE_SOURCE)
		return run_source(run, err);
	/* The input is one unit, and a commit is one worker's: a sink has one. */
	if (def->serial || kind == STAGE_SINK || run->options->jobs == 1)
		return run_alone(run, err);
	return run_pool(run, (size_t)run->options->jobs, err);
}

static void
tell_damage(const struct run *run)
{
	struct container_damage damage = {0};

	if (run->reader != NULL)
		damage = container_reader_damage(run->reader);
	if (damage.places > 0)
		log_error("%s: passed over damage in %llu place%s, %llu bytes",
			  run->job->input_name, (unsigned long long)damage.places,
			  damage.places == 1 ? "" : "s", (unsigned long long)damage.bytes);
}

int
run_pipe(struct job *job, const struct runtime_options *options, json_t *own_options,
	 struct err *err)
{
	struct run run = {.job = job,
			  .options = options,
			  .own_options = own_options,
			  .report_fd = watcher_fd()};
	struct err late = {0};
	int result;

	run.committed_ms = clock_monotonic_ms();
	run.settle_every = options->commit_every > 0 ? options->commit_every : SETTLE_MS;
	result = open_state(&run, err);
	if (result == 0 && kafka_session_is_asked_for(options))
		result = open_kafka(&run, err);
	if (result == 0 && job->binding.def->poll == NULL)
		result = open_input(&run, err);
	else if (result == 0)
		result = binding_open(&job->binding, job->binding.def, NULL, err);
	if (result == 0)
		result = open_dead_letters(&run, err);
	if (result == 0)
		result = open_output(&run, err);
	if (result == 0) {
		metrics_http_ready(job->http, true);
		result = run_work(&run, err);
		metrics_http_ready(job->http, false);
	}
	report(&run, true);
	tell_damage(&run);
	if (result == 0) {
		result = run.state == NULL ? finish_outputs(&run, err)
					   : finish_with_state(&run, err);
	} else if (close_dead_letters(&run, &late) != 0) {
		log_error("%s", late.text);
	}
	output_abort(run.out);
	kafka_session_close(&run.kafka);
	state_disk_close(run.state);
	binding_close(&job->binding);
	dead_letters_free(run.dead_letters);
	dead_input_free(run.dead_input);
	container_reader_close(run.reader);
	pipe_in_close(run.in);
	buf_free(&run.trail);
	buf_free(&run.name);
	buf_free(&run.position);
	buf_free(&run.noted);
	buf_free(&run.scratch);
	json_decref(own_options);
	return result;
}
