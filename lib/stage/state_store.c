#include "stage/state_store.h"

#include "base/map.h"
#include "base/mem.h"

struct state_key {
	struct str name; /* owned */
	int64_t watermark;
	struct state_block **blocks; /* by kind, then by part */
	size_t count, room;
};

struct state_store {
	const struct stage_state *states;
	struct map keys;        /* to struct state_key */
	struct state_key *last; /* the key asked for last: records of one key come in runs */
};

struct state_store *
state_store_new(const struct stage_state *states)
{
	struct state_store *store = mem_zero(1, sizeof(*store));

	store->states = states;
	return store;
}

const struct stage_state *
state_store_states(const struct state_store *store)
{
	return store->states;
}

void
state_block_clear(const struct stage_state *state, void *block)
{
	if (state->clear != NULL)
		state->clear(block);
	for (const struct field *f = state->fields; f != NULL && f->path != NULL; f++)
		if (f->type == FIELD_BUF)
			buf_free((struct buf *)(void *)((char *)block + f->at));
}

static void
free_block(const struct stage_state *states, struct state_block *block)
{
	state_block_clear(&states[block->state], block->bytes);
	free((char *)block->part.ptr);
	free(block->bytes);
	free(block);
}

static void
free_key(struct state_store *store, struct state_key *key)
{
	for (size_t i = 0; i < key->count; i++)
		free_block(store->states, key->blocks[i]);
	free(key->blocks);
	free((char *)key->name.ptr);
	free(key);
}

void
state_store_free(struct state_store *store)
{
	if (store == NULL)
		return;
	for (size_t i = 0; i < store->keys.used; i++)
		if (store->keys.entries[i].live)
			free_key(store, store->keys.entries[i].value);
	map_free(&store->keys);
	free(store);
}

struct state_key *
state_store_key(struct state_store *store, struct str name)
{
	if (store->last != NULL && str_equal(store->last->name, name))
		return store->last;
	struct state_key *key = map_get(&store->keys, name);
	if (key == NULL) {
		key = mem_zero(1, sizeof(*key));
		key->name = (struct str){str_dup(name), name.len};
		key->watermark = INT64_MIN;
		*map_place(&store->keys, key->name) = key;
	}
	store->last = key;
	return key;
}

struct str
state_key_name(const struct state_key *key)
{
	return key->name;
}

int64_t
state_key_watermark(const struct state_key *key)
{
	return key->watermark;
}

void
state_key_advance(struct state_key *key, int64_t event_ms)
{
	if (event_ms > key->watermark)
		key->watermark = event_ms;
}

/* The first place whose block is not before (state, part). */
static size_t
lower_bound(const struct state_key *key, int state, struct str part)
{
	size_t low = 0, high = key->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct state_block *b = key->blocks[middle];
		if (b->state < state || (b->state == state && str_compare(b->part, part) < 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct state_block *
state_store_block(struct state_store *store, struct state_key *key, int state, struct str part)
{
	size_t at = lower_bound(key, state, part);

	if (at < key->count && key->blocks[at]->state == state &&
	    str_equal(key->blocks[at]->part, part))
		return key->blocks[at];
	struct state_block *block = mem_zero(1, sizeof(*block));
	block->key = key;
	block->part = (struct str){str_dup(part), part.len};
	block->state = state;
	block->bytes = mem_zero(1, store->states[state].size);
	MEM_GROW(key->blocks, key->count, key->room);
	memmove(&key->blocks[at + 1], &key->blocks[at], (key->count - at) * sizeof(*key->blocks));
	key->blocks[at] = block;
	key->count++;
	return block;
}

struct state_block *
state_store_find(struct state_store *store, struct str name, int state, struct str part)
{
	const struct state_key *key = map_get(&store->keys, name);
	size_t at = key == NULL ? 0 : lower_bound(key, state, part);

	if (key == NULL || at == key->count || key->blocks[at]->state != state ||
	    !str_equal(key->blocks[at]->part, part))
		return NULL;
	return key->blocks[at];
}

struct state_block *
state_store_next(struct state_key *key, int state, struct str after)
{
	size_t at = lower_bound(key, state, after);

	if (after.ptr != NULL && at < key->count && key->blocks[at]->state == state &&
	    str_equal(key->blocks[at]->part, after))
		at++;
	return at < key->count && key->blocks[at]->state == state ? key->blocks[at] : NULL;
}

struct state_block *
state_store_owner(struct state_key *key, const void *bytes)
{
	for (size_t i = 0; i < key->count; i++)
		if (key->blocks[i]->bytes == bytes)
			return key->blocks[i];
	return NULL;
}

void
state_store_forget(struct state_store *store, struct state_block *block)
{
	struct state_key *key = block->key;
	size_t at = lower_bound(key, block->state, block->part);

	memmove(&key->blocks[at], &key->blocks[at + 1],
		(key->count - at - 1) * sizeof(*key->blocks));
	key->count--;
	free_block(store->states, block);
}

void
state_store_release(struct state_store *store, struct state_key *key)
{
	if (key->count > 0 || key->watermark != INT64_MIN)
		return;
	map_remove(&store->keys, key->name);
	if (store->last == key)
		store->last = NULL;
	free_key(store, key);
}

static bool
fires_before(const struct state_block *a, const struct state_block *b)
{
	if (a->timer.at_ms != b->timer.at_ms)
		return a->timer.at_ms < b->timer.at_ms;
	return a->state != b->state ? a->state < b->state : str_compare(a->part, b->part) < 0;
}

struct state_block *
state_key_due(struct state_key *key)
{
	struct state_block *first = NULL;

	for (size_t i = 0; i < key->count; i++) {
		struct state_block *b = key->blocks[i];
		if (b->timer.armed && b->timer.clock == EVENT_TIME &&
		    b->timer.at_ms <= key->watermark && (first == NULL || fires_before(b, first)))
			first = b;
	}
	return first;
}

void
state_store_all(struct state_store *store, struct buf *to)
{
	for (size_t i = 0; i < store->keys.used; i++) {
		const struct state_key *key = store->keys.entries[i].value;
		if (store->keys.entries[i].live)
			buf_add(to, (struct str){(const char *)key->blocks,
						 key->count * sizeof(*key->blocks)});
	}
}
