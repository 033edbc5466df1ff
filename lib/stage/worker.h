/*
 * worker.h -- one worker: the struct stage that callbacks are given, its record in hand, and what
 * becomes of a batch.
 */
#ifndef STAGE_WORKER_H
#define STAGE_WORKER_H

#include "stage/batch.h"
#include "stage/binding.h"
#include "stage/dead_letter.h"
#include "stage/progress.h"
#include "stage/state_store.h"

struct alerts;        /* alerts.h */
struct metrics_http;  /* observe/metrics_http.h */
struct stage_metrics; /* stage_metrics.h */

/* What all workers of a process share; read-only while they run, but for the atomics. */
struct job {
	struct binding binding;
	const struct dead_input *dead_input; /* NULL: the input holds plain records */
	const struct dead_letters *dead;     /* NULL: the first bad record stops the stage */
	const void *options;
	void *shared;
	const char *input_name; /* "standard input" */
	bool skip_corrupt;
	bool commits_early;                    /* a sink, and before the end */
	const struct container_reader *reader; /* NULL in a source, and on Kafka */
	struct str trail;                      /* of the input, without a reader; {0}: none */
	struct job_pause *pause;               /* NULL: nobody else needs time meanwhile */
	struct progress_counts *counts;
	struct stage_metrics *metrics;
	struct alerts *alerts;     /* of dead letters; NULL: nobody is told */
	struct metrics_http *http; /* NULL: nobody asks */
	struct state_disk
		*state;       /* where all workers keep theirs; NULL: nowhere, or each its own */
	struct str committed; /* of a source: where to go on; {0}: at the beginning */
	_Atomic uint64_t dead_records; /* refused, for --strict and the last message */
	_Atomic bool source_lost;      /* stage_reject_source() was called: exit status 1 */
};

/* Somebody who needs time while records take theirs. */
struct job_pause {
	/* Waits; true: an end was asked for, or the work in hand is somebody else's now. */
	bool (*wait)(struct job_pause *, int64_t ms);
	/* After so many records of a batch; true: the same. */
	bool (*breathe)(struct job_pause *);
	uint64_t records;
	/* All since the last commit is read again when it is given up: so it is while an endpoint
	 * is down, which may have lost it. */
	bool comes_again;
};

/* What the callbacks see as opaque: stage_calls.c answers from it. */
struct record {
	const void *read; /* the author's struct; NULL: he reads nothing */
	struct avro_record at;
	struct str bytes; /* as given to the plan */
	struct stage *worker;
	struct buf value; /* of the appended field, with its union's branch */
	bool appended;
};

struct stage {
	struct job *job;
	const struct stage_def *def;
	const struct binding *binding;
	size_t index, count; /* which worker of how many */
	void *self;
	void *read; /* room for the struct of `reads` */
	struct arena arena;
	struct record record;
	struct state_store *state;
	struct state_key *key;     /* of the record or timer in hand */
	struct share *share;       /* where output goes */
	uint64_t number;           /* of the record in hand, within the batch */
	uint64_t block;            /* the batch's, in the input */
	uint64_t records_before;   /* the batch's first record, in the input */
	const int64_t *offsets;    /* batch.h */
	const struct batch *batch; /* in hand; of a transform or a sink */
	bool merged;               /* what goes on lies in one piece, whichever records it is of */
	int32_t attempts;          /* of the record in hand, earlier runs included */
	uint64_t polls;            /* of a source, so far */
	bool mirrored;             /* what came in goes on: no emission */
	bool alone;                /* no other worker shares the batch */
	bool quiet;                /* another worker deals with what none can read */
	bool stopped;              /* an end was asked for while the call under way waited */
	bool at_end;               /* a timer at the end of the input: no record is in hand */
	bool bad_output;           /* something appended or emitted could not be encoded */
	struct err spoiled;        /* why that was so, the first time */
	struct err why;            /* of the verdict under way */
	struct buf position;       /* source */
	bool left;                 /* the work in hand is given up: what it put out is of no use */
	uint64_t jitter;
};

/* index of count: which keys are this worker's. */
struct stage *worker_new(struct job *, size_t index, size_t count);
void worker_free(struct stage *); /* NULL is fine */

/* From the first record on, what it remembers is kept there; cache_bytes: in memory, about. */
void worker_keep_state(struct stage *, struct state_disk *, size_t cache_bytes);

/* The next batches are of this job: of another schema, and the same stage. */
void worker_use(struct stage *, struct job *);

/* In the worker's own thread: the author's open() and close(). */
int worker_open(struct stage *, struct err *);
void worker_close(struct stage *);

/* Takes the batch's records (those of its keys) and fills share `index` of it, or share 0 when
 * there is only one. */
void worker_take(struct stage *, struct batch *);

/* Fires the timer of a block at the end of the input; its output goes to share 0 of the batch, as
 * record `number`. -1: stopped, the share says why. */
int worker_fire(struct stage *, struct state_block *, struct batch *, uint64_t number);
struct state_store *worker_state(struct stage *);   /* NULL: the stage has none */
size_t worker_of_key(struct str key, size_t count); /* the index of the key's worker */

/* A source's poll(); its output goes to share 0 of the batch. */
enum stage_verdict worker_poll(struct stage *, struct batch *, struct err *);
struct str worker_position(const struct stage *); /* as last said by stage_position() */

/* A dead letter for the record in hand (is_record), or for bytes of its `part`; job->dead is there.
 */
void worker_add_dead_letter(struct stage *, struct str bytes, bool is_record, const char *class,
			    const char *part, const struct err *why);

/* A sink's commit(), committed() and flush(). */
int worker_commit(struct stage *, const struct stage_position *, size_t count, struct err *);
/* 1: it keeps no positions. */
int worker_committed(struct stage *, struct str input, struct buf *position, struct err *);
int worker_flush(struct stage *, struct err *);

#endif
