/* kafka_client.h -- what the kafka*.c share, and nobody else sees: librdkafka's own types. */
#ifndef TRANSPORT_KAFKA_CLIENT_H
#define TRANSPORT_KAFKA_CLIENT_H

#include "transport/kafka.h"
#include "transport/kafka_config.h"
#include <librdkafka/rdkafka.h>

struct kafka_conf_row {
	const char *key, *value; /* value NULL: passed over */
};

/* Our defaults, the user's properties, then these rows, up to one without a key. ERR_FATAL. */
rd_kafka_conf_t *kafka_conf_make(const struct kafka_config *, const struct kafka_conf_row *,
				 struct err *);

/* Takes over conf, which gets the log's callback. ERR_FATAL. */
rd_kafka_t *kafka_client_new(rd_kafka_type_t, rd_kafka_conf_t *, struct err *);

/* Whose fault an error is: what cannot become well by waiting is ERR_FATAL, the rest ERR_DOWN. */
enum err_class kafka_error_class(rd_kafka_resp_err_t);

/* The headers of a message, into the array, of room `room`; how many there are. */
size_t kafka_headers_read(const rd_kafka_message_t *, struct kafka_header *, size_t room);

/* How many partitions a topic has; ERR_FATAL: it does not exist. */
int kafka_partitions_ask(rd_kafka_t *, const char *topic, int32_t *count, struct err *);
/* The same of one that may just have been made: of several brokers not each has heard of it. */
int kafka_partitions_wait(rd_kafka_t *, const char *topic, int32_t *count, struct err *);
/* The same, and on how many brokers each is; no such topic: both are 0. ERR_FATAL, ERR_DOWN. */
int kafka_partitions_look(rd_kafka_t *, const char *topic, int32_t *count, int32_t *replicas,
			  struct err *);

rd_kafka_topic_partition_list_t *kafka_places_list(const struct kafka_place *, size_t count);
rd_kafka_t *kafka_consumer_handle(const struct kafka_consumer *);

#endif
