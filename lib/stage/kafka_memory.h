/*
 * kafka_memory.h -- what a stage remembers of one partition of its input: on disk, for speed, and
 * in a compacted topic, for good.
 *
 * The topic is GROUP.TOPIC.changelog, with a partition for each of the input's. It is written in
 * the transaction of what the changes came from; the disk follows behind the commit. Whoever gets
 * the partition reads what of the changelog its disk lacks, and goes on.
 */
#ifndef STAGE_KAFKA_MEMORY_H
#define STAGE_KAFKA_MEMORY_H

#include "stage/kafka_intake.h"

struct kafka_memory;

/* GROUP.TOPIC.changelog */
void kafka_memory_name(const char *group, const char *topic, struct buf *name);
/* Makes the changelogs of these topics. ERR_FATAL, ERR_DOWN. */
int kafka_memory_prepare(struct kafka_session *, const char *const *topics, struct err *);

/* Opens the disk and restores it, which may take a while: pause->breathe is asked meanwhile.
 * folder: NULL is a temporary one. ERR_RETRY: given up; ERR_DOWN; ERR_FATAL. */
struct kafka_memory *kafka_memory_open(struct kafka_session *, const struct stage_def *,
				       const char *folder, const char *topic, int32_t partition,
				       struct job_pause *, struct stage_metrics *, struct err *);
void kafka_memory_close(struct kafka_memory *); /* what is not committed is gone; NULL is fine */

/* The partition's worker, made with the first record, for records of this intake; NULL: err. */
struct stage *kafka_memory_worker(struct kafka_memory *, struct kafka_intake *, struct err *);
struct stage *kafka_memory_open_worker(const struct kafka_memory *); /* NULL: no record came yet */

/* What changed goes to the changelog, before the commit; behind it, to the disk. */
int kafka_memory_flush(struct kafka_memory *, struct err *);
int kafka_memory_commit(struct kafka_memory *, struct err *);
/* As it was at the last commit. -1: it must be closed. */
int kafka_memory_rewind(struct kafka_memory *, struct err *);

#endif
