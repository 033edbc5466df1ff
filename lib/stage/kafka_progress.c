#include "stage/kafka_progress.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "observe/metrics_http.h"
#include "stage/stage_metrics.h"
#include "stage/stop.h"
#include <stdio.h>

#define AGAIN_MS      100
#define AGAIN_LAST_MS 5000
#define DOWN_MS       500
#define FIRST_RECORDS 64
#define LAG_MS        1000

bool
kafka_run_is_sink(const struct kafka_run *run)
{
	return run->job->binding.def->commit != NULL;
}

void
kafka_run_lead_astray(struct kafka_run *run, const struct err *why)
{
	if (why->class == ERR_FATAL) {
		run->failed = *why;
		return;
	}
	if (!run->astray)
		log_event("taken_back", "reason=\"%s\"", why->text);
	metric_add(run->job->metrics->rewinds, 1);
	run->astray = true;
	run->down = run->down || why->class == ERR_DOWN;
}

/* ---- partitions */

struct kafka_part *
kafka_part_find(struct kafka_run *run, const char *topic, int32_t partition)
{
	for (size_t i = 0; i < run->part_count; i++)
		if (run->parts[i].partition == partition && strcmp(run->parts[i].topic, topic) == 0)
			return &run->parts[i];
	return NULL;
}

static void
forget_part(struct kafka_run *run, struct kafka_part *part)
{
	if (run->busy && part->memory != NULL) { /* it may be in use */
		MEM_GROW(run->gone, run->gone_count, run->gone_room);
		run->gone[run->gone_count++] = part->memory;
	} else {
		kafka_memory_close(part->memory);
	}
	free(part->topic);
	*part = run->parts[--run->part_count];
}

static void
on_assigned(void *with, struct kafka_place *places, size_t count)
{
	struct kafka_run *run = with;

	for (size_t i = 0; i < count; i++) {
		MEM_GROW(run->parts, run->part_count, run->part_room);
		run->parts[run->part_count++] =
			(struct kafka_part){.topic = str_dup(str_of(places[i].topic)),
					    .partition = places[i].partition,
					    .next = KAFKA_NOTHING,
					    .from = KAFKA_NOTHING,
					    .done = KAFKA_NOTHING};
		if (run->keeps_places) /* the first message asks the sink for them */
			places[i].offset = KAFKA_BEGINNING;
		log_debug("assigned", "topic=%s partition=%d", places[i].topic,
			  places[i].partition);
	}
	metric_add(run->job->metrics->rebalances, 1);
	metric_set(run->job->metrics->partitions, (int64_t)run->part_count);
}

static void
on_revoked(void *with, const struct kafka_place *places, size_t count, bool lost)
{
	struct kafka_run *run = with;
	static const struct err taken = {ERR_RETRY, "partitions were taken away"};

	if (!lost && !run->busy && !run->astray)
		kafka_run_commit(run);
	for (size_t i = 0; i < count; i++) {
		struct kafka_part *part =
			kafka_part_find(run, places[i].topic, places[i].partition);
		if (part == NULL)
			continue;
		if (part->next != KAFKA_NOTHING || run->busy)
			kafka_run_lead_astray(run, &taken);
		log_debug("revoked", "topic=%s partition=%d", part->topic, part->partition);
		forget_part(run, part);
	}
	metric_set(run->job->metrics->partitions, (int64_t)run->part_count);
}

/* ---- commit */

static size_t
places_to_commit(const struct kafka_run *run, struct kafka_place **places)
{
	size_t count = 0;

	*places = mem_zero(run->part_count, sizeof(**places));
	for (size_t i = 0; i < run->part_count; i++)
		if (run->parts[i].next != KAFKA_NOTHING)
			(*places)[count++] = (struct kafka_place){
				run->parts[i].topic, run->parts[i].partition, run->parts[i].next};
	return count;
}

/* The sink's own transaction, with "topic/partition" -> next offset. */
static int
commit_sink(struct kafka_run *run, const struct kafka_place *places, size_t count, struct err *err)
{
	struct kafka_intake *in = kafka_intakes_open_one(run->intakes);
	struct stage_position *positions = mem_zero(count, sizeof(*positions));
	struct arena texts = {0};
	struct buf text = {0};

	for (size_t i = 0; i < count; i++) {
		struct kafka_position p = {.offset = places[i].offset};
		memcpy(p.mark, kafka_part_find(run, places[i].topic, places[i].partition)->mark,
		       sizeof(p.mark));
		buf_clear(&text);
		buf_printf(&text, "%s/%d", places[i].topic, places[i].partition);
		positions[i].input = arena_copy(&texts, buf_str(&text));
		buf_clear(&text);
		kafka_position_write(&text, &p);
		positions[i].position = arena_copy(&texts, buf_str(&text));
	}
	int result = in == NULL ? 0 : worker_commit(in->worker, positions, count, err);
	buf_free(&text);
	arena_free(&texts);
	free(positions);
	return result;
}

static int
commit_places(struct kafka_run *run, const struct kafka_place *places, size_t count,
	      struct err *err)
{
	struct err late = {0};

	if (kafka_intakes_flush(run->intakes, err) != 0)
		return -1;
	for (size_t i = 0; i < run->part_count; i++)
		if (run->parts[i].memory != NULL &&
		    kafka_memory_flush(run->parts[i].memory, err) != 0)
			return -1;
	if (!kafka_run_is_sink(run))
		return kafka_producer_commit(run->session.producer, run->consumer, places, count,
					     err);
	/* Dead letters first: what is refused is never only gone. */
	if (kafka_producer_commit(run->session.producer, NULL, NULL, 0, err) != 0 ||
	    commit_sink(run, places, count, err) != 0)
		return -1;
	/* What the sink holds, it holds: where it keeps places, these here are only shown. */
	if (kafka_consumer_commit(run->consumer, places, count, &late) != 0)
		log_event("offsets_not_shown", "reason=\"%s\"", late.text);
	return 0;
}

void
kafka_run_show_lag(struct kafka_run *run)
{
	int64_t now_ms = clock_monotonic_ms(), lag = 0, one;

	if (now_ms - run->lag_ms < LAG_MS)
		return;
	run->lag_ms = now_ms;
	for (size_t i = 0; i < run->part_count; i++) {
		const struct kafka_part *part = &run->parts[i];
		const struct kafka_place place = {part->topic, part->partition, part->done};
		if ((one = kafka_consumer_lag(run->consumer, &place)) > 0)
			lag += one;
	}
	metric_set(run->job->metrics->lag, lag);
}

static void
count_bytes_out(struct kafka_run *run)
{
	uint64_t bytes;
	bool source_lost;

	kafka_intakes_sum(run->intakes, &bytes, &source_lost);
	metric_set(run->job->metrics->bytes_out, (int64_t)bytes);
}

/* The disks follow. One that cannot is made again from the changelog. */
static void
commit_memories(struct kafka_run *run)
{
	struct err err = {0};

	for (size_t i = 0; i < run->part_count; i++) {
		struct kafka_part *part = &run->parts[i];
		if (part->memory == NULL || kafka_memory_commit(part->memory, &err) == 0)
			continue;
		log_error("%s", err.text);
		kafka_memory_close(part->memory);
		part->memory = NULL;
	}
}

void
kafka_run_commit(struct kafka_run *run)
{
	struct kafka_place *places;
	struct err err = {0};
	int64_t began_ms = clock_monotonic_ms();

	run->committed_ms = began_ms;
	if (!run->taken)
		return;
	size_t count = places_to_commit(run, &places);
	if (commit_places(run, places, count, &err) == 0) {
		run->taken = false;
		for (size_t i = 0; i < run->part_count; i++) {
			struct kafka_part *part = &run->parts[i];
			if (part->next != KAFKA_NOTHING)
				part->done = part->next;
			part->next = KAFKA_NOTHING;
		}
		commit_memories(run);
		metric_observe_us(run->job->metrics->commit,
				  (clock_monotonic_ms() - began_ms) * 1000);
		count_bytes_out(run);
	} else {
		kafka_run_lead_astray(run, &err);
	}
	free(places);
}

/* ---- waiting, with the group served */

static void
serve_group(struct kafka_run *run)
{
	struct err err = {0};

	run->held_ms = clock_monotonic_ms();
	kafka_run_show_lag(run);
	if (kafka_consumer_hold(run->consumer, &err) != 0)
		run->failed = err;
}

bool
kafka_run_is_over(const struct kafka_run *run)
{
	return stop_asked() || run->astray || run->failed.class != ERR_NONE;
}

static bool
wait_meanwhile(struct job_pause *pause, int64_t ms)
{
	struct kafka_run *run = (struct kafka_run *)pause;
	int64_t until_ms = clock_monotonic_ms() + ms, left_ms;

	do {
		serve_group(run);
		left_ms = until_ms - clock_monotonic_ms();
	} while (!kafka_run_is_over(run) && left_ms > 0 &&
		 !stop_wait_ms(left_ms < KAFKA_HOLD_MS ? left_ms : KAFKA_HOLD_MS) &&
		 until_ms > clock_monotonic_ms());
	return kafka_run_is_over(run);
}

static bool
breathe(struct job_pause *pause)
{
	struct kafka_run *run = (struct kafka_run *)pause;

	if (clock_monotonic_ms() - run->held_ms >= KAFKA_HOLD_MS)
		serve_group(run);
	return run->astray || run->failed.class != ERR_NONE;
}

/* ---- the way back */

static int
go_back(struct kafka_run *run, struct err *err)
{
	struct kafka_place *places = mem_zero(run->part_count, sizeof(*places));
	size_t count = run->part_count;
	int result = 0;

	for (size_t i = 0; i < count; i++)
		places[i] = (struct kafka_place){run->parts[i].topic, run->parts[i].partition,
						 KAFKA_BEGINNING};
	if (!run->keeps_places)
		result = kafka_consumer_committed(run->consumer, places, count, err);
	for (size_t i = 0; i < count; i++)
		if (places[i].offset < 0)
			places[i].offset = KAFKA_BEGINNING;
	if (result == 0)
		result = kafka_consumer_seek(run->consumer, places, count, err);
	free(places);
	return result;
}

static void
close_gone(struct kafka_run *run)
{
	while (run->gone_count > 0)
		kafka_memory_close(run->gone[--run->gone_count]);
}

static void
take_back(struct kafka_run *run)
{
	struct err err = {0};

	kafka_intakes_drop(run->intakes);
	if (kafka_run_is_sink(run))
		kafka_intakes_close_workers(run->intakes);
	batch_clear(&run->batch);
	run->taken = false;
	for (size_t i = 0; i < run->part_count; i++) {
		struct kafka_part *part = &run->parts[i];
		part->next = KAFKA_NOTHING;
		part->asked = part->expects = false;
		part->from = KAFKA_NOTHING;
		if (part->memory != NULL && kafka_memory_rewind(part->memory, &err) != 0) {
			kafka_memory_close(part->memory);
			part->memory = NULL;
		}
	}
	close_gone(run);
}

void
kafka_run_set_ready(struct kafka_run *run, bool ready)
{
	if (ready != run->unready)
		return;
	run->unready = !ready;
	metric_set(run->job->metrics->down, !ready);
	metrics_http_ready(run->job->http, ready);
}

/* What is away is not asked again at once. */
static void
wait_when_down(struct kafka_run *run)
{
	if (!run->down)
		return;
	run->down = false;
	kafka_run_set_ready(run, false);
	if (!stop_wait_ms(DOWN_MS))
		serve_group(run);
}

void
kafka_run_find_the_way_back(struct kafka_run *run)
{
	int64_t pause_ms = AGAIN_MS;
	struct err err = {0};

	take_back(run);
	wait_when_down(run);
	while (kafka_producer_abort(run->session.producer, &err) != 0 || go_back(run, &err) != 0) {
		if (err.class == ERR_FATAL) {
			run->failed = err;
			return;
		}
		if (pause_ms > AGAIN_LAST_MS && !run->unready) {
			kafka_run_set_ready(run, false);
			log_event("endpoint_down", "reason=\"%s\"", err.text);
		}
		err = (struct err){0};
		if (stop_wait_ms(pause_ms < AGAIN_LAST_MS ? pause_ms : AGAIN_LAST_MS))
			return;
		serve_group(run);
		if (run->failed.class != ERR_NONE)
			return;
		take_back(run); /* callbacks may have come */
		pause_ms *= 2;
	}
	run->astray = false;
}

struct job_pause
kafka_run_pause(void)
{
	return (struct job_pause){
		.wait = wait_meanwhile, .breathe = breathe, .records = FIRST_RECORDS};
}

struct kafka_rebalance
kafka_run_rebalance(struct kafka_run *run)
{
	return (struct kafka_rebalance){on_assigned, on_revoked, run};
}

void
kafka_parts_forget(struct kafka_run *run)
{
	while (run->part_count > 0)
		forget_part(run, &run->parts[0]);
	close_gone(run);
	free(run->parts);
	free(run->gone);
	run->parts = NULL;
	run->gone = NULL;
}

void
kafka_parts_remember(struct kafka_run *run)
{
	const struct stage_def *def = run->job->binding.def;

	for (size_t i = 0; def->states != NULL && i < run->part_count; i++) {
		struct kafka_part *part = &run->parts[i];
		struct err err = {0};
		if (part->memory != NULL)
			continue;
		kafka_run_set_ready(run, false);
		run->busy = true; /* partitions that are given away meanwhile lead astray */
		struct kafka_memory *memory =
			kafka_memory_open(&run->session, def, run->options->state, part->topic,
					  part->partition, &run->pause, run->job->metrics, &err);
		run->busy = false;
		if (memory == NULL)
			kafka_run_lead_astray(run, &err);
		else if (run->astray)
			kafka_memory_close(memory);
		else
			run->parts[i].memory = memory; /* the array may have moved */
		if (run->astray || run->failed.class != ERR_NONE)
			return;
	}
}
