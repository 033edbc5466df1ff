/*
 * The inner loop of everything: what is checked here is checked once for several bytes.
 *
 *     from           p                     limit        end
 *     |--------------|---------------------|-- SLACK ---|
 *
 * Where an operation begins, p <= limit: SLACK bytes can be read, and stepped over, without asking.
 * It works out how far it goes and goes there once, at its end. Who gets beyond limit comes to
 * `past`: beyond end, that is damage; else the bytes that are left, fewer than SLACK, go on in
 * `tail`, with zeroes behind them, and limit is their end: who reads into the zeroes cannot step
 * behind them. So nothing may be believed before it was stepped over, or compared with what is
 * left; and where a pointer is kept, it is that of the real bytes.
 */
#include "avro/bind.h"
#include "avro/plan_program.h"
#include "avro/varint.h"
#include "base/mem.h"
#include "text/utf8.h"

#define SLACK       72 /* the longest step: a length of one byte, and what it says */
#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define STOPS64 0x8080808080808080u

static inline int64_t
signed_of(uint64_t n)
{
	return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

/* Bytes of the number at p, of which SLACK can be read; 0: longer than 10 bytes or 64 bits. */
static size_t __attribute__((noinline)) wide_number(const char *p, int64_t *value)
{
	uint64_t n, stop;
	const char *behind = p;

	memcpy(&n, p, sizeof(n));
	stop = ~n & STOPS64;
	if (UNLIKELY(stop == 0))
		return varint_read(&behind, p + 10, value) ? (size_t)(behind - p) : 0;
	n &= stop ^ (stop - 1); /* up to its last byte; then sevens become one */
	n = (n & 0x007F007F007F007Fu) | (n & 0x7F007F007F007F00u) >> 1;
	n = (n & 0x00003FFF00003FFFu) | (n & 0x3FFF00003FFF0000u) >> 2;
	n = (n & 0x000000000FFFFFFFu) | (n & 0x0FFFFFFF00000000u) >> 4;
	*value = signed_of(n);
	return ((size_t)__builtin_ctzll(stop) + 1) / 8;
}

/* The same; most numbers are short. */
static inline size_t
number(const char *p, int64_t *value)
{
	unsigned first = (unsigned char)p[0], second = (unsigned char)p[1];

	if (LIKELY(first < 0x80)) {
		*value = signed_of(first);
		return 1;
	}
	if (LIKELY(second < 0x80)) {
		*value = signed_of((first & 0x7F) | second << 7);
		return 2;
	}
	int64_t wide; /* so that *value may stay in a register */
	size_t head = wide_number(p, &wide);
	*value = wide;
	return head;
}

/* The same without the value. */
static inline size_t
long_size(const char *p)
{
	uint64_t stop;
	int64_t value;

	memcpy(&stop, p, sizeof(stop));
	stop = ~stop & STOPS64;
	return LIKELY(stop != 0) ? (unsigned)__builtin_ctzll(stop) / 8 + 1 : number(p, &value);
}

/* The same for a length; negative ones are none. */
static inline size_t
length(const char *p, size_t *bytes)
{
	int64_t value;
	size_t head = number(p, &value);

	*bytes = (size_t)value;
	return value < 0 ? 0 : head;
}

struct block_head {
	size_t head;  /* bytes; 0: damaged */
	size_t count; /* items */
	size_t size;  /* bytes */
	bool sized;
};

/* The head of an array's block, `left` bytes before the end. */
static struct block_head
block_head(const char *p, size_t left, size_t min_bytes)
{
	struct block_head b = {0};
	int64_t count, size = 0;
	size_t at = number(p, &count), items;

	if (at == 0 || count == INT64_MIN)
		return b;
	if (count < 0) {
		size_t more = number(p + at, &size);
		if (more == 0 || size < 0)
			return b;
		at += more;
		b.sized = true;
		b.size = (size_t)size;
	}
	b.count = (size_t)(count < 0 ? -count : count);
	if (at > left || (b.sized && b.size > left - at))
		return b;
	left = b.sized ? b.size : left - at;
	if (min_bytes == 0 ? b.count > AVRO_MAX_FREE_ITEMS
			   : __builtin_mul_overflow(b.count, min_bytes, &items) || items > left)
		return b;
	b.head = at;
	return b;
}

/* Room for `count` more items; false: more than a record may take. */
static bool
make_room(struct plan_walk *w, struct plan_frame *f, const struct plan_block *block, size_t count)
{
	size_t room = f->count + count, bytes;

	if (f->room > 0 && room < 2 * f->room)
		room = 2 * f->room;
	/* Blanks are copied 16 bytes at a time. */
	if (__builtin_mul_overflow(room, block->size, &bytes) || bytes > AVRO_MAX_DECODED ||
	    bytes + 16 + (w->arena->used - w->arena_used) > AVRO_MAX_DECODED)
		return false;
	char *items = arena_alloc(w->arena, bytes + 16);
	if (f->count > 0)
		memcpy(items, f->items, f->count * block->size);
	f->items = items;
	f->room = room;
	return true;
}

static inline void
blank(char *into, const struct plan_block *block)
{
	const char *from = block->blank;
	size_t size = block->size;

	for (size_t i = 0; i < size; i += 16)
		memcpy(into + i, from + i, 16);
}

/* false: the C type cannot hold it. */
static bool
store_number(char *member, enum field_type type, int64_t value)
{
	int32_t i32 = (int32_t)value;
	float f32 = (float)value;
	double f64 = (double)value;

	switch (type) {
	case FIELD_I32:
		memcpy(member, &i32, sizeof(i32));
		return value == i32;
	case FIELD_U32:
		memcpy(member, &i32, sizeof(i32));
		return value >= 0 && value <= UINT32_MAX;
	case FIELD_U64:
		memcpy(member, &value, sizeof(value));
		return value >= 0;
	case FIELD_F32:
		memcpy(member, &f32, sizeof(f32));
		return true;
	default:
		memcpy(member, &f64, sizeof(f64));
		return true;
	}
}

#define DISPATCH() goto *labels[op->code]
#define JUMP()     (op = (const struct plan_op *)(const void *)((const char *)op + op->to))
#define FAIL(why)                                                                                  \
	do {                                                                                       \
		result = why;                                                                      \
		goto fail;                                                                         \
	} while (0)
/* Goes n bytes on, to the operation that op now is. STEP: at most SLACK bytes. */
#define STEP(n)                                                                                    \
	do {                                                                                       \
		p += (n);                                                                          \
		if (UNLIKELY(p > limit))                                                           \
			goto past;                                                                 \
		DISPATCH();                                                                        \
	} while (0)
#define MOVE(n)                                                                                    \
	do {                                                                                       \
		if (UNLIKELY(LEFT < (n)))                                                          \
			FAIL(PLAN_DAMAGED);                                                        \
		p += (n);                                                                          \
		if (UNLIKELY(p > limit))                                                           \
			goto past;                                                                 \
		DISPATCH();                                                                        \
	} while (0)
#define REAL(at) ((const char *)((uintptr_t)(at) + to_real))
#define LEFT     ((size_t)(end - p)) /* p <= end */

enum plan_end
plan_walk(const struct plan_op *op, struct plan_walk *w)
{
#define LABEL(name) &&do_##name,
	static const void *const labels[] = {PLAN_CODES(LABEL)};
#undef LABEL
	static const char none[16]; /* what a list without items points to */
	const char *p = w->from, *limit, *end;
	uintptr_t to_real; /* from p */
	char *into = w->into;
	struct plan_frame *f = w->frames, *const last = w->frames + PLAN_FRAMES - 1;
	size_t depth = 0, free_items = 0, head, size;
	int64_t value;
	enum plan_end result;
	char tail[2 * SLACK];

	w->own = w->own_end = NULL;
enter: /* p is a real place */
	end = w->end;
	if (LIKELY((size_t)(end - p) >= SLACK)) {
		to_real = 0;
		limit = end - SLACK;
	} else {
		size = (size_t)(end - p);
		memset(tail, 0, SLACK); /* in halves: compilers then store words */
		memset(tail + SLACK, 0, SLACK);
		if (size > 0)
			memcpy(tail, p, size);
		to_real = (uintptr_t)p - (uintptr_t)tail;
		p = tail;
		limit = end = tail + size;
	}
	DISPATCH();
past:
	if (p > end)
		FAIL(PLAN_DAMAGED);
	p = REAL(p);
	goto enter;

do_END:
	w->from = REAL(p);
	return PLAN_DONE;

do_INT : {
	uint32_t stop;
	memcpy(&stop, p, sizeof(stop));
	stop = ~stop & (uint32_t)STOPS64;
	if (UNLIKELY(stop == 0)) {
		head = number(p, &value);
		if (head == 0 || value != (int32_t)value)
			FAIL(PLAN_DAMAGED);
		op++;
		STEP(head);
	}
	op++;
	STEP((unsigned)__builtin_ctz(stop) / 8 + 1);
}
do_LONG:
	head = long_size(p);
	if (UNLIKELY(head == 0))
		FAIL(PLAN_DAMAGED);
	op++;
	STEP(head);
do_TWO_LONGS:
	head = long_size(p);
	size = long_size(p + head);
	if (UNLIKELY(head == 0 || size == 0))
		FAIL(PLAN_DAMAGED);
	op++;
	STEP(head + size);
do_BOOLEAN:
	if (UNLIKELY((*p & 0xFE) != 0))
		FAIL(PLAN_DAMAGED);
	op++;
	STEP(1);
do_FIXED:
	size = op->n;
	op++;
	MOVE(size);
do_BYTES:
	size = (unsigned char)*p;
	if (LIKELY((size & 0x81) == 0)) {
		op++;
		STEP(1 + size / 2);
	}
	head = length(p, &size);
	if (head == 0)
		FAIL(PLAN_DAMAGED);
	op++;
	MOVE(head + size);
do_OPTIONAL_BYTES:
	if ((uint8_t)*p == op->null_index) {
		op++;
		STEP(1);
	}
	size = (unsigned char)p[1];
	if (LIKELY((uint8_t)*p == op->some_index && (size & 0x81) == 0)) {
		op++;
		STEP(2 + size / 2);
	}
	head = number(p, &value);
	if (head == 0 || (value != op->null_index / 2 && value != op->some_index / 2))
		FAIL(PLAN_DAMAGED);
	if (value == op->some_index / 2) {
		size_t more = length(p + head, &size);
		if (more == 0)
			FAIL(PLAN_DAMAGED);
		op++;
		MOVE(head + more + size);
	}
	op++;
	STEP(head);
do_ENUM:
	size = (unsigned char)*p;
	if (LIKELY((size & 0x81) == 0 && size / 2 < op->n)) {
		op++;
		STEP(1);
	}
	head = number(p, &value);
	if (UNLIKELY(head == 0 || (uint64_t)value >= op->n))
		FAIL(PLAN_DAMAGED);
	op++;
	STEP(head);
do_OPTIONAL:
	if ((uint8_t)*p == op->null_index) {
		JUMP();
		STEP(1);
	}
	if (LIKELY((uint8_t)*p == op->some_index)) {
		op++;
		STEP(1);
	}
	head = number(p, &value);
	if (head == 0 || (value != op->null_index / 2 && value != op->some_index / 2))
		FAIL(PLAN_DAMAGED);
	if (value == op->null_index / 2)
		JUMP();
	else
		op++;
	STEP(head);
do_UNION:
	size = (unsigned char)*p;
	if (LIKELY((size & 0x81) == 0 && size / 2 < op->at)) {
		op = (const struct plan_op *)(const void *)((const char *)op +
							    op->targets[size / 2]);
		STEP(1);
	}
	head = number(p, &value);
	if (UNLIKELY(head == 0 || (uint64_t)value >= op->at))
		FAIL(PLAN_DAMAGED);
	op = (const struct plan_op *)(const void *)((const char *)op + op->targets[value]);
	STEP(head);
do_JUMP:
	JUMP();
	DISPATCH();

do_ARRAY : {
	uint32_t bytes;
	if (*p == 0) {
		JUMP();
		STEP(1);
	}
	/* Up to 64 items, sized, in up to 63 bytes or 8191. Behind a block comes this again. */
	memcpy(&bytes, p, sizeof(bytes));
	if (LIKELY((bytes & 0x0181) == 0x0001 && (bytes & 0x808000) != 0x808000)) {
		size_t count = (bytes & 0xFF) / 2 + 1;
		size = (bytes >> 8 & 0x7F) / 2;
		head = 2;
		if ((bytes & 0x8000) != 0) {
			size += (bytes >> 16 & 0x7F) * 64;
			head = 3;
			if (UNLIKELY(LEFT < head + size))
				FAIL(PLAN_DAMAGED);
		}
		if (UNLIKELY(count * op->n > size))
			FAIL(PLAN_DAMAGED);
		p += head + size;
		if (UNLIKELY(p >= limit))
			STEP(0);
		if (LIKELY(*p == 0)) {
			p++;
			JUMP();
		}
		DISPATCH();
	}
	struct block_head b = block_head(p, LEFT, op->n);
	if (b.head == 0)
		FAIL(PLAN_DAMAGED);
	if (b.sized)
		MOVE(b.head + b.size);
	if (b.count == 0) {
		JUMP();
		STEP(b.head);
	}
	if (op->at > 0)
		MOVE(b.head + b.count * op->at);
	if (f == last)
		FAIL(PLAN_DAMAGED);
	f++;
	f->op = op;
	f->left = b.count;
	op++;
	STEP(b.head);
}
do_FREE_ITEMS : {
	struct block_head b = block_head(p, LEFT, 0);
	free_items += b.count;
	if (b.head == 0 || b.size > 0 || free_items > AVRO_MAX_FREE_ITEMS)
		FAIL(PLAN_DAMAGED);
	op += b.count == 0;
	STEP(b.head);
}
do_NEXT:
	if (LIKELY(--f->left > 0)) {
		JUMP();
		op++;
		DISPATCH();
	}
	op = f->op;
	f--;
	DISPATCH();
do_CALL:
	if (f == last || depth + op->at > AVRO_MAX_DEPTH)
		FAIL(PLAN_DAMAGED);
	f++;
	f->op = op;
	f->left = depth;
	depth += op->at;
	JUMP();
	DISPATCH();
do_RETURN:
	depth = f->left;
	op = f->op + 1;
	f--;
	DISPATCH();
do_DEEP:
	if (depth + op->n > AVRO_MAX_DEPTH)
		FAIL(PLAN_DAMAGED);
	op++;
	DISPATCH();
do_OWN:
	w->own = REAL(p);
	op++;
	DISPATCH();
do_OWN_END:
	w->own_end = REAL(p);
	op++;
	DISPATCH();

do_TO_STR : {
	size = (unsigned char)*p;
	if (LIKELY((size & 0x81) == 0)) {
		size /= 2;
		head = 1;
	} else {
		head = length(p, &size);
		if (UNLIKELY(head == 0 || size > LEFT))
			FAIL(PLAN_DAMAGED);
	}
	if (UNLIKELY(LEFT < head + size))
		FAIL(PLAN_DAMAGED);
	struct str s = {REAL(p) + head, size};
	if (UNLIKELY(!utf8_valid(s)))
		FAIL(PLAN_NOT_UTF8);
	memcpy(into + op->at, &s, sizeof(s));
	op++;
	STEP(head + size); /* it was compared with what is left */
}
do_TO_BYTES : {
	head = length(p, &size);
	if (UNLIKELY(head == 0))
		FAIL(PLAN_DAMAGED);
	struct str s = {REAL(p) + head, size};
	memcpy(into + op->at, &s, sizeof(s));
	op++;
	MOVE(head + size);
}
do_TO_BUF : {
	head = length(p, &size);
	if (head == 0 || LEFT < head || LEFT - head < size)
		FAIL(PLAN_DAMAGED);
	struct buf b;
	memcpy(&b, into + op->at, sizeof(b));
	buf_clear(&b); /* read twice, in two branches */
	buf_add(&b, (struct str){p + head, size});
	memcpy(into + op->at, &b, sizeof(b));
	op++;
	MOVE(head + size);
}
do_TO_BOOL:
	if (UNLIKELY((*p & 0xFE) != 0))
		FAIL(PLAN_DAMAGED);
	*(bool *)(into + op->at) = *p != 0;
	op++;
	STEP(1);
do_TO_I32 : {
	head = number(p, &value);
	int32_t i32 = (int32_t)value;
	if (head > 4 || head == 0) /* up to 28 bits are none to ask about */
		if (head == 0 || value != i32)
			FAIL(PLAN_DAMAGED);
	memcpy(into + op->at, &i32, sizeof(i32));
	op++;
	STEP(head);
}
do_TO_I64:
	head = number(p, &value);
	if (UNLIKELY(head == 0 || (op->n != 0 && value != (int32_t)value)))
		FAIL(PLAN_DAMAGED);
	memcpy(into + op->at, &value, sizeof(value));
	op++;
	STEP(head);
do_TO_NUMBER:
	head = number(p, &value);
	if (UNLIKELY(head == 0 || (op->n != 0 && value != (int32_t)value)))
		FAIL(PLAN_DAMAGED);
	if (UNLIKELY(!store_number(into + op->at, op->kind, value)))
		FAIL(PLAN_TOO_WIDE);
	op++;
	STEP(head);
do_TO_F32:
	memcpy(into + op->at, p, sizeof(float));
	op++;
	STEP(sizeof(float));
do_TO_F64:
	memcpy(into + op->at, p, sizeof(double));
	op++;
	STEP(sizeof(double));
do_F32_TO_F64 : {
	float f32;
	memcpy(&f32, p, sizeof(f32));
	double f64 = (double)f32;
	memcpy(into + op->at, &f64, sizeof(f64));
	op++;
	STEP(sizeof(f32));
}
do_F64_TO_F32 : {
	double f64;
	memcpy(&f64, p, sizeof(f64));
	float f32 = (float)f64;
	memcpy(into + op->at, &f32, sizeof(f32));
	op++;
	STEP(sizeof(f64));
}
do_TO_ENUM : {
	const struct plan_enum *e = op->symbols;
	size = (unsigned char)*p / 2;
	head = 1;
	if (UNLIKELY((*p & 0x81) != 0)) {
		head = length(p, &size);
		if (head == 0)
			FAIL(PLAN_DAMAGED);
	}
	if (UNLIKELY(size >= e->count))
		FAIL(PLAN_DAMAGED);
	if (LIKELY(e->size == sizeof(int)))
		memcpy(into + op->at, &e->values[size], sizeof(int));
	else
		bind_store_enum(into + op->at, e->size, e->values[size]);
	op++;
	STEP(head);
}
do_TO_FIXED:
	size = op->n;
	if (UNLIKELY(LEFT < size))
		FAIL(PLAN_DAMAGED);
	memcpy(into + op->at, p, size);
	op++;
	MOVE(size);
do_BYTES_TO_FIXED:
	head = length(p, &size);
	if (head == 0 || LEFT < head || LEFT - head < size)
		FAIL(PLAN_DAMAGED);
	if (size != op->n)
		FAIL(PLAN_NOT_SIZE);
	memcpy(into + op->at, p + head, size);
	op++;
	MOVE(head + size);

do_LIST:
	if (f == last)
		FAIL(PLAN_DAMAGED);
	f++;
	f->op = op;
	f->into = into;
	f->items = NULL;
	f->count = f->room = 0;
	op++;
do_BLOCK : {
	const struct plan_block *block = op->block;
	if (LIKELY(*p == 0)) {
		const char *items = f->count == 0 ? none : f->items;
		into = f->into;
		memcpy(into + op->at, &items, sizeof(items));
		memcpy(into + block->count_at, &f->count, sizeof(f->count));
		f--;
		JUMP();
		STEP(1);
	}
	struct block_head b = block_head(p, LEFT, block->min_bytes);
	if (block->min_bytes == 0)
		free_items += b.count;
	if (UNLIKELY(b.head == 0 || free_items > AVRO_MAX_FREE_ITEMS))
		FAIL(PLAN_DAMAGED);
	if (b.count == 0) /* a 0 of several bytes: its last is one, too */
		STEP(b.head - 1);
	f->left = b.count;
	f->block_end = b.sized ? REAL(p) + b.head + b.size : NULL;
	if (UNLIKELY(b.count > AVRO_MAX_LIST - f->count))
		FAIL(PLAN_TOO_MANY);
	if (f->room - f->count < b.count && UNLIKELY(!make_room(w, f, block, b.count)))
		FAIL(PLAN_TOO_LARGE);
	into = f->items + f->count * block->size;
	f->count += b.count;
	blank(into, block);
	op++;
	STEP(b.head);
}
do_ITEM : {
	JUMP();
	if (LIKELY(--f->left > 0)) {
		into += op->block->size;
		blank(into, op->block);
		op++;
		DISPATCH();
	}
	if (UNLIKELY(f->block_end != NULL && f->block_end != REAL(p)))
		FAIL(PLAN_DAMAGED);
	DISPATCH();
}
do_RECORD:
	if (f == last)
		FAIL(PLAN_DAMAGED);
	f++;
	f->op = op;
	f->into = into;
	f->count = f->room = 0;
	f->left = 0;
	if (!make_room(w, f, op->block, 1))
		FAIL(PLAN_TOO_LARGE);
	memcpy(into + op->at, &f->items, sizeof(f->items));
	into = f->items;
	blank(into, op->block);
	op++;
	DISPATCH();
do_RECORD_END:
	into = f->into;
	f--;
	op++;
	DISPATCH();
do_MARK:
	if (f == last)
		FAIL(PLAN_DAMAGED);
	f++;
	f->op = op;
	f->block_end = REAL(p);
	op++;
	DISPATCH();
do_REWIND:
	p = f->block_end;
	f--;
	op++;
	goto enter;

fail:
	w->failed_at = op;
	w->frame = f;
	return result;
}
