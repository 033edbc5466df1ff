#include "row.h"

#include "avro/datum.h"
#include "avro/varint.h"
#include "base/arena.h"
#include "base/mem.h"
#include "text/utf8.h"
#include <float.h>
#include <math.h>
#include <stdio.h>

/* A record lies flat while that keeps the table narrow: SQLite takes 2,000 columns, and a schema of
 * records in records doubles them at each level. */
#define MAX_FLAT_COLUMNS 400

/* The schema as the row sees it: a tree, in which a value is either flat or a cell. */
struct part {
	const struct avro_node *type;     /* without its null */
	const struct avro_node *nullable; /* the union of null and type; NULL: cannot be null */
	struct part *members;             /* of a record that lies flat; NULL: a cell */
	size_t first, count;              /* columns */
	bool as_json;                     /* a cell whose text is its JSON, quotes taken off */
};

struct row_plan {
	struct row row; /* what the caller sees, first */
	enum row_use use;
	struct arena arena;
	struct part root;
	struct row_column *columns;
	size_t column_room, laid_flat; /* columns that records brought */
	struct buf json;
	size_t *json_at; /* by column: 1 + where its text begins in json; 0: elsewhere */
};

struct ancestry {
	const struct avro_node *type;
	const struct ancestry *parent;
};

static const struct avro_node *
without_null(const struct avro_node *type)
{
	if (type->type == AVRO_UNION && type->count == 2)
		for (size_t i = 0; i < 2; i++)
			if (type->branches[i]->type == AVRO_NULL)
				return type->branches[1 - i];
	return type;
}

static bool
lies_flat(const struct row_plan *p, const struct avro_node *type, const struct ancestry *above)
{
	if (type->type != AVRO_RECORD || type->count == 0 ||
	    p->laid_flat + type->count > MAX_FLAT_COLUMNS)
		return false;
	for (; above != NULL; above = above->parent)
		if (above->type == type)
			return false;
	return true;
}

static enum cell_type
cell_type_of(const struct row_plan *p, const struct avro_node *type, bool *as_json)
{
	bool for_people = p->use == ROW_FOR_PEOPLE, logical = type->logical.ptr != NULL;

	*as_json = false;
	switch (type->type) {
	case AVRO_NULL:
		return CELL_NULL;
	case AVRO_BOOLEAN:
		return CELL_BOOLEAN;
	case AVRO_INT:
	case AVRO_LONG:
		*as_json = logical && for_people;
		return *as_json ? CELL_TEXT : CELL_INTEGER;
	case AVRO_FLOAT:
	case AVRO_DOUBLE:
		return CELL_REAL;
	case AVRO_BYTES:
	case AVRO_FIXED:
		*as_json = logical || for_people;
		return *as_json ? CELL_TEXT : CELL_BYTES;
	case AVRO_STRING:
	case AVRO_ENUM:
		return CELL_TEXT;
	default:
		*as_json = true;
		return CELL_JSON;
	}
}

static void
add_column(struct row_plan *p, struct part *part, struct str name)
{
	MEM_GROW(p->columns, p->row.column_count, p->column_room);
	p->columns[p->row.column_count++] = (struct row_column){
		arena_copy(&p->arena, name), cell_type_of(p, part->type, &part->as_json)};
}

static void
lay_out(struct row_plan *p, struct part *part, const struct avro_node *type, struct buf *name,
	const struct ancestry *above)
{
	struct ancestry here = {without_null(type), above};

	*part = (struct part){.type = here.type, .first = p->row.column_count};
	part->nullable = type == here.type ? NULL : type;
	if (lies_flat(p, here.type, above)) {
		part->members = arena_zero(&p->arena, here.type->count * sizeof(*part->members));
		p->laid_flat += here.type->count;
		for (size_t i = 0; i < here.type->count; i++) {
			const struct avro_field *f = &here.type->fields[i];
			size_t len = name->len;
			if (len > 0)
				buf_add_byte(name, '.');
			buf_add(name, f->name);
			lay_out(p, &part->members[i], f->type, name, &here);
			name->len = len;
		}
	} else {
		add_column(p, part, buf_str(name));
	}
	part->count = p->row.column_count - part->first;
}

struct row *
row_new(const struct avro_node *record, enum row_use use)
{
	struct row_plan *p = mem_zero(1, sizeof(*p));
	struct ancestry root = {record, NULL};
	struct buf name = {0};

	p->use = use;
	p->root = (struct part){.type = record};
	p->root.members = arena_zero(&p->arena, record->count * sizeof(*p->root.members));
	p->row.fields = arena_zero(&p->arena, record->count * sizeof(*p->row.fields));
	p->row.field_count = record->count;
	for (size_t i = 0; i < record->count; i++) {
		struct part *part = &p->root.members[i];
		buf_clear(&name);
		buf_add(&name, record->fields[i].name);
		lay_out(p, part, record->fields[i].type, &name, &root);
		p->row.fields[i] =
			(struct row_field){record->fields[i].name, part->first, part->count, false};
	}
	buf_free(&name);
	p->row.columns = p->columns;
	p->row.cells = mem_zero(p->row.column_count, sizeof(*p->row.cells));
	p->json_at = mem_zero(p->row.column_count, sizeof(*p->json_at));
	return &p->row;
}

void
row_free(struct row *row)
{
	struct row_plan *p = (struct row_plan *)row;

	if (p == NULL)
		return;
	buf_free(&p->json);
	free(p->json_at);
	free(p->row.cells);
	free(p->columns);
	arena_free(&p->arena);
	free(p);
}

static int
damaged(struct err *err)
{
	err_set(err, ERR_INPUT, "the record is damaged");
	return -1; /* said here, where the compiler sees it */
}

static int
read_long(struct str *bytes, int64_t *value, struct err *err)
{
	const char *at = bytes->ptr;

	if (!varint_read(&at, bytes->ptr + bytes->len, value))
		return damaged(err);
	*bytes = str_tail(*bytes, (size_t)(at - bytes->ptr));
	return 0;
}

static int
read_bytes(struct str *bytes, size_t len, struct str *value, struct err *err)
{
	if (len > bytes->len)
		return damaged(err);
	*value = str_head(*bytes, len);
	*bytes = str_tail(*bytes, len);
	return 0;
}

static int
read_sized(struct str *bytes, struct str *value, struct err *err)
{
	int64_t len;

	if (read_long(bytes, &len, err) != 0)
		return -1;
	return len < 0 ? damaged(err) : read_bytes(bytes, (size_t)len, value, err);
}

/* What people take a float for: 0.1, and not the double that it is, 0.10000000149011612. */
static double
as_written(float value)
{
	char digits[24];

	for (int precision = FLT_DIG; precision <= FLT_DECIMAL_DIG; precision++) {
		snprintf(digits, sizeof(digits), "%.*g", precision, (double)value);
		if (strtof(digits, NULL) == value)
			break;
	}
	return strtod(digits, NULL);
}

static int
read_real(const struct row_plan *p, const struct avro_node *type, struct str *bytes,
	  struct cell *cell, struct err *err)
{
	struct str raw;

	if (read_bytes(bytes, type->type == AVRO_FLOAT ? 4 : 8, &raw, err) != 0)
		return -1;
	if (type->type == AVRO_FLOAT) {
		float value;
		memcpy(&value, raw.ptr, sizeof(value));
		cell->real = p->use == ROW_FOR_PEOPLE && isfinite(value) ? as_written(value)
									 : (double)value;
	} else {
		memcpy(&cell->real, raw.ptr, sizeof(cell->real));
	}
	if (!isfinite(cell->real))
		cell->type = CELL_NULL;
	return 0;
}

static int
read_json(struct row_plan *p, const struct part *part, struct str *bytes, struct err *err)
{
	struct cell *cell = &p->row.cells[part->first];
	size_t at = p->json.len;

	if (avro_datum_add_json(part->type, bytes, AVRO_JSON_PLAIN, &p->json, err) != 0)
		return -1;
	cell->text = (struct str){p->json.ptr + at, p->json.len - at};
	if (str_equal(cell->text, STR("null"))) {
		cell->type = CELL_NULL;
		return 0;
	}
	if (cell->type == CELL_TEXT && cell->text.ptr[0] == '"') { /* nothing in it is escaped */
		at += 1;
		cell->text.len -= 2;
	}
	p->json_at[part->first] = at + 1;
	return 0;
}

static int
read_cell(struct row_plan *p, const struct part *part, struct str *bytes, struct err *err)
{
	const struct avro_node *type = part->type;
	struct cell *cell = &p->row.cells[part->first];
	struct str raw;

	cell->type = p->columns[part->first].type;
	if (part->as_json)
		return read_json(p, part, bytes, err);
	switch (type->type) {
	case AVRO_NULL:
		return 0;
	case AVRO_BOOLEAN:
		if (read_bytes(bytes, 1, &raw, err) != 0)
			return -1;
		cell->integer = raw.ptr[0] != 0;
		return 0;
	case AVRO_INT:
	case AVRO_LONG:
		return read_long(bytes, &cell->integer, err);
	case AVRO_FLOAT:
	case AVRO_DOUBLE:
		return read_real(p, type, bytes, cell, err);
	case AVRO_FIXED:
		return read_bytes(bytes, type->size, &cell->text, err);
	case AVRO_ENUM:
		if (read_long(bytes, &cell->integer, err) != 0)
			return -1;
		if (cell->integer < 0 || (uint64_t)cell->integer >= type->count)
			return damaged(err);
		cell->text = type->symbols[cell->integer];
		return 0;
	case AVRO_STRING:
		if (read_sized(bytes, &cell->text, err) != 0)
			return -1;
		if (utf8_valid_prefix(cell->text) < cell->text.len)
			return err_set(err, ERR_INPUT, "its text is not valid UTF-8");
		return 0;
	default:
		return read_sized(bytes, &cell->text, err);
	}
}

static int
read_part(struct row_plan *p, const struct part *part, struct str *bytes, bool *null,
	  struct err *err)
{
	bool ignored;

	*null = false;
	if (part->nullable != NULL) {
		int64_t branch;
		if (read_long(bytes, &branch, err) != 0)
			return -1;
		if (branch < 0 || branch > 1)
			return damaged(err);
		*null = part->nullable->branches[branch]->type == AVRO_NULL;
	}
	if (*null) {
		for (size_t i = 0; i < part->count; i++)
			p->row.cells[part->first + i].type = CELL_NULL;
		return 0;
	}
	if (part->members == NULL) {
		if (read_cell(p, part, bytes, err) != 0)
			return -1;
		*null = p->row.cells[part->first].type == CELL_NULL;
		return 0;
	}
	for (size_t i = 0; i < part->type->count; i++)
		if (read_part(p, &part->members[i], bytes, &ignored, err) != 0)
			return err_prefix(err,
					  "field \"%.*s\": ", STR_ARG(part->type->fields[i].name));
	return 0;
}

int
row_read(struct row *row, struct str record, struct err *err)
{
	struct row_plan *p = (struct row_plan *)row;

	buf_clear(&p->json);
	memset(p->json_at, 0, row->column_count * sizeof(*p->json_at));
	for (size_t i = 0; i < row->field_count; i++)
		if (read_part(p, &p->root.members[i], &record, &row->fields[i].null, err) != 0)
			return err_prefix(err, "field \"%.*s\": ", STR_ARG(row->fields[i].name));
	if (record.len > 0)
		return damaged(err);
	/* Only now does the JSON stay where it is. */
	for (size_t i = 0; i < row->column_count; i++)
		if (p->json_at[i] != 0)
			row->cells[i].text.ptr = p->json.ptr + p->json_at[i] - 1;
	return 0;
}
