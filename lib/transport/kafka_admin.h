/* kafka_admin.h -- topics: whether they are there, and making them. */
#ifndef TRANSPORT_KAFKA_ADMIN_H
#define TRANSPORT_KAFKA_ADMIN_H

#include "transport/kafka.h"
#include "transport/kafka_config.h"

struct kafka_topic_plan {
	const char *name;
	int32_t partitions;
	bool compacted; /* the last message of each key is kept for ever */
};

/* Makes the topic; one that is there already stays as it is. ERR_FATAL, ERR_DOWN. */
int kafka_admin_make(const struct kafka_config *, const struct kafka_topic_plan *, struct err *);
/* ERR_FATAL: there is none; ERR_DOWN. */
int kafka_admin_partitions(const struct kafka_config *, const char *topic, int32_t *count,
			   struct err *);

#endif
