#include "seen_ids.h"

#include "base/hash.h"
#include "base/mem.h"

#define BITS   ((uint64_t)1 << 26)
#define PROBES 8

struct seen_ids {
	unsigned char bits[BITS / 8];
};

struct seen_ids *
seen_ids_new(void)
{
	return mem_zero(1, sizeof(struct seen_ids));
}

void
seen_ids_free(struct seen_ids *seen)
{
	free(seen);
}

bool
seen_ids_add(struct seen_ids *seen, struct str id)
{
	/* Kirsch and Mitzenmacher: two hashes make as many as are needed. */
	uint64_t hash = hash_keyed(id), step = hash >> 32 | 1;
	bool all = true;

	for (int i = 0; i < PROBES; i++) {
		uint64_t at = (hash + (uint64_t)i * step) % BITS;
		unsigned char bit = (unsigned char)(1u << at % 8);
		all = all && (seen->bits[at / 8] & bit) != 0;
		seen->bits[at / 8] |= bit;
	}
	return all;
}
