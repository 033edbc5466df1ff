/* chat_database.h -- what the database of a run holds, in a few lines. */
#ifndef CHATMILL_CHAT_DATABASE_H
#define CHATMILL_CHAT_DATABASE_H

#include "base/buf.h"
#include "base/err.h"

struct chat_counts {
	int64_t messages, imports;
	int64_t changed;     /* messages edited or deleted since an earlier import */
	int64_t imported_at; /* the last import's time; 0: there was none */
};

/* All zeroes where there is no database of ours yet. ERR_FATAL: it is there and cannot be read. */
int chat_database_count(const char *path, struct chat_counts *, struct err *);

/* Appends lines on chats, messages, people, period and media, and, of the imports since `before`,
 * on what is new and how their dates were read. */
int chat_database_summarise(const char *path, const struct chat_counts *before, struct buf *,
			    struct err *);

#endif
