/*
 * filter_process.h -- a program that reads an Avro container on standard input and writes one on
 * standard output: started, fed, listened to, ended.
 *
 * It is fed and read at the same time, so that neither waits for the other. Errors: ERR_FATAL, it
 * could not be started; ERR_DOWN, it ended with status 75 (EX_TEMPFAIL): what it needs is away;
 * ERR_RETRY, anything else that it did: hung, died, wrote what is no record.
 */
#ifndef EXEC_FILTER_PROCESS_H
#define EXEC_FILTER_PROCESS_H

#include "avro/schema.h"
#include "base/err.h"

struct filter_process;

struct filter_plan {       /* all must outlive the process */
	char *const *argv; /* ends with NULL */
	struct str schema; /* of what it is fed, JSON */
	struct str trail;  /* goes into the header; {0}: none */
	int64_t timeout_ms;
	/* About twice a second while it is waited for; true: give up. NULL: nobody else needs
	 * time. */
	bool (*breathe)(void *with);
	void *with;
};

/* ERR_FATAL. */
struct filter_process *filter_start(const struct filter_plan *, struct err *);
void filter_kill(struct filter_process *); /* and frees; NULL is fine */

void filter_feed(struct filter_process *, uint64_t count, struct str records); /* a block */
void filter_feed_end(struct filter_process *); /* there will be no more */
/* The same, at the end of all: it is waited for so long at most, and nobody is asked meanwhile. */
void filter_dismiss(struct filter_process *, int64_t most_ms);

/* The schema of its answers, and the trail in their header ({0}: none), which it has to write. */
const struct avro_schema *filter_schema(struct filter_process *, struct err *);
struct str filter_trail(const struct filter_process *);
/* The next answer, checked, which lives until the one behind it is asked for. 1; 0: it has ended,
 * and well; -1. */
int filter_next(struct filter_process *, struct str *record, struct err *);
/* The same, and the next filter_next() gives it again. */
int filter_peek(struct filter_process *, struct str *record, struct err *);
/* Whether another answer is there, without waiting. */
bool filter_has_more(struct filter_process *);
bool filter_timed_out(const struct filter_process *); /* that was the last error */
uint64_t filter_answers(const struct filter_process *);

#endif
