/*
 * kafka_intake.h -- messages by the schema of their records: what runs for each, made with the
 * first message that has it.
 */
#ifndef STAGE_KAFKA_INTAKE_H
#define STAGE_KAFKA_INTAKE_H

#include "stage/kafka_frame.h"
#include "stage/kafka_session.h"
#include "stage/output.h"

struct kafka_intake {
	struct job job; /* the first: with the binding of this schema */
	size_t min_bytes;
	struct stage *worker;             /* NULL: not opened */
	struct kafka_sender out, refused; /* out: none in a sink, or where --out is a stream */
	struct dead_input *dead_input;
	struct dead_letters *dead;
	struct buf trail_in, trail;
	enum avro_framing framing;
	uint64_t id;
	char hash_in[SCHEMA_TRAIL_BYTES]; /* of the input's trail; "" */
	uint64_t used;                    /* when it was last */
};

struct kafka_intakes;

/* base: what their jobs have in common; dead_topic: where refused records go. All must outlive it;
 * own_options: for the trail. */
struct kafka_intakes *kafka_intakes_new(struct kafka_session *, const struct job *base,
					const struct runtime_options *, const char *dead_topic,
					json_t *own_options);
void kafka_intakes_free(struct kafka_intakes *); /* NULL is fine */

/* For records of this frame. ERR_INPUT: their schema is not known; ERR_DOWN; ERR_FATAL: the stage
 * cannot do with it. */
int kafka_intakes_find(struct kafka_intakes *, const struct kafka_frame *,
		       const struct kafka_message *, struct kafka_intake **, struct err *);
/* Opens its worker; of a sink there is one at a time: another one must have been closed. */
int kafka_intake_open_worker(struct kafka_intake *, struct err *);
/* Closes the worker of a sink: what it has not committed is gone. NULL: none was open. */
void kafka_intakes_close_workers(struct kafka_intakes *);
struct kafka_intake *kafka_intakes_open_one(struct kafka_intakes *); /* with a worker; NULL: none */

/* A message that is no record of any schema known: a dead letter of bytes. */
int kafka_intakes_refuse(struct kafka_intakes *, const struct kafka_message *,
			 const struct err *why, struct err *);
/* What waits for company leaves, or is forgotten. */
int kafka_intakes_flush(struct kafka_intakes *, struct err *);
void kafka_intakes_drop(struct kafka_intakes *);
void kafka_intakes_sum(const struct kafka_intakes *, uint64_t *bytes_out, bool *source_lost);

#endif
