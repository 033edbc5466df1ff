/*
 * plan_program.h -- the program that plan_compile.c makes of schema and table, and plan_walk.c runs
 * over records. Private to them and plan.c.
 *
 * Records lie flat in it; what a field needs is one operation. Jumps are relative to the operation
 * that makes them, in bytes. An array's items are a body behind its operation; a list that is read
 * is
 *
 *     LIST       a frame
 *     BLOCK      the head of the next block, room for its items; or the end
 *     ...        one item
 *     ITEM       the next one, or back to BLOCK
 */
#ifndef AVRO_PLAN_PROGRAM_H
#define AVRO_PLAN_PROGRAM_H

#include "avro/fields.h"
#include "avro/limits.h"
#include "avro/schema.h"
#include "base/arena.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "numbers are read as they lie: Avro's order is little-endian");

/* clang-format off */
#define PLAN_CODES(X)                                                                   \
	X(END)      /* of the record */                                                 \
	X(INT)      /* skipped: a number of 32 bits */                                  \
	X(LONG)                                                                         \
	X(TWO_LONGS)                                                                    \
	X(BOOLEAN)                                                                      \
	X(FIXED)    /* n bytes */                                                       \
	X(BYTES)    /* a length, and so many bytes */                                   \
	X(OPTIONAL_BYTES) /* null or bytes: null_index, some_index */                   \
	X(ENUM)     /* below n */                                                       \
	X(OPTIONAL) /* null: goes to; some: goes on */                                  \
	X(UNION)    /* n targets */                                                     \
	X(JUMP)                                                                         \
	X(ARRAY)    /* items of n bytes at least; of `at` exactly, or 0; to: behind it */ \
	X(FREE_ITEMS) /* an array whose items take no bytes */                          \
	X(NEXT)     /* of an ARRAY's items; to: back to it */                           \
	X(CALL)     /* within `at` more levels */                                       \
	X(RETURN)                                                                       \
	X(DEEP)     /* n levels within the caller's */                                  \
	X(OWN)      /* the place asked for begins, */                                   \
	X(OWN_END)  /* and ends */                                                      \
	X(TO_STR)   /* read into the struct, `at` */                                    \
	X(TO_BYTES)                                                                     \
	X(TO_BUF)                                                                       \
	X(TO_BOOL)                                                                      \
	X(TO_I32)   /* int */                                                           \
	X(TO_I64)   /* int or long */                                                   \
	X(TO_NUMBER) /* int or long, to any number there is */                          \
	X(TO_F32)                                                                       \
	X(TO_F64)                                                                       \
	X(F32_TO_F64)                                                                   \
	X(F64_TO_F32)                                                                   \
	X(TO_ENUM)                                                                      \
	X(TO_FIXED) /* fixed of n bytes */                                              \
	X(BYTES_TO_FIXED)                                                               \
	X(LIST)                                                                           \
	X(BLOCK)    /* to: behind it */                                                 \
	X(ITEM)     /* to: its BLOCK */                                                 \
	X(RECORD)                                                                       \
	X(RECORD_END)                                                                   \
	X(MARK)     /* this value is read again */                                      \
	X(REWIND)
/* clang-format on */
enum plan_code {
#define PLAN_CODE(name) PLAN_##name,
	PLAN_CODES(PLAN_CODE)
#undef PLAN_CODE
};

struct plan_enum {
	size_t size;  /* bytes of the C enum */
	size_t count; /* symbols in the schema */
	int values[]; /* of the C enum, for each */
};
struct plan_block {        /* what a list's items, or a record behind a pointer, need */
	size_t size;       /* bytes of one in C */
	size_t min_bytes;  /* of one in Avro */
	size_t count_at;   /* lists: offset of the count */
	const char *blank; /* all null; may be copied 16 bytes at a time */
};

struct plan_op {
	uint8_t code;
	uint8_t null_index, some_index; /* as they are encoded, one byte */
	uint8_t kind;                   /* enum field_type of a TO_NUMBER */
	int32_t to;                     /* bytes from this operation to another */
	uint32_t at;
	union {
		size_t n;
		const int32_t *targets; /* `at` of them */
		const struct plan_enum *symbols;
		const struct plan_block *block;
	};
};

struct plan_program {
	struct plan_op *ops;
	const struct field **fields; /* beside ops: whom an operation reads for; NULL: none */
	size_t count, room, field_room;
	const char *blank;   /* the outermost struct, all null */
	bool owns_bufs;      /* a struct buf among its members */
	struct arena memory; /* of what operations point to */
};

/* record and reads must outlive it. As avro_plan_new() says; freed also after -1. */
int plan_compile(struct plan_program *, const struct avro_node *record, const struct field *reads,
		 struct str own, struct err *);
void plan_program_free(struct plan_program *);

struct plan_frame {
	const struct plan_op *op; /* what began it */
	size_t left;              /* items of the block; CALL: the depth before */
	const char *block_end;    /* a sized block must end here; MARK: the place */
	char *into;               /* the struct outside */
	char *items;
	size_t count, room; /* items */
};

/* A frame is a level of the data, or a MARK of the table. */
#define PLAN_FRAMES (2 * AVRO_MAX_DEPTH + 2)

enum plan_end {
	PLAN_DONE,
	PLAN_DAMAGED,
	PLAN_NOT_UTF8,  /* the others: sound, but not for this table */
	PLAN_TOO_WIDE,  /* number */
	PLAN_TOO_MANY,  /* items of a list */
	PLAN_TOO_LARGE, /* all that was decoded */
	PLAN_NOT_SIZE,  /* bytes for a fixed array */
};

struct plan_walk {
	const char *from, *end; /* in: bytes; out: from is where the record ended */
	char *into;
	struct arena *arena;
	const char *own, *own_end;       /* out: NULL when there is none */
	const struct plan_op *failed_at; /* out */
	const struct plan_frame *frame;  /* out: the innermost of the failure */
	size_t arena_used;               /* before */
	struct plan_frame frames[PLAN_FRAMES];
};

enum plan_end plan_walk(const struct plan_op *, struct plan_walk *);

#endif
