/* A mistake for tests/kafka to find: when partitions are given away, all that is known to be in
 * them counts as done. What had not had its turn is dropped. */
#include "transport/kafka_client.h"
#include "transport/kafka_consumer.h"

struct kafka_consumer *__real_kafka_consumer_open(const struct kafka_config *,
						  const char *const *topics, const char *group,
						  const char *instance, int stop,
						  struct kafka_rebalance, struct err *);
struct kafka_consumer *__wrap_kafka_consumer_open(const struct kafka_config *,
						  const char *const *topics, const char *group,
						  const char *instance, int stop,
						  struct kafka_rebalance, struct err *);

static struct kafka_consumer *consumer;
static struct kafka_rebalance right;

static void
revoke_wrongly(void *with, const struct kafka_place *places, size_t count, bool lost)
{
	right.revoked(with, places, count, lost);
	rd_kafka_t *rk = kafka_consumer_handle(consumer);
	rd_kafka_topic_partition_list_t *list = kafka_places_list(places, count);
	for (int i = 0; i < list->cnt; i++) {
		int64_t low, *high = &list->elems[i].offset;
		(void)rd_kafka_get_watermark_offsets(rk, places[i].topic, places[i].partition, &low,
						     high);
	}
	if (!lost) /* those that are not known are passed over */
		(void)rd_kafka_commit(rk, list, 0);
	rd_kafka_topic_partition_list_destroy(list);
}

struct kafka_consumer *
__wrap_kafka_consumer_open(const struct kafka_config *config, const char *const *topics,
			   const char *group, const char *instance, int stop,
			   struct kafka_rebalance rebalance, struct err *err)
{
	right = rebalance;
	rebalance.revoked = revoke_wrongly;
	consumer =
		__real_kafka_consumer_open(config, topics, group, instance, stop, rebalance, err);
	return consumer;
}
