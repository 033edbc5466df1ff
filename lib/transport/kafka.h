/*
 * kafka.h -- what goes over Kafka: messages of opaque bytes, and places in topics.
 *
 * kafka_config.h says which brokers, kafka_consumer.h and kafka_producer.h are the two directions,
 * kafka_reader.h reads one partition to its end, kafka_admin.h makes topics. All of it belongs to
 * one thread. Errors have the classes of err.h, where ERR_RETRY means: nothing since the last
 * commit came to be; abort, go back to what is committed, and do it again.
 */
#ifndef TRANSPORT_KAFKA_H
#define TRANSPORT_KAFKA_H

#include "base/err.h"
#include "base/str.h"

struct kafka_header {
	const char *name;
	struct str value; /* no ptr: null */
};

struct kafka_message {
	const char *topic;
	int32_t partition;
	int64_t offset, timestamp_ms;
	struct str key, value; /* no ptr: null; a null value is a tombstone */
	const struct kafka_header *headers;
	size_t header_count;
};

struct kafka_place { /* in a partition: the next message is the one of this offset */
	const char *topic;
	int32_t partition;
	int64_t offset;
};
#define KAFKA_COMMITTED INT64_C(-1001) /* instead of an offset: where the group stands */
#define KAFKA_BEGINNING INT64_C(-2)    /* the oldest message there is */

struct kafka_consumer;

/* The partition that Java's clients choose for a key that is not null. */
int32_t kafka_partition_of(struct str key, int32_t partitions);

#endif
