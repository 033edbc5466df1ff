#include "avro/datum_json.h"
#include "avro/json_text.h"
#include "avro/limits.h"
#include "avro/varint.h"
#include "text/utf8.h"

#include <endian.h>
#include <math.h>

struct reader {
	struct buf *out;
	size_t *steps; /* left */
	int depth;
	struct err *err;
};

static int read_value(struct reader *, const struct avro_node *, const json_t *);

static int
use_steps(struct reader *r, size_t count)
{
	if (count > *r->steps) {
		*r->steps = 0;
		return err_set(r->err, ERR_INPUT, "the JSON takes too long to match the schema");
	}
	*r->steps -= count;
	return 0;
}

static int
refuse(struct reader *r, const struct avro_node *node, const char *why)
{
	struct str name = node->name.ptr != NULL ? node->name : str_of(avro_type_name(node->type));

	return err_set(r->err, ERR_INPUT, "the JSON is no \"%.*s\": %s", STR_ARG(name), why);
}

/* Whole numbers, or a time as text. */
static bool
to_integer(const struct avro_node *node, const json_t *json, int64_t *value)
{
	if (json_is_integer(json))
		*value = json_integer_value(json);
	else if (!json_is_string(json) ||
		 !datum_time_read(node->logical, json_text_str(json), value))
		return false;
	return node->type == AVRO_LONG || (*value >= INT32_MIN && *value <= INT32_MAX);
}

/* Bytes are text whose code points are the bytes' values. Appends them when out is not NULL. */
static bool
to_bytes(struct str text, struct buf *out, size_t *count)
{
	*count = 0;
	while (text.len > 0) {
		uint32_t c = utf8_next(&text);
		if (c > 0xFF)
			return false;
		if (out != NULL)
			buf_add_byte(out, (char)c);
		++*count;
	}
	return true;
}

static size_t
find_symbol(const struct avro_node *node, const json_t *json)
{
	struct str symbol = json_text_str(json);
	size_t i = 0;

	while (i < node->count && (symbol.ptr == NULL || !str_equal(node->symbols[i], symbol)))
		i++;
	return i;
}

/* A long name takes long to look up. */
static int
find_member(struct reader *r, const struct avro_field *f, const json_t *object,
	    const json_t **value)
{
	if (use_steps(r, 1 + f->name.len / 16) != 0)
		return -1;
	*value = json_object_getn(object, f->name.ptr, f->name.len);
	return 0;
}

static bool
record_fits(struct reader *r, const struct avro_node *node, const json_t *json)
{
	const json_t *value;
	size_t found = 0;

	for (size_t i = 0; i < node->count; i++) {
		const struct avro_field *f = &node->fields[i];
		if (find_member(r, f, json, &value) != 0)
			return false;
		if (value != NULL)
			found++;
		else if (!f->has_default)
			return false;
	}
	return found == json_object_size(json);
}

/* Whether a branch is what the JSON means: by its outside alone, as trying all branches at all
 * levels would take for ever. */
static bool
fits(struct reader *r, const struct avro_node *node, const json_t *json)
{
	size_t length = json_string_length(json), count;
	int64_t number;

	switch (node->type) {
	case AVRO_NULL:
		return json_is_null(json);
	case AVRO_BOOLEAN:
		return json_is_boolean(json);
	case AVRO_INT:
	case AVRO_LONG:
		return to_integer(node, json, &number);
	case AVRO_FLOAT:
	case AVRO_DOUBLE:
		return json_is_number(json);
	case AVRO_BYTES:
		return json_is_string(json) && to_bytes(json_text_str(json), NULL, &count);
	case AVRO_FIXED: /* one or two bytes of UTF-8 for each of its own */
		return json_is_string(json) && length >= node->size && length <= 2 * node->size;
	case AVRO_STRING:
		return json_is_string(json);
	case AVRO_ENUM:
		return find_symbol(node, json) < node->count;
	case AVRO_ARRAY:
		return json_is_array(json);
	case AVRO_MAP:
		return json_is_object(json);
	case AVRO_RECORD:
		return json_is_object(json) && record_fits(r, node, json);
	case AVRO_UNION:
		return false;
	}
	return false;
}

static struct str
branch_name(const struct avro_node *branch)
{
	return branch->name.ptr != NULL ? branch->name : str_of(avro_type_name(branch->type));
}

/* {"branch": value}: the branch that it names; the union's count: none. */
static size_t
tagged_branch(const struct avro_node *of, const json_t *json, const json_t **value)
{
	void *member = json_object_iter((json_t *)json);
	struct str tag;
	size_t i = 0;

	if (json_object_size(json) != 1)
		return of->count;
	tag = (struct str){json_object_iter_key(member), json_object_iter_key_len(member)};
	*value = json_object_iter_value(member);
	while (i < of->count && !str_equal(branch_name(of->branches[i]), tag))
		i++;
	return i;
}

static int
read_union(struct reader *r, const struct avro_node *node, const json_t *json)
{
	const json_t *value;
	size_t i;

	if (use_steps(r, node->count) != 0)
		return -1;
	i = tagged_branch(node, json, &value);
	if (i == node->count) {
		value = json;
		for (i = 0; i < node->count && !fits(r, node->branches[i], json); i++)
			if (use_steps(r, 1 + node->branches[i]->count) != 0)
				return -1;
	}
	if (i == node->count)
		return refuse(r, node, "it fits none of the branches");
	varint_add(r->out, (int64_t)i);
	return read_value(r, node->branches[i], value);
}

static int
read_real(struct reader *r, const struct avro_node *node, const json_t *json)
{
	struct str text = json_text_str(json);
	double value = json_number_value(json);

	if (text.ptr != NULL && str_equal(text, STR("NaN")))
		value = NAN;
	else if (text.ptr != NULL && str_equal(text, STR("Infinity")))
		value = INFINITY;
	else if (text.ptr != NULL && str_equal(text, STR("-Infinity")))
		value = -INFINITY;
	else if (!json_is_number(json))
		return refuse(r, node, "it is not a number");
	if (node->type == AVRO_DOUBLE) {
		uint64_t bits;
		memcpy(&bits, &value, sizeof(bits));
		bits = htole64(bits);
		buf_add(r->out, (struct str){(const char *)&bits, sizeof(bits)});
	} else {
		float single = (float)value;
		uint32_t bits;
		if (isinf(single) && !isinf(value))
			return refuse(r, node, "it is too large");
		memcpy(&bits, &single, sizeof(bits));
		bits = htole32(bits);
		buf_add(r->out, (struct str){(const char *)&bits, sizeof(bits)});
	}
	return 0;
}

static int
read_bytes(struct reader *r, const struct avro_node *node, const json_t *json)
{
	struct str text = json_text_str(json);
	size_t count;

	if (text.ptr == NULL || !to_bytes(text, NULL, &count))
		return refuse(r, node, "it is not text of characters up to U+00FF");
	if (node->type == AVRO_FIXED && count != node->size)
		return refuse(r, node, "it is not of the type's size");
	if (node->type == AVRO_BYTES)
		varint_add(r->out, (int64_t)count);
	(void)to_bytes(text, r->out, &count); /* seen above */
	return 0;
}

static int
read_array(struct reader *r, const struct avro_node *node, const json_t *json)
{
	size_t start = r->out->len, i;
	const json_t *item;

	if (!json_is_array(json))
		return refuse(r, node, "it is not a list");
	json_array_foreach(json, i, item)
	{
		if (read_value(r, node->items, item) != 0)
			return err_prefix(r->err, "item %zu: ", i);
	}
	avro_block_close(r->out, start, i);
	buf_add_byte(r->out, 0);
	return 0;
}

static int
read_map(struct reader *r, const struct avro_node *node, const json_t *json)
{
	size_t start = r->out->len, key_length;
	const char *key;
	json_t *value;

	if (!json_is_object(json))
		return refuse(r, node, "it is not an object");
	json_object_keylen_foreach((json_t *)json, key, key_length, value)
	{
		varint_add_str(r->out, (struct str){key, key_length});
		if (read_value(r, node->items, value) != 0)
			return err_prefix(r->err, "a value: ");
	}
	avro_block_close(r->out, start, json_object_size(json));
	buf_add_byte(r->out, 0);
	return 0;
}

static int
read_record(struct reader *r, const struct avro_node *node, const json_t *json)
{
	size_t found = 0;

	if (!json_is_object(json))
		return refuse(r, node, "it is not an object");
	for (size_t i = 0; i < node->count; i++) {
		const struct avro_field *f = &node->fields[i];
		const json_t *value;
		int status = 0;
		if (find_member(r, f, json, &value) != 0)
			return -1;
		if (value != NULL) {
			found++;
			status = read_value(r, f->type, value);
		} else if (f->default_datum.ptr != NULL) {
			buf_add(r->out, f->default_datum);
			if (r->out->len > AVRO_MAX_BLOCK)
				status = err_set(r->err, ERR_INPUT, "it takes more than %d bytes",
						 AVRO_MAX_BLOCK);
		} else {
			status = err_set(r->err, ERR_INPUT,
					 f->has_default ? "its own default is not known yet"
							: "it is missing, and has no default");
		}
		if (status != 0)
			return err_prefix(r->err, "field \"%.*s\": ", STR_ARG(f->name));
	}
	if (found < json_object_size(json))
		return refuse(r, node, "it has fields that the record has not");
	return 0;
}

static int
read_nested(struct reader *r, const struct avro_node *node, const json_t *json)
{
	int status;

	if (r->depth == AVRO_MAX_DEPTH)
		return err_set(r->err, ERR_INPUT, "the JSON is nested more than %d deep",
			       AVRO_MAX_DEPTH);
	r->depth++;
	if (node->type == AVRO_RECORD)
		status = read_record(r, node, json);
	else
		status = node->type == AVRO_ARRAY ? read_array(r, node, json)
						  : read_map(r, node, json);
	r->depth--;
	return status;
}

static int
read_value(struct reader *r, const struct avro_node *node, const json_t *json)
{
	int64_t number;
	size_t symbol;

	if (use_steps(r, 1) != 0)
		return -1;
	switch (node->type) {
	case AVRO_NULL:
		return json_is_null(json) ? 0 : refuse(r, node, "it is not null");
	case AVRO_BOOLEAN:
		if (!json_is_boolean(json))
			return refuse(r, node, "it is neither true nor false");
		buf_add_byte(r->out, json_is_true(json));
		return 0;
	case AVRO_INT:
	case AVRO_LONG:
		if (!to_integer(node, json, &number))
			return refuse(r, node, "it is not a whole number of its range");
		varint_add(r->out, number);
		return 0;
	case AVRO_FLOAT:
	case AVRO_DOUBLE:
		return read_real(r, node, json);
	case AVRO_BYTES:
	case AVRO_FIXED:
		return read_bytes(r, node, json);
	case AVRO_STRING:
		if (!json_is_string(json))
			return refuse(r, node, "it is not text");
		varint_add_str(r->out, json_text_str(json));
		return 0;
	case AVRO_ENUM:
		symbol = find_symbol(node, json);
		if (use_steps(r, symbol) != 0)
			return -1;
		if (symbol == node->count)
			return refuse(r, node, "it is none of the symbols");
		varint_add(r->out, (int64_t)symbol);
		return 0;
	case AVRO_ARRAY:
	case AVRO_MAP:
	case AVRO_RECORD:
		return read_nested(r, node, json);
	case AVRO_UNION:
		return read_union(r, node, json);
	}
	return -1;
}

int
datum_from_json(const struct avro_node *node, const json_t *json, size_t *steps, struct buf *out,
		struct err *err)
{
	struct reader r = {.out = out, .steps = steps, .err = err};

	return read_value(&r, node, json);
}

int
avro_datum_from_json(const struct avro_node *node, const json_t *json, struct buf *out,
		     struct err *err)
{
	size_t before = out->len, steps = DATUM_JSON_STEPS;

	if (datum_from_json(node, json, &steps, out, err) == 0)
		return 0;
	out->len = before;
	return -1;
}
