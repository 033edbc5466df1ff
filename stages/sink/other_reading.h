/*
 * other_reading.h -- an export that was imported before with its dates read in another order: every
 * message whose day and month can change places would be there twice, months apart.
 *
 * Two rows of one conversation are the same line when they were printed the same: the numbers of
 * the date in the order they were read in, the time, the sender and what was said.
 */
#ifndef SINK_OTHER_READING_H
#define SINK_OTHER_READING_H

#include "base/buf.h"
#include "database.h"
#include "enrichments.h"

struct other_reading {
	struct buf title, order, before; /* "dmy" now, and before */
	bool stays;      /* what was there does, and what this import brought goes */
	int64_t removed; /* messages */
};

/* Whether most of what an import added, `added` messages, is there in another reading. Then one of
 * the two is removed: the earlier where this one was asked for, or is surer; else what is new.
 * 1, 0, -1. The database is indexed. */
int other_reading_settle(struct database *, struct enrichments *, struct str conversation_id,
			 struct str import_id, uint64_t added, struct other_reading *,
			 struct err *);
void other_reading_say(const struct other_reading *); /* to people */
void other_reading_free(struct other_reading *);

#endif
