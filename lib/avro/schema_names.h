/* schema_names.h -- what types are called: built-in names, full names, namespaces (specification,
 * "Names"). The null namespace is the empty string. */
#ifndef AVRO_SCHEMA_NAMES_H
#define AVRO_SCHEMA_NAMES_H

#include "avro/schema.h"
#include "base/arena.h"
#include <jansson.h>

bool schema_name_is_valid(struct str);      /* letters, digits, underscores; no digit in front */
bool schema_full_name_is_valid(struct str); /* such names, with dots between */

struct str schema_name_space(struct str full); /* before the last dot */
struct str schema_name_last(struct str full);  /* after it */

/* Appends the full name that `name` stands for within a namespace. */
void schema_name_add_full(struct buf *, struct str name, struct str space);

/* "int", "record", ...: true and *type; a union has no name. */
bool schema_name_built_in(struct str, enum avro_type *type);
bool schema_type_is_primitive(enum avro_type);
bool schema_type_is_named(enum avro_type); /* record, enum, fixed */

/* The full name of the type that `object` defines within a namespace, copied. ERR_INPUT. */
int schema_name_defined(struct arena *, const json_t *object, struct str space, struct str *full,
			struct err *);

#endif
