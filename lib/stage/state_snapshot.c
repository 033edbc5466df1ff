/*
 *   "CMS" 1 | kinds | { name | version | schema, "" where encode() made the bytes }
 *           | { kind + 1 | key | watermark | part | timer: 0 or clock + 1, then its time | bytes }
 * ... | 0
 *
 * Numbers are Avro's, names and bytes are preceded by their length.
 */
#include "stage/state_snapshot.h"

#include "avro/encoder.h"
#include "avro/plan.h"
#include "avro/varint.h"
#include "base/mem.h"

static const char magic[] = {'C', 'M', 'S', 1};

struct kind {      /* of block, as the snapshot has it */
	int state; /* index among the stage's */
	unsigned version;
	struct avro_schema *schema; /* NULL: decode() */
	struct avro_plan *plan;
	struct field *rows; /* the stage's, each allowed to be missing */
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
encode_block(const struct stage_state *state, const struct avro_encoder *encoder,
	     const struct state_block *block, struct buf *scratch, struct buf *out, struct err *err)
{
	buf_clear(scratch);
	if (state->fields == NULL)
		state->encode(block->bytes, scratch);
	else if (avro_encode(encoder, block->bytes, 1, scratch, err) != 0)
		return err_prefix(err, "state \"%s\": ", state->name);
	varint_add(out, block->state + 1);
	varint_add_str(out, state_key_name(block->key));
	varint_add(out, state_key_watermark(block->key));
	varint_add_str(out, block->part);
	varint_add(out, block->timer.armed ? (int64_t)block->timer.clock + 1 : 0);
	if (block->timer.armed)
		varint_add(out, block->timer.at_ms);
	varint_add_str(out, buf_str(scratch));
	return 0;
}

int
state_snapshot(struct state_store *store, struct buf *out, struct err *err)
{
	const struct stage_state *states = state_store_states(store);
	struct avro_schema **schemas;
	struct avro_encoder **encoders;
	struct buf all = {0}, scratch = {0};
	size_t count = 0;
	int result = 0;

	while (states[count].name != NULL)
		count++;
	schemas = mem_zero(count, sizeof(struct avro_schema *));
	encoders = mem_zero(count, sizeof(struct avro_encoder *));
	buf_add(out, (struct str){magic, sizeof(magic)});
	varint_add(out, (int64_t)count);
	for (size_t i = 0; i < count && result == 0; i++) {
		buf_clear(&scratch);
		if (states[i].fields != NULL) {
			describe_fields(states[i].fields, &scratch);
			schemas[i] = avro_schema_parse(buf_str(&scratch), err);
			if (schemas[i] != NULL)
				encoders[i] = avro_encoder_new(avro_schema_root(schemas[i]),
							       states[i].fields, err);
			if (encoders[i] == NULL)
				result = err_prefix(err, "state \"%s\": ", states[i].name);
		}
		varint_add_str(out, str_of(states[i].name));
		varint_add(out, states[i].version);
		varint_add_str(out, buf_str(&scratch));
	}
	state_store_all(store, &all);
	struct state_block *const *blocks = (struct state_block *const *)all.ptr;
	for (size_t i = 0; i < all.len / sizeof(*blocks) && result == 0; i++)
		result = encode_block(&states[blocks[i]->state], encoders[blocks[i]->state],
				      blocks[i], &scratch, out, err);
	varint_add(out, 0);
	for (size_t i = 0; i < count; i++) {
		avro_encoder_free(encoders[i]);
		avro_schema_free(schemas[i]);
	}
	free(encoders);
	free(schemas);
	buf_free(&all);
	buf_free(&scratch);
	return result;
}

/* ---- and back */

static bool
take_number(struct str *from, int64_t *value)
{
	const char *p = from->ptr;

	if (from->len == 0 || !varint_read(&p, from->ptr + from->len, value))
		return false;
	*from = str_tail(*from, (size_t)(p - from->ptr));
	return true;
}

static bool
take_str(struct str *from, struct str *value)
{
	int64_t len;

	if (!take_number(from, &len) || len < 0 || (uint64_t)len > from->len)
		return false;
	*value = str_head(*from, (size_t)len);
	*from = str_tail(*from, (size_t)len);
	return true;
}

static int
damaged(struct err *err)
{
	return err_set(err, ERR_FATAL, "the snapshot is damaged");
}

static int
bind_kind(struct kind *kind, const struct stage_state *state, struct str schema, struct err *err)
{
	size_t rows = 0;

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

static int
take_kind(const struct stage_state *states, struct str *from, struct kind *kind, struct err *err)
{
	struct str name, schema;
	int64_t version;

	if (!take_str(from, &name) || !take_number(from, &version) || version < 0 ||
	    version > UINT32_MAX || !take_str(from, &schema))
		return damaged(err);
	kind->version = (unsigned)version;
	for (kind->state = 0; states[kind->state].name != NULL; kind->state++)
		if (str_equal(str_of(states[kind->state].name), name))
			return bind_kind(kind, &states[kind->state], schema, err);
	return err_set(err, ERR_FATAL,
		       "the snapshot has a state \"%.*s\", which the stage does not",
		       STR_ARG(name));
}

/* What the snapshot's version of the record did not have yet is zero, not null. */
static void
zero_missing(const struct kind *kind, const struct stage_state *state, void *block)
{
	const struct avro_node *record = avro_schema_root(kind->schema);

	for (const struct field *f = state->fields; f->path != NULL; f++)
		if (avro_node_field(record, str_of(f->path)) == NULL)
			memset((char *)block + f->at, 0, field_size(f));
}

static int
decode_block(const struct kind *kind, const struct stage_state *state, struct str bytes,
	     void *block, struct err *err)
{
	struct arena arena = {0};
	struct avro_record at;
	bool whole;

	if (state->fields == NULL)
		return state->decode(block, kind->version, bytes, err);
	int result = avro_plan_take(kind->plan, &bytes, block, &arena, &at, &whole, err);
	arena_free(&arena);
	if (result == 0)
		zero_missing(kind, state, block);
	return result != 0 || bytes.len > 0 ? damaged(err) : 0;
}

/* The block's bytes go into the store, or, when it has one already, into that by merge(). */
static int
add_block(struct state_store *store, const struct kind *kind, struct state_block *into, bool is_new,
	  struct str bytes, struct err *err)
{
	const struct stage_state *state = &state_store_states(store)[kind->state];
	void *other;
	int result;

	if (is_new)
		return decode_block(kind, state, bytes, into->bytes, err);
	if (state->merge == NULL)
		return err_set(err, ERR_FATAL,
			       "two snapshots have one block of \"%s\", and it cannot "
			       "be merged",
			       state->name);
	other = mem_zero(1, state->size);
	result = decode_block(kind, state, bytes, other, err);
	if (result == 0)
		state->merge(into->bytes, other);
	state_block_clear(state, other);
	free(other);
	return result;
}

static int
take_block(struct state_store *store, const struct kind *kind, struct str *from, struct err *err)
{
	struct str key_name, part, bytes;
	int64_t watermark, clock, at_ms = 0;

	if (!take_str(from, &key_name) || !take_number(from, &watermark) ||
	    !take_str(from, &part) || !take_number(from, &clock) || clock < 0 ||
	    clock > PROCESSING_TIME + 1 || (clock > 0 && !take_number(from, &at_ms)) ||
	    !take_str(from, &bytes))
		return damaged(err);
	bool is_new = state_store_find(store, key_name, kind->state, part) == NULL;
	struct state_key *key = state_store_key(store, key_name);
	struct state_block *block = state_store_block(store, key, kind->state, part);
	state_key_advance(key, watermark);
	if (clock > 0 && (!block->timer.armed || at_ms < block->timer.at_ms))
		block->timer = (struct state_timer){true, (enum stage_clock)(clock - 1), at_ms};
	return add_block(store, kind, block, is_new, bytes, err);
}

int
state_restore(struct state_store *store, struct str from, struct err *err)
{
	struct kind *kinds = NULL;
	int64_t count = 0, which = 0;
	int result = -1;

	if (!str_starts(from, (struct str){magic, sizeof(magic)}))
		return err_set(err, ERR_FATAL, "this is no snapshot of a stage's state");
	from = str_tail(from, sizeof(magic));
	if (!take_number(&from, &count) || count < 0 || (uint64_t)count > from.len)
		return damaged(err);
	kinds = mem_zero((size_t)count, sizeof(*kinds));
	for (int64_t i = 0; i < count; i++)
		if (take_kind(state_store_states(store), &from, &kinds[i], err) != 0)
			goto done;
	for (;;) {
		if (!take_number(&from, &which) || which < 0 || which > count) {
			damaged(err);
			goto done;
		}
		if (which == 0)
			break;
		if (take_block(store, &kinds[which - 1], &from, err) != 0)
			goto done;
	}
	result = from.len == 0 ? 0 : damaged(err);

done:
	for (int64_t i = 0; i < count; i++) {
		avro_plan_free(kinds[i].plan);
		avro_schema_free(kinds[i].schema);
		free(kinds[i].rows);
	}
	free(kinds);
	return result;
}
