#include "stage/kafka_frame.h"

#include "avro/limits.h"
#include "avro/varint.h"

static const char block[2] = {'\xC3', '\x42'};

int
kafka_frame_read(struct str value, struct kafka_frame *frame, struct err *err)
{
	int64_t count = 1;

	frame->is_block = str_starts(value, (struct str){block, sizeof(block)});
	if (frame->is_block)
		value = str_tail(value, sizeof(block));
	if (avro_framing_read(&value, &frame->framing, &frame->id, err) != 0)
		return -1;
	const char *p = value.ptr;
	if (frame->is_block && (!varint_read(&p, value.ptr + value.len, &count) || count < 0))
		return err_set(err, ERR_INPUT, "the block's count of records is damaged");
	frame->records = str_tail(value, (size_t)(p - value.ptr));
	frame->count = (uint64_t)count;
	if (frame->count > frame->records.len && frame->count > AVRO_MAX_FREE_ITEMS)
		return err_set(err, ERR_INPUT, "%zu bytes cannot be %llu records",
			       frame->records.len, (unsigned long long)frame->count);
	return 0;
}

void
kafka_frame_add_block(struct buf *out, struct str frame, uint64_t count)
{
	buf_add(out, (struct str){block, sizeof(block)});
	buf_add(out, frame);
	varint_add(out, (int64_t)count);
}
