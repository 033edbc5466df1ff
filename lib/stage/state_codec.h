/*
 * state_codec.h -- a block of state as bytes, and back, also from what an older program wrote.
 *
 * Bytes begin with the id of their kind: a digest of the state's name, its version, and the schema
 * of its fields. Whoever keeps the bytes keeps the descriptions of their kinds beside them.
 */
#ifndef STAGE_STATE_CODEC_H
#define STAGE_STATE_CODEC_H

#include "stage/state_entry.h"

struct state_codec;

struct state_codec *state_codec_new(const struct stage_state *states, struct err *); /* ERR_FATAL */
void state_codec_free(struct state_codec *); /* NULL is fine */

/* Of each state as it is now, by its number: the id, and the description to be kept. */
const char *state_codec_id(const struct state_codec *, int state);
struct str state_codec_description(const struct state_codec *, int state);
int state_codec_find(const struct state_codec *, struct str name); /* its number; -1: none */

/* A kind that was kept: from here on its blocks can be decoded. What it was is checked here:
 * ERR_FATAL when the stage has no such state (any more), or only an older version of it. */
int state_codec_learn(struct state_codec *, struct str id, struct str description, struct err *);

/* Appends. ERR_FATAL names the state. */
int state_codec_encode(const struct state_codec *, int state, const void *block, struct buf *,
		       struct err *);
/* Into a block of zeroes. A field that is new since is zero, one that is gone is passed over; where
 * there is no table, decode() is told the version. ERR_FATAL. */
int state_codec_decode(const struct state_codec *, int state, struct str bytes, void *block,
		       struct err *);

#endif
