/*
 * import_ledger.h -- the imports that records in hand belong to: their rows in the database, who
 * speaks in them, and what is settled and counted once they have been seen as far as they go.
 */
#ifndef SINK_IMPORT_LEDGER_H
#define SINK_IMPORT_LEDGER_H

#include "base/map.h"
#include "database.h"
#include "message_cells.h"
#include "message_store.h"
#include "other_reading.h"
#include "slot_merge.h"

struct import { /* of one conversation */
	struct str conversation_id, import_id;
	struct str title; /* the conversation's id where it has none */
	bool earlier;     /* other imports know the conversation */
	bool otherwise;   /* some of them read its dates in another order */
	struct map people;
	struct slot_place place;
	int64_t shift; /* from its seq to that of the earlier import it goes on from */
	uint64_t added, known, elsewhere;
};

struct import_ledger;

/* All of them must outlive it; within a transaction. trail: how the input came to be, or {0}. */
struct import_ledger *import_ledger_open(struct database *, const struct message_cells *,
					 struct slot_merge *, struct other_readings *,
					 struct str trail, struct err *);
void import_ledger_close(struct import_ledger *); /* NULL is fine */

/* The import that the record in hand belongs to, until the next call; NULL: ERR_DOWN and such. What
 * the record says of how its source was read is told to the import's row. */
struct import *import_ledger_find(struct import_ledger *, struct err *);
/* Whoever sent the record in hand takes part in the import's conversation. */
int import_ledger_add_person(struct import_ledger *, struct import *, struct err *);

/* Settles what is open of the imports met so far, and writes their counts. */
int import_ledger_settle(struct import_ledger *, struct err *);
/* Of all imports that were settled. */
struct message_counts import_ledger_counts(const struct import_ledger *);

#endif
