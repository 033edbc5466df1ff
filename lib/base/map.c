#include "base/map.h"

#include "base/hash.h"
#include "base/mem.h"

/* Open addressing over indexes into `entries`; removed entries stay as tombstones until the table
 * is rebuilt, which keeps probe chains whole. */

static size_t
find_slot(const struct map *m, struct str key, uint64_t hash, bool *found)
{
	size_t mask = m->slot_count - 1, at = hash & mask;

	for (;; at = (at + 1) & mask) {
		if (m->slots[at] == 0) {
			*found = false;
			return at;
		}
		const struct map_entry *e = &m->entries[m->slots[at] - 1];
		if (e->live && e->hash == hash && str_equal(e->key, key)) {
			*found = true;
			return at;
		}
	}
}

static void
rebuild(struct map *m)
{
	size_t used = 0;

	for (size_t i = 0; i < m->used; i++)
		if (m->entries[i].live)
			m->entries[used++] = m->entries[i];
	m->used = used;
	while (m->slot_count < 16 || m->slot_count < 4 * (m->count + 1))
		m->slot_count = m->slot_count == 0 ? 16 : m->slot_count * 2;
	free(m->slots);
	m->slots = mem_zero(m->slot_count, sizeof(*m->slots));
	for (size_t i = 0; i < m->used; i++) {
		bool found;
		m->slots[find_slot(m, m->entries[i].key, m->entries[i].hash, &found)] =
			(uint32_t)(i + 1);
	}
}

void *
map_get(const struct map *m, struct str key)
{
	bool found;

	if (m->slot_count == 0)
		return NULL;
	size_t slot = find_slot(m, key, hash_keyed(key), &found);
	return found ? m->entries[m->slots[slot] - 1].value : NULL;
}

void **
map_place(struct map *m, struct str key)
{
	uint64_t hash = hash_keyed(key);
	bool found;

	if (2 * (m->used + 1) > m->slot_count)
		rebuild(m);
	size_t slot = find_slot(m, key, hash, &found);
	if (!found) {
		MEM_GROW(m->entries, m->used, m->room);
		m->entries[m->used++] = (struct map_entry){key, NULL, hash, true};
		m->slots[slot] = (uint32_t)m->used;
		m->count++;
	}
	return &m->entries[m->slots[slot] - 1].value;
}

void
map_remove(struct map *m, struct str key)
{
	bool found;

	if (m->slot_count == 0)
		return;
	size_t slot = find_slot(m, key, hash_keyed(key), &found);
	if (found) {
		m->entries[m->slots[slot] - 1].live = false;
		m->count--;
	}
}

void
map_free(struct map *m)
{
	free(m->entries);
	free(m->slots);
	*m = (struct map){0};
}
