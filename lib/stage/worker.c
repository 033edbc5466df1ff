/*
 * One record's way through a worker:
 *
 *   bytes -> (dead letter's field taken off) -> plan -> process() -> verdict
 *        PASS, DROP   what was emitted or appended stays in the share
 *        REJECT       the share is cut back; a dead letter, or the end
 *        RETRY        cut back, a pause, again; the third time as REJECT
 *        DOWN         cut back, a pause, again, for as long as it takes
 *        FAIL         cut back; the end
 */
#include "stage/worker.h"

#include "avro/limits.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "observe/metrics_http.h"
#include "stage/alerts.h"
#include "stage/stage_metrics.h"
#include "stage/stop.h"

#define ATTEMPTS       3
#define RETRY_FIRST_MS 100
#define DOWN_FIRST_MS  500
#define DOWN_LAST_MS   30000

#define STATE_CACHE_BYTES (8 << 20) /* of all workers */

struct stage *
worker_new(struct job *job, size_t index, size_t count)
{
	const struct binding *b = &job->binding;
	struct stage *st = mem_zero(1, sizeof(*st));

	st->job = job;
	st->def = b->def;
	st->binding = b;
	st->index = index;
	st->count = count;
	st->self = mem_zero(1, b->def->self_size);
	st->read = mem_zero(1, b->struct_size);
	st->record.worker = st;
	st->mirrored = b->mirrors;
	st->jitter = hash_keyed((struct str){(const char *)&index, sizeof(index)});
	if (b->def->states != NULL)
		st->state = state_store_new(b->def->states);
	if (job->state != NULL)
		worker_keep_state(st, job->state, STATE_CACHE_BYTES / count);
	return st;
}

void
worker_keep_state(struct stage *st, struct state_disk *disk, size_t cache_bytes)
{
	state_store_keep(st->state, disk, cache_bytes);
}

void
worker_use(struct stage *st, struct job *job)
{
	st->job = job;
	st->binding = &job->binding;
}

void
worker_free(struct stage *st)
{
	if (st == NULL)
		return;
	state_store_free(st->state);
	buf_free(&st->record.value);
	buf_free(&st->position);
	arena_free(&st->arena);
	free(st->read);
	free(st->self);
	free(st);
}

int
worker_open(struct stage *st, struct err *err)
{
	return st->def->open == NULL ? 0 : st->def->open(st, err);
}

void
worker_close(struct stage *st)
{
	if (st->def->close != NULL)
		st->def->close(st);
}

struct state_store *
worker_state(struct stage *st)
{
	return st->state;
}

/* ---- the share */

/* Of the record in hand, in the input. */
static int64_t
place_of_record(const struct stage *st)
{
	return st->offsets != NULL ? st->offsets[st->number]
				   : (int64_t)(st->records_before + st->number);
}

/* A dead letter for the record in hand, or for a part of it. */
void
worker_add_dead_letter(struct stage *st, struct str bytes, bool is_record, const char *class,
		       const char *part, const struct err *why)
{
	struct stream *dead = &st->share->dead;
	size_t from = dead->bytes.len;
	bool source = st->binding->kind == STAGE_SOURCE;
	struct dead_reason reason = {
		.stage = str_of(st->def->name),
		.version = str_of(st->def->version),
		.reason = str_of(why->text),
		.class = str_of(class),
		.attempts = st->attempts,
		.input = str_of(source ? "" : st->job->input_name),
		.record = source || st->at_end ? INT64_MIN : place_of_record(st),
		.part = str_of(part),
	};

	alerts_note(st->job->alerts, reason.class, reason.reason);
	if (is_record)
		dead_letters_add_record(st->job->dead, bytes, &reason, &dead->bytes);
	else
		dead_letters_add_bytes(st->job->dead, bytes, &reason, &dead->bytes);
	stream_mark(dead, st->number, from, 1, false);
}

/* The share ends before the record in hand. */
static void
end_share(struct stage *st, const struct err *why)
{
	st->share->stopped = true;
	st->share->stop_at = st->number;
	st->share->why = *why;
}

/* ---- a call: process(), a timer or poll(), with what its verdict means */

/* What had been put out before a call, to go back to when it comes to nothing. */
struct call {
	struct stream_place out, dead;
};

static struct call
begin_call(struct stage *st)
{
	st->bad_output = false;
	st->record.appended = false;
	st->why.class = ERR_NONE;
	st->why.text[0] = '\0';
	return (struct call){stream_here(&st->share->out), stream_here(&st->share->dead)};
}

static void
undo_call(struct stage *st, const struct call *call)
{
	stream_cut(&st->share->out, call->out);
	stream_cut(&st->share->dead, call->dead);
}

/* With up to a half more, so that many workers do not come back at the same moment. */
static int64_t
with_jitter(struct stage *st, int64_t ms)
{
	st->jitter = st->jitter * 6364136223846793005u + 1442695040888963407u;
	return ms + (int64_t)((st->jitter >> 33) % (uint64_t)(ms / 2 + 1));
}

/* true: an end was asked for. */
static bool
wait_ms(struct stage *st, int64_t ms)
{
	struct job_pause *pause = st->job->pause;

	st->left = pause != NULL && pause->wait(pause, ms);
	return pause != NULL ? st->left : stop_wait_ms(ms);
}

/* Waits before the next attempt; false: the user asked for an end. */
static bool
wait_retry(struct stage *st, int attempt)
{
	metric_add(st->job->metrics->retries, 1);
	log_event("retry", "record=%llu attempt=%d reason=\"%s\"",
		  (unsigned long long)(st->records_before + st->number), attempt, st->why.text);
	return !wait_ms(st, with_jitter(st, RETRY_FIRST_MS << (attempt - 1)));
}

static bool
wait_down(struct stage *st, int64_t *pause_ms)
{
	if (*pause_ms == 0) {
		*pause_ms = DOWN_FIRST_MS;
		metric_add(st->job->metrics->down, 1);
		metrics_http_ready(st->job->http, false);
		log_event("endpoint_down", "reason=\"%s\"", st->why.text);
	}
	bool stop = wait_ms(st, with_jitter(st, *pause_ms));
	*pause_ms = *pause_ms * 2 > DOWN_LAST_MS ? DOWN_LAST_MS : *pause_ms * 2;
	if (st->job->pause != NULL && st->job->pause->comes_again)
		st->left = stop = true;
	return !stop;
}

static void
end_down(struct stage *st, int64_t pause_ms)
{
	if (pause_ms == 0)
		return;
	metric_add(st->job->metrics->down, -1);
	metrics_http_ready(st->job->http, true);
	if (!st->stopped)
		log_event("endpoint_back", "%s", "");
}

/*
 * Runs a callback until it has a verdict that lasts: PASS, DROP, WAIT, END, REJECT or FAIL. st->why
 * holds the reason of the last two; what the callback put out is cut back then.
 */
static enum stage_verdict
call_until_done(struct stage *st, enum stage_verdict (*callback)(struct stage *, void *),
		void *with, const char **class)
{
	struct call call = begin_call(st);
	enum stage_verdict verdict;
	int64_t pause_ms = 0;

	st->stopped = false;
	*class = "input";
	for (int attempt = 1;;) {
		st->attempts += st->attempts < INT32_MAX; /* earlier ones are said by the input */
		verdict = callback(st, with);
		if (st->bad_output && verdict != STAGE_FAIL) {
			st->why = st->spoiled;
			verdict = st->why.class == ERR_FATAL ? STAGE_FAIL : STAGE_REJECT;
		}
		if (verdict != STAGE_RETRY && verdict != STAGE_DOWN)
			break;
		undo_call(st, &call);
		if (verdict == STAGE_RETRY && attempt == ATTEMPTS) {
			*class = "retry";
			verdict = STAGE_REJECT;
			break;
		}
		if (!(verdict == STAGE_RETRY ? wait_retry(st, attempt)
					     : wait_down(st, &pause_ms))) {
			st->stopped = true;
			err_prefix(&st->why, "stopped while waiting: ");
			verdict = STAGE_FAIL;
			break;
		}
		if (verdict == STAGE_RETRY)
			attempt++;
		begin_call(st);
	}
	end_down(st, pause_ms);
	if (verdict == STAGE_REJECT || verdict == STAGE_FAIL) {
		undo_call(st, &call);
		if (st->why.text[0] == '\0')
			err_set(&st->why, ERR_FATAL, "no reason was given");
	}
	return verdict;
}

/* ---- records */

static enum stage_verdict
call_process(struct stage *st, void *with)
{
	(void)with;
	return st->def->process(st, &st->record);
}

static enum stage_verdict
call_timer(struct stage *st, void *with)
{
	struct state_block *block = with;

	return st->def->states[block->state].timer(st, block->bytes, block->part);
}

/* The record goes on: as it came, or with its field appended, or replaced in its place. -1: it
 * would be larger than any block. */
static int
pass_record(struct stage *st)
{
	struct stream *out = &st->share->out;
	const struct record *rec = &st->record;
	size_t from = out->bytes.len;

	if (st->def->appends == NULL) {
		buf_add(&out->bytes, rec->at.bytes);
	} else {
		static const char null_branch[] = {0};
		struct str value = rec->appended ? buf_str(&rec->value)
						 : (struct str){null_branch, sizeof(null_branch)};
		size_t before = (size_t)(rec->at.own.ptr - rec->at.bytes.ptr);
		struct str behind = str_tail(rec->at.bytes, before + rec->at.own.len);
		if (before + value.len + behind.len > AVRO_MAX_BLOCK)
			return err_set(&st->why, ERR_INPUT,
				       "with what is appended it takes %zu bytes; %d are allowed",
				       before + value.len + behind.len, AVRO_MAX_BLOCK);
		char *to = buf_room(&out->bytes, before + value.len + behind.len);
		memcpy(to, rec->at.bytes.ptr, before);
		memcpy(to + before, value.ptr, value.len);
		if (behind.len > 0) /* only where the field stood already */
			memcpy(to + before + value.len, behind.ptr, behind.len);
		out->bytes.len += before + value.len + behind.len;
	}
	stream_mark(out, st->number, from, 1, st->merged);
	return 0;
}

/* -1: the share ends here. */
static int
refuse_record(struct stage *st, struct str bytes, bool is_record, const char *class,
	      const char *part)
{
	if (st->job->dead != NULL) {
		worker_add_dead_letter(st, bytes, is_record, class, part, &st->why);
		return 0;
	}
	struct err why = st->why;
	err_prefix(&why, "%s: block %llu, record %llu: ", st->job->input_name,
		   (unsigned long long)st->block,
		   (unsigned long long)(st->records_before + st->number));
	end_share(st, &why);
	return -1;
}

/* There is no record to refuse in a timer: a REJECT is the stage's own failure. */
static int
run_timer(struct stage *st, struct state_block *block)
{
	const char *class;

	st->attempts = 0;
	state_block_arm(block, (struct state_timer){0});
	state_store_touch(st->state, block);
	enum stage_verdict verdict = call_until_done(st, call_timer, block, &class);
	if (verdict == STAGE_PASS || verdict == STAGE_DROP)
		return 0;
	end_share(st, &st->why);
	return -1;
}

/* Fires the key's event timers that are due. -1: the share ends here. */
static int
fire_due(struct stage *st)
{
	struct state_block *block;

	while ((block = state_key_due(st->key)) != NULL)
		if (run_timer(st, block) != 0)
			return -1;
	return 0;
}

/* Finds the key's state; -1 with st->why: there is no key, or it could not be read. */
static int
enter_key(struct stage *st)
{
	const struct binding *b = st->binding;

	if (st->state == NULL)
		return 0;
	struct str name = {"", 0};
	if (b->key_at != SIZE_MAX) {
		memcpy(&name, (const char *)st->read + b->key_at, sizeof(name));
		if (name.len == 0)
			return err_set(&st->why, ERR_INPUT,
				       "\"%s\" is null or empty: it is the key", st->def->key);
	}
	st->key = state_store_key(st->state, name, &st->why);
	return st->key == NULL ? -1 : 0;
}

/* The key is no longer in hand, and where memory has become full, no other need be either. -1: the
 * share ends here. */
static int
put_key_away(struct stage *st)
{
	state_store_release(st->state, st->key);
	st->key = NULL;
	if (!state_store_full(st->state) || state_store_spill(st->state, &st->why) == 0)
		return 0;
	end_share(st, &st->why);
	return -1;
}

static int
leave_key(struct stage *st)
{
	const struct binding *b = st->binding;
	int64_t event_ms = INT64_MIN;
	int result = 0;

	if (st->key == NULL)
		return 0;
	if (b->event_at != SIZE_MAX) {
		memcpy(&event_ms, (const char *)st->read + b->event_at, sizeof(event_ms));
		state_store_advance(st->state, st->key, event_ms);
		result = fire_due(st);
	}
	return result == 0 ? put_key_away(st) : -1;
}

/* The record in hand, read. -1: the share ends here. */
static int
run_record(struct stage *st)
{
	const char *class = "input";
	enum stage_verdict verdict = STAGE_REJECT;

	st->record.read = st->def->reads == NULL ? NULL : st->read;
	if (enter_key(st) == 0)
		verdict = call_until_done(st, call_process, NULL, &class);
	else if (st->why.class != ERR_INPUT)
		verdict = STAGE_FAIL;
	switch (verdict) {
	case STAGE_PASS:
		if (st->mirrored && st->binding->kind == STAGE_TRANSFORM && pass_record(st) != 0 &&
		    refuse_record(st, st->record.at.bytes, true, class, NULL) != 0)
			return -1;
		break;
	case STAGE_DROP:
		metric_add(st->job->metrics->dropped, 1);
		atomic_fetch_add_explicit(&st->job->counts->dropped, 1, memory_order_relaxed);
		break;
	case STAGE_REJECT:
		if (refuse_record(st, st->record.at.bytes, true, class, NULL) != 0)
			return -1;
		break;
	case STAGE_RETRY:
	case STAGE_DOWN:
	case STAGE_FAIL:
	case STAGE_WAIT:
	case STAGE_END:
		if (verdict != STAGE_FAIL)
			err_set(&st->why, ERR_FATAL, "process() returned a source's verdict");
		end_share(st, &st->why);
		return -1;
	}
	return leave_key(st);
}

/* Where several workers share a batch, the first one deals with what none of them can read. */
static int
refuse_unread(struct stage *st, struct str bytes, bool is_record, const char *part)
{
	return st->quiet ? 0 : refuse_record(st, bytes, is_record, "input", part);
}

/* Nothing behind a damaged record can be found any more, as far as its block goes. */
static int
pass_over_damage(struct stage *st, struct str *bytes)
{
	struct str rest = *bytes;

	bytes->len = 0;
	if (st->quiet)
		return 0;
	if (!st->job->skip_corrupt && st->job->dead == NULL)
		return refuse_record(st, rest, false, "input", NULL);
	metric_add(st->job->metrics->damaged_bytes, (int64_t)rest.len);
	log_error("%s: block %llu, record %llu: %s; %zu bytes passed over", st->job->input_name,
		  (unsigned long long)st->block,
		  (unsigned long long)(st->records_before + st->number), st->why.text, rest.len);
	if (st->job->dead != NULL)
		worker_add_dead_letter(st, rest, false, "input", "the rest of its block", &st->why);
	return 0;
}

/* Takes the next record off *bytes into st->record and st->read; 1 it is there; 0 it was refused,
 * and the next may follow; -1 the share ends here. */
static int
read_record(struct stage *st, struct str *bytes)
{
	const struct dead_input *dead_input = st->job->dead_input;
	struct record *rec = &st->record;
	struct dead_taken taken;
	struct str source;
	bool whole = false;

	st->attempts = 0;
	if (dead_input == NULL) {
		if (avro_plan_take(st->binding->plan, bytes, st->read, &st->arena, &rec->at, &whole,
				   &st->why) == 0)
			return 1;
		return whole ? refuse_unread(st, rec->at.bytes, true, NULL)
			     : pass_over_damage(st, bytes);
	}
	if (dead_input_take(dead_input, bytes, &st->arena, &taken, &st->why) != 0)
		return pass_over_damage(st, bytes);
	st->attempts = taken.attempts;
	source = taken.bytes;
	if (!taken.is_record) {
		err_set(&st->why, ERR_INPUT, "a part of a record cannot be tried again");
		return refuse_unread(
			st, source, false,
			taken.part.ptr == NULL ? NULL : arena_copy(&st->arena, taken.part).ptr);
	}
	if (avro_plan_take(st->binding->plan, &source, st->read, &st->arena, &rec->at, &whole,
			   &st->why) == 0)
		return 1;
	return refuse_unread(st, taken.bytes, true, NULL);
}

size_t
worker_of_key(struct str key, size_t count)
{
	return key.len == 0 ? 0 : hash_keyed(key) % count;
}

/* Where several workers share a batch: whether the record's key is this one's. */
static bool
is_mine(const struct stage *st)
{
	struct str key;

	if (st->alone || st->binding->key_at == SIZE_MAX)
		return !st->quiet;
	memcpy(&key, (const char *)st->read + st->binding->key_at, sizeof(key));
	return worker_of_key(key, st->count) == st->index;
}

static void
take_share(struct stage *st, struct batch *batch)
{
	st->alone = batch->share_count == 1;
	st->quiet = !st->alone && st->index != 0;
	st->share = &batch->shares[st->alone ? 0 : st->index];
	st->records_before = batch->in.first_record;
	st->block = batch->in.number;
	st->offsets = batch->offsets;
	st->batch = batch;
	st->merged = st->alone && batch->offsets == NULL;
	st->left = false;
	st->at_end = false;
}

/* What stands behind the record in hand, in bytes that are its alone. */
static int
refuse_left_over(struct stage *st, struct str whole, size_t left)
{
	err_set(&st->why, ERR_INPUT, "%zu bytes are left over behind the record", left);
	return refuse_record(st, whole, false, "input", NULL);
}

/* The records up to `until`; -1: there is no more to be had of the batch. Where each came by itself
 * (ends), what is wrong with one is no matter of the next. */
static int
take_some(struct stage *st, struct str *bytes, const size_t *ends, uint64_t until)
{
	const char *start = bytes->ptr;
	struct str one, *from = bytes;
	size_t size = 0; /* of what came by itself */

	for (; st->number < until; st->number++) {
		if (ends != NULL) {
			size_t at = st->number == 0 ? 0 : ends[st->number - 1];
			size = ends[st->number] - at;
			one = (struct str){start + at, size};
			from = &one;
		}
		if (st->arena.used > 0)
			arena_reset(&st->arena);
		int got = read_record(st, from);
		if (got > 0 && ends != NULL && from->len > 0)
			got = refuse_left_over(st, (struct str){from->ptr + from->len - size, size},
					       from->len);
		if (got < 0 || (got > 0 && is_mine(st) && run_record(st) != 0))
			return -1;
		if (got == 0 && ends == NULL && from->len == 0)
			return -1; /* what is behind damage is lost */
	}
	return 0;
}

static void
take_records(struct stage *st, struct batch *batch)
{
	struct str bytes = buf_str(&batch->in.bytes);
	struct job_pause *pause = st->job->pause;
	uint64_t count = batch->in.count, until = count;

	take_share(st, batch);
	st->number = 0;
	do {
		if (pause != NULL && count - st->number > pause->records)
			until = st->number + pause->records;
		if (take_some(st, &bytes, batch->ends, until) != 0)
			return;
		st->left = pause != NULL && pause->breathe(pause);
		if (st->left)
			return;
		until = count;
	} while (st->number < count);
	if (bytes.len > 0 && batch->ends == NULL) {
		err_set(&st->why, ERR_INPUT,
			"%zu bytes are left over behind the block's last record", bytes.len);
		pass_over_damage(st, &bytes);
	}
}

void
worker_take(struct stage *st, struct batch *batch)
{
	int64_t began_ms = clock_monotonic_ms();

	take_records(st, batch);
	metric_observe_us(st->job->metrics->batch, (clock_monotonic_ms() - began_ms) * 1000);
}

int
worker_fire(struct stage *st, struct state_block *block, struct batch *batch, uint64_t number)
{
	st->alone = true;
	st->quiet = false;
	st->share = &batch->shares[0];
	st->number = number;
	st->at_end = true;
	st->key = block->key;
	arena_reset(&st->arena);
	return run_timer(st, block) == 0 ? put_key_away(st) : -1;
}

/* ---- sinks */

int
worker_commit(struct stage *st, const struct stage_position *positions, size_t count,
	      struct err *err)
{
	return st->def->commit(st, positions, count, err);
}

int
worker_committed(struct stage *st, struct str input, struct buf *position, struct err *err)
{
	return st->def->committed(st, input, position, err);
}

int
worker_flush(struct stage *st, struct err *err)
{
	return st->def->flush == NULL ? 0 : st->def->flush(st, err);
}

/* ---- sources */

static enum stage_verdict
call_poll(struct stage *st, void *with)
{
	(void)with;
	return st->def->poll(st);
}

enum stage_verdict
worker_poll(struct stage *st, struct batch *batch, struct err *err)
{
	const char *class;
	enum stage_verdict verdict;

	st->alone = true;
	st->share = &batch->shares[0];
	st->number = st->polls++;
	st->attempts = 0;
	arena_reset(&st->arena);
	verdict = call_until_done(st, call_poll, NULL, &class);
	if (st->stopped) /* there was nothing to give: whether it may end here is not ours to say */
		verdict = STAGE_PASS;
	if (verdict == STAGE_REJECT) /* there is no record to refuse */
		verdict = STAGE_FAIL;
	if (verdict == STAGE_FAIL)
		*err = st->why;
	return verdict;
}

struct str
worker_position(const struct stage *st)
{
	return buf_str(&st->position);
}
