/* state_environment.h -- the LMDB environment behind state_disk.h, for the files that read and
 * write it: its four tables (state_disk.c says what they hold), and how its failures are told. */
#ifndef STAGE_STATE_ENVIRONMENT_H
#define STAGE_STATE_ENVIRONMENT_H

#include "stage/state_disk.h"
#include "stage/state_guard.h"
#include <lmdb.h>
#include <stdatomic.h>

struct state_disk {
	char *folder;
	int lock; /* the folder, locked */
	MDB_env *env;
	struct state_guard *guard;
	MDB_dbi entries, timers, before, about;
	struct state_codec *codec;
	int state_count;
	struct buf checkpoint;
	struct state_writer *applying; /* by state_disk_apply(); NULL: none */
	_Atomic bool written;          /* since the last commit */
	int (*changed)(void *, struct str, struct str, struct err *);
	void *changed_with;
};

/* Nothing of what another program wrote is taken back, nor learned. */
struct state_disk *state_environment_open(const char *folder, const char *stage,
					  const struct stage_state *states, struct err *);
void state_environment_close(struct state_disk *); /* NULL is fine */

/* Sets err by LMDB's code, or errno's; -1. doing: "read". */
int state_environment_failed(const struct state_disk *, const char *doing, int code, struct err *);

/* Begins a transaction that writes. What it writes may be lost by a power cut, but not in parts. */
int state_environment_begin(struct state_disk *, MDB_txn **, struct err *);
int state_environment_put_about(struct state_disk *, MDB_txn *, const char *name, struct str value);

/* The table of timers: clock | time | entry without its 'b'. */
void state_environment_timer_name(const struct state_timer *, struct str entry, struct buf *to);

static inline MDB_val
val(struct str s)
{
	return (MDB_val){s.len, (void *)s.ptr};
}

static inline struct str
str_of_val(MDB_val v)
{
	return (struct str){v.mv_data, v.mv_size};
}

#endif
