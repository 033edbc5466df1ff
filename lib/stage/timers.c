#include "stage/timers.h"

#include "base/mem.h"

/* By name, not by pointer: a timer may forget the block of another. */
struct pending {
	int64_t at_ms;
	struct str key, part;
	int state;
	struct stage *worker;
};

static int
compare_pending(const void *left, const void *right)
{
	const struct pending *a = left, *b = right;

	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	int order = str_compare(a->key, b->key);
	if (order == 0)
		order = a->state - b->state;
	return order != 0 ? order : str_compare(a->part, b->part);
}

/* Appends the worker's armed timers to *list. */
static void
collect(struct stage *worker, struct arena *names, struct buf *list)
{
	struct buf all = {0};

	state_store_all(worker_state(worker), &all);
	struct state_block *const *blocks = (struct state_block *const *)all.ptr;
	for (size_t i = 0; i < all.len / sizeof(*blocks); i++) {
		const struct state_block *b = blocks[i];
		if (!b->timer.armed)
			continue;
		struct pending p = {b->timer.at_ms, arena_copy(names, state_key_name(b->key)),
				    arena_copy(names, b->part), b->state, worker};
		buf_add(list, (struct str){(const char *)&p, sizeof(p)});
	}
	buf_free(&all);
}

int
timers_fire_all(struct stage *const *workers, size_t count,
		int (*fire)(void *, struct stage *, struct state_block *, uint64_t, struct err *),
		void *with, struct err *err)
{
	struct arena names = {0};
	struct buf list = {0};
	int result = 0;

	for (size_t i = 0; i < count && worker_state(workers[i]) != NULL; i++)
		collect(workers[i], &names, &list);
	struct pending *pending = (struct pending *)list.ptr;
	size_t total = list.len / sizeof(*pending);
	if (total > 0)
		qsort(pending, total, sizeof(*pending), compare_pending);
	for (size_t i = 0; i < total && result == 0; i++) {
		struct state_block *block =
			state_store_find(worker_state(pending[i].worker), pending[i].key,
					 pending[i].state, pending[i].part);
		if (block != NULL && block->timer.armed)
			result = fire(with, pending[i].worker, block, i, err);
	}
	buf_free(&list);
	arena_free(&names);
	return result;
}
