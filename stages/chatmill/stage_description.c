#include "stage_description.h"

#include "base/mem.h"

static int
refuse(struct err *err, const char *key, const char *should)
{
	return err_set(err, ERR_INPUT, "its description has no \"%s\" that is %s", key, should);
}

static int
take_text(const json_t *json, const char *key, const char **to, struct err *err)
{
	*to = json_string_value(json_object_get(json, key));
	return *to != NULL ? 0 : refuse(err, key, "a text");
}

/* Null, or not there: *to stays NULL. */
static int
take_optional_text(const json_t *json, const char *key, const char **to, struct err *err)
{
	const json_t *value = json_object_get(json, key);

	return value == NULL || json_is_null(value) ? 0 : take_text(json, key, to, err);
}

static int
take_kind(struct stage_description *stage, struct err *err)
{
	const char *name;

	if (take_text(stage->json, "kind", &name, err) != 0)
		return -1;
	for (int kind = STAGE_SOURCE; kind <= STAGE_SINK; kind++)
		if (strcmp(name, stage_kind_names[kind]) == 0) {
			stage->kind = (enum stage_kind)kind;
			return 0;
		}
	return refuse(err, "kind", "source, transform or sink");
}

static int
take_reads(struct stage_description *stage, struct err *err)
{
	const json_t *reads = json_object_get(stage->json, "reads"), *read;
	size_t i;

	if (reads != NULL && !json_is_null(reads) && !json_is_array(reads))
		return refuse(err, "reads", "a list");
	stage->reads = mem_zero(json_array_size(reads), sizeof(*stage->reads));
	json_array_foreach((json_t *)reads, i, read)
	{
		struct stage_read *to = &stage->reads[stage->read_count++];
		if (take_text(read, "path", &to->path, err) != 0 ||
		    take_text(read, "type", &to->type, err) != 0)
			return err_prefix(err, "reads[%zu]: ", i);
		to->optional = json_is_true(json_object_get(read, "optional"));
	}
	return 0;
}

/* A schema is shown to the stages behind it as text. */
static int
take_schema(const struct stage_description *stage, const char *key, char **text, const char **name,
	    struct err *err)
{
	const json_t *schema = json_object_get(stage->json, key);

	if (schema == NULL || json_is_null(schema))
		return 0;
	if (take_text(schema, "name", name, err) != 0)
		return err_prefix(err, "%s: ", key);
	*text = json_dumps(schema, JSON_COMPACT);
	return *text != NULL ? 0 : refuse(err, key, "a schema");
}

static int
take_all(struct stage_description *stage, struct err *err)
{
	const json_t *api = json_object_get(stage->json, "api");

	if (!json_is_integer(api))
		return refuse(err, "api", "a number");
	if (json_integer_value(api) != STAGE_API)
		return err_set(err, ERR_INPUT,
			       "it is written for stage API %" JSON_INTEGER_FORMAT
			       ", and this chatmill knows %d",
			       json_integer_value(api), STAGE_API);
	if (take_text(stage->json, "name", &stage->name, err) != 0 ||
	    take_text(stage->json, "version", &stage->version, err) != 0 ||
	    take_text(stage->json, "summary", &stage->summary, err) != 0 ||
	    take_kind(stage, err) != 0 || take_reads(stage, err) != 0 ||
	    take_schema(stage, "appends", &stage->appends, &stage->appended, err) != 0 ||
	    take_schema(stage, "emits", &stage->emits, &stage->emitted, err) != 0 ||
	    take_optional_text(stage->json, "key", &stage->key, err) != 0 ||
	    take_optional_text(stage->json, "partition_by", &stage->partition_by, err) != 0)
		return -1;
	if (stage->kind == STAGE_SOURCE && stage->emits == NULL)
		return refuse(err, "emits", "a schema, and it is a source");
	stage->remembers = json_array_size(json_object_get(stage->json, "states")) > 0;
	stage->options = json_object_get(stage->json, "options");
	return json_is_array(stage->options) ? 0 : refuse(err, "options", "a list");
}

struct stage_description *
stage_description_parse(struct str text, struct err *err)
{
	struct stage_description *stage = mem_zero(1, sizeof(*stage));

	stage->json = json_loadb(text.ptr == NULL ? "" : text.ptr, text.len, 0, NULL);
	if (!json_is_object(stage->json)) {
		err_set(err, ERR_INPUT, "its description is no JSON object");
		goto fail;
	}
	if (json_is_string(json_object_get(stage->json, "error"))) {
		err_set(err, ERR_INPUT, "%s",
			json_string_value(json_object_get(stage->json, "error")));
		goto fail;
	}
	if (take_all(stage, err) != 0)
		goto fail;
	return stage;

fail:
	stage_description_free(stage);
	return NULL;
}

void
stage_description_free(struct stage_description *stage)
{
	if (stage == NULL)
		return;
	free(stage->reads);
	free(stage->appends);
	free(stage->emits);
	json_decref((json_t *)stage->json);
	free(stage);
}
