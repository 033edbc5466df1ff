#include "transport/kafka_producer.h"

#include "base/map.h"
#include "base/mem.h"
#include "transport/kafka_client.h"
#include "transport/kafka_consumer.h"

#define FULL_MS  100   /* one wait for room in librdkafka's queue */
#define SERVED   64    /* messages between two looks at what was delivered */
#define FLUSH_MS 10000 /* at least once: one wait for what was sent */

struct topic {
	char *name;
	rd_kafka_topic_t *handle; /* NULL: not made since there was a new client */
	int32_t partitions;
	int64_t *ends;    /* behind the last that was delivered, by partition; NULL: nobody asked */
	size_t too_large; /* bytes of the smallest value that the broker refused for its size */
};

struct kafka_producer {
	const struct kafka_config *config;
	char *transactional_id; /* NULL: at least once */
	rd_kafka_t *rk;         /* NULL: gone; abort() makes a new one */
	bool ready;             /* it has begun with transactions, where it has any */
	bool begun;             /* a transaction */
	bool broken;            /* the client itself is of no more use */
	struct err undelivered; /* at least once: the first since the last commit */
	struct map topics;
	uint64_t sent;
	bool ends_asked;
};

static struct topic *
find_topic(struct kafka_producer *p, const char *name)
{
	struct topic *topic = map_get(&p->topics, str_of(name));

	if (topic == NULL) {
		topic = mem_zero(1, sizeof(*topic));
		topic->name = str_dup(str_of(name));
		topic->too_large = SIZE_MAX;
		*map_place(&p->topics, str_of(topic->name)) = topic;
	}
	return topic;
}

static void
note_end(struct kafka_producer *p, const rd_kafka_message_t *m)
{
	const struct topic *topic;

	if (!p->ends_asked)
		return;
	topic = find_topic(p, rd_kafka_topic_name(m->rkt));
	if (topic->ends != NULL && m->partition < topic->partitions &&
	    m->offset >= topic->ends[m->partition])
		topic->ends[m->partition] = m->offset + 1;
}

/* Called from within our own calls. */
static void
on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *with)
{
	struct kafka_producer *p = with;

	(void)rk;
	if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		note_end(p, m);
		return;
	}
	if (m->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
		struct topic *topic = find_topic(p, rd_kafka_topic_name(m->rkt));
		if (m->len < topic->too_large)
			topic->too_large = m->len;
		p->broken = true; /* its count of messages has a gap now */
	}
	if (p->undelivered.class == ERR_NONE)
		err_set(&p->undelivered,
			kafka_error_class(m->err) == ERR_FATAL ? ERR_FATAL : ERR_RETRY,
			"could not deliver to topic \"%s\": %s", rd_kafka_topic_name(m->rkt),
			rd_kafka_err2str(m->err));
}

/* Errors come back from the calls they concern. */
static void
on_error(rd_kafka_t *rk, int code, const char *why, void *with)
{
	(void)rk, (void)code, (void)why, (void)with;
}

/* Takes over the error of a transactional call. Whoever fenced us, or whatever the coordinator has
 * forgotten: a new producer can go on, from what is committed. */
static int
take_error(struct kafka_producer *p, rd_kafka_error_t *error, const char *what, struct err *err)
{
	char first[256];

	if (error == NULL)
		return 0;
	rd_kafka_resp_err_t code = rd_kafka_error_code(error);
	enum err_class class = kafka_error_class(code);
	if (rd_kafka_error_is_fatal(error)) {
		p->broken = true;
		code = rd_kafka_fatal_error(p->rk, first, sizeof(first));
		class = kafka_error_class(code) == ERR_FATAL ? ERR_FATAL : ERR_RETRY;
	} else if (class != ERR_FATAL) {
		class = rd_kafka_error_is_retriable(error) ? ERR_DOWN : ERR_RETRY;
	}
	err_set(err, class, "could not %s: %s", what, rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return -1;
}

static int
begin_client(struct kafka_producer *p, struct err *err)
{
	const struct kafka_conf_row rows[] = {
		{"enable.idempotence", "true"}, {"transactional.id", p->transactional_id}, {0}};
	rd_kafka_conf_t *conf;

	if (p->rk == NULL) {
		conf = kafka_conf_make(p->config, rows, err);
		if (conf == NULL)
			return -1;
		rd_kafka_conf_set_opaque(conf, p);
		rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
		rd_kafka_conf_set_error_cb(conf, on_error);
		p->rk = kafka_client_new(RD_KAFKA_PRODUCER, conf, err);
		if (p->rk == NULL)
			return -1;
	}
	if (p->transactional_id != NULL && take_error(p, rd_kafka_init_transactions(p->rk, -1),
						      "begin with transactions", err) != 0)
		return -1;
	p->ready = true;
	return 0;
}

/* What was not sent yet must not be: the transaction is nobody's any more. */
static void
end_client(struct kafka_producer *p)
{
	if (p->rk == NULL)
		return;
	(void)rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	for (size_t i = 0; i < p->topics.used; i++) {
		struct topic *topic = p->topics.entries[i].value;
		if (topic->handle != NULL)
			rd_kafka_topic_destroy(topic->handle);
		topic->handle = NULL;
	}
	rd_kafka_destroy(p->rk);
	p->rk = NULL;
	p->ready = p->begun = p->broken = false;
}

struct kafka_producer *
kafka_producer_open(const struct kafka_config *config, const char *transactional_id,
		    struct err *err)
{
	struct kafka_producer *p = mem_zero(1, sizeof(*p));

	p->config = config;
	p->transactional_id = transactional_id == NULL ? NULL : str_dup(str_of(transactional_id));
	if (begin_client(p, err) == 0)
		return p;
	kafka_producer_close(p);
	return NULL;
}

void
kafka_producer_close(struct kafka_producer *p)
{
	if (p == NULL)
		return;
	end_client(p);
	for (size_t i = 0; i < p->topics.used; i++) {
		struct topic *topic = p->topics.entries[i].value;
		free(topic->ends);
		free(topic->name);
		free(topic);
	}
	map_free(&p->topics);
	free(p->transactional_id);
	free(p);
}

int
kafka_producer_partitions(struct kafka_producer *p, const char *name, int32_t *count,
			  struct err *err)
{
	struct topic *topic = find_topic(p, name);

	if (topic->partitions == 0 &&
	    kafka_partitions_wait(p->rk, name, &topic->partitions, err) != 0)
		return -1;
	*count = topic->partitions;
	return 0;
}

int64_t
kafka_producer_end(struct kafka_producer *p, const char *name, int32_t partition)
{
	struct topic *topic = find_topic(p, name);

	if (partition >= topic->partitions)
		return -1;
	if (topic->ends == NULL) {
		topic->ends = mem_zero((size_t)topic->partitions, sizeof(*topic->ends));
		for (int32_t i = 0; i < topic->partitions; i++)
			topic->ends[i] = -1;
		p->ends_asked = true;
	}
	return topic->ends[partition];
}

static int
begin(struct kafka_producer *p, struct err *err)
{
	if (p->begun || p->transactional_id == NULL)
		return 0;
	if (take_error(p, rd_kafka_begin_transaction(p->rk), "begin a transaction", err) != 0)
		return -1;
	p->begun = true;
	return 0;
}

static rd_kafka_headers_t *
copy_headers(const struct kafka_message *m)
{
	rd_kafka_headers_t *headers;

	if (m->header_count == 0)
		return NULL;
	headers = mem_check(rd_kafka_headers_new(m->header_count));
	for (size_t i = 0; i < m->header_count; i++)
		(void)rd_kafka_header_add(headers, m->headers[i].name, -1, m->headers[i].value.ptr,
					  (ssize_t)m->headers[i].value.len);
	return headers;
}

static rd_kafka_resp_err_t
produce(struct kafka_producer *p, struct topic *topic, const struct kafka_message *m)
{
	rd_kafka_headers_t *headers = copy_headers(m);
	rd_kafka_resp_err_t code;

	/* librdkafka takes the value as void *, and copies it; by name it would look for the topic
	 * each time. */
	if (topic->handle == NULL)
		topic->handle = mem_check(rd_kafka_topic_new(p->rk, topic->name, NULL));
	code = rd_kafka_producev(
		p->rk, RD_KAFKA_V_RKT(topic->handle), RD_KAFKA_V_PARTITION(m->partition),
		RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(m->key.ptr, m->key.len),
		RD_KAFKA_V_VALUE((char *)m->value.ptr, m->value.len), RD_KAFKA_V_HEADERS(headers),
		RD_KAFKA_V_END);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR && headers != NULL)
		rd_kafka_headers_destroy(headers);
	return code;
}

static int
refuse_size(const struct kafka_message *m, struct err *err)
{
	return err_set(err, ERR_INPUT, "%zu bytes are more than topic \"%s\" takes in one message",
		       m->value.len, m->topic);
}

int
kafka_producer_send(struct kafka_producer *p, const struct kafka_message *m, struct err *err)
{
	struct topic *topic = find_topic(p, m->topic);
	rd_kafka_resp_err_t code;

	if (m->value.len >= topic->too_large)
		return refuse_size(m, err);
	if (begin(p, err) != 0)
		return -1;
	while ((code = produce(p, topic, m)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		(void)rd_kafka_poll(p->rk, FULL_MS); /* bounded by message.timeout.ms */
	if (++p->sent % SERVED == 0)
		(void)rd_kafka_poll(p->rk, 0);
	switch (code) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		return 0;
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
		return refuse_size(m, err);
	case RD_KAFKA_RESP_ERR__FATAL:
		p->broken = true;
		break;
	default:
		break;
	}
	return err_set(err, kafka_error_class(code) == ERR_FATAL ? ERR_FATAL : ERR_RETRY,
		       "could not send to topic \"%s\": %s", m->topic, rd_kafka_err2str(code));
}

static int
commit_at_least_once(struct kafka_producer *p, struct kafka_consumer *consumer,
		     const struct kafka_place *places, size_t count, struct err *err)
{
	if (rd_kafka_flush(p->rk, FLUSH_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return err_set(err, ERR_DOWN, "could not deliver: no answer within %d s",
			       FLUSH_MS / 1000);
	if (p->undelivered.class != ERR_NONE) {
		*err = p->undelivered;
		return -1;
	}
	return count == 0 ? 0 : kafka_consumer_commit(consumer, places, count, err);
}

static int
send_places(struct kafka_producer *p, struct kafka_consumer *consumer,
	    const struct kafka_place *places, size_t count, struct err *err)
{
	rd_kafka_topic_partition_list_t *list = kafka_places_list(places, count);
	rd_kafka_consumer_group_metadata_t *group =
		rd_kafka_consumer_group_metadata(kafka_consumer_handle(consumer));
	int result = take_error(p, rd_kafka_send_offsets_to_transaction(p->rk, list, group, -1),
				"commit offsets", err);

	rd_kafka_consumer_group_metadata_destroy(group);
	rd_kafka_topic_partition_list_destroy(list);
	return result;
}

int
kafka_producer_commit(struct kafka_producer *p, struct kafka_consumer *consumer,
		      const struct kafka_place *places, size_t count, struct err *err)
{
	if (p->transactional_id == NULL)
		return commit_at_least_once(p, consumer, places, count, err);
	if (!p->begun && count == 0)
		return 0;
	if (begin(p, err) != 0 || (count > 0 && send_places(p, consumer, places, count, err) != 0))
		return -1;
	if (take_error(p, rd_kafka_commit_transaction(p->rk, -1), "commit", err) != 0) {
		if (p->undelivered.class == ERR_FATAL)
			*err = p->undelivered;
		return -1;
	}
	p->begun = false;
	return 0;
}

int
kafka_producer_abort(struct kafka_producer *p, struct err *err)
{
	p->undelivered.class = ERR_NONE;
	if (p->transactional_id == NULL) {
		(void)rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE);
		(void)rd_kafka_flush(p->rk, 0);
		p->undelivered.class = ERR_NONE; /* of what was purged */
		return 0;
	}
	if (p->ready && !p->broken) {
		if (!p->begun)
			return 0;
		if (take_error(p, rd_kafka_abort_transaction(p->rk, -1), "abort", err) == 0) {
			p->begun = false;
			p->undelivered.class = ERR_NONE;
			return 0;
		}
		if (err->class == ERR_DOWN)
			return -1;
	}
	if (p->ready || p->broken)
		end_client(p);
	return begin_client(p, err);
}
