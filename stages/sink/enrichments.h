/*
 * enrichments.h -- what other stages appended: a table for each field, named as the field, a row
 * for each message that has it, and a column for each scalar of a record ("value" where the field
 * is no record).
 *
 * The table "enrichments" remembers which field and member stands where: names that differ only in
 * case, or are ours already, get a number behind them, and keep it.
 */
#ifndef SINK_ENRICHMENTS_H
#define SINK_ENRICHMENTS_H

#include "database.h"
#include "row.h"

struct enrichments;

/* Within a transaction. Makes the tables and columns that are missing. appended: for each field of
 * the row, whether it is one. The row must outlive it. */
struct enrichments *enrichments_open(struct database *, const struct row *, const bool *appended,
				     struct err *);
void enrichments_close(struct enrichments *); /* before the transaction ends; NULL is fine */

/* What the row's fields hold now stands in the tables after it, for the message of this id.
 * is_new: nothing can be there. */
int enrichments_put(struct enrichments *, int64_t id, bool is_new, struct err *);

/* In all tables, of this input or not: what was said of `from` goes, or is said of `to` instead, of
 * which nothing is said. */
int enrichments_forget(struct enrichments *, int64_t from, struct err *);
int enrichments_move(struct enrichments *, int64_t from, int64_t to, struct err *);

#endif
