#include "transport/kafka_reader.h"

#include "base/clock.h"
#include "base/mem.h"
#include "transport/kafka_client.h"

#define WAIT_MS    100
#define HEADERS    32
#define ASK_MS     5000
#define PATIENT_MS 60000 /* without any progress */

struct reading {
	rd_kafka_t *rk;
	rd_kafka_topic_t *topic;
	struct kafka_place *place;
	int (*take)(void *, const struct kafka_message *, struct err *);
	void *with;
	int64_t end; /* of the partition when it was first reached; -1: not yet */
};

/* Messages that are not committed yet hold back those behind them: the end for us is then before
 * the partition's. */
static void
find_end(struct reading *r)
{
	int64_t low, high;

	if (r->end < 0 &&
	    rd_kafka_get_watermark_offsets(r->rk, r->place->topic, r->place->partition, &low,
					   &high) == RD_KAFKA_RESP_ERR_NO_ERROR)
		r->end = high;
}

/* 1: that was the end. */
static int
take_one(struct reading *r, const rd_kafka_message_t *m, struct err *err)
{
	struct kafka_header headers[HEADERS];

	if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		if (m->offset > r->place->offset)
			r->place->offset = m->offset;
		find_end(r);
		return r->end >= 0 && m->offset >= r->end;
	}
	if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return err_set(err, kafka_error_class(m->err), "%s", rd_kafka_message_errstr(m));
	struct kafka_message message = {
		.topic = r->place->topic,
		.partition = m->partition,
		.offset = m->offset,
		.timestamp_ms = rd_kafka_message_timestamp(m, NULL),
		.key = {m->key, m->key_len},
		.value = {m->payload, m->len},
		.headers = headers,
		.header_count = kafka_headers_read(m, headers, HEADERS),
	};
	if (r->take(r->with, &message, err) != 0)
		return -1;
	r->place->offset = m->offset + 1;
	return 0;
}

/* As far as can be told now; else nothing is left, for all that is known. */
static int64_t
ask_end(const struct reading *r)
{
	int64_t low, high;

	return rd_kafka_query_watermark_offsets(r->rk, r->place->topic, r->place->partition, &low,
						&high, ASK_MS) == RD_KAFKA_RESP_ERR_NO_ERROR
		       ? high
		       : r->place->offset;
}

static int
read_to_end(struct reading *r, struct err *err)
{
	int64_t progress_ms = clock_monotonic_ms();
	int result = 0;

	while (result == 0) {
		rd_kafka_message_t *m = rd_kafka_consume(r->topic, r->place->partition, WAIT_MS);
		if (m != NULL) {
			result = take_one(r, m, err);
			rd_kafka_message_destroy(m);
			progress_ms = clock_monotonic_ms();
		} else if (clock_monotonic_ms() - progress_ms > PATIENT_MS) {
			result = err_set(err, ERR_DOWN, "nothing came for %d s", PATIENT_MS / 1000);
		}
	}
	return result > 0 ? 0 : -1;
}

int
kafka_reader_run(const struct kafka_config *config, struct kafka_place *place,
		 int (*take)(void *, const struct kafka_message *, struct err *), void *with,
		 int64_t *end, struct err *err)
{
	static const struct kafka_conf_row rows[] = {
		{"isolation.level", "read_committed"}, {"enable.partition.eof", "true"}, {0}};
	struct reading r = {.place = place, .take = take, .with = with, .end = -1};
	rd_kafka_conf_t *conf = kafka_conf_make(config, rows, err);
	int result = -1;

	if (conf == NULL)
		return -1;
	r.rk = kafka_client_new(RD_KAFKA_CONSUMER, conf, err);
	if (r.rk == NULL)
		return -1;
	r.topic = rd_kafka_topic_new(r.rk, place->topic, NULL);
	if (end != NULL)
		*end = ask_end(&r);
	if (r.topic == NULL ||
	    rd_kafka_consume_start(r.topic, place->partition, place->offset) != 0) {
		err_set(err, ERR_FATAL, "%s", rd_kafka_err2str(rd_kafka_last_error()));
	} else {
		result = read_to_end(&r, err);
		(void)rd_kafka_consume_stop(r.topic, place->partition);
	}
	if (result != 0)
		err_prefix(err, "could not read topic \"%s\", partition %d: ", place->topic,
			   place->partition);
	if (r.topic != NULL)
		rd_kafka_topic_destroy(r.topic);
	rd_kafka_destroy(r.rk);
	return result;
}
