#include "check.h"

#include "base/buf.h"
#include "base/mem.h"
#include "transport/kafka_admin.h"
#include "transport/kafka_client.h"
#include "transport/kafka_consumer.h"
#include "transport/kafka_producer.h"
#include "transport/kafka_reader.h"
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>
#include <unistd.h>

enum { API_END_TXN = 26, API_ADD_PARTITIONS = 24, API_TXN_OFFSET_COMMIT = 28, API_PRODUCE = 0 };
#define POLLS 200 /* of 100 ms, for what must come some time */

static rd_kafka_t *owner;
static rd_kafka_mock_cluster_t *cluster;
static struct kafka_config *config;

static int
start_cluster(void **state)
{
	char why[200];

	(void)state;
	struct err err = {0};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_conf_set_log_cb(conf, NULL); /* that it has no brokers */
	owner = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	cluster = rd_kafka_mock_cluster_new(owner, 1);
	config = kafka_config_new();
	return kafka_config_add(config, "bootstrap.servers",
				rd_kafka_mock_cluster_bootstraps(cluster), &err);
}

static int
stop_cluster(void **state)
{
	(void)state;
	kafka_config_free(config);
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(owner);
	return 0;
}

static void
make_topic(const char *name, int partitions)
{
	assert_int_equal(rd_kafka_mock_topic_create(cluster, name, partitions, 1), 0);
}

/* ---- configuration */

static void
a_secret_is_refused_on_a_command_line(void **state)
{
	struct err err = {0};

	(void)state;
	struct kafka_config *c = kafka_config_new();
	assert_int_equal(kafka_config_add_argument(c, "sasl.password=hunter2", &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	assert_null(strstr(err.text, "hunter2"));
	assert_ok(kafka_config_add_argument(c, "client.id = me", &err), err);
	assert_string_equal(kafka_config_get(c, "client.id"), "me");
	kafka_config_free(c);
}

static void
what_delivery_depends_on_is_not_the_users_to_set(void **state)
{
	struct err err = {0};

	(void)state;
	struct kafka_config *c = kafka_config_new();
	assert_int_equal(kafka_config_add_argument(c, "isolation.level=read_uncommitted", &err),
			 -1);
	assert_int_equal(kafka_config_add_argument(c, "enable.auto.commit=true", &err), -1);
	assert_int_equal(kafka_config_add_argument(c, "no.such.thing=1", &err), -1);
	assert_non_null(strstr(err.text, "no.such.thing"));
	assert_int_equal(kafka_config_add_argument(c, "no pair", &err), -1);
	kafka_config_free(c);
}

static void
properties_come_from_a_file_and_from_the_environment(void **state)
{
	char path[] = "/tmp/test_kafka_XXXXXX";
	static const char text[] = "# brokers\n\n client.id = file \nsasl.password=a=b\n";
	struct err err = {0};
	int fd = mkstemp(path);

	(void)state;
	assert_true(write(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	struct kafka_config *c = kafka_config_new();
	setenv("CHATMILL_KAFKA_CLIENT_ID", "environment", 1);
	assert_ok(kafka_config_add_environment(c, &err), err);
	unsetenv("CHATMILL_KAFKA_CLIENT_ID");
	assert_string_equal(kafka_config_get(c, "client.id"), "environment");
	assert_ok(kafka_config_add_file(c, path, &err), err);
	assert_string_equal(kafka_config_get(c, "client.id"), "file");
	assert_string_equal(kafka_config_get(c, "sasl.password"), "a=b");
	unlink(path);
	kafka_config_free(c);
}

/* ---- messages */

struct member {
	struct kafka_consumer *consumer;
	size_t assigned;
	struct buf got; /* values, each behind a space */
	size_t count;
};

static void
count_assigned(void *with, struct kafka_place *places, size_t count)
{
	(void)places;
	((struct member *)with)->assigned += count;
}

static void
ignore_revoked(void *with, const struct kafka_place *places, size_t count, bool lost)
{
	(void)with, (void)places, (void)count, (void)lost;
}

static void
join(struct member *m, const char *const *topics, const char *group)
{
	struct kafka_rebalance rebalance = {count_assigned, ignore_revoked, m};
	struct err err = {0};

	*m = (struct member){0};
	m->consumer = kafka_consumer_open(config, topics, group, NULL, -1, rebalance, &err);
	if (m->consumer == NULL)
		print_error("%s\n", err.text);
	assert_non_null(m->consumer);
}

static void
leave(struct member *m)
{
	kafka_consumer_close(m->consumer);
	buf_free(&m->got);
}

static void
poll_once(struct member *m, size_t room)
{
	struct kafka_polled polled;
	struct err err = {0};

	assert_ok(kafka_consumer_poll(m->consumer, room, 1 << 20, 100, &polled, &err), err);
	for (size_t i = 0; i < polled.count; i++) {
		buf_add_byte(&m->got, ' ');
		buf_add(&m->got, polled.messages[i].value);
	}
	m->count += polled.count;
}

static void
put(struct kafka_producer *p, const char *topic, const char *value)
{
	struct kafka_message m = {.topic = topic, .partition = 0, .value = str_of(value)};
	struct err err = {0};

	assert_ok(kafka_producer_send(p, &m, &err), err);
}

static void
commit(struct kafka_producer *p)
{
	struct err err = {0};

	assert_ok(kafka_producer_commit(p, NULL, NULL, 0, &err), err);
}

static struct kafka_producer *
producer(const char *transactional_id)
{
	struct err err = {0};
	struct kafka_producer *p = kafka_producer_open(config, transactional_id, &err);

	if (p == NULL)
		print_error("%s\n", err.text);
	assert_non_null(p);
	return p;
}

static void
keys_go_where_java_puts_them(void **state)
{
	(void)state; /* toPositive(murmur2(key)) % 1000, by Kafka's own tests of that hash */
	assert_int_equal(kafka_partition_of(STR("21"), 1000), (-973932308 & 0x7fffffff) % 1000);
	assert_int_equal(kafka_partition_of(STR("foobar"), 1000), (-790332482 & 0x7fffffff) % 1000);
	assert_int_equal(kafka_partition_of(STR("a-little-bit-long-string"), 1000),
			 (-985981536 & 0x7fffffff) % 1000);
}

static void
a_message_arrives_with_key_headers_and_nulls(void **state)
{
	const struct kafka_header headers[] = {{"trail", STR("abc")}, {"none", {0}}};
	const char *const topics[] = {"whole", NULL};
	struct kafka_message sent = {.topic = "whole",
				     .partition = 0,
				     .key = STR("key"),
				     .value = {"\0\1", 2},
				     .headers = headers,
				     .header_count = 2};
	struct kafka_polled polled = {0};
	struct member m;
	struct err err = {0};

	(void)state;
	make_topic("whole", 1);
	struct kafka_producer *p = producer("whole");
	assert_ok(kafka_producer_send(p, &sent, &err), err);
	sent.value = (struct str){0};
	assert_ok(kafka_producer_send(p, &sent, &err), err);
	commit(p);
	join(&m, topics, "whole");
	for (int i = 0; i < POLLS && polled.count < 1; i++)
		assert_ok(kafka_consumer_poll(m.consumer, 2, 1000, 100, &polled, &err), err);
	assert_int_equal(polled.count, 2);
	const struct kafka_message *got = polled.messages;
	assert_str(got[0].key, "key");
	assert_int_equal(got[0].value.len, 2);
	assert_int_equal(got[0].header_count, 2);
	assert_string_equal(got[0].headers[0].name, "trail");
	assert_str(got[0].headers[0].value, "abc");
	assert_null(got[0].headers[1].value.ptr);
	assert_null(got[1].value.ptr);
	assert_int_equal(got[1].offset, got[0].offset + 1);
	leave(&m);
	kafka_producer_close(p);
}

static void
a_seek_brings_messages_again(void **state)
{
	const char *const topics[] = {"again", NULL};
	struct kafka_place place = {"again", 0, 1};
	struct member m;
	struct err err = {0};

	(void)state;
	make_topic("again", 1);
	struct kafka_producer *p = producer(NULL);
	put(p, "again", "a");
	put(p, "again", "b");
	put(p, "again", "c");
	commit(p);
	join(&m, topics, "again");
	for (int i = 0; i < POLLS && m.count < 3; i++)
		poll_once(&m, 100);
	assert_ok(kafka_consumer_seek(m.consumer, &place, 1, &err), err);
	for (int i = 0; i < POLLS && m.count < 5; i++)
		poll_once(&m, 100);
	assert_str(buf_str(&m.got), " a b c b c");
	/* held back, the group is served and nothing is lost */
	put(p, "again", "d");
	commit(p);
	for (int i = 0; i < 5; i++)
		assert_ok(kafka_consumer_hold(m.consumer, &err), err);
	for (int i = 0; i < POLLS && m.count < 6; i++)
		poll_once(&m, 100);
	assert_str(buf_str(&m.got), " a b c b c d");
	leave(&m);
	kafka_producer_close(p);
}

/* ---- what goes wrong */

static void
a_group_that_has_gone_on_means_do_it_again(void **state)
{
	const char *const topics[] = {"fenced", NULL};
	struct kafka_place place = {"fenced", 0, 1};
	struct member m;
	struct err err = {0};

	(void)state;
	make_topic("fenced", 1);
	struct kafka_producer *p = producer("fenced");
	join(&m, topics, "fenced");
	for (int i = 0; i < POLLS && m.assigned < 1; i++)
		poll_once(&m, 1);
	put(p, "fenced", "x");
	rd_kafka_mock_push_request_errors(cluster, API_TXN_OFFSET_COMMIT, 1,
					  RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
	assert_int_equal(kafka_producer_commit(p, m.consumer, &place, 1, &err), -1);
	assert_int_equal(err.class, ERR_RETRY);
	err = (struct err){0};
	assert_ok(kafka_producer_abort(p, &err), err);
	put(p, "fenced", "x");
	assert_ok(kafka_producer_commit(p, m.consumer, &place, 1, &err), err);
	leave(&m);
	kafka_producer_close(p);
}

static void
a_fenced_producer_becomes_a_new_one(void **state)
{
	struct err err = {0};

	(void)state;
	make_topic("epoch", 1);
	struct kafka_producer *p = producer("epoch");
	put(p, "epoch", "x");
	rd_kafka_mock_push_request_errors(cluster, API_END_TXN, 1,
					  RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
	assert_int_equal(kafka_producer_commit(p, NULL, NULL, 0, &err), -1);
	assert_int_equal(err.class, ERR_RETRY);
	err = (struct err){0};
	assert_ok(kafka_producer_abort(p, &err), err);
	put(p, "epoch", "y");
	commit(p);
	kafka_producer_close(p);
}

static void
a_coordinator_that_loads_is_waited_for(void **state)
{
	(void)state;
	make_topic("loading", 1);
	struct kafka_producer *p = producer("loading");
	rd_kafka_mock_push_request_errors(cluster, API_ADD_PARTITIONS, 2,
					  RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
					  RD_KAFKA_RESP_ERR_NOT_COORDINATOR);
	put(p, "loading", "x");
	rd_kafka_mock_push_request_errors(cluster, API_END_TXN, 1,
					  RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE);
	commit(p);
	kafka_producer_close(p);
}

static void
what_the_broker_finds_too_large_is_refused_the_next_time(void **state)
{
	struct kafka_message m = {.topic = "small", .partition = 0, .value = STR("too large")};
	struct err err = {0};

	(void)state;
	make_topic("small", 1);
	struct kafka_producer *p = producer("small");
	rd_kafka_mock_push_request_errors(cluster, API_PRODUCE, 1,
					  RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
	assert_ok(kafka_producer_send(p, &m, &err), err);
	assert_int_equal(kafka_producer_commit(p, NULL, NULL, 0, &err), -1);
	assert_int_equal(err.class, ERR_RETRY);
	err = (struct err){0};
	assert_ok(kafka_producer_abort(p, &err), err);
	assert_int_equal(kafka_producer_send(p, &m, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	put(p, "small", "fits");
	commit(p);
	kafka_producer_close(p);
}

static void
a_topic_that_is_not_there_is_named(void **state)
{
	struct err err = {0};
	int32_t count;

	(void)state;
	make_topic("there", 3);
	assert_ok(kafka_admin_partitions(config, "there", &count, &err), err);
	assert_int_equal(count, 3);
	rd_kafka_mock_topic_set_error(cluster, "nowhere", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	assert_int_equal(kafka_admin_partitions(config, "nowhere", &count, &err), -1);
	assert_int_equal(err.class, ERR_FATAL);
	assert_non_null(strstr(err.text, "\"nowhere\""));
}

static void *
make_known_later(void *unused)
{
	usleep(300000);
	rd_kafka_mock_topic_set_error(cluster, "late", RD_KAFKA_RESP_ERR_NO_ERROR);
	return unused;
}

static void
a_topic_that_was_just_made_is_waited_for(void **state)
{
	struct err err = {0};
	pthread_t other;
	int32_t count;

	(void)state;
	make_topic("late", 2);
	struct kafka_producer *p = producer(NULL);
	rd_kafka_mock_topic_set_error(cluster, "late", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	assert_int_equal(pthread_create(&other, NULL, make_known_later, NULL), 0);
	assert_ok(kafka_producer_partitions(p, "late", &count, &err), err);
	assert_int_equal(count, 2);
	pthread_join(other, NULL);
	kafka_producer_close(p);
}

static int
gather(void *with, const struct kafka_message *m, struct err *err)
{
	(void)err;
	buf_add(with, m->value);
	return 0;
}

static void
a_partition_is_read_to_its_end_and_then_on(void **state)
{
	struct kafka_place place = {"read", 0, KAFKA_BEGINNING};
	struct buf got = {0};
	struct err err = {0};

	(void)state;
	make_topic("read", 1);
	struct kafka_producer *p = producer(NULL);
	assert_ok(kafka_reader_run(config, &place, gather, &got, NULL, &err), err);
	assert_int_equal(got.len, 0);
	put(p, "read", "a");
	put(p, "read", "b");
	commit(p);
	assert_ok(kafka_reader_run(config, &place, gather, &got, NULL, &err), err);
	assert_str(buf_str(&got), "ab");
	put(p, "read", "c");
	commit(p);
	assert_ok(kafka_reader_run(config, &place, gather, &got, NULL, &err), err);
	assert_str(buf_str(&got), "abc");
	buf_free(&got);
	kafka_producer_close(p);
}

RUN_TESTS_WITH(start_cluster, stop_cluster, TEST(a_secret_is_refused_on_a_command_line),
	       TEST(what_delivery_depends_on_is_not_the_users_to_set),
	       TEST(properties_come_from_a_file_and_from_the_environment),
	       TEST(keys_go_where_java_puts_them),
	       TEST(a_message_arrives_with_key_headers_and_nulls),
	       TEST(a_seek_brings_messages_again), TEST(a_group_that_has_gone_on_means_do_it_again),
	       TEST(a_fenced_producer_becomes_a_new_one),
	       TEST(a_coordinator_that_loads_is_waited_for),
	       TEST(what_the_broker_finds_too_large_is_refused_the_next_time),
	       TEST(a_topic_that_is_not_there_is_named),
	       TEST(a_topic_that_was_just_made_is_waited_for),
	       TEST(a_partition_is_read_to_its_end_and_then_on))
