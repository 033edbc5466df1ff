/*
 * plain_message.h -- what somebody wrote, deleted or attached, as Avro, written straight.
 *
 * Most messages are that, and every message of a source has the same conversation, title, import
 * and uri: those are made ready once, and stores that know their places write the rest in a quarter
 * of the time that it takes to walk the table (message_fields.h). That has all other messages: of
 * the system, with details that are seldom. Tests hold the bytes of both against each other.
 */
#ifndef PLAIN_MESSAGE_H
#define PLAIN_MESSAGE_H

#include "message.h"

#define PLAIN_READY 512 /* bytes */

struct plain_source { /* all zeroes at first */
	bool begun;
	size_t ids_size, uri_size; /* 0: they are too long for it */
	char ids[PLAIN_READY];     /* conversation_id, conversation_title, import_id */
	char uri[PLAIN_READY];
};

/* Bytes to write the message to, which is of the same source as those before it, to be written;
 * 0: it is not such a message. */
size_t plain_message_room(struct plain_source *, const struct message *);
/* How many of them it has taken. */
size_t plain_message_write(const struct plain_source *, const struct message *, char *to);

#endif
