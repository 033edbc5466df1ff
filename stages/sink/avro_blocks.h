/* avro_blocks.h -- records gathered into the blocks of an Avro container. */
#ifndef SINK_AVRO_BLOCKS_H
#define SINK_AVRO_BLOCKS_H

#include "avro/container_writer.h"
#include "destination_file.h"

struct avro_blocks;

/* Writes the header. Deflate in a file, plain on standard output, as everywhere on pipes. The
 * output must outlive it. */
struct avro_blocks *avro_blocks_open(struct destination_file *, struct str schema_json,
				     const struct container_entry *, size_t entry_count,
				     struct err *);
void avro_blocks_close(struct avro_blocks *); /* writes nothing; NULL is fine */

int avro_blocks_add(struct avro_blocks *, struct str record, struct err *);
int avro_blocks_flush(struct avro_blocks *, struct err *); /* what is gathered becomes a block */

#endif
