/*
 * stage.h -- everything a stage author needs, and nothing else.
 *
 * A stage is a declaration: its name, its options, the fields it reads and writes, what it
 * remembers, and a few functions.  stage_main() makes a program of it and owns the rest: standard
 * streams or Kafka, threads, order, retries, dead letters, snapshots, metrics, signals, --help.
 *
 * Lifetimes.  A pointer never outlives its own:
 *   call      record_read(), stage_alloc(), state_of(): until the callback returns
 *   worker    stage_self(): from open() to close(), one thread, no locks
 *   process   stage_options(), stage_shared(): read-only, any thread
 *
 * Delivery.  Outputs, dead letters, state and timers become durable together, and only then is the
 * input acknowledged.  After a crash all of them are as they were at the last commit and the input
 * since then comes again: exactly once between Kafka topics and into sinks that keep positions;
 * elsewhere at least once.
 */
#ifndef STAGE_H
#define STAGE_H

#include "avro/fields.h"   /* FIELD(): a C struct and an Avro record */
#include "avro/schema.h"   /* struct avro_schema: for sinks that ask what the record holds */
#include "base/buf.h"      /* struct buf: bytes, owned */
#include "base/err.h"      /* struct err: 0 or -1 comes back, and whose fault it was */
#include "base/str.h"      /* struct str: bytes, borrowed, no NUL */
#include "stage/options.h" /* OPTION(): the command line */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STAGE_API 2 /* raised when a declaration changes meaning */

struct stage;  /* one worker's handle on the runtime; for its own thread, stage_wake() excepted */
struct record; /* an input record: encoded, decoded only where `reads` says so */

/* What a callback says.  What it emitted or appended leaves only with PASS or DROP. */
enum stage_verdict {
	STAGE_PASS,   /* done; the record, or what was emitted for it, goes on */
	STAGE_DROP,   /* filtered out on purpose; counted, no error */
	STAGE_REJECT, /* this record's fault: to the dead letters, with the reason */
	STAGE_RETRY,  /* the world's, for this record: three attempts in all, then as REJECT */
	STAGE_DOWN,   /* an endpoint is away: input pauses, unready, tried again until it is back */
	STAGE_FAIL,   /* ours or the configuration's: the program stops, nothing is acknowledged */
	STAGE_WAIT,   /* poll: nothing now; what was emitted is sent on and committed at once */
	STAGE_END,    /* poll: there will be no more */
};

/*
 * Keyed state: blocks of `size` bytes, zeroed when new, each for one value of the stage's key and
 * one `part` of it (a day, a person, ""; up to 255 bytes).  A key always meets the same worker, in
 * input order.  Change a block last: what was changed before a verdict other than PASS or DROP
 * stays changed.
 *
 * It ends with the run, or is kept, with timers and watermarks: on a pipe by --state DIR, on Kafka
 * always.  Of what is kept, keys are read when they are met, each with all its blocks; only blocks
 * handed out since the last commit are written again, and of those only what changed.  So keys may
 * be millions, what is large is cut into parts, and one key's parts fit into memory together.  A
 * run that fails or dies leaves what the one before it left; one that ends well has written its
 * output first, so that it can be run again whatever happens in between.
 */
struct stage_state {
	const char *name; /* up to 32 bytes; kept state is found again by it */
	size_t size;
	unsigned version;           /* raised when the meaning of the same bytes changes */
	const struct field *fields; /* numbers, enums, FIXED, struct buf: a snapshot is an Avro
				       record, matched by name with older ones.  Or, for
				       a structure of the stage's own: */
	void (*encode)(const void *block, struct buf *);
	int (*decode)(void *block, unsigned version, struct str, struct err *); /* -1: FATAL */
	void (*clear)(void *block);            /* frees what encode and decode stand for */
	void (*merge)(void *into, void *from); /* with --merge, blocks of one key and part become
						  one, in any order and grouping; NULL: cannot be */
	enum stage_verdict (*timer)(struct stage *, void *block, struct str part);
};

/* Where an input stood, for a sink to store beside its rows.  Both opaque, up to 255 bytes. */
struct stage_position {
	struct str input, position;
};

/* What only this stage counts, for --metrics: "guessed_sources" of parse is there as
 * chatmill_parse_guessed_sources_total. */
#define STAGE_COUNTERS 16
struct stage_counter {
	const char *name, *help; /* letters and _; one sentence */
};

struct stage_def {
	int api; /* STAGE_API */
	const char *name, *version, *summary;
	const struct stage_option *options; /* ends with {0}, as all tables do */
	size_t self_size;                   /* of the struct behind stage_self() */

	const struct field *reads;  /* into the struct that record_read() returns */
	const char *appends;        /* Avro field, JSON: the input record goes on with it */
	const char *emits;          /* or Avro record, JSON: new records go on instead */
	const struct field *writes; /* what is emitted, or appended (an array: its
				       items; a plain value: one row, path "") */
	/* Or neither, where the input decides: writes the schema of what goes out instead, a
	 * record's, as JSON; once for each schema that comes in, before its first record. trail:
	 * how the input came to be; where another is written to trail_out, that goes on, with no
	 * step added. Records go out by stage_emit_bytes(). -1: DOWN (on Kafka it is asked again),
	 * or FATAL. */
	int (*shape)(const void *shared, const struct avro_schema *input, struct str trail,
		     struct buf *schema, struct buf *trail_out, struct err *);
	const char *partition_by; /* emits: path of Kafka's key; NULL: conversation_id */

	const char *key;                      /* path of a string; records of one key stay in order
						 and meet one worker; NULL: no state, or serial */
	const char *event_time;               /* path of the long, ms, that moves the watermark */
	const struct stage_state *states;     /* NULL: the stage remembers nothing */
	bool resumes;                         /* a source whose positions hold for another run with
						 the same options: begun again after it was cut off,
						 into a topic, it goes on from stage_committed() */
	bool serial;                          /* one worker, however many --jobs */
	const char *const *arguments;         /* NULL, or lines of --help about what is no option */
	const char *const *examples;          /* NULL, or commands for --help; both end with NULL */
	const struct stage_counter *counters; /* NULL, or STAGE_COUNTERS at most; ends with {0} */

	/* Once, before any thread: what stage_shared() will be; NULL is failure (ERR_INPUT: wrong
	 * usage).  unload() gets it back after the last close(), not when load() failed. */
	void *(*load)(const void *options, struct err *);
	void (*unload)(void *shared);
	/* Or NULL: paths, ending with NULL, that the input must have because of the options, for
	 * `chatmill check`; the stage reads them by itself. */
	const char *const *(*needs)(const void *shared);

	/* Once per worker, in its thread.  close() runs even when open() failed, so open() never
	 * cleans up; it is no place to save anything: a killed program never gets there. */
	int (*open)(struct stage *, struct err *);
	void (*close)(struct stage *);

	/* For each record. */
	enum stage_verdict (*process)(struct stage *, struct record *);

	/* Sinks (neither appends nor emits; from a pipe, with one worker).  commit: everything
	 * taken since the last commit, and these positions, become durable in one transaction; -1:
	 * none of it did, and it will all come again (from a pipe it cannot: there -1 ends the
	 * stage, and count is 0).  committed: writes the position last stored for an input, nothing
	 * when there is none; asked when the input is assigned, a moment to claim it against
	 * zombies.  1: where it writes to, this sink keeps none.  NULL: it never does.
	 * While one that keeps them is DOWN, all since its last commit is taken back, and comes
	 * again.
	 */
	int (*commit)(struct stage *, const struct stage_position *, size_t count, struct err *);
	int (*committed)(struct stage *, struct str input, struct buf *position, struct err *);

	/* Sinks, or NULL: the input pauses, so what was taken may be shown to who watches; nothing
	 * is promised by it. */
	int (*flush)(struct stage *, struct err *);

	/* Sources, instead of process.  poll: emits a few records (about 256 KiB), says the
	 * position after them and returns; never blocks for more than 100 ms.  acknowledge: this
	 * position and all before it are durable (on standard output: written; with --out FILE only
	 * at the end); same thread as poll.  Always serial. */
	enum stage_verdict (*poll)(struct stage *);
	int (*acknowledge)(struct stage *, struct str position, struct err *);
};

int stage_main(const struct stage_def *, int argc, char **argv);
#define STAGE_MAIN(def)                                                                            \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		return stage_main(&(def), argc, argv);                                             \
	}

const void *stage_options(const struct stage *);
const void *stage_shared(const struct stage *);
void *stage_self(struct stage *);          /* zeroed before open() */
void *stage_alloc(struct stage *, size_t); /* zeroed; never NULL */

/* The struct of `reads`.  It is decoded already (a record that cannot be, or has a list of more
 * than a million items, is rejected before process() sees it), so nothing can fail here. */
const void *record_read(const struct record *);

/* The whole record, for who has no struct for it: its schema (of the input without a field that
 * this stage or the dead letters added to it; the same from open() to close()), its bytes, and its
 * JSON (appended to buf; plain: unions without their branch's name, times as ISO 8601; ERR_INPUT
 * where a part that nobody has looked at is damaged). Of the bytes only what `reads` names has been
 * checked: avro_datum_check() before anything else is taken from them. */
const struct avro_schema *stage_input_schema(const struct stage *);    /* NULL in a source */
struct str stage_input_metadata(const struct stage *, struct str key); /* of its header; or {0} */
struct str record_bytes(const struct record *);
int record_json(const struct record *, struct buf *, struct err *);
/* For who hands records on: this one and those behind it that process() will get next, as they lie
 * one behind another, each checked whole; up to `most`, and about so many bytes. How many; 0: a
 * part of this one is damaged. */
uint64_t record_run(const struct record *, uint64_t most, size_t most_bytes, struct str *bytes,
		    struct err *);

/*
 * record_append(rec, &value)               the appended field: a record
 * record_append_list(rec, items, count)    the appended field: an array of records
 * stage_emit(st, &value)                   one new record, in this order on its way
 *
 * From the struct that `writes` describes; its size is checked.  Encoded at once, so nothing need
 * outlive the call.  Not appended: null; appended twice: the last one.  A number that does not fit
 * its Avro type, a string that is not UTF-8, an enum outside its table: the record is rejected
 * with the field's name, whatever process() returns (in poll() and timer(): FAIL).
 */
#define record_append(rec, ...)           record_append_items(rec, sizeof(*(__VA_ARGS__)), 1, __VA_ARGS__)
#define record_append_list(rec, items, n) record_append_items(rec, sizeof(*(items)), n, items)
#define stage_emit(st, ...)               stage_emit_item(st, sizeof(*(__VA_ARGS__)), __VA_ARGS__)
void record_append_items(struct record *, size_t size, size_t count, const void *items);
void stage_emit_item(struct stage *, size_t size, const void *item);

/* A record that the stage writes itself, where the table takes too long: room for `most` bytes, and
 * how many of them have become a datum of `emits`. Between the two nothing else is emitted. */
char *stage_emit_room(struct stage *, size_t most);
void stage_emit_written(struct stage *, size_t size);

/* Of a stage with shape(): one record, which the caller has checked (avro_datum_check()). */
void stage_emit_bytes(struct stage *, struct str record);

/* The same as functions of the stage's own, which accept no other struct: APPENDER(append_shout,
 * shout) makes append_shout(rec, &value), EMITTER(emit_hour, chat_hour) makes emit_hour(st,
 * &value). */
#define APPENDER(function, s)                                                                      \
	static inline void function(struct record *rec, const struct s *value)                     \
	{                                                                                          \
		record_append_items(rec, sizeof(*value), 1, value);                                \
	}
#define EMITTER(function, s)                                                                       \
	static inline void function(struct stage *st, const struct s *value)                       \
	{                                                                                          \
		stage_emit_item(st, sizeof(*value), value);                                        \
	}

/* Say why, and return the verdict, so that an error path is one line.  stage_error() takes the
 * class from err: INPUT rejects, RETRY retries, DOWN waits, FATAL fails.  Never put a person's text
 * into it. */
enum stage_verdict stage_reject(struct stage *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
enum stage_verdict stage_retry(struct stage *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
enum stage_verdict stage_fail(struct stage *, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
enum stage_verdict stage_error(struct stage *, const struct err *);

/* To be called about every second by a callback that takes its time. true: the work in hand is
 * somebody else's now, whatever the verdict; give it up. */
bool stage_breathe(struct stage *);

/* Sends a part of the record in hand to the dead letters, as bytes, with its place ("line 17") and
 * the reason; the rest goes on with the verdict. Like an emission, it leaves only with PASS or
 * DROP. Also in a timer, for a part of what the state held. */
void stage_reject_part(struct stage *, struct str bytes, const char *place, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A part of the input as large as a whole source came to nothing ("no chat"): as
 * stage_reject_part(), and the program's exit status will be 1. No bytes: nothing goes to the dead
 * letters; place may then be NULL, where the reason names the source. */
void stage_reject_source(struct stage *, struct str bytes, const char *place, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* State of the key in hand (of the record, or of the timer's block).  What comes too late for it,
 * as its window has closed by the watermark, is rejected with that as the reason: late records are
 * found in the dead letters. */
struct str stage_key(const struct stage *);
void *state_of(struct stage *, int state, struct str part);    /* made when new; never NULL */
void *state_next(struct stage *, int state, struct str *part); /* in byte order: advances *part,
								  {0} at first; NULL: no more */
void state_forget(struct stage *, void *block);                /* and its timer */

/* A block has one timer, kept with it; setting it again moves it.  It fires when the clock passes
 * `at` or at the end of the input, whichever is first; a fired timer is gone.
 *
 * A pipe that keeps its state (--state DIR) has no such end: the next run goes on.  The end of a
 * run is then still a time to speak, as nobody will hear of tonight's counts before tomorrow
 * otherwise: PROCESSING_TIME fires.  But it says nothing about what is to come: the hour in hand
 * may get more messages, a source its next piece, so EVENT_TIME and WAITING_TIME stay until their
 * time has come, or until a run is told to be the last (--finish). */
enum stage_clock {
	EVENT_TIME,      /* the watermark: the greatest event time seen in this key */
	PROCESSING_TIME, /* stage_now(): to speak from time to time ("every 15 minutes") */
	WAITING_TIME,    /* stage_now(): to give up waiting ("nothing came for a day") */
}; /* On a pipe the last two fire when the input ends; with --live, meanwhile as well. */
void state_timer(struct stage *, void *block, enum stage_clock, int64_t at_ms);
int64_t stage_now(const struct stage *);       /* ms since 1970; settable in tests */
int64_t stage_watermark(const struct stage *); /* ms since 1970; INT64_MIN before any */

/* Sinks: --commit-every was given, so commit() may come before the end of the input. */
bool stage_commits_early(const struct stage *);

/* Adds to the counter in that row of `counters`; a record that comes twice counts twice. */
void stage_count(struct stage *, size_t counter, uint64_t n);

/* Sources. */
struct str stage_committed(const struct stage *); /* where to resume; empty at first */
void stage_position(struct stage *, struct str);  /* after what was emitted; copied */
void stage_progress(struct stage *, uint64_t done, uint64_t total); /* bytes; total 0: unknown */
void stage_wake(struct stage *); /* from any thread: poll soon (else every 100 ms after WAIT) */

#endif
