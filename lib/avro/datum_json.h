/* datum_json.h -- inside datum.h: JSON to a datum within bounds, and times as text. */
#ifndef AVRO_DATUM_JSON_H
#define AVRO_DATUM_JSON_H

#include "avro/datum.h"

#define DATUM_JSON_STEPS                                                                           \
	20000000 /* values and names looked at, long ones for more: well under a second */

/* avro_datum_from_json() that takes what it looks at off *steps, and fails when they are used up.
 * A default that is not encoded yet (has_default, but no default_datum.ptr) is an error. */
int datum_from_json(const struct avro_node *, const json_t *, size_t *steps, struct buf *,
		    struct err *);

/* Numbers of logical types as ISO 8601 text, and back. false: not one of those logical types, no
 * such text, or no year of four digits. */
bool datum_time_add(struct buf *, struct str logical, int64_t value);
bool datum_time_read(struct str logical, struct str text, int64_t *value);

#endif
