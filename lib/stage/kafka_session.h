/*
 * kafka_session.h -- what a run has with Kafka, whichever of its ends is there: the configuration,
 * the schemas, and one producer, in whose transaction all goes out that belongs together.
 */
#ifndef STAGE_KAFKA_SESSION_H
#define STAGE_KAFKA_SESSION_H

#include "stage/kafka_outlet.h"
#include "stage/run_pipe.h"
#include "stage/schema_catalog.h"

extern const char *const runtime_deliveries[]; /* "exactly-once", "at-least-once", NULL */
enum { DELIVERY_EXACTLY_ONCE, DELIVERY_AT_LEAST_ONCE };

struct kafka_session {
	struct kafka_config *config;
	struct schema_catalog *catalog;
	struct kafka_producer *producer;
	const char *group; /* --group, or "chatmill-STAGE" */
	struct buf default_group;
};

/* The environment, the file of --kafka-config (or NULL), the pairs of --kafka. It must name a
 * broker. ERR_INPUT, ERR_FATAL. */
struct kafka_config *kafka_settings_read(const struct stage_arguments *pairs, const char *file,
					 struct err *);

/* The registry of these options, or of $CHATMILL_REGISTRY_URL: *registry NULL where there is none.
 * ERR_INPUT. */
int kafka_settings_registry(struct registry_plan, struct schema_registry **registry, struct err *);

/* Where --group is not given: chatmill-STAGE; of exec, chatmill- and the program's file name. */
void kafka_session_default_group(const char *name, struct buf *group);

/* Whether --in, --out or --dead-letters are on Kafka. */
bool kafka_session_is_asked_for(const struct runtime_options *);
/* Whether the options go together, before anything is tried. ERR_INPUT. */
int kafka_session_check(const struct runtime_options *, struct err *);
int kafka_session_open(struct kafka_session *, const struct runtime_options *, const char *stage,
		       struct err *);
void kafka_session_close(struct kafka_session *); /* all zeroes is fine */

/* Where records of one schema go: registers the schema, and the trail where there is one. group: of
 * dead letters; else NULL. */
struct kafka_sender {
	struct kafka_outlet *outlet;
	struct avro_schema *schema;
	struct buf frame;
	char trail_hash[SCHEMA_TRAIL_BYTES];
};
int kafka_sender_open(struct kafka_sender *, struct kafka_session *, const char *topic, bool pack,
		      struct str schema_json, const char *key_path, struct str trail,
		      const char *group, struct err *);
void kafka_sender_close(struct kafka_sender *); /* all zeroes is fine */

/* Path of the string that decides the partition of what a stage puts out, where it has it. */
const char *kafka_session_key_path(const struct stage_def *);

#endif
