/*
 * container_reader.h -- Avro object container files, block by block, from any source of bytes.
 *
 *   "Obj" 1 | metadata: map<bytes> (avro.schema, avro.codec, ...) | sync
 *   { count | size | bytes | sync } ...
 *
 * What comes out of next() is unpacked and within limits.h; its records are not looked
 * at, unless damage is to be passed over. A stream whose header has "stream.end" = "empty-block"
 * ends with a block of no records and, unpacked, no bytes: without it, the program that wrote the
 * stream did not get to its end, and that is an error. An empty block is passed over anywhere.
 */
#ifndef AVRO_CONTAINER_READER_H
#define AVRO_CONTAINER_READER_H

#include "avro/schema.h"
#include <sys/types.h>

/* Reads up to room bytes, waiting for at least one; 0 at the end; -1. */
struct byte_source {
	ssize_t (*read)(void *with, char *to, size_t room, struct err *);
	void *with;
};

struct container_block {
	struct buf bytes;      /* unpacked; reused from call to call; whoever calls frees it */
	uint64_t count;        /* records */
	uint64_t number;       /* of the block, from 0; what was passed over is not counted */
	uint64_t first_record; /* its number in the file, from 0; the same */
	uint64_t offset;       /* of the block in the file, bytes */
	uint64_t size;         /* of the block in the file, bytes, count to sync */
};

struct container_reader;

/* Reads the header. name: for messages ("standard input", "file \"x.avro\""); copied. ERR_INPUT:
 * not a container, or a bad one; an empty source says so. */
struct container_reader *container_reader_open(struct byte_source, const char *name,
					       bool skip_corrupt, struct err *);
void container_reader_close(struct container_reader *); /* not the source; NULL is fine */

const struct avro_schema *container_reader_schema(const struct container_reader *);
struct str container_reader_codec(const struct container_reader *);
struct str container_reader_metadata(const struct container_reader *, struct str key); /* or {0} */
/* The i-th entry of the metadata, in the file's order; false: no more. */
bool container_reader_entry(const struct container_reader *, size_t i, struct str *key,
			    struct str *value);

/* 1 a block; 0 the end; -1: damage (ERR_INPUT, with name, block and byte offset), and the reader
 * is done; or what the source said. With skip_corrupt, damage is passed over: the next block is the
 * first after it whose marker, size, codec and records all check out, and it is counted below.
 * A text that is not UTF-8 is no damage to a block: whoever reads its record refuses that alone. */
int container_reader_next(struct container_reader *, struct container_block *, struct err *);

/* With skip_corrupt: what was passed over so far. A missing end mark is a place of no bytes. */
struct container_damage {
	uint64_t places, bytes; /* passed over; bytes of the file */
};
struct container_damage container_reader_damage(const struct container_reader *);
uint64_t container_reader_offset(const struct container_reader *); /* bytes of the file consumed */

#endif
