/*
 * run_kafka.h -- a stage whose input is a topic: until it is told to stop.
 *
 * What was put out, what was refused, and how far the input was read become durable together, every
 * --commit-every and whenever partitions are given away. When that fails, all of it is taken back,
 * and the input goes on from where the last commit left it.
 */
#ifndef STAGE_RUN_KAFKA_H
#define STAGE_RUN_KAFKA_H

#include "stage/run_pipe.h"

/* As run_pipe(). */
int run_kafka(struct job *, const struct runtime_options *, json_t *options, struct err *);

#endif
