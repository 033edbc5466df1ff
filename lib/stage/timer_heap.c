#include "stage/timer_heap.h"

#include "base/mem.h"
#include "stage/state_store.h"

static bool
fires_before(const struct state_block *a, const struct state_block *b)
{
	if (a->timer.at_ms != b->timer.at_ms)
		return a->timer.at_ms < b->timer.at_ms;
	return a->state != b->state ? a->state < b->state : str_compare(a->part, b->part) < 0;
}

static void
place(struct timer_heap *h, size_t at, struct state_block *block)
{
	h->items[at] = block;
	block->heap_place = at + 1;
}

/* From `at`, where there is room, to where the block belongs. */
static void
settle(struct timer_heap *h, size_t at, struct state_block *block)
{
	for (; at > 0 && fires_before(block, h->items[(at - 1) / 2]); at = (at - 1) / 2)
		place(h, at, h->items[(at - 1) / 2]);
	for (;;) {
		size_t child = 2 * at + 1;
		if (child + 1 < h->count && fires_before(h->items[child + 1], h->items[child]))
			child++;
		if (child >= h->count || !fires_before(h->items[child], block))
			break;
		place(h, at, h->items[child]);
		at = child;
	}
	place(h, at, block);
}

struct state_block *
timer_heap_first(const struct timer_heap *h)
{
	return h->count == 0 ? NULL : h->items[0];
}

void
timer_heap_put(struct timer_heap *h, struct state_block *block)
{
	MEM_GROW(h->items, h->count, h->room);
	h->count++;
	settle(h, h->count - 1, block);
}

void
timer_heap_remove(struct timer_heap *h, struct state_block *block)
{
	size_t at = block->heap_place;

	if (at == 0)
		return;
	struct state_block *last = h->items[--h->count];
	block->heap_place = 0;
	if (last != block)
		settle(h, at - 1, last);
}

void
timer_heap_free(struct timer_heap *h)
{
	free(h->items);
	*h = (struct timer_heap){0};
}
