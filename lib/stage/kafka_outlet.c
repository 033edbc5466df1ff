#include "stage/kafka_outlet.h"

#include "avro/datum.h"
#include "avro/plan.h"
#include "base/mem.h"
#include "stage/batch.h"
#include "stage/kafka_frame.h"
#include <assert.h>

#define HEADERS_MOST 64

struct keyed { /* what is read of a record */
	struct str key;
};

/* A message that is not full yet. */
struct pending {
	uint64_t count;
	struct buf records, key, headers; /* headers: as packed below */
};

struct kafka_outlet {
	struct kafka_producer *producer;
	struct kafka_outlet_plan plan;
	const struct avro_node *record;
	struct field rows[2];
	struct avro_plan *keys; /* NULL: the message's key counts */
	struct arena arena;
	int32_t partitions;
	uint32_t turn;           /* of records without a key */
	struct pending *pending; /* by partition */
	struct buf value, packed;
	uint64_t bytes;
};

static int
open_keys(struct kafka_outlet *o, struct err *err)
{
	if (o->plan.key_path == NULL || o->record->type != AVRO_RECORD)
		return 0;
	o->rows[0] = (struct field){.path = o->plan.key_path,
				    .type = FIELD_STR,
				    .of = sizeof(struct keyed),
				    .at = offsetof(struct keyed, key),
				    .optional = true};
	o->keys = avro_plan_new(o->record, o->rows, (struct str){0}, err);
	return o->keys == NULL ? err_prefix(err, "the key of topic \"%s\": ", o->plan.topic) : 0;
}

struct kafka_outlet *
kafka_outlet_open(struct kafka_producer *producer, const struct kafka_outlet_plan *plan,
		  struct err *err)
{
	struct kafka_outlet *o = mem_zero(1, sizeof(*o));

	o->producer = producer;
	o->plan = *plan;
	o->record = avro_schema_root(plan->schema);
	if (kafka_producer_partitions(producer, plan->topic, &o->partitions, err) != 0 ||
	    open_keys(o, err) != 0) {
		kafka_outlet_close(o);
		return NULL;
	}
	o->pending = mem_zero((size_t)o->partitions, sizeof(*o->pending));
	return o;
}

void
kafka_outlet_close(struct kafka_outlet *o)
{
	if (o == NULL)
		return;
	for (int32_t i = 0; o->pending != NULL && i < o->partitions; i++) {
		buf_free(&o->pending[i].records);
		buf_free(&o->pending[i].key);
		buf_free(&o->pending[i].headers);
	}
	free(o->pending);
	avro_plan_free(o->keys);
	arena_free(&o->arena);
	buf_free(&o->value);
	buf_free(&o->packed);
	free(o);
}

/* ---- headers: those of the message a record comes from, and ours */

static bool
is_ours(const char *name)
{
	return strcmp(name, KAFKA_TRAIL_HEADER) == 0 || strcmp(name, KAFKA_GROUP_HEADER) == 0 ||
	       strcmp(name, KAFKA_REPLAY_HEADER) == 0;
}

static size_t
choose_headers(const struct kafka_outlet *o, const struct kafka_message *cause,
	       struct kafka_header headers[HEADERS_MOST])
{
	size_t count = 0;

	for (size_t i = 0; cause != NULL && i < cause->header_count && count < HEADERS_MOST - 2;
	     i++)
		if (!is_ours(cause->headers[i].name))
			headers[count++] = cause->headers[i];
	if (o->plan.trail_hash != NULL)
		headers[count++] =
			(struct kafka_header){KAFKA_TRAIL_HEADER, str_of(o->plan.trail_hash)};
	if (o->plan.group != NULL)
		headers[count++] = (struct kafka_header){KAFKA_GROUP_HEADER, str_of(o->plan.group)};
	return count;
}

/* Names and values as bytes, to be compared and kept. */
static void
pack_headers(const struct kafka_header *headers, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = headers[i].value.ptr == NULL ? SIZE_MAX : headers[i].value.len;
		buf_add(out, str_of(headers[i].name));
		buf_add_byte(out, '\0');
		buf_add(out, (struct str){(const char *)&len, sizeof(len)});
		buf_add(out, headers[i].value);
	}
}

static size_t
unpack_headers(struct str packed, struct kafka_header headers[HEADERS_MOST])
{
	size_t count = 0;

	while (packed.len > 0) {
		struct kafka_header *h = &headers[count++];
		size_t len;
		h->name = str_cut(&packed, '\0').ptr;
		memcpy(&len, packed.ptr, sizeof(len));
		packed = str_tail(packed, sizeof(len));
		h->value = (struct str){len == SIZE_MAX ? NULL : packed.ptr,
					len == SIZE_MAX ? 0 : len};
		packed = str_tail(packed, h->value.len);
	}
	return count;
}

/* ---- sending */

static int
send_value(struct kafka_outlet *o, struct kafka_message *m, struct err *err)
{
	m->topic = o->plan.topic;
	m->value = buf_str(&o->value);
	if (kafka_producer_send(o->producer, m, err) != 0)
		return -1;
	o->bytes += m->value.len;
	return 0;
}

static int
flush_partition(struct kafka_outlet *o, int32_t partition, struct err *err)
{
	struct pending *p = &o->pending[partition];
	struct kafka_header headers[HEADERS_MOST];

	if (p->count == 0)
		return 0;
	struct kafka_message m = {.partition = partition,
				  .key = buf_str(&p->key),
				  .headers = headers,
				  .header_count = unpack_headers(buf_str(&p->headers), headers)};
	if (m.key.len == 0)
		m.key.ptr = NULL;
	buf_clear(&o->value);
	kafka_frame_add_block(&o->value, o->plan.frame, p->count);
	buf_add(&o->value, buf_str(&p->records));
	p->count = 0;
	buf_clear(&p->records);
	if (send_value(o, &m, err) == 0)
		return 0;
	if (err->class == ERR_INPUT)
		err->class = ERR_FATAL; /* a topic that takes less than a block of ours */
	return -1;
}

int
kafka_outlet_flush(struct kafka_outlet *o, struct err *err)
{
	for (int32_t i = 0; i < o->partitions; i++)
		if (flush_partition(o, i, err) != 0)
			return -1;
	return 0;
}

void
kafka_outlet_drop(struct kafka_outlet *o)
{
	for (int32_t i = 0; i < o->partitions; i++) {
		o->pending[i].count = 0;
		buf_clear(&o->pending[i].records);
	}
}

uint64_t
kafka_outlet_bytes(const struct kafka_outlet *o)
{
	return o->bytes;
}

static int
send_record(struct kafka_outlet *o, const struct kafka_message *cause, struct str key,
	    struct str record, struct err *err)
{
	struct kafka_header headers[HEADERS_MOST];
	struct kafka_message m = {
		.partition = key.ptr == NULL ? -1 : kafka_partition_of(key, o->partitions),
		.key = key,
		.headers = headers,
		.header_count = choose_headers(o, cause, headers)};

	buf_clear(&o->value);
	buf_add(&o->value, o->plan.frame);
	buf_add(&o->value, record);
	return send_value(o, &m, err);
}

/* The key of a block is that of its first record: they share the partition, not the key. */
static int
pend_record(struct kafka_outlet *o, const struct kafka_message *cause, struct str key,
	    struct str record, struct err *err)
{
	int32_t partition = key.ptr == NULL
				    ? (int32_t)(o->turn++ / BLOCK_RECORDS % (uint32_t)o->partitions)
				    : kafka_partition_of(key, o->partitions);
	struct pending *p = &o->pending[partition];
	struct kafka_header headers[HEADERS_MOST];

	buf_clear(&o->packed);
	pack_headers(headers, choose_headers(o, cause, headers), &o->packed);
	if (p->count > 0 &&
	    (p->count >= BLOCK_RECORDS || p->records.len + record.len > BLOCK_BYTES ||
	     !str_equal(buf_str(&p->headers), buf_str(&o->packed))) &&
	    flush_partition(o, partition, err) != 0)
		return -1;
	if (record.len > BLOCK_BYTES)
		return send_record(o, cause, key, record, err);
	if (p->count == 0) {
		buf_clear(&p->key);
		buf_add(&p->key, key);
		buf_clear(&p->headers);
		buf_add(&p->headers, buf_str(&o->packed));
	}
	buf_add(&p->records, record);
	p->count++;
	return 0;
}

/* Takes one record off the front of *bytes; they are our own, so it cannot fail. */
static int
take_record(struct kafka_outlet *o, struct str *bytes, struct str *record, struct str *key,
	    struct err *err)
{
	struct keyed read = {0};
	struct avro_record at;
	struct str before = *bytes;
	uint64_t values = 0;
	bool whole = false;

	if (o->keys != NULL) {
		arena_reset(&o->arena);
		int got = avro_plan_take(o->keys, bytes, &read, &o->arena, &at, &whole, err);
		if (got != 0 && !whole)
			return -1;
		if (got == 0 && read.key.ptr != NULL)
			*key = read.key;
	} else if (avro_datum_check_frame(o->record, bytes, &values, err) != 0) {
		return -1;
	}
	*record = str_head(before, before.len - bytes->len);
	return 0;
}

int
kafka_outlet_add(struct kafka_outlet *o, const struct kafka_message *cause, uint64_t count,
		 struct str records, int (*too_large)(void *, struct str, struct err *), void *with,
		 struct err *err)
{
	for (uint64_t i = 0; i < count; i++) {
		struct str record, key = cause == NULL ? (struct str){0} : cause->key;
		if (take_record(o, &records, &record, &key, err) != 0) {
			err->class = ERR_FATAL;
			return err_prefix(err, "the output for topic \"%s\": ", o->plan.topic);
		}
		int sent = o->plan.pack ? pend_record(o, cause, key, record, err)
					: send_record(o, cause, key, record, err);
		if (sent != 0 && err->class == ERR_INPUT)
			sent = too_large(with, record, err);
		if (sent != 0)
			return -1;
	}
	return 0;
}
