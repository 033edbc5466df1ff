/*
 * JSON becomes nodes in one walk; nodes are numbered when they are complete, so that what a node
 * refers to has a lower index, unless it is a record that holds the node itself. Then two things
 * that need the whole graph: the smallest size of each type, and the defaults.
 */
#include "avro/datum_json.h"
#include "avro/json_text.h"
#include "avro/limits.h"
#include "avro/schema_names.h"
#include "base/map.h"
#include "base/mem.h"
#include <limits.h>

#define DEFAULT_STEPS (16 * AVRO_MAX_VALUES) /* to match all defaults with their types */

struct avro_schema {
	struct arena arena; /* of nodes, names, defaults */
	struct buf json;
	const struct avro_node *root;
	struct avro_node **nodes; /* by index */
	size_t count, room;
};

struct pending_default {
	struct avro_field *field;
	const json_t *json;
};
struct parser {
	struct avro_schema *schema;
	struct map names;                 /* full name: struct avro_node * */
	struct pending_default *defaults; /* inner fields before outer ones */
	size_t default_count, default_room;
	size_t depth; /* nested types */
	struct buf scratch;
	struct err *err;
};

static struct avro_node *parse_type(struct parser *, const json_t *, struct str space);

static struct avro_node *
start_node(struct parser *p, enum avro_type type)
{
	struct avro_node *node = arena_zero(&p->schema->arena, sizeof(*node));

	node->type = type;
	node->default_symbol = -1;
	return node;
}

static struct avro_node *
finish_node(struct parser *p, struct avro_node *node)
{
	struct avro_schema *schema = p->schema;

	MEM_GROW(schema->nodes, schema->count, schema->room);
	node->index = schema->count;
	schema->nodes[schema->count++] = node;
	return node;
}

static const struct logical {
	const char *name;
	enum avro_type type;
	size_t size; /* of a fixed; 0: any */
} logicals[] = {
	{"decimal", AVRO_BYTES, 0},
	{"decimal", AVRO_FIXED, 0},
	{"uuid", AVRO_STRING, 0},
	{"uuid", AVRO_FIXED, 16},
	{"date", AVRO_INT, 0},
	{"time-millis", AVRO_INT, 0},
	{"time-micros", AVRO_LONG, 0},
	{"timestamp-millis", AVRO_LONG, 0},
	{"timestamp-micros", AVRO_LONG, 0},
	{"timestamp-nanos", AVRO_LONG, 0},
	{"local-timestamp-millis", AVRO_LONG, 0},
	{"local-timestamp-micros", AVRO_LONG, 0},
	{"local-timestamp-nanos", AVRO_LONG, 0},
	{"duration", AVRO_FIXED, 12},
};

static bool
decimal_is_valid(struct avro_node *node, const json_t *json)
{
	const json_t *precision = json_object_get(json, "precision");
	const json_t *scale = json_object_get(json, "scale");
	json_int_t digits = json_integer_value(precision), after = json_integer_value(scale);
	double bits = 8.0 * (double)node->size - 1;

	if (!json_is_integer(precision) || digits < 1 || digits > INT_MAX || after < 0 ||
	    after > digits || (scale != NULL && !json_is_integer(scale)))
		return false;
	if (node->type == AVRO_FIXED && (double)digits > bits * 0.30102999566398120 /* log10(2) */)
		return false;
	node->precision = (int)digits;
	node->scale = (int)after;
	return true;
}

/* A logical type that the type cannot carry is ignored, as the specification asks. */
static void
set_logical(struct avro_node *node, const json_t *json)
{
	struct str name = json_text_str(json_object_get(json, "logicalType"));

	if (name.ptr == NULL)
		return;
	for (size_t i = 0; i < sizeof(logicals) / sizeof(*logicals); i++) {
		const struct logical *l = &logicals[i];
		if (l->type != node->type || (l->size != 0 && l->size != node->size) ||
		    !str_equal(name, str_of(l->name)))
			continue;
		if (str_equal(name, STR("decimal")) && !decimal_is_valid(node, json))
			return;
		node->logical = str_of(l->name);
	}
}

static struct avro_node *
find_name(struct parser *p, struct str name, struct str space)
{
	struct avro_node *node;

	buf_clear(&p->scratch);
	schema_name_add_full(&p->scratch, name, space);
	node = map_get(&p->names, buf_str(&p->scratch));
	if (node == NULL) /* Java writes names of the null namespace bare, anywhere */
		node = map_get(&p->names, name);
	if (node == NULL)
		err_set(p->err, ERR_INPUT, "no type \"%.*s\" is defined before its use",
			STR_ARG(name));
	return node;
}

/* The list of names under "aliases"; of types they are made full. */
static int
parse_aliases(struct parser *p, const json_t *json, bool of_type, struct str space,
	      const struct str **aliases, size_t *count)
{
	const json_t *list = json_object_get(json, "aliases"), *item;
	struct str *names;
	size_t i;

	if (list == NULL)
		return 0;
	if (!json_is_array(list))
		return err_set(p->err, ERR_INPUT, "\"aliases\" is not a list");
	names = arena_alloc(&p->schema->arena, json_array_size(list) * sizeof(*names));
	json_array_foreach(list, i, item)
	{
		struct str alias = json_text_str(item);
		if (!of_type && !schema_name_is_valid(alias))
			return err_set(p->err, ERR_INPUT, "alias %zu is no name", i + 1);
		buf_clear(&p->scratch);
		schema_name_add_full(&p->scratch, alias, of_type ? space : STR(""));
		if (!schema_full_name_is_valid(buf_str(&p->scratch)))
			return err_set(p->err, ERR_INPUT, "alias %zu is no name", i + 1);
		names[i] = arena_copy(&p->schema->arena, buf_str(&p->scratch));
	}
	*aliases = names;
	*count = json_array_size(list);
	return 0;
}

static struct avro_node *
start_named(struct parser *p, enum avro_type type, const json_t *json, struct str space)
{
	struct avro_node *node = start_node(p, type);
	void **place;

	if (schema_name_defined(&p->schema->arena, json, space, &node->name, p->err) != 0)
		return NULL;
	place = map_place(&p->names, node->name);
	if (*place != NULL) {
		err_set(p->err, ERR_INPUT, "type \"%.*s\" is defined twice", STR_ARG(node->name));
		return NULL;
	}
	*place = node;
	if (parse_aliases(p, json, true, schema_name_space(node->name), &node->aliases,
			  &node->alias_count) != 0) {
		err_prefix(p->err, "type \"%.*s\": ", STR_ARG(node->name));
		return NULL;
	}
	return node;
}

static int
parse_field(struct parser *p, const json_t *json, struct str space, struct avro_field *field)
{
	const json_t *type = json_object_get(json, "type");
	const json_t *without = json_object_get(json, "default");
	struct str name = json_text_str(json_object_get(json, "name"));

	if (!schema_name_is_valid(name))
		return err_set(p->err, ERR_INPUT, "a field has a name that is none: \"%.*s\"",
			       STR_ARG(name));
	field->name = arena_copy(&p->schema->arena, name);
	if (type == NULL)
		err_set(p->err, ERR_INPUT, "it has no type");
	else
		field->type = parse_type(p, type, space);
	if (field->type == NULL ||
	    parse_aliases(p, json, false, space, &field->aliases, &field->alias_count) != 0)
		return err_prefix(p->err, "field \"%.*s\": ", STR_ARG(name));
	if (without != NULL) {
		field->has_default = true;
		MEM_GROW(p->defaults, p->default_count, p->default_room);
		p->defaults[p->default_count++] = (struct pending_default){field, without};
	}
	return 0;
}

static struct avro_node *
parse_record(struct parser *p, const json_t *json, struct str space)
{
	const json_t *list = json_object_get(json, "fields"), *item;
	struct avro_node *node = start_named(p, AVRO_RECORD, json, space);
	struct map seen = {0};
	struct avro_field *fields;
	size_t i;

	if (node == NULL)
		return NULL;
	if (!json_is_array(list)) {
		err_set(p->err, ERR_INPUT, "record \"%.*s\" has no list of fields",
			STR_ARG(node->name));
		return NULL;
	}
	fields = arena_zero(&p->schema->arena, json_array_size(list) * sizeof(*fields));
	json_array_foreach(list, i, item)
	{
		if (parse_field(p, item, schema_name_space(node->name), &fields[i]) != 0)
			goto fail;
		void **place = map_place(&seen, fields[i].name);
		if (*place != NULL) {
			err_set(p->err, ERR_INPUT, "record \"%.*s\" has two fields \"%.*s\"",
				STR_ARG(node->name), STR_ARG(fields[i].name));
			goto fail;
		}
		*place = &fields[i];
	}
	map_free(&seen);
	node->fields = fields;
	node->count = json_array_size(list);
	return finish_node(p, node);

fail:
	map_free(&seen);
	return NULL;
}

static struct avro_node *
parse_enum(struct parser *p, const json_t *json, struct str space)
{
	const json_t *list = json_object_get(json, "symbols"), *item;
	const json_t *without = json_object_get(json, "default");
	struct avro_node *node = start_named(p, AVRO_ENUM, json, space);
	struct map seen = {0};
	struct str *symbols;
	size_t i;

	if (node == NULL)
		return NULL;
	if (!json_is_array(list)) {
		err_set(p->err, ERR_INPUT, "it has no list of symbols");
		goto fail;
	}
	symbols = arena_alloc(&p->schema->arena, json_array_size(list) * sizeof(*symbols));
	json_array_foreach(list, i, item)
	{
		if (!schema_name_is_valid(json_text_str(item))) {
			err_set(p->err, ERR_INPUT, "symbol %zu is no name", i + 1);
			goto fail;
		}
		symbols[i] = arena_copy(&p->schema->arena, json_text_str(item));
		void **place = map_place(&seen, symbols[i]);
		if (*place != NULL) {
			err_set(p->err, ERR_INPUT, "symbol \"%.*s\" is given twice",
				STR_ARG(symbols[i]));
			goto fail;
		}
		*place = &symbols[i];
	}
	if (without != NULL) {
		const struct str *symbol = map_get(&seen, json_text_str(without));
		if (symbol == NULL) {
			err_set(p->err, ERR_INPUT, "its default is none of its symbols");
			goto fail;
		}
		node->default_symbol = (int)(symbol - symbols);
	}
	map_free(&seen);
	node->symbols = symbols;
	node->count = json_array_size(list);
	return finish_node(p, node);

fail:
	map_free(&seen);
	err_prefix(p->err, "enum \"%.*s\": ", STR_ARG(node->name));
	return NULL;
}

static struct avro_node *
parse_fixed(struct parser *p, const json_t *json, struct str space)
{
	const json_t *size = json_object_get(json, "size");
	struct avro_node *node = start_named(p, AVRO_FIXED, json, space);

	if (node == NULL)
		return NULL;
	if (!json_is_integer(size) || json_integer_value(size) < 0 ||
	    json_integer_value(size) > AVRO_MAX_BLOCK) {
		err_set(p->err, ERR_INPUT, "fixed \"%.*s\" has no size between 0 and %d",
			STR_ARG(node->name), AVRO_MAX_BLOCK);
		return NULL;
	}
	node->size = (size_t)json_integer_value(size);
	set_logical(node, json);
	return finish_node(p, node);
}

static struct avro_node *
parse_list(struct parser *p, enum avro_type type, const json_t *json, struct str space)
{
	const char *attribute = type == AVRO_ARRAY ? "items" : "values";
	const json_t *items = json_object_get(json, attribute);
	struct avro_node *node = start_node(p, type);

	if (items == NULL) {
		err_set(p->err, ERR_INPUT, "%s without \"%s\"",
			type == AVRO_ARRAY ? "an array" : "a map", attribute);
		return NULL;
	}
	node->items = parse_type(p, items, space);
	return node->items == NULL ? NULL : finish_node(p, node);
}

static struct avro_node *
parse_union(struct parser *p, const json_t *json, struct str space)
{
	struct avro_node *node = start_node(p, AVRO_UNION);
	const struct avro_node **branches;
	struct map seen = {0}; /* by the name that tells branches apart */
	const json_t *item;
	size_t i;

	if (json_array_size(json) == 0) {
		err_set(p->err, ERR_INPUT, "a union has no branches");
		return NULL;
	}
	branches = arena_alloc(&p->schema->arena, json_array_size(json) * sizeof(*branches));
	json_array_foreach(json, i, item)
	{
		if (json_is_array(item)) {
			err_set(p->err, ERR_INPUT, "a union holds a union");
			goto fail;
		}
		const struct avro_node *branch = parse_type(p, item, space);
		if (branch == NULL)
			goto fail;
		struct str name = branch->name.ptr != NULL ? branch->name
							   : str_of(avro_type_name(branch->type));
		void **place = map_place(&seen, name);
		if (*place != NULL) {
			err_set(p->err, ERR_INPUT, "a union holds \"%.*s\" twice", STR_ARG(name));
			goto fail;
		}
		*place = (void *)branch;
		branches[i] = branch;
	}
	map_free(&seen);
	node->branches = branches;
	node->count = json_array_size(json);
	return finish_node(p, node);

fail:
	map_free(&seen);
	return NULL;
}

static struct avro_node *
parse_object(struct parser *p, const json_t *json, struct str space)
{
	struct str name = json_text_str(json_object_get(json, "type"));
	struct avro_node *node;
	enum avro_type type;

	if (name.ptr == NULL) {
		err_set(p->err, ERR_INPUT, "a type does not name what it is");
		return NULL;
	}
	if (!schema_name_built_in(name, &type))
		return find_name(p, name, space);
	if (schema_type_is_primitive(type)) {
		node = start_node(p, type);
		set_logical(node, json);
		return finish_node(p, node);
	}
	if (type == AVRO_ENUM)
		return parse_enum(p, json, space);
	if (type == AVRO_FIXED)
		return parse_fixed(p, json, space);
	if (p->depth == AVRO_MAX_DEPTH) {
		err_set(p->err, ERR_INPUT, "types are nested more than %d deep", AVRO_MAX_DEPTH);
		return NULL;
	}
	p->depth++;
	node = type == AVRO_RECORD ? parse_record(p, json, space)
				   : parse_list(p, type, json, space);
	p->depth--;
	return node;
}

static struct avro_node *
parse_type(struct parser *p, const json_t *json, struct str space)
{
	struct str name = json_text_str(json);
	enum avro_type type;

	if (json_is_object(json))
		return parse_object(p, json, space);
	if (json_is_array(json))
		return parse_union(p, json, space);
	if (name.ptr == NULL) {
		err_set(p->err, ERR_INPUT, "a type is neither a name, an object nor a list");
		return NULL;
	}
	if (!schema_name_built_in(name, &type) || !schema_type_is_primitive(type))
		return find_name(p, name, space);
	return finish_node(p, start_node(p, type));
}

#define ENDLESS SIZE_MAX /* the size of what is not known to end */

static size_t
add_sizes(size_t a, size_t b)
{
	if (a == ENDLESS || b == ENDLESS)
		return ENDLESS;
	return a + b > AVRO_MAX_BLOCK ? AVRO_MAX_BLOCK + 1 : a + b; /* no datum of it will fit */
}

static size_t
smallest_size(const struct avro_node *node)
{
	size_t size = 0;

	switch (node->type) {
	case AVRO_NULL:
		return 0;
	case AVRO_FLOAT:
		return 4;
	case AVRO_DOUBLE:
		return 8;
	case AVRO_FIXED:
		return node->size;
	case AVRO_RECORD:
		for (size_t i = 0; i < node->count; i++)
			size = add_sizes(size, node->fields[i].type->min_bytes);
		return size;
	case AVRO_UNION:
		size = ENDLESS;
		for (size_t i = 0; i < node->count; i++)
			if (node->branches[i]->min_bytes < size)
				size = node->branches[i]->min_bytes;
		return add_sizes(size, 1);
	default:
		return 1;
	}
}

/* The least fixed point. A pass looks one level of nesting further than the one before, and data
 * has no more levels than twice AVRO_MAX_DEPTH (a union has one of its own): after that many passes
 * the sizes are those of all data that will be accepted. */
static int
measure_types(struct parser *p)
{
	struct avro_schema *schema = p->schema;
	bool changed = true;

	for (size_t i = 0; i < schema->count; i++)
		schema->nodes[i]->min_bytes = ENDLESS;
	for (int pass = 0; changed && pass < 2 * AVRO_MAX_DEPTH + 2; pass++) {
		changed = false;
		for (size_t i = 0; i < schema->count; i++) {
			size_t size = smallest_size(schema->nodes[i]);
			changed |= size != schema->nodes[i]->min_bytes;
			schema->nodes[i]->min_bytes = size;
		}
	}
	for (size_t i = 0; i < schema->count; i++)
		if (schema->nodes[i]->min_bytes == ENDLESS)
			return err_set(
				p->err, ERR_INPUT,
				"type \"%.*s\" holds itself: no data of it ends within %d levels",
				STR_ARG(schema->nodes[i]->name), AVRO_MAX_DEPTH);
	return 0;
}

/* What takes no bytes is null, an empty fixed, or a record of such; a record in a record adds none
 * either. Many of them make readers work with few bytes to read: that is refused. */
static int
count_free_parts(struct parser *p)
{
	struct avro_schema *schema = p->schema;
	size_t *parts = mem_zero(schema->count, sizeof(*parts)); /* of no bytes, in what holds it */
	int status = 0;

	/* A record holds itself at best behind a byte: what counts here has a lower index. */
	for (size_t i = 0; i < schema->count && status == 0; i++) {
		const struct avro_node *node = schema->nodes[i];
		size_t most = node->min_bytes == 0 ? AVRO_MAX_FREE_PARTS
						   : AVRO_MAX_PARTS_A_BYTE * node->min_bytes;
		size_t sum = 0;
		for (size_t f = 0; node->type == AVRO_RECORD && f < node->count; f++)
			sum += parts[node->fields[f].type->index];
		if (sum > most)
			status = err_set(p->err, ERR_INPUT,
					 "record \"%.*s\" has more than %zu parts of no bytes",
					 STR_ARG(node->name), most);
		if (node->min_bytes <= AVRO_MAX_BLOCK) /* else there is no datum of it */
			parts[i] = sum + (node->min_bytes == 0 || node->type == AVRO_RECORD);
	}
	free(parts);
	return status;
}

static int
encode_defaults(struct parser *p)
{
	struct buf datum = {0};
	size_t steps = DEFAULT_STEPS, total = 0;
	int status = 0;

	for (size_t i = 0; i < p->default_count && status == 0; i++) {
		struct avro_field *field = p->defaults[i].field;
		buf_clear(&datum);
		status = datum_from_json(field->type, p->defaults[i].json, &steps, &datum, p->err);
		total += datum.len;
		if (status == 0 && total > AVRO_MAX_METADATA)
			status = err_set(p->err, ERR_INPUT, "defaults take more than %d bytes",
					 AVRO_MAX_METADATA);
		/* A default that is made of other defaults may be deeper than its JSON. */
		struct str rest = buf_str(&datum);
		if (status == 0)
			status = avro_datum_check(field->type, &rest, p->err);
		if (status != 0)
			err_prefix(p->err, "default of field \"%.*s\": ", STR_ARG(field->name));
		else
			field->default_datum = arena_copy(&p->schema->arena, buf_str(&datum));
	}
	buf_free(&datum);
	return status;
}

struct avro_schema *
avro_schema_parse(struct str text, struct err *err)
{
	struct avro_schema *schema = mem_zero(1, sizeof(*schema));
	struct parser p = {.schema = schema, .err = err};
	json_t *json = NULL;
	int status = -1;

	if (text.len > AVRO_MAX_SCHEMA) {
		err_set(err, ERR_INPUT, "it is larger than %d bytes", AVRO_MAX_SCHEMA);
		goto done;
	}
	if (json_text_values(text) > AVRO_MAX_VALUES) {
		err_set(err, ERR_INPUT, "it holds more than %d values", AVRO_MAX_VALUES);
		goto done;
	}
	json = json_text_read(text, err);
	if (json == NULL)
		goto done;
	schema->root = parse_type(&p, json, STR(""));
	if (schema->root == NULL || measure_types(&p) != 0 || count_free_parts(&p) != 0 ||
	    encode_defaults(&p) != 0)
		goto done;
	json_text_add(&schema->json, json);
	status = 0;

done:
	json_decref(json);
	map_free(&p.names);
	free(p.defaults);
	buf_free(&p.scratch);
	if (status == 0)
		return schema;
	err_prefix(err, "schema: ");
	avro_schema_free(schema);
	return NULL;
}

void
avro_schema_free(struct avro_schema *schema)
{
	if (schema == NULL)
		return;
	arena_free(&schema->arena);
	buf_free(&schema->json);
	free(schema->nodes);
	free(schema);
}

const struct avro_node *
avro_schema_root(const struct avro_schema *schema)
{
	return schema->root;
}

size_t
avro_schema_node_count(const struct avro_schema *schema)
{
	return schema->count;
}

struct str
avro_schema_json(const struct avro_schema *schema)
{
	return buf_str(&schema->json);
}

const struct avro_field *
avro_node_field(const struct avro_node *record, struct str name)
{
	for (size_t i = 0; i < record->count; i++)
		if (str_equal(record->fields[i].name, name))
			return &record->fields[i];
	return NULL;
}
