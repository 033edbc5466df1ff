#include "transport/kafka_admin.h"

#include "base/mem.h"
#include "transport/kafka_client.h"
#include <stdio.h>

#define MAKE_MS 15000
#define QUORUM  2 /* of three replicas and more, so many have what is acknowledged */

static rd_kafka_t *
open_client(const struct kafka_config *config, struct err *err)
{
	static const struct kafka_conf_row none[] = {{0}};
	rd_kafka_conf_t *conf = kafka_conf_make(config, none, err);

	return conf == NULL ? NULL : kafka_client_new(RD_KAFKA_PRODUCER, conf, err);
}

int
kafka_admin_reach(const struct kafka_config *config, int64_t wait_ms, struct err *err)
{
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_t *rk = open_client(config, err);

	if (rk == NULL)
		return -1;
	rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 0, NULL, &metadata, (int)wait_ms);
	if (metadata != NULL)
		rd_kafka_metadata_destroy(metadata);
	rd_kafka_destroy(rk);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return 0;
	return err_set(err, kafka_error_class(code), "could not reach Kafka: %s",
		       rd_kafka_err2str(code));
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

static void
set_configs(rd_kafka_NewTopic_t *topic, const struct kafka_topic_plan *plan)
{
	char text[32];

	if (plan->compacted)
		(void)rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "compact");
	if (!plan->compacted && plan->retention_ms != 0) {
		snprintf(text, sizeof(text), "%lld", (long long)plan->retention_ms);
		(void)rd_kafka_NewTopic_set_config(topic, "retention.ms", text);
	}
	if (plan->replicas > QUORUM) {
		snprintf(text, sizeof(text), "%d", QUORUM);
		(void)rd_kafka_NewTopic_set_config(topic, "min.insync.replicas", text);
	}
}

int
kafka_admin_make(const struct kafka_config *config, const struct kafka_topic_plan *plan,
		 struct err *err)
{
	rd_kafka_t *rk = open_client(config, err);
	char why[256] = "";
	int32_t count;

	if (rk == NULL)
		return -1;
	rd_kafka_NewTopic_t *topic =
		rd_kafka_NewTopic_new(plan->name, plan->partitions,
				      plan->replicas == 0 ? -1 : plan->replicas, why, sizeof(why));
	int result = -1;
	if (topic == NULL) {
		err_set(err, ERR_FATAL, "could not make topic \"%s\": %s", plan->name, why);
	} else {
		rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
		set_configs(topic, plan);
		rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
		rd_kafka_event_t *event = rd_kafka_queue_poll(queue, MAKE_MS);
		result = take_result(event, plan->name, err);
		if (result == 0)
			result = kafka_partitions_wait(rk, plan->name, &count, err);
		if (event != NULL)
			rd_kafka_event_destroy(event);
		rd_kafka_queue_destroy(queue);
		rd_kafka_NewTopic_destroy(topic);
	}
	rd_kafka_destroy(rk);
	return result;
}

/* ---- what there is */

static void
take_config(const rd_kafka_ConfigEntry_t *entry, struct kafka_topic_seen *seen)
{
	const char *name = rd_kafka_ConfigEntry_name(entry);
	const char *value = rd_kafka_ConfigEntry_value(entry);
	uint64_t ms;

	if (value != NULL && strcmp(name, "cleanup.policy") == 0)
		seen->compacted = str_find(str_of(value), STR("compact")) < strlen(value);
	if (value != NULL && strcmp(name, "retention.ms") == 0)
		seen->retention_ms = str_to_u64(str_of(value), &ms) && ms <= INT64_MAX
					     ? (int64_t)ms
					     : KAFKA_FOR_EVER;
}

static int
take_configs(rd_kafka_event_t *event, const char *topic, struct kafka_topic_seen *seen,
	     struct err *err)
{
	rd_kafka_resp_err_t code =
		event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
	const rd_kafka_ConfigResource_t **resources = NULL;
	size_t count = 0;

	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		resources = rd_kafka_DescribeConfigs_result_resources(
			rd_kafka_event_DescribeConfigs_result(event), &count);
	if (count == 1)
		code = rd_kafka_ConfigResource_error(resources[0]);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return err_set(err, kafka_error_class(code),
			       "could not ask how topic \"%s\" is kept: %s", topic,
			       rd_kafka_err2str(code));
	const rd_kafka_ConfigEntry_t **entries =
		count == 1 ? rd_kafka_ConfigResource_configs(resources[0], &count) : NULL;
	for (size_t i = 0; entries != NULL && i < count; i++)
		take_config(entries[i], seen);
	return 0;
}

static int
ask_configs(rd_kafka_t *rk, const char *topic, struct kafka_topic_seen *seen, struct err *err)
{
	rd_kafka_ConfigResource_t *resource =
		mem_check(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic));
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);

	rd_kafka_DescribeConfigs(rk, &resource, 1, NULL, queue);
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, MAKE_MS);
	int result = take_configs(event, topic, seen, err);
	if (event != NULL)
		rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_ConfigResource_destroy(resource);
	return result;
}

int
kafka_admin_look(const struct kafka_config *config, const char *topic,
		 struct kafka_topic_seen *seen, struct err *err)
{
	rd_kafka_t *rk = open_client(config, err);

	*seen = (struct kafka_topic_seen){0};
	if (rk == NULL)
		return -1;
	int result = kafka_partitions_look(rk, topic, &seen->partitions, &seen->replicas, err);
	if (result == 0 && seen->partitions > 0)
		result = ask_configs(rk, topic, seen, err);
	rd_kafka_destroy(rk);
	return result;
}

/* ---- groups */

static int
ask_standings(rd_kafka_t *rk, const char *topic, int32_t count, struct kafka_standing *standings,
	      struct err *err)
{
	struct kafka_place *places = mem_zero((size_t)count, sizeof(*places));

	for (int32_t i = 0; i < count; i++)
		places[i] = (struct kafka_place){topic, i, KAFKA_COMMITTED};
	rd_kafka_topic_partition_list_t *list = kafka_places_list(places, (size_t)count);
	rd_kafka_resp_err_t code = rd_kafka_committed(rk, list, MAKE_MS);
	for (int32_t i = 0; i < count && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
		standings[i].committed = list->elems[i].offset;
		code = list->elems[i].err;
		if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
			code = rd_kafka_query_watermark_offsets(rk, topic, i, &standings[i].begin,
								&standings[i].end, MAKE_MS);
	}
	rd_kafka_topic_partition_list_destroy(list);
	free(places);
	return code == RD_KAFKA_RESP_ERR_NO_ERROR
		       ? 0
		       : err_set(err, kafka_error_class(code),
				 "could not ask how far topic \"%s\" was read: %s", topic,
				 rd_kafka_err2str(code));
}

int
kafka_admin_standings(const struct kafka_config *config, const char *group, const char *topic,
		      struct kafka_standing **standings, int32_t *count, struct err *err)
{
	const struct kafka_conf_row rows[] = {{"group.id", group}, {0}};
	rd_kafka_conf_t *conf = kafka_conf_make(config, rows, err);
	rd_kafka_t *rk = conf == NULL ? NULL : kafka_client_new(RD_KAFKA_CONSUMER, conf, err);
	int result = -1;

	if (rk == NULL)
		return -1;
	if (kafka_partitions_ask(rk, topic, count, err) == 0) {
		*standings = mem_zero((size_t)*count, sizeof(**standings));
		result = ask_standings(rk, topic, *count, *standings, err);
		if (result != 0)
			free(*standings);
	}
	rd_kafka_destroy(rk);
	return result;
}
