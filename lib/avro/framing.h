/* framing.h -- how one datum outside a container says which schema it has. */
#ifndef AVRO_FRAMING_H
#define AVRO_FRAMING_H

#include "base/buf.h"
#include "base/err.h"

#define AVRO_SINGLE_OBJECT_BYTES 10 /* C3 01, fingerprint little-endian (specification) */
#define AVRO_CONFLUENT_BYTES     5  /* 00, schema id big-endian (Confluent's wire format) */

void avro_single_object_add(struct buf *, uint64_t fingerprint);
void avro_confluent_add(struct buf *, uint32_t schema_id);

enum avro_framing { AVRO_FRAMING_SINGLE_OBJECT, AVRO_FRAMING_CONFLUENT };

/* Takes the frame off the front of *bytes: *id is the fingerprint or the schema's id. ERR_INPUT
 * when it is neither. */
int avro_framing_read(struct str *bytes, enum avro_framing *, uint64_t *id, struct err *);

#endif
