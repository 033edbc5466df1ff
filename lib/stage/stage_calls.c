/* What a stage's callbacks may ask of the runtime, and tell it: the functions of stage.h. */
#include "avro/datum.h"
#include "avro/limits.h"
#include "avro/varint.h"
#include "base/clock.h"
#include "base/log.h"
#include "stage/stage_metrics.h"
#include "stage/stop.h"
#include "stage/trail.h"
#include "stage/worker.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

const void *
stage_options(const struct stage *st)
{
	return st->job->options;
}

const void *
stage_shared(const struct stage *st)
{
	return st->job->shared;
}

void *
stage_self(struct stage *st)
{
	return st->self;
}

void *
stage_alloc(struct stage *st, size_t size)
{
	return arena_zero(&st->arena, size);
}

const struct avro_schema *
stage_input_schema(const struct stage *st)
{
	return st->binding->input;
}

struct str
stage_input_metadata(const struct stage *st, struct str key)
{
	if (st->job->reader == NULL)
		return str_equal(key, STR(TRAIL_KEY)) ? st->job->trail : (struct str){0};
	return container_reader_metadata(st->job->reader, key);
}

const void *
record_read(const struct record *rec)
{
	return rec->read;
}

struct str
record_bytes(const struct record *rec)
{
	return rec->at.bytes;
}

int
record_json(const struct record *rec, struct buf *out, struct err *err)
{
	const struct avro_node *root = avro_schema_root(rec->worker->binding->input);
	struct str bytes = rec->at.bytes;

	return avro_datum_add_json(root, &bytes, AVRO_JSON_PLAIN, out, err);
}

/* Only where they lie in the batch: what is taken out of dead letters does not. */
uint64_t
record_run(const struct record *rec, uint64_t most, size_t most_bytes, struct str *bytes,
	   struct err *err)
{
	const struct stage *st = rec->worker;
	const struct batch *batch = st->batch;
	const struct avro_node *root = avro_schema_root(st->binding->input);
	const char *start = rec->at.bytes.ptr, *base = batch->in.bytes.ptr;
	bool alone = st->job->dead_input != NULL || !st->alone;
	struct str rest = alone ? rec->at.bytes
				: (struct str){start, batch->in.bytes.len - (size_t)(start - base)};
	uint64_t count = 0, left = batch->in.count - st->number;
	struct err ignored;

	if (left > most)
		left = most;
	*bytes = (struct str){start, 0};
	while (count < (alone ? 1 : left) && (count == 0 || bytes->len < most_bytes)) {
		if (avro_datum_check(root, &rest, count == 0 ? err : &ignored) != 0)
			break;
		if (!alone && batch->ends != NULL &&
		    (size_t)(rest.ptr - base) != batch->ends[st->number + count])
			break;
		count++;
		bytes->len = (size_t)(rest.ptr - start);
	}
	return count;
}

int64_t
stage_now(const struct stage *st)
{
	(void)st;
	return clock_now_ms();
}

int64_t
stage_watermark(const struct stage *st)
{
	return st->key == NULL ? INT64_MIN : state_key_watermark(st->key);
}

/* ---- verdicts with a reason */

#define SET_WHY(why, class, fmt)                                                                   \
	do {                                                                                       \
		char text[sizeof((why)->text)];                                                    \
		va_list args;                                                                      \
		va_start(args, fmt);                                                               \
		vsnprintf(text, sizeof(text), fmt, args);                                          \
		va_end(args);                                                                      \
		err_set(why, class, "%s", text);                                                   \
	} while (0)

enum stage_verdict
stage_reject(struct stage *st, const char *fmt, ...)
{
	SET_WHY(&st->why, ERR_INPUT, fmt);
	return STAGE_REJECT;
}

enum stage_verdict
stage_retry(struct stage *st, const char *fmt, ...)
{
	SET_WHY(&st->why, ERR_RETRY, fmt);
	return STAGE_RETRY;
}

enum stage_verdict
stage_fail(struct stage *st, const char *fmt, ...)
{
	SET_WHY(&st->why, ERR_FATAL, fmt);
	return STAGE_FAIL;
}

enum stage_verdict
stage_error(struct stage *st, const struct err *err)
{
	st->why = *err;
	switch (err->class) {
	case ERR_INPUT:
		return STAGE_REJECT;
	case ERR_RETRY:
		return STAGE_RETRY;
	case ERR_DOWN:
		return STAGE_DOWN;
	case ERR_NONE:
	case ERR_FATAL:
		break;
	}
	return STAGE_FAIL;
}

/* ---- output */

static void
spoil_output(struct stage *st, const struct err *err)
{
	if (!st->bad_output)
		st->spoiled = *err;
	st->bad_output = true;
}

void
record_append_items(struct record *rec, size_t size, size_t count, const void *items)
{
	struct stage *st = rec->worker;
	struct err err; /* not cleared: this is the record path, and whoever fails fills it */

	if (st->def->appends == NULL || size != avro_encoder_struct_size(st->binding->encoder)) {
		err_set(&err, ERR_FATAL,
			"record_append() was given a struct of %zu bytes, which `writes` does not "
			"describe",
			size);
		spoil_output(st, &err);
		return;
	}
	buf_clear(&rec->value);
	varint_add(&rec->value, st->binding->own_branch);
	if (avro_encode(st->binding->encoder, items, count, &rec->value, &err) != 0)
		spoil_output(st, &err);
	rec->appended = true;
}

/* One more record lies behind `from`. */
static inline void
end_item(struct stage *st, size_t from)
{
	struct stream *out = &st->share->out;
	struct err err;

	if (out->bytes.len - from <= AVRO_MAX_BLOCK) {
		stream_mark(out, st->number, from, 1, false);
		return;
	}
	err_set(&err, ERR_INPUT, "a record made of it takes %zu bytes; %d are allowed",
		out->bytes.len - from, AVRO_MAX_BLOCK);
	spoil_output(st, &err);
}

void
stage_emit_item(struct stage *st, size_t size, const void *item)
{
	struct stream *out = &st->share->out;
	size_t from = out->bytes.len;
	struct err err; /* not cleared: this is the record path, and whoever fails fills it */

	if (st->bad_output)
		return;
	if (st->def->emits == NULL || size != avro_encoder_struct_size(st->binding->encoder)) {
		err_set(&err, ERR_FATAL,
			"stage_emit() was given a struct of %zu bytes, which `writes` does not "
			"describe",
			size);
		spoil_output(st, &err);
		return;
	}
	if (avro_encode(st->binding->encoder, item, 1, &out->bytes, &err) != 0) {
		spoil_output(st, &err);
		return;
	}
	end_item(st, from);
}

char *
stage_emit_room(struct stage *st, size_t most)
{
	return buf_room(&st->share->out.bytes, most);
}

void
stage_emit_written(struct stage *st, size_t size)
{
	struct buf *out = &st->share->out.bytes;
	size_t from = out->len;

	if (st->bad_output)
		return;
	out->len += size;
	end_item(st, from);
}

void
stage_emit_bytes(struct stage *st, struct str record)
{
	struct stream *out = &st->share->out;
	size_t from = out->bytes.len;

	assert(st->def->shape != NULL);
	buf_add(&out->bytes, record);
	stream_mark(out, st->number, from, 1, false);
}

bool
stage_breathe(struct stage *st)
{
	struct job_pause *pause = st->job->pause;

	return pause != NULL && pause->breathe(pause);
}

void
stage_reject_part(struct stage *st, struct str bytes, const char *place, const char *fmt, ...)
{
	struct err why;

	SET_WHY(&why, ERR_INPUT, fmt);
	if (st->job->dead != NULL) {
		worker_add_dead_letter(st, bytes, false, "input", place, &why);
		return;
	}
	err_prefix(&why, "%s: ", place);
	spoil_output(st, &why); /* with no place for it, the record stops the stage */
}

void
stage_reject_source(struct stage *st, struct str bytes, const char *place, const char *fmt, ...)
{
	struct err why;

	SET_WHY(&why, ERR_INPUT, fmt);
	if (place == NULL)
		log_error("%s", why.text);
	else
		log_error("%s: %s", place, why.text);
	atomic_store(&st->job->source_lost, true);
	if (st->job->dead != NULL && bytes.len > 0)
		worker_add_dead_letter(st, bytes, false, "input", place, &why);
}

/* ---- state */

struct str
stage_key(const struct stage *st)
{
	return st->key == NULL ? (struct str){0} : state_key_name(st->key);
}

void *
state_of(struct stage *st, int state, struct str part)
{
	assert(part.len <= 255);
	struct state_block *block = state_store_block(st->state, st->key, state, part);

	state_store_touch(st->state, block);
	return block->bytes;
}

void *
state_next(struct stage *st, int state, struct str *part)
{
	struct state_block *block = state_store_next(st->key, state, *part);

	if (block == NULL)
		return NULL;
	*part = block->part;
	state_store_touch(st->state, block);
	return block->bytes;
}

void
state_forget(struct stage *st, void *bytes)
{
	struct state_block *block = state_block_of(bytes);

	assert(block->key == st->key);
	state_store_forget(st->state, block);
}

void
state_timer(struct stage *st, void *bytes, enum stage_clock clock, int64_t at_ms)
{
	struct state_block *block = state_block_of(bytes);

	assert(block->key == st->key && st->def->states[block->state].timer != NULL);
	state_block_arm(block, (struct state_timer){true, clock, at_ms});
}

/* ---- sources */

struct str
stage_committed(const struct stage *st)
{
	return st->job->committed; /* a pipe begins at the beginning */
}

void
stage_position(struct stage *st, struct str position)
{
	buf_clear(&st->position);
	buf_add(&st->position, position);
}

void
stage_count(struct stage *st, size_t counter, uint64_t n)
{
	if (st->job->metrics != NULL)
		metric_add(st->job->metrics->own[counter], (int64_t)n);
}

bool
stage_commits_early(const struct stage *st)
{
	return st->job->commits_early;
}

void
stage_progress(struct stage *st, uint64_t done, uint64_t total)
{
	atomic_store_explicit(&st->job->counts->bytes, done, memory_order_relaxed);
	atomic_store_explicit(&st->job->counts->bytes_total, total, memory_order_relaxed);
}

void
stage_wake(struct stage *st)
{
	stop_interrupt();
	(void)st;
}
