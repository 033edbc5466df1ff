/*
 * other_reading.h -- an export that was imported before with its dates read in another order: every
 * message whose day and month can change places would be there twice, months apart.
 *
 * Two rows of one conversation are the same line when they were printed the same: the numbers of
 * the date in the order they were read in, the time, the sender and what was said. A row that the
 * import itself has met, as the line of another day, is not one of another reading.
 */
#ifndef SINK_OTHER_READING_H
#define SINK_OTHER_READING_H

#include "base/buf.h"
#include "database.h"
#include "enrichments.h"

struct other_readings;

/* Within a transaction; both must outlive it. */
struct other_readings *other_readings_open(struct database *, struct enrichments *, struct err *);
void other_readings_close(struct other_readings *); /* NULL is fine */

/* Whether other imports of the conversation were read in another order than this one: 1, 0, -1. */
int other_readings_exist(struct other_readings *, struct str conversation_id, struct str import_id,
			 struct err *);
/* Then each row that the import meets is told, for as long as the database is open. */
int other_readings_met(struct other_readings *, struct str import_id, int64_t row, struct err *);

struct other_reading {
	struct buf title, order, before; /* "dmy" now, and before */
	bool stays;      /* what was there does, and what this import brought goes */
	int64_t removed; /* messages */
};

/* Whether what an import added, `added` messages, is there in another reading: lines that say what
 * no other one says are, and more of them than prove the two orders right, or else most of what
 * there is. Then one of the two is removed: the earlier where this one was asked for, or is surer;
 * else what is new. 1, 0, -1. The database is indexed. */
int other_readings_settle(struct other_readings *, struct str conversation_id, struct str import_id,
			  uint64_t added, struct other_reading *, struct err *);
void other_reading_say(const struct other_reading *); /* to people */
void other_reading_free(struct other_reading *);

#endif
