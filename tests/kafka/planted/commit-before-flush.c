/* A mistake for tests/kafka to find: places in the input are committed by themselves, before what
 * was made of it is. Who is killed in between has lost it. */
#include "transport/kafka_consumer.h"
#include "transport/kafka_producer.h"
#include <poll.h>

#define BETWEEN_MS 50 /* a broker with more to do than a test's */

int __real_kafka_producer_commit(struct kafka_producer *, struct kafka_consumer *,
				 const struct kafka_place *, size_t count, struct err *);
int __wrap_kafka_producer_commit(struct kafka_producer *, struct kafka_consumer *,
				 const struct kafka_place *, size_t count, struct err *);

int
__wrap_kafka_producer_commit(struct kafka_producer *p, struct kafka_consumer *consumer,
			     const struct kafka_place *places, size_t count, struct err *err)
{
	if (count > 0 && kafka_consumer_commit(consumer, places, count, err) != 0)
		return -1;
	(void)poll(NULL, 0, BETWEEN_MS);
	return __real_kafka_producer_commit(p, NULL, NULL, 0, err);
}
