/*
 * encoder_program.h -- the program that encoder.c compiles from schema and table, and
 * encoder_run.c runs over C structs. Private to the two.
 *
 * One operation writes one row: the index of its branch where its type is a union (the tag), and
 * the value; or what stands for null. Jumps are relative to the operation that makes them.
 */
#ifndef AVRO_ENCODER_PROGRAM_H
#define AVRO_ENCODER_PROGRAM_H

#include "avro/fields.h"
#include "avro/limits.h"
#include "base/err.h"

/* clang-format off */
#define ENCODE_CODES(X)                                                        \
	X(END)                                                                 \
	X(TAG)       /* alone */                                               \
	X(ZEROES)    /* rows that mostly are: where all are, to: behind them */\
	X(CONSTANT)  /* bytes */                                               \
	X(BOOL)                                                                \
	X(I32)                                                                 \
	X(I64)                                                                 \
	X(I64_TO_INT)                                                          \
	X(U32)       /* n: the greatest number that fits */                    \
	X(U64)                                                                 \
	X(F32)                                                                 \
	X(F64)                                                                 \
	X(F32_TO_F64)                                                          \
	X(F64_TO_F32)                                                          \
	X(TEXT)                                                                \
	X(BYTES)                                                               \
	X(BUF)                                                                 \
	X(FIXED)     /* n bytes */                                             \
	X(ENUM)                                                                \
	X(LIST)      /* to: behind it; ends with ITEM */                       \
	X(ITEM)      /* to: its LIST */                                        \
	X(RECORD)    /* behind a pointer; to: behind it */                     \
	X(RECORD_END)                                                          \
	X(GROUP)     /* fields whose rows may all be null; to: behind them */  \
	X(PICK)      /* the one row that is not null, of a union's */          \
	X(JUMP)
/* clang-format on */
enum encode_code {
#define ENCODE_CODE(name) ENCODE_##name,
	ENCODE_CODES(ENCODE_CODE)
#undef ENCODE_CODE
};

struct encode_list {
	size_t size;     /* bytes of an item in C */
	size_t count_at; /* offset of the count */
	size_t typical;  /* bytes of an item, guessed */
};
struct encode_enum {
	size_t size;      /* bytes of the C enum */
	size_t count;     /* values it has */
	uint32_t codes[]; /* bytes of the index, how many of them in the highest; 0: null */
};
struct encode_rows {
	size_t count;
	const struct field **fields;
	int32_t *to;                /* PICK */
	size_t pointers;            /* of them that stand in front and are records */
	const uint32_t *pointer_at; /* where their pointers are in C */
};

/* Rows side by side in C and in the schema that say nothing: no list, no record, false, 0. */
struct encode_zeroes {
	size_t size;    /* bytes in C: ENCODE_ZEROES_LEAST or more */
	size_t written; /* of bytes */
	char bytes[16]; /* what they are then */
};
#define ENCODE_ZEROES_LEAST 16

#define ENCODE_LONG_NULL 255

struct encode_op {
	uint8_t code;
	uint8_t tag_size;     /* bytes of tag */
	uint8_t length_shift; /* bits: where a string's length stands behind the tag, doubled */
	uint8_t null_size;    /* of null; 0: it cannot be, ENCODE_LONG_NULL: it is long_null */
	uint32_t at;
	uint32_t tag, null;
	int32_t to; /* operations */
	const struct str *long_null;
	union {
		size_t n;
		const struct str *bytes;
		const struct encode_list *list;
		const struct encode_enum *symbols;
		const struct encode_rows *rows;
		const struct encode_zeroes *zeroes;
	};
};

struct encode_frame {
	const struct encode_op *op;
	const char *from;  /* the struct outside */
	size_t left;       /* items */
	size_t count;      /* items */
	size_t start;      /* of the items in out */
	size_t size_bytes; /* left free before them for their size */
};

enum encode_end {
	ENCODE_DONE,
	ENCODE_NULL,
	ENCODE_NUMBER,
	ENCODE_NOT_UTF8,
	ENCODE_SYMBOL,
	ENCODE_BRANCHES,
};

struct encode_run {
	struct buf *out;
	size_t before; /* of out's bytes */
	const struct encode_op *failed_at;
	const struct encode_frame *frame; /* the innermost of the failure */
	struct encode_frame frames[AVRO_MAX_DEPTH + 2];
};

enum encode_end encoder_run(const struct encode_op *, const void *from, struct encode_run *);

#endif
