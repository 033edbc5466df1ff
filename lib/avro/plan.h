/*
 * plan.h -- the record path, reading: a writer's schema and a table of fields (fields.h), compiled
 * once into a program that walks a record, decodes what the table names into a C struct, skips the
 * rest, and says where the stage's own field stands, so that all other bytes can be copied.
 *
 * What it does not decode it does not check either: a sized block is hopped over with whatever is
 * in it, a skipped string may be any bytes. Who goes on to read a record's bytes in another way
 * must call avro_datum_check() first.
 *
 * Promotions of the specification apply between the schema and the C types (int to long, float and
 * double; string and bytes; ...). An array that was written in sized blocks is hopped over.
 */
#ifndef AVRO_PLAN_H
#define AVRO_PLAN_H

#include "avro/fields.h"
#include "avro/schema.h"
#include "base/arena.h"

struct avro_plan;

/* reads: NULL reads nothing. own: name of the top-level field whose place is asked for; {0}: none.
 * The node and the tables must outlive it. ERR_FATAL, as sentences for the stage's author or its
 * user: "the input has no field \"mood\"", "\"shout.loud\" is boolean in the schema, double in the
 * C struct". */
struct avro_plan *avro_plan_new(const struct avro_node *record, const struct field *reads,
				struct str own, struct err *);
void avro_plan_free(struct avro_plan *);
size_t avro_plan_struct_size(const struct avro_plan *); /* bytes of the C struct; 0 without reads */

struct avro_record {
	struct str bytes; /* of this record */
	struct str own; /* of the field asked for; empty, at the record's end, when there is none */
};

/* Takes one record off the front of *bytes. into: the C struct (overwritten; strings point into
 * bytes, lists and records into the arena), or NULL with no reads. -1: damaged, *bytes stays;
 * ERR_INPUT names the field. Strings that are read are valid UTF-8 (else ERR_INPUT with *whole
 * true: the record itself is sound, record->bytes says where it ends and *bytes has moved behind
 * it; so for a list of more than AVRO_MAX_LIST items and for numbers a C type cannot hold). */
int avro_plan_take(const struct avro_plan *, struct str *bytes, void *into, struct arena *,
		   struct avro_record *, bool *whole, struct err *);

#endif
