/* container_writer.h -- writes what container_reader.h reads. Each call writes whole blocks, at
 * once; nothing is held back. */
#ifndef AVRO_CONTAINER_WRITER_H
#define AVRO_CONTAINER_WRITER_H

#include "avro/codec.h"

struct byte_sink {
	int (*write)(void *with, struct str bytes, struct err *); /* all of it, or -1 */
	void *with;
};
struct container_entry {
	struct str key, value; /* of the metadata, beside avro.schema and avro.codec */
};

struct container_writer;

/* Writes the header. The sync marker is made from all of it (hash.h), so that the same input gives
 * the same bytes. mark_end: adds "stream.end" to the header, and end() its block. Those of the
 * entries whose keys are the writer's own ("avro.schema", "avro.codec", "stream.end") are passed
 * over: a reader's entries can be handed on as they are. */
struct container_writer *container_writer_open(struct byte_sink, struct str schema_json,
					       struct str codec, const struct container_entry *,
					       size_t entry_count, bool mark_end, struct err *);
/* No records are no block: Java would take it for the end. ERR_INPUT: larger than AVRO_MAX_BLOCK,
 * before or behind the codec; nothing was written. */
int container_writer_block(struct container_writer *, uint64_t count, struct str bytes,
			   struct err *);
int container_writer_end(struct container_writer *, struct err *);
void container_writer_close(struct container_writer *); /* frees; writes nothing; NULL is fine */
uint64_t container_writer_bytes(const struct container_writer *); /* written so far */

#endif
