/* timer_heap.h -- blocks by when their timers are due: the first one at once, and no scan for it.
 */
#ifndef STAGE_TIMER_HEAP_H
#define STAGE_TIMER_HEAP_H

#include <stddef.h>

struct state_block; /* has its place in the heap, 0: in none */

struct timer_heap { /* all zeroes: empty */
	struct state_block **items;
	size_t count, room;
};

struct state_block *timer_heap_first(const struct timer_heap *);   /* NULL: empty */
void timer_heap_put(struct timer_heap *, struct state_block *);    /* in no heap yet */
void timer_heap_remove(struct timer_heap *, struct state_block *); /* not in it is fine */
void timer_heap_free(struct timer_heap *);

#endif
