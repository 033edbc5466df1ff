/*
 * kafka_producer.h -- messages out, all of them or none between two commits.
 *
 * With a transactional id, messages and the consumer's places become visible together, by commit();
 * without one they leave at once, each at least once. After -1 of class ERR_RETRY or ERR_DOWN,
 * abort() makes the producer as good as new: whoever fenced it, and whatever became of it.
 */
#ifndef TRANSPORT_KAFKA_PRODUCER_H
#define TRANSPORT_KAFKA_PRODUCER_H

#include "transport/kafka.h"
#include "transport/kafka_config.h"

struct kafka_producer;

/* transactional_id: NULL for at least once. ERR_FATAL, ERR_DOWN. */
struct kafka_producer *kafka_producer_open(const struct kafka_config *,
					   const char *transactional_id, struct err *);
void kafka_producer_close(struct kafka_producer *); /* what is not committed is not; NULL is fine */

/* How many partitions the topic has, as it was when first asked. ERR_FATAL: there is none;
 * ERR_DOWN. */
int kafka_producer_partitions(struct kafka_producer *, const char *topic, int32_t *count,
			      struct err *);

/* partition -1: any. The bytes are copied. ERR_INPUT: larger than the broker takes. */
int kafka_producer_send(struct kafka_producer *, const struct kafka_message *, struct err *);

/* What was sent, and that the consumer has come to these places (none: just what was sent).
 * Waits until it is so. */
int kafka_producer_commit(struct kafka_producer *, struct kafka_consumer *,
			  const struct kafka_place *, size_t count, struct err *);
/* Behind the last message of ours that is known to be in a partition given by number; -1: none is.
 */
int64_t kafka_producer_end(struct kafka_producer *, const char *topic, int32_t partition);
/* Takes back what was sent since the last commit. ERR_DOWN: to be called again. ERR_FATAL. */
int kafka_producer_abort(struct kafka_producer *, struct err *);

#endif
