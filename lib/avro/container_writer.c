#include "avro/container_writer.h"

#include "avro/limits.h"
#include "avro/varint.h"
#include "base/hash.h"
#include "base/mem.h"
#include <assert.h>

#define SYNC_BYTES  16
#define COPIED_MOST 16384 /* bytes of a block: above it, a copy costs more than two more writes */

struct container_writer {
	struct byte_sink sink;
	struct codec *codec;
	bool mark_end;
	char sync[SYNC_BYTES];
	struct buf packed;
	struct buf out;
	uint64_t bytes; /* written */
};

static int
write_out(struct container_writer *w, struct str bytes, struct err *err)
{
	if (w->sink.write(w->sink.with, bytes, err) != 0)
		return -1;
	w->bytes += bytes.len;
	return 0;
}

static bool
key_is_ours(struct str key)
{
	return str_equal(key, STR("avro.schema")) || str_equal(key, STR("avro.codec")) ||
	       str_equal(key, STR("stream.end"));
}

/* parts: keys and values in turn. */
static int
write_header(struct container_writer *w, const struct str *parts, size_t count, struct err *err)
{
	hash_digest(w->sync, SYNC_BYTES, parts, count);
	buf_add(&w->out, STR("Obj\1"));
	varint_add(&w->out, (int64_t)(count / 2));
	for (size_t i = 0; i < count; i++)
		varint_add_str(&w->out, parts[i]);
	varint_add(&w->out, 0);
	if (w->out.len > AVRO_MAX_METADATA)
		return err_set(err, ERR_FATAL, "the header would be larger than %d bytes",
			       AVRO_MAX_METADATA);
	buf_add(&w->out, (struct str){w->sync, SYNC_BYTES});
	return write_out(w, buf_str(&w->out), err);
}

struct container_writer *
container_writer_open(struct byte_sink sink, struct str schema_json, struct str codec,
		      const struct container_entry *entries, size_t entry_count, bool mark_end,
		      struct err *err)
{
	struct container_writer *w = mem_zero(1, sizeof(*w));
	struct str *parts = mem_alloc((2 * entry_count + 6) * sizeof(*parts));
	size_t count = 0;
	int status = -1;

	w->sink = sink;
	w->mark_end = mark_end;
	w->codec = codec_new(codec, err);
	if (w->codec == NULL)
		goto done;
	parts[count++] = STR("avro.schema");
	parts[count++] = schema_json;
	parts[count++] = STR("avro.codec");
	parts[count++] = codec.len == 0 ? STR("null") : codec;
	if (mark_end) {
		parts[count++] = STR("stream.end");
		parts[count++] = STR("empty-block");
	}
	for (size_t i = 0; i < entry_count; i++) {
		if (!key_is_ours(entries[i].key)) {
			parts[count++] = entries[i].key;
			parts[count++] = entries[i].value;
		}
	}
	status = write_header(w, parts, count, err);
done:
	free(parts);
	if (status != 0) {
		container_writer_close(w);
		return NULL;
	}
	return w;
}

static int
write_block(struct container_writer *w, uint64_t count, struct str bytes, struct err *err)
{
	if (bytes.len <= AVRO_MAX_BLOCK && !codec_is_null(w->codec)) {
		codec_pack(w->codec, bytes, &w->packed);
		bytes = buf_str(&w->packed);
	}
	if (bytes.len > AVRO_MAX_BLOCK)
		return err_set(err, ERR_INPUT, "a block of %llu records is larger than %d bytes",
			       (unsigned long long)count, AVRO_MAX_BLOCK);
	buf_clear(&w->out);
	varint_add(&w->out, (int64_t)count);
	varint_add(&w->out, (int64_t)bytes.len);
	if (bytes.len > COPIED_MOST) {
		if (write_out(w, buf_str(&w->out), err) != 0 || write_out(w, bytes, err) != 0)
			return -1;
		buf_clear(&w->out);
	} else {
		buf_add(&w->out, bytes);
	}
	buf_add(&w->out, (struct str){w->sync, SYNC_BYTES});
	return write_out(w, buf_str(&w->out), err);
}

int
container_writer_block(struct container_writer *w, uint64_t count, struct str bytes,
		       struct err *err)
{
	assert(count > 0 || bytes.len == 0);
	return count == 0 ? 0 : write_block(w, count, bytes, err);
}

int
container_writer_end(struct container_writer *w, struct err *err)
{
	/* Through the codec like any other: other readers unpack it before they see that it is
	 * empty. */
	return w->mark_end ? write_block(w, 0, STR(""), err) : 0;
}

void
container_writer_close(struct container_writer *w)
{
	if (w == NULL)
		return;
	codec_free(w->codec);
	buf_free(&w->packed);
	buf_free(&w->out);
	free(w);
}

uint64_t
container_writer_bytes(const struct container_writer *w)
{
	return w->bytes;
}
