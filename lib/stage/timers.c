#include "stage/timers.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "stage/state_disk.h"

/* By name, not by pointer: a timer may forget the block of another. */
struct pending {
	struct state_timer timer;
	struct str key, part;
	int state;
	const char *state_name;
	struct stage *worker;
};

struct firing {
	struct stage *const *workers;
	size_t count;
	enum timers_when when;
	int64_t now_ms;
	uint64_t number;
	int (*fire)(void *, struct stage *, struct state_block *, uint64_t, struct err *);
	void *with;
};

/* The last time for which a timer of this clock fires now; INT64_MIN: none does. */
static int64_t
fires_until(const struct firing *f, enum stage_clock clock)
{
	if (f->when == TIMERS_AT_END || (f->when == TIMERS_AT_PAUSE && clock == PROCESSING_TIME))
		return INT64_MAX;
	return clock == EVENT_TIME ? INT64_MIN : f->now_ms;
}

static int
fire_one(struct firing *f, const struct pending *p, struct err *err)
{
	struct state_store *store = worker_state(p->worker);
	struct state_key *key = state_store_key(store, p->key, err);

	if (key == NULL)
		return -1;
	struct state_block *block = state_key_find(key, p->state, p->part);
	if (block == NULL || !block->timer.armed) {
		state_store_release(store, key);
		return 0;
	}
	return f->fire(f->with, p->worker, block, f->number++, err);
}

/* ---- in memory */

static int
compare_pending(const void *left, const void *right)
{
	const struct pending *a = left, *b = right;

	if (a->timer.clock != b->timer.clock)
		return a->timer.clock < b->timer.clock ? -1 : 1;
	if (a->timer.at_ms != b->timer.at_ms)
		return a->timer.at_ms < b->timer.at_ms ? -1 : 1;
	int order = str_compare(a->key, b->key);
	if (order == 0)
		order = strcmp(a->state_name, b->state_name);
	return order != 0 ? order : str_compare(a->part, b->part);
}

/* Appends those of the worker's timers that fire now to *list. */
static void
collect(const struct firing *f, struct stage *worker, struct arena *names, struct buf *list)
{
	struct buf all = {0};

	state_store_all(worker_state(worker), &all);
	struct state_block *const *blocks = (struct state_block *const *)all.ptr;
	for (size_t i = 0; i < all.len / sizeof(*blocks); i++) {
		const struct state_block *b = blocks[i];
		int64_t until = b->timer.armed ? fires_until(f, b->timer.clock) : INT64_MIN;
		if (!b->timer.armed || until == INT64_MIN || b->timer.at_ms > until)
			continue;
		struct pending p = {b->timer,
				    arena_copy(names, state_key_name(b->key)),
				    arena_copy(names, b->part),
				    b->state,
				    worker->def->states[b->state].name,
				    worker};
		buf_add(list, (struct str){(const char *)&p, sizeof(p)});
	}
	buf_free(&all);
}

static int
fire_from_memory(struct firing *f, struct err *err)
{
	struct arena names = {0};
	struct buf list = {0};
	int result = 0;

	for (size_t i = 0; i < f->count; i++)
		collect(f, f->workers[i], &names, &list);
	struct pending *pending = (struct pending *)list.ptr;
	size_t total = list.len / sizeof(*pending);
	if (total > 0)
		qsort(pending, total, sizeof(*pending), compare_pending);
	for (size_t i = 0; i < total && result == 0; i++)
		result = fire_one(f, &pending[i], err);
	buf_free(&list);
	arena_free(&names);
	return result;
}

/* ---- on disk, where they are in order already */

static int
fire_clock(struct firing *f, struct state_disk *disk, enum stage_clock clock, struct err *err)
{
	int64_t until = fires_until(f, clock);
	struct str entry, key, prefix, state;
	struct pending p = {0};
	int result = 0;

	if (until == INT64_MIN)
		return 0;
	struct state_timers *timers = state_timers_begin(disk, clock, until, err);
	if (timers == NULL)
		return -1;
	while (result == 0 && (result = state_timers_next(timers, &entry, &key, err)) > 0) {
		(void)state_entry_split(entry, &prefix, &state, &p.part);
		p.key = key;
		p.state = state_codec_find(state_disk_codec(disk), state);
		p.worker = f->workers[worker_of_key(key, f->count)];
		result = p.state < 0 ? 0 : fire_one(f, &p, err);
	}
	state_timers_end(timers);
	return result;
}

int
timers_fire(struct stage *const *workers, size_t count, enum timers_when when,
	    int (*fire)(void *, struct stage *, struct state_block *, uint64_t, struct err *),
	    void *with, struct err *err)
{
	struct firing f = {workers, count, when, clock_now_ms(), 0, fire, with};
	struct state_disk *disk = NULL;
	int result = 0;

	if (worker_state(workers[0]) == NULL)
		return 0;
	disk = state_store_disk(worker_state(workers[0]));
	if (disk == NULL)
		return fire_from_memory(&f, err);
	for (size_t i = 0; i < count && result == 0; i++)
		result = state_store_flush(worker_state(workers[i]), err);
	for (int clock = EVENT_TIME; clock <= WAITING_TIME && result == 0; clock++)
		result = fire_clock(&f, disk, (enum stage_clock)clock, err);
	return result;
}
