#include "transport/kafka_admin.h"

#include "base/clock.h"
#include "base/mem.h"
#include "transport/kafka_client.h"

#define MAKE_MS  15000
#define PAUSE_MS 50

static rd_kafka_t *
open_client(const struct kafka_config *config, struct err *err)
{
	static const struct kafka_conf_row none[] = {{0}};
	rd_kafka_conf_t *conf = kafka_conf_make(config, none, err);

	return conf == NULL ? NULL : kafka_client_new(RD_KAFKA_PRODUCER, conf, err);
}

int
kafka_admin_partitions(const struct kafka_config *config, const char *topic, int32_t *count,
		       struct err *err)
{
	rd_kafka_t *rk = open_client(config, err);

	if (rk == NULL)
		return -1;
	int result = kafka_partitions_ask(rk, topic, count, err);
	rd_kafka_destroy(rk);
	return result;
}

static int
take_result(rd_kafka_event_t *event, const char *name, struct err *err)
{
	rd_kafka_resp_err_t code =
		event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
	const char *why = rd_kafka_err2str(code);
	size_t count;

	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		const rd_kafka_topic_result_t **topics = rd_kafka_CreateTopics_result_topics(
			rd_kafka_event_CreateTopics_result(event), &count);
		code = rd_kafka_topic_result_error(topics[0]);
		why = rd_kafka_topic_result_error_string(topics[0]);
	}
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
		return 0;
	return err_set(err, kafka_error_class(code), "could not make topic \"%s\": %s", name,
		       why == NULL ? rd_kafka_err2str(code) : why);
}

/* A broker may have made a topic, and not have heard of it yet. */
static int
wait_until_known(rd_kafka_t *rk, const char *name, struct err *err)
{
	int64_t until_ms = clock_monotonic_ms() + MAKE_MS;
	int32_t count;

	while (kafka_partitions_ask(rk, name, &count, err) != 0) {
		if (clock_monotonic_ms() >= until_ms)
			return -1;
		(void)rd_kafka_poll(rk, PAUSE_MS);
	}
	return 0;
}

int
kafka_admin_make(const struct kafka_config *config, const struct kafka_topic_plan *plan,
		 struct err *err)
{
	rd_kafka_t *rk = open_client(config, err);
	char why[256] = "";

	if (rk == NULL)
		return -1;
	/* -1: as many replicas as the brokers make by default */
	rd_kafka_NewTopic_t *topic =
		rd_kafka_NewTopic_new(plan->name, plan->partitions, -1, why, sizeof(why));
	int result = -1;
	if (topic == NULL) {
		err_set(err, ERR_FATAL, "could not make topic \"%s\": %s", plan->name, why);
	} else {
		rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
		if (plan->compacted)
			(void)rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "compact");
		rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
		rd_kafka_event_t *event = rd_kafka_queue_poll(queue, MAKE_MS);
		result = take_result(event, plan->name, err);
		if (result == 0)
			result = wait_until_known(rk, plan->name, err);
		if (event != NULL)
			rd_kafka_event_destroy(event);
		rd_kafka_queue_destroy(queue);
		rd_kafka_NewTopic_destroy(topic);
	}
	rd_kafka_destroy(rk);
	return result;
}
