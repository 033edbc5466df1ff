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
#include "base/hash.h"
#include "message.h"

#define OCCURRENCES 4096 /* keys of one generation; a power of two; two generations are kept */

struct occurrence {
	uint64_t key;
	uint64_t seen; /* how often in the lowest 16 bits, 0: the place is free; above, what of */
};
struct occurrences {
	struct occurrence *now, *before;    /* 2 * OCCURRENCES places each; NULL: empty */
	uint64_t greatest, greatest_before; /* keys of each: mostly a later minute is asked for */
	uint32_t used;                      /* in now */
};
/* Puts back a place that an earlier life had filled. */
void occurrences_restore(struct occurrences *, bool older, struct occurrence);

struct sender_id { /* of a normalised name; the system's is 0 and sixteen "0" */
	uint64_t hash;
	char hex[16];
};
extern const struct sender_id sender_id_system;
struct sender_id sender_id_of(struct str name);

#define CONVERSATION_LONGEST 128 /* bytes of an id */
#define CLAIMS               128 /* messages that get their ids together; a multiple of HASH_LANES */

struct identity {
	struct occurrences messages, slots;
	size_t conversation_len; /* 0: not known yet */
	unsigned char key[HASH_KEY];
	struct identity_claim {
		int64_t minute;
		const struct sender_id *sender;
		struct buf essence; /* where it does not lie in the message */
	} claims[CLAIMS];
	struct hash_message essences[CLAIMS]; /* of the claims: what message_id is made of */
	unsigned char digests[CLAIMS][HASH_SHORT];
	size_t claimed;
	char message_id[32];
	char slot_id[CONVERSATION_LONGEST + 64]; /* begins with the conversation's */
	size_t minute_end;                       /* of a minute in it; 0: none is there yet */
	int64_t hundred;                         /* that minute without its last two digits */
};
void identity_free(struct identity *);
void identity_free_scratch(struct identity *); /* when nothing is claimed */

/* The id as somebody gave it, of CONVERSATION_LONGEST bytes at most; or made of a title. Without
 * either it is made of the first message, so that two chats without a title stay two. */
void identity_set_conversation(struct identity *, struct str id);
void identity_name_conversation(struct identity *, struct str title);
struct str identity_conversation(const struct identity *);

/* Messages get their ids together, for several of about the same length cost hardly more than one
 * of them: each is claimed, once its kind, text and details are known; then all are digested; then
 * each is given its own, in the same order. Until then what the message points to must stay.
 * may_hold_marks: false where none of those that identity_claim() leaves out is in it. */
void identity_claim(struct identity *, int64_t minute, const struct sender_id *,
		    const struct message *, bool may_hold_marks);
void identity_digest(struct identity *);

/* Fills message_id, slot_id and conversation_id, which are valid until the next message, of the
 * message that was claimed so many claims after the first. False: so many equal ones came before it
 * that it would have the id of another. */
bool identity_give(struct identity *, size_t claim, struct message *);

#endif
