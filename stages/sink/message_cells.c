#include "message_cells.h"

#include "base/mem.h"
#include "database.h"

static const struct {
	const char *name;
	enum cell_type type;
	bool required;
	const char *missing; /* stands for null where the table takes none */
} known[MESSAGE_FIELDS] = {
	[MESSAGE_ID] = {"message_id", CELL_TEXT, true, NULL},
	[SLOT_ID] = {"slot_id", CELL_TEXT, false, NULL},
	[CONVERSATION_ID] = {"conversation_id", CELL_TEXT, true, NULL},
	[IMPORT_ID] = {"import_id", CELL_TEXT, false, ""},
	[SEQ] = {"seq", CELL_INTEGER, false, ""},
	[SENT_AT] = {"sent_at", CELL_INTEGER, true, NULL},
	[UTC_OFFSET_MINUTES] = {"utc_offset_minutes", CELL_INTEGER, false, ""},
	[SENDER] = {"sender", CELL_TEXT, false, NULL},
	[KIND] = {"kind", CELL_TEXT, false, "unknown"},
	[TEXT] = {"text", CELL_TEXT, false, NULL},
	[EDITED] = {"edited", CELL_BOOLEAN, false, ""},
	[DETAILS] = {"details", CELL_JSON, false, NULL},
	[MENTIONS] = {"mentions", CELL_JSON, false, NULL},
	[REPLY_TO] = {"reply_to", CELL_TEXT, false, NULL},
	[INVALID_BYTES] = {"invalid_bytes", CELL_INTEGER, false, ""},
	[SOURCE_LINE] = {"source.line", CELL_INTEGER, false, NULL},
	[SOURCE_OFFSET] = {"source.offset", CELL_INTEGER, false, NULL},
	[SOURCE_URI] = {"source.uri", CELL_TEXT, false, NULL},
	[CONVERSATION_TITLE] = {"conversation_title", CELL_TEXT, false, NULL},
	[ATTACHMENTS] = {"attachments", CELL_JSON, false, NULL},
	[READING_FORM] = {"reading.form", CELL_TEXT, false, NULL},
	[READING_DATE_ORDER] = {"reading.date_order", CELL_TEXT, false, NULL},
	[READING_OTHER_ORDER] = {"reading.other_order", CELL_TEXT, false, NULL},
	[READING_BASIS] = {"reading.basis", CELL_TEXT, false, NULL},
	[READING_CONFIDENCE] = {"reading.confidence", CELL_REAL, false, NULL},
	[READING_CALENDAR] = {"reading.calendar", CELL_TEXT, false, NULL},
	[READING_LOCALE] = {"reading.locale", CELL_TEXT, false, NULL},
};

static const char *
type_name(enum cell_type type)
{
	static const char *const names[] = {"null", "a boolean", "a number", "a real number",
					    "text", "bytes",     "a list"};

	return names[type];
}

/* Where a message's fields stand in the row; what has no place among them was appended. */
int
message_cells_find(struct message_cells *m, const struct row *row, struct err *err)
{
	m->appended = mem_zero(row->field_count, sizeof(*m->appended));
	for (size_t i = 0; i < row->field_count; i++)
		m->appended[i] = true;
	for (size_t k = 0; k < MESSAGE_FIELDS; k++) {
		struct str name = str_of(known[k].name);
		size_t i = 0;
		while (i < row->column_count && !str_equal(row->columns[i].name, name))
			i += 1;
		for (size_t f = 0; f < row->field_count; f++)
			if (i - row->fields[f].first < row->fields[f].count)
				m->appended[f] = false;
		if (i == row->column_count) {
			if (known[k].required)
				return err_set(err, ERR_FATAL,
					       "the input has no field \"%s\": a database holds "
					       "messages; jsonl, csv and avro take any record",
					       known[k].name);
			m->of[k] = &m->missing[k];
			continue;
		}
		if (row->columns[i].type != known[k].type)
			return err_set(err, ERR_FATAL,
				       "the input's field \"%s\" is %s, where a message has %s",
				       known[k].name, type_name(row->columns[i].type),
				       type_name(known[k].type));
		m->of[k] = &row->cells[i];
	}
	return 0;
}

void
message_cells_free(struct message_cells *m)
{
	free(m->appended);
	m->appended = NULL;
}

int
message_cells_check(const struct message_cells *m, struct err *err)
{
	for (size_t k = 0; k < MESSAGE_FIELDS; k++)
		if (known[k].required && m->of[k]->type == CELL_NULL)
			return err_set(err, ERR_INPUT, "the message has no %s", known[k].name);
	return 0;
}

struct str
message_cells_text(const struct message_cells *m, enum message_field k)
{
	return m->of[k]->type == CELL_NULL ? str_of(known[k].missing) : m->of[k]->text;
}

void
message_cells_bind(const struct message_cells *m, sqlite3_stmt *stmt)
{
	for (size_t k = 0; k <= SOURCE_OFFSET; k++) {
		const struct cell *cell = m->of[k];
		int parameter = (int)k + 1;
		bool is_number = known[k].type == CELL_INTEGER || known[k].type == CELL_BOOLEAN;
		if (cell->type == CELL_NULL && is_number && known[k].missing != NULL)
			sqlite3_bind_int64(stmt, parameter, 0);
		else if (cell->type != CELL_NULL && is_number)
			sqlite3_bind_int64(stmt, parameter, cell->integer);
		else if (k == MENTIONS && str_equal(message_cells_text(m, k), STR("[]")))
			sqlite3_bind_null(stmt, parameter);
		else
			database_bind_text(stmt, parameter,
					   message_cells_text(m, (enum message_field)k));
	}
}
