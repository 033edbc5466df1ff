/*
 * state_disk.h -- what a stage remembers, on disk: one LMDB environment, in a folder of its own.
 *
 * Entries are what a changelog has, too: a key and a value, both opaque to whoever carries them
 * (state_entry.h knows them). What is written since the last commit is read back at once, and is
 * gone after rewind(), after close() and after the process died: the folder holds what it held at
 * the last commit, whatever happened since. The order on Kafka:
 *
 *   open, checkpoint -> apply() what the changelog has beyond it, commit()
 *   records, timers -> state_store_flush() in the open transaction (when_changed() writes the
 *   changelog) -> Kafka's commit -> commit() with the changelog's offset
 *   Kafka's abort -> state_store_drop(), rewind()
 *
 * Several stores may share one, in threads of their own; commit(), rewind() and apply() are for
 * moments when these stand still. ERR_DOWN: the disk is full; ERR_FATAL: all else.
 */
#ifndef STAGE_STATE_DISK_H
#define STAGE_STATE_DISK_H

#include "stage/state_codec.h"
#include "stage/state_entry.h"

struct state_disk;

/* Made, with the folders above it, when it is not there. Refused, with a sentence: what another
 * process has open, what is of another stage, or newer than this program, and what is damaged. */
struct state_disk *state_disk_open(const char *folder, const char *stage,
				   const struct stage_state *states, struct err *);
void state_disk_close(struct state_disk *); /* NULL is fine */

struct str state_disk_checkpoint(const struct state_disk *); /* of the last commit; empty: none */
int state_disk_commit(struct state_disk *, struct str checkpoint, struct err *);
int state_disk_rewind(struct state_disk *, struct err *);

/* Each change is told before it is written; value.ptr NULL: the entry is gone. What changed() fails
 * with is what the writing fails with. It may be called from the threads of all stores, one at a
 * time. */
void state_disk_when_changed(struct state_disk *,
			     int (*changed)(void *with, struct str key, struct str value,
					    struct err *),
			     void *with);

/* A change that when_changed() told some process once. It stays, with or without a commit, which
 * comes behind the last one. ERR_INPUT: no such entry can be. */
int state_disk_apply(struct state_disk *, struct str key, struct str value, struct err *);

/* ---- for state_store.c, state_merge.c and timers.c */

const struct state_codec *state_disk_codec(const struct state_disk *);
/* A kind of block that comes from elsewhere. */
int state_disk_learn(struct state_disk *, struct str id, struct str description, struct err *);
const char *state_disk_folder(const struct state_disk *);

/* Of one thread. */
struct state_reader;
struct state_reader *state_reader_new(struct state_disk *);
void state_reader_free(struct state_reader *); /* NULL is fine */
/* Calls entry() for each entry of a key, in order; -1 as soon as that returns it. */
int state_reader_key(struct state_reader *, struct str prefix,
		     int (*entry)(void *with, struct str name, struct str value, struct err *),
		     void *with, struct err *);

/* Entries should come in order: neighbours share a page. */
struct state_writer {
	struct state_disk *disk;
	void *transaction, *cursor;   /* LMDB's */
	size_t entries, bytes, pages; /* in the transaction, of which there may be several */
	uintptr_t near;               /* where the last entry was found */
};
int state_writer_begin(struct state_writer *, struct state_disk *, struct err *);
/* *value: until the next put(); .ptr NULL: there is none. */
int state_writer_get(struct state_writer *, struct str key, struct str *value, struct err *);
int state_writer_put(struct state_writer *, struct str key, struct str value, struct err *);
int state_writer_end(struct state_writer *, struct err *);
void state_writer_abort(struct state_writer *); /* after a put() that failed */

/* The timers of one clock that are set for until_ms or before, by time and entry, as they were at
 * the beginning: what is written meanwhile is not seen. */
struct state_timers;
struct state_timers *state_timers_begin(struct state_disk *, enum stage_clock, int64_t until_ms,
					struct err *);
/* 1: *entry is its entry, and *key the name of the stage's key, until the next call; 0: no more. */
int state_timers_next(struct state_timers *, struct str *entry, struct str *key, struct err *);
void state_timers_end(struct state_timers *); /* NULL is fine */

#endif
