/*
 * The inner loop of writing. Where an operation begins, ROOM bytes are free behind w: it writes
 * what is short without asking, and room is made again at its end.
 */
#include "avro/bind.h"
#include "avro/encoder_program.h"
#include "avro/varint.h"
#include "base/copy.h"
#include "text/utf8.h"
#include <endian.h>
#include <math.h>

#define ROOM        128 /* COPY_SHORT, and what stands around a string */
#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* For numbers, which are short more often than not. */
static inline char *
put_number(char *w, int64_t value)
{
	uint64_t n = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);

	if (LIKELY(n < 0x80)) {
		*w = (char)n;
		return w + 1;
	}
	if (LIKELY(n < 0x4000)) {
		w[0] = (char)(n | 0x80);
		w[1] = (char)(n >> 7);
		return w + 2;
	}
	return varint_write(w, value);
}

/* Bytes of a length. */
static inline size_t
varint_size(size_t n)
{
	size_t bytes = 1;

	for (n >>= 6; n > 0; n >>= 7)
		bytes++;
	return bytes;
}

typedef unsigned char lanes __attribute__((vector_size(16)));

static const struct field *
not_null(const struct encode_rows *rows, const char *from, size_t *at)
{
	for (; *at < rows->count; ++*at)
		if (!bind_is_null(rows->fields[*at], from))
			return rows->fields[*at];
	return NULL;
}

/* The same for a union's rows, which mostly are null, and mostly records behind pointers. */
static inline bool
are_all_null(const struct encode_rows *rows, const char *from)
{
	uintptr_t any = 0, pointer;

	for (size_t i = 0; i < rows->pointers; i++) {
		memcpy(&pointer, from + rows->pointer_at[i], sizeof(pointer));
		any |= pointer;
	}
	size_t at = rows->pointers;
	return any == 0 && not_null(rows, from, &at) == NULL;
}

static inline bool
are_zeroes(const char *from, size_t size)
{
	lanes any, more;
	uint64_t halves[2];

	memcpy(&any, from + size - sizeof(any), sizeof(any));
	for (size_t i = 0; i + sizeof(more) < size; i += sizeof(more)) {
		memcpy(&more, from + i, sizeof(more));
		any |= more;
	}
	memcpy(halves, &any, sizeof(halves));
	return (halves[0] | halves[1]) == 0;
}

/* The C enum's value; one that no table can have where it is none. */
static size_t
load_enum(const char *member, size_t size)
{
	uint8_t v8;
	uint16_t v16;
	uint64_t v64;

	if (size == sizeof(v8)) {
		memcpy(&v8, member, sizeof(v8));
		return v8;
	}
	if (size == sizeof(v16)) {
		memcpy(&v16, member, sizeof(v16));
		return v16;
	}
	memcpy(&v64, member, sizeof(v64));
	return v64;
}

#define DISPATCH() goto *labels[op->code]
#define NEXT()                                                                                     \
	do {                                                                                       \
		if (UNLIKELY(w > limit))                                                           \
			goto more;                                                                 \
		DISPATCH();                                                                        \
	} while (0)
#define FAIL(why)                                                                                  \
	do {                                                                                       \
		result = why;                                                                      \
		goto fail;                                                                         \
	} while (0)
#define LOAD(value) memcpy(&(value), from + op->at, sizeof(value))
#define TAG()                                                                                      \
	do {                                                                                       \
		memcpy(w, &op->tag, sizeof(op->tag));                                              \
		w += op->tag_size;                                                                 \
	} while (0)

/* What stands in front of a string: the tag and the length, mostly by one store. */
#define HEAD(size)                                                                                 \
	do {                                                                                       \
		if (LIKELY((size) < 0x40)) {                                                       \
			uint64_t head =                                                            \
				htole64(le32toh(op->tag) | (uint64_t)(size) << op->length_shift);  \
			memcpy(w, &head, sizeof(head));                                            \
			w += op->tag_size + 1;                                                     \
		} else {                                                                           \
			TAG();                                                                     \
			w = put_number(w, (int64_t)(size));                                        \
		}                                                                                  \
	} while (0)

enum encode_end
encoder_run(const struct encode_op *op, const void *items, struct encode_run *run)
{
#define LABEL(name) &&do_##name,
	static const void *const labels[] = {ENCODE_CODES(LABEL)};
#undef LABEL
	struct buf *out = run->out;
	struct encode_frame *f = run->frames;
	const char *from = items;
	char *w, *limit;
	struct str s;
	enum encode_end result;

	w = out->room - out->len >= ROOM ? out->ptr + out->len : buf_room(out, ROOM);
	limit = out->ptr + out->room - ROOM;
	DISPATCH();
more:
	out->len = (size_t)(w - out->ptr);
	w = buf_room(out, ROOM);
	limit = out->ptr + out->room - ROOM;
	DISPATCH();
null:
	if (UNLIKELY(op->null_size == 0))
		FAIL(ENCODE_NULL);
	if (LIKELY(op->null_size != ENCODE_LONG_NULL)) {
		memcpy(w, &op->null, sizeof(op->null));
		w += op->null_size;
		op += op->to;
		NEXT();
	}
	s = *op->long_null;
	op += op->to;
bytes: /* s, and on to the operation that op now is */
	if (LIKELY(s.len <= COPY_SHORT)) {
		copy_short(w, s.ptr, s.len);
		w += s.len;
		NEXT();
	}
	if (UNLIKELY((size_t)(limit + ROOM - w) < s.len + ROOM)) {
		out->len = (size_t)(w - out->ptr);
		w = buf_room(out, s.len + ROOM);
		limit = out->ptr + out->room - ROOM;
	}
	memcpy(w, s.ptr, s.len);
	w += s.len;
	NEXT();

do_END:
	out->len = (size_t)(w - out->ptr);
	return ENCODE_DONE;
do_TAG:
	TAG();
	op++;
	NEXT();
do_CONSTANT:
	s = *op->bytes;
	op++;
	goto bytes;
do_ZEROES : {
	const struct encode_zeroes *z = op->zeroes;
	if (UNLIKELY(!are_zeroes(from + op->at, z->size))) {
		op++;
		DISPATCH();
	}
	memcpy(w, z->bytes, sizeof(z->bytes));
	w += z->written;
	op += op->to;
	NEXT();
}
do_BOOL:
	TAG();
	*w++ = (char)(from[op->at] != 0);
	op++;
	NEXT();
do_I32 : {
	int32_t value;
	LOAD(value);
	if (UNLIKELY(value == INT32_MIN))
		goto null;
	TAG();
	w = put_number(w, value);
	op++;
	NEXT();
}
do_I64 : {
	int64_t value;
	LOAD(value);
	if (UNLIKELY(value == INT64_MIN))
		goto null;
	TAG();
	w = put_number(w, value);
	op++;
	NEXT();
}
do_I64_TO_INT : {
	int64_t value;
	LOAD(value);
	if (value == INT64_MIN)
		goto null;
	if (value != (int32_t)value)
		FAIL(ENCODE_NUMBER);
	TAG();
	w = put_number(w, value);
	op++;
	NEXT();
}
do_U32 : {
	uint32_t value;
	LOAD(value);
	if (UNLIKELY(value > op->n))
		FAIL(ENCODE_NUMBER);
	TAG();
	w = put_number(w, value);
	op++;
	NEXT();
}
do_U64 : {
	uint64_t value;
	LOAD(value);
	if (UNLIKELY(value > op->n))
		FAIL(ENCODE_NUMBER);
	TAG();
	w = put_number(w, (int64_t)value);
	op++;
	NEXT();
}
do_F32 : {
	float value;
	LOAD(value);
	if (UNLIKELY(isnan(value)))
		goto null;
	TAG();
	memcpy(w, &value, sizeof(value));
	w += sizeof(value);
	op++;
	NEXT();
}
do_F64 : {
	double value;
	LOAD(value);
	if (UNLIKELY(isnan(value)))
		goto null;
	TAG();
	memcpy(w, &value, sizeof(value));
	w += sizeof(value);
	op++;
	NEXT();
}
do_F32_TO_F64 : {
	float value;
	LOAD(value);
	if (UNLIKELY(isnan(value)))
		goto null;
	double wide = (double)value;
	TAG();
	memcpy(w, &wide, sizeof(wide));
	w += sizeof(wide);
	op++;
	NEXT();
}
do_F64_TO_F32 : {
	double value;
	LOAD(value);
	if (UNLIKELY(isnan(value)))
		goto null;
	float narrow = (float)value;
	if (UNLIKELY(isinf(narrow) && !isinf(value)))
		FAIL(ENCODE_NUMBER);
	TAG();
	memcpy(w, &narrow, sizeof(narrow));
	w += sizeof(narrow);
	op++;
	NEXT();
}
do_TEXT:
	LOAD(s);
	if (s.ptr == NULL)
		goto null;
	if (UNLIKELY(!utf8_valid(s)))
		FAIL(ENCODE_NOT_UTF8);
	HEAD(s.len);
	op++;
	goto bytes;
do_BYTES:
	LOAD(s);
	if (s.ptr == NULL)
		goto null;
	HEAD(s.len);
	op++;
	goto bytes;
do_BUF : {
	struct buf value;
	LOAD(value);
	s = buf_str(&value);
	HEAD(s.len);
	op++;
	goto bytes;
}
do_FIXED:
	s = (struct str){from + op->at, op->n};
	TAG();
	op++;
	goto bytes;
do_ENUM : {
	const struct encode_enum *e = op->symbols;
	size_t value;
	uint32_t code;
	if (LIKELY(e->size == sizeof(code))) {
		LOAD(code);
		value = code;
	} else {
		value = load_enum(from + op->at, e->size);
	}
	if (UNLIKELY(value >= e->count))
		FAIL(ENCODE_SYMBOL);
	code = e->codes[value];
	if (UNLIKELY(code == 0))
		goto null;
	TAG();
	memcpy(w, &code, sizeof(code));
	w += code >> 24;
	op++;
	NEXT();
}

do_LIST : {
	const char *first;
	size_t count;
	LOAD(first);
	memcpy(&count, from + op->list->count_at, sizeof(count));
	if (first == NULL && (count > 0 || op->null_size > 0))
		goto null;
	TAG();
	if (count == 0) {
		*w++ = 0;
		op += op->to;
		NEXT();
	}
	f++;
	w = put_number(w, -(int64_t)count);
	f->size_bytes = varint_size(count * op->list->typical);
	w += f->size_bytes;
	*f = (struct encode_frame){op, from, count, count, (size_t)(w - out->ptr), f->size_bytes};
	from = first;
	op++;
	NEXT();
}
do_ITEM:
	op += op->to;
	if (LIKELY(--f->left > 0)) {
		from += op->list->size;
		op++;
		DISPATCH();
	}
	{ /* the guess was wrong: the items move */
		char *start = out->ptr + f->start, *head = start - f->size_bytes;
		size_t size = (size_t)(w - start), size_bytes = varint_size(size);
		if (UNLIKELY(size_bytes != f->size_bytes)) {
			memmove(head + size_bytes, start, size);
			w = head + size_bytes + size;
		}
		(void)varint_write(head, (int64_t)size);
	}
	*w++ = 0;
	from = f->from;
	f--;
	op += op->to;
	NEXT();
do_RECORD : {
	const char *record;
	LOAD(record);
	if (record == NULL)
		goto null;
	TAG();
	f++;
	f->op = op;
	f->from = from;
	from = record;
	op++;
	NEXT();
}
do_RECORD_END:
	from = f->from;
	f--;
	op++;
	DISPATCH();
do_GROUP : {
	size_t at = 0;
	if (op->null_size > 0 && not_null(op->rows, from, &at) == NULL)
		goto null;
	TAG();
	op++;
	NEXT();
}
do_PICK : {
	size_t at = 0, other;
	if (LIKELY(are_all_null(op->rows, from)))
		goto null;
	(void)not_null(op->rows, from, &at);
	other = at + 1;
	if (not_null(op->rows, from, &other) != NULL)
		FAIL(ENCODE_BRANCHES);
	op += op->rows->to[at];
	DISPATCH();
}
do_JUMP:
	op += op->to;
	DISPATCH();

fail:
	run->failed_at = op;
	run->frame = f;
	return result;
}
