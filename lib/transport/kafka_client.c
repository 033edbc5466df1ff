#include "transport/kafka_client.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include <poll.h>
#include <syslog.h>

#define ASK_MS   10000
#define HEAR_MS  3000 /* for a topic that was just made to be known everywhere */
#define PAUSE_MS 50

/* Threads of librdkafka's come here, too. Its remarks on properties that concern only the other
 * kind of client are not the user's business: both get the same file. */
static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void)rk;
	if (strcmp(facility, "CONFWARN") == 0)
		return;
	if (level <= LOG_WARNING)
		log_event("kafka", "facility=%s text=\"%s\"", facility, text);
	else
		log_debug("kafka", "facility=%s text=\"%s\"", facility, text);
}

rd_kafka_t *
kafka_client_new(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct err *err)
{
	char why[256];

	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof(why));
	if (rk != NULL)
		return rk;
	rd_kafka_conf_destroy(conf);
	err_set(err, ERR_FATAL, "could not begin with Kafka: %s", why);
	return NULL;
}

enum err_class
kafka_error_class(rd_kafka_resp_err_t code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR__AUTHENTICATION:
	case RD_KAFKA_RESP_ERR__SSL:
	case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
	case RD_KAFKA_RESP_ERR__INVALID_ARG:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR__UNKNOWN_GROUP:
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
	case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
	case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
	case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
	case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
	case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
	case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
	case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
	case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
	case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
		return ERR_FATAL;
	default:
		return ERR_DOWN;
	}
}

size_t
kafka_headers_read(const rd_kafka_message_t *m, struct kafka_header *to, size_t room)
{
	rd_kafka_headers_t *headers;
	size_t count = 0;
	const void *value;

	if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return 0;
	while (count < room &&
	       rd_kafka_header_get_all(headers, count, &to[count].name, &value,
				       &to[count].value.len) == RD_KAFKA_RESP_ERR_NO_ERROR) {
		to[count].value.ptr = value;
		count++;
	}
	return room > 0 ? count : rd_kafka_header_cnt(headers);
}

int
kafka_partitions_look(rd_kafka_t *rk, const char *topic, int32_t *count, int32_t *replicas,
		      struct err *err)
{
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_topic_t *handle = rd_kafka_topic_new(rk, topic, NULL);
	rd_kafka_resp_err_t code = handle == NULL
					   ? rd_kafka_last_error()
					   : rd_kafka_metadata(rk, 0, handle, &metadata, ASK_MS);
	int result = 0;

	*count = *replicas = 0;
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		code = metadata->topic_cnt == 1 ? metadata->topics[0].err
						: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		*count = metadata->topics[0].partition_cnt;
		*replicas = *count > 0 ? metadata->topics[0].partitions[0].replica_cnt : 0;
	} else if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
		result = err_set(err, kafka_error_class(code),
				 "could not ask Kafka about topic \"%s\": %s", topic,
				 rd_kafka_err2str(code));
	}
	if (metadata != NULL)
		rd_kafka_metadata_destroy(metadata);
	if (handle != NULL)
		rd_kafka_topic_destroy(handle);
	return result;
}

int
kafka_partitions_ask(rd_kafka_t *rk, const char *topic, int32_t *count, struct err *err)
{
	int32_t replicas;

	if (kafka_partitions_look(rk, topic, count, &replicas, err) != 0)
		return -1;
	return *count > 0 ? 0 : err_set(err, ERR_FATAL, "there is no topic \"%s\"", topic);
}

int
kafka_partitions_wait(rd_kafka_t *rk, const char *topic, int32_t *count, struct err *err)
{
	int64_t until_ms = clock_monotonic_ms() + HEAR_MS;

	while (kafka_partitions_ask(rk, topic, count, err) != 0) {
		if (clock_monotonic_ms() >= until_ms)
			return -1;
		(void)poll(NULL, 0, PAUSE_MS);
	}
	return 0;
}

rd_kafka_topic_partition_list_t *
kafka_places_list(const struct kafka_place *places, size_t count)
{
	rd_kafka_topic_partition_list_t *list =
		mem_check(rd_kafka_topic_partition_list_new((int)count));

	for (size_t i = 0; i < count; i++)
		rd_kafka_topic_partition_list_add(list, places[i].topic, places[i].partition)
			->offset = places[i].offset;
	return list;
}

int32_t
kafka_partition_of(struct str key, int32_t partitions)
{
	/* The topic is asked only about keys that are not there. */
	return rd_kafka_msg_partitioner_murmur2(NULL, key.ptr, key.len, partitions, NULL, NULL);
}
