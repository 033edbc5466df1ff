/*
 * state_guard.h -- a damaged state ends the process with a sentence, not by a signal.
 *
 * LMDB reads its file through memory, and believes what it reads. A page that the disk could not
 * give, or an offset that leads behind the file's end, is then a fault at an address within the
 * map; a wrong size may lead anywhere while it works; what LMDB itself finds wrong it asserts. All
 * end the process here, as damage does that LMDB reports: with a message and status 1, half-written
 * files taken back. Faults of our own stay what they are.
 */
#ifndef STAGE_STATE_GUARD_H
#define STAGE_STATE_GUARD_H

#include <lmdb.h>
#include <stddef.h>

struct state_guard;

/* From opening to closing the environment; by one thread of all at a time. */
struct state_guard *state_guard_new(MDB_env *, const char *folder);
void state_guard_free(struct state_guard *); /* NULL is fine */

/* The call of LMDB, within which a fault is damage. */
extern _Thread_local const struct state_guard *state_guard_at_work;
#define GUARDED(guard, call) (state_guard_at_work = (guard), state_guard_left((call)))
static inline int
state_guard_left(int result)
{
	state_guard_at_work = NULL;
	return result;
}

#endif
