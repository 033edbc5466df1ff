/*
 * A schema with one field more, other, or less is written anew from the JSON of the old one, so
 * that all attributes stay as they came. What needs care are the types:
 *
 * - A type is defined where it is first written. Whoever refers to one that was defined in a field
 *   that is gone gets the definition instead of the name; a second definition becomes a reference.
 * - A name without a namespace means something only within its surroundings. Each type is therefore
 *   walked with two namespaces: the one its names were written in, and the one that surrounds them
 *   in the new text. Where the two differ, names are written in full.
 * - A type that the new field defines, and that other fields use from its former definition, must
 *   not have changed: their data would be read wrongly.
 */
#include "avro/json_text.h"
#include "avro/schema.h"
#include "avro/schema_names.h"
#include "base/map.h"
#include "base/mem.h"

#define MAX_NESTING 256 /* of the text to be written; the parser is stricter */

/* Where the JSON at hand comes from: the schema, or the field that is put into it. */
enum origin { OLD, NEW };
struct definition {
	const json_t *json; /* NULL: that origin does not define it */
	struct str space;   /* around it */
};
struct named {
	struct str name; /* full */
	struct definition by[2];
	bool written, by_field; /* written; as the new field defines it */
	bool shared;            /* and used by other fields, too */
};
struct edit {
	struct arena arena;
	struct map names; /* full name: struct named * */
	struct buf *out;
	int depth;
	struct err *err;
};
/* How names are to be understood. */
struct place {
	enum origin origin;
	struct str from, to; /* namespaces: of the JSON, of the text to be written */
};

static int add_type(struct edit *, const json_t *, struct place);

/* The types that a JSON type is made of: of each field, item or branch. */
static int
collect(struct edit *e, const json_t *json, enum origin origin, struct str space)
{
	const json_t *part;
	enum avro_type type;
	size_t i;

	if (json_is_array(json)) {
		json_array_foreach(json, i, part)
		{
			if (collect(e, part, origin, space) != 0)
				return -1;
		}
		return 0;
	}
	if (!json_is_object(json) ||
	    !schema_name_built_in(json_text_str(json_object_get(json, "type")), &type))
		return 0;
	if (type == AVRO_ARRAY || type == AVRO_MAP)
		return collect(e, json_object_get(json, type == AVRO_ARRAY ? "items" : "values"),
			       origin, space);
	if (!schema_type_is_named(type))
		return 0;

	struct str name;
	if (schema_name_defined(&e->arena, json, space, &name, e->err) != 0)
		return -1;
	void **at = map_place(&e->names, name);
	if (*at == NULL)
		*at = arena_zero(&e->arena, sizeof(struct named));
	struct named *named = *at;
	if (named->by[origin].json != NULL)
		return err_set(e->err, ERR_FATAL, "type \"%.*s\" is defined twice", STR_ARG(name));
	named->name = name;
	named->by[origin] = (struct definition){json, space};
	json_array_foreach(json_object_get(json, "fields"), i, part)
	{
		if (collect(e, json_object_get(part, "type"), origin, schema_name_space(name)) != 0)
			return -1;
	}
	return 0;
}

static struct named *
find_named(struct edit *e, struct str name, struct place place)
{
	struct buf full = {0};
	struct named *named;

	schema_name_add_full(&full, name, place.from);
	named = map_get(&e->names, buf_str(&full));
	buf_free(&full);
	if (named == NULL || (place.origin == OLD && named->by[OLD].json == NULL))
		named = map_get(&e->names, name);
	return named;
}

/* A field with its type; everything else in it as it came. */
static int
add_field(struct edit *e, const json_t *field, struct place place)
{
	const char *key;
	json_t *value;
	char before = '{';

	json_object_foreach((json_t *)field, key, value)
	{
		buf_add_byte(e->out, before);
		before = ',';
		json_text_add_string(e->out, str_of(key));
		buf_add_byte(e->out, ':');
		if (strcmp(key, "type") != 0)
			json_text_add(e->out, value);
		else if (add_type(e, value, place) != 0)
			return -1;
	}
	buf_add_byte(e->out, '}');
	return 0;
}

static int
add_fields(struct edit *e, const json_t *fields, struct place place)
{
	const json_t *field;
	size_t i;

	buf_add_byte(e->out, '[');
	json_array_foreach(fields, i, field)
	{
		if (i > 0)
			buf_add_byte(e->out, ',');
		if (add_field(e, field, place) != 0)
			return -1;
	}
	buf_add_byte(e->out, ']');
	return 0;
}

/* An array, a map, or the definition of the type called `named` (NULL: none). */
static int
add_object(struct edit *e, const json_t *json, struct named *named, struct place place)
{
	struct place within = place;
	bool add_space = false;
	const char *key;
	json_t *value;
	char before = '{';

	if (named != NULL) {
		struct str own = schema_name_space(named->name);
		struct str name = json_text_str(json_object_get(json, "name"));
		add_space = !str_equal(place.from, place.to) &&
			    !json_is_string(json_object_get(json, "namespace")) &&
			    memchr(name.ptr, '.', name.len) == NULL;
		within = (struct place){place.origin, own, own};
	}
	json_object_foreach((json_t *)json, key, value)
	{
		if (add_space && strcmp(key, "namespace") == 0)
			continue; /* it is null */
		buf_add_byte(e->out, before);
		before = ',';
		json_text_add_string(e->out, str_of(key));
		buf_add_byte(e->out, ':');
		int status = 0;
		if (named != NULL && strcmp(key, "fields") == 0 && json_is_array(value))
			status = add_fields(e, value, within);
		else if (named == NULL && (strcmp(key, "items") == 0 || strcmp(key, "values") == 0))
			status = add_type(e, value, within);
		else
			json_text_add(e->out, value);
		if (status != 0)
			return -1;
		if (add_space && strcmp(key, "name") == 0) {
			buf_add(e->out, STR(",\"namespace\":"));
			json_text_add_string(e->out, within.from);
		}
	}
	buf_add_byte(e->out, '}');
	return 0;
}

static int
add_definition(struct edit *e, struct named *named, enum origin origin, struct str to)
{
	struct place place = {origin, named->by[origin].space, to};

	named->written = true;
	named->by_field = origin == NEW;
	return add_object(e, named->by[origin].json, named, place);
}

static int
add_reference(struct edit *e, const json_t *json, struct str name, struct place place)
{
	struct named *named = find_named(e, name, place);

	if (named == NULL)
		return err_set(e->err, ERR_FATAL, "no type \"%.*s\" is defined before its use",
			       STR_ARG(name));
	if (!named->written) {
		if (named->by[OLD].json == NULL)
			return err_set(e->err, ERR_FATAL,
				       "type \"%.*s\" is used before it is defined", STR_ARG(name));
		return add_definition(e, named, OLD, place.to);
	}
	named->shared |= place.origin == OLD && named->by_field;
	if (str_equal(place.from, place.to))
		json_text_add(e->out, json);
	else
		json_text_add_string(e->out, named->name);
	return 0;
}

static int
add_any(struct edit *e, const json_t *json, struct place place)
{
	struct str name =
		json_text_str(json_is_object(json) ? json_object_get(json, "type") : json);
	enum avro_type type;

	if (json_is_array(json)) {
		const json_t *branch;
		size_t i;
		json_array_foreach(json, i, branch)
		{
			buf_add_byte(e->out, i == 0 ? '[' : ',');
			if (add_type(e, branch, place) != 0)
				return -1;
		}
		buf_add(e->out, i == 0 ? STR("[]") : STR("]"));
		return 0;
	}
	if (name.ptr == NULL)
		return err_set(e->err, ERR_FATAL, "a type does not name what it is");
	if (!schema_name_built_in(name, &type) ||
	    (json_is_string(json) && !schema_type_is_primitive(type)))
		return add_reference(e, json, name, place);
	if (schema_type_is_primitive(type)) {
		json_text_add(e->out, json);
		return 0;
	}
	if (!schema_type_is_named(type))
		return add_object(e, json, NULL, place);

	struct str full;
	if (schema_name_defined(&e->arena, json, place.from, &full, e->err) != 0)
		return -1;
	struct named *named = map_get(&e->names, full); /* collected */
	if (!named->written)
		return add_definition(e, named, place.origin, place.to);
	if (place.origin == NEW)
		return err_set(e->err, ERR_FATAL,
			       "it defines type \"%.*s\", which the record has already",
			       STR_ARG(full));
	named->shared |= named->by_field;
	json_text_add_string(e->out, full);
	return 0;
}

static int
add_type(struct edit *e, const json_t *json, struct place place)
{
	int status;

	if (e->depth == MAX_NESTING)
		return err_set(e->err, ERR_FATAL, "types are nested more than %d deep",
			       MAX_NESTING);
	e->depth++;
	status = add_any(e, json, place);
	e->depth--;
	return status;
}

/* The type as a schema of its own. */
static struct avro_schema *
cut_out(struct edit *e, struct named *named, enum origin origin)
{
	struct avro_schema *schema = NULL;
	struct buf text = {0}, *out = e->out;

	for (size_t i = 0; i < e->names.used; i++)
		((struct named *)e->names.entries[i].value)->written = false;
	e->out = &text;
	if (add_definition(e, named, origin, STR("")) == 0)
		schema = avro_schema_parse(buf_str(&text), e->err);
	e->out = out;
	buf_free(&text);
	return schema;
}

/* Types of the new field that other fields use are what they were. */
static int
check_shared(struct edit *e)
{
	int status = 0;

	for (size_t i = 0; i < e->names.used && status == 0; i++) {
		struct named *named = e->names.entries[i].value;
		if (!named->shared)
			continue;
		struct avro_schema *was = cut_out(e, named, OLD), *is = cut_out(e, named, NEW);
		if (was == NULL || is == NULL)
			status = -1;
		else if (avro_schema_fingerprint(was) != avro_schema_fingerprint(is))
			status = err_set(e->err, ERR_FATAL,
					 "it changes type \"%.*s\", which other fields use",
					 STR_ARG(named->name));
		avro_schema_free(was);
		avro_schema_free(is);
	}
	return status;
}

/* The record with `field` (NULL: nothing) in the place of the field called `name`, or at its end.
 */
static struct avro_schema *
rewrite(const struct avro_schema *schema, struct str name, const json_t *field, struct err *err)
{
	struct str record = avro_schema_root(schema)->name;
	struct str space = schema_name_space(record);
	struct buf text = {0}, field_space = {0};
	struct edit e = {.out = &text, .err = err};
	struct avro_schema *result = NULL;
	json_t *json = json_text_read(avro_schema_json(schema), err), *item, *value;
	bool placed = field == NULL;
	const char *key;
	size_t i;
	char before = '{';

	schema_name_add_full(&field_space, name, space);
	struct place old = {OLD, space, space}, new = {NEW, buf_str(&field_space), space};
	if (json == NULL || collect(&e, json, OLD, STR("")) != 0 ||
	    collect(&e, json_object_get(field, "type"), NEW, new.from) != 0)
		goto done;
	((struct named *)map_get(&e.names, record))->written = true;
	json_object_foreach(json, key, value)
	{
		buf_add_byte(&text, before);
		before = ',';
		json_text_add_string(&text, str_of(key));
		buf_add_byte(&text, ':');
		if (strcmp(key, "fields") != 0) {
			json_text_add(&text, value);
			continue;
		}
		char separator = '[';
		json_array_foreach(value, i, item)
		{
			bool replaced =
				str_equal(json_text_str(json_object_get(item, "name")), name);
			if (replaced && field == NULL)
				continue;
			buf_add_byte(&text, separator);
			separator = ',';
			if (add_field(&e, replaced ? field : item, replaced ? new : old) != 0)
				goto done;
			placed |= replaced;
		}
		if (!placed) {
			buf_add_byte(&text, separator);
			if (add_field(&e, field, new) != 0)
				goto done;
		}
		buf_add(&text, separator == '[' && placed ? STR("[]") : STR("]"));
	}
	buf_add_byte(&text, '}');
	if (check_shared(&e) == 0)
		result = avro_schema_parse(buf_str(&text), err);

done:
	if (result == NULL)
		err->class = ERR_FATAL; /* the field is ours */
	json_decref(json);
	buf_free(&field_space);
	buf_free(&text);
	map_free(&e.names);
	arena_free(&e.arena);
	return result;
}

struct avro_schema *
avro_schema_with_field(const struct avro_schema *schema, struct str field_json, struct err *err)
{
	struct avro_schema *result = NULL;
	json_t *field = json_text_read(field_json, err);
	const json_t *type = json_object_get(field, "type");
	struct str name = json_text_str(json_object_get(field, "name"));

	if (field == NULL)
		err->class = ERR_FATAL;
	else if (!schema_name_is_valid(name))
		err_set(err, ERR_FATAL, "it has no name");
	else if (!str_equal(json_text_str(json_array_get(type, 0)), STR("null")) ||
		 !json_is_null(json_object_get(field, "default")))
		err_set(err, ERR_FATAL,
			"its type is not a union that begins with null, with null as default");
	else if (avro_schema_root(schema)->type != AVRO_RECORD)
		err_set(err, ERR_FATAL, "the input is no record");
	else
		result = rewrite(schema, name, field, err);
	if (result == NULL)
		err_prefix(err, "could not append field \"%.*s\": ", STR_ARG(name));
	json_decref(field);
	return result;
}

struct avro_schema *
avro_schema_without_field(const struct avro_schema *schema, struct str name, struct err *err)
{
	const struct avro_node *root = avro_schema_root(schema);
	struct avro_schema *result = NULL;

	if (root->type != AVRO_RECORD || avro_node_field(root, name) == NULL)
		err_set(err, ERR_FATAL, "there is none");
	else
		result = rewrite(schema, name, NULL, err);
	if (result == NULL)
		err_prefix(err, "could not remove field \"%.*s\": ", STR_ARG(name));
	return result;
}
