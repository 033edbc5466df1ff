/*
 * fields.h -- how members of a C struct and of an Avro record correspond.
 *
 * One kind of table reads, writes and snapshots.  It is matched by name with the schema once,
 * before the first record (`make` does it too, through --describe), and what does not fit is
 * refused there: an unknown name, a type that does not match, a field to be written that has
 * neither row nor default.  Order never matters.  Fields without a row are skipped when reading,
 * and get their default when writing.
 *
 *   C member                        Avro                       null is
 *   struct str                      string, bytes              .ptr == NULL
 *   bool                            boolean                    (cannot be)
 *   int32_t, int64_t                int, long, their logical   INT32_MIN, INT64_MIN
 *   uint32_t, uint64_t, size_t      the same, never negative   (cannot be)
 *   float, double                   float, double              NaN
 *   enum (FIELD_ENUM)               enum, by symbol            the value named "" (unknown, too)
 *   T const *, size_t (FIELD_LIST)  array of T                 the pointer is NULL
 *   T const * (FIELD_RECORD)        record T                   NULL
 *   struct buf, T[n] (FIELD_FIXED)  bytes, fixed: in state     (cannot be)
 *
 * A path may be dotted ("language.code").  Its last part may name a branch of a union
 * ("details.Poll"); of the rows of one union at most one pointer is set.
 */
#ifndef AVRO_FIELDS_H
#define AVRO_FIELDS_H

#include "base/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
	FIELD_STR = 1,
	FIELD_BOOL,
	FIELD_I32,
	FIELD_I64,
	FIELD_U32,
	FIELD_U64,
	FIELD_F32,
	FIELD_F64,
	FIELD_BUF,
	FIELD_ENUM,
	FIELD_LIST,
	FIELD_RECORD,
	FIELD_FIXED,
};
struct field {
	const char *path;
	enum field_type type;
	size_t of, at;              /* bytes of the struct; offset of the member in it */
	size_t count_at;            /* lists: offset of the size_t that counts the items */
	size_t size;                /* bytes of an item, record or fixed */
	const struct field *fields; /* of an item or record, ends with {0} */
	const char *const *symbols; /* indexed by the C enum, ends with NULL */
	bool optional;              /* reads: the input's schema may lack it; then null */
	bool valid;                 /* writes: a string that is UTF-8 for certain: not looked at */
};
#define FIELD(s, m, ...) FIELD_AT(#m, s, m, __VA_ARGS__)
#define FIELD_AT(p, s, m, ...)                                                                     \
	{                                                                                          \
		.path = p, .type = FIELD_TYPE(((struct s *)0)->m), FIELD_PLACE(s, m), __VA_ARGS__  \
	}
#define FIELD_ENUM(s, m, names, ...)                                                               \
	{                                                                                          \
		.path = #m, .type = FIELD_ENUM, FIELD_PLACE(s, m),                                 \
		.size = sizeof(((struct s *)0)->m), .symbols = names, __VA_ARGS__                  \
	}
#define FIELD_LIST(s, m, count, table, ...)                                                        \
	{                                                                                          \
		.path = #m, .type = FIELD_LIST, FIELD_PLACE(s, m),                                 \
		.count_at = offsetof(struct s, count), .size = sizeof(*((struct s *)0)->m),        \
		.fields = table, __VA_ARGS__                                                       \
	}
#define FIELD_RECORD(p, s, m, table, ...)                                                          \
	{                                                                                          \
		.path = p, .type = FIELD_RECORD, FIELD_PLACE(s, m),                                \
		.size = sizeof(*((struct s *)0)->m), .fields = table, __VA_ARGS__                  \
	}
#define FIELD_FIXED(s, m)                                                                          \
	{                                                                                          \
		.path = #m, .type = FIELD_FIXED, FIELD_PLACE(s, m),                                \
		.size = sizeof(((struct s *)0)->m)                                                 \
	}
#define FIELD_PLACE(s, m) .of = sizeof(struct s), .at = offsetof(struct s, m)
#define FIELD_TYPE(m)                                                                              \
	_Generic((m), struct str                                                                   \
		 : FIELD_STR, bool                                                                 \
		 : FIELD_BOOL, int32_t                                                             \
		 : FIELD_I32, int64_t                                                              \
		 : FIELD_I64, uint32_t                                                             \
		 : FIELD_U32, uint64_t                                                             \
		 : FIELD_U64, float                                                                \
		 : FIELD_F32, double                                                               \
		 : FIELD_F64, struct buf                                                           \
		 : FIELD_BUF)
/* Bytes of the member that a row describes; 0: the row is none that these macros make. */
size_t field_size(const struct field *);

extern const struct field field_strings[], field_longs[]; /* tables for lists of these */

/* A schema in the source, as plain JSON: static const char shout_avsc[] = AVSC({"name": ...}); */
#define AVSC(...) #__VA_ARGS__

#endif
