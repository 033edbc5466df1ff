/*
 * dead_letter.h -- records that were refused, as records.
 *
 * A dead letter is the input record with one more field, `dead_letter` (schemas/dead_letter.avsc);
 * what is no record, or only a part of one, is a DeadBytes. A file of them has the union of both as
 * its schema, so `chatmill STAGE < dead.avro` tries again: the field is taken off on the way in.
 */
#ifndef STAGE_DEAD_LETTER_H
#define STAGE_DEAD_LETTER_H

#include "avro/schema.h"
#include "base/arena.h"

#define DEAD_BYTES_MAX (16 * 1024 * 1024) /* longer ones are cut, their size and hash kept */

struct dead_reason {
	struct str stage, version, reason, class; /* class: "input", "retry" */
	int32_t attempts;
	struct str input; /* "file \"x.avro\"" */
	int64_t record;   /* INT64_MIN: none */
	struct str part;  /* {0}: all of it */
};

struct dead_letters; /* read-only once made: any thread */

/* input: of the records refused; NULL where there are none (a source). ERR_FATAL. */
struct dead_letters *dead_letters_new(const struct avro_schema *input, struct err *);
/* Where an endpoint takes no more in one piece: longer records are kept as bytes, cut there. */
void dead_letters_set_most(struct dead_letters *, size_t bytes);
void dead_letters_free(struct dead_letters *);               /* NULL is fine */
struct str dead_letters_schema(const struct dead_letters *); /* JSON */
/* As bytes, where the letter would be larger than any block. */
void dead_letters_add_record(const struct dead_letters *, struct str record,
			     const struct dead_reason *, struct buf *);
void dead_letters_add_bytes(const struct dead_letters *, struct str bytes,
			    const struct dead_reason *, struct buf *);

/* The way back in. */
struct dead_input;
/* NULL, with err->class ERR_NONE, when the schema is not one of dead letters. */
struct dead_input *dead_input_new(const struct avro_schema *root, struct err *);
void dead_input_free(struct dead_input *);
struct avro_schema *dead_input_schema(const struct dead_input *,
				      struct err *); /* made; the record's */

struct dead_taken {
	bool is_record;
	struct str bytes; /* of the record without the field, or of the DeadBytes; in the arena */
	int32_t attempts; /* so far */
	struct str part;  /* of a DeadBytes: its place */
	int64_t size;     /* of a DeadBytes: of what was refused, of which it may have less */
	struct dead_reason why; /* strings without ptr where the letter has none */
};
/* Takes one off the front of *bytes; its strings are there or in the arena. ERR_INPUT. */
int dead_input_take(const struct dead_input *, struct str *bytes, struct arena *,
		    struct dead_taken *, struct err *);

#endif
