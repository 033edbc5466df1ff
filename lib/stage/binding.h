/*
 * binding.h -- a declaration and an input's schema, made into what runs: plans that read, an
 * encoder that writes, the schemas of what comes out. All structural mistakes are found here,
 * before the first record.
 */
#ifndef STAGE_BINDING_H
#define STAGE_BINDING_H

#include "avro/encoder.h"
#include "avro/plan.h"
#include "stage/stage.h"

enum stage_kind { STAGE_SOURCE, STAGE_TRANSFORM, STAGE_SINK };
extern const char *const stage_kind_names[];

enum stage_kind stage_kind_of(const struct stage_def *);

struct binding {
	const struct stage_def *def;
	enum stage_kind kind;
	struct avro_schema *input;    /* a record; NULL in a source */
	struct avro_schema *output;   /* a record; NULL in a sink */
	struct avro_schema *own;      /* of what `writes` describes, for the encoder; or NULL */
	struct str own_field;         /* name of the appended field; {0}: none */
	int64_t own_branch;           /* of its union: the value's; null is 0 */
	struct avro_plan *plan;       /* reads, and finds the own field; NULL in a source */
	struct avro_plan *route;      /* reads the key alone, into a struct str; NULL: no key */
	struct avro_encoder *encoder; /* NULL: nothing is appended or emitted */
	struct field *rows;           /* the author's, and those below when he reads neither */
	size_t struct_size;           /* bytes of what record_read() returns, and the two below */
	bool mirrors;                 /* the input record goes on, as it is or with a field more */
	size_t key_at, event_at;      /* of a struct str and an int64_t in it; SIZE_MAX: none */
};

/* The declaration alone, as far as it can be checked without an input: for --describe, and so for
 * the build. ERR_FATAL: a sentence for the stage's author. */
int binding_check(const struct stage_def *, struct err *);

/* input: the record's schema, which the binding takes over, also when it fails; NULL for a source.
 * ERR_FATAL: a sentence for the user ("the input has no field ..."). */
int binding_open(struct binding *, const struct stage_def *, struct avro_schema *input,
		 struct err *);
/* Where the declaration leaves it to shape() what comes out: asks it. trail: of the input;
 * trail_out gets another one, or nothing. ERR_FATAL, ERR_DOWN. */
int binding_shape(struct binding *, const void *shared, struct str trail, struct buf *trail_out,
		  struct err *);
void binding_close(struct binding *);

#endif
