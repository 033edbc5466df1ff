/* records.h -- records for the tests of sink, from JSON. */
#ifndef TESTS_SINK_RECORDS_H
#define TESTS_SINK_RECORDS_H

#include "avro/datum.h"
#include "check.h"

static inline struct avro_schema *
schema_of(const char *json)
{
	struct err err = {0};
	struct avro_schema *schema = avro_schema_parse(str_of(json), &err);

	if (schema == NULL)
		print_error("%s\n", err.text);
	assert_non_null(schema);
	return schema;
}

/* Replaces out. */
static inline struct str
record_of(const struct avro_schema *schema, const char *json, struct buf *out)
{
	struct err err = {0};
	json_t *value = json_loads(json, JSON_ALLOW_NUL, NULL);

	assert_non_null(value);
	buf_clear(out);
	assert_ok(avro_datum_from_json(avro_schema_root(schema), value, out, &err), err);
	json_decref(value);
	return buf_str(out);
}

#endif
