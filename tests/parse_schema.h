/* parse_schema.h -- a schema out of its JSON, which must be one. */
#ifndef TESTS_PARSE_SCHEMA_H
#define TESTS_PARSE_SCHEMA_H

#include "avro/schema.h"
#include "check.h"

static inline struct avro_schema *
parse(const char *json)
{
	struct err err = {0};
	struct avro_schema *schema = avro_schema_parse(str_of(json), &err);

	if (schema == NULL)
		print_error("%s: %s\n", json, err.text);
	assert_non_null(schema);
	return schema;
}

#endif
