#include "avro/bind.h"
#include "avro/plan_program.h"
#include "base/mem.h"

#define INLINE_OPS 16 /* a record that is used again is called when it takes more */

/* What is skipped is no longer than the schema, give or take INLINE_OPS. A record that is read is
 * compiled wherever a row leads to it: where that is through many branches, the program grows with
 * the product. */
#define PLAN_MAX_OPS (2 * 1024 * 1024)

/* What is known of a record's node. */
struct compiled {
	size_t ops;   /* it took; 0: not yet */
	bool open;    /* being compiled: it holds itself */
	size_t entry; /* of it as a function, 1 + operation; 0: none */
};

struct call {
	size_t op;
	const struct avro_node *node;
};

struct compiler {
	struct plan_program *program;
	struct compiled *known; /* by node's index */
	size_t known_count;
	struct call *calls;
	size_t call_count, call_room;
	size_t target;    /* the newest place that is jumped to: what stands before it is done */
	bool in_function; /* depths are known only when it runs */
	struct buf where; /* of the table in hand: "tokens." */
	struct str own;   /* of the record's fields, whose place is asked for */
	struct err *err;
};

static struct plan_op *
emit(struct compiler *c, enum plan_code code, const struct field *f)
{
	struct plan_program *p = c->program;

	MEM_GROW(p->ops, p->count, p->room);
	MEM_GROW(p->fields, p->count, p->field_room);
	p->fields[p->count] = f;
	p->ops[p->count] = (struct plan_op){.code = (uint8_t)code};
	if (f != NULL)
		p->ops[p->count].at = (uint32_t)f->at;
	return &p->ops[p->count++];
}

/* From one operation to another, as a jump has it. */
static int32_t
distance(size_t from, size_t to)
{
	return ((int32_t)to - (int32_t)from) * (int32_t)sizeof(struct plan_op);
}

/* The operation jumps to what comes next. */
static void
aim(struct compiler *c, size_t op)
{
	c->target = c->program->count;
	c->program->ops[op].to = distance(op, c->target);
}

static struct compiled *
known(struct compiler *c, const struct avro_node *node)
{
	size_t room = c->known_count;

	while (node->index >= room)
		room = room < 64 ? 64 : room * 2;
	if (room > c->known_count) {
		c->known = mem_resize_array(c->known, room, sizeof(*c->known));
		memset(c->known + c->known_count, 0, (room - c->known_count) * sizeof(*c->known));
		c->known_count = room;
	}
	return &c->known[node->index];
}

/* What follows are the insides of the depth-th record, array or map around each other, counted as
 * avro_datum_check() does. False: too deep to go on; such data is damaged. */
static bool
deepen(struct compiler *c, size_t depth)
{
	if (depth > AVRO_MAX_DEPTH || c->in_function)
		emit(c, PLAN_DEEP, NULL)->n = depth;
	return depth <= AVRO_MAX_DEPTH;
}

static void skip(struct compiler *, const struct avro_node *, size_t depth);

static void
skip_fields(struct compiler *c, const struct avro_node *node, size_t depth)
{
	if (!deepen(c, depth + 1))
		return;
	for (size_t i = 0; i < node->count; i++)
		skip(c, node->fields[i].type, depth + 1);
}

static void
skip_record(struct compiler *c, const struct avro_node *node, size_t depth)
{
	struct compiled *k = known(c, node);
	size_t before = c->program->count;

	if (k->open || k->ops > INLINE_OPS) {
		MEM_GROW(c->calls, c->call_count, c->call_room);
		c->calls[c->call_count++] = (struct call){before, node};
		emit(c, PLAN_CALL, NULL)->at = (uint32_t)depth;
		return;
	}
	k->open = true;
	skip_fields(c, node, depth);
	k = known(c, node);
	k->open = false;
	k->ops = c->program->count - before;
}

/* The operation that what follows may be joined with. */
static struct plan_op *
last_op(struct compiler *c)
{
	struct plan_program *p = c->program;

	return p->count > c->target ? &p->ops[p->count - 1] : NULL;
}

static void
skip_bytes(struct compiler *c, size_t n)
{
	struct plan_op *last = last_op(c);

	if (n == 0)
		return;
	if (last != NULL && last->code == PLAN_FIXED && last->n < SIZE_MAX / 2 - n)
		last->n += n;
	else
		emit(c, PLAN_FIXED, NULL)->n = n;
}

static void
skip_items(struct compiler *c, const struct avro_node *node, size_t depth)
{
	size_t array;
	bool map = node->type == AVRO_MAP;

	if (!deepen(c, depth + 1))
		return;
	array = c->program->count;
	if (node->items->min_bytes + map == 0) {
		emit(c, PLAN_FREE_ITEMS, NULL);
		return;
	}
	emit(c, PLAN_ARRAY, NULL)->n = node->items->min_bytes + map;
	if (map)
		emit(c, PLAN_BYTES, NULL);
	skip(c, node->items, depth + 1);
	struct plan_op *op = &c->program->ops[array];
	if (c->program->count == array + 2 && op[1].code == PLAN_FIXED && op[1].n <= UINT32_MAX)
		op->at = (uint32_t)op[1].n;
	size_t next = c->program->count;
	emit(c, PLAN_NEXT, NULL)->to = distance(next, array);
	aim(c, array);
}

static bool
is_optional(const struct avro_node *of)
{
	return of->count == 2 &&
	       (of->branches[0]->type == AVRO_NULL) != (of->branches[1]->type == AVRO_NULL);
}

/* OPTIONAL, and what its value is: to be aimed behind it. */
static const struct avro_node *
emit_optional(struct compiler *c, const struct avro_node *of)
{
	struct plan_op *op = emit(c, PLAN_OPTIONAL, NULL);
	size_t null = of->branches[0]->type == AVRO_NULL ? 0 : 1;

	op->null_index = (uint8_t)(2 * null);
	op->some_index = (uint8_t)(2 - 2 * null);
	return of->branches[1 - null];
}

/* UNION; each branch is begun with begin_branch(), the last one followed by end_branches(). */
struct branches {
	size_t op;
	int32_t *targets;
	size_t *jumps; /* at the end of each branch; 0: none */
	size_t begun;
};

static struct branches
emit_union(struct compiler *c, const struct avro_node *of)
{
	struct branches b = {.op = c->program->count};
	struct plan_op *op = emit(c, PLAN_UNION, NULL);

	b.targets = arena_alloc(&c->program->memory, (of->count + 1) * sizeof(*b.targets));
	b.jumps = mem_resize_array(NULL, of->count + 1, sizeof(*b.jumps));
	op->at = (uint32_t)of->count;
	op->targets = b.targets;
	return b;
}

static void
begin_branch(struct compiler *c, struct branches *b)
{
	size_t at = c->program->count;

	/* One without operations needs no jump: it begins where all end. */
	if (b->begun > 0 && distance(b->op, at) > b->targets[b->begun - 1]) {
		b->jumps[b->begun - 1] = at;
		emit(c, PLAN_JUMP, NULL);
	}
	b->jumps[b->begun] = 0;
	b->targets[b->begun++] = distance(b->op, c->program->count);
}

static void
end_branches(struct compiler *c, struct branches *b)
{
	for (size_t i = 0; i + 1 < b->begun; i++)
		if (b->jumps[i] > 0)
			aim(c, b->jumps[i]);
		else
			b->targets[i] = distance(b->op, c->program->count);
	c->target = c->program->count;
	free(b->jumps);
}

static void
skip_union(struct compiler *c, const struct avro_node *node, size_t depth)
{
	size_t at = c->program->count;

	if (is_optional(node)) {
		const struct avro_node *some = emit_optional(c, node);
		at = c->program->count - 1;
		if (some->type == AVRO_STRING || some->type == AVRO_BYTES) {
			c->program->ops[at].code = PLAN_OPTIONAL_BYTES;
			return;
		}
		skip(c, some, depth);
		aim(c, at);
		return;
	}
	struct branches b = emit_union(c, node);
	for (size_t i = 0; i < node->count; i++) {
		begin_branch(c, &b);
		skip(c, node->branches[i], depth);
	}
	end_branches(c, &b);
}

static void
skip(struct compiler *c, const struct avro_node *node, size_t depth)
{
	struct plan_op *last = last_op(c);

	if (node->min_bytes == 0) /* then no datum of it has any */
		return;
	switch (node->type) {
	case AVRO_NULL:
		break;
	case AVRO_BOOLEAN:
		emit(c, PLAN_BOOLEAN, NULL);
		break;
	case AVRO_INT:
		emit(c, PLAN_INT, NULL);
		break;
	case AVRO_LONG:
		if (last != NULL && last->code == PLAN_LONG)
			last->code = PLAN_TWO_LONGS;
		else
			emit(c, PLAN_LONG, NULL);
		break;
	case AVRO_FLOAT:
		skip_bytes(c, 4);
		break;
	case AVRO_DOUBLE:
		skip_bytes(c, 8);
		break;
	case AVRO_FIXED:
		skip_bytes(c, node->size);
		break;
	case AVRO_BYTES:
	case AVRO_STRING:
		emit(c, PLAN_BYTES, NULL);
		break;
	case AVRO_ENUM:
		emit(c, PLAN_ENUM, NULL)->n = node->count;
		break;
	case AVRO_ARRAY:
	case AVRO_MAP:
		skip_items(c, node, depth);
		break;
	case AVRO_RECORD:
		skip_record(c, node, depth);
		break;
	case AVRO_UNION:
		skip_union(c, node, depth);
		break;
	}
}

/* Records that hold themselves, or are large and used often, are called. */
static void
compile_functions(struct compiler *c)
{
	c->in_function = true;
	for (size_t i = 0; i < c->call_count; i++) { /* functions add calls */
		const struct avro_node *node = c->calls[i].node;
		struct compiled *k = known(c, node);
		if (k->entry == 0) {
			k->entry = 1 + c->program->count;
			k->open = true;
			skip_fields(c, node, 0);
			emit(c, PLAN_RETURN, NULL);
			k = known(c, node);
			k->open = false;
		}
		c->program->ops[c->calls[i].op].to = distance(c->calls[i].op, k->entry - 1);
	}
}

static const char *
where(struct compiler *c)
{
	return buf_cstr(&c->where);
}

static int read_rows(struct compiler *, const struct avro_node *, struct bind_rows, size_t depth);
static int read_table(struct compiler *, const struct field *of, const struct field *table,
		      const struct avro_node *, size_t depth, const char **blank);

static struct plan_block *
new_block(struct compiler *c, const struct field *f, const struct avro_node *item)
{
	struct plan_block *b = arena_zero(&c->program->memory, sizeof(*b));

	b->size = f->size;
	b->min_bytes = item->min_bytes;
	b->count_at = f->count_at;
	return b;
}

static int
read_list(struct compiler *c, const struct field *f, const struct avro_node *items, size_t depth)
{
	struct plan_block *block = new_block(c, f, items);
	size_t list;

	if (!deepen(c, depth + 1))
		return 0;
	list = c->program->count;
	emit(c, PLAN_LIST, f)->block = block;
	emit(c, PLAN_BLOCK, f)->block = block;
	if (read_table(c, f, f->fields, items, depth + 1, &block->blank) != 0)
		return -1;
	size_t item = c->program->count;
	emit(c, PLAN_ITEM, f)->to = distance(item, list + 1);
	aim(c, list + 1);
	return 0;
}

static int
read_record(struct compiler *c, const struct field *f, const struct avro_node *node, size_t depth)
{
	struct plan_block *block = new_block(c, f, node);

	emit(c, PLAN_RECORD, f)->block = block;
	if (read_table(c, f, f->fields, node, depth, &block->blank) != 0)
		return -1;
	emit(c, PLAN_RECORD_END, f);
	return 0;
}

static int
read_enum(struct compiler *c, const struct field *f, const struct avro_node *node)
{
	struct plan_enum *e =
		arena_alloc(&c->program->memory, sizeof(*e) + node->count * sizeof(*e->values));
	int unknown = bind_symbol(f, STR(""));

	e->size = f->size;
	e->count = node->count;
	for (size_t i = 0; i < node->count; i++) {
		e->values[i] = bind_symbol(f, node->symbols[i]);
		if (e->values[i] < 0)
			e->values[i] = unknown;
		if (e->values[i] < 0)
			return err_set(c->err, ERR_FATAL,
				       "\"%s%s\" may be \"%.*s\" in the schema, which the C enum "
				       "does not name, nor has it \"\" for what it does not know",
				       where(c), f->path, STR_ARG(node->symbols[i]));
	}
	emit(c, PLAN_TO_ENUM, f)->symbols = e;
	return 0;
}

static int
read_number(struct compiler *c, const struct field *f, const struct avro_node *node)
{
	bool is_int = node->type == AVRO_INT, is_float = node->type == AVRO_FLOAT;
	enum plan_code code = PLAN_TO_NUMBER;

	if (is_float || node->type == AVRO_DOUBLE)
		code = f->type == FIELD_F32 ? (is_float ? PLAN_TO_F32 : PLAN_F64_TO_F32)
					    : (is_float ? PLAN_F32_TO_F64 : PLAN_TO_F64);
	else if (f->type == FIELD_I32 && is_int)
		code = PLAN_TO_I32;
	else if (f->type == FIELD_I64)
		code = PLAN_TO_I64;
	struct plan_op *op = emit(c, code, f);
	op->kind = (uint8_t)f->type;
	op->n = is_int;
	return 0;
}

static int
read_value(struct compiler *c, const struct bind_row *row, const struct avro_node *node,
	   size_t depth)
{
	const struct field *f = row->field;

	if (!bind_fits(f, node, BIND_READ))
		return bind_mismatch(f, where(c), node, c->err);
	*row->bound = true;
	switch (f->type) {
	case FIELD_STR:
		emit(c, node->type == AVRO_STRING ? PLAN_TO_STR : PLAN_TO_BYTES, f);
		return 0;
	case FIELD_BOOL:
		emit(c, PLAN_TO_BOOL, f);
		return 0;
	case FIELD_BUF:
		/* Only the caller's own struct lives on to free it. */
		if (c->where.len > 0)
			return err_set(c->err, ERR_FATAL,
				       "\"%s%s\" cannot be a struct buf within a list or record",
				       where(c), f->path);
		c->program->owns_bufs = true;
		emit(c, PLAN_TO_BUF, f);
		return 0;
	case FIELD_FIXED:
		emit(c, node->type == AVRO_FIXED ? PLAN_TO_FIXED : PLAN_BYTES_TO_FIXED, f)->n =
			f->size;
		return 0;
	case FIELD_ENUM:
		return read_enum(c, f, node);
	case FIELD_LIST:
		return read_list(c, f, node->items, depth);
	case FIELD_RECORD:
		return read_record(c, f, node, depth);
	default:
		return read_number(c, f, node);
	}
}

/* A branch without the row leaves it null: can that be said in C? */
static int
check_null(struct compiler *c, struct bind_rows all, struct bind_rows taken)
{
	for (size_t i = 0; i < all.count; i++) {
		const struct field *f = all.row[i].field;
		bool in_branch = false;
		for (size_t k = 0; k < taken.count; k++)
			in_branch |= taken.row[k].field == f;
		if (!in_branch && !bind_has_null(f))
			return err_set(c->err, ERR_FATAL,
				       "\"%s%s\" may be null in the schema, %s%s in the C struct "
				       "cannot be",
				       where(c), f->path, bind_c_type(f->type),
				       f->type == FIELD_ENUM ? " without the name \"\"" : "");
	}
	return 0;
}

static int
read_branch(struct compiler *c, const struct avro_node *of, size_t i, struct bind_rows rows,
	    size_t depth)
{
	struct bind_rows taken = bind_to_branch(rows, of, i, BIND_READ, &c->program->memory);

	if (check_null(c, rows, taken) != 0)
		return -1;
	return read_rows(c, of->branches[i], taken, depth);
}

static int
read_union(struct compiler *c, const struct avro_node *node, struct bind_rows rows, size_t depth)
{
	int result = 0;

	bind_to_union(rows, node);
	/* A row whose value fits no branch; one whose path ends nowhere is found out later. */
	for (size_t i = 0; i < rows.count; i++) {
		bool fits = !bind_is_value(&rows.row[i]);
		for (size_t k = 0; k < node->count; k++)
			fits |= bind_fits(rows.row[i].field, node->branches[k], BIND_READ);
		if (!fits)
			return bind_mismatch(rows.row[i].field, where(c), node, c->err);
	}
	if (is_optional(node)) {
		size_t null = node->branches[0]->type == AVRO_NULL ? 0 : 1;
		size_t op = c->program->count;
		(void)emit_optional(c, node);
		if (check_null(c, rows, (struct bind_rows){0}) != 0 ||
		    read_branch(c, node, 1 - null, rows, depth) != 0)
			return -1;
		aim(c, op);
		return 0;
	}
	struct branches b = emit_union(c, node);
	for (size_t i = 0; i < node->count && result == 0; i++) {
		begin_branch(c, &b);
		result = read_branch(c, node, i, rows, depth);
	}
	end_branches(c, &b);
	return result;
}

/* Rows that each mean the same node, or it and something in it: it is read again for each. */
static int
read_again(struct compiler *c, const struct avro_node *node, struct bind_rows rows, size_t depth)
{
	struct bind_rows first = {rows.row, 1}, others = {rows.row + 1, rows.count - 1};

	for (size_t i = 0; i < rows.count; i++)
		if (bind_is_value(&rows.row[i])) {
			struct bind_row swap = rows.row[0];
			rows.row[0] = rows.row[i];
			rows.row[i] = swap;
			break;
		}
	emit(c, PLAN_MARK, NULL);
	if (read_rows(c, node, first, depth) != 0)
		return -1;
	emit(c, PLAN_REWIND, NULL);
	return read_rows(c, node, others, depth);
}

static int
read_fields(struct compiler *c, const struct avro_node *node, struct bind_rows rows, size_t depth)
{
	if (node->min_bytes > 0 && !deepen(c, depth + 1))
		return 0;
	for (size_t i = 0; i < node->count; i++) {
		const struct avro_field *field = &node->fields[i];
		bool own = depth == 0 && c->own.ptr != NULL && str_equal(field->name, c->own);
		if (own)
			emit(c, PLAN_OWN, NULL);
		if (read_rows(c, field->type, bind_to_field(rows, field->name, &c->program->memory),
			      depth + 1) != 0)
			return -1;
		if (own)
			emit(c, PLAN_OWN_END, NULL);
	}
	return 0;
}

static int
read_rows(struct compiler *c, const struct avro_node *node, struct bind_rows rows, size_t depth)
{
	bool value = false;

	if (c->program->count > PLAN_MAX_OPS)
		return err_set(c->err, ERR_FATAL,
			       "the input's schema repeats a record too often: reading it takes "
			       "more than %d operations",
			       PLAN_MAX_OPS);
	for (size_t i = 0; i < rows.count; i++)
		value |= bind_is_value(&rows.row[i]);
	if (value && rows.count > 1)
		return read_again(c, node, rows, depth);
	if (rows.count > 0 && node->type == AVRO_UNION)
		return read_union(c, node, rows, depth);
	if (value)
		return read_value(c, &rows.row[0], node, depth);
	if (rows.count > 0 && node->type == AVRO_RECORD)
		return read_fields(c, node, rows, depth);
	skip(c, node, depth); /* what rows there are ask for something in a plain value */
	return 0;
}

/* A table has a struct of its own; of: the row that points to it, NULL for the outermost. */
static int
read_table(struct compiler *c, const struct field *of, const struct field *table,
	   const struct avro_node *node, size_t depth, const char **blank)
{
	struct arena *memory = &c->program->memory;
	struct bind_rows rows;
	size_t outside = c->where.len;

	if (of != NULL)
		buf_printf(&c->where, "%s%s", of->path, of->path[0] == '\0' ? "" : ".");
	if (bind_table(table, where(c), memory, &rows, c->err) != 0 ||
	    (of == NULL ? read_fields : read_rows)(c, node, rows, depth) != 0)
		return -1;
	char *null = arena_zero(memory, (of == NULL ? bind_table_size(table) : of->size) + 16);
	*blank = null;
	for (size_t i = 0; i < rows.count; i++) {
		const struct field *f = rows.row[i].field;
		bind_set_null(f, null);
		if (!*rows.row[i].bound && !f->optional)
			return err_set(c->err, ERR_FATAL, "the input has no field \"%s%s\"",
				       where(c), f->path);
	}
	c->where.len = outside;
	return 0;
}

int
plan_compile(struct plan_program *program, const struct avro_node *record,
	     const struct field *reads, struct str own, struct err *err)
{
	struct compiler c = {.program = program, .own = own, .err = err};
	int result = read_table(&c, NULL, reads, record, 0, &program->blank);

	if (result == 0) {
		emit(&c, PLAN_END, NULL);
		compile_functions(&c);
	}
	free(c.known);
	free(c.calls);
	buf_free(&c.where);
	return result;
}

void
plan_program_free(struct plan_program *p)
{
	free(p->ops);
	free(p->fields);
	arena_free(&p->memory);
}
