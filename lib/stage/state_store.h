/*
 * state_store.h -- what one worker remembers: blocks by key, kind and part, each with a timer.
 *
 * In memory; or, with a disk behind it, as much of it as was met lately: a key's blocks are read
 * together when it is met, what was handed out since is written by flush(), and full() says when
 * there is so much that spill() should write it and forget it all. Parts of a key are in byte
 * order; blocks do not move until then.
 */
#ifndef STAGE_STATE_STORE_H
#define STAGE_STATE_STORE_H

#include "stage/state_entry.h"
#include "stage/timer_heap.h"
#include <stdalign.h>

struct state_disk;
struct state_key;
struct state_block {
	struct state_key *key;
	struct str part;  /* owned */
	int state;        /* index into the declaration's states */
	uint32_t encoded; /* bytes, when it was last: for its weight */
	struct state_timer timer;
	size_t heap_place;        /* timer_heap.c; 0: in none */
	size_t touched;           /* place among those to be written, from 1; 0: it is as on disk */
	size_t weight;            /* bytes of memory, about */
	alignas(16) char bytes[]; /* what the stage sees: states[state].size of them */
};

struct state_store;

struct state_store *state_store_new(const struct stage_state *states); /* ends with {0} */
void state_store_free(struct state_store *); /* NULL is fine; what is not flushed is gone */

/* Before the first key: what is not in memory is there. cache_bytes: of memory, about. */
void state_store_keep(struct state_store *, struct state_disk *, size_t cache_bytes);
struct state_disk *state_store_disk(const struct state_store *); /* NULL: all is in memory */
bool state_store_full(const struct state_store *);
int state_store_flush(struct state_store *, struct err *); /* what was touched: to the disk */
int state_store_spill(struct state_store *,
		      struct err *);         /* and out of memory; no key is in hand */
void state_store_drop(struct state_store *); /* out of memory alone: after a commit that failed */

/* Made when new. NULL: it could not be read from disk. */
struct state_key *state_store_key(struct state_store *, struct str key, struct err *);
struct str state_key_name(const struct state_key *);
int64_t state_key_watermark(const struct state_key *); /* ms; INT64_MIN before any */
void state_store_advance(struct state_store *, struct state_key *, int64_t event_ms);

struct state_block *state_store_block(struct state_store *, struct state_key *, int state,
				      struct str part); /* made, zeroed, when new */
struct state_block *state_key_find(const struct state_key *, int state,
				   struct str part); /* NULL: there is none */
/* The first block of this kind whose part is behind `after`; after.ptr NULL: the first. NULL: none.
 */
struct state_block *state_store_next(struct state_key *, int state, struct str after);
struct state_block *state_block_of(void *bytes); /* that a stage was handed */
/* It is handed out, so it may change. */
void state_store_touch(struct state_store *, struct state_block *);
void state_store_forget(struct state_store *, struct state_block *);
/* Frees what a block of this kind owns: by its clear(), and its struct bufs. Not the block. */
void state_block_clear(const struct stage_state *, void *block);
/* Drops the key when it holds no block any more, and no watermark that tells what is late. */
void state_store_release(struct state_store *, struct state_key *);

/* Sets the block's timer, or, with none armed, takes it off. */
void state_block_arm(struct state_block *, struct state_timer);
/* The armed event timer of this key that is due first, at or before its watermark; NULL: none. */
struct state_block *state_key_due(struct state_key *);
/* Of a store without a disk: appends pointers (struct state_block *) to all blocks, in no order. */
void state_store_all(struct state_store *, struct buf *);

#endif
