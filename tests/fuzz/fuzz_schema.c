/*
 * fuzz_schema.c -- a schema as JSON, a byte 0, and a datum of it. What is read must come back the
 * same from each form it can be written in.
 */
#include "avro/datum.h"
#include "avro/json_text.h"
#include "avro/limits.h"
#include "avro/resolve.h"
#include "avro/schema.h"
#include "base/mem.h"
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: not true: %s\n", __LINE__, #condition);          \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

struct traits {
	bool *seen;
	bool bare, dotted; /* names of types */
	bool free_items;   /* lists that can hold a million of nothing */
};

static void
look(struct traits *t, const struct avro_node *node)
{
	if (t->seen[node->index])
		return;
	t->seen[node->index] = true;
	if (node->name.ptr != NULL) {
		bool dot = memchr(node->name.ptr, '.', node->name.len) != NULL;
		t->dotted |= dot;
		t->bare |= !dot;
	}
	if (node->items != NULL) {
		t->free_items |= node->items->min_bytes == 0;
		look(t, node->items);
	}
	for (size_t i = 0; node->type == AVRO_RECORD && i < node->count; i++)
		look(t, node->fields[i].type);
	for (size_t i = 0; node->type == AVRO_UNION && i < node->count; i++)
		look(t, node->branches[i]);
}

static void
must_equal(const struct avro_schema *a, const struct avro_schema *b)
{
	struct buf one = {0}, other = {0};

	avro_schema_canonical(a, &one);
	avro_schema_canonical(b, &other);
	MUST(str_equal(buf_str(&one), buf_str(&other)));
	MUST(avro_schema_fingerprint(a) == avro_schema_fingerprint(b));
	MUST(avro_schema_root(a)->min_bytes == avro_schema_root(b)->min_bytes);
	buf_free(&one);
	buf_free(&other);
}

static void
write_and_read_again(const struct avro_schema *s, const struct traits *traits)
{
	struct buf canonical = {0};
	struct err err = {0};
	struct avro_schema *again = avro_schema_parse(avro_schema_json(s), &err);

	if (avro_schema_json(s).len <= AVRO_MAX_SCHEMA) {
		MUST(again != NULL);
		MUST(str_equal(avro_schema_json(s), avro_schema_json(again)));
		must_equal(s, again);
	}
	avro_schema_free(again);
	avro_schema_canonical(s, &canonical);
	/* The canonical form cannot say "no namespace" within one: the specification's own gap. */
	if (canonical.len <= AVRO_MAX_SCHEMA && !(traits->bare && traits->dotted)) {
		again = avro_schema_parse(buf_str(&canonical), &err);
		MUST(again != NULL);
		must_equal(s, again);
		avro_schema_free(again);
	}
	buf_free(&canonical);
}

static void
edit(const struct avro_schema *s)
{
	static const char field[] =
		"{\"name\":\"appended\",\"default\":null,\"type\":[\"null\",{\"type\":\"record\","
		"\"name\":\"Token\",\"fields\":[{\"name\":\"next\",\"type\":[\"null\",\"Token\"]}]}"
		"]}";
	const struct avro_node *root = avro_schema_root(s);
	struct err err = {0};
	struct avro_schema *with = avro_schema_with_field(s, str_of(field), &err), *without;

	if (with != NULL) {
		struct avro_schema *twice = avro_schema_with_field(with, str_of(field), &err);
		MUST(twice != NULL);
		MUST(str_equal(avro_schema_json(with), avro_schema_json(twice)));
		avro_schema_free(twice);
		without = avro_schema_without_field(with, STR("appended"), &err);
		MUST(without != NULL);
		if (avro_node_field(root, STR("appended")) == NULL)
			must_equal(without, s);
		avro_schema_free(without);
	}
	avro_schema_free(with);
	for (size_t i = 0; root->type == AVRO_RECORD && i < root->count && i < 8; i++) {
		without = avro_schema_without_field(s, root->fields[i].name, &err);
		if (without != NULL)
			MUST(avro_schema_root(without)->count + 1 == root->count);
		avro_schema_free(without);
	}
}

/* Its tagged JSON. */
static void
show(const struct avro_node *node, struct str datum, struct buf *json)
{
	struct err err = {0};

	buf_clear(json);
	MUST(avro_datum_add_json(node, &datum, AVRO_JSON_TAGGED, json, &err) == 0);
	MUST(datum.len == 0);
}

/* jansson reads no keys with a NUL in them. */
static json_t *
read_json(const struct buf *json)
{
	struct str nul = STR("\\u0000");
	struct err err = {0};
	json_t *value = json_text_read(buf_str(json), &err);

	MUST(value != NULL || str_find(buf_str(json), nul) < json->len);
	return value;
}

static void
read_again(const struct avro_node *node, const struct buf *json, struct buf *datum)
{
	struct err err = {0};
	json_t *value = read_json(json);

	if (value == NULL)
		return;
	buf_clear(datum);
	MUST(avro_datum_from_json(node, value, datum, &err) == 0);
	json_decref(value);
}

static void
take_datum(const struct avro_schema *s, struct str bytes, const struct traits *traits)
{
	const struct avro_node *root = avro_schema_root(s);
	struct buf json = {0}, other = {0}, datum = {0};
	struct str rest = bytes;
	struct err err = {0};

	if (avro_datum_check(root, &rest, &err) != 0)
		return;
	bytes.len -= rest.len;
	MUST(bytes.len >= root->min_bytes);
	/* A schema reads its own data as it is, but for how its lists are cut into blocks. */
	struct avro_resolver *resolver = avro_resolver_compile(root, root, &err);
	MUST(resolver != NULL);
	rest = bytes;
	MUST(avro_resolve(resolver, &rest, &datum, &err) == 0);
	MUST(rest.len == 0);
	avro_resolver_free(resolver);
	if (!traits->free_items) {
		show(root, bytes, &json);
		show(root, buf_str(&datum), &other);
		MUST(str_equal(buf_str(&json), buf_str(&other)));
		/* A map's key that comes twice is one in JSON: the second time nothing changes. */
		read_again(root, &json, &datum);
		show(root, buf_str(&datum), &json);
		read_again(root, &json, &datum);
		show(root, buf_str(&datum), &other);
		MUST(str_equal(buf_str(&json), buf_str(&other)));
		buf_clear(&json);
		MUST(avro_datum_add_json(root, &bytes, AVRO_JSON_PLAIN, &json, &err) == 0);
		json_decref(read_json(&json));
	}
	buf_free(&json);
	buf_free(&other);
	buf_free(&datum);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = {(const char *)data, size}, json = str_cut(&input, '\0');
	struct err err = {0};
	struct avro_schema *s = avro_schema_parse(json, &err);
	struct traits traits = {0};

	if (s == NULL) {
		MUST(err.class == ERR_INPUT && err.text[0] != '\0');
		return 0;
	}
	traits.seen = mem_zero(avro_schema_node_count(s), sizeof(bool));
	look(&traits, avro_schema_root(s));
	write_and_read_again(s, &traits);
	edit(s);
	take_datum(s, input, &traits);
	free(traits.seen);
	avro_schema_free(s);
	return 0;
}
