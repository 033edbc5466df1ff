/*
 * kafka_outlet.h -- records of one schema become messages of one topic.
 *
 * The key, which decides the partition, is a string of the record, or else that of the message the
 * record comes from; the headers are that message's, with the trail's hash. With pack=block,
 * records for one partition with the same headers share a message; they leave when there are enough
 * of them, or with flush().
 */
#ifndef STAGE_KAFKA_OUTLET_H
#define STAGE_KAFKA_OUTLET_H

#include "avro/schema.h"
#include "stage/kafka_endpoint.h"
#include "transport/kafka_producer.h"

/* Headers of ours, which do not go on from a message to what comes of it. */
#define KAFKA_TRAIL_HEADER  "chatmill.trail"
#define KAFKA_GROUP_HEADER  "chatmill.group"  /* of a dead letter: the group that refused it */
#define KAFKA_REPLAY_HEADER "chatmill.replay" /* the one group that a message is for */

struct kafka_outlet;

struct kafka_outlet_plan {
	const char *topic; /* must outlive the outlet, as all of these */
	bool pack;
	const struct avro_schema *schema;
	const char *key_path;   /* of a string; NULL, or not in the schema: the message's key */
	struct str frame;       /* schema_catalog_put() */
	const char *trail_hash; /* NULL: none */
	const char *group;      /* of who refused it, where these are dead letters; NULL: none */
};

/* ERR_FATAL, ERR_DOWN. */
struct kafka_outlet *kafka_outlet_open(struct kafka_producer *, const struct kafka_outlet_plan *,
				       struct err *);
void kafka_outlet_close(struct kafka_outlet *); /* NULL is fine */

/* Sends `count` records that lie one behind another; cause: the message they come from, or NULL.
 * Where one is larger than the topic takes, too_large() is called with it, and the rest goes on.
 * ERR_RETRY, ERR_DOWN, ERR_FATAL. */
int kafka_outlet_add(struct kafka_outlet *, const struct kafka_message *cause, uint64_t count,
		     struct str records,
		     int (*too_large)(void *with, struct str record, struct err *), void *with,
		     struct err *);
int kafka_outlet_flush(struct kafka_outlet *, struct err *);
void kafka_outlet_drop(struct kafka_outlet *);            /* what waits for flush() */
uint64_t kafka_outlet_bytes(const struct kafka_outlet *); /* sent so far */

#endif
