/*
 * topic -- topics from outside, by librdkafka alone, so that tests do not ask chatmill about
 * itself.
 *
 *   topic make NAME PARTITIONS [compacted]
 *   topic drop NAME                  deletes it
 *   topic cut NAME OFFSET            deletes what is before there, as retention does, in partition
 * 0 topic show NAME                  what is committed, a line a message: partition, offset, key,
 *                                    headers (name=value,...), value in hex; "-" is null
 *   topic put NAME                   lines of key and value in hex, each may be "-"
 *   topic ends NAME                  partition and the offset behind its last committed message
 *   topic group NAME TOPIC           partition and committed offset, a line each
 *   topic seek NAME TOPIC OFFSET     puts the group there, in partition 0
 *
 * The broker is $CHATMILL_KAFKA_BOOTSTRAP_SERVERS.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "topic: %s: %s\n", what, why);
	exit(1);
}

static rd_kafka_t *
client(rd_kafka_type_t type, const char *group)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];

	if (rd_kafka_conf_set(conf, "bootstrap.servers", getenv("CHATMILL_KAFKA_BOOTSTRAP_SERVERS"),
			      why, sizeof(why)) != RD_KAFKA_CONF_OK ||
	    rd_kafka_conf_set(conf, "enable.partition.eof", "true", why, sizeof(why)) !=
		    RD_KAFKA_CONF_OK ||
	    rd_kafka_conf_set(conf, "group.id", group, why, sizeof(why)) != RD_KAFKA_CONF_OK)
		fail("configuration", why);
	rd_kafka_conf_set_log_cb(conf, NULL);
	rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof(why));
	if (rk == NULL)
		fail("client", why);
	return rk;
}

static int
count_partitions(rd_kafka_t *rk, const char *name)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
	rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 0, topic, &metadata, 15000);

	if (code == 0)
		code = metadata->topics[0].err;
	if (code != 0)
		fail(name, rd_kafka_err2str(code));
	int count = metadata->topics[0].partition_cnt;
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(topic);
	return count;
}

static void
make(const char *name, int partitions, int compacted)
{
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, "topic");
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	char why[256];
	size_t count;

	rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(name, partitions, 1, why, sizeof(why));
	if (topic == NULL)
		fail(name, why);
	if (compacted)
		rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "compact");
	rd_kafka_CreateTopics(rk, &topic, 1, NULL, queue);
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 30000);
	if (event == NULL || rd_kafka_event_error(event) != 0)
		fail(name, "no answer");
	const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(
		rd_kafka_event_CreateTopics_result(event), &count);
	if (rd_kafka_topic_result_error(results[0]) != 0)
		fail(name, rd_kafka_err2str(rd_kafka_topic_result_error(results[0])));
	rd_kafka_event_destroy(event);
	rd_kafka_NewTopic_destroy(topic);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}

static void
drop(char *name)
{
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, "topic");
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(name);
	size_t count;

	rd_kafka_DeleteTopics(rk, &topic, 1, NULL, queue);
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 30000);
	if (event == NULL || rd_kafka_event_error(event) != 0)
		fail(name, "no answer");
	const rd_kafka_topic_result_t **results = rd_kafka_DeleteTopics_result_topics(
		rd_kafka_event_DeleteTopics_result(event), &count);
	if (rd_kafka_topic_result_error(results[0]) != 0)
		fail(name, rd_kafka_err2str(rd_kafka_topic_result_error(results[0])));
	rd_kafka_event_destroy(event);
	rd_kafka_DeleteTopic_destroy(topic);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}

static void
cut(const char *name, int64_t offset)
{
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, "topic");
	rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
	rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(one, name, 0)->offset = offset;
	rd_kafka_DeleteRecords_t *records = rd_kafka_DeleteRecords_new(one);
	rd_kafka_DeleteRecords(rk, &records, 1, NULL, queue);
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 30000);
	if (event == NULL || rd_kafka_event_error(event) != 0)
		fail(name, "no answer");
	rd_kafka_event_destroy(event);
	rd_kafka_DeleteRecords_destroy(records);
	rd_kafka_topic_partition_list_destroy(one);
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}

static void
print_text(const char *text, size_t len)
{
	if (text == NULL)
		putchar('-');
	for (size_t i = 0; text != NULL && i < len; i++)
		putchar(text[i] < ' ' ? '?' : text[i]);
}

static void
print_message(const rd_kafka_message_t *m)
{
	rd_kafka_headers_t *headers = NULL;
	const char *name;
	const void *value;
	size_t len;

	printf("%d\t%lld\t", (int)m->partition, (long long)m->offset);
	print_text(m->key, m->key_len);
	putchar('\t');
	if (rd_kafka_message_headers(m, &headers) == 0)
		for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &len) == 0;
		     i++) {
			printf("%s%s=", i == 0 ? "" : ",", name);
			print_text(value, len);
		}
	putchar('\t');
	if (m->payload == NULL)
		putchar('-');
	for (size_t i = 0; m->payload != NULL && i < m->len; i++)
		printf("%02x", ((const unsigned char *)m->payload)[i]);
	putchar('\n');
}

#define PARTITIONS_MOST 64

/* Whether this is where the partition ended when that was first known. Transactions under way hold
 * back what is behind them: its end for us is then before that, and they are waited for. */
static int
is_end(rd_kafka_t *rk, const char *name, const rd_kafka_message_t *m)
{
	static int64_t end[PARTITIONS_MOST]; /* 0: not known yet */
	int64_t low;

	if (m->partition >= PARTITIONS_MOST)
		fail(name, "too many partitions");
	return (end[m->partition] > 0 ||
		rd_kafka_get_watermark_offsets(rk, name, m->partition, &low, &end[m->partition]) ==
			0) &&
	       m->offset >= end[m->partition];
}

/* Each committed message of the topic, up to where its partitions end now; how many partitions. */
static int
read_all(const char *name, void (*take)(const rd_kafka_message_t *))
{
	rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, "topic");
	int partitions = count_partitions(rk, name);
	rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(partitions);

	for (int i = 0; i < partitions; i++)
		rd_kafka_topic_partition_list_add(all, name, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(rk, all);
	for (int ended = 0; ended < partitions;) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, 30000);
		if (m == NULL)
			fail(name, "nothing comes");
		if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
			ended += is_end(rk, name, m);
		else if (m->err != 0)
			fail(name, rd_kafka_message_errstr(m));
		else
			take(m);
		rd_kafka_message_destroy(m);
	}
	rd_kafka_topic_partition_list_destroy(all);
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
	return partitions;
}

static long long behind[PARTITIONS_MOST];

static void
note_end(const rd_kafka_message_t *m)
{
	behind[m->partition % PARTITIONS_MOST] = m->offset + 1;
}

static void
print_ends(const char *name)
{
	int partitions = read_all(name, note_end);

	for (int i = 0; i < partitions; i++)
		printf("%d\t%lld\n", i, behind[i]);
}

/* In place; a null is NULL. */
static char *
from_hex(char *text, size_t *len)
{
	*len = 0;
	if (strcmp(text, "-") == 0)
		return NULL;
	for (char *p = text; p[0] != '\0' && p[1] != '\0'; p += 2) {
		const char digits[] = {p[0], p[1], '\0'};
		text[(*len)++] = (char)strtol(digits, NULL, 16);
	}
	return text;
}

static void
put(const char *name)
{
	rd_kafka_t *rk = client(RD_KAFKA_PRODUCER, "topic");
	char *line = NULL;
	size_t room = 0, key_len, len;

	while (getline(&line, &room, stdin) > 0) {
		char *value = strchr(line, ' ');
		if (value == NULL)
			fail(name, "a line is KEY VALUE");
		*value++ = '\0';
		value[strcspn(value, "\n")] = '\0';
		char *key = from_hex(line, &key_len);
		value = from_hex(value, &len);
		rd_kafka_resp_err_t code =
			rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(name), RD_KAFKA_V_KEY(key, key_len),
					  RD_KAFKA_V_VALUE(value, len),
					  RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
		if (code != 0)
			fail(name, rd_kafka_err2str(code));
		rd_kafka_poll(rk, 0);
	}
	if (rd_kafka_flush(rk, 30000) != 0)
		fail(name, "not delivered");
	free(line);
	rd_kafka_destroy(rk);
}

static void
group(const char *name, const char *topic)
{
	rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, name);
	int partitions = count_partitions(rk, topic);
	rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(partitions);

	for (int i = 0; i < partitions; i++)
		rd_kafka_topic_partition_list_add(all, topic, i);
	rd_kafka_resp_err_t code = rd_kafka_committed(rk, all, 30000);
	if (code != 0)
		fail(name, rd_kafka_err2str(code));
	for (int i = 0; i < partitions; i++)
		printf("%d\t%lld\n", i,
		       all->elems[i].offset < 0 ? 0LL : (long long)all->elems[i].offset);
	rd_kafka_topic_partition_list_destroy(all);
	rd_kafka_destroy(rk);
}

static void
seek(const char *name, const char *topic, int64_t offset)
{
	rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, name);
	rd_kafka_topic_partition_list_t *one = rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(one, topic, 0)->offset = offset;
	rd_kafka_resp_err_t code = rd_kafka_commit(rk, one, 0);
	if (code != 0)
		fail(name, rd_kafka_err2str(code));
	rd_kafka_topic_partition_list_destroy(one);
	rd_kafka_destroy(rk);
}

int
main(int argc, char **argv)
{
	if ((argc == 4 || argc == 5) && strcmp(argv[1], "make") == 0)
		make(argv[2], atoi(argv[3]), argc == 5);
	else if (argc == 4 && strcmp(argv[1], "cut") == 0)
		cut(argv[2], atoll(argv[3]));
	else if (argc == 3 && strcmp(argv[1], "drop") == 0)
		drop(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "show") == 0)
		(void)read_all(argv[2], print_message);
	else if (argc == 3 && strcmp(argv[1], "ends") == 0)
		print_ends(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "put") == 0)
		put(argv[2]);
	else if (argc == 4 && strcmp(argv[1], "group") == 0)
		group(argv[2], argv[3]);
	else if (argc == 5 && strcmp(argv[1], "seek") == 0)
		seek(argv[2], argv[3], atoll(argv[4]));
	else
		fail("usage", "make NAME PARTITIONS [compacted], drop NAME, cut NAME OFFSET, show "
			      "NAME, put NAME, ends NAME, group NAME TOPIC, "
			      "seek NAME TOPIC OFFSET");
	return fflush(stdout) == 0 ? 0 : 1;
}
