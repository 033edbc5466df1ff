/* conversation_count.h -- how many records of one conversation a topic holds, and how many of them
 * a group has taken. */
#ifndef CHATMILL_CONVERSATION_COUNT_H
#define CHATMILL_CONVERSATION_COUNT_H

#include "stage/schema_catalog.h"
#include "transport/kafka_admin.h"

struct conversation_count {
	bool known;          /* false: these records are of no conversation, or there are none */
	uint64_t all, taken; /* records */
};

/*
 * Reads the partition that the conversation is in, from its beginning. What was sent back for
 * another group is passed over. Dead letters (is_dead) count where this group refused them: all;
 * taken is 0. ERR_FATAL, ERR_DOWN.
 */
int conversation_count(const struct kafka_config *, struct schema_catalog *, const char *topic,
		       const char *group, const char *conversation,
		       const struct kafka_standing *standings, int32_t partitions, bool is_dead,
		       struct conversation_count *, struct err *);

#endif
