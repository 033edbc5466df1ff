#include "stage/state_store.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "stage/state_disk.h"
#include <assert.h>

#define KEY_WEIGHT   (sizeof(struct state_key) + 256) /* with its places in table and arrays */
#define BLOCK_WEIGHT (sizeof(struct state_block) + 32)

struct state_key {
	struct str name; /* owned */
	int64_t watermark;
	struct state_block **blocks; /* by kind, then by part */
	size_t count, room;
	struct timer_heap events; /* its timers by event time */
	size_t weight;
	bool cut;   /* its name is too long for its entries: its own entry has it */
	bool moved; /* that entry is not as on disk */
};

struct state_store {
	const struct stage_state *states;
	struct map keys;        /* to struct state_key */
	struct state_key *last; /* the key asked for last: records of one key come in runs */

	/* With a disk: */
	struct state_disk *disk;
	struct state_reader *reader;
	size_t cache_bytes, weight;
	struct state_block **touched; /* with gaps (NULL) */
	size_t touched_count, touched_room;
	struct arena names; /* of the next two */
	struct str *gone;   /* entries to be deleted */
	size_t gone_count, gone_room;
	struct state_key **moved;
	size_t moved_count, moved_room;
};

struct state_store *
state_store_new(const struct stage_state *states)
{
	struct state_store *store = mem_zero(1, sizeof(*store));

	store->states = states;
	return store;
}

void
state_store_keep(struct state_store *store, struct state_disk *disk, size_t cache_bytes)
{
	store->disk = disk;
	store->reader = state_reader_new(disk);
	store->cache_bytes = cache_bytes;
}

struct state_disk *
state_store_disk(const struct state_store *store)
{
	return store->disk;
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
	free(block);
}

static void
free_key(struct state_store *store, struct state_key *key)
{
	for (size_t i = 0; i < key->count; i++)
		free_block(store->states, key->blocks[i]);
	timer_heap_free(&key->events);
	free(key->blocks);
	free((char *)key->name.ptr);
	free(key);
}

/* ---- how much there is */

static void
weigh(struct state_store *store, struct state_block *block)
{
	const struct stage_state *state = &store->states[block->state];
	size_t weight = BLOCK_WEIGHT + state->size + block->part.len;

	if (state->fields == NULL)
		weight += block->encoded;
	for (const struct field *f = state->fields; f != NULL && f->path != NULL; f++)
		if (f->type == FIELD_BUF)
			weight += ((struct buf *)(void *)(block->bytes + f->at))->room;
	store->weight += weight - block->weight; /* may wrap on its way down */
	block->key->weight += weight - block->weight;
	block->weight = weight;
}

/* One large key alone is no reason: it would be written and read again for each record. */
bool
state_store_full(const struct state_store *store)
{
	size_t last = store->last == NULL ? 0 : store->last->weight;

	return store->disk != NULL && store->weight - last + store->names.used > store->cache_bytes;
}

/* The key's own entry is to be written. */
static void
move_key(struct state_store *store, struct state_key *key)
{
	if (store->disk == NULL || key->moved)
		return;
	key->moved = true;
	MEM_GROW(store->moved, store->moved_count, store->moved_room);
	store->moved[store->moved_count++] = key;
}

void
state_store_touch(struct state_store *store, struct state_block *block)
{
	if (store->disk == NULL)
		return;
	weigh(store, block);
	if (block->touched > 0)
		return;
	if (block->key->cut)
		move_key(store, block->key);
	MEM_GROW(store->touched, store->touched_count, store->touched_room);
	store->touched[store->touched_count++] = block;
	block->touched = store->touched_count;
}

void
state_store_drop(struct state_store *store)
{
	for (size_t i = 0; i < store->keys.used; i++)
		if (store->keys.entries[i].live)
			free_key(store, store->keys.entries[i].value);
	map_free(&store->keys);
	store->keys = (struct map){0};
	store->last = NULL;
	store->weight = 0;
	store->touched_count = store->gone_count = store->moved_count = 0;
	arena_reset(&store->names);
}

void
state_store_free(struct state_store *store)
{
	if (store == NULL)
		return;
	state_store_drop(store);
	state_reader_free(store->reader);
	arena_free(&store->names);
	free(store->touched);
	free(store->gone);
	free(store->moved);
	free(store);
}

/* ---- from disk, and to it */

struct loading {
	struct state_store *store;
	struct state_key *key;
};

static int
load_entry(void *with, struct str entry, struct str value, struct err *err)
{
	struct loading *l = with;
	const struct state_codec *codec = state_disk_codec(l->store->disk);
	struct str prefix, name, part, cut;
	enum entry_sort sort = state_entry_split(entry, &prefix, &name, &part);
	int state = sort == ENTRY_BLOCK ? state_codec_find(codec, name) : -1;

	if (sort == ENTRY_KEY && state_value_take_key(&value, &l->key->watermark, &cut))
		return 0;
	struct state_timer timer;
	if (state < 0 || !state_value_take_timer(&value, &timer))
		return err_set(err, ERR_FATAL, "the state in \"%s\" is damaged",
			       state_disk_folder(l->store->disk));
	struct state_block *block = state_store_block(l->store, l->key, state, part);
	if (state_codec_decode(codec, state, value, block->bytes, err) != 0)
		return err_prefix(err, "the state in \"%s\": ", state_disk_folder(l->store->disk));
	block->encoded = value.len < UINT32_MAX ? (uint32_t)value.len : UINT32_MAX;
	weigh(l->store, block);
	state_block_arm(block, timer);
	return 0;
}

static int
load_key(struct state_store *store, struct state_key *key, struct err *err)
{
	struct buf prefix = {0};

	key->cut = state_entry_add_key(&prefix, key->name);
	int result = state_reader_key(store->reader, buf_str(&prefix), load_entry,
				      &(struct loading){store, key}, err);
	buf_free(&prefix);
	return result;
}

struct change {
	struct str entry;
	struct state_block *block; /* or */
	struct state_key *key;     /* or neither: it is gone */
};

/* Of one entry, the one that is gone comes first. */
static int
compare_changes(const void *left, const void *right)
{
	const struct change *a = left, *b = right;
	int order = str_compare(a->entry, b->entry);

	return order != 0 ? order : (a->block != NULL) - (b->block != NULL);
}

static struct str
entry_of(struct state_store *store, const struct state_key *key, int state, struct str part)
{
	struct buf entry = {0};
	struct str name = state < 0 ? STR("") : str_of(store->states[state].name);

	(void)state_entry_add_key(&entry, key->name);
	state_entry_add_block(&entry, name, part);
	struct str copy = arena_copy(&store->names, buf_str(&entry));
	buf_free(&entry);
	return copy;
}

static struct change *
list_changes(struct state_store *store, size_t *count)
{
	struct change *list = mem_zero(
		store->touched_count + store->gone_count + store->moved_count, sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < store->gone_count; i++)
		list[(*count)++] = (struct change){.entry = store->gone[i]};
	for (size_t i = 0; i < store->touched_count; i++) {
		struct state_block *b = store->touched[i];
		if (b != NULL)
			list[(*count)++] = (struct change){
				.entry = entry_of(store, b->key, b->state, b->part), .block = b};
	}
	for (size_t i = 0; i < store->moved_count; i++) {
		struct state_key *key = store->moved[i];
		list[(*count)++] =
			(struct change){.entry = entry_of(store, key, -1, STR("")), .key = key};
	}
	if (*count > 0)
		qsort(list, *count, sizeof(*list), compare_changes);
	return list;
}

static bool
is_empty(const struct state_key *key)
{
	return key->count == 0 && key->watermark == INT64_MIN;
}

static int
write_change(struct state_store *store, struct state_writer *w, const struct change *c,
	     struct buf *value, struct err *err)
{
	bool gone = c->block == NULL && (c->key == NULL || is_empty(c->key));

	buf_clear(value);
	if (c->block != NULL) {
		state_value_add_timer(value, &c->block->timer);
		if (state_codec_encode(state_disk_codec(store->disk), c->block->state,
				       c->block->bytes, value, err) != 0)
			return -1;
		c->block->encoded = value->len < UINT32_MAX ? (uint32_t)value->len : UINT32_MAX;
	} else if (!gone) {
		state_value_add_key(value, c->key->watermark,
				    c->key->cut ? c->key->name : (struct str){0});
	}
	return state_writer_put(w, c->entry, gone ? (struct str){0} : buf_str(value), err);
}

int
state_store_flush(struct state_store *store, struct err *err)
{
	struct state_writer writer;
	struct buf value = {0};
	size_t count;
	int result;

	if (store->disk == NULL ||
	    store->touched_count + store->gone_count + store->moved_count == 0)
		return 0;
	struct change *changes = list_changes(store, &count);
	result = state_writer_begin(&writer, store->disk, err);
	for (size_t i = 0; i < count && result == 0; i++) {
		bool again = i + 1 < count && str_equal(changes[i].entry, changes[i + 1].entry);
		if (!again)
			result = write_change(store, &writer, &changes[i], &value, err);
	}
	if (result == 0)
		result = state_writer_end(&writer, err);
	else
		state_writer_abort(&writer);
	for (size_t i = 0; i < count && result == 0; i++) {
		if (changes[i].block != NULL)
			changes[i].block->touched = 0;
		if (changes[i].key != NULL)
			changes[i].key->moved = false;
	}
	free(changes);
	buf_free(&value);
	if (result != 0)
		return -1;
	store->touched_count = store->gone_count = store->moved_count = 0;
	arena_reset(&store->names);
	return 0;
}

int
state_store_spill(struct state_store *store, struct err *err)
{
	if (state_store_flush(store, err) != 0)
		return -1;
	state_store_drop(store);
	return 0;
}

/* ---- keys */

static void
forget_key(struct state_store *store, struct state_key *key)
{
	map_remove(&store->keys, key->name);
	store->weight -= key->weight;
	free_key(store, key);
}

struct state_key *
state_store_key(struct state_store *store, struct str name, struct err *err)
{
	if (store->last != NULL && str_equal(store->last->name, name))
		return store->last;
	struct state_key *key = map_get(&store->keys, name);
	if (key == NULL) {
		key = mem_zero(1, sizeof(*key));
		key->name = (struct str){str_dup(name), name.len};
		key->watermark = INT64_MIN;
		key->weight = KEY_WEIGHT + name.len;
		store->weight += key->weight;
		*map_place(&store->keys, key->name) = key;
		if (store->disk != NULL && load_key(store, key, err) != 0) {
			if (err->class != ERR_DOWN) /* no fault of the record that asks */
				err->class = ERR_FATAL;
			forget_key(store, key); /* half of it would be written as the whole */
			return NULL;
		}
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
state_store_advance(struct state_store *store, struct state_key *key, int64_t event_ms)
{
	if (event_ms <= key->watermark)
		return;
	key->watermark = event_ms;
	move_key(store, key);
}

void
state_store_release(struct state_store *store, struct state_key *key)
{
	if (!is_empty(key) || key->moved)
		return;
	if (store->last == key)
		store->last = NULL;
	forget_key(store, key);
}

/* ---- blocks */

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
	struct state_block *block =
		mem_zero(1, sizeof(struct state_block) + store->states[state].size);
	block->key = key;
	block->part = (struct str){str_dup(part), part.len};
	block->state = state;
	MEM_GROW(key->blocks, key->count, key->room);
	memmove(&key->blocks[at + 1], &key->blocks[at], (key->count - at) * sizeof(*key->blocks));
	key->blocks[at] = block;
	key->count++;
	return block;
}

struct state_block *
state_key_find(const struct state_key *key, int state, struct str part)
{
	size_t at = lower_bound(key, state, part);

	if (at == key->count || key->blocks[at]->state != state ||
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
state_block_of(void *bytes)
{
	return (struct state_block *)(void *)((char *)bytes - offsetof(struct state_block, bytes));
}

void
state_store_forget(struct state_store *store, struct state_block *block)
{
	struct state_key *key = block->key;
	size_t at = lower_bound(key, block->state, block->part);

	assert(at < key->count && key->blocks[at] == block);
	state_block_arm(block, (struct state_timer){0});
	if (store->disk != NULL) {
		if (block->touched > 0)
			store->touched[block->touched - 1] = NULL;
		MEM_GROW(store->gone, store->gone_count, store->gone_room);
		store->gone[store->gone_count++] = entry_of(store, key, block->state, block->part);
		store->weight -= block->weight;
		key->weight -= block->weight;
		if (key->cut)
			move_key(store, key);
	}
	memmove(&key->blocks[at], &key->blocks[at + 1],
		(key->count - at - 1) * sizeof(*key->blocks));
	key->count--;
	free_block(store->states, block);
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

/* ---- timers */

void
state_block_arm(struct state_block *block, struct state_timer timer)
{
	timer_heap_remove(&block->key->events, block);
	block->timer = timer;
	if (timer.armed && timer.clock == EVENT_TIME)
		timer_heap_put(&block->key->events, block);
}

struct state_block *
state_key_due(struct state_key *key)
{
	struct state_block *first = timer_heap_first(&key->events);

	return first != NULL && first->timer.at_ms <= key->watermark ? first : NULL;
}
