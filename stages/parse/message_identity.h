/*
 * message_identity.h -- ids that are the same whenever the same message is imported again.
 *
 *   message_id  from conversation, local minute as printed, sender, class and text, and how many
 *               equal ones came before it: never from zone, form or place in the file
 *   slot_id     from conversation, minute, sender, and how many of that sender came before it in
 *               that minute: by it an edited or deleted text meets its earlier row
 *
 * A minute may come again far down in a file (late deliveries, an hour that the clock shows twice),
 * so what was counted is remembered for thousands of messages, not for a minute; the memory is
 * bounded, and what falls out of it counts from zero again.
 */
#ifndef MESSAGE_IDENTITY_H
#define MESSAGE_IDENTITY_H

#include "base/buf.h"
#include "message.h"

#define OCCURRENCES 4096 /* keys of one generation; a power of two; two generations are kept */

#define CONVERSATION_LONGEST 128 /* bytes of an id */

struct occurrences {
	uint64_t *now, *before; /* 2 * OCCURRENCES places each; NULL: empty */
	uint32_t used;          /* in now */
};
void occurrences_free(struct occurrences *);
/* How often the key (a hash, of which 48 bits count) came before, up to 65,535; counts it. */
uint32_t occurrences_count(struct occurrences *, uint64_t key);
/* Puts back a place that an earlier life had filled. */
void occurrences_restore(struct occurrences *, bool older, uint64_t place);

struct identity {
	struct occurrences messages, slots;
	char conversation_id[CONVERSATION_LONGEST + 1];
	size_t conversation_len;
	char message_id[32];
	char slot_id[200];
	int64_t slot_minute;    /* that slot_id has */
	size_t slot_minute_len; /* bytes of it up to behind the minute; 0: none yet */
	struct buf essence;
};
void identity_free(struct identity *);

/* The id as somebody gave it, of CONVERSATION_LONGEST bytes at most; or made of a title. Without
 * either it is made of the first message, so that two chats without a title stay two. */
void identity_set_conversation(struct identity *, struct str id);
void identity_name_conversation(struct identity *, struct str title);

/* Fills message_id, slot_id and conversation_id of a message whose kind, text and details are
 * known; they live in the identity until the next one. sender_hash: of the normalised name. false:
 * so many equal ones came before it that it would have the id of another. */
bool identity_set(struct identity *, int64_t minute, uint64_t sender_hash, const char *sender_hex,
		  struct message *);

#endif
