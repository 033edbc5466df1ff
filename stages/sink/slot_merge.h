/*
 * slot_merge.h -- a message that was edited or deleted since its conversation was imported before
 * has another id now, but the same slot: conversation, minute, sender, and its place among that
 * sender's messages of the minute.
 *
 * Slots shift when an export begins within a minute or lacks a message, so a slot alone proves
 * nothing. Rows become one only when one of them is edited or deleted, when the messages before and
 * after are the same in both imports (one of them may be missing at an export's end, not both), and
 * when they come from different imports. Several changed messages in a row stand or fall together.
 *
 *   earlier import    p   a   b   q        p agrees, q agrees: a' replaces a, b' replaces b
 *   this import       p   a'  b'  q
 *
 *   earlier import    p   a   b   q        b' stands in a's slot, but q does not follow a:
 *   this import       p   b'  q            nothing is merged
 *
 * A line of the system has other words, and so another id, in the export of a phone with another
 * language: where it tells the same event, of the same people, in the same slot, it is met in the
 * same way, and counts as known.
 *
 * What is replaced is kept in the table "revisions".
 */
#ifndef SINK_SLOT_MERGE_H
#define SINK_SLOT_MERGE_H

#include "database.h"
#include "enrichments.h"

#define SLOT_RUN 16 /* changed messages in a row; of more, none is merged */

/* The messages of one import of one conversation, as they come. All zeroes is the beginning. */
struct slot_place {
	bool begun;
	int64_t last; /* the row of an earlier import that the message before is; 0: none is */
	struct slot_pair {
		int64_t row, earlier;
	} run[SLOT_RUN]; /* changed messages whose fate the next one decides */
	size_t length;
	bool agreed; /* the message before the run did */
	uint64_t merged;
	uint64_t told_again; /* lines of the system that were there in other words */
};

struct slot_merge;

/* Within a transaction; the database's indexes are there. Both must outlive it. */
struct slot_merge *slot_merge_open(struct database *, struct enrichments *, struct err *);
void slot_merge_close(struct slot_merge *); /* NULL is fine */

/* The next message of the import is a row of an earlier one. */
int slot_merge_known(struct slot_merge *, struct slot_place *, struct str import_id, int64_t row,
		     struct err *);
/* The next message is new, and has been stored as this row. */
int slot_merge_new(struct slot_merge *, struct slot_place *, struct str import_id, int64_t row,
		   struct err *);
/* No message follows. */
int slot_merge_end(struct slot_merge *, struct slot_place *, struct str import_id, struct err *);

#endif
