#include "stage/batch.h"

#include "base/mem.h"

void
batch_init(struct batch *b, size_t share_count)
{
	*b = (struct batch){.share_count = share_count};
	b->shares = mem_zero(share_count, sizeof(*b->shares));
}

static void
clear_stream(struct stream *s)
{
	buf_clear(&s->bytes);
	s->count = 0;
}

void
batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->share_count; i++) {
		clear_stream(&b->shares[i].out);
		clear_stream(&b->shares[i].dead);
		b->shares[i].stopped = false;
	}
}

void
batch_free(struct batch *b)
{
	for (size_t i = 0; i < b->share_count; i++) {
		buf_free(&b->shares[i].out.bytes);
		buf_free(&b->shares[i].dead.bytes);
		free(b->shares[i].out.segments);
		free(b->shares[i].dead.segments);
	}
	free(b->shares);
	buf_free(&b->in.bytes);
	*b = (struct batch){0};
}

bool
stream_fills_block(const struct stream *s)
{
	return batch_block_is_full(s->count, s->bytes.len); /* a segment is a record at least */
}

void
stream_mark_new(struct stream *s, uint64_t record, size_t from, uint64_t added)
{
	MEM_GROW(s->segments, s->count, s->room);
	s->segments[s->count++] = (struct segment){record, added, from, s->bytes.len};
}

const struct share *
batch_failure(const struct batch *b)
{
	const struct share *first = NULL;

	for (size_t i = 0; i < b->share_count; i++) {
		const struct share *s = &b->shares[i];
		if (s->stopped && (first == NULL || s->stop_at < first->stop_at))
			first = s;
	}
	return first;
}

/* The share whose next segment comes first; NULL: none has one left. */
static const struct segment *
next_segment(const struct batch *b, bool dead, size_t *at, uint64_t before, size_t *from_share)
{
	const struct segment *first = NULL;

	for (size_t i = 0; i < b->share_count; i++) {
		const struct stream *s = dead ? &b->shares[i].dead : &b->shares[i].out;
		if (at[i] == s->count || s->segments[at[i]].record >= before)
			continue;
		if (first == NULL || s->segments[at[i]].record < first->record) {
			first = &s->segments[at[i]];
			*from_share = i;
		}
	}
	if (first != NULL)
		at[*from_share]++;
	return first;
}

int
batch_blocks(const struct batch *b, bool dead, bool mirrored, struct buf *scratch,
	     int (*block)(void *, uint64_t, struct str, struct err *), void *with, struct err *err)
{
	const struct share *failure = batch_failure(b);
	uint64_t before = failure == NULL ? UINT64_MAX : failure->stop_at, count = 0;
	size_t *at = mem_zero(b->share_count, sizeof(*at)), from_share = 0;
	const struct segment *s;
	struct str bytes = {0};
	int result = 0;

	/* One worker's bytes lie in order already; those of several are put in order. */
	while (result == 0 && (s = next_segment(b, dead, at, before, &from_share)) != NULL) {
		const struct stream *stream =
			dead ? &b->shares[from_share].dead : &b->shares[from_share].out;
		struct str more = {stream->bytes.ptr + s->from, s->to - s->from};
		if (count > 0 && more.len > AVRO_MAX_BLOCK - bytes.len) {
			result = block(with, count, bytes, err);
			count = 0;
		}
		if (b->share_count == 1) {
			bytes = count == 0 ? more : (struct str){bytes.ptr, bytes.len + more.len};
		} else {
			if (count == 0)
				buf_clear(scratch);
			buf_add(scratch, more);
			bytes = buf_str(scratch);
		}
		count += s->count;
		if (mirrored ? bytes.len >= MIRROR_BYTES : batch_block_is_full(count, bytes.len)) {
			result = block(with, count, bytes, err);
			count = 0;
		}
	}
	if (result == 0 && count > 0)
		result = block(with, count, bytes, err);
	free(at);
	return result;
}
