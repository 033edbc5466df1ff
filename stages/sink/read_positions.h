/*
 * read_positions.h -- how far inputs were read, kept beside what was made of them.
 *
 * Whoever begins with an input claims it: its epoch grows, and what an earlier claimer wants to
 * store after that, though it may not know yet that it has been replaced, is refused.
 */
#ifndef SINK_READ_POSITIONS_H
#define SINK_READ_POSITIONS_H

#include "base/buf.h"
#include "database.h"

struct read_positions;

struct read_positions *read_positions_new(void);
void read_positions_free(struct read_positions *); /* NULL is fine */

/* Both within a transaction. Appends the position last stored; nothing when there is none. */
int read_positions_claim(struct read_positions *, struct database *, struct str input,
			 struct buf *position, struct err *);
/* ERR_RETRY: somebody else has claimed the input since; the transaction must not be committed. */
int read_positions_store(struct read_positions *, struct database *, struct str input,
			 struct str position, struct err *);

#endif
