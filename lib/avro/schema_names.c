#include "avro/schema_names.h"

#include "avro/json_text.h"
#include "avro/limits.h"

static const char *const type_names[] = {
	[AVRO_NULL] = "null",     [AVRO_BOOLEAN] = "boolean", [AVRO_INT] = "int",
	[AVRO_LONG] = "long",     [AVRO_FLOAT] = "float",     [AVRO_DOUBLE] = "double",
	[AVRO_BYTES] = "bytes",   [AVRO_STRING] = "string",   [AVRO_FIXED] = "fixed",
	[AVRO_ENUM] = "enum",     [AVRO_ARRAY] = "array",     [AVRO_MAP] = "map",
	[AVRO_RECORD] = "record", [AVRO_UNION] = "union",
};

const char *
avro_type_name(enum avro_type type)
{
	return type_names[type];
}

bool
schema_name_built_in(struct str name, enum avro_type *type)
{
	for (enum avro_type t = AVRO_NULL; t < AVRO_UNION; t++)
		if (str_equal(name, str_of(type_names[t]))) {
			*type = t;
			return true;
		}
	return false;
}

bool
schema_type_is_primitive(enum avro_type type)
{
	return type <= AVRO_STRING;
}

bool
schema_type_is_named(enum avro_type type)
{
	return type == AVRO_FIXED || type == AVRO_ENUM || type == AVRO_RECORD;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool
schema_name_is_valid(struct str name)
{
	if (name.len == 0 || name.len > AVRO_MAX_NAME || !is_letter(name.ptr[0]))
		return false;
	for (size_t i = 1; i < name.len; i++)
		if (!is_letter(name.ptr[i]) && !(name.ptr[i] >= '0' && name.ptr[i] <= '9'))
			return false;
	return true;
}

bool
schema_full_name_is_valid(struct str name)
{
	struct str rest = name;

	if (name.len == 0 || name.len > AVRO_MAX_NAME || name.ptr[name.len - 1] == '.')
		return false;
	while (rest.len > 0)
		if (!schema_name_is_valid(str_cut(&rest, '.')))
			return false;
	return true;
}

struct str
schema_name_space(struct str full)
{
	for (size_t i = full.len; i > 0; i--)
		if (full.ptr[i - 1] == '.')
			return str_head(full, i - 1);
	return STR("");
}

struct str
schema_name_last(struct str full)
{
	struct str space = schema_name_space(full);

	return space.len == 0 ? full : str_tail(full, space.len + 1);
}

void
schema_name_add_full(struct buf *b, struct str name, struct str space)
{
	if (space.len > 0 && (name.len == 0 || memchr(name.ptr, '.', name.len) == NULL)) {
		buf_add(b, space);
		buf_add_byte(b, '.');
	}
	buf_add(b, name);
}

int
schema_name_defined(struct arena *arena, const json_t *object, struct str space, struct str *full,
		    struct err *err)
{
	const json_t *own = json_object_get(object, "namespace");
	struct str name = json_text_str(json_object_get(object, "name"));
	struct buf b = {0};
	enum avro_type type;
	int status = -1;

	if (name.ptr == NULL)
		return err_set(err, ERR_INPUT, "a named type has no name");
	if (own != NULL && !json_is_null(own)) {
		space = json_text_str(own);
		if (space.ptr == NULL || (space.len > 0 && !schema_full_name_is_valid(space)))
			return err_set(err, ERR_INPUT,
				       "type \"%.*s\": its namespace is no dotted name",
				       STR_ARG(name));
	}
	schema_name_add_full(&b, name, space);
	if (!schema_full_name_is_valid(buf_str(&b)))
		err_set(err, ERR_INPUT, "no name for a type: \"%.*s\"", STR_ARG(buf_str(&b)));
	else if (schema_name_built_in(schema_name_last(buf_str(&b)), &type) &&
		 schema_type_is_primitive(type))
		err_set(err, ERR_INPUT, "\"%.*s\" is a type of Avro's own, not to be defined",
			STR_ARG(buf_str(&b)));
	else
		status = 0;
	if (status == 0)
		*full = arena_copy(arena, buf_str(&b));
	buf_free(&b);
	return status;
}
