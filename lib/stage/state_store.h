/*
 * state_store.h -- what one worker remembers: blocks by key, kind and part, each with a timer.
 *
 * In memory. Parts of a key are kept in byte order; blocks never move while they live.
 */
#ifndef STAGE_STATE_STORE_H
#define STAGE_STATE_STORE_H

#include "stage/stage.h"

struct state_timer {
	bool armed;
	enum stage_clock clock;
	int64_t at_ms;
};
struct state_key;
struct state_block {
	struct state_key *key;
	struct str part; /* owned */
	int state;       /* index into the declaration's states */
	struct state_timer timer;
	void *bytes; /* what the stage sees: states[state].size of them */
};

struct state_store;

struct state_store *state_store_new(const struct stage_state *states); /* ends with {0} */
const struct stage_state *state_store_states(const struct state_store *);
void state_store_free(struct state_store *); /* NULL is fine */

struct state_key *state_store_key(struct state_store *, struct str key); /* made when new */
struct str state_key_name(const struct state_key *);
int64_t state_key_watermark(const struct state_key *); /* ms; INT64_MIN before any */
void state_key_advance(struct state_key *, int64_t event_ms);

struct state_block *state_store_block(struct state_store *, struct state_key *, int state,
				      struct str part); /* made, zeroed, when new */
struct state_block *state_store_find(struct state_store *, struct str key, int state,
				     struct str part); /* NULL: there is none */
/* The first block of this kind whose part is behind `after`; after.ptr NULL: the first. NULL: none.
 */
struct state_block *state_store_next(struct state_key *, int state, struct str after);
struct state_block *state_store_owner(struct state_key *, const void *bytes); /* NULL: not one */
void state_store_forget(struct state_store *, struct state_block *);
/* Frees what a block of this kind owns: by its clear(), and its struct bufs. Not the block. */
void state_block_clear(const struct stage_state *, void *block);
/* Drops the key when it holds no block any more, and no watermark that tells what is late. */
void state_store_release(struct state_store *, struct state_key *);

/* The armed event timer of this key that is due first, at or before its watermark; NULL: none. */
struct state_block *state_key_due(struct state_key *);
/* Appends pointers (struct state_block *) to all blocks, in no order. */
void state_store_all(struct state_store *, struct buf *);

#endif
