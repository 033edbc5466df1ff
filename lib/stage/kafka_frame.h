/*
 * kafka_frame.h -- records as the value of a message.
 *
 *   C3 01 | fingerprint            | record               Avro's single-object encoding
 *   00    | schema id              | record               Confluent's
 *   C3 42 | either of these frames | count | records...   a block of ours (pack=block)
 */
#ifndef STAGE_KAFKA_FRAME_H
#define STAGE_KAFKA_FRAME_H

#include "avro/framing.h"

struct kafka_frame {
	enum avro_framing framing;
	uint64_t id;
	bool is_block;
	uint64_t count; /* records; 1 unless it is a block */
	struct str records;
};

/* ERR_INPUT: it is none of these; a count is plausible for the bytes that follow it. */
int kafka_frame_read(struct str value, struct kafka_frame *, struct err *);

/* The value's beginning, up to the records; frame: what schema_catalog_put() gave. */
void kafka_frame_add_block(struct buf *, struct str frame, uint64_t count);

#endif
