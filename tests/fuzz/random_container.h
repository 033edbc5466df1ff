/* random_container.h -- valid containers of every type and codec, from a seed. */
#ifndef TESTS_RANDOM_CONTAINER_H
#define TESTS_RANDOM_CONTAINER_H

#include "avro/varint.h"
#include "memory_io.h"
#include "message.avsc.h"
#include <stdio.h>
#include <stdlib.h>

struct random {
	uint64_t state;
};

static inline uint64_t
random_next(struct random *r) /* splitmix64 */
{
	uint64_t z = r->state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static inline size_t
random_below(struct random *r, size_t n) /* n > 0 */
{
	return (size_t)(random_next(r) % n);
}

/* Small ones, ends of ranges, and anything. */
static inline int64_t
random_number(struct random *r, bool is_int)
{
	int64_t n = (int64_t)random_next(r);

	n >>= random_below(r, 64);
	if (random_below(r, 16) == 0)
		n = random_below(r, 2) ? INT64_MAX : INT64_MIN;
	return is_int ? (int32_t)n : n;
}

static inline void
random_string(struct random *r, struct buf *out)
{
	static const char *const pieces[] = {"a", " ", "\n", "word", "é", "😀", "مرحبا", ""};
	struct buf text = {0};

	for (size_t i = random_below(r, 8); i > 0; i--)
		buf_add(&text, str_of(pieces[random_below(r, 8)]));
	varint_add_str(out, buf_str(&text));
	buf_free(&text);
}

static inline void
random_bytes(struct random *r, struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_add_byte(out, (char)random_next(r));
}

static void random_datum(struct random *, const struct avro_node *, int depth, struct buf *out);

/* Blocks of 1 to 3 items, some of them sized. */
static inline void
random_items(struct random *r, const struct avro_node *node, int depth, struct buf *out)
{
	size_t blocks = depth > 6 ? 0 : random_below(r, 3);
	struct buf items = {0};

	for (; blocks > 0; blocks--) {
		int64_t count = 1 + (int64_t)random_below(r, 3);
		bool sized = random_below(r, 2) == 1;
		buf_clear(&items);
		for (int64_t i = 0; i < count; i++) {
			if (node->type == AVRO_MAP)
				random_string(r, &items);
			random_datum(r, node->items, depth + 1, &items);
		}
		varint_add(out, sized ? -count : count);
		if (sized)
			varint_add(out, (int64_t)items.len);
		buf_add(out, buf_str(&items));
	}
	varint_add(out, 0);
	buf_free(&items);
}

static void
random_datum(struct random *r, const struct avro_node *node, int depth, struct buf *out)
{
	size_t i;

	switch (node->type) {
	case AVRO_NULL:
		break;
	case AVRO_BOOLEAN:
		buf_add_byte(out, (char)random_below(r, 2));
		break;
	case AVRO_INT:
	case AVRO_LONG:
		varint_add(out, random_number(r, node->type == AVRO_INT));
		break;
	case AVRO_FLOAT:
		random_bytes(r, out, 4);
		break;
	case AVRO_DOUBLE:
		random_bytes(r, out, 8);
		break;
	case AVRO_FIXED:
		random_bytes(r, out, node->size);
		break;
	case AVRO_BYTES:
		i = random_below(r, 20);
		varint_add(out, (int64_t)i);
		random_bytes(r, out, i);
		break;
	case AVRO_STRING:
		random_string(r, out);
		break;
	case AVRO_ENUM:
		varint_add(out, (int64_t)random_below(r, node->count));
		break;
	case AVRO_UNION: /* the first branch is null where a schema holds itself */
		i = depth > 6 ? 0 : random_below(r, node->count);
		varint_add(out, (int64_t)i);
		random_datum(r, node->branches[i], depth + 1, out);
		break;
	case AVRO_RECORD:
		for (i = 0; i < node->count; i++)
			random_datum(r, node->fields[i].type, depth + 1, out);
		break;
	case AVRO_ARRAY:
	case AVRO_MAP:
		random_items(r, node, depth, out);
		break;
	}
}

static const char *const random_schemas[] = {
	message_avsc,
	"\"null\"",
	"\"string\"",
	"[\"null\",\"int\",{\"type\":\"map\",\"values\":\"bytes\"}]",
	"{\"type\":\"array\",\"items\":\"null\"}",
	"{\"type\":\"record\",\"name\":\"Nothing\",\"fields\":[]}",
	/* blocks larger than what the reader takes in at once */
	"{\"type\":\"fixed\",\"name\":\"Large\",\"size\":40000}",
	"{\"type\":\"record\",\"name\":\"t.Tree\",\"fields\":["
	"{\"name\":\"left\",\"type\":[\"null\",\"Tree\"]},"
	"{\"name\":\"rest\",\"type\":{\"type\":\"array\",\"items\":\"Tree\"}},"
	"{\"name\":\"named\",\"type\":{\"type\":\"map\",\"values\":\"Tree\"}},"
	"{\"name\":\"weight\",\"type\":\"double\"}]}",
	"{\"type\":\"record\",\"name\":\"All\",\"namespace\":\"a.b\",\"fields\":["
	"{\"name\":\"boolean\",\"type\":\"boolean\",\"default\":true},"
	"{\"name\":\"int\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"}},"
	"{\"name\":\"long\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
	"{\"name\":\"float\",\"type\":\"float\"},"
	"{\"name\":\"bytes\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
	"\"precision\":9,\"scale\":2}},"
	"{\"name\":\"fixed\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":5}},"
	"{\"name\":\"enum\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"],"
	"\"default\":\"A\"}},"
	"{\"name\":\"again\",\"aliases\":[\"before\"],\"type\":[\"null\",\"F\",\"E\",\"string\"]},"
	"{\"name\":\"lists\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"array\","
	"\"items\":[\"long\",\"a.b.E\"]}}}]}",
};
#define RANDOM_SCHEMAS (sizeof(random_schemas) / sizeof(*random_schemas))

static inline void
random_end(const struct err *err)
{
	fprintf(stderr, "could not make a container: %s\n", err->text);
	abort();
}

/* Takes any schema of the table by its number. */
static inline void
random_container(struct random *r, size_t schema_number, const char *codec, struct buf *out)
{
	static const struct container_entry entry = {{"made.by", 7}, {"mutate", 6}};
	struct str json = str_of(random_schemas[schema_number]);
	struct buf block = {0};
	struct err err;
	struct avro_schema *schema = avro_schema_parse(json, &err);

	if (schema == NULL)
		random_end(&err);
	struct container_writer *w =
		container_writer_open((struct byte_sink){memory_write, out}, json, str_of(codec),
				      &entry, 1, random_below(r, 2), &err);
	if (w == NULL)
		random_end(&err);
	for (size_t blocks = 1 + random_below(r, 4); blocks > 0; blocks--) {
		uint64_t count = 1 + random_below(r, 4);
		buf_clear(&block);
		for (uint64_t i = 0; i < count; i++)
			random_datum(r, avro_schema_root(schema), 0, &block);
		if (container_writer_block(w, count, buf_str(&block), &err) != 0)
			random_end(&err);
	}
	if (container_writer_end(w, &err) != 0)
		random_end(&err);
	container_writer_close(w);
	avro_schema_free(schema);
	buf_free(&block);
}

#endif
