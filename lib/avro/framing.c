#include "avro/framing.h"

#include <endian.h>

static const char single_object[2] = {'\xC3', '\x01'};
static const char confluent[1] = {'\x00'};

void
avro_single_object_add(struct buf *out, uint64_t fingerprint)
{
	uint64_t bytes = htole64(fingerprint);

	buf_add(out, (struct str){single_object, sizeof(single_object)});
	buf_add(out, (struct str){(const char *)&bytes, sizeof(bytes)});
}

void
avro_confluent_add(struct buf *out, uint32_t schema_id)
{
	uint32_t bytes = htobe32(schema_id);

	buf_add(out, (struct str){confluent, sizeof(confluent)});
	buf_add(out, (struct str){(const char *)&bytes, sizeof(bytes)});
}

int
avro_framing_read(struct str *bytes, enum avro_framing *framing, uint64_t *id, struct err *err)
{
	if (str_starts(*bytes, (struct str){single_object, sizeof(single_object)}) &&
	    bytes->len >= AVRO_SINGLE_OBJECT_BYTES) {
		uint64_t fingerprint;
		memcpy(&fingerprint, bytes->ptr + sizeof(single_object), sizeof(fingerprint));
		*framing = AVRO_FRAMING_SINGLE_OBJECT;
		*id = le64toh(fingerprint);
		*bytes = str_tail(*bytes, AVRO_SINGLE_OBJECT_BYTES);
		return 0;
	}
	if (str_starts(*bytes, (struct str){confluent, sizeof(confluent)}) &&
	    bytes->len >= AVRO_CONFLUENT_BYTES) {
		uint32_t schema_id;
		memcpy(&schema_id, bytes->ptr + sizeof(confluent), sizeof(schema_id));
		*framing = AVRO_FRAMING_CONFLUENT;
		*id = be32toh(schema_id);
		*bytes = str_tail(*bytes, AVRO_CONFLUENT_BYTES);
		return 0;
	}
	return err_set(err, ERR_INPUT,
		       "the %zu bytes begin with neither Avro's single-object header nor "
		       "Confluent's",
		       bytes->len);
}
