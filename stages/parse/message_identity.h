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
};
void identity_free(struct identity *);

/* The id as somebody gave it, of CONVERSATION_LONGEST bytes at most; or made of a title. Without
 * either it is made of the first message, so that two chats without a title stay two. */
void identity_set_conversation(struct identity *, struct str id);
void identity_name_conversation(struct identity *, struct str title);

/* Of one message on its way: where its ids live. */
struct message_ids {
	struct buf essence; /* what message_id is made of */
	int64_t minute;
	uint64_t sender_hash; /* of the normalised name */
	char sender_hex[16];
	bool refused; /* so many equal ones came before that it would have the id of another */
	char message_id[32];
	char slot_id[CONVERSATION_LONGEST + 64];
};
void message_ids_free(struct message_ids *);

/* First, for a message whose kind, text and details are known: minute and sender are set. */
void identity_begin(struct identity *, struct message_ids *, const struct message *);

/* Then, for many at once, in their order (hashing one alone costs twice as much): fills message_id,
 * slot_id and conversation_id. */
#define IDENTITIES_MOST 16
void identity_finish(struct identity *, struct message_ids *const *, struct message *const *,
		     size_t count);

#endif
