#include "enrichments.h"

#include "base/buf.h"
#include "base/mem.h"
#include <strings.h>

struct enrichment {
	size_t field; /* of the row */
	sqlite3_stmt *put, *remove;
};
struct enrichments {
	struct database *db;
	const struct row *row;
	struct enrichment *tables;
	size_t count;
	sqlite3_stmt *all; /* asks for every table there is, of this input or not */
};

static void
add_name(struct buf *sql, struct str name)
{
	buf_add_byte(sql, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '"')
			buf_add_byte(sql, '"');
		buf_add_byte(sql, name.ptr[i]);
	}
	buf_add_byte(sql, '"');
}

/* Runs one statement with two texts; its first column, when there is a row, goes into *found. 1: a
 * row, 0: none. */
static int
ask(struct database *db, struct str sql, struct str first, struct str second, struct buf *found,
    struct err *err)
{
	sqlite3_stmt *stmt = database_prepare(db, sql, err);
	int got = -1;

	if (stmt == NULL)
		return -1;
	database_bind_text(stmt, 1, first);
	database_bind_text(stmt, 2, second);
	got = database_step(db, stmt, "change the tables of", err);
	if (got == 1 && found != NULL) {
		buf_clear(found);
		buf_add(found, (struct str){(const char *)sqlite3_column_text(stmt, 0),
					    (size_t)sqlite3_column_bytes(stmt, 0)});
	}
	sqlite3_finalize(stmt);
	return got;
}

/* The first of name, name_2, name_3, ... for which `taken` gives no row. */
static int
choose_name(struct database *db, struct str taken, struct str name, struct str second,
	    struct buf *chosen, struct err *err)
{
	int got = 1;

	for (unsigned n = 1; got == 1; n++) {
		buf_clear(chosen);
		buf_add(chosen, name);
		if (n > 1)
			buf_printf(chosen, "_%u", n);
		got = ask(db, taken, buf_str(chosen), second, NULL, err);
	}
	return got;
}

static int
make_table(struct enrichments *e, struct str field, struct buf *table, struct err *err)
{
	struct buf name = {0}, sql = {0};
	int got = ask(e->db, STR("SELECT table_name FROM enrichments WHERE field = ?1"), field,
		      (struct str){0}, table, err);

	if (got != 0)
		return got > 0 ? 0 : -1;
	if (field.len >= 7 && strncasecmp(field.ptr, "sqlite_", 7) == 0)
		buf_add(&name, STR("field_")); /* such names are SQLite's own */
	buf_add(&name, field);
	got = choose_name(e->db, STR("SELECT 1 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE"),
			  buf_str(&name), (struct str){0}, table, err);
	if (got == 0) {
		buf_add(&sql, STR("CREATE TABLE "));
		add_name(&sql, buf_str(table));
		buf_add(&sql, STR(" (id INTEGER PRIMARY KEY REFERENCES messages)"));
		got = database_run(e->db, buf_cstr(&sql), err);
	}
	buf_free(&sql);
	buf_free(&name);
	return got;
}

static const char *
sql_type(enum cell_type type)
{
	switch (type) {
	case CELL_BOOLEAN:
	case CELL_INTEGER:
		return "INTEGER";
	case CELL_REAL:
		return "REAL";
	case CELL_BYTES:
		return "BLOB";
	default:
		return "TEXT";
	}
}

/* Its path within the field: "" where the field is one cell. */
static struct str
member_of(const struct row_field *field, const struct row_column *column)
{
	size_t skip = field->name.len;

	return str_tail(column->name, column->name.len > skip ? skip + 1 : skip);
}

static int
make_column(struct enrichments *e, const struct row_field *field, const struct row_column *column,
	    struct str table, struct buf *chosen, struct err *err)
{
	struct str member = member_of(field, column);
	struct buf name = {0}, sql = {0};
	sqlite3_stmt *note = NULL;
	int result = ask(e->db,
			 STR("SELECT column_name FROM enrichments WHERE field = ?1 AND member = "
			     "?2"),
			 field->name, member, chosen, err);

	if (result != 0)
		return result > 0 ? 0 : -1;
	buf_add(&name, member.len > 0 ? member : STR("value"));
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == '.')
			name.ptr[i] = '_';
	result = choose_name(e->db,
			     STR("SELECT 1 FROM pragma_table_info(?2) WHERE name = ?1 COLLATE "
				 "NOCASE"),
			     buf_str(&name), table, chosen, err);
	if (result != 0)
		goto done;
	buf_add(&sql, STR("ALTER TABLE "));
	add_name(&sql, table);
	buf_add(&sql, STR(" ADD COLUMN "));
	add_name(&sql, buf_str(chosen));
	buf_printf(&sql, " %s", sql_type(column->type));
	result = database_run(e->db, buf_cstr(&sql), err);
	if (result != 0)
		goto done;
	note = database_prepare(e->db, STR("INSERT INTO enrichments VALUES (?1, ?2, ?3, ?4)"), err);
	if (note == NULL) {
		result = -1;
		goto done;
	}
	database_bind_text(note, 1, field->name);
	database_bind_text(note, 2, member);
	database_bind_text(note, 3, table);
	database_bind_text(note, 4, buf_str(chosen));
	result = database_step(e->db, note, "change the tables of", err);

done:
	sqlite3_finalize(note);
	buf_free(&sql);
	buf_free(&name);
	return result;
}

/* INSERT INTO table (id, a, b) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET
 * a = excluded.a, b = excluded.b WHERE (table.a, table.b) IS NOT (excluded.a, excluded.b) */
static void
write_put(struct buf *sql, struct str table, const struct buf *columns, size_t count)
{
	buf_add(sql, STR("INSERT INTO "));
	add_name(sql, table);
	buf_add(sql, STR(" (id"));
	for (size_t i = 0; i < count; i++) {
		buf_add(sql, STR(", "));
		add_name(sql, buf_str(&columns[i]));
	}
	buf_add(sql, STR(") VALUES (?"));
	for (size_t i = 0; i < count; i++)
		buf_add(sql, STR(", ?"));
	buf_add(sql, STR(") ON CONFLICT (id) DO UPDATE SET "));
	for (size_t i = 0; i < count; i++) {
		buf_add(sql, i > 0 ? STR(", ") : STR(""));
		add_name(sql, buf_str(&columns[i]));
		buf_add(sql, STR(" = excluded."));
		add_name(sql, buf_str(&columns[i]));
	}
	for (int side = 0; side < 2; side++) {
		buf_add(sql, side == 0 ? STR(" WHERE (") : STR(") IS NOT ("));
		for (size_t i = 0; i < count; i++) {
			buf_add(sql, i > 0 ? STR(", ") : STR(""));
			if (side == 0)
				add_name(sql, table);
			else
				buf_add(sql, STR("excluded"));
			buf_add_byte(sql, '.');
			add_name(sql, buf_str(&columns[i]));
		}
	}
	buf_add_byte(sql, ')');
}

static int
open_table(struct enrichments *e, size_t at, struct err *err)
{
	const struct row_field *field = &e->row->fields[at];
	struct enrichment *t = &e->tables[e->count++];
	struct buf table = {0}, sql = {0}, *columns = mem_zero(field->count, sizeof(*columns));
	int result = -1;

	t->field = at;
	if (make_table(e, field->name, &table, err) != 0)
		goto done;
	for (size_t i = 0; i < field->count; i++)
		if (make_column(e, field, &e->row->columns[field->first + i], buf_str(&table),
				&columns[i], err) != 0)
			goto done;
	write_put(&sql, buf_str(&table), columns, field->count);
	t->put = database_prepare(e->db, buf_str(&sql), err);
	buf_clear(&sql);
	buf_add(&sql, STR("DELETE FROM "));
	add_name(&sql, buf_str(&table));
	buf_add(&sql, STR(" WHERE id = ?1"));
	if (t->put != NULL)
		t->remove = database_prepare(e->db, buf_str(&sql), err);
	result = t->remove == NULL ? -1 : 0;

done:
	for (size_t i = 0; i < field->count; i++)
		buf_free(&columns[i]);
	free(columns);
	buf_free(&sql);
	buf_free(&table);
	return result;
}

struct enrichments *
enrichments_open(struct database *db, const struct row *row, const bool *appended, struct err *err)
{
	struct enrichments *e = mem_zero(1, sizeof(*e));

	e->db = db;
	e->row = row;
	e->tables = mem_zero(row->field_count, sizeof(*e->tables));
	for (size_t i = 0; i < row->field_count; i++)
		if (appended[i] && open_table(e, i, err) != 0)
			goto fail;
	e->all = database_prepare(db, STR("SELECT DISTINCT table_name FROM enrichments"), err);
	if (e->all == NULL)
		goto fail;
	return e;

fail:
	enrichments_close(e);
	return NULL;
}

void
enrichments_close(struct enrichments *e)
{
	if (e == NULL)
		return;
	sqlite3_finalize(e->all);
	for (size_t i = 0; i < e->count; i++) {
		sqlite3_finalize(e->tables[i].put);
		sqlite3_finalize(e->tables[i].remove);
	}
	free(e->tables);
	free(e);
}

static void
bind_cell(sqlite3_stmt *stmt, int parameter, const struct cell *cell)
{
	switch (cell->type) {
	case CELL_NULL:
		sqlite3_bind_null(stmt, parameter);
		break;
	case CELL_BOOLEAN:
	case CELL_INTEGER:
		sqlite3_bind_int64(stmt, parameter, cell->integer);
		break;
	case CELL_REAL:
		sqlite3_bind_double(stmt, parameter, cell->real);
		break;
	case CELL_BYTES:
		sqlite3_bind_blob64(stmt, parameter, cell->text.ptr, cell->text.len, SQLITE_STATIC);
		break;
	case CELL_TEXT:
	case CELL_JSON:
		database_bind_text(stmt, parameter, cell->text);
		break;
	}
}

int
enrichments_put(struct enrichments *e, int64_t id, bool is_new, struct err *err)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct enrichment *t = &e->tables[i];
		const struct row_field *field = &e->row->fields[t->field];
		if (field->null && is_new)
			continue;
		sqlite3_stmt *stmt = field->null ? t->remove : t->put;
		sqlite3_bind_int64(stmt, 1, id);
		for (size_t k = 0; k < field->count && !field->null; k++)
			bind_cell(stmt, (int)k + 2, &e->row->cells[field->first + k]);
		if (database_step(e->db, stmt, "write", err) != 0)
			return -1;
	}
	return 0;
}

/* before TABLE after, for every table. */
static int
change_all(struct enrichments *e, const char *before, const char *after, int64_t first,
	   int64_t second, struct err *err)
{
	struct buf sql = {0};
	int got;

	while ((got = database_step(e->db, e->all, "read", err)) == 1) {
		sqlite3_stmt *stmt;
		buf_clear(&sql);
		buf_add(&sql, str_of(before));
		add_name(&sql, (struct str){(const char *)sqlite3_column_text(e->all, 0),
					    (size_t)sqlite3_column_bytes(e->all, 0)});
		buf_add(&sql, str_of(after));
		stmt = database_prepare(e->db, buf_str(&sql), err);
		if (stmt != NULL) {
			sqlite3_bind_int64(stmt, 1, first);
			sqlite3_bind_int64(stmt, 2, second);
		}
		got = stmt == NULL ? -1 : database_step(e->db, stmt, "write", err);
		sqlite3_finalize(stmt);
		if (got != 0) {
			sqlite3_reset(e->all);
			break;
		}
	}
	buf_free(&sql);
	return got;
}

int
enrichments_forget(struct enrichments *e, int64_t from, struct err *err)
{
	return change_all(e, "DELETE FROM ", " WHERE id = ?1", from, 0, err);
}

int
enrichments_move(struct enrichments *e, int64_t from, int64_t to, struct err *err)
{
	return change_all(e, "UPDATE ", " SET id = ?2 WHERE id = ?1", from, to, err);
}
