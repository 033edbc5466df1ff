#include "avro/encoder.h"

#include "avro/bind.h"
#include "avro/encoder_program.h"
#include "avro/varint.h"
#include "base/mem.h"

struct avro_encoder {
	struct encode_op *ops;
	const struct field **fields; /* beside ops: whose row it writes */
	size_t count, room, field_room;
	size_t struct_size;
	bool is_list;
	struct arena memory; /* of what operations point to */
};

/* What avro_encode() is given for an array. */
struct items {
	const void *first;
	size_t count;
};
static const struct field root_list = {
	.path = "",
	.type = FIELD_LIST,
	.of = sizeof(struct items),
	.count_at = offsetof(struct items, count),
};

/* How a value is written where it stands: behind the index of its branch; what null is. */
struct place {
	uint32_t tag;
	uint8_t tag_size;
	const struct str *null; /* NULL: it cannot be */
};

struct compiler {
	struct avro_encoder *encoder;
	size_t depth;     /* of tables */
	struct buf where; /* of the table in hand: "tokens." */
	struct err *err;
};

static void
set_null(struct encode_op *op, const struct str *null)
{
	if (null == NULL || null->len == 0)
		return;
	op->long_null = null;
	op->null_size = null->len > sizeof(op->null) ? ENCODE_LONG_NULL : (uint8_t)null->len;
	memcpy(&op->null, null->ptr, null->len > sizeof(op->null) ? 0 : null->len);
}

static struct encode_op *
emit(struct compiler *c, enum encode_code code, const struct field *f, struct place place)
{
	struct avro_encoder *e = c->encoder;

	MEM_GROW(e->ops, e->count, e->room);
	MEM_GROW(e->fields, e->count, e->field_room);
	e->fields[e->count] = f;
	e->ops[e->count] = (struct encode_op){.code = (uint8_t)code,
					      .tag = place.tag,
					      .tag_size = place.tag_size,
					      .length_shift = (uint8_t)(8 * place.tag_size + 1),
					      .to = 1};
	set_null(&e->ops[e->count], place.null);
	if (f != NULL)
		e->ops[e->count].at = (uint32_t)f->at;
	return &e->ops[e->count++];
}

static void
aim(struct compiler *c, size_t op)
{
	c->encoder->ops[op].to = (int32_t)(c->encoder->count - op);
}

static const struct str *
keep(struct compiler *c, struct str bytes)
{
	struct str *kept = arena_alloc(&c->encoder->memory, sizeof(*kept));

	*kept = arena_copy(&c->encoder->memory, bytes);
	return kept;
}

static void
emit_constant(struct compiler *c, struct str bytes)
{
	struct place short_one = {.tag_size = (uint8_t)bytes.len};

	if (bytes.len > sizeof(short_one.tag)) {
		emit(c, ENCODE_CONSTANT, NULL, (struct place){0})->bytes = keep(c, bytes);
	} else if (bytes.len > 0) {
		memcpy(&short_one.tag, bytes.ptr, bytes.len);
		emit(c, ENCODE_TAG, NULL, short_one);
	}
}

static const char *
where(struct compiler *c)
{
	return buf_cstr(&c->where);
}

/* Fields of a record from one on, whose rows stand in C from `at` to `end`. */
struct run {
	size_t fields, rows;
	size_t at, end; /* bytes */
};

/* Whether the row is of what mostly is zero, and stands in C behind the run, which it then ends. */
static bool
add_to_run(struct run *run, const struct field *f)
{
	size_t end = f->at;

	switch (f->type) {
	case FIELD_BOOL:
		end += sizeof(bool);
		break;
	case FIELD_I32:
		end += sizeof(int32_t);
		break;
	case FIELD_RECORD:
		end += sizeof(void *);
		break;
	case FIELD_LIST:
		end = f->count_at + sizeof(size_t);
		break;
	default:
		return false;
	}
	if (f->at < run->end || end < f->at)
		return false;
	if (run->rows++ == 0)
		run->at = f->at;
	run->end = end;
	return true;
}

static struct run
run_from(struct compiler *c, const struct avro_node *node, size_t first, struct bind_rows rows)
{
	struct run run = {0};

	for (size_t i = first; i < node->count; i++) {
		struct bind_rows of =
			bind_to_field(rows, node->fields[i].name, &c->encoder->memory);
		struct run longer = run;
		for (size_t k = 0; k < of.count; k++)
			if (!add_to_run(&longer, of.row[k].field))
				return run;
		longer.fields = i + 1 - first;
		run = longer;
	}
	return run;
}

#define RUN_ROWS 4 /* fewer are written as fast as they are looked at */

/* In front of what writes the run; it is whole when that is, by end_zeroes(). */
static struct encode_zeroes *
begin_zeroes(struct compiler *c, struct run run)
{
	struct encode_zeroes *z;

	if (run.rows < RUN_ROWS || run.end - run.at < ENCODE_ZEROES_LEAST)
		return NULL;
	z = arena_zero(&c->encoder->memory, sizeof(*z));
	z->size = run.end - run.at;
	emit(c, ENCODE_ZEROES, NULL, (struct place){0})->zeroes = z;
	c->encoder->ops[c->encoder->count - 1].at = (uint32_t)run.at;
	return z;
}

/* What zeroes are written as is found by writing them. */
static void
end_zeroes(struct compiler *c, size_t op, struct encode_zeroes *z, size_t struct_size)
{
	char *zeroes = mem_zero(1, struct_size);
	struct buf out = {0};
	struct encode_run run = {.out = &out};

	emit(c, ENCODE_END, NULL, (struct place){0});
	bool done = encoder_run(&c->encoder->ops[op + 1], zeroes, &run) == ENCODE_DONE;
	c->encoder->count--;
	if (done && out.len > 0 && out.len <= sizeof(z->bytes)) {
		memcpy(z->bytes, out.ptr, out.len);
		z->written = out.len;
		aim(c, op);
	} else {
		c->encoder->ops[op].code = ENCODE_JUMP; /* to the next one */
	}
	free(zeroes);
	buf_free(&out);
}

static int write_node(struct compiler *, const struct avro_node *, struct bind_rows, struct place);

static int
write_fields(struct compiler *c, const struct avro_node *node, struct bind_rows rows)
{
	struct encode_zeroes *zeroes = NULL;
	size_t op = 0, end = 0; /* of them: their operation, the field behind them */

	for (size_t i = 0; i < node->count; i++) {
		const struct avro_field *field = &node->fields[i];
		struct bind_rows of = bind_to_field(rows, field->name, &c->encoder->memory);
		struct place place = {0};

		if (field->has_default)
			place.null = keep(c, field->default_datum);
		if (of.count == 0 && !field->has_default)
			return err_set(
				c->err, ERR_FATAL,
				"\"%s%.*s%.*s\" has no default, and no row in the table", where(c),
				rows.count == 0 ? 0
						: (int)(rows.row[0].rest - rows.row[0].field->path),
				rows.count == 0 ? "" : rows.row[0].field->path,
				STR_ARG(field->name));
		if (zeroes == NULL) {
			struct run run = run_from(c, node, i, rows);
			op = c->encoder->count;
			zeroes = begin_zeroes(c, run);
			end = i + run.fields;
		}
		if (of.count == 0)
			emit_constant(c, field->default_datum);
		else if (write_node(c, field->type, of, place) != 0)
			return -1;
		if (zeroes != NULL && i + 1 == end) {
			end_zeroes(c, op, zeroes, rows.row[0].field->of);
			zeroes = NULL;
		}
	}
	return 0;
}

/* A struct of its own, behind the row `of`; NULL: what avro_encode() is given. */
static int
write_table(struct compiler *c, const struct field *of, const struct field *table,
	    const struct avro_node *node)
{
	struct bind_rows rows;
	size_t outside = c->where.len;

	if (of != NULL && of->path[0] != '\0')
		buf_printf(&c->where, "%s.", of->path);
	if (++c->depth > AVRO_MAX_DEPTH)
		return err_set(c->err, ERR_FATAL, "the table of \"%s\" is more than %d levels deep",
			       where(c), AVRO_MAX_DEPTH);
	if (bind_table(table, where(c), &c->encoder->memory, &rows, c->err) != 0)
		return -1;
	if ((rows.count == 0 && node->type == AVRO_RECORD
		     ? write_fields(c, node, rows)
		     : write_node(c, node, rows, (struct place){0})) != 0)
		return -1;
	for (size_t i = 0; i < rows.count; i++)
		if (!*rows.row[i].bound)
			return err_set(c->err, ERR_FATAL, "the schema has no field \"%s%s\"",
				       where(c), rows.row[i].field->path);
	c->where.len = outside;
	c->depth--;
	return 0;
}

static int
write_list(struct compiler *c, const struct field *f, const struct avro_node *items,
	   const struct field *table, struct place place)
{
	struct encode_list *list = arena_alloc(&c->encoder->memory, sizeof(*list));
	size_t op = c->encoder->count;

	*list = (struct encode_list){.size = bind_table_size(table),
				     .count_at = f->count_at,
				     .typical = items->min_bytes + items->min_bytes / 2 + 1};
	emit(c, ENCODE_LIST, f, place)->list = list;
	if (write_table(c, f, table, items) != 0)
		return -1;
	size_t item = c->encoder->count;
	emit(c, ENCODE_ITEM, f, (struct place){0})->to = (int32_t)op - (int32_t)item;
	aim(c, op);
	return 0;
}

static int
write_record(struct compiler *c, const struct field *f, const struct avro_node *node,
	     struct place place)
{
	size_t op = c->encoder->count;

	emit(c, ENCODE_RECORD, f, place);
	if (write_table(c, f, f->fields, node) != 0)
		return -1;
	emit(c, ENCODE_RECORD_END, f, (struct place){0});
	aim(c, op);
	return 0;
}

static uint32_t
index_code(size_t index)
{
	char bytes[10] = {0};
	size_t size = (size_t)(varint_write(bytes, (int64_t)index) - bytes);
	uint32_t code;

	memcpy(&code, bytes, sizeof(code)); /* 3 bytes, by limits.h */
	return code | (uint32_t)size << 24;
}

static int
write_enum(struct compiler *c, const struct field *f, const struct avro_node *node,
	   struct place place)
{
	size_t count = 0;

	while (f->symbols[count] != NULL)
		count++;
	struct encode_enum *e =
		arena_alloc(&c->encoder->memory, sizeof(*e) + count * sizeof(*e->codes));
	e->size = f->size;
	e->count = count;
	for (size_t i = 0; i < count; i++) {
		size_t symbol = 0;
		while (symbol < node->count &&
		       !str_equal(node->symbols[symbol], str_of(f->symbols[i])))
			symbol++;
		e->codes[i] = symbol < node->count ? index_code(symbol) : 0;
		if (symbol == node->count && f->symbols[i][0] != '\0')
			return err_set(c->err, ERR_FATAL,
				       "\"%s%s\" has no symbol \"%s\" in the schema", where(c),
				       f->path, f->symbols[i]);
	}
	if (place.null == NULL && node->default_symbol >= 0) {
		uint32_t code = index_code((size_t)node->default_symbol);
		place.null = keep(c, (struct str){(const char *)&code, code >> 24});
	}
	emit(c, ENCODE_ENUM, f, place)->symbols = e;
	return 0;
}

static void
write_fixed(struct compiler *c, const struct field *f, const struct avro_node *node,
	    struct place place)
{
	char head[14];

	if (node->type == AVRO_BYTES) {
		memcpy(head, &place.tag, sizeof(place.tag));
		emit_constant(c, (struct str){head, (size_t)(varint_write(head + place.tag_size,
									  (int64_t)f->size) -
							     head)});
		place = (struct place){0};
	}
	emit(c, ENCODE_FIXED, f, place)->n = f->size;
}

static int
write_value(struct compiler *c, const struct bind_row *row, const struct avro_node *node,
	    struct place place)
{
	const struct field *f = row->field;
	bool is_int = node->type == AVRO_INT, is_float = node->type == AVRO_FLOAT;

	if (!bind_fits(f, node, BIND_WRITE))
		return bind_mismatch(f, where(c), node, c->err);
	*row->bound = true;
	switch (f->type) {
	case FIELD_STR:
		emit(c, node->type == AVRO_STRING && !f->valid ? ENCODE_TEXT : ENCODE_BYTES, f,
		     place);
		break;
	case FIELD_BOOL:
		emit(c, ENCODE_BOOL, f, place);
		break;
	case FIELD_I32:
		emit(c, ENCODE_I32, f, place);
		break;
	case FIELD_I64:
		emit(c, is_int ? ENCODE_I64_TO_INT : ENCODE_I64, f, place);
		break;
	case FIELD_U32:
		emit(c, ENCODE_U32, f, place)->n = is_int ? INT32_MAX : UINT32_MAX;
		break;
	case FIELD_U64:
		emit(c, ENCODE_U64, f, place)->n = is_int ? INT32_MAX : INT64_MAX;
		break;
	case FIELD_F32:
		emit(c, is_float ? ENCODE_F32 : ENCODE_F32_TO_F64, f, place);
		break;
	case FIELD_F64:
		emit(c, is_float ? ENCODE_F64_TO_F32 : ENCODE_F64, f, place);
		break;
	case FIELD_BUF:
		emit(c, ENCODE_BUF, f, place);
		break;
	case FIELD_FIXED:
		write_fixed(c, f, node, place);
		break;
	case FIELD_ENUM:
		return write_enum(c, f, node, place);
	case FIELD_LIST:
		return write_list(c, f, node->items, f->fields, place);
	case FIELD_RECORD:
		return write_record(c, f, node, place);
	}
	return 0;
}

static struct place
in_branch(struct place place, size_t index)
{
	uint32_t code = index_code(index);

	place.tag = code & 0xFFFFFF;
	place.tag_size = (uint8_t)(code >> 24);
	return place;
}

/* The branch a plain row is written as: the one of its own size before others that it fits. */
static size_t
best_branch(const struct field *f, const struct avro_node *of)
{
	size_t best = of->count;
	bool wide = f->type == FIELD_I64 || f->type == FIELD_U64 || f->type == FIELD_U32 ||
		    f->type == FIELD_F64;

	for (size_t i = 0; i < of->count; i++) {
		const struct avro_node *b = of->branches[i];
		bool exact = b->type == AVRO_STRING || b->type == AVRO_FIXED ||
			     (wide ? b->type == AVRO_LONG || b->type == AVRO_DOUBLE
				   : b->type == AVRO_INT || b->type == AVRO_FLOAT);
		if (bind_fits(f, b, BIND_WRITE) && (best == of->count || exact))
			best = i;
	}
	return best;
}

static struct encode_rows *
row_list(struct compiler *c, struct bind_rows rows)
{
	struct arena *memory = &c->encoder->memory;
	struct encode_rows *list = arena_alloc(memory, sizeof(*list));

	list->count = rows.count;
	list->fields = arena_alloc(memory, rows.count * sizeof(*list->fields));
	list->to = arena_alloc(memory, rows.count * sizeof(*list->to));
	uint32_t *pointer_at = arena_alloc(memory, rows.count * sizeof(*pointer_at));
	for (size_t i = 0; i < rows.count; i++)
		list->fields[i] = rows.row[i].field;
	list->pointers = 0;
	while (list->pointers < rows.count && list->fields[list->pointers]->type == FIELD_RECORD) {
		pointer_at[list->pointers] = (uint32_t)list->fields[list->pointers]->at;
		list->pointers++;
	}
	list->pointer_at = pointer_at;
	return list;
}

/* Rows of the fields of one branch: null when all of them are. */
static int
write_group(struct compiler *c, const struct avro_node *branch, struct bind_rows rows,
	    struct place place)
{
	size_t op = c->encoder->count;

	emit(c, ENCODE_GROUP, rows.row[0].field, place)->rows = row_list(c, rows);
	if (write_fields(c, branch, rows) != 0)
		return -1;
	aim(c, op);
	return 0;
}

/* Rows that each name a branch: the one that is not null is written. */
static int
write_branches(struct compiler *c, const struct avro_node *of, struct bind_rows rows,
	       struct place place)
{
	struct encode_rows *list = row_list(c, rows);
	size_t pick = c->encoder->count, *jumps;
	int result = 0;

	emit(c, ENCODE_PICK, rows.row[0].field, place)->rows = list;
	jumps = mem_resize_array(NULL, rows.count, sizeof(*jumps));
	for (size_t i = 0; i < rows.count && result == 0; i++) {
		struct bind_rows one = {&rows.row[i], 1};
		list->to[i] = (int32_t)(c->encoder->count - pick);
		for (size_t k = 0; k < of->count && result == 0; k++) {
			struct bind_rows taken =
				bind_to_branch(one, of, k, BIND_WRITE, &c->encoder->memory);
			struct place tagged = in_branch((struct place){0}, k);
			if (taken.count > 0)
				result = write_value(c, &taken.row[0], of->branches[k], tagged);
		}
		jumps[i] = c->encoder->count;
		emit(c, ENCODE_JUMP, NULL, (struct place){0});
	}
	for (size_t i = 0; i < rows.count && result == 0; i++)
		aim(c, jumps[i]);
	aim(c, pick);
	free(jumps);
	return result;
}

static int
write_union(struct compiler *c, const struct avro_node *node, struct bind_rows rows,
	    struct place place)
{
	struct arena *memory = &c->encoder->memory;
	const struct field *f = rows.row[0].field;
	size_t branches = 0, branch = 0, values = 0;
	struct bind_rows taken = {0};

	bind_to_union(rows, node);
	for (size_t i = 0; i < node->count; i++)
		if (node->branches[i]->type == AVRO_NULL) {
			uint32_t code = index_code(i);
			place.null = keep(c, (struct str){(const char *)&code, code >> 24});
		}
	if (rows.count == 1 && bind_is_value(&rows.row[0])) {
		branch = best_branch(f, node);
		if (branch == node->count)
			return bind_mismatch(f, where(c), node, c->err);
		return write_value(c, &rows.row[0], node->branches[branch],
				   in_branch(place, branch));
	}
	for (size_t i = 0; i < node->count; i++) {
		struct bind_rows some = bind_to_branch(rows, node, i, BIND_WRITE, memory);
		for (size_t k = 0; k < some.count; k++)
			values += bind_is_value(&some.row[k]);
		if (some.count == 0)
			continue;
		branches++;
		branch = i;
		taken = some;
	}
	if (branches == 0)
		return 0;                   /* they stay unbound */
	if (values == 1 && rows.count == 1) /* there is nothing to pick */
		return write_value(c, &taken.row[0], node->branches[branch],
				   in_branch(place, branch));
	if (values == rows.count)
		return write_branches(c, node, rows, place);
	if (values > 0 || branches > 1 || taken.count < rows.count)
		return err_set(
			c->err, ERR_FATAL,
			"\"%s%s\": the rows of a union name one branch each, or the fields of "
			"one record",
			where(c), f->path);
	return write_group(c, node->branches[branch], taken, in_branch(place, branch));
}

static int
write_node(struct compiler *c, const struct avro_node *node, struct bind_rows rows,
	   struct place place)
{
	size_t values = 0;

	for (size_t i = 0; i < rows.count; i++)
		values += bind_is_value(&rows.row[i]);
	if (values > 0 && rows.count > 1)
		return err_set(c->err, ERR_FATAL, "\"%s%s\" has two rows in the table", where(c),
			       rows.row[0].field->path);
	if (rows.count > 0 && node->type == AVRO_UNION)
		return write_union(c, node, rows, place);
	if (values > 0)
		return write_value(c, &rows.row[0], node, place);
	if (node->type == AVRO_RECORD)
		return write_fields(c, node, rows);
	return 0; /* the rows stay unbound */
}

/* null or one other, and that is a record or an array */
static size_t
structured_branch(const struct avro_node *type)
{
	for (size_t i = 0; i < type->count && type->count == 2; i++) {
		enum avro_type other = type->branches[1 - i]->type, of = type->branches[i]->type;
		if (other == AVRO_NULL && (of == AVRO_RECORD || of == AVRO_ARRAY))
			return i;
	}
	return type->count;
}

struct avro_encoder *
avro_encoder_new(const struct avro_node *type, const struct field *table, struct err *err)
{
	struct avro_encoder *e = mem_zero(1, sizeof(*e));
	struct compiler c = {.encoder = e, .err = err};
	struct place place = {0};
	int result;

	if (type->type == AVRO_UNION && structured_branch(type) < type->count) {
		place = in_branch(place, structured_branch(type));
		emit_constant(&c, (struct str){(const char *)&place.tag, place.tag_size});
		type = type->branches[structured_branch(type)];
	}
	e->struct_size = bind_table_size(table);
	e->is_list = type->type == AVRO_ARRAY;
	if (e->is_list)
		result = write_list(&c, &root_list, type->items, table, (struct place){0});
	else
		result = write_table(&c, NULL, table, type);
	if (result == 0)
		emit(&c, ENCODE_END, NULL, (struct place){0});
	buf_free(&c.where);
	if (result != 0) {
		avro_encoder_free(e);
		return NULL;
	}
	return e;
}

void
avro_encoder_free(struct avro_encoder *e)
{
	if (e == NULL)
		return;
	free(e->ops);
	free(e->fields);
	arena_free(&e->memory);
	free(e);
}

size_t
avro_encoder_struct_size(const struct avro_encoder *e)
{
	return e->struct_size;
}

/* "tokens[3]", ".norm" */
static void
add_part(struct buf *place, const struct field *f)
{
	if (f != NULL && f->path[0] != '\0')
		buf_printf(place, "%s%s", place->len > 0 ? "." : "", f->path);
}

static int __attribute__((noinline, cold))
explain(const struct avro_encoder *e, const struct encode_run *run, enum encode_end end,
	struct err *err)
{
	static const char *const reasons[] = {
		[ENCODE_NULL] = "null in C, where the schema has no null",
		[ENCODE_NUMBER] = "the number does not fit",
		[ENCODE_NOT_UTF8] = "not valid UTF-8",
		[ENCODE_SYMBOL] = "an enum outside its table",
		[ENCODE_BRANCHES] = "two branches of one union",
	};
	struct buf place = {0};

	run->out->len = run->before;
	for (const struct encode_frame *f = run->frames + 1; f <= run->frame; f++) {
		add_part(&place, e->fields[f->op - e->ops]);
		if (f->op->code == ENCODE_LIST)
			buf_printf(&place, "[%zu]", f->count - f->left);
	}
	add_part(&place, e->fields[run->failed_at - e->ops]);
	if (place.len > 0)
		err_set(err, ERR_INPUT, "field \"%s\": %s", buf_cstr(&place), reasons[end]);
	else
		err_set(err, ERR_INPUT, "%s", reasons[end]);
	buf_free(&place);
	return -1;
}

int
avro_encode(const struct avro_encoder *e, const void *items, size_t count, struct buf *out,
	    struct err *err)
{
	struct items list = {items == NULL ? "" : items, count};
	struct encode_run run;
	enum encode_end end;

	run.out = out;
	run.before = out->len;
	end = encoder_run(e->ops, e->is_list ? &list : items, &run);
	return __builtin_expect(end == ENCODE_DONE, 1) ? 0 : explain(e, &run, end, err);
}
