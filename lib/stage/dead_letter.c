#include "stage/dead_letter.h"

#include "avro/encoder.h"
#include "avro/limits.h"
#include "avro/plan.h"
#include "avro/varint.h"
#include "base/hash.h"
#include "base/mem.h"
#include "dead_letter.avsc.h"
#include "text/utf8.h"
#include <assert.h>
#include <jansson.h>

enum { BRANCH_RECORD, BRANCH_BYTES }; /* of the union; a source's has the second alone */

static const struct field reason_rows[] = {FIELD(dead_reason, stage),
					   FIELD(dead_reason, version),
					   FIELD(dead_reason, reason),
					   FIELD(dead_reason, class),
					   FIELD(dead_reason, attempts),
					   FIELD_AT("place.input", dead_reason, input),
					   FIELD_AT("place.record", dead_reason, record),
					   FIELD_AT("place.part", dead_reason, part),
					   {0}};

struct dead_letters {
	struct avro_schema *schema;
	struct avro_encoder *encoder; /* of a DeadLetter */
	struct avro_plan *place;      /* finds the field in a record that has one already */
	bool has_record, replaces;
	size_t record_most, bytes_most;
};

static const char bytes_format[] =
	"{\"type\": \"record\", \"name\": \"DeadBytes\", \"namespace\": \"chatmill\", \"fields\": ["
	"{\"name\": \"bytes\", \"type\": \"bytes\"}, "
	"{\"name\": \"size\", \"type\": \"long\"}, "
	"{\"name\": \"hash\", \"type\": [\"null\", \"string\"], \"default\": null}, ";

/* The union's JSON. */
static int
compose_schema(const struct avro_schema *input, struct buf *json, struct err *err)
{
	buf_add(json, STR("["));
	if (input == NULL) {
		buf_add(json, str_of(bytes_format));
		buf_add(json, str_of(dead_letter_avsc));
		buf_add(json, STR("]}]"));
		return 0;
	}
	struct avro_schema *record = avro_schema_with_field(input, str_of(dead_letter_avsc), err);
	if (record == NULL)
		return -1;
	const struct avro_node *type =
		avro_node_field(avro_schema_root(record), STR("dead_letter"))->type->branches[1];
	buf_add(json, avro_schema_json(record));
	buf_add(json, STR(", "));
	buf_add(json, str_of(bytes_format));
	buf_printf(json, "{\"name\": \"dead_letter\", \"type\": [\"null\", \"%.*s\"], ",
		   STR_ARG(type->name));
	buf_add(json, STR("\"default\": null}]}]"));
	avro_schema_free(record);
	return 0;
}

/* The DeadLetter type of a union's branch. */
static const struct avro_node *
letter_type(const struct avro_node *branch)
{
	return avro_node_field(branch, STR("dead_letter"))->type->branches[1];
}

struct dead_letters *
dead_letters_new(const struct avro_schema *input, struct err *err)
{
	struct dead_letters *d = mem_zero(1, sizeof(*d));
	struct buf json = {0};

	d->record_most = SIZE_MAX;
	d->bytes_most = DEAD_BYTES_MAX;
	d->has_record = input != NULL;
	d->replaces = input != NULL &&
		      avro_node_field(avro_schema_root(input), STR("dead_letter")) != NULL;
	if (compose_schema(input, &json, err) != 0)
		goto fail;
	d->schema = avro_schema_parse(buf_str(&json), err);
	if (d->schema == NULL)
		goto fail;
	d->encoder = avro_encoder_new(letter_type(avro_schema_root(d->schema)->branches[0]),
				      reason_rows, err);
	if (d->encoder == NULL)
		goto fail;
	if (d->replaces) {
		d->place = avro_plan_new(avro_schema_root(input), NULL, STR("dead_letter"), err);
		if (d->place == NULL)
			goto fail;
	}
	buf_free(&json);
	return d;

fail:
	err_prefix(err, "dead letters: ");
	buf_free(&json);
	dead_letters_free(d);
	return NULL;
}

void
dead_letters_free(struct dead_letters *d)
{
	if (d == NULL)
		return;
	avro_plan_free(d->place);
	avro_encoder_free(d->encoder);
	avro_schema_free(d->schema);
	free(d);
}

void
dead_letters_set_most(struct dead_letters *d, size_t bytes)
{
	d->record_most = d->bytes_most = bytes;
}

struct str
dead_letters_schema(const struct dead_letters *d)
{
	return avro_schema_json(d->schema);
}

/* The field's value: its branch, and the letter. A reason may quote what came from outside. */
static void
add_letter(const struct dead_letters *d, const struct dead_reason *reason, struct buf *out)
{
	struct dead_reason clean = *reason;
	struct buf text = {0}, part = {0};
	struct err err = {0};

	utf8_repair(&text, reason->reason);
	clean.reason = (struct str){buf_cstr(&text), text.len};
	if (reason->part.ptr != NULL) {
		utf8_repair(&part, reason->part);
		clean.part = (struct str){buf_cstr(&part), part.len};
	}
	varint_add(out, 1);
	int failed = avro_encode(d->encoder, &clean, 1, out, &err);
	assert(!failed); /* every string is UTF-8 now, and nothing else can be wrong */
	(void)failed;
	buf_free(&part);
	buf_free(&text);
}

void
dead_letters_add_record(const struct dead_letters *d, struct str record,
			const struct dead_reason *reason, struct buf *out)
{
	struct avro_record at = {record, {record.ptr + record.len, 0}};
	struct str rest = record;
	struct err err = {0};
	bool whole;

	if (record.len > d->record_most ||
	    (d->replaces && avro_plan_take(d->place, &rest, NULL, NULL, &at, &whole, &err) != 0)) {
		dead_letters_add_bytes(d, record, reason, out);
		return;
	}
	size_t before = (size_t)(at.own.ptr - record.ptr), start = out->len;
	varint_add(out, BRANCH_RECORD);
	buf_add(out, str_head(record, before));
	add_letter(d, reason, out);
	buf_add(out, str_tail(record, before + at.own.len));
	if (out->len - start > AVRO_MAX_BLOCK) {
		out->len = start;
		dead_letters_add_bytes(d, record, reason, out);
	}
}

void
dead_letters_add_bytes(const struct dead_letters *d, struct str bytes,
		       const struct dead_reason *reason, struct buf *out)
{
	char hash[2 * 32 + 1];

	varint_add(out, d->has_record ? BRANCH_BYTES : 0);
	varint_add_str(out, str_head(bytes, bytes.len < d->bytes_most ? bytes.len : d->bytes_most));
	varint_add(out, (int64_t)bytes.len);
	if (bytes.len > d->bytes_most) {
		hash_digest_hex(hash, 32, &bytes, 1);
		varint_add(out, 1);
		varint_add_str(out, str_of(hash));
	} else {
		varint_add(out, 0);
	}
	add_letter(d, reason, out);
}

/* ---- the way back in */

struct earlier {
	struct dead_reason why;
	struct str bytes;
	int64_t size;
};
/* Of all but the attempts, a letter that others made may say nothing. */
#define WHY_ROW(path, member) FIELD_AT("dead_letter." path, earlier, why.member, .optional = true)
#define WHY_ROWS                                                                                   \
	FIELD_AT("dead_letter.attempts", earlier, why.attempts), WHY_ROW("stage", stage),          \
		WHY_ROW("version", version), WHY_ROW("reason", reason), WHY_ROW("class", class),   \
		WHY_ROW("place.input", input), WHY_ROW("place.record", record),                    \
		WHY_ROW("place.part", part)
static const struct field record_rows[] = {WHY_ROWS, {0}};
static const struct field bytes_rows[] = {
	WHY_ROWS, FIELD(earlier, bytes), FIELD(earlier, size, .optional = true), {0}};

struct dead_input {
	const struct avro_schema *root;
	struct avro_plan *record, *bytes; /* record: NULL in the dead letters of a source */
};

struct dead_input *
dead_input_new(const struct avro_schema *schema, struct err *err)
{
	const struct avro_node *root = avro_schema_root(schema);

	*err = (struct err){0};
	if (root->type != AVRO_UNION || root->count < 1 || root->count > 2)
		return NULL;
	const struct avro_node *last = root->branches[root->count - 1];
	if (last->type != AVRO_RECORD || !str_equal(last->name, STR("chatmill.DeadBytes")) ||
	    root->branches[0]->type != AVRO_RECORD)
		return NULL;
	struct dead_input *d = mem_zero(1, sizeof(*d));
	d->root = schema;
	d->bytes = avro_plan_new(last, bytes_rows, (struct str){0}, err);
	if (d->bytes != NULL && root->count == 2)
		d->record = avro_plan_new(root->branches[0], record_rows, STR("dead_letter"), err);
	if (d->bytes != NULL && (root->count == 1 || d->record != NULL))
		return d;
	err_prefix(err, "the input looks like dead letters, and is none: ");
	dead_input_free(d);
	return NULL;
}

void
dead_input_free(struct dead_input *d)
{
	if (d == NULL)
		return;
	avro_plan_free(d->record);
	avro_plan_free(d->bytes);
	free(d);
}

/* The first branch of the union as a schema of its own; it defines all the types it uses. */
static struct avro_schema *
first_branch(const struct avro_schema *schema, struct err *err)
{
	struct str text = avro_schema_json(schema);
	json_t *all = json_loadb(text.ptr, text.len, 0, NULL);
	char *json = json_dumps(json_array_get(all, BRANCH_RECORD), JSON_COMPACT);
	struct avro_schema *record = avro_schema_parse(str_of(json == NULL ? "" : json), err);

	free(json);
	json_decref(all);
	return record;
}

struct avro_schema *
dead_input_schema(const struct dead_input *d, struct err *err)
{
	struct avro_schema *record, *plain;

	if (d->record == NULL) {
		err_set(err, ERR_FATAL, "dead letters of a source hold no records to try again");
		return NULL;
	}
	record = first_branch(d->root, err);
	if (record == NULL)
		return NULL;
	plain = avro_schema_without_field(record, STR("dead_letter"), err);
	avro_schema_free(record);
	return plain;
}

int
dead_input_take(const struct dead_input *d, struct str *bytes, struct arena *arena,
		struct dead_taken *taken, struct err *err)
{
	const char *p = bytes->ptr, *end = bytes->ptr + bytes->len;
	struct earlier earlier = {0};
	struct avro_record at;
	int64_t branch;
	bool whole;

	if (!varint_read(&p, end, &branch) || branch < 0 || branch > (d->record == NULL ? 0 : 1))
		return err_set(err, ERR_INPUT, "a union's branch is out of range");
	struct str rest = {p, (size_t)(end - p)};
	taken->is_record = d->record != NULL && branch == BRANCH_RECORD;
	if (avro_plan_take(taken->is_record ? d->record : d->bytes, &rest, &earlier, arena, &at,
			   &whole, err) != 0)
		return -1;
	*bytes = rest;
	taken->attempts = earlier.why.attempts < 0 ? 0 : earlier.why.attempts; /* null, too */
	taken->part = earlier.why.part;
	taken->why = earlier.why;
	taken->size = earlier.size;
	taken->bytes = earlier.bytes;
	if (taken->is_record) {
		size_t before = (size_t)(at.own.ptr - at.bytes.ptr);
		size_t after = at.bytes.len - before - at.own.len;
		char *copy = arena_alloc(arena, before + after);
		memcpy(copy, at.bytes.ptr, before);
		memcpy(copy + before, at.own.ptr + at.own.len, after);
		taken->bytes = (struct str){copy, before + after};
	}
	return 0;
}
