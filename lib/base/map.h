/* map.h -- a hash table from strings to pointers. All zeroes is an empty one. Keys are borrowed:
 * they must outlive their entry. The hash is seeded per process, so that input cannot choose
 * collisions; iteration is in order of insertion. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/str.h"

struct map_entry {
	struct str key;
	void *value;
	uint64_t hash;
	bool live; /* false: removed, skip it */
};
struct map {
	struct map_entry *entries; /* in order of insertion; for (i < used) if (live) */
	size_t used, room, count;  /* count: live ones */
	uint32_t *slots;           /* 1 + index into entries; 0 empty */
	size_t slot_count;         /* a power of two */
};

void *map_get(const struct map *, struct str key); /* NULL: not there */
/* The value's place, made (NULL inside) when the key is new; until the next change of the map. */
void **map_place(struct map *, struct str key);
void map_remove(struct map *, struct str key);
void map_free(struct map *); /* not the values */

#endif
