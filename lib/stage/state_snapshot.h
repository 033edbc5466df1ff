/* state_snapshot.h -- all that a worker remembers, as bytes. */
#ifndef STAGE_STATE_SNAPSHOT_H
#define STAGE_STATE_SNAPSHOT_H

#include "stage/state_store.h"

/* Appends every block, its timer and its key's watermark. ERR_FATAL. */
int state_snapshot(struct state_store *, struct buf *, struct err *);

/* Adds what a snapshot holds to a store. Blocks with a `fields` table are matched by name: a field
 * that is new since is zero, one that is gone is passed over; others go through decode(), which is
 * told the version. A block that is there already is merged by merge(). ERR_FATAL: damaged, of a
 * state that the stage does not declare (any more), or two of one block and no merge(). */
int state_restore(struct state_store *, struct str snapshot, struct err *);

#endif
