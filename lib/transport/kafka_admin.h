/* kafka_admin.h -- topics: whether they are there, and making them. */
#ifndef TRANSPORT_KAFKA_ADMIN_H
#define TRANSPORT_KAFKA_ADMIN_H

#include "transport/kafka.h"
#include "transport/kafka_config.h"

struct kafka_topic_plan {
	const char *name;
	int32_t partitions;
	bool compacted;       /* the last message of each key is kept for ever */
	int64_t retention_ms; /* of what is not compacted; 0: as the brokers have it */
	int32_t replicas;     /* 0: as the brokers have it */
};
#define KAFKA_FOR_EVER INT64_C(-1) /* as a retention */

/* Makes the topic; one that is there already stays as it is. ERR_FATAL, ERR_DOWN. */
int kafka_admin_make(const struct kafka_config *, const struct kafka_topic_plan *, struct err *);
/* What there is under this name; partitions 0: nothing. ERR_FATAL, ERR_DOWN. */
struct kafka_topic_seen {
	int32_t partitions, replicas;
	bool compacted;
	int64_t retention_ms;
};
int kafka_admin_look(const struct kafka_config *, const char *topic, struct kafka_topic_seen *,
		     struct err *);
/* Whether a broker answers within this time. ERR_FATAL; ERR_DOWN: none did. */
int kafka_admin_reach(const struct kafka_config *, int64_t wait_ms, struct err *);
/* Where a group is in each partition of a topic, which the caller frees. ERR_FATAL: there is no
 * such topic; ERR_DOWN. */
struct kafka_standing {
	int64_t committed;  /* the next message it will take; KAFKA_COMMITTED: nothing yet */
	int64_t begin, end; /* of what the partition holds: the oldest, and behind the last */
};
int kafka_admin_standings(const struct kafka_config *, const char *group, const char *topic,
			  struct kafka_standing **, int32_t *count, struct err *);
/* ERR_FATAL: there is none; ERR_DOWN. */
int kafka_admin_partitions(const struct kafka_config *, const char *topic, int32_t *count,
			   struct err *);

#endif
