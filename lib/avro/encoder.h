/* encoder.h -- the record path, writing: C structs become Avro data by a table of fields
 * (fields.h), compiled once against the schema. Arrays are written as sized blocks (negative count,
 * bytes), so that readers can hop over them. */
#ifndef AVRO_ENCODER_H
#define AVRO_ENCODER_H

#include "avro/fields.h"
#include "avro/schema.h"

struct avro_encoder;

/* type: a record (one struct), an array (its items), or a plain value (one row, path ""); a union
 * of null and one of these encodes as that branch. Every field has a row or a default. ERR_FATAL.
 */
struct avro_encoder *avro_encoder_new(const struct avro_node *type, const struct field *table,
				      struct err *);
void avro_encoder_free(struct avro_encoder *);
size_t avro_encoder_struct_size(const struct avro_encoder *);

/* Appends one datum: of `count` items for an array, of 1 otherwise. ERR_INPUT names the field (a
 * string that is not UTF-8, a number that does not fit, an enum outside its table, a null where
 * there is none); then nothing was appended. */
int avro_encode(const struct avro_encoder *, const void *items, size_t count, struct buf *out,
		struct err *);

#endif
