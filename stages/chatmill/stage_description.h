/* stage_description.h -- what a stage says of itself when it is asked to `--describe`. */
#ifndef CHATMILL_STAGE_DESCRIPTION_H
#define CHATMILL_STAGE_DESCRIPTION_H

#include "base/err.h"
#include "base/str.h"
#include "stage/binding.h" /* enum stage_kind */
#include <jansson.h>

struct stage_read {
	const char *path, *type; /* "language.code", "string" */
	bool optional;           /* the input may lack it */
};
struct stage_description {
	const json_t *json; /* all of it; the texts below are parts of it */
	const char *name, *version, *summary;
	enum stage_kind kind;
	struct stage_read *reads;
	size_t read_count;
	char *appends, *emits;    /* schema of a field, of a record, as JSON; NULL: none */
	const char *appended;     /* the field's name */
	const char *emitted;      /* the record's full name */
	const char *key;          /* one of the paths it reads; NULL: none */
	const char *partition_by; /* of what it emits; NULL: conversation_id */
	bool remembers;           /* it keeps state: on Kafka, in a changelog */
	const json_t *options;    /* an array of objects */
};

/* ERR_INPUT: it is no description, of another kind of runtime, or says what is wrong with the
 * command line that it came with. */
struct stage_description *stage_description_parse(struct str json, struct err *);
void stage_description_free(struct stage_description *); /* NULL is fine */

#endif
