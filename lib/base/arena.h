/* arena.h -- memory for as long as a task lasts, given back all at once. All zeroes is an empty
 * one. Blocks handed out never move. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

struct arena_chunk;
struct arena {
	struct arena_chunk *chunks; /* the newest first */
	char *next, *end;           /* of the room left in the newest */
	size_t used;                /* bytes handed out since the last reset */
};

void *arena_alloc_slow(struct arena *, size_t size);
void arena_reset(struct arena *); /* keeps one chunk; all blocks are gone */
void arena_free(struct arena *);

/* Not zeroed, aligned for any type. */
static inline void *
arena_alloc(struct arena *a, size_t size)
{
	size_t rounded = (size + (size == 0) + 15) & ~(size_t)15;

	a->used += rounded;
	if (rounded < size || (size_t)(a->end - a->next) < rounded)
		return arena_alloc_slow(a, size);
	void *block = a->next;
	a->next += rounded;
	return block;
}

void *arena_zero(struct arena *, size_t size);
struct str arena_copy(struct arena *, struct str); /* NUL-terminated, too */

#endif
