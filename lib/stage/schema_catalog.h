/*
 * schema_catalog.h -- which schema a message's records have: the number in front of them, looked
 * up.
 *
 * Avro's fingerprints are found among the schemas built in, in a folder of *.avsc files, and in the
 * compacted topic `_chatmill_schemas`: fingerprint in hex -> schema, "trail:HASH" -> a trail.
 * Confluent's numbers are a registry's, where there is one: then records get those. Dead letters,
 * which may be of any sort, and trails stay in the topic. What was found once is kept.
 */
#ifndef STAGE_SCHEMA_CATALOG_H
#define STAGE_SCHEMA_CATALOG_H

#include "avro/framing.h"
#include "avro/schema.h"
#include "stage/schema_registry.h"
#include "transport/kafka_config.h"

#define SCHEMA_TOPIC       "_chatmill_schemas"
#define SCHEMA_TRAIL_BYTES 33 /* of a trail's hash, NUL included */

struct schema_catalog;

/* The configuration must outlive it. folder: NULL is none. The registry, or NULL, is taken over,
 * also when it fails. ERR_FATAL: a file in the folder is no schema. */
struct schema_catalog *schema_catalog_open(const struct kafka_config *, const char *folder,
					   struct schema_registry *, struct err *);
void schema_catalog_close(struct schema_catalog *); /* NULL is fine */

/* It lives as long as the catalog. ERR_INPUT: nobody knows it; ERR_DOWN: who might cannot be asked.
 */
int schema_catalog_find(struct schema_catalog *, enum avro_framing, uint64_t id,
			const struct avro_schema **, struct err *);
/* Makes sure that readers will find it, before the first record of it goes to the topic; replaces
 * frame with what stands before each record. ERR_DOWN; ERR_FATAL: it is incompatible. */
int schema_catalog_put(struct schema_catalog *, const char *topic, const struct avro_schema *,
		       struct buf *frame, struct err *);

/* The same for trails, by their hash. */
int schema_catalog_find_trail(struct schema_catalog *, struct str hash, struct str *trail,
			      struct err *);
int schema_catalog_put_trail(struct schema_catalog *, struct str trail,
			     char hash[SCHEMA_TRAIL_BYTES], struct err *);

#endif
