#include "csv.h"

#include <stdio.h>
#include <stdlib.h>

static void
add_text(struct buf *out, struct str text, bool guard)
{
	bool formula = guard && text.len > 0 && memchr("=+-@\t\r", text.ptr[0], 6) != NULL;
	bool quoted = text.len == 0;

	for (size_t i = 0; i < text.len && !quoted; i++)
		quoted = text.ptr[i] == ',' || text.ptr[i] == '"' || text.ptr[i] == '\n' ||
			 text.ptr[i] == '\r';
	if (quoted)
		buf_add_byte(out, '"');
	if (formula)
		buf_add_byte(out, '\'');
	while (text.len > 0) {
		size_t len = text.len;
		struct str before = str_cut(&text, '"');
		buf_add(out, before);
		if (before.len < len)
			buf_add(out, STR("\"\""));
	}
	if (quoted)
		buf_add_byte(out, '"');
}

/* The fewest digits that read back as the same number. */
static void
add_real(struct buf *out, double value)
{
	char digits[40];

	for (int precision = 15; precision <= 17; precision++) {
		snprintf(digits, sizeof(digits), "%.*g", precision, value);
		if (strtod(digits, NULL) == value)
			break;
	}
	buf_add(out, str_of(digits));
}

void
csv_add_header(struct buf *out, const struct row *row)
{
	for (size_t i = 0; i < row->column_count; i++) {
		if (i > 0)
			buf_add_byte(out, ',');
		buf_add(out, row->columns[i].name);
	}
	buf_add_byte(out, '\n');
}

void
csv_add_row(struct buf *out, const struct row *row, bool guard)
{
	for (size_t i = 0; i < row->column_count; i++) {
		const struct cell *cell = &row->cells[i];
		if (i > 0)
			buf_add_byte(out, ',');
		switch (cell->type) {
		case CELL_NULL:
			break;
		case CELL_BOOLEAN:
			buf_add(out, cell->integer != 0 ? STR("true") : STR("false"));
			break;
		case CELL_INTEGER:
			buf_printf(out, "%lld", (long long)cell->integer);
			break;
		case CELL_REAL:
			add_real(out, cell->real);
			break;
		case CELL_TEXT:
		case CELL_BYTES:
			add_text(out, cell->text, guard);
			break;
		case CELL_JSON:
			add_text(out, cell->text, false);
			break;
		}
	}
	buf_add_byte(out, '\n');
}
