/* resolve.h -- data of a writer's schema, rewritten to a reader's schema (specification, "Schema
 * Resolution"): fields matched by name and alias, defaults for what is missing, promotions, unions,
 * enum defaults. Where several branches of a reader's union would do, the one of the writer's own
 * type comes before one it is promoted to. */
#ifndef AVRO_RESOLVE_H
#define AVRO_RESOLVE_H

#include "avro/schema.h"

struct avro_resolver;

/* Both must outlive it. ERR_INPUT: they cannot match, and which field says so; what only some data
 * would show (a union's branch) waits for that datum. */
struct avro_resolver *avro_resolver_compile(const struct avro_node *writer,
					    const struct avro_node *reader, struct err *);
void avro_resolver_free(struct avro_resolver *);

/* Takes one datum off the front of *bytes and appends it as the reader has it. Untrusted bytes are
 * fine: checked as avro_datum_check() does. ERR_INPUT; what was appended before stays cut off. */
int avro_resolve(const struct avro_resolver *, struct str *bytes, struct buf *out, struct err *);

#endif
