/*
 * Each pair of a writer's and a reader's type that can meet becomes one action, made once: types
 * that hold themselves are cycles of actions. What cannot match is an action, too, so that a branch
 * of the writer's union that no datum takes does no harm.
 */
#include "avro/resolve.h"

#include "avro/datum.h"
#include "avro/limits.h"
#include "avro/schema_names.h"
#include "avro/varint.h"
#include "base/map.h"
#include "base/mem.h"
#include "text/utf8.h"

#include <endian.h>
#include <stdarg.h>
#include <stdio.h>

#define MAX_ACTIONS (4 * AVRO_MAX_VALUES)
#define MAX_MEMBERS (16 * AVRO_MAX_VALUES) /* fields and symbols of all pairs together */

enum how {
	HOW_COPY,         /* both are encoded alike */
	HOW_TO_REAL,      /* int, long or float to float or double */
	HOW_TO_STRING,    /* bytes that have to be UTF-8 */
	HOW_SYMBOL,       /* .symbols */
	HOW_ITEMS,        /* parts[0] */
	HOW_FIELDS,       /* parts, takes: of each field of the reader */
	HOW_WRITER_UNION, /* parts: of each branch of the writer */
	HOW_READER_UNION, /* parts[0], of the reader's `branch` */
	HOW_NOT,          /* .why */
	HOW_TOO_DEEP,
};
struct action {
	const struct avro_node *of[2]; /* writer, reader: the key among actions */
	enum how how;
	struct action **parts;
	size_t *takes;    /* fields: the writer's field, or NO_FIELD: the default */
	bool in_order;    /* fields: takes ascends */
	int64_t branch;   /* reader's union */
	int64_t *symbols; /* the reader's, by the writer's; -1: none */
	struct str why;
};
#define NO_FIELD SIZE_MAX
#define TOO_MANY "too many types meet"

struct avro_resolver {
	struct arena arena;
	struct map actions; /* by .of */
	struct action *root;
};
struct compiler {
	struct avro_resolver *resolver;
	int depth;
	size_t members; /* that met */
};

static struct action *compile(struct compiler *, const struct avro_node *writer,
			      const struct avro_node *reader);

static struct str
name_of(const struct avro_node *node)
{
	return node->name.ptr != NULL ? node->name : str_of(avro_type_name(node->type));
}

static void __attribute__((format(printf, 3, 4)))
cannot(struct compiler *c, struct action *a, const char *fmt, ...)
{
	struct err err;
	va_list args;

	va_start(args, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, args);
	va_end(args);
	a->how = HOW_NOT;
	a->why = arena_copy(&c->resolver->arena, str_of(err.text));
}

/* The specification compares names without their namespace. */
static bool
names_match(const struct avro_node *writer, const struct avro_node *reader)
{
	struct str name = schema_name_last(writer->name);

	if (str_equal(name, schema_name_last(reader->name)))
		return true;
	for (size_t i = 0; i < reader->alias_count; i++)
		if (str_equal(name, schema_name_last(reader->aliases[i])))
			return true;
	return false;
}

static void
compile_symbols(struct compiler *c, struct action *a, const struct avro_node *writer,
		const struct avro_node *reader)
{
	struct map known = {0};

	a->how = HOW_SYMBOL;
	a->symbols = arena_alloc(&c->resolver->arena, writer->count * sizeof(*a->symbols));
	for (size_t i = 0; i < reader->count; i++)
		*map_place(&known, reader->symbols[i]) = (void *)&reader->symbols[i];
	for (size_t i = 0; i < writer->count; i++) {
		const struct str *symbol = map_get(&known, writer->symbols[i]);
		a->symbols[i] = symbol != NULL ? symbol - reader->symbols : reader->default_symbol;
	}
	map_free(&known);
}

/* The writer's field for a field of the reader: by name, else by an alias. */
static size_t
match_field(const struct map *fields, const struct avro_node *writer, const struct avro_field *f)
{
	const struct avro_field *found = map_get(fields, f->name);

	for (size_t i = 0; found == NULL && i < f->alias_count; i++)
		found = map_get(fields, f->aliases[i]);
	return found == NULL ? NO_FIELD : (size_t)(found - writer->fields);
}

static void
compile_fields(struct compiler *c, struct action *a, const struct avro_node *writer,
	       const struct avro_node *reader)
{
	struct arena *arena = &c->resolver->arena;
	struct map fields = {0}; /* the writer's */
	size_t last = 0;

	a->how = HOW_FIELDS;
	a->in_order = true;
	a->parts = arena_alloc(arena, reader->count * sizeof(struct action *));
	a->takes = arena_alloc(arena, reader->count * sizeof(*a->takes));
	for (size_t i = 0; i < writer->count; i++)
		*map_place(&fields, writer->fields[i].name) = (void *)&writer->fields[i];
	for (size_t i = 0; i < reader->count && a->how != HOW_NOT; i++) {
		const struct avro_field *f = &reader->fields[i];
		size_t from = match_field(&fields, writer, f);
		a->takes[i] = from;
		if (from == NO_FIELD) {
			if (!f->has_default)
				cannot(c, a,
				       "field \"%.*s\": the writer has none, and there is no "
				       "default",
				       STR_ARG(f->name));
			continue;
		}
		a->in_order &= from >= last;
		last = from + 1;
		struct action *part = compile(c, writer->fields[from].type, f->type);
		a->parts[i] = part;
		if (part->how == HOW_NOT)
			cannot(c, a, "field \"%.*s\": %.*s", STR_ARG(f->name), STR_ARG(part->why));
	}
	map_free(&fields);
}

static void
compile_writer_union(struct compiler *c, struct action *a, const struct avro_node *writer,
		     const struct avro_node *reader)
{
	bool some = false;

	a->how = HOW_WRITER_UNION;
	a->parts = arena_alloc(&c->resolver->arena, writer->count * sizeof(struct action *));
	for (size_t i = 0; i < writer->count; i++) {
		a->parts[i] = compile(c, writer->branches[i], reader);
		some |= a->parts[i]->how != HOW_NOT;
	}
	if (!some)
		cannot(c, a, "%.*s", STR_ARG(a->parts[0]->why));
}

/* How well a branch of the reader's union suits: the same type, a type by that name from another
 * namespace or by alias, any type that it promotes to. The best that resolves is taken, the first
 * among equals, as Java does. */
static int
rank_branch(const struct avro_node *writer, const struct avro_node *branch)
{
	if (branch->type != writer->type)
		return 2;
	return str_equal(branch->name, writer->name) ? 0 : 1;
}

static void
compile_reader_union(struct compiler *c, struct action *a, const struct avro_node *writer,
		     const struct avro_node *reader)
{
	a->how = HOW_READER_UNION;
	a->parts = arena_alloc(&c->resolver->arena, sizeof(struct action *));
	for (int rank = 0; rank <= 2; rank++)
		for (size_t i = 0; i < reader->count; i++) {
			if (rank_branch(writer, reader->branches[i]) != rank)
				continue;
			a->parts[0] = compile(c, writer, reader->branches[i]);
			a->branch = (int64_t)i;
			if (a->parts[0]->how != HOW_NOT)
				return;
		}
	cannot(c, a, "no branch of the reader's union takes the writer's \"%.*s\"",
	       STR_ARG(name_of(writer)));
}

static bool
promotes(enum avro_type writer, enum avro_type reader, enum how *how)
{
	*how = HOW_COPY;
	if ((writer == AVRO_INT && reader == AVRO_LONG) ||
	    (writer == AVRO_STRING && reader == AVRO_BYTES))
		return true;
	*how = writer == AVRO_BYTES ? HOW_TO_STRING : HOW_TO_REAL;
	if (writer == AVRO_INT || writer == AVRO_LONG)
		return reader == AVRO_FLOAT || reader == AVRO_DOUBLE;
	return (writer == AVRO_FLOAT && reader == AVRO_DOUBLE) ||
	       (writer == AVRO_BYTES && reader == AVRO_STRING);
}

static void
compile_same(struct compiler *c, struct action *a, const struct avro_node *writer,
	     const struct avro_node *reader)
{
	c->members += writer->count + reader->count;
	if (schema_type_is_named(writer->type) && !names_match(writer, reader))
		cannot(c, a, "the writer's %s \"%.*s\" is not the reader's \"%.*s\"",
		       avro_type_name(writer->type), STR_ARG(writer->name), STR_ARG(reader->name));
	else if (writer->type == AVRO_FIXED && writer->size != reader->size)
		cannot(c, a, "fixed \"%.*s\" has %zu bytes, not %zu", STR_ARG(writer->name),
		       writer->size, reader->size);
	else if (c->members > MAX_MEMBERS)
		cannot(c, a, TOO_MANY);
	else if (writer->type == AVRO_ENUM)
		compile_symbols(c, a, writer, reader);
	else if (writer->type == AVRO_RECORD)
		compile_fields(c, a, writer, reader);
	else if (writer->type != AVRO_ARRAY && writer->type != AVRO_MAP)
		a->how = HOW_COPY;
	else {
		a->how = HOW_ITEMS;
		a->parts = arena_alloc(&c->resolver->arena, sizeof(struct action *));
		a->parts[0] = compile(c, writer->items, reader->items);
		if (a->parts[0]->how == HOW_NOT)
			cannot(c, a, "items: %.*s", STR_ARG(a->parts[0]->why));
	}
}

static struct action *
compile(struct compiler *c, const struct avro_node *writer, const struct avro_node *reader)
{
	static struct action too_deep = {.how = HOW_TOO_DEEP};
	static char many[] = TOO_MANY;
	static struct action too_many = {.how = HOW_NOT, .why = {many, sizeof(many) - 1}};
	struct avro_resolver *resolver = c->resolver;
	const struct avro_node *pair[] = {writer, reader};
	struct action *a = map_get(&resolver->actions, (struct str){(char *)pair, sizeof(pair)});

	if (a != NULL) /* perhaps one that is being made: types that hold themselves */
		return a;
	if (c->depth > 4 * AVRO_MAX_DEPTH) /* no datum is */
		return &too_deep;
	if (resolver->actions.count == MAX_ACTIONS)
		return &too_many;
	a = arena_zero(&resolver->arena, sizeof(*a));
	memcpy(a->of, pair, sizeof(pair));
	*map_place(&resolver->actions, (struct str){(char *)a->of, sizeof(a->of)}) = a;
	c->depth++;
	if (writer->type == AVRO_UNION)
		compile_writer_union(c, a, writer, reader);
	else if (reader->type == AVRO_UNION)
		compile_reader_union(c, a, writer, reader);
	else if (writer->type == reader->type)
		compile_same(c, a, writer, reader);
	else if (!promotes(writer->type, reader->type, &a->how))
		cannot(c, a, "the writer's \"%.*s\" is no \"%.*s\"", STR_ARG(name_of(writer)),
		       STR_ARG(name_of(reader)));
	c->depth--;
	return a;
}

struct avro_resolver *
avro_resolver_compile(const struct avro_node *writer, const struct avro_node *reader,
		      struct err *err)
{
	struct avro_resolver *resolver = mem_zero(1, sizeof(*resolver));
	struct compiler c = {.resolver = resolver};

	resolver->root = compile(&c, writer, reader);
	if (resolver->root->how != HOW_NOT)
		return resolver;
	err_set(err, ERR_INPUT, "the writer's schema does not fit the reader's: %.*s",
		STR_ARG(resolver->root->why));
	avro_resolver_free(resolver);
	return NULL;
}

void
avro_resolver_free(struct avro_resolver *resolver)
{
	if (resolver == NULL)
		return;
	map_free(&resolver->actions);
	arena_free(&resolver->arena);
	free(resolver);
}

/* The writer's bytes have been checked: nothing here runs past their end. */
struct run {
	struct str bytes; /* left */
	struct buf *out;
	size_t limit; /* of out->len: defaults make much of little */
	struct err *err;
};

static int run(struct run *, const struct action *);

static int64_t
take_number(struct run *r)
{
	const char *at = r->bytes.ptr;
	int64_t value = 0;

	(void)varint_read(&at, at + r->bytes.len, &value); /* checked */
	r->bytes = str_tail(r->bytes, (size_t)(at - r->bytes.ptr));
	return value;
}

static struct str
take_datum(struct run *r, const struct avro_node *node)
{
	struct str start = r->bytes;

	(void)avro_datum_check(node, &r->bytes, r->err); /* checked */
	return str_head(start, start.len - r->bytes.len);
}

static void
run_to_real(struct run *r, const struct action *a)
{
	enum avro_type from = a->of[0]->type, to = a->of[1]->type;
	uint32_t single_bits;
	uint64_t bits;
	double value;
	float single;

	if (from == AVRO_FLOAT) {
		memcpy(&single_bits, take_datum(r, a->of[0]).ptr, sizeof(single_bits));
		single_bits = le32toh(single_bits);
		memcpy(&single, &single_bits, sizeof(single));
		value = (double)single;
	} else {
		int64_t number = take_number(r);
		value = (double)number;
		single = (float)number;
	}
	if (to == AVRO_FLOAT) {
		memcpy(&single_bits, &single, sizeof(single_bits));
		single_bits = htole32(single_bits);
		buf_add(r->out, (struct str){(char *)&single_bits, sizeof(single_bits)});
	} else {
		memcpy(&bits, &value, sizeof(bits));
		bits = htole64(bits);
		buf_add(r->out, (struct str){(char *)&bits, sizeof(bits)});
	}
}

/* Block by block, as the writer did. */
static int
run_items(struct run *r, const struct action *a)
{
	static const struct avro_node key = {.type = AVRO_STRING, .min_bytes = 1};
	int64_t count;

	while ((count = take_number(r)) != 0) {
		size_t start = r->out->len;
		if (count < 0) {
			count = -count;
			(void)take_number(r); /* the block's size */
		}
		for (int64_t i = 0; i < count; i++) {
			if (a->of[0]->type == AVRO_MAP)
				buf_add(r->out, take_datum(r, &key));
			if (run(r, a->parts[0]) != 0)
				return -1;
		}
		avro_block_close(r->out, start, (uint64_t)count);
	}
	buf_add_byte(r->out, 0);
	return 0;
}

static int
run_fields(struct run *r, const struct action *a)
{
	const struct avro_node *writer = a->of[0], *reader = a->of[1];
	struct str *fields = NULL; /* what is left from each of the writer's fields on */
	size_t next = 0;           /* of the writer's fields, in order */
	struct str after = r->bytes;
	int status = 0;

	if (!a->in_order) {
		fields = mem_alloc(writer->count * sizeof(*fields));
		for (; next < writer->count; next++) {
			fields[next] = r->bytes;
			(void)take_datum(r, writer->fields[next].type);
		}
		after = r->bytes;
	}
	for (size_t i = 0; i < reader->count && status == 0; i++) {
		const struct avro_field *f = &reader->fields[i];
		if (a->takes[i] == NO_FIELD) {
			buf_add(r->out, f->default_datum);
			continue;
		}
		if (fields != NULL)
			r->bytes = fields[a->takes[i]];
		else
			for (; next < a->takes[i]; next++)
				(void)take_datum(r, writer->fields[next].type);
		next = fields != NULL ? next : next + 1;
		status = run(r, a->parts[i]);
		if (status != 0)
			err_prefix(r->err, "field \"%.*s\": ", STR_ARG(f->name));
	}
	if (fields != NULL)
		r->bytes = after;
	for (; status == 0 && next < writer->count; next++)
		(void)take_datum(r, writer->fields[next].type);
	free(fields);
	return status;
}

static int
run(struct run *r, const struct action *a)
{
	struct str datum;
	int64_t index;

	if (r->out->len > r->limit)
		return err_set(r->err, ERR_INPUT, "the datum grows beyond %d bytes",
			       AVRO_MAX_DECODED);
	switch (a->how) {
	case HOW_COPY:
		buf_add(r->out, take_datum(r, a->of[0]));
		return 0;
	case HOW_TO_REAL:
		run_to_real(r, a);
		return 0;
	case HOW_TO_STRING:
		datum = take_datum(r, a->of[0]);
		struct run text = {.bytes = datum, .err = r->err};
		(void)take_number(&text); /* the length */
		if (utf8_valid_prefix(text.bytes) < text.bytes.len)
			return err_set(r->err, ERR_INPUT, "the writer's bytes are not UTF-8");
		buf_add(r->out, datum);
		return 0;
	case HOW_SYMBOL:
		index = take_number(r);
		if (a->symbols[index] < 0)
			return err_set(r->err, ERR_INPUT, "the reader has no symbol \"%.*s\"",
				       STR_ARG(a->of[0]->symbols[index]));
		varint_add(r->out, a->symbols[index]);
		return 0;
	case HOW_ITEMS:
		return run_items(r, a);
	case HOW_FIELDS:
		return run_fields(r, a);
	case HOW_WRITER_UNION:
		return run(r, a->parts[take_number(r)]);
	case HOW_READER_UNION:
		varint_add(r->out, a->branch);
		return run(r, a->parts[0]);
	case HOW_NOT:
		return err_set(r->err, ERR_INPUT, "%.*s", STR_ARG(a->why));
	case HOW_TOO_DEEP:
		return err_set(r->err, ERR_INPUT, "the data is nested more than %d deep",
			       AVRO_MAX_DEPTH);
	}
	return -1;
}

int
avro_resolve(const struct avro_resolver *resolver, struct str *bytes, struct buf *out,
	     struct err *err)
{
	size_t before = out->len;
	struct str rest = *bytes;
	struct run r = {*bytes, out, out->len + AVRO_MAX_DECODED, err};

	if (avro_datum_check(resolver->root->of[0], &rest, err) != 0)
		return -1;
	r.bytes.len -= rest.len;
	if (run(&r, resolver->root) != 0) {
		out->len = before;
		return -1;
	}
	*bytes = rest;
	return 0;
}
