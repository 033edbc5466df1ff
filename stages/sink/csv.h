/* csv.h -- rows as RFC 4180 has them, but for lines that end with LF. Null is nothing at all, an
 * empty text is "". */
#ifndef SINK_CSV_H
#define SINK_CSV_H

#include "base/buf.h"
#include "row.h"

void csv_add_header(struct buf *, const struct row *);

/* The record read last. guard: a text that a spreadsheet would run as a formula gets a ' in
 * front. */
void csv_add_row(struct buf *, const struct row *, bool guard);

#endif
