/*
 * message_store.h -- messages in a chat database, each once, however often it is imported.
 *
 * A message is known by its id: an import of known messages changes nothing but what was not known
 * of them (the kind and the names of media, an edit, what other stages appended). slot_merge.h
 * tells how a message whose text has changed since meets its earlier row.
 */
#ifndef SINK_MESSAGE_STORE_H
#define SINK_MESSAGE_STORE_H

#include "avro/schema.h"
#include "base/err.h"

struct message_store;

struct message_counts { /* of the last commit */
	uint64_t imports, added, merged, known;
	uint64_t elsewhere; /* of the known: by their import in another zone than they are stored */
};

extern const char *const message_store_needs[]; /* fields of a message; ends with NULL */

/* record: the input's schema, which must outlive it; trail: how the input came to be, or {0}.
 * ERR_FATAL: the records are no messages; and what database_open() says. */
struct message_store *message_store_open(const char *path, const struct avro_node *record,
					 struct str trail, struct err *);
void message_store_close(struct message_store *); /* undoes what is not committed; NULL is fine */

/* Within a transaction, begun by the first call after a commit. ERR_INPUT, ERR_DOWN: nothing of the
 * transaction is lost but this record. */
int message_store_put(struct message_store *, struct str record, struct err *);

/* Claims an input, as read_positions.h tells, and appends the position last committed. Begins a
 * transaction, as put() does; ERR_DOWN. */
int message_store_claim(struct message_store *, struct str input, struct buf *position,
			struct err *);
/* How far a claimed input was read, with the next commit. ERR_RETRY: somebody else has claimed it
 * since, and nothing since the last commit is kept. */
int message_store_position(struct message_store *, struct str input, struct str position,
			   struct err *);

/* -1: nothing since the last commit is kept. A commit of nothing makes the database. */
int message_store_commit(struct message_store *, struct message_counts *, struct err *);

#endif
