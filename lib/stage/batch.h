/*
 * batch.h -- one block of the input, and what came of it.
 *
 * A worker writes into its share: bytes, and segments that say which input record they belong to.
 * Several workers may take one batch (each its own keys); put together by record number, the output
 * is the same however many there were. Blocks are cut by a rule of records alone:
 *
 *   mirrored (what came in goes on)   one block for one block, cut when it passes MIRROR_BYTES
 *   emitted                           cut when it has BLOCK_RECORDS, or passes BLOCK_BYTES
 */
#ifndef STAGE_BATCH_H
#define STAGE_BATCH_H

#include "avro/container_reader.h"
#include "avro/limits.h"
#include "base/arena.h"

#define BLOCK_RECORDS 1000
#define BLOCK_BYTES   (512 * 1024)
#define MIRROR_BYTES  (32 * 1024 * 1024)

struct segment {
	uint64_t record; /* of the batch, from 0 */
	uint64_t count;  /* output records in it */
	size_t from, to; /* of the stream's bytes */
};

struct stream { /* output of one kind: records, or dead letters */
	struct buf bytes;
	struct segment *segments;
	size_t count, room;
};

struct share { /* what one worker made of a batch */
	struct stream out, dead;
	bool stopped; /* at record `stop_at`: what came before goes on, then the program fails */
	uint64_t stop_at;
	struct err why;
};

struct batch {
	struct container_block in;
	const int64_t *offsets; /* of each record in its partition; NULL: it has its number */
	const size_t *ends;     /* of each record in in.bytes; NULL: only the record itself knows */
	struct share *shares;   /* by worker */
	size_t share_count;
	size_t pending; /* workers that are not done with it (worker_pool.c) */
};

void batch_init(struct batch *, size_t share_count);
void batch_clear(struct batch *); /* for the next block: keeps the room */
void batch_free(struct batch *);

static inline bool
batch_block_is_full(uint64_t records, size_t bytes)
{
	return records >= BLOCK_RECORDS || bytes >= BLOCK_BYTES;
}

/* The stream's bytes behind `from` are `added` output records of this input record. mirrored: all
 * records share a segment as far as one block goes; only for a batch that one worker has alone. */
void stream_mark_new(struct stream *, uint64_t record, size_t from, uint64_t added);
static inline void
stream_mark(struct stream *s, uint64_t record, size_t from, uint64_t added, bool mirrored)
{
	struct segment *last = s->count == 0 ? NULL : &s->segments[s->count - 1];

	if (last == NULL || s->bytes.len - last->from > AVRO_MAX_BLOCK ||
	    !(mirrored ? last->to - last->from < MIRROR_BYTES
		       : last->record == record &&
				 !batch_block_is_full(last->count, last->to - last->from))) {
		stream_mark_new(s, record, from, added);
		return;
	}
	last->to = s->bytes.len;
	last->count += added;
}
/* There is enough in it for a block of what is emitted. */
bool stream_fills_block(const struct stream *);
/* Takes back what was added since. */
struct stream_place {
	size_t bytes, segments;
	uint64_t last_count; /* of the last segment, which may grow */
};
static inline struct stream_place
stream_here(const struct stream *s)
{
	return (struct stream_place){s->bytes.len, s->count,
				     s->count == 0 ? 0 : s->segments[s->count - 1].count};
}
static inline void
stream_cut(struct stream *s, struct stream_place to)
{
	s->bytes.len = to.bytes;
	s->count = to.segments;
	if (s->count > 0) {
		s->segments[s->count - 1].to = to.bytes;
		s->segments[s->count - 1].count = to.last_count;
	}
}

/* The first failure in the batch, by record; NULL: none. */
const struct share *batch_failure(const struct batch *);

/* Calls block() for each output block (or block of dead letters) of records before the failure, in
 * order; -1 as soon as block() returns that. */
int batch_blocks(const struct batch *, bool dead, bool mirrored, struct buf *scratch,
		 int (*block)(void *with, uint64_t count, struct str bytes, struct err *),
		 void *with, struct err *);

#endif
