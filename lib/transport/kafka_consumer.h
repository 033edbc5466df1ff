/*
 * kafka_consumer.h -- a member of a consumer group: messages of the partitions that are its own.
 *
 * Only what is committed is read. Topics are lanes: they are drained in their order, but each that
 * waits gets its floor of what a poll takes. Callbacks come from within poll() and close(), in
 * their thread: partitions are one's own from assigned() until revoked() returns.
 */
#ifndef TRANSPORT_KAFKA_CONSUMER_H
#define TRANSPORT_KAFKA_CONSUMER_H

#include "transport/kafka.h"
#include "transport/kafka_config.h"

struct kafka_rebalance {
	/* Each place says KAFKA_COMMITTED; another offset may be written there. */
	void (*assigned)(void *with, struct kafka_place *, size_t count);
	/* lost: they are somebody else's already; nothing of them can be committed any more. */
	void (*revoked)(void *with, const struct kafka_place *, size_t count, bool lost);
	void *with;
};

/* Topics end with NULL, and must exist; instance: a stable name of this member, or NULL. stop: a
 * descriptor that ends waiting when it is readable. ERR_FATAL, ERR_DOWN. */
struct kafka_consumer *kafka_consumer_open(const struct kafka_config *, const char *const *topics,
					   const char *group, const char *instance, int stop,
					   struct kafka_rebalance, struct err *);
/* Leaves the group, so that others take over at once. NULL is fine. */
void kafka_consumer_close(struct kafka_consumer *);

/* Messages up to `room` or, all together, about max_bytes, waiting for the first one. They live
 * until the next call, but for those whose partitions are revoked meanwhile: they are not returned.
 * 0: none came. -1: ERR_FATAL. */
#define KAFKA_POLL_MESSAGES 1000
struct kafka_polled {
	const struct kafka_message *messages;
	size_t count;
};
int kafka_consumer_poll(struct kafka_consumer *, size_t room, size_t max_bytes, int64_t wait_ms,
			struct kafka_polled *, struct err *);
/* To be called while poll() cannot be, about every second: holds all partitions back (the next
 * poll() goes on), and serves the group. Callbacks may come. -1: ERR_FATAL. */
int kafka_consumer_hold(struct kafka_consumer *, struct err *);

/* The next poll goes on from there; what poll() returned before must not be used any more.
 * ERR_DOWN. */
int kafka_consumer_seek(struct kafka_consumer *, const struct kafka_place *, size_t count,
			struct err *);
/* What of these the group has committed; offset KAFKA_COMMITTED: nothing yet. Waits for commits
 * under way. ERR_DOWN. */
int kafka_consumer_committed(struct kafka_consumer *, struct kafka_place *, size_t count,
			     struct err *);
/* Outside of any transaction. ERR_RETRY: the group has gone on without us; ERR_DOWN. */
int kafka_consumer_commit(struct kafka_consumer *, const struct kafka_place *, size_t count,
			  struct err *);
bool kafka_consumer_reaches(struct kafka_consumer *); /* some broker, as far as is known */
/* What the partition of this place holds, as its broker says: the oldest offset, and the one behind
 * the last that is committed. ERR_FATAL, ERR_DOWN. */
int kafka_consumer_range(struct kafka_consumer *, const struct kafka_place *, int64_t *begin,
			 int64_t *end, struct err *);
/* Messages of the partition behind this place; -1: not known yet. */
int64_t kafka_consumer_lag(struct kafka_consumer *, const struct kafka_place *);

#endif
