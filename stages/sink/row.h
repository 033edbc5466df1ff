/*
 * row.h -- a record of any schema as a row: one cell for each scalar, under its dotted name
 * ("source.line"), and one of JSON for what has no such form (arrays, maps, unions of several
 * types, records inside themselves or too large to lie flat).
 */
#ifndef SINK_ROW_H
#define SINK_ROW_H

#include "avro/schema.h"

enum cell_type {
	CELL_NULL,
	CELL_BOOLEAN,
	CELL_INTEGER,
	CELL_REAL, /* finite: NaN and the infinities are null */
	CELL_TEXT, /* strings, symbols of enums */
	CELL_BYTES,
	CELL_JSON,
};
struct cell {
	enum cell_type type;
	int64_t integer; /* 0 or 1 for a boolean */
	double real;
	struct str text; /* TEXT (valid UTF-8), BYTES, JSON */
};

struct row_column {
	struct str name;     /* "source.line" */
	enum cell_type type; /* what its cells are when they are not null */
};
struct row_field { /* a field of the record, and the columns it takes */
	struct str name;
	size_t first, count;
	bool null; /* in the record read last: the field itself is null */
};
struct row {
	const struct row_column *columns;
	struct cell *cells; /* of the record read last; they point into it and into the row */
	size_t column_count;
	struct row_field *fields;
	size_t field_count;
};

enum row_use {
	ROW_FOR_PEOPLE,   /* times, decimals and bytes are TEXT, as in JSON */
	ROW_FOR_DATABASE, /* times are INTEGER as in the schema, bytes are BYTES */
};

/* The schema's node must outlive it. */
struct row *row_new(const struct avro_node *record, enum row_use);
void row_free(struct row *); /* NULL is fine */

/* ERR_INPUT names the field: damaged, or text that is not UTF-8. */
int row_read(struct row *, struct str record, struct err *);

#endif
