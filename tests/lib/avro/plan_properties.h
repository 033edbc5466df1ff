/* plan_properties.h -- what must hold between avro_plan_take() and plain, slow readings of the same
 * bytes. For test_plan.c and fuzz_plan.c; what does not hold ends the program. */
#ifndef TESTS_PLAN_PROPERTIES_H
#define TESTS_PLAN_PROPERTIES_H

#include "avro/bind.h"
#include "avro/datum.h"
#include "avro/limits.h"
#include "avro/plan.h"
#include "avro/varint.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MUST(what)                                                                                 \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what);                 \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static inline bool
plain_number(struct str *b, int64_t *value)
{
	const char *p = b->ptr;
	bool good = varint_read(&p, b->ptr + b->len, value);

	*b = str_tail(*b, (size_t)(p - b->ptr));
	return good;
}

static inline bool
plain_bytes(struct str *b, int64_t count, struct str *bytes)
{
	if (count < 0 || (uint64_t)count > b->len)
		return false;
	*bytes = str_head(*b, (size_t)count);
	*b = str_tail(*b, (size_t)count);
	return true;
}

/* As avro_datum_check(), but sized blocks are hopped over, and strings may be any bytes. */
static inline bool
plain_skip(const struct avro_node *node, struct str *b, int depth, uint64_t *free_items)
{
	size_t smallest;
	struct str bytes;
	int64_t n, size;

	if (node->min_bytes == 0)
		return true;
	switch (node->type) {
	case AVRO_NULL:
		return true;
	case AVRO_BOOLEAN:
		return plain_bytes(b, 1, &bytes) && (unsigned char)bytes.ptr[0] <= 1;
	case AVRO_INT:
		return plain_number(b, &n) && n >= INT32_MIN && n <= INT32_MAX;
	case AVRO_LONG:
		return plain_number(b, &n);
	case AVRO_FLOAT:
		return plain_bytes(b, 4, &bytes);
	case AVRO_DOUBLE:
		return plain_bytes(b, 8, &bytes);
	case AVRO_FIXED:
		return plain_bytes(b, (int64_t)node->size, &bytes);
	case AVRO_BYTES:
	case AVRO_STRING:
		return plain_number(b, &n) && plain_bytes(b, n, &bytes);
	case AVRO_ENUM:
		return plain_number(b, &n) && n >= 0 && (uint64_t)n < node->count;
	case AVRO_UNION:
		return plain_number(b, &n) && n >= 0 && (uint64_t)n < node->count &&
		       plain_skip(node->branches[n], b, depth, free_items);
	case AVRO_RECORD:
		if (depth == AVRO_MAX_DEPTH)
			return false;
		for (size_t i = 0; i < node->count; i++)
			if (!plain_skip(node->fields[i].type, b, depth + 1, free_items))
				return false;
		return true;
	case AVRO_ARRAY:
	case AVRO_MAP:
		break;
	}
	if (depth == AVRO_MAX_DEPTH)
		return false;
	smallest = node->items->min_bytes + (node->type == AVRO_MAP);
	while (plain_number(b, &n)) {
		if (n == 0)
			return true;
		if (n == INT64_MIN)
			return false;
		uint64_t count = (uint64_t)(n < 0 ? -n : n);
		if (n < 0 && (!plain_number(b, &size) || !plain_bytes(b, size, &bytes)))
			return false;
		uint64_t left = n < 0 ? bytes.len : b->len;
		if (smallest == 0 ? (*free_items += count) > AVRO_MAX_FREE_ITEMS || (n < 0 && left)
				  : count > left / smallest)
			return false;
		for (uint64_t i = 0; n > 0 && smallest > 0 && i < count; i++)
			if ((node->type == AVRO_MAP &&
			     (!plain_number(b, &size) || !plain_bytes(b, size, &bytes))) ||
			    !plain_skip(node->items, b, depth + 1, free_items))
				return false;
	}
	return false;
}

static inline void check_table(const struct avro_node *, struct str bytes, const struct field *,
			       const void *from);

/* The row's value is what stands there; node NULL: null. */
static inline void
check_value(const struct avro_node *node, struct str bytes, const struct field *f, const void *from)
{
	const char *member = (const char *)from + f->at;
	struct str s, want;
	int64_t n;
	double real = 0;
	float narrow = 0;

	while (node != NULL && node->type == AVRO_UNION) {
		MUST(plain_number(&bytes, &n));
		node = bind_fits(f, node->branches[n], BIND_READ) ? node->branches[n] : NULL;
	}
	if (node == NULL) {
		MUST(bind_is_null(f, from));
		return;
	}
	switch (node->type) {
	case AVRO_INT:
	case AVRO_LONG:
		MUST(plain_number(&bytes, &n));
		real = (double)n;
		narrow = (float)n;
		if (f->type == FIELD_I32 || f->type == FIELD_U32)
			MUST(memcmp(member, &(int32_t){(int32_t)n}, 4) == 0);
		if (f->type == FIELD_I64 || f->type == FIELD_U64)
			MUST(memcmp(member, &n, 8) == 0);
		break;
	case AVRO_FLOAT:
		memcpy(&narrow, bytes.ptr, sizeof(narrow));
		real = (double)narrow;
		break;
	case AVRO_DOUBLE:
		memcpy(&real, bytes.ptr, sizeof(real));
		narrow = (float)real;
		break;
	case AVRO_BOOLEAN:
		MUST(*(const bool *)member == (bytes.ptr[0] == 1));
		break;
	case AVRO_FIXED:
		MUST(memcmp(member, bytes.ptr, node->size) == 0);
		break;
	case AVRO_BYTES:
	case AVRO_STRING:
		memcpy(&s, member, sizeof(s));
		MUST(plain_number(&bytes, &n) && plain_bytes(&bytes, n, &want));
		MUST(s.ptr == want.ptr && s.len == want.len);
		break;
	case AVRO_ENUM: {
		char value[8];
		MUST(plain_number(&bytes, &n));
		int symbol = bind_symbol(f, node->symbols[n]);
		bind_store_enum(value, f->size, symbol < 0 ? bind_symbol(f, STR("")) : symbol);
		MUST(memcmp(value, member, f->size) == 0);
		break;
	}
	case AVRO_RECORD: {
		const void *record;
		memcpy(&record, member, sizeof(record));
		MUST(record != NULL);
		check_table(node, bytes, f->fields, record);
		break;
	}
	case AVRO_ARRAY: {
		const char *items;
		size_t count, seen = 0;
		struct err err;
		memcpy(&items, member, sizeof(items));
		memcpy(&count, (const char *)from + f->count_at, sizeof(count));
		MUST(items != NULL);
		while (plain_number(&bytes, &n) && n != 0) {
			int64_t size, left = n < 0 ? -n : n;
			if (n < 0)
				MUST(plain_number(&bytes, &size));
			for (; left > 0; left--, seen++) {
				MUST(seen < count);
				check_table(node->items, bytes, f->fields, items + seen * f->size);
				MUST(avro_datum_check(node->items, &bytes, &err) == 0);
			}
		}
		MUST(seen == count);
		break;
	}
	default:
		break;
	}
	if (f->type == FIELD_F64)
		MUST(memcmp(member, &real, sizeof(real)) == 0 || isnan(real));
	if (f->type == FIELD_F32)
		MUST(memcmp(member, &narrow, sizeof(narrow)) == 0 || isnan(narrow));
}

static inline void
check_path(const struct avro_node *node, struct str bytes, const char *path, const struct field *f,
	   const void *from)
{
	struct str part = {path, strcspn(path, ".")};
	struct err err;
	int64_t n;

	if (part.len == 0) {
		check_value(node, bytes, f, from);
		return;
	}
	while (node->type == AVRO_UNION) {
		MUST(plain_number(&bytes, &n));
		node = node->branches[n];
	}
	if (node->type != AVRO_RECORD || avro_node_field(node, part) == NULL) {
		check_value(NULL, bytes, f, from);
		return;
	}
	for (size_t i = 0; !str_equal(node->fields[i].name, part); i++)
		MUST(avro_datum_check(node->fields[i].type, &bytes, &err) == 0);
	check_path(avro_node_field(node, part)->type, bytes,
		   path + part.len + (path[part.len] == '.'), f, from);
}

static inline void
check_table(const struct avro_node *node, struct str bytes, const struct field *table,
	    const void *from)
{
	for (; table->type != 0; table++)
		check_path(node, bytes, table->path, table, from);
}

/* One record from the front of bytes, which are sound (or not) for this schema; the table must fit
 * it. Whether it was taken. */
static inline bool
check_plan(const struct avro_node *node, const struct field *table, struct str bytes)
{
	struct str own = node->count > 0 ? node->fields[node->count / 2].name : (struct str){0};
	struct str exact = bytes, lax = bytes, skipped = bytes, read = bytes;
	struct avro_record skipped_record, record;
	struct arena arena = {0};
	struct err err = {0}, exact_err = {0};
	uint64_t free_items = 0;
	bool whole, taken = false;
	struct avro_plan *skip = avro_plan_new(node, NULL, own, &err);

	MUST(skip != NULL);
	bool is_exact = avro_datum_check(node, &exact, &exact_err) == 0;
	bool is_lax = plain_skip(node, &lax, 0, &free_items);
	bool is_skipped =
		avro_plan_take(skip, &skipped, NULL, NULL, &skipped_record, &whole, &err) == 0;
	MUST(is_skipped == is_lax);
	MUST(is_skipped || (!whole && err.class == ERR_INPUT && skipped.ptr == bytes.ptr));
	if (is_skipped) {
		MUST(skipped.ptr == lax.ptr && skipped.len == lax.len);
		MUST(skipped_record.bytes.ptr == bytes.ptr &&
		     skipped_record.bytes.len == bytes.len - skipped.len);
		struct str start = bytes;
		free_items = 0;
		for (size_t i = 0; i < node->count / 2; i++)
			MUST(plain_skip(node->fields[i].type, &start, 1, &free_items));
		MUST(skipped_record.own.ptr == (node->count > 0 ? start.ptr : skipped.ptr));
	}
	if (is_exact)
		MUST(is_skipped && exact.len == skipped.len);

	struct avro_plan *plan = avro_plan_new(node, table, own, &err);
	if (plan != NULL) {
		char *into = calloc(1, avro_plan_struct_size(plan) + 1);
		taken = avro_plan_take(plan, &read, into, &arena, &record, &whole, &err) == 0;
		if (taken || whole)
			MUST(is_skipped && read.ptr == skipped.ptr &&
			     record.bytes.len == skipped_record.bytes.len &&
			     record.own.ptr == skipped_record.own.ptr &&
			     record.own.len == skipped_record.own.len);
		else
			MUST(!is_exact && strcmp(err.text, exact_err.text) == 0);
		if (taken && is_exact)
			check_table(node, bytes, table, into);
		if (!taken)
			MUST(err.class == ERR_INPUT);
		free(into);
	}
	avro_plan_free(plan);
	avro_plan_free(skip);
	arena_free(&arena);
	return taken;
}

#endif
