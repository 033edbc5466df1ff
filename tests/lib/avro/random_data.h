/* random_data.h -- schemas, data and tables by the throw of a seeded die: of all types, nested,
 * recursive, in sized and unsized blocks. For property tests and fuzzing. */
#ifndef TESTS_RANDOM_DATA_H
#define TESTS_RANDOM_DATA_H

#include "avro/fields.h"
#include "avro/schema.h"
#include "avro/varint.h"
#include "base/arena.h"
#include <stdlib.h>

struct die {
	uint64_t state;
};

static inline uint64_t
die_bits(struct die *d) /* splitmix64 */
{
	uint64_t z = (d->state += 0x9E3779B97F4A7C15u);

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

static inline size_t
die_throw(struct die *d, size_t sides) /* 0 .. sides - 1 */
{
	return (size_t)(die_bits(d) % sides);
}

/* Schemas. Named types are T0, T1, ...; a record may be meant again within itself, behind a union
 * with null or in an array or map, and any type after its definition. */
struct random_schema {
	struct die *die;
	struct buf *json;
	int names;    /* given so far */
	int open[64]; /* records around */
	int open_count;
	int closed[64]; /* types defined */
	int closed_count;
};

static inline void random_type(struct random_schema *, int depth, bool in_union);

static inline void
random_record(struct random_schema *r, int depth)
{
	int name = r->names++;
	size_t fields = die_throw(r->die, depth == 0 ? 8 : 4);

	buf_printf(r->json, "{\"type\":\"record\",\"name\":\"T%d\",\"fields\":[", name);
	if (r->open_count < 64)
		r->open[r->open_count++] = name;
	for (size_t i = 0; i < fields; i++) {
		buf_printf(r->json, "%s{\"name\":\"f%zu\",\"type\":", i > 0 ? "," : "", i);
		random_type(r, depth + 1, false);
		buf_printf(r->json, "}");
	}
	buf_printf(r->json, "]}");
	r->open_count--;
	if (r->closed_count < 64)
		r->closed[r->closed_count++] = name;
}

static inline void
random_union(struct random_schema *r, int depth)
{
	static const char *const plain[] = {"boolean", "int",   "long",  "float",
					    "double",  "bytes", "string"};
	size_t null = die_throw(r->die, 4), from = die_throw(r->die, 7);

	buf_printf(r->json, "[");
	if (null < 2)
		buf_printf(r->json, "\"null\",");
	switch (die_throw(r->die, 5)) {
	case 0:
		for (size_t i = 0; i < 3; i++)
			buf_printf(r->json, "\"%s\",", plain[(from + 2 * i) % 7]);
		random_record(r, depth + 1);
		break;
	case 1:
		if (null < 3 && r->open_count > 0) {
			buf_printf(r->json, "%s\"T%d\"", null < 2 ? "" : "\"string\",",
				   r->open[die_throw(r->die, (size_t)r->open_count)]);
			break;
		}
		/* fall through */
	case 2:
		random_record(r, depth + 1);
		if (die_throw(r->die, 2) == 0) {
			buf_printf(r->json, ",");
			random_record(r, depth + 1);
		}
		break;
	default:
		random_type(r, depth + 1, true);
	}
	buf_printf(r->json, "%s]", null == 2 ? ",\"null\"" : "");
}

static inline void
random_type(struct random_schema *r, int depth, bool in_union)
{
	static const char *const plain[] = {"boolean", "int",   "long",  "float",
					    "double",  "bytes", "string"};
	size_t kind = die_throw(r->die, depth > 4 ? 11 : 18);

	switch (kind) {
	case 7:
		buf_printf(r->json, in_union ? "\"string\"" : "\"null\"");
		break;
	case 8:
		buf_printf(r->json, "{\"type\":\"fixed\",\"name\":\"T%d\",\"size\":%zu}",
			   r->names++, die_throw(r->die, 20));
		break;
	case 9:
		buf_printf(r->json,
			   "{\"type\":\"enum\",\"name\":\"T%d\",\"symbols\":[\"a\",\"b\",\"c\"%s]}",
			   r->names++, die_throw(r->die, 2) == 0 ? "" : ",\"d\"");
		break;
	case 10:
		if (r->closed_count > 0)
			buf_printf(r->json, "\"T%d\"",
				   r->closed[die_throw(r->die, (size_t)r->closed_count)]);
		else
			buf_printf(r->json, "\"string\"");
		break;
	case 11:
	case 12:
	case 13:
		buf_printf(r->json, "{\"type\":\"%s\",\"%s\":", kind == 13 ? "map" : "array",
			   kind == 13 ? "values" : "items");
		if (r->open_count > 0 && die_throw(r->die, 6) == 0)
			buf_printf(r->json, "\"T%d\"",
				   r->open[die_throw(r->die, (size_t)r->open_count)]);
		else
			random_type(r, depth + 1, false);
		buf_printf(r->json, "}");
		break;
	case 14:
	case 15:
		random_record(r, depth);
		break;
	case 16:
	case 17:
		if (!in_union)
			random_union(r, depth);
		else
			buf_printf(r->json, "\"string\"");
		break;
	default:
		buf_printf(r->json, "\"%s\"", plain[kind]);
	}
}

static inline struct avro_schema *
random_schema(struct die *die)
{
	for (;;) { /* a few of them are infinite, or name a type twice in a union */
		struct buf json = {0};
		struct random_schema r = {.die = die, .json = &json};
		struct err err;
		random_record(&r, 0);
		struct avro_schema *schema = avro_schema_parse(buf_str(&json), &err);
		buf_free(&json);
		if (schema != NULL)
			return schema;
	}
}

/* Data. */
static inline void random_datum(struct die *, const struct avro_node *, int depth, struct buf *);

static inline void
random_string(struct die *die, struct buf *out)
{
	static const char *const pieces[] = {
		"a", "Z", " ", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
	size_t length = die_throw(die, 10) == 0 ? die_throw(die, 300) : die_throw(die, 12);
	bool ascii = die_throw(die, 2) == 0;
	struct buf text = {0};

	for (size_t i = 0; i < length; i++)
		buf_add(&text, str_of(pieces[die_throw(die, ascii ? 3 : 6)]));
	varint_add_str(out, buf_str(&text));
	buf_free(&text);
}

static inline int64_t
random_number(struct die *die, int bits)
{
	return (int64_t)die_bits(die) >> (64 - bits + (int)die_throw(die, (size_t)bits));
}

static inline void
random_bytes(struct die *die, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		buf_add_byte(out, (char)die_bits(die));
}

static inline void
random_items(struct die *die, const struct avro_node *node, int depth, struct buf *out)
{
	size_t blocks = depth > 8 ? 0 : die_throw(die, 4);

	for (size_t b = 0; b < blocks; b++) {
		size_t count = 1 + die_throw(die, depth > 4 ? 2 : 5);
		struct buf items = {0};
		for (size_t i = 0; i < count; i++) {
			if (node->type == AVRO_MAP)
				random_string(die, &items);
			random_datum(die, node->items, depth + 1, &items);
		}
		if (die_throw(die, 2) == 0) {
			varint_add(out, -(int64_t)count);
			varint_add(out, (int64_t)items.len);
		} else {
			varint_add(out, (int64_t)count);
		}
		buf_add(out, buf_str(&items));
		buf_free(&items);
	}
	varint_add(out, 0);
}

static inline void
random_datum(struct die *die, const struct avro_node *node, int depth, struct buf *out)
{
	size_t branch;

	switch (node->type) {
	case AVRO_NULL:
		break;
	case AVRO_BOOLEAN:
		buf_add_byte(out, (char)die_throw(die, 2));
		break;
	case AVRO_INT:
		varint_add(out, random_number(die, 32));
		break;
	case AVRO_LONG:
		varint_add(out, random_number(die, 64));
		break;
	case AVRO_FLOAT:
		random_bytes(die, 4, out);
		break;
	case AVRO_DOUBLE:
		random_bytes(die, 8, out);
		break;
	case AVRO_FIXED:
		random_bytes(die, node->size, out);
		break;
	case AVRO_BYTES:
		branch = die_throw(die, 100);
		varint_add(out, (int64_t)branch);
		random_bytes(die, branch, out);
		break;
	case AVRO_STRING:
		random_string(die, out);
		break;
	case AVRO_ENUM:
		varint_add(out, (int64_t)die_throw(die, node->count));
		break;
	case AVRO_ARRAY:
	case AVRO_MAP:
		random_items(die, node, depth, out);
		break;
	case AVRO_RECORD:
		for (size_t i = 0; i < node->count; i++)
			random_datum(die, node->fields[i].type, depth + 1, out);
		break;
	case AVRO_UNION:
		branch = die_throw(die, node->count);
		for (size_t i = 0; depth > 8 && i < node->count; i++)
			if (node->branches[i]->min_bytes < node->branches[branch]->min_bytes)
				branch = i;
		varint_add(out, (int64_t)branch);
		random_datum(die, node->branches[branch], depth + 1, out);
		break;
	}
}

/* Damages a few bytes, or cuts some off. */
static inline void
random_damage(struct die *die, struct buf *bytes)
{
	for (size_t n = 1 + die_throw(die, 3); n > 0 && bytes->len > 0; n--) {
		size_t at = die_throw(die, bytes->len);
		switch (die_throw(die, 4)) {
		case 0:
			bytes->ptr[at] = (char)(bytes->ptr[at] ^ (1 << die_throw(die, 8)));
			break;
		case 1:
			bytes->ptr[at] = (char)die_bits(die);
			break;
		case 2:
			bytes->ptr[at] = (char)die_throw(die, 4);
			break;
		default:
			bytes->len = die_throw(die, 4) == 0 ? at : bytes->len;
		}
	}
}

/* Tables: rows for some of what a record holds, into structs of their own. */
static inline const struct field *random_table(struct die *, const struct avro_node *, bool item,
					       struct arena *, size_t *size);

static inline void
random_row(struct die *die, const struct avro_node *node, const char *path, bool nullable,
	   struct arena *memory, struct field *rows, size_t *count, size_t *at)
{
	static const char *const symbols[] = {"c", "", "a", NULL};
	static const enum field_type whole[] = {FIELD_I64, FIELD_I32, FIELD_F64,
						FIELD_F32, FIELD_U64, FIELD_U32};
	struct field row = {.path = path, .at = *at};
	struct buf deeper = {0};
	size_t size = 16;

	if (*count >= 20)
		return;
	switch (node->type) {
	case AVRO_BOOLEAN:
		row.type = nullable ? 0 : FIELD_BOOL;
		break;
	case AVRO_INT:
	case AVRO_LONG:
		row.type = whole[die_throw(die, nullable ? 4 : 6)];
		break;
	case AVRO_FLOAT:
	case AVRO_DOUBLE:
		row.type = die_throw(die, 2) == 0 ? FIELD_F32 : FIELD_F64;
		break;
	case AVRO_BYTES:
	case AVRO_STRING:
		row.type = FIELD_STR;
		break;
	case AVRO_FIXED:
		row.type = nullable || node->size == 0 ? 0 : FIELD_FIXED;
		row.size = size = node->size;
		break;
	case AVRO_ENUM:
		row.type = FIELD_ENUM;
		row.size = 1u << die_throw(die, 4);
		row.symbols = symbols;
		break;
	case AVRO_ARRAY:
		row.type = FIELD_LIST;
		row.count_at = *at + 8;
		row.fields = random_table(die, node->items, true, memory, &row.size);
		break;
	case AVRO_RECORD:
		if (die_throw(die, 2) == 0) {
			row.type = FIELD_RECORD;
			row.fields = random_table(die, node, false, memory, &row.size);
			break;
		}
		for (size_t i = 0; i < node->count; i++) {
			if (die_throw(die, 2) == 0)
				continue;
			buf_clear(&deeper);
			buf_printf(&deeper, "%s%s%.*s", path, path[0] == '\0' ? "" : ".",
				   STR_ARG(node->fields[i].name));
			random_row(die, node->fields[i].type,
				   arena_copy(memory, buf_str(&deeper)).ptr, nullable, memory, rows,
				   count, at);
		}
		buf_free(&deeper);
		return;
	case AVRO_UNION:
		if (strlen(path) < 40) /* and so recursion ends */
			random_row(die, node->branches[die_throw(die, node->count)], path, true,
				   memory, rows, count, at);
		return;
	default:
		break;
	}
	if (row.type != 0 && *count < 20) {
		rows[(*count)++] = row;
		*at += (size + 7) / 8 * 8;
	}
}

static inline const struct field *
random_table(struct die *die, const struct avro_node *node, bool item, struct arena *memory,
	     size_t *size)
{
	struct field *rows = arena_zero(memory, 21 * sizeof(*rows));
	size_t count = 0, at = 0;

	if (item && node->type != AVRO_RECORD) {
		if (die_throw(die, 2) == 0)
			random_row(die, node, "", false, memory, rows, &count, &at);
	} else {
		for (size_t i = 0; i < node->count; i++)
			if (die_throw(die, 2) == 0 && arena_alloc(memory, 1) != NULL &&
			    memory->used < 100000) /* tables of tables end, too */
				random_row(die, node->fields[i].type, node->fields[i].name.ptr,
					   false, memory, rows, &count, &at);
	}
	for (size_t i = 0; i < count; i++)
		rows[i].of = at;
	*size = at;
	return rows;
}

#endif
