#include "stage/state_codec.h"

#include "avro/encoder.h"
#include "avro/plan.h"
#include "avro/varint.h"
#include "base/hash.h"
#include "base/mem.h"

struct kind { /* of block, as some program wrote it */
	char id[KIND_ID];
	int state;
	unsigned version;
	struct avro_schema *schema; /* NULL: decode() */
	struct avro_plan *plan;
	struct field *rows; /* the stage's, each allowed to be missing */
};

struct written { /* a state as this program writes it */
	char id[KIND_ID];
	struct buf description; /* name, version, schema ("": encode() makes the bytes) */
	struct avro_schema *schema;
	struct avro_encoder *encoder;
};

struct state_codec {
	const struct stage_state *states;
	size_t count;
	struct written *written; /* by state */
	struct kind *kinds;
	size_t kind_count, kind_room;
};

/* The Avro record that a table of state fields stands for. */
static void
describe_fields(const struct field *fields, struct buf *json)
{
	static const char *const names[] = {
		[FIELD_BOOL] = "\"boolean\"", [FIELD_I32] = "\"int\"",
		[FIELD_I64] = "\"long\"",     [FIELD_U32] = "\"long\"",
		[FIELD_U64] = "\"long\"",     [FIELD_F32] = "\"float\"",
		[FIELD_F64] = "\"double\"",   [FIELD_BUF] = "\"bytes\"",
		[FIELD_FIXED] = "\"bytes\"",
	};

	buf_add(json, STR("{\"type\": \"record\", \"name\": \"State\", \"fields\": ["));
	for (const struct field *f = fields; f->path != NULL; f++) {
		buf_printf(json, "%s{\"name\": \"%s\", \"type\": ", f == fields ? "" : ", ",
			   f->path);
		if (f->type != FIELD_ENUM) {
			buf_printf(json, "%s}",
				   names[f->type] == NULL ? "\"null\"" : names[f->type]);
			continue;
		}
		buf_printf(
			json,
			"[\"null\", {\"type\": \"enum\", \"name\": \"%s_symbol\", \"symbols\": [",
			f->path);
		bool first = true;
		for (const char *const *s = f->symbols; *s != NULL; s++) {
			if (**s != '\0')
				buf_printf(json, "%s\"%s\"", first ? "" : ", ", *s);
			first = first && **s == '\0';
		}
		buf_add(json, STR("]}]}"));
	}
	buf_add(json, STR("]}"));
}

static int
describe_state(const struct stage_state *state, struct written *w, struct err *err)
{
	struct buf json = {0};
	int result = 0;

	if (state->fields != NULL) {
		describe_fields(state->fields, &json);
		w->schema = avro_schema_parse(buf_str(&json), err);
		if (w->schema != NULL)
			w->encoder =
				avro_encoder_new(avro_schema_root(w->schema), state->fields, err);
		if (w->encoder == NULL)
			result = err_prefix(err, "state \"%s\": ", state->name);
	}
	varint_add_str(&w->description, str_of(state->name));
	varint_add(&w->description, state->version);
	varint_add_str(&w->description, buf_str(&json));
	buf_free(&json);

	char digest[16];
	struct str whole = buf_str(&w->description);
	hash_digest(digest, sizeof(digest), &whole, 1);
	memcpy(w->id, digest, KIND_ID);
	return result;
}

struct state_codec *
state_codec_new(const struct stage_state *states, struct err *err)
{
	struct state_codec *codec = mem_zero(1, sizeof(*codec));

	codec->states = states;
	while (states[codec->count].name != NULL)
		codec->count++;
	codec->written = mem_zero(codec->count, sizeof(*codec->written));
	for (size_t i = 0; i < codec->count; i++) {
		struct written *w = &codec->written[i];
		struct str id = {w->id, KIND_ID};
		if (strlen(states[i].name) > ENTRY_STATE_MOST) {
			err_set(err, ERR_FATAL, "state \"%s\": its name has more than %d bytes",
				states[i].name, ENTRY_STATE_MOST);
			goto fail;
		}
		if (describe_state(&states[i], w, err) != 0 ||
		    state_codec_learn(codec, id, buf_str(&w->description), err) != 0)
			goto fail;
	}
	return codec;

fail:
	state_codec_free(codec);
	return NULL;
}

static void
free_kind(struct kind *kind)
{
	avro_plan_free(kind->plan);
	avro_schema_free(kind->schema);
	free(kind->rows);
}

void
state_codec_free(struct state_codec *codec)
{
	if (codec == NULL)
		return;
	for (size_t i = 0; i < codec->count; i++) {
		avro_encoder_free(codec->written[i].encoder);
		avro_schema_free(codec->written[i].schema);
		buf_free(&codec->written[i].description);
	}
	for (size_t i = 0; i < codec->kind_count; i++)
		free_kind(&codec->kinds[i]);
	free(codec->written);
	free(codec->kinds);
	free(codec);
}

const char *
state_codec_id(const struct state_codec *codec, int state)
{
	return codec->written[state].id;
}

struct str
state_codec_description(const struct state_codec *codec, int state)
{
	return buf_str(&codec->written[state].description);
}

int
state_codec_find(const struct state_codec *codec, struct str name)
{
	for (size_t i = 0; i < codec->count; i++)
		if (str_equal(str_of(codec->states[i].name), name))
			return (int)i;
	return -1;
}

/* ---- kinds */

static const struct kind *
find_kind(const struct state_codec *codec, struct str id)
{
	for (size_t i = 0; i < codec->kind_count; i++)
		if (memcmp(codec->kinds[i].id, id.ptr, KIND_ID) == 0)
			return &codec->kinds[i];
	return NULL;
}

static int
bind_kind(struct kind *kind, const struct stage_state *state, struct str schema, struct err *err)
{
	size_t rows = 0;

	if (kind->version > state->version)
		return err_set(err, ERR_FATAL,
			       "state \"%s\" is of version %u, and this program knows %u",
			       state->name, kind->version, state->version);
	if ((schema.len == 0) != (state->fields == NULL))
		return err_set(err, ERR_FATAL, "state \"%s\" is written in another way now",
			       state->name);
	if (schema.len == 0)
		return 0;
	while (state->fields[rows].path != NULL)
		rows++;
	kind->rows = mem_copy(state->fields, (rows + 1) * sizeof(*kind->rows));
	for (size_t i = 0; i < rows; i++)
		kind->rows[i].optional = true;
	kind->schema = avro_schema_parse(schema, err);
	if (kind->schema != NULL)
		kind->plan = avro_plan_new(avro_schema_root(kind->schema), kind->rows,
					   (struct str){0}, err);
	return kind->plan == NULL ? err_prefix(err, "state \"%s\": ", state->name) : 0;
}

int
state_codec_learn(struct state_codec *codec, struct str id, struct str description, struct err *err)
{
	struct kind kind = {0};
	struct str name, schema;
	int64_t version;

	if (find_kind(codec, id) != NULL)
		return 0;
	if (!varint_take_str(&description, &name) || !varint_take(&description, &version) ||
	    version < 0 || version > UINT32_MAX || !varint_take_str(&description, &schema))
		return err_set(err, ERR_FATAL, "a description of a state is damaged");
	memcpy(kind.id, id.ptr, KIND_ID);
	kind.version = (unsigned)version;
	kind.state = state_codec_find(codec, name);
	if (kind.state < 0)
		return err_set(err, ERR_FATAL,
			       "there is a state \"%.*s\", which the stage does not have",
			       STR_ARG(name));
	if (bind_kind(&kind, &codec->states[kind.state], schema, err) != 0) {
		free_kind(&kind);
		return -1;
	}
	MEM_GROW(codec->kinds, codec->kind_count, codec->kind_room);
	codec->kinds[codec->kind_count++] = kind;
	return 0;
}

/* ---- blocks */

int
state_codec_encode(const struct state_codec *codec, int state, const void *block, struct buf *to,
		   struct err *err)
{
	const struct stage_state *declared = &codec->states[state];

	buf_add(to, (struct str){codec->written[state].id, KIND_ID});
	if (declared->fields == NULL) {
		declared->encode(block, to);
		return 0;
	}
	if (avro_encode(codec->written[state].encoder, block, 1, to, err) == 0)
		return 0;
	err->class = ERR_FATAL;
	return err_prefix(err, "state \"%s\": ", declared->name);
}

/* What the kind's version of the record did not have yet is zero, not null. */
static void
zero_missing(const struct kind *kind, const struct stage_state *state, void *block)
{
	const struct avro_node *record = avro_schema_root(kind->schema);

	for (const struct field *f = state->fields; f->path != NULL; f++)
		if (avro_node_field(record, str_of(f->path)) == NULL)
			memset((char *)block + f->at, 0, field_size(f));
}

int
state_codec_decode(const struct state_codec *codec, int state, struct str bytes, void *block,
		   struct err *err)
{
	const struct stage_state *declared = &codec->states[state];
	const struct kind *kind = bytes.len < KIND_ID ? NULL : find_kind(codec, bytes);
	struct arena arena = {0};
	struct avro_record at;
	bool whole;

	if (kind == NULL || kind->state != state)
		return err_set(err, ERR_FATAL, "a block of state \"%s\" is damaged",
			       declared->name);
	bytes = str_tail(bytes, KIND_ID);
	if (declared->fields == NULL)
		return declared->decode(block, kind->version, bytes, err);
	int result = avro_plan_take(kind->plan, &bytes, block, &arena, &at, &whole, err);
	arena_free(&arena);
	zero_missing(kind, declared, block);
	if (result != 0 || bytes.len > 0)
		return err_set(err, ERR_FATAL, "a block of state \"%s\" is damaged",
			       declared->name);
	return 0;
}
