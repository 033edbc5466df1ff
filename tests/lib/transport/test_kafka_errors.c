/* From topic to topic, as a stage goes, while a broker answers with one error after another: all is
 * taken, in order, and nothing of it ends the way. */
#include "check.h"

#include "base/buf.h"
#include "base/clock.h"
#include "transport/kafka_client.h"
#include "transport/kafka_consumer.h"
#include "transport/kafka_producer.h"
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>

#define E(name)    RD_KAFKA_RESP_ERR_##name
#define CUT_OFF    RD_KAFKA_RESP_ERR__TRANSPORT /* instead of an answer */
#define GROUP      "copy"
#define EACH       6 /* messages while an error comes */
#define PATIENT_MS 30000

enum { HEARTBEAT = 12, INIT_PRODUCER_ID = 22 };
static const struct row {
	const char *request;
	int16_t api;
	bool joining; /* is asked only when the group comes together */
	rd_kafka_resp_err_t errors[6];
} rows[] = {
	{"Produce", 0, false, {E(NOT_LEADER_FOR_PARTITION), E(NOT_ENOUGH_REPLICAS), CUT_OFF}},
	{"Fetch", 1, false, {E(NOT_LEADER_FOR_PARTITION), E(KAFKA_STORAGE_ERROR), CUT_OFF}},
	{"ListOffsets", 2, true, {E(NOT_LEADER_FOR_PARTITION), E(LEADER_NOT_AVAILABLE), CUT_OFF}},
	{"Metadata", 3, true, {E(LEADER_NOT_AVAILABLE), CUT_OFF}},
	{"OffsetFetch", 9, true, {E(COORDINATOR_LOAD_IN_PROGRESS), E(NOT_COORDINATOR), CUT_OFF}},
	{"FindCoordinator", 10, true, {E(COORDINATOR_NOT_AVAILABLE), CUT_OFF}},
	{"JoinGroup", 11, true, {E(COORDINATOR_LOAD_IN_PROGRESS), E(UNKNOWN_MEMBER_ID), CUT_OFF}},
	{"Heartbeat",
	 12,
	 false,
	 {E(REBALANCE_IN_PROGRESS), E(ILLEGAL_GENERATION), E(UNKNOWN_MEMBER_ID), E(NOT_COORDINATOR),
	  CUT_OFF}},
	{"SyncGroup", 14, true, {E(REBALANCE_IN_PROGRESS), E(UNKNOWN_MEMBER_ID), CUT_OFF}},
	{"InitProducerId",
	 22,
	 false,
	 {E(COORDINATOR_LOAD_IN_PROGRESS), E(NOT_COORDINATOR), E(CONCURRENT_TRANSACTIONS),
	  CUT_OFF}},
	{"AddPartitionsToTxn",
	 24,
	 false,
	 {E(CONCURRENT_TRANSACTIONS), E(COORDINATOR_LOAD_IN_PROGRESS), E(NOT_COORDINATOR),
	  E(INVALID_PRODUCER_EPOCH), CUT_OFF}},
	{"AddOffsetsToTxn",
	 25,
	 false,
	 {E(CONCURRENT_TRANSACTIONS), E(COORDINATOR_NOT_AVAILABLE), E(INVALID_PRODUCER_EPOCH),
	  CUT_OFF}},
	{"EndTxn",
	 26,
	 false,
	 {E(COORDINATOR_LOAD_IN_PROGRESS), E(NOT_COORDINATOR), E(INVALID_PRODUCER_EPOCH), CUT_OFF}},
	{"TxnOffsetCommit",
	 28,
	 false,
	 {E(ILLEGAL_GENERATION), E(UNKNOWN_MEMBER_ID), E(NOT_COORDINATOR),
	  E(INVALID_PRODUCER_EPOCH), CUT_OFF}},
};

static const char *const topics[] = {"in", NULL};
static rd_kafka_t *owner;
static rd_kafka_mock_cluster_t *cluster;
static struct kafka_config *config;
static struct kafka_producer *feed;

struct copy {
	struct kafka_consumer *consumer;
	struct kafka_producer *producer;
	int64_t next, done; /* to be taken, -1: as it comes; committed */
	int assignments;
	bool ours, astray;
};

/* One for all tests, as joining takes seconds. */
static struct copy the_copy = {.next = -1};

static int
start_cluster(void **state)
{
	char why[200];
	struct err err = {0};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	(void)state;
	rd_kafka_conf_set_log_cb(conf, NULL);
	owner = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	cluster = rd_kafka_mock_cluster_new(owner, 3);
	config = kafka_config_new();
	if (kafka_config_add(config, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster),
			     &err) != 0 ||
	    kafka_config_add(config, "heartbeat.interval.ms", "100", &err) != 0 ||
	    kafka_config_add(config, "session.timeout.ms", "3500", &err) != 0)
		return -1;
	feed = kafka_producer_open(config, NULL, &err);
	return feed == NULL || rd_kafka_mock_topic_create(cluster, "in", 1, 1) != 0 ||
	       rd_kafka_mock_topic_create(cluster, "out", 1, 1) != 0;
}

static int
stop_cluster(void **state)
{
	(void)state;
	kafka_consumer_close(the_copy.consumer);
	kafka_producer_close(the_copy.producer);
	kafka_producer_close(feed);
	kafka_config_free(config);
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(owner);
	return 0;
}

static int64_t fed;

static void
feed_more(void)
{
	struct err err = {0};

	for (int i = 0; i < EACH; i++) {
		char value[24];
		snprintf(value, sizeof(value), "%lld", (long long)fed++);
		struct kafka_message m = {.topic = "in", .value = str_of(value)};
		assert_ok(kafka_producer_send(feed, &m, &err), err);
	}
	while (kafka_producer_commit(feed, NULL, NULL, 0, &err) != 0)
		assert_int_not_equal(err.class, ERR_FATAL);
}

static void
on_assigned(void *with, struct kafka_place *places, size_t count)
{
	struct copy *c = with;

	(void)places;
	c->ours = c->ours || count > 0;
	c->assignments++;
	c->next = -1;
}

static void
on_revoked(void *with, const struct kafka_place *places, size_t count, bool lost)
{
	struct copy *c = with;

	(void)places, (void)count, (void)lost;
	c->ours = false;
	c->astray = true;
}

static void
must_not_be_fatal(const struct err *err, const char *doing)
{
	if (err->class == ERR_FATAL || err->class == ERR_NONE) {
		print_error("%s: %s\n", doing, err->text);
		fail();
	}
}

static void
go_back(struct copy *c)
{
	struct kafka_place place = {"in", 0, 0};
	struct err err = {0};

	while (kafka_producer_abort(c->producer, &err) != 0) {
		must_not_be_fatal(&err, "abort");
		err = (struct err){0};
	}
	c->astray = false;
	if (!c->ours)
		return;
	while (kafka_consumer_committed(c->consumer, &place, 1, &err) != 0) {
		must_not_be_fatal(&err, "ask for places");
		err = (struct err){0};
	}
	place.offset = c->next = c->done; /* the mock keeps no places of transactions */
	if (kafka_consumer_seek(c->consumer, &place, 1, &err) != 0) {
		must_not_be_fatal(&err, "seek");
		c->astray = true;
	}
}

static void
take(struct copy *c, const struct kafka_message *m)
{
	struct kafka_message out = {.topic = "out", .value = m->value};
	struct err err = {0};
	uint64_t number;

	assert_true(str_to_u64(m->value, &number));
	assert_int_equal(number, m->offset);
	if (c->next < 0 && m->offset != c->done) { /* newly ours, from where the group stands */
		c->astray = true;
		return;
	}
	if (c->next >= 0)
		assert_int_equal(m->offset, c->next);
	if (kafka_producer_send(c->producer, &out, &err) != 0) {
		must_not_be_fatal(&err, "send");
		c->astray = true;
	} else {
		c->next = m->offset + 1;
	}
}

static void
commit(struct copy *c)
{
	struct kafka_place place = {"in", 0, c->next};
	struct err err = {0};

	if (kafka_producer_commit(c->producer, c->consumer, &place, 1, &err) == 0) {
		c->done = c->next;
		return;
	}
	must_not_be_fatal(&err, "commit");
	c->astray = true;
}

static void
copy_all(struct copy *c)
{
	int64_t until_ms = clock_monotonic_ms() + PATIENT_MS;
	struct kafka_polled polled;
	struct err err = {0};

	while (c->done < fed) {
		if (clock_monotonic_ms() > until_ms) {
			print_error("committed %lld of %lld\n", (long long)c->done, (long long)fed);
			fail();
		}
		assert_ok(kafka_consumer_poll(c->consumer, EACH, 1 << 20, 50, &polled, &err), err);
		if (c->astray) {
			go_back(c);
			continue;
		}
		for (size_t i = 0; i < polled.count && !c->astray; i++)
			take(c, &polled.messages[i]);
		if (polled.count > 0 && !c->astray)
			commit(c);
	}
}

static void
idle(struct copy *c)
{
	struct kafka_polled polled;
	struct err err = {0};

	assert_ok(kafka_consumer_poll(c->consumer, EACH, 1 << 20, 50, &polled, &err), err);
	assert_int_equal(polled.count, 0);
}

static void
renew_producer(struct copy *c)
{
	struct err err = {0};

	kafka_producer_close(c->producer);
	c->producer = kafka_producer_open(config, GROUP, &err);
	assert_ok(c->producer == NULL, err);
}

static void
come_together_again(struct copy *c)
{
	int64_t until_ms = clock_monotonic_ms() + PATIENT_MS;
	int before = c->assignments;

	rd_kafka_mock_push_request_errors(cluster, HEARTBEAT, 1, E(REBALANCE_IN_PROGRESS));
	while (c->assignments == before && clock_monotonic_ms() < until_ms)
		idle(c);
	assert_int_not_equal(c->assignments, before);
}

static void
what_is_there_is_copied(void **state)
{
	struct err err = {0};

	(void)state;
	renew_producer(&the_copy);
	the_copy.consumer = kafka_consumer_open(
		config, topics, GROUP, NULL, -1,
		(struct kafka_rebalance){on_assigned, on_revoked, &the_copy}, &err);
	assert_ok(the_copy.consumer == NULL, err);
	feed_more();
	copy_all(&the_copy);
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
outlive(struct copy *c, const char *request, const char *error)
{
	int64_t began_ms = clock_monotonic_ms();

	feed_more();
	copy_all(c);
	print_message("# %s: %s: %lld ms\n", request, error,
		      (long long)(clock_monotonic_ms() - began_ms));
	for (size_t i = 0; i < COUNT(rows); i++)
		rd_kafka_mock_clear_request_errors(cluster, rows[i].api);
}

static void
each_error_of_each_request_is_outlived(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t e = 0; !rows[i].joining && rows[i].errors[e] != 0; e++) {
			rd_kafka_mock_push_request_errors(cluster, rows[i].api, 1,
							  rows[i].errors[e]);
			if (rows[i].api == INIT_PRODUCER_ID)
				renew_producer(&the_copy);
			for (int beat = 0; rows[i].api == HEARTBEAT && beat < 8; beat++)
				idle(&the_copy);
			outlive(&the_copy, rows[i].request, rd_kafka_err2name(rows[i].errors[e]));
		}
}

/* Each takes seconds: the first errors of all these requests come together, then the second. */
static void
each_error_while_a_group_comes_together_is_outlived(void **state)
{
	(void)state;
	for (size_t e = 0; e < COUNT(rows->errors); e++) {
		bool any = false;
		for (size_t i = 0; i < COUNT(rows); i++)
			if (rows[i].joining && rows[i].errors[e] != 0) {
				any = true;
				rd_kafka_mock_push_request_errors(cluster, rows[i].api, 1,
								  rows[i].errors[e]);
			}
		if (!any)
			break;
		come_together_again(&the_copy);
		outlive(&the_copy, "all", "together");
	}
}

static void
coordinators_that_move_are_followed(void **state)
{
	(void)state;
	for (int32_t broker = 1; broker <= 3; broker++) {
		assert_int_equal(rd_kafka_mock_coordinator_set(cluster, "group", GROUP, broker), 0);
		feed_more();
		copy_all(&the_copy);
		assert_int_equal(
			rd_kafka_mock_coordinator_set(cluster, "transaction", GROUP, broker), 0);
		assert_int_equal(rd_kafka_mock_partition_set_leader(cluster, "in", 0, broker), 0);
		feed_more();
		copy_all(&the_copy);
	}
}

RUN_TESTS_WITH(start_cluster, stop_cluster, TEST(what_is_there_is_copied),
	       TEST(each_error_of_each_request_is_outlived),
	       TEST(each_error_while_a_group_comes_together_is_outlived),
	       TEST(coordinators_that_move_are_followed))
