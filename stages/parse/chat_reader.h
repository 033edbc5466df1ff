/*
 * chat_reader.h -- the lines of one source become messages, piece by piece.
 *
 *   chat_reader_learn()   while undecided: the piece adds to the evidence (and is held by the
 * caller) chat_reader_decide()  once it suffices, or there is no more chat_reader_read()    every
 * piece from the first one: emits the messages that are whole chat_reader_end()     emits the last
 * one
 *
 * Exports get glued together. Where headers of another form follow each other, and none of the
 * file's own is between, another part begins: the reader is undecided again, and gives the bytes
 * back that it must learn from.
 *
 * The message at the end of a piece is kept, as the next piece may go on with it. Memory: what is
 * kept of names (4 MiB at most), one message (READER_MESSAGE_MOST), and headers of one piece.
 */
#ifndef CHAT_READER_H
#define CHAT_READER_H

#include "chat_authors.h"
#include "chat_form.h"
#include "local_time.h"
#include "message_body.h"
#include "message_identity.h"
#include "system_event.h"

#define READER_MESSAGE_MOST                                                                        \
	(1 << 20) /* bytes of a message; WhatsApp's limit is 65,536 characters */

struct reader_header { /* of a message in the piece in hand */
	const char *begin;
	size_t line_length; /* of its first line, without its end */
	int64_t line;       /* from 1 */
	struct chat_header header;
	struct author_guess guess;
};

#define OTHER_FORM_MOST 64 /* headers of another form in a row: more than anybody quotes */
#define OTHER_FORM_LAST 8  /* the same at the end of the file, where none of its own follows */
struct reader_run {        /* of headers of other forms, since the last own one */
	uint64_t count;
	int64_t line, offset; /* of the first; lines from 0 */
};

/* Where another part begins: as chat_reader_read() takes a piece. No bytes: nowhere. */
struct reader_rest {
	struct str bytes; /* the reader's, until the next call */
	int64_t offset, line;
};

struct reader_output {
	void *with;
	void (*message)(void *with, const struct message *);
	/* Lines that cannot be part of any message. */
	void (*refused)(void *with, struct str bytes, int64_t line, const char *why);
};

struct reader_facts { /* plain data: a snapshot holds it as it is */
	struct form_evidence evidence;
	struct chat_form form;
	bool started, decided;
	bool alone;       /* pieces without manifest and end: dead letters, tried again */
	bool refused;     /* it is not a chat */
	bool mid_line;    /* the next piece begins in the middle of a line */
	bool overflowing; /* the message in hand was too long: it has been emitted */
	bool has_pending; /* `pending` begins with a header; else it is what stands before any */
	struct chat_header pending_header;
	int64_t pending_line, pending_offset;
	struct local_time clock;
	int64_t seq;
	int64_t part_offset; /* where the part in hand begins */
	uint64_t parts;      /* before it */
	struct reader_run run;
	/* What there was. */
	uint64_t messages, system_lines, by_structure, invalid_bytes;
	bool reading_told;        /* a message of this part has been emitted */
	bool marks_seen;          /* in front of a text: notices have theirs, too */
	uint64_t foreign_headers; /* lines that begin as messages of another form do */
};

struct chat_reader {
	struct reader_facts at;
	struct buf pending;          /* the message that is not known to be whole */
	struct buf rest;             /* struct reader_rest's bytes */
	struct buf title, import_id; /* a title of no bytes: null */
	struct chat_authors authors;
	struct identity identity;
	struct map entries; /* of the zip: struct body_entry by the name without its folder */
	struct arena entry_arena;
	struct str uri; /* the caller's, set before each call */

	/* Scratch. */
	struct reader_draft {
		struct message message; /* points into the piece, and into these: */
		struct body_scratch body;
		struct buf system_text;
		struct system_event event;
		struct str raw;              /* of the message, from its header on */
		const struct author *author; /* NULL: the system */
	} drafts[CLAIMS]; /* messages that get their ids together, and go on then */
	size_t drafted;
	struct system_event_read event; /* its targets are the last draft's, if it has any */
	struct form_memory memory;
	struct reader_header *headers;
	size_t header_count, header_room;
};

void chat_reader_free(struct chat_reader *);

/* Of zeroes, or of a source that ended. latest_day: days since 1970 that no message can be newer
 * than; INT64_MAX: not known. */
void chat_reader_start(struct chat_reader *, int64_t latest_day);
void chat_reader_add_entry(struct chat_reader *, const struct body_entry *);

/* Between two pieces all of it, as bytes and back. -1, ERR_FATAL: they are not such a snapshot. */
#define READER_SNAPSHOT 6 /* raised when the layout changes */
void chat_reader_save(const struct chat_reader *, struct buf *);
int chat_reader_restore(struct chat_reader *, struct str, struct err *);

/* True: no more evidence is needed. */
bool chat_reader_learn(struct chat_reader *, struct str bytes, bool continues);
int chat_reader_decide(struct chat_reader *, enum date_order wanted, struct err *);

void chat_reader_meet(struct chat_reader *, struct str bytes, bool continues);

/* offset, line: bytes and ends of lines of the source before the piece; continues: its last line
 * goes on in the next one; met: chat_reader_meet() has seen it. */
struct reader_rest chat_reader_read(struct chat_reader *, struct str bytes, int64_t offset,
				    int64_t line, bool continues, bool met,
				    const struct reader_output *);
struct reader_rest chat_reader_end(struct chat_reader *, const struct reader_output *);

#endif
