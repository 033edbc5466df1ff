#include "stage/binding.h"

#include "base/mem.h"

const char *const stage_kind_names[] = {"source", "transform", "sink"};

enum stage_kind
stage_kind_of(const struct stage_def *def)
{
	return def->poll != NULL     ? STAGE_SOURCE
	       : def->commit != NULL ? STAGE_SINK
				     : STAGE_TRANSFORM;
}

static int
check_callbacks(const struct stage_def *def, struct err *err)
{
	enum stage_kind kind = stage_kind_of(def);

	if (def->api != STAGE_API)
		return err_set(err, ERR_FATAL, "written for stage API %d, this library has %d",
			       def->api, STAGE_API);
	if (def->name == NULL || def->version == NULL || def->summary == NULL)
		return err_set(err, ERR_FATAL, "needs a name, a version and a summary");
	if (kind == STAGE_SOURCE && (def->process != NULL || def->commit != NULL))
		return err_set(err, ERR_FATAL, "a source has poll, and neither process nor commit");
	if (kind != STAGE_SOURCE && def->process == NULL)
		return err_set(err, ERR_FATAL, "has neither process nor poll");
	if (def->appends != NULL && def->emits != NULL)
		return err_set(err, ERR_FATAL, "appends or emits, not both");
	if (kind == STAGE_SOURCE && def->emits == NULL)
		return err_set(err, ERR_FATAL, "a source emits");
	if (kind == STAGE_SINK && (def->appends != NULL || def->emits != NULL))
		return err_set(err, ERR_FATAL, "a sink neither appends nor emits");
	if ((def->writes != NULL) != (def->appends != NULL || def->emits != NULL))
		return err_set(err, ERR_FATAL,
			       "a table of what it writes goes with appends or emits");
	if (def->shape != NULL && (kind != STAGE_TRANSFORM || def->writes != NULL))
		return err_set(err, ERR_FATAL,
			       "shape is a transform's that neither appends nor emits");
	if (def->states != NULL && def->key == NULL && !def->serial)
		return err_set(err, ERR_FATAL, "state needs a key, or serial");
	return 0;
}

/* The schema of what `writes` describes: the appended field alone in a record, or what is emitted.
 */
static struct avro_schema *
parse_own(const struct stage_def *def, struct err *err)
{
	static const char alone[] =
		"{\"type\": \"record\", \"name\": \"Appended\", \"fields\": []}";

	if (def->emits != NULL)
		return avro_schema_parse(str_of(def->emits), err);
	struct avro_schema *empty = avro_schema_parse(str_of(alone), err);
	if (empty == NULL)
		return NULL;
	struct avro_schema *own = avro_schema_with_field(empty, str_of(def->appends), err);
	avro_schema_free(empty);
	return own;
}

/* Sets own, own_field, own_branch and encoder. */
static int
bind_writes(struct binding *b, struct err *err)
{
	const struct stage_def *def = b->def;

	if (def->writes == NULL)
		return 0;
	b->own = parse_own(def, err);
	if (b->own == NULL)
		return err_prefix(err, "%s: ", def->emits != NULL ? "emits" : "appends");
	const struct avro_node *type = avro_schema_root(b->own);
	if (type->type != AVRO_RECORD)
		return err_set(err, ERR_FATAL, "what it emits is no record");
	if (def->appends != NULL) {
		const struct avro_field *field = &type->fields[0];
		if (field->type->type != AVRO_UNION || field->type->count != 2 ||
		    field->type->branches[0]->type != AVRO_NULL)
			return err_set(err, ERR_FATAL,
				       "the appended field is a union of null and one type");
		b->own_field = field->name;
		b->own_branch = 1;
		type = field->type->branches[1];
	}
	b->encoder = avro_encoder_new(type, def->writes, err);
	return b->encoder == NULL ? -1 : 0;
}

int
binding_check(const struct stage_def *def, struct err *err)
{
	struct binding b = {.def = def, .kind = stage_kind_of(def)};
	int result = check_callbacks(def, err);

	if (result == 0)
		result = bind_writes(&b, err);
	binding_close(&b);
	return result;
}

static size_t
count_rows(const struct field *rows)
{
	size_t n = 0;

	while (rows != NULL && rows[n].path != NULL)
		n++;
	return n;
}

/* Where the author's struct has this path; or a row of our own behind it. */
static size_t
place_of(struct binding *b, size_t *count, const char *path, enum field_type type, size_t size)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(b->rows[i].path, path) == 0 && b->rows[i].type == type &&
		    !b->rows[i].optional)
			return b->rows[i].at;
	size_t at = b->struct_size;
	b->rows[(*count)++] = (struct field){.path = path, .type = type, .at = at};
	b->struct_size += size;
	return at;
}

/* The author's rows, with the key and the event time added behind his struct where he has no use
 * for them himself. */
static void
make_rows(struct binding *b)
{
	const struct stage_def *def = b->def;
	size_t count = count_rows(def->reads);

	b->rows = mem_zero(count + 3, sizeof(*b->rows));
	if (count > 0)
		memcpy(b->rows, def->reads, count * sizeof(*b->rows));
	b->struct_size = count > 0 ? (def->reads[0].of + 15) & ~(size_t)15 : 0;
	b->key_at = b->event_at = SIZE_MAX;
	if (def->key != NULL)
		b->key_at = place_of(b, &count, def->key, FIELD_STR, sizeof(struct str));
	if (def->event_time != NULL)
		b->event_at = place_of(b, &count, def->event_time, FIELD_I64, sizeof(int64_t));
	for (size_t i = 0; i < count; i++)
		b->rows[i].of = b->struct_size;
}

static int
bind_reads(struct binding *b, struct err *err)
{
	const struct avro_node *record = avro_schema_root(b->input);

	if (record->type != AVRO_RECORD)
		return err_set(err, ERR_FATAL, "the input's schema is %s: a record was expected",
			       avro_type_name(record->type));
	make_rows(b);
	b->plan =
		avro_plan_new(record, b->rows[0].path == NULL ? NULL : b->rows, b->own_field, err);
	if (b->plan != NULL)
		return 0;
	if (str_starts(str_of(err->text), STR("the input has no field"))) {
		struct err said = *err;
		err_set(err, ERR_FATAL, "%.400s; `chatmill stages` says which stage appends it",
			said.text);
	}
	return -1;
}

static int
make_output(struct binding *b, struct err *err)
{
	if (b->kind == STAGE_SINK)
		return 0;
	if (b->def->emits != NULL)
		b->output = avro_schema_parse(str_of(b->def->emits), err);
	else if (b->def->appends != NULL)
		b->output = avro_schema_with_field(b->input, str_of(b->def->appends), err);
	else
		b->output = avro_schema_parse(avro_schema_json(b->input), err);
	return b->output == NULL ? -1 : 0;
}

int
binding_open(struct binding *b, const struct stage_def *def, struct avro_schema *input,
	     struct err *err)
{
	*b = (struct binding){.def = def,
			      .kind = stage_kind_of(def),
			      .input = input,
			      .mirrors = def->emits == NULL && def->shape == NULL};
	if (check_callbacks(def, err) != 0 || bind_writes(b, err) != 0) {
		err_prefix(err, "declaration: ");
		goto fail;
	}
	if (input != NULL && bind_reads(b, err) != 0)
		goto fail;
	if (make_output(b, err) != 0)
		goto fail;
	return 0;

fail:
	err->class = ERR_FATAL;
	binding_close(b);
	return -1;
}

int
binding_shape(struct binding *b, const void *shared, struct str trail, struct buf *trail_out,
	      struct err *err)
{
	struct buf json = {0};
	int result = -1;

	if (b->def->shape == NULL)
		return 0;
	if (b->def->shape(shared, b->input, trail, &json, trail_out, err) == 0) {
		struct avro_schema *output = avro_schema_parse(buf_str(&json), err);
		if (output != NULL && avro_schema_root(output)->type == AVRO_RECORD)
			result = 0;
		else if (output != NULL)
			err_set(err, ERR_FATAL, "what comes out is no record");
		avro_schema_free(b->output);
		b->output = output;
	}
	buf_free(&json);
	if (result != 0 && err->class != ERR_DOWN)
		err->class = ERR_FATAL;
	return result;
}

void
binding_close(struct binding *b)
{
	avro_encoder_free(b->encoder);
	avro_plan_free(b->plan);
	free(b->rows);
	avro_schema_free(b->own);
	avro_schema_free(b->output);
	avro_schema_free(b->input);
	*b = (struct binding){0};
}
