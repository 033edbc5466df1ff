/*
 * schema_registry.h -- a schema registry, by Confluent's REST API: schemas have numbers there, and
 * under each subject a history in which the next version must be compatible, as the registry
 * judges.
 *
 * What was found or registered once is kept. Errors: ERR_DOWN, it gives no answer, or says that it
 * cannot; ERR_INPUT, it knows no such number; ERR_FATAL, it refuses: the schema, or us.
 */
#ifndef STAGE_SCHEMA_REGISTRY_H
#define STAGE_SCHEMA_REGISTRY_H

#include "avro/schema.h"
#include "base/err.h"

enum registry_subjects { SUBJECT_TOPIC, SUBJECT_RECORD, SUBJECT_TOPIC_RECORD };
extern const char *const registry_subject_names[]; /* "topic", "record", "topic-record", NULL */

struct registry_plan { /* all must outlive it */
	const char *url;
	const char *user, *password, *token; /* NULL: none */
	enum registry_subjects subjects;
};

struct schema_registry;

/* Asks nothing yet. ERR_INPUT: it is no URL, or has a password in it. */
struct schema_registry *schema_registry_open(const struct registry_plan *, struct err *);
void schema_registry_close(struct schema_registry *); /* NULL is fine */

/* The number of a record's schema for what goes to the topic, registered where it is not yet. */
int schema_registry_number(struct schema_registry *, const char *topic, const struct avro_schema *,
			   uint32_t *number, struct err *);
/* The schema of a number; lives as long as the registry. */
int schema_registry_find(struct schema_registry *, uint32_t number, const struct avro_schema **,
			 struct err *);

#endif
