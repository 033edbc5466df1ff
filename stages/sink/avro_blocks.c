#include "avro_blocks.h"

#include "base/mem.h"

#define BLOCK_RECORDS 1000
#define BLOCK_BYTES   (512 * 1024) /* a larger record is a block of its own */

struct avro_blocks {
	struct container_writer *writer;
	struct buf bytes;
	uint64_t count;
};

static int
write_out(void *file, struct str bytes, struct err *err)
{
	return destination_file_write(file, bytes, err);
}

struct avro_blocks *
avro_blocks_open(struct destination_file *file, struct str schema_json,
		 const struct container_entry *entries, size_t entry_count, struct err *err)
{
	struct avro_blocks *b = mem_zero(1, sizeof(*b));
	struct byte_sink to = {write_out, file};
	struct str codec = destination_file_is_named(file) ? STR("deflate") : STR("null");

	b->writer = container_writer_open(to, schema_json, codec, entries, entry_count, false, err);
	if (b->writer == NULL) {
		avro_blocks_close(b);
		return NULL;
	}
	return b;
}

void
avro_blocks_close(struct avro_blocks *b)
{
	if (b == NULL)
		return;
	container_writer_close(b->writer);
	buf_free(&b->bytes);
	free(b);
}

int
avro_blocks_flush(struct avro_blocks *b, struct err *err)
{
	if (b->count == 0)
		return 0;
	if (container_writer_block(b->writer, b->count, buf_str(&b->bytes), err) != 0)
		return -1;
	buf_clear(&b->bytes);
	b->count = 0;
	return 0;
}

int
avro_blocks_add(struct avro_blocks *b, struct str record, struct err *err)
{
	if (b->bytes.len + record.len > BLOCK_BYTES && avro_blocks_flush(b, err) != 0)
		return -1;
	buf_add(&b->bytes, record);
	b->count += 1;
	return b->count < BLOCK_RECORDS ? 0 : avro_blocks_flush(b, err);
}
