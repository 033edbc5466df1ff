/*
 * Between two commits:
 *
 *   poll -> messages of one partition and one schema -> a batch -> worker -> messages out
 *
 * A commit is one transaction: messages out, dead letters, places in the input. A sink commits by
 * itself, with the places; what Kafka is told then is only for who watches the lag.
 *
 * Whatever goes wrong on the way leads astray, and from there only back: abort, ask where the last
 * commit left the input, go on from there. Partitions are given away with a commit; those that are
 * taken from us, or that are given away while a record waits for something, lead astray.
 */
#include "stage/run_kafka.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "observe/metrics_http.h"
#include "stage/kafka_progress.h"
#include "stage/stage_metrics.h"
#include "stage/stop.h"
#include "stage/timers.h"
#include "transport/kafka_admin.h"
#include <stdio.h>

#define COMMIT_MS     1000
#define POLL_MS       100
#define TEND_MS       200 /* between two looks for timers */
#define SINK_AGAIN_MS 200
#define REACH_MS      1000 /* and how long SIGTERM may wait meanwhile */
#define AWAIT_LAST_MS 8000
#define DOWN_FIRST_MS 500
#define DOWN_LAST_MS  10000
#define POLL_BYTES    (4 * 1024 * 1024)

/* ---- what comes out */

struct refusing { /* an output record that the topic does not take */
	struct kafka_run *run;
	struct kafka_intake *in;
	struct stage *worker;
	const struct kafka_message *cause;
};

static int
fail_too_large(void *with, struct str record, struct err *err)
{
	(void)with, (void)record;
	err->class = ERR_FATAL;
	return -1;
}

static int
refuse_too_large(void *with, struct str record, struct err *err)
{
	const struct refusing *r = with;
	struct stream *dead = &r->run->batch.shares[0].dead;
	struct stream_place before = stream_here(dead);
	struct err why = *err;

	worker_add_dead_letter(r->worker, record, false, "input", "what was made of it", &why);
	struct str letter = str_tail(buf_str(&dead->bytes), before.bytes);
	metric_add(r->run->job->metrics->dead_letters, 1);
	int result = kafka_outlet_add(r->in->refused.outlet, r->cause, 1, letter, fail_too_large,
				      NULL, err);
	stream_cut(dead, before);
	return result;
}

/* The message that a record of the batch is of: offsets only grow. */
static const struct kafka_message *
cause_of(const struct kafka_run *run, const struct kafka_message *messages, uint64_t record)
{
	if (messages == NULL) /* a timer's doing */
		return NULL;
	int64_t offset = run->batch.offsets[record];
	while (messages->offset < offset)
		messages++;
	return messages;
}

static int
send_stream(struct kafka_run *run, struct kafka_intake *in, struct stage *worker,
	    const struct kafka_message *messages, bool dead, struct err *err)
{
	const struct share *share = &run->batch.shares[0];
	const struct stream *s = dead ? &share->dead : &share->out;
	struct kafka_outlet *outlet = dead ? in->refused.outlet : in->out.outlet;

	for (size_t i = 0; i < s->count; i++) {
		const struct segment *segment = &s->segments[i];
		struct refusing r = {run, in, worker,
				     messages = cause_of(run, messages, segment->record)};
		worker->number = segment->record;
		if (kafka_outlet_add(
			    outlet, messages, segment->count,
			    (struct str){s->bytes.ptr + segment->from, segment->to - segment->from},
			    dead ? fail_too_large : refuse_too_large, &r, err) != 0)
			return -1;
		metric_add(dead ? run->job->metrics->dead_letters : run->job->metrics->records_out,
			   (int64_t)segment->count);
		atomic_fetch_add(dead ? &run->job->counts->rejected
				      : &run->job->counts->records_out,
				 segment->count);
		if (dead)
			atomic_fetch_add(&run->job->dead_records, segment->count);
	}
	return 0;
}

/* --out that is no topic is one container: of one schema. */
static int
write_stream(struct kafka_run *run, const struct kafka_intake *in, struct err *err)
{
	const struct binding *b = &in->job.binding;

	if (run->stream == NULL) {
		const struct container_entry trail = {STR("chatmill.trail"), buf_str(&in->trail)};
		run->stream = output_open(run->options->out, avro_schema_json(b->output),
					  runtime_codecs[run->options->codec], &trail, 1, err);
		run->stream_schema = avro_schema_parse(avro_schema_json(b->output), err);
		if (run->stream == NULL || run->stream_schema == NULL)
			return -1;
	}
	if (!str_equal(avro_schema_json(run->stream_schema), avro_schema_json(b->output)))
		return err_set(err, ERR_FATAL,
			       "records of another schema have come, and a stream has one: give "
			       "them a topic to go to");
	return batch_blocks(&run->batch, false, b->mirrors, &run->scratch, output_block,
			    run->stream, err);
}

static int
write_batch(struct kafka_run *run, struct kafka_intake *in, struct stage *worker,
	    const struct kafka_message *messages, struct err *err)
{
	if (send_stream(run, in, worker, messages, true, err) != 0)
		return -1;
	if (in->out.outlet != NULL)
		return send_stream(run, in, worker, messages, false, err);
	return kafka_run_is_sink(run) ? 0 : write_stream(run, in, err);
}

/* ---- what comes in */

/* Bounded so that a commit, or the group, need not wait for a slow stage. */
static void
adapt_pace(struct kafka_run *run, int64_t took_ms, uint64_t records)
{
	uint64_t *most = &run->pause.records;

	if (took_ms > run->commit_every / 4 && *most > 1)
		*most /= 2;
	else if (took_ms < run->commit_every / 16 && records >= *most && *most < BLOCK_RECORDS)
		*most *= 2;
}

/* A dead letter that was sent back is for the group that refused it: the others have taken what it
 * holds already. */
static bool
is_for_others(const struct kafka_run *run, const struct kafka_message *m)
{
	for (size_t i = 0; i < m->header_count; i++)
		if (strcmp(m->headers[i].name, KAFKA_REPLAY_HEADER) == 0)
			return !str_equal(m->headers[i].value, str_of(run->session.group));
	return false;
}

/* A message with one record goes with its neighbours; one with many is a batch of its own. */
static void
add_to_batch(struct kafka_run *run, const struct kafka_message *m, const struct kafka_frame *frame)
{
	struct container_block *block = &run->batch.in;

	buf_add(&block->bytes, frame->records);
	for (uint64_t i = 0; i < frame->count; i++)
		buf_add(&run->offsets, (struct str){(const char *)&m->offset, sizeof(m->offset)});
	buf_add(&run->ends, (struct str){(const char *)&block->bytes.len, sizeof(size_t)});
	block->count += frame->count;
	block->size += m->value.len;
}

/* Those of `count` messages that make a batch with the first, whose frame and intake are known. */
static size_t
gather(struct kafka_run *run, struct kafka_intake *in, const struct kafka_frame *first,
       const struct kafka_message *messages, size_t count)
{
	struct container_block *block = &run->batch.in;
	struct kafka_intake *other = NULL;
	struct kafka_frame frame;
	struct err err = {0};
	size_t n = 1;

	buf_clear(&block->bytes);
	buf_clear(&run->offsets);
	buf_clear(&run->ends);
	block->count = block->size = 0;
	add_to_batch(run, messages, first);
	for (; !first->is_block && n < count && n < run->pause.records; n++) {
		const struct kafka_message *m = &messages[n];
		if (m->partition != messages->partition || strcmp(m->topic, messages->topic) != 0 ||
		    m->value.ptr == NULL || is_for_others(run, m) ||
		    kafka_frame_read(m->value, &frame, &err) != 0 || frame.is_block ||
		    block->bytes.len + frame.records.len > BLOCK_BYTES ||
		    kafka_intakes_find(run->intakes, &frame, m, &other, &err) != 0 || other != in)
			break;
		add_to_batch(run, m, &frame);
	}
	run->batch.offsets = (const int64_t *)(const void *)run->offsets.ptr;
	run->batch.ends = first->is_block ? NULL : (const size_t *)(const void *)run->ends.ptr;
	return n;
}

/* ---- one batch */

/* Up to and with this message, all is taken. */
static void
move_on(const struct kafka_run *run, struct kafka_part *part, const struct kafka_message *last)
{
	part->next = last->offset + 1;
	if (run->keeps_places)
		kafka_position_mark(part->mark, last);
}

/* Asks until it can be told; offset -1: the sink has nothing of this input. */
static int
ask_sink(struct kafka_run *run, struct kafka_intake *in, const struct kafka_part *part,
	 struct kafka_position *kept, struct err *err)
{
	struct buf text = {0};
	int got;

	snprintf(run->input_name, sizeof(run->input_name), "%s/%d", part->topic, part->partition);
	run->busy = true; /* the messages in hand are of partitions that are ours */
	while ((got = worker_committed(in->worker, str_of(run->input_name), &text, err)) < 0 &&
	       err->class == ERR_DOWN && !run->pause.wait(&run->pause, SINK_AGAIN_MS))
		buf_clear(&text);
	run->busy = false;
	*kept = (struct kafka_position){.offset = -1};
	if (got == 0 && text.len > 0 && kafka_position_read(buf_str(&text), kept, err) != 0)
		got = err_prefix(err, "\"%s\": ", run->input_name);
	buf_free(&text);
	return got;
}

/* 1: the input is where the sink is. 0: it goes there, or, where it is to be looked whether that is
 * the same input still, to the message before. */
static int
go_to_sink(struct kafka_run *run, struct kafka_part *part, const struct kafka_message *m,
	   struct err *err)
{
	struct kafka_place place = {part->topic, part->partition, part->kept.offset};
	bool looks = place.offset > 0 && !part->met;

	if (looks && kafka_position_reach(run->consumer, &place, err) != 0)
		return -1;
	looks = looks && part->kept.mark[0] != '\0';
	if (place.offset <= m->offset && !looks)
		return 1;
	if (part->next < place.offset) /* refused before the sink was asked */
		part->next = KAFKA_NOTHING;
	part->done = place.offset;
	part->expects = looks;
	part->from = part->next > place.offset ? part->next : place.offset;
	part->sought = true;
	place.offset = looks ? place.offset - 1 : part->from;
	return kafka_consumer_seek(run->consumer, &place, 1, err);
}

/* 1: the sink is where the message is, or before it; 0: the input goes to where the sink is. */
static int
meet_sink(struct kafka_run *run, struct kafka_intake *in, struct kafka_part *part,
	  const struct kafka_message *m, struct err *err)
{
	struct kafka_position kept;

	if (!run->keeps_places || part->asked)
		return 1;
	int got = ask_sink(run, in, part, &kept, err);
	part = kafka_part_find(run, m->topic, m->partition); /* it may have moved */
	if (got < 0 || part == NULL)
		return -1;
	part->asked = true;
	if (got == 1) {
		struct kafka_place place = {part->topic, part->partition, KAFKA_COMMITTED};
		run->keeps_places = run->pause.comes_again = false;
		if (kafka_consumer_committed(run->consumer, &place, 1, err) != 0)
			return -1;
		kept.offset = place.offset;
		part->met = true; /* the brokers forget the places with the topic */
	}
	part->kept = kept;
	return go_to_sink(run, part, m, err);
}

/* 1: it is to be taken; 0: the sink has it. */
static int
look_at_first(struct kafka_run *run, struct kafka_part *part, const struct kafka_message *m,
	      struct err *err)
{
	if (part->expects && m->offset >= part->kept.offset - 1) {
		if (kafka_position_check(run->consumer, run->session.config, &part->kept, m, err) !=
		    0)
			return -1;
		part->expects = false;
		part->met = true;
	}
	return m->offset >= part->from;
}

/* A sink's worker of another schema ends with a commit. */
static struct stage *
open_worker(struct kafka_run *run, struct kafka_intake *in, struct kafka_part *part,
	    struct err *err)
{
	if (part->memory != NULL)
		return kafka_memory_worker(part->memory, in, err);
	if (in->worker != NULL)
		return in->worker;
	if (kafka_run_is_sink(run)) {
		kafka_run_commit(run);
		if (run->astray || run->failed.class != ERR_NONE) {
			err_set(err, ERR_RETRY, "what came before could not be committed");
			return NULL;
		}
		kafka_intakes_close_workers(run->intakes);
		for (size_t i = 0; i < run->part_count; i++)
			run->parts[i].asked = false;
	}
	return kafka_intake_open_worker(in, err) == 0 ? in->worker : NULL;
}

/* What of the worker's end means for the run; 0: the batch was taken to its end. */
static int
look_at_end(struct kafka_run *run, const struct stage *worker, struct err *err)
{
	const struct share *failure = batch_failure(&run->batch);

	if (worker->left || run->astray || run->failed.class != ERR_NONE)
		return err_set(err, ERR_RETRY, "a record waited, and was given up");
	if (failure == NULL)
		return 0;
	*err = failure->why;
	return -1;
}

static int
run_batch(struct kafka_run *run, struct kafka_intake *in, struct stage *worker,
	  const struct kafka_message *messages, struct err *err)
{
	int64_t began_ms = clock_monotonic_ms();

	snprintf(run->input_name, sizeof(run->input_name), "kafka:%s/%d", messages->topic,
		 messages->partition);
	in->job.input_name = run->input_name;
	run->held_ms = began_ms;
	run->busy = true;
	worker_take(worker, &run->batch);
	run->busy = false;
	adapt_pace(run, clock_monotonic_ms() - began_ms, run->batch.in.count);
	int result = look_at_end(run, worker, err);
	if (result == 0)
		result = write_batch(run, in, worker, messages, err);
	batch_clear(&run->batch);
	if (result != 0)
		return -1;
	run->taken = true;
	metric_add(run->job->metrics->records_in, (int64_t)run->batch.in.count);
	metric_add(run->job->metrics->bytes_in, (int64_t)run->batch.in.size);
	atomic_fetch_add(&run->job->counts->records_in, run->batch.in.count);
	atomic_fetch_add(&run->job->counts->bytes, run->batch.in.size);
	return 0;
}

/* A message without records: 0 it is in the dead letters. A sink that has begun keeps this place,
 * too, and so claims it first. */
static int
refuse_message(struct kafka_run *run, struct kafka_part *part, const struct kafka_message *m,
	       const struct err *why, struct err *err)
{
	if (kafka_intakes_refuse(run->intakes, m, why, err) != 0)
		return -1;
	move_on(run, part, m);
	run->taken = true;
	metric_add(run->job->metrics->dead_letters, 1);
	atomic_fetch_add(&run->job->counts->rejected, 1);
	atomic_fetch_add(&run->job->dead_records, 1);
	return 0;
}

static int
find_intake(struct kafka_run *run, const struct kafka_message *m, struct kafka_frame *frame,
	    struct kafka_intake **in, struct err *err)
{
	if (m->value.ptr == NULL)
		return err_set(err, ERR_INPUT, "it has no value: a tombstone is no record");
	if (kafka_frame_read(m->value, frame, err) != 0 ||
	    kafka_intakes_find(run->intakes, frame, m, in, err) != 0)
		return -1;
	if ((*in)->min_bytes > 0 && frame->count > frame->records.len / (*in)->min_bytes)
		return err_set(err, ERR_INPUT, "%zu bytes cannot be %llu records",
			       frame->records.len, (unsigned long long)frame->count);
	return 0;
}

/* What says which schema it is may be away: then all waits, and nothing is refused. */
static int
find_intake_patiently(struct kafka_run *run, const struct kafka_message *m,
		      struct kafka_frame *frame, struct kafka_intake **in, struct err *err)
{
	int64_t pause_ms = DOWN_FIRST_MS;
	bool down = false;
	int result;

	while ((result = find_intake(run, m, frame, in, err)) != 0 && err->class == ERR_DOWN) {
		if (!down) {
			log_event("endpoint_down", "reason=\"%s\"", err->text);
			kafka_run_set_ready(run, false);
			kafka_run_commit(run); /* what came before need not wait */
		}
		down = true;
		run->busy = true;
		bool over = run->astray || run->failed.class != ERR_NONE ||
			    run->pause.wait(&run->pause, pause_ms);
		run->busy = false;
		if (over)
			return err_set(err, ERR_RETRY, "a message waited, and was given up");
		pause_ms = pause_ms * 2 > DOWN_LAST_MS ? DOWN_LAST_MS : pause_ms * 2;
	}
	if (down) {
		log_event("endpoint_back", "%s", "");
		kafka_run_set_ready(run, true);
	}
	return result;
}

/* How many of these are of the partition of the first. */
static size_t
same_partition(const struct kafka_message *messages, size_t count)
{
	size_t n = 1;

	while (n < count && messages[n].partition == messages->partition &&
	       strcmp(messages[n].topic, messages->topic) == 0)
		n++;
	return n;
}

/* The first of these messages is not taken: it is no record, or (why NULL) not for us. An open sink
 * is asked for its place all the same: it will be told this one. */
static size_t
pass_over(struct kafka_run *run, const struct kafka_message *messages, size_t count,
	  const struct err *why, struct err *err)
{
	struct kafka_intake *in = kafka_intakes_open_one(run->intakes);
	struct kafka_part *part = kafka_part_find(run, messages->topic, messages->partition);
	int met = in == NULL || part == NULL ? 1 : meet_sink(run, in, part, messages, err);

	if (met <= 0)
		return met < 0 ? 0 : same_partition(messages, count);
	part = kafka_part_find(run, messages->topic, messages->partition); /* it may have moved */
	if (part == NULL)
		return 1;
	if (why != NULL)
		return refuse_message(run, part, messages, why, err) == 0 ? 1 : 0;
	move_on(run, part, messages);
	run->taken = true;
	return 1;
}

/* The first of these messages, and those that go with it; how many that was. 0: see err. */
static size_t
take_next(struct kafka_run *run, const struct kafka_message *messages, size_t count,
	  struct err *err)
{
	struct kafka_part *part = kafka_part_find(run, messages->topic, messages->partition);
	struct kafka_intake *in = NULL;
	struct kafka_frame frame;

	if (part == NULL)
		return 1; /* it is not ours any more */
	if (part->sought)
		return same_partition(messages, count);
	int wanted = look_at_first(run, part, messages, err);
	if (wanted <= 0)
		return wanted < 0 ? 0 : 1;
	if (part->done == KAFKA_NOTHING)
		part->done = messages->offset;
	if (is_for_others(run, messages))
		return pass_over(run, messages, count, NULL, err);
	if (find_intake_patiently(run, messages, &frame, &in, err) != 0) {
		if (err->class != ERR_INPUT)
			return 0;
		struct err why = *err;
		*err = (struct err){0};
		return pass_over(run, messages, count, &why, err);
	}
	part = kafka_part_find(run, messages->topic, messages->partition); /* it may have moved */
	if (part == NULL)
		return 1;
	struct stage *worker = open_worker(run, in, part, err);
	if (worker == NULL)
		return 0;
	int met = meet_sink(run, in, part, messages, err);
	if (met <= 0)
		return met < 0 ? 0 : same_partition(messages, count);
	size_t n = gather(run, in, &frame, messages, count);
	if (run_batch(run, in, worker, messages, err) != 0)
		return 0;
	part = kafka_part_find(run, messages->topic, messages->partition); /* it may have moved */
	if (part != NULL)
		move_on(run, part, &messages[n - 1]);
	return n;
}

/* ---- timers */

struct firing {
	struct kafka_run *run;
	struct kafka_intake *in;
};

static int
send_fired(struct firing *f, struct stage *worker, struct err *err)
{
	int result = write_batch(f->run, f->in, worker, NULL, err);

	batch_clear(&f->run->batch);
	return result;
}

static int
fire_timer(void *with, struct stage *worker, struct state_block *block, uint64_t number,
	   struct err *err)
{
	struct firing *f = with;
	const struct share *share = &f->run->batch.shares[0];

	f->run->taken = true;
	if (worker_fire(worker, block, &f->run->batch, number) != 0) {
		*err = share->why;
		return -1;
	}
	return stream_fills_block(&share->out) ? send_fired(f, worker, err) : 0;
}

/* Those that are due by the clock, of the partitions whose worker has begun. */
static void
tend_timers(struct kafka_run *run)
{
	struct err err = {0};

	if (clock_monotonic_ms() - run->tended_ms < TEND_MS)
		return;
	run->tended_ms = clock_monotonic_ms();
	run->batch.offsets = NULL;
	run->batch.ends = NULL;
	for (size_t i = 0; i < run->part_count && !run->astray; i++) {
		const struct kafka_memory *memory = run->parts[i].memory;
		struct stage *worker = memory == NULL ? NULL : kafka_memory_open_worker(memory);
		if (worker == NULL)
			continue;
		struct firing f = {run, (struct kafka_intake *)worker->job};
		run->busy = true;
		int result = timers_fire(&worker, 1, TIMERS_DUE, fire_timer, &f, &err);
		run->busy = false;
		if (result != 0 || send_fired(&f, worker, &err) != 0) {
			batch_clear(&run->batch);
			kafka_run_lead_astray(run, &err);
		}
	}
}

/* ---- the run */

static bool
is_time(const struct kafka_run *run)
{
	return clock_monotonic_ms() - run->committed_ms >= run->commit_every;
}

static void
take_polled(struct kafka_run *run, const struct kafka_polled *polled)
{
	for (size_t i = 0; i < run->part_count; i++)
		run->parts[i].sought = false;
	for (size_t i = 0; i < polled->count;) {
		struct err err = {0};
		size_t n = take_next(run, &polled->messages[i], polled->count - i, &err);
		if (n == 0) {
			kafka_run_lead_astray(run, &err);
			return;
		}
		i += n;
		if (is_time(run))
			kafka_run_commit(run);
		if (kafka_run_is_over(run))
			return;
	}
}

static int
run_loop(struct kafka_run *run, struct err *err)
{
	struct kafka_polled polled;

	while (!stop_asked() && run->failed.class == ERR_NONE) {
		if (run->astray) {
			kafka_run_find_the_way_back(run);
			continue;
		}
		kafka_run_set_ready(run, kafka_consumer_reaches(run->consumer));
		if (kafka_consumer_poll(run->consumer, KAFKA_POLL_MESSAGES, POLL_BYTES, POLL_MS,
					&polled, err) != 0)
			return -1;
		kafka_parts_remember(run);
		if (run->astray || run->failed.class != ERR_NONE)
			continue;
		take_polled(run, &polled);
		kafka_run_show_lag(run);
		if (!kafka_run_is_over(run))
			tend_timers(run);
		if (kafka_run_is_sink(run) && !run->astray && run->failed.class == ERR_NONE) {
			struct kafka_intake *in = kafka_intakes_open_one(run->intakes);
			if (in != NULL && worker_flush(in->worker, err) != 0)
				return -1;
		}
		if (is_time(run) && !run->astray)
			kafka_run_commit(run);
	}
	if (run->failed.class == ERR_NONE && !run->astray)
		kafka_run_commit(run);
	if (run->failed.class == ERR_NONE)
		return 0;
	*err = run->failed;
	return -1;
}

/* The dead letters' topic is ours to make, with as many partitions as the input has. */
static int
open_dead_topic(struct kafka_run *run, struct err *err)
{
	struct kafka_endpoint given;
	struct kafka_topic_plan plan = {.retention_ms = KAFKA_FOR_EVER};

	if (run->options->dead_letters != NULL) {
		if (kafka_endpoint_parse(run->options->dead_letters, 1, &given, err) != 0)
			return -1;
		buf_add(&run->dead_topic, str_of(given.topics[0]));
		kafka_endpoint_free(&given);
	} else {
		buf_printf(&run->dead_topic, "%s.dead", run->in.topics[0]);
	}
	plan.name = buf_cstr(&run->dead_topic);
	if (kafka_admin_partitions(run->session.config, run->in.topics[0], &plan.partitions, err) !=
	    0)
		return -1;
	return kafka_admin_make(run->session.config, &plan, err);
}

/* Who begins before the brokers waits for them, as who loses them does. 1: told to stop. */
static int
await_brokers(const struct kafka_run *run, struct err *err)
{
	struct kafka_config *config =
		kafka_settings_read(&run->options->kafka, run->options->kafka_config, err);
	int result = config == NULL ? -1 : kafka_admin_reach(config, REACH_MS, err);
	bool waits = result != 0 && err->class == ERR_DOWN;

	if (waits) {
		log_event("endpoint_down", "reason=\"%s\"", err->text);
		metric_set(run->job->metrics->down, 1);
	}
	for (int64_t ms = REACH_MS; result != 0 && err->class == ERR_DOWN && !stop_wait_ms(ms);
	     ms = ms < AWAIT_LAST_MS ? ms * 2 : AWAIT_LAST_MS) {
		*err = (struct err){0};
		result = kafka_admin_reach(config, REACH_MS, err);
	}
	if (waits)
		metric_set(run->job->metrics->down, 0);
	if (result != 0 && err->class == ERR_DOWN) {
		*err = (struct err){0};
		result = 1;
	}
	kafka_config_free(config);
	return result;
}

static int
open_run(struct kafka_run *run, json_t *own_options, struct err *err)
{
	if (kafka_endpoint_parse(run->options->in, SIZE_MAX, &run->in, err) != 0 ||
	    kafka_session_open(&run->session, run->options, run->job->binding.def->name, err) !=
		    0 ||
	    open_dead_topic(run, err) != 0)
		return -1;
	if (run->job->binding.def->states != NULL &&
	    kafka_memory_prepare(&run->session, run->in.topics, err) != 0)
		return -1;
	run->intakes = kafka_intakes_new(&run->session, run->job, run->options,
					 buf_cstr(&run->dead_topic), own_options);
	run->consumer = kafka_consumer_open(run->session.config, run->in.topics, run->session.group,
					    run->options->instance, stop_fd(),
					    kafka_run_rebalance(run), err);
	return run->consumer == NULL ? -1 : 0;
}

static void
close_run(struct kafka_run *run)
{
	uint64_t bytes_out;
	bool source_lost;

	kafka_consumer_close(run->consumer);
	kafka_parts_forget(run);
	if (run->intakes != NULL) {
		kafka_intakes_sum(run->intakes, &bytes_out, &source_lost);
		if (source_lost)
			atomic_store(&run->job->source_lost, true);
	}
	kafka_intakes_free(run->intakes);
	kafka_session_close(&run->session);
	kafka_endpoint_free(&run->in);
	avro_schema_free(run->stream_schema);
	batch_free(&run->batch);
	buf_free(&run->dead_topic);
	buf_free(&run->offsets);
	buf_free(&run->ends);
	buf_free(&run->scratch);
}

int
run_kafka(struct job *job, const struct runtime_options *options, json_t *own_options,
	  struct err *err)
{
	struct kafka_run run = {.pause = kafka_run_pause(),
				.job = job,
				.options = options,
				.keeps_places = job->binding.def->committed != NULL,
				.commit_every = options->commit_every > 0 ? options->commit_every
									  : COMMIT_MS};

	run.pause.comes_again = run.keeps_places;
	job->pause = &run.pause;
	job->commits_early = true;
	batch_init(&run.batch, 1);
	run.committed_ms = clock_monotonic_ms();
	int result = await_brokers(&run, err);
	bool stopped = result > 0;
	if (result == 0)
		result = open_run(&run, own_options, err);
	if (result == 0) {
		metrics_http_ready(job->http, true);
		result = run_loop(&run, err);
		if (!run.unready)
			metrics_http_ready(job->http, false);
	}
	if (run.stream != NULL && result == 0) {
		result = output_commit(run.stream, err);
		run.stream = NULL;
	}
	output_abort(run.stream);
	close_run(&run);
	json_decref(own_options);
	return stopped ? 0 : result;
}
