/*
 * state_entry.h -- what a stage remembers, as keys and values: the same in LMDB and in a changelog.
 *
 *   'k' id                              -> name, version and schema of a kind of block
 *   'b' key 00 00  00                   -> watermark, and the key where it is cut below
 *   'b' key 00 00  state's name 00 part -> timer, id of its kind, block
 *
 * A NUL in the key is written 00 FF, so that entries are in the order of key, state and part. Of a
 * key that would take more than ENTRY_KEY_MOST bytes there is the beginning, then 00 01 and a
 * digest. Nothing is longer than LMDB's 511 bytes, less the nine of a timer.
 */
#ifndef STAGE_STATE_ENTRY_H
#define STAGE_STATE_ENTRY_H

#include "stage/stage.h"

#define ENTRY_KEY_MOST   176
#define ENTRY_STATE_MOST 32 /* bytes of a state's name */
#define ENTRY_MOST       502
#define KIND_ID          8 /* bytes */

struct state_timer {
	bool armed;
	enum stage_clock clock;
	int64_t at_ms;
};

/* Appends what all entries of a key begin with; true: the key is cut. */
bool state_entry_add_key(struct buf *, struct str key);
/* Behind that: the key's own entry with state "" and no part, or one of its blocks. */
void state_entry_add_block(struct buf *, struct str state, struct str part);
void state_entry_add_kind(struct buf *, const char id[KIND_ID]);

enum entry_sort { ENTRY_BAD, ENTRY_KIND, ENTRY_KEY, ENTRY_BLOCK };
/* prefix: what state_entry_add_key() wrote, or the id of a kind. All point into the entry. */
enum entry_sort state_entry_split(struct str entry, struct str *prefix, struct str *state,
				  struct str *part);
/* Appends the key of a prefix; false: it is cut, its own entry has it. */
bool state_entry_key(struct str prefix, struct buf *key);

void state_value_add_timer(struct buf *, const struct state_timer *);
bool state_value_take_timer(struct str *value, struct state_timer *);
/* Of a key's own entry. key: {0} unless it is cut. */
void state_value_add_key(struct buf *, int64_t watermark, struct str key);
bool state_value_take_key(struct str *value, int64_t *watermark, struct str *key);

#endif
