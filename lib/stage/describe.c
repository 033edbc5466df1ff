#include "stage/describe.h"

static const char *const type_names[] = {
	[FIELD_STR] = "string",  [FIELD_BOOL] = "boolean", [FIELD_I32] = "int",
	[FIELD_I64] = "long",    [FIELD_U32] = "int",      [FIELD_U64] = "long",
	[FIELD_F32] = "float",   [FIELD_F64] = "double",   [FIELD_BUF] = "bytes",
	[FIELD_ENUM] = "enum",   [FIELD_LIST] = "array",   [FIELD_RECORD] = "record",
	[FIELD_FIXED] = "fixed",
};

static json_t *
string_or_null(const char *s)
{
	return s == NULL ? json_null() : json_string(s);
}

static json_t *
schema_or_null(const char *schema)
{
	json_t *json = schema == NULL ? NULL : json_loads(schema, 0, NULL);

	return json == NULL ? json_null() : json;
}

static void
add_row(json_t *rows, const char *path, enum field_type type, bool optional)
{
	json_array_append_new(rows, json_pack("{s:s, s:s, s:b}", "path", path, "type",
					      type_names[type], "optional", optional));
}

static json_t *
describe_rows(const struct stage_def *def)
{
	json_t *rows = json_array();

	for (const struct field *f = def->reads; f != NULL && f->path != NULL; f++)
		add_row(rows, f->path, f->type, f->optional);
	if (def->key != NULL)
		add_row(rows, def->key, FIELD_STR, false);
	if (def->event_time != NULL)
		add_row(rows, def->event_time, FIELD_I64, false);
	return rows;
}

json_t *
describe_stage(const struct stage_def *def, const char *const *needs, json_t *options)
{
	json_t *states = json_array(), *all = json_object(), *reads = describe_rows(def);

	for (; needs != NULL && *needs != NULL; needs++)
		json_array_append_new(reads, json_pack("{s:s, s:s, s:b}", "path", *needs, "type",
						       "any", "optional", 0));
	for (const struct stage_state *s = def->states; s != NULL && s->name != NULL; s++)
		json_array_append_new(states, json_string(s->name));
	json_object_set_new(all, "api", json_integer(def->api));
	json_object_set_new(all, "name", json_string(def->name));
	json_object_set_new(all, "version", json_string(def->version));
	json_object_set_new(all, "summary", json_string(def->summary));
	json_object_set_new(all, "kind", json_string(stage_kind_names[stage_kind_of(def)]));
	json_object_set_new(all, "reads", reads);
	json_object_set_new(all, "appends", schema_or_null(def->appends));
	json_object_set_new(all, "emits", schema_or_null(def->emits));
	json_object_set_new(all, "key", string_or_null(def->key));
	json_object_set_new(all, "partition_by",
			    string_or_null(def->emits == NULL          ? NULL
					   : def->partition_by == NULL ? "conversation_id"
								       : def->partition_by));
	json_object_set_new(all, "event_time", string_or_null(def->event_time));
	json_object_set_new(all, "states", states);
	json_object_set_new(all, "serial", json_boolean(def->serial));
	json_object_set_new(all, "options", options);
	return all;
}

void
describe_reads(const struct stage_def *def, struct buf *out)
{
	for (const struct field *f = def->reads; f != NULL && f->path != NULL; f++)
		buf_printf(out, "%s%s%s", f == def->reads ? "" : ", ", f->path,
			   f->optional ? " (optional)" : "");
}

void
describe_writes(const struct stage_def *def, struct buf *out)
{
	json_t *schema = schema_or_null(def->appends != NULL ? def->appends : def->emits);
	const char *name = json_string_value(json_object_get(schema, "name"));
	const char *space = json_string_value(json_object_get(schema, "namespace"));

	if (def->appends != NULL)
		buf_printf(out, "appends the field \"%s\"", name == NULL ? "" : name);
	else if (def->emits != NULL)
		buf_printf(out, "new records: %s%s%s", space == NULL ? "" : space,
			   space == NULL ? "" : ".", name == NULL ? "" : name);
	json_decref(schema);
}
