/* kafka_endpoint.h -- what --in and --out name on Kafka: kafka:TOPIC[,TOPIC...][?pack=block]. */
#ifndef STAGE_KAFKA_ENDPOINT_H
#define STAGE_KAFKA_ENDPOINT_H

#include "base/err.h"
#include "base/str.h"

struct kafka_endpoint {
	const char **topics; /* owned, as are the names; ends with NULL; of --in the lanes */
	size_t count;
	bool pack; /* many records a message */
};

bool kafka_endpoint_is(const char *path); /* NULL is none */
/* ERR_INPUT. most: topics it may name. */
int kafka_endpoint_parse(const char *path, size_t most, struct kafka_endpoint *, struct err *);
void kafka_endpoint_free(struct kafka_endpoint *); /* all zeroes is fine */

#endif
