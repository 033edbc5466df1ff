#include "transport/kafka_consumer.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "transport/kafka_client.h"
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* librdkafka up to 2.1 takes seek's milliseconds for microseconds. */
#define SEEK_MS      5000000
#define COMMITTED_MS 10000
#define REACH_MS     1000
#define FLOOR        10 /* percent of a poll that a lane gets which waits behind others */

/*
 * With several lanes the queue of each partition is forwarded to its lane's. A message that slips
 * into the consumer's own queue before that happened is taken from there like any other.
 */
struct lane {
	const char *topic;
	rd_kafka_queue_t *queue;
};

struct kafka_consumer {
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue; /* the consumer's own */
	struct lane *lanes;
	size_t lane_count;
	struct kafka_rebalance rebalance;
	int wake, stop;
	bool held;  /* all partitions are paused */
	bool away;  /* no broker answers */
	bool stuck; /* a partition is ours, and librdkafka does not know where to begin in it */
	int64_t asked_ms, began_ms;
	struct err failed; /* in a callback */

	rd_kafka_message_t **taken; /* of the last poll */
	struct kafka_message *messages;
	size_t count, room, bytes;
	struct arena headers;
};

rd_kafka_t *
kafka_consumer_handle(const struct kafka_consumer *c)
{
	return c->rk;
}

static struct kafka_place *
places_of(const rd_kafka_topic_partition_list_t *list)
{
	struct kafka_place *places = mem_zero((size_t)list->cnt, sizeof(*places));

	for (int i = 0; i < list->cnt; i++)
		places[i] = (struct kafka_place){list->elems[i].topic, list->elems[i].partition,
						 list->elems[i].offset};
	return places;
}

/* ---- what the group decides */

static rd_kafka_queue_t *
lane_of(const struct kafka_consumer *c, const char *topic)
{
	for (size_t i = 0; i < c->lane_count; i++)
		if (strcmp(c->lanes[i].topic, topic) == 0)
			return c->lanes[i].queue;
	return NULL;
}

static void
forward(struct kafka_consumer *c, const rd_kafka_topic_partition_list_t *list, bool to_lanes)
{
	for (int i = 0; c->lane_count > 1 && i < list->cnt; i++) {
		const rd_kafka_topic_partition_t *p = &list->elems[i];
		rd_kafka_queue_t *queue =
			rd_kafka_queue_get_partition(c->rk, p->topic, p->partition);
		if (queue == NULL)
			continue;
		rd_kafka_queue_forward(queue, to_lanes ? lane_of(c, p->topic) : NULL);
		rd_kafka_queue_destroy(queue);
	}
}

static void
drop_messages(struct kafka_consumer *c, const rd_kafka_topic_partition_list_t *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct kafka_message *m = &c->messages[i];
		bool gone = false;
		for (int p = 0; p < list->cnt && !gone; p++)
			gone = list->elems[p].partition == m->partition &&
			       strcmp(list->elems[p].topic, m->topic) == 0;
		if (gone) {
			rd_kafka_message_destroy(c->taken[i]);
			continue;
		}
		c->taken[kept] = c->taken[i];
		c->messages[kept++] = *m;
	}
	c->count = kept;
}

static void
take_error(struct kafka_consumer *c, rd_kafka_error_t *error, const char *what)
{
	if (error == NULL)
		return;
	err_set(&c->failed, kafka_error_class(rd_kafka_error_code(error)), "could not %s: %s", what,
		rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
}

static void
take_code(struct kafka_consumer *c, rd_kafka_resp_err_t code, const char *what)
{
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		err_set(&c->failed, kafka_error_class(code), "could not %s: %s", what,
			rd_kafka_err2str(code));
}

static void
on_assign(struct kafka_consumer *c, rd_kafka_topic_partition_list_t *list, bool incremental)
{
	struct kafka_place *places = places_of(list);

	for (int i = 0; i < list->cnt; i++)
		places[i].offset = KAFKA_COMMITTED;
	c->rebalance.assigned(c->rebalance.with, places, (size_t)list->cnt);
	for (int i = 0; i < list->cnt; i++)
		list->elems[i].offset = places[i].offset;
	free(places);
	forward(c, list, true);
	if (incremental)
		take_error(c, rd_kafka_incremental_assign(c->rk, list), "take partitions");
	else
		take_code(c, rd_kafka_assign(c->rk, list), "take partitions");
	if (c->held) /* new ones are not */
		(void)rd_kafka_pause_partitions(c->rk, list);
}

static void
on_revoke(struct kafka_consumer *c, rd_kafka_topic_partition_list_t *list, bool incremental)
{
	struct kafka_place *places = places_of(list);

	drop_messages(c, list);
	c->rebalance.revoked(c->rebalance.with, places, (size_t)list->cnt,
			     rd_kafka_assignment_lost(c->rk) != 0);
	free(places);
	forward(c, list, false);
	if (incremental)
		take_error(c, rd_kafka_incremental_unassign(c->rk, list), "give partitions back");
	else
		take_code(c, rd_kafka_assign(c->rk, NULL), "give partitions back");
}

static void
on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *list,
	     void *with)
{
	struct kafka_consumer *c = with;
	bool incremental = strcmp(rd_kafka_rebalance_protocol(rk), "COOPERATIVE") == 0;

	if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
		on_assign(c, list, incremental);
	else
		on_revoke(c, list, incremental);
}

static void
on_error(rd_kafka_t *rk, int code, const char *why, void *with)
{
	struct kafka_consumer *c = with;
	char first[256];

	if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		c->away = true;
	else if (code == RD_KAFKA_RESP_ERR__FATAL)
		err_set(&c->failed, ERR_FATAL, "Kafka: %s: %s",
			rd_kafka_err2str(rd_kafka_fatal_error(rk, first, sizeof(first))), first);
	else if (kafka_error_class((rd_kafka_resp_err_t)code) == ERR_FATAL)
		err_set(&c->failed, ERR_FATAL, "Kafka: %s", why);
}

/* ---- opening and closing */

static int
subscribe(struct kafka_consumer *c, struct err *err)
{
	rd_kafka_topic_partition_list_t *list =
		mem_check(rd_kafka_topic_partition_list_new((int)c->lane_count));
	rd_kafka_resp_err_t code;
	int32_t partitions;
	int result = 0;

	for (size_t i = 0; i < c->lane_count && result == 0; i++) {
		result = kafka_partitions_wait(c->rk, c->lanes[i].topic, &partitions, err);
		rd_kafka_topic_partition_list_add(list, c->lanes[i].topic, RD_KAFKA_PARTITION_UA);
	}
	if (result == 0 && (code = rd_kafka_subscribe(c->rk, list)) != RD_KAFKA_RESP_ERR_NO_ERROR)
		result = err_set(err, ERR_FATAL, "could not subscribe: %s", rd_kafka_err2str(code));
	rd_kafka_topic_partition_list_destroy(list);
	return result;
}

static int
open_lanes(struct kafka_consumer *c, const char *const *topics, struct err *err)
{
	static const uint64_t one = 1;
	size_t room = 0;

	c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->wake < 0)
		return err_set(err, ERR_FATAL, "could not make an eventfd: %s", strerror(errno));
	rd_kafka_poll_set_consumer(c->rk);
	c->queue = rd_kafka_queue_get_consumer(c->rk);
	rd_kafka_queue_io_event_enable(c->queue, c->wake, &one, sizeof(one));
	for (; *topics != NULL; topics++) {
		struct lane lane = {*topics, rd_kafka_queue_new(c->rk)};
		rd_kafka_queue_io_event_enable(lane.queue, c->wake, &one, sizeof(one));
		MEM_GROW(c->lanes, c->lane_count, room);
		c->lanes[c->lane_count++] = lane;
	}
	return 0;
}

struct kafka_consumer *
kafka_consumer_open(const struct kafka_config *config, const char *const *topics, const char *group,
		    const char *instance, int stop, struct kafka_rebalance rebalance,
		    struct err *err)
{
	const struct kafka_conf_row rows[] = {{"group.id", group},
					      {"group.instance.id", instance},
					      {"enable.auto.commit", "false"},
					      {"enable.auto.offset.store", "false"},
					      {"isolation.level", "read_committed"},
					      {0}};
	struct kafka_consumer *c = mem_zero(1, sizeof(*c));
	rd_kafka_conf_t *conf = kafka_conf_make(config, rows, err);

	c->rebalance = rebalance;
	c->stop = stop;
	c->wake = -1;
	if (conf == NULL)
		goto fail;
	rd_kafka_conf_set_opaque(conf, c);
	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	rd_kafka_conf_set_error_cb(conf, on_error);
	c->rk = kafka_client_new(RD_KAFKA_CONSUMER, conf, err);
	if (c->rk == NULL || open_lanes(c, topics, err) != 0 || subscribe(c, err) != 0)
		goto fail;
	c->room = KAFKA_POLL_MESSAGES;
	c->taken = mem_zero(c->room, sizeof(rd_kafka_message_t *));
	c->messages = mem_zero(c->room, sizeof(*c->messages));
	return c;

fail:
	kafka_consumer_close(c);
	return NULL;
}

static void
forget_messages(struct kafka_consumer *c)
{
	for (size_t i = 0; i < c->count; i++)
		rd_kafka_message_destroy(c->taken[i]);
	c->count = c->bytes = 0;
	arena_reset(&c->headers);
}

void
kafka_consumer_close(struct kafka_consumer *c)
{
	if (c == NULL)
		return;
	forget_messages(c);
	if (c->rk != NULL)
		(void)rd_kafka_consumer_close(c->rk); /* what remains is the group's business */
	for (size_t i = 0; i < c->lane_count; i++)
		rd_kafka_queue_destroy(c->lanes[i].queue);
	if (c->queue != NULL)
		rd_kafka_queue_destroy(c->queue);
	if (c->rk != NULL)
		rd_kafka_destroy(c->rk);
	if (c->wake >= 0)
		close(c->wake);
	arena_free(&c->headers);
	free(c->lanes);
	free(c->messages);
	free(c->taken);
	free(c);
}

/* ---- messages */

static void
keep_message(struct kafka_consumer *c, rd_kafka_message_t *m)
{
	struct kafka_message *to = &c->messages[c->count];
	size_t headers = kafka_headers_read(m, NULL, 0);
	struct kafka_header *list = arena_alloc(&c->headers, headers * sizeof(*list));

	*to = (struct kafka_message){
		.topic = rd_kafka_topic_name(m->rkt),
		.partition = m->partition,
		.offset = m->offset,
		.timestamp_ms = rd_kafka_message_timestamp(m, NULL),
		.key = {m->key, m->key_len},
		.value = {m->payload, m->len},
		.headers = list,
		.header_count = kafka_headers_read(m, list, headers),
	};
	c->taken[c->count++] = m;
	c->bytes += m->len + m->key_len;
	c->away = false;
}

static void
take_event(struct kafka_consumer *c, rd_kafka_message_t *m)
{
	if (kafka_error_class(m->err) == ERR_FATAL)
		err_set(&c->failed, ERR_FATAL, "Kafka: %s", rd_kafka_message_errstr(m));
	/* It asked a coordinator that was none, or not yet, and does not ask again. */
	if (m->err == RD_KAFKA_RESP_ERR_NOT_COORDINATOR ||
	    m->err == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
	    m->err == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS)
		c->stuck = true;
	rd_kafka_message_destroy(m);
}

/* queue: NULL is the consumer's own, which also serves its callbacks. */
static void
take(struct kafka_consumer *c, rd_kafka_queue_t *queue, size_t room, size_t max_bytes)
{
	while (c->count < room && c->bytes < max_bytes) {
		rd_kafka_message_t *m = queue == NULL ? rd_kafka_consumer_poll(c->rk, 0)
						      : rd_kafka_consume_queue(queue, 0);
		if (m == NULL)
			return;
		if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
			keep_message(c, m);
		else
			take_event(c, m);
	}
}

/* How much of `all` the lanes down to this one may have taken: each that waits below has a floor.
 */
static size_t
share_of(const struct kafka_consumer *c, size_t lane, size_t all)
{
	size_t waiting = 0;

	for (size_t i = lane + 1; i < c->lane_count; i++)
		waiting += rd_kafka_queue_length(c->lanes[i].queue) > 0;
	size_t kept = all * FLOOR * waiting / 100;
	return kept + 1 < all ? all - kept : 1;
}

static void
take_all(struct kafka_consumer *c, size_t room, size_t max_bytes)
{
	take(c, NULL, room, max_bytes);
	if (c->lane_count == 1)
		return;
	for (size_t i = 0; i < c->lane_count; i++)
		take(c, c->lanes[i].queue, share_of(c, i, room), share_of(c, i, max_bytes));
	for (size_t i = 0; i < c->lane_count; i++) /* what nobody needed */
		take(c, c->lanes[i].queue, room, max_bytes);
}

static void
wait_for_more(struct kafka_consumer *c, int64_t wait_ms)
{
	struct pollfd fds[] = {{c->wake, POLLIN, 0}, {c->stop, POLLIN, 0}};
	uint64_t unused;

	(void)poll(fds, 2, (int)wait_ms); /* a signal ends it early: the caller looks */
	ssize_t n = read(c->wake, &unused, sizeof(unused));
	(void)n;
}

static int
give_failure(struct kafka_consumer *c, struct err *err)
{
	if (c->failed.class != ERR_FATAL)
		return 0;
	*err = c->failed;
	return -1;
}

static void
resume(struct kafka_consumer *c)
{
	rd_kafka_topic_partition_list_t *all;

	if (!c->held || rd_kafka_assignment(c->rk, &all) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	c->held = false;
	(void)rd_kafka_resume_partitions(c->rk, all);
	rd_kafka_topic_partition_list_destroy(all);
}

/* All partitions, as if they had been given back and were given to us again; not more often than
 * each second. */
static void
begin_again(struct kafka_consumer *c)
{
	bool incremental = strcmp(rd_kafka_rebalance_protocol(c->rk), "COOPERATIVE") == 0;
	rd_kafka_topic_partition_list_t *all;

	if (!c->stuck || clock_monotonic_ms() - c->began_ms < REACH_MS ||
	    rd_kafka_assignment(c->rk, &all) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	c->stuck = false;
	c->began_ms = clock_monotonic_ms();
	if (all->cnt > 0) {
		on_revoke(c, all, incremental);
		on_assign(c, all, incremental);
	}
	rd_kafka_topic_partition_list_destroy(all);
}

int
kafka_consumer_poll(struct kafka_consumer *c, size_t room, size_t max_bytes, int64_t wait_ms,
		    struct kafka_polled *polled, struct err *err)
{
	forget_messages(c);
	resume(c);
	begin_again(c);
	if (room > c->room)
		room = c->room;
	take_all(c, room, max_bytes);
	if (c->count == 0 && wait_ms > 0) {
		wait_for_more(c, wait_ms);
		take_all(c, room, max_bytes);
	}
	*polled = (struct kafka_polled){c->messages, c->count};
	return give_failure(c, err);
}

int
kafka_consumer_hold(struct kafka_consumer *c, struct err *err)
{
	rd_kafka_topic_partition_list_t *all;
	rd_kafka_message_t *m;

	if (!c->held && rd_kafka_assignment(c->rk, &all) == RD_KAFKA_RESP_ERR_NO_ERROR) {
		/* What was fetched ahead is fetched again later: it is not lost. */
		(void)rd_kafka_pause_partitions(c->rk, all);
		rd_kafka_topic_partition_list_destroy(all);
		c->held = true;
	}
	while ((m = rd_kafka_consumer_poll(c->rk, 0)) != NULL) {
		bool is_message = m->err == RD_KAFKA_RESP_ERR_NO_ERROR;
		struct kafka_place place = {rd_kafka_topic_name(m->rkt), m->partition, m->offset};
		if (is_message && kafka_consumer_seek(c, &place, 1, err) != 0)
			err_set(&c->failed, ERR_FATAL, "%s", err->text);
		if (is_message)
			rd_kafka_message_destroy(m);
		else
			take_event(c, m);
	}
	return give_failure(c, err);
}

/* ---- places */

int
kafka_consumer_seek(struct kafka_consumer *c, const struct kafka_place *places, size_t count,
		    struct err *err)
{
	rd_kafka_topic_partition_list_t *list = kafka_places_list(places, count);
	rd_kafka_error_t *error =
		count == 0 ? NULL : rd_kafka_seek_partitions(c->rk, list, SEEK_MS);
	int result = 0;

	if (error != NULL)
		result = err_set(err, ERR_DOWN, "could not go back: %s",
				 rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	for (int i = 0; i < list->cnt && result == 0; i++)
		if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR)
			result = err_set(err, ERR_DOWN, "could not go back in %s/%d: %s",
					 list->elems[i].topic, list->elems[i].partition,
					 rd_kafka_err2str(list->elems[i].err));
	rd_kafka_topic_partition_list_destroy(list);
	return result;
}

int
kafka_consumer_committed(struct kafka_consumer *c, struct kafka_place *places, size_t count,
			 struct err *err)
{
	rd_kafka_topic_partition_list_t *list = kafka_places_list(places, count);
	rd_kafka_resp_err_t code = count == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR
					      : rd_kafka_committed(c->rk, list, COMMITTED_MS);

	for (size_t i = 0; i < count && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
		places[i].offset = list->elems[i].offset;
		code = list->elems[i].err;
	}
	rd_kafka_topic_partition_list_destroy(list);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return 0;
	return err_set(err, kafka_error_class(code), "could not ask for committed offsets: %s",
		       rd_kafka_err2str(code));
}

int
kafka_consumer_commit(struct kafka_consumer *c, const struct kafka_place *places, size_t count,
		      struct err *err)
{
	rd_kafka_topic_partition_list_t *list = kafka_places_list(places, count);
	rd_kafka_resp_err_t code =
		count == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_commit(c->rk, list, 0);

	for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
		code = list->elems[i].err;
	rd_kafka_topic_partition_list_destroy(list);
	switch (code) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		return 0;
	case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
	case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
	case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
	case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
		return err_set(err, ERR_RETRY, "the group has gone on without us: %s",
			       rd_kafka_err2str(code));
	default:
		return err_set(err, kafka_error_class(code), "could not commit offsets: %s",
			       rd_kafka_err2str(code));
	}
}

/* librdkafka says when all brokers are away, and not when one is back. */
bool
kafka_consumer_reaches(struct kafka_consumer *c)
{
	const struct rd_kafka_metadata *metadata;

	if (!c->away || clock_monotonic_ms() - c->asked_ms < REACH_MS)
		return !c->away;
	if (rd_kafka_metadata(c->rk, 0, NULL, &metadata, REACH_MS / 10) ==
	    RD_KAFKA_RESP_ERR_NO_ERROR) {
		rd_kafka_metadata_destroy(metadata);
		c->away = false;
	}
	c->asked_ms = clock_monotonic_ms();
	return !c->away;
}

int
kafka_consumer_range(struct kafka_consumer *c, const struct kafka_place *place, int64_t *begin,
		     int64_t *end, struct err *err)
{
	rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
		c->rk, place->topic, place->partition, begin, end, COMMITTED_MS);

	return code == RD_KAFKA_RESP_ERR_NO_ERROR
		       ? 0
		       : err_set(err, kafka_error_class(code),
				 "could not ask what \"%s/%d\" holds: %s", place->topic,
				 place->partition, rd_kafka_err2str(code));
}

int64_t
kafka_consumer_lag(struct kafka_consumer *c, const struct kafka_place *place)
{
	int64_t low, high;

	if (rd_kafka_get_watermark_offsets(c->rk, place->topic, place->partition, &low, &high) !=
		    RD_KAFKA_RESP_ERR_NO_ERROR ||
	    high < 0 || place->offset < 0)
		return -1;
	return high > place->offset ? high - place->offset : 0;
}
