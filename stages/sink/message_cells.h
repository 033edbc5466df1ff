/* message_cells.h -- the fields of a message that a database has a place for, as cells of a row. */
#ifndef SINK_MESSAGE_CELLS_H
#define SINK_MESSAGE_CELLS_H

#include "row.h"
#include <sqlite3.h>

/* Down to SOURCE_OFFSET they are the columns of table `messages`, in this order. */
enum message_field {
	MESSAGE_ID,
	SLOT_ID,
	CONVERSATION_ID,
	IMPORT_ID,
	SEQ,
	SENT_AT,
	UTC_OFFSET_MINUTES,
	SENDER,
	KIND,
	TEXT,
	EDITED,
	DETAILS,
	MENTIONS,
	REPLY_TO,
	INVALID_BYTES,
	SOURCE_LINE,
	SOURCE_OFFSET,
	SOURCE_URI,
	CONVERSATION_TITLE,
	ATTACHMENTS,
	READING_FORM, /* from here on in the first message of a source, for the import's row */
	READING_DATE_ORDER,
	READING_OTHER_ORDER,
	READING_BASIS,
	READING_CONFIDENCE,
	READING_CALENDAR,
	READING_LOCALE,
	MESSAGE_FIELDS,
};

struct message_cells {
	const struct cell *of[MESSAGE_FIELDS]; /* in the row, or of the missing */
	struct cell missing[MESSAGE_FIELDS];   /* the schema lacks them */
	bool *appended;                        /* for each field of the row: it has no place here */
};

/* The row must outlive them; they stay where they are. ERR_FATAL: its records are no messages. */
int message_cells_find(struct message_cells *, const struct row *, struct err *);
void message_cells_free(struct message_cells *); /* what they own */

/* ERR_INPUT: what every message has is null. */
int message_cells_check(const struct message_cells *, struct err *);

/* The cell's text, or what stands for it where it is null; no ptr: null. */
struct str message_cells_text(const struct message_cells *, enum message_field);

/* Binds the fields down to SOURCE_OFFSET as parameters from 1 on. */
void message_cells_bind(const struct message_cells *, sqlite3_stmt *);

#endif
