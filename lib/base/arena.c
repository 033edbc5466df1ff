#include "base/arena.h"

#include "base/mem.h"
#include <stdalign.h>

#define CHUNK (64 * 1024) /* bytes; a larger block gets a chunk of its own size */

struct arena_chunk {
	alignas(16) struct arena_chunk *older;
	size_t size;
};

static void
add_chunk(struct arena *a, size_t size)
{
	struct arena_chunk *chunk = mem_alloc(sizeof(*chunk) + size);

	chunk->older = a->chunks;
	chunk->size = size;
	a->chunks = chunk;
	a->next = (char *)(chunk + 1);
	a->end = a->next + size;
}

void *
arena_alloc_slow(struct arena *a, size_t size)
{
	size_t rounded = (size + 15) & ~(size_t)15;

	if (rounded < size || rounded > SIZE_MAX / 2)
		rounded = SIZE_MAX / 2; /* mem_alloc says so */
	add_chunk(a, rounded > CHUNK ? rounded : CHUNK);
	void *block = a->next;
	a->next += rounded;
	return block;
}

void
arena_reset(struct arena *a)
{
	struct arena_chunk *keep = NULL;

	while (a->chunks != NULL) {
		struct arena_chunk *older = a->chunks->older;
		if (keep == NULL && a->chunks->size == CHUNK)
			keep = a->chunks;
		else
			free(a->chunks);
		a->chunks = older;
	}
	*a = (struct arena){0};
	if (keep != NULL) {
		keep->older = NULL;
		a->chunks = keep;
		a->next = (char *)(keep + 1);
		a->end = a->next + keep->size;
	}
}

void
arena_free(struct arena *a)
{
	while (a->chunks != NULL) {
		struct arena_chunk *older = a->chunks->older;
		free(a->chunks);
		a->chunks = older;
	}
	*a = (struct arena){0};
}

void *
arena_zero(struct arena *a, size_t size)
{
	return memset(arena_alloc(a, size), 0, size);
}

struct str
arena_copy(struct arena *a, struct str s)
{
	char *copy = arena_alloc(a, s.len + 1);

	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return (struct str){copy, s.len};
}
