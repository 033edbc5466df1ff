#include "avro/bind.h"

#include <assert.h>
#include <math.h>

const char *
bind_c_type(enum field_type type)
{
	static const char *const names[] = {
		[FIELD_STR] = "struct str", [FIELD_BOOL] = "bool",    [FIELD_I32] = "int32_t",
		[FIELD_I64] = "int64_t",    [FIELD_U32] = "uint32_t", [FIELD_U64] = "uint64_t",
		[FIELD_F32] = "float",      [FIELD_F64] = "double",   [FIELD_BUF] = "struct buf",
		[FIELD_ENUM] = "an enum",   [FIELD_LIST] = "a list",  [FIELD_RECORD] = "a record",
		[FIELD_FIXED] = "an array",
	};

	return names[type];
}

size_t
bind_table_size(const struct field *table)
{
	return table[0].type == 0 ? 0 : table[0].of;
}

static const char *
flaw(const struct field *f, size_t of)
{
	size_t size = field_size(f);

	if (f->path == NULL || size == 0)
		return "is no row that the macros of fields.h make";
	if (f->of != of)
		return "belongs to another struct than the row before it";
	if (f->of > UINT32_MAX || f->at > f->of || f->of - f->at < size)
		return "lies outside its struct";
	if (f->type == FIELD_ENUM && (f->symbols == NULL || f->symbols[0] == NULL))
		return "is an enum without names";
	if (f->type == FIELD_ENUM && size != 1 && size != 2 && size != 4 && size != 8)
		return "is not as large as an enum";
	if (f->type != FIELD_LIST && f->type != FIELD_RECORD)
		return NULL;
	if (f->fields == NULL)
		return "has no table for what it points to";
	if (f->fields[0].type != 0 && f->fields[0].of != f->size)
		return "points to another struct than its table describes";
	if (f->type == FIELD_LIST && (f->count_at > f->of || f->of - f->count_at < sizeof(size_t)))
		return "has no count";
	return NULL;
}

int
bind_table(const struct field *table, const char *where, struct arena *memory,
	   struct bind_rows *rows, struct err *err)
{
	size_t count = 0;

	while (table[count].type != 0) {
		const struct field *f = &table[count++];
		const char *why = flaw(f, table[0].of);
		if (why != NULL)
			return err_set(err, ERR_FATAL, "\"%s%s\" %s", where,
				       f->path == NULL ? "" : f->path, why);
	}
	rows->count = count;
	rows->row = arena_zero(memory, (count + 1) * sizeof(*rows->row));
	bool *bound = arena_zero(memory, (count + 1) * sizeof(*bound));
	for (size_t i = 0; i < count; i++)
		rows->row[i] = (struct bind_row){&table[i], table[i].path, &bound[i], false};
	return 0;
}

bool
bind_is_value(const struct bind_row *r)
{
	return r->rest[0] == '\0';
}

/* The path's next part. */
static struct str
next_part(const struct bind_row *r)
{
	return (struct str){r->rest, strcspn(r->rest, ".")};
}

static void
add_row(struct bind_rows *to, struct bind_row r, size_t room, struct arena *memory)
{
	if (to->count == 0) /* most nodes have none: nothing is allocated for them */
		to->row = arena_alloc(memory, room * sizeof(*to->row));
	to->row[to->count++] = r;
}

struct bind_rows
bind_to_field(struct bind_rows rows, struct str name, struct arena *memory)
{
	struct bind_rows to = {0};

	for (size_t i = 0; i < rows.count; i++) {
		struct bind_row r = rows.row[i];
		struct str part = next_part(&r);
		if (bind_is_value(&r) || !str_equal(part, name))
			continue;
		r.rest += part.len;
		r.rest += r.rest[0] == '.';
		add_row(&to, r, rows.count - i, memory);
	}
	return to;
}

static bool
names_branch(const struct bind_row *r, const struct avro_node *branch)
{
	struct str rest = str_of(r->rest), name = branch->name;

	if (name.ptr == NULL)
		name = str_of(avro_type_name(branch->type));
	if (bind_is_value(r) || !str_ends(name, rest))
		return false;
	return name.len == rest.len || name.ptr[name.len - rest.len - 1] == '.';
}

void
bind_to_union(struct bind_rows rows, const struct avro_node *of)
{
	for (size_t i = 0; i < rows.count; i++) {
		rows.row[i].to_branch = false;
		for (size_t k = 0; k < of->count; k++)
			rows.row[i].to_branch |= names_branch(&rows.row[i], of->branches[k]);
	}
}

struct bind_rows
bind_to_branch(struct bind_rows rows, const struct avro_node *of, size_t branch, enum bind_use use,
	       struct arena *memory)
{
	struct bind_rows to = {0};
	const struct avro_node *b = of->branches[branch];

	for (size_t i = 0; i < rows.count; i++) {
		struct bind_row r = rows.row[i];
		if (bind_is_value(&r)) {
			if (!bind_fits(r.field, b, use))
				continue;
		} else if (r.to_branch) {
			if (!names_branch(&r, b))
				continue;
			r.rest = "";
		} else if (b->type != AVRO_RECORD || avro_node_field(b, next_part(&r)) == NULL) {
			continue;
		}
		add_row(&to, r, rows.count - i, memory);
	}
	return to;
}

bool
bind_fits(const struct field *f, const struct avro_node *node, enum bind_use use)
{
	enum avro_type t = node->type;
	bool whole = t == AVRO_INT || t == AVRO_LONG;

	switch (f->type) {
	case FIELD_STR:
		return t == AVRO_STRING || t == AVRO_BYTES;
	case FIELD_BOOL:
		return t == AVRO_BOOLEAN;
	case FIELD_I32:
	case FIELD_I64:
	case FIELD_U32:
	case FIELD_U64:
		return whole;
	case FIELD_F32:
	case FIELD_F64:
		return t == AVRO_FLOAT || t == AVRO_DOUBLE || (whole && use == BIND_READ);
	case FIELD_BUF:
		return t == AVRO_BYTES;
	case FIELD_FIXED:
		return t == AVRO_BYTES || (t == AVRO_FIXED && node->size == f->size);
	case FIELD_ENUM:
		return t == AVRO_ENUM;
	case FIELD_LIST:
		return t == AVRO_ARRAY;
	case FIELD_RECORD:
		return t == AVRO_RECORD;
	}
	return false;
}

/* "null or record Poll", "fixed of 16 bytes". */
static void
describe(const struct avro_node *node, struct buf *out)
{
	if (node->type == AVRO_UNION) {
		for (size_t i = 0; i < node->count; i++) {
			if (i > 0)
				buf_printf(out, "%s", i + 1 < node->count ? ", " : " or ");
			describe(node->branches[i], out);
		}
		return;
	}
	buf_printf(out, "%s", avro_type_name(node->type));
	if (node->type == AVRO_FIXED)
		buf_printf(out, " of %zu bytes", node->size);
	else if (node->name.ptr != NULL)
		buf_printf(out, " %.*s", STR_ARG(node->name));
}

int
bind_mismatch(const struct field *f, const char *where, const struct avro_node *node,
	      struct err *err)
{
	struct buf schema = {0};

	describe(node, &schema);
	err_set(err, ERR_FATAL, "\"%s%s\" is %s in the schema, %s in the C struct", where, f->path,
		buf_cstr(&schema), bind_c_type(f->type));
	if (f->type == FIELD_FIXED && node->type == AVRO_FIXED)
		err_set(err, ERR_FATAL,
			"\"%s%s\" is %s in the schema, an array of %zu in the C struct", where,
			f->path, buf_cstr(&schema), f->size);
	buf_free(&schema);
	return -1;
}

int
bind_symbol(const struct field *f, struct str symbol)
{
	for (int i = 0; f->symbols[i] != NULL; i++)
		if (str_equal(str_of(f->symbols[i]), symbol))
			return i;
	return -1;
}

void
bind_store_enum(void *member, size_t size, int value)
{
	int8_t v8 = (int8_t)value;
	int16_t v16 = (int16_t)value;
	int32_t v32 = value;
	int64_t v64 = value;

	memcpy(member,
	       size == 1   ? (void *)&v8
	       : size == 2 ? (void *)&v16
	       : size == 4 ? (void *)&v32
			   : (void *)&v64,
	       size);
}

bool
bind_has_null(const struct field *f)
{
	switch (f->type) {
	case FIELD_BOOL:
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_BUF:
	case FIELD_FIXED:
		return false;
	case FIELD_ENUM:
		return bind_symbol(f, STR("")) >= 0;
	default:
		return true;
	}
}

void
bind_set_null(const struct field *f, void *in)
{
	char *member = (char *)in + f->at;
	int32_t i32 = INT32_MIN;
	int64_t i64 = INT64_MIN;
	float f32 = NAN;
	double f64 = NAN;
	int symbol;

	switch (f->type) {
	case FIELD_I32:
		memcpy(member, &i32, sizeof(i32));
		break;
	case FIELD_I64:
		memcpy(member, &i64, sizeof(i64));
		break;
	case FIELD_F32:
		memcpy(member, &f32, sizeof(f32));
		break;
	case FIELD_F64:
		memcpy(member, &f64, sizeof(f64));
		break;
	case FIELD_ENUM:
		symbol = bind_symbol(f, STR(""));
		bind_store_enum(member, f->size, symbol < 0 ? 0 : symbol);
		break;
	default:
		memset(member, 0, field_size(f));
	}
}

bool
bind_is_null(const struct field *f, const void *in)
{
	const char *member = (const char *)in + f->at;
	union {
		const void *ptr;
		struct str str;
		int32_t i32;
		int64_t i64;
		float f32;
		double f64;
		char null[8];
	} u;

	switch (f->type) {
	case FIELD_STR:
	case FIELD_LIST:
	case FIELD_RECORD:
		memcpy(&u.ptr, member, sizeof(u.ptr)); /* the first member of struct str */
		return u.ptr == NULL;
	case FIELD_I32:
		memcpy(&u.i32, member, sizeof(u.i32));
		return u.i32 == INT32_MIN;
	case FIELD_I64:
		memcpy(&u.i64, member, sizeof(u.i64));
		return u.i64 == INT64_MIN;
	case FIELD_F32:
		memcpy(&u.f32, member, sizeof(u.f32));
		return isnan(u.f32);
	case FIELD_F64:
		memcpy(&u.f64, member, sizeof(u.f64));
		return isnan(u.f64);
	case FIELD_ENUM:
		if (!bind_has_null(f))
			return false;
		bind_store_enum(u.null, f->size, bind_symbol(f, STR("")));
		return memcmp(u.null, member, f->size) == 0;
	default:
		return false;
	}
}
