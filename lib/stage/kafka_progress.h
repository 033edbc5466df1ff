/*
 * kafka_progress.h -- how far the input was read: partitions come and go, what was done is
 * committed, and when that cannot be, all is as it was at the last commit.
 */
#ifndef STAGE_KAFKA_PROGRESS_H
#define STAGE_KAFKA_PROGRESS_H

#include "stage/kafka_memory.h"
#include "stage/kafka_position.h"
#include "transport/kafka_consumer.h"

#define KAFKA_HOLD_MS 1000 /* between two services of the group while records take their time */

/* next: nothing to be committed */
#define KAFKA_NOTHING INT64_MIN

struct kafka_part { /* of the input, while it is ours */
	char *topic;
	int32_t partition;
	int64_t next; /* to be committed; or KAFKA_NOTHING */
	int64_t done; /* what comes before it is committed; or KAFKA_NOTHING: unknown */
	struct kafka_memory *memory; /* of a stage that remembers; NULL: not opened */
	bool asked;                  /* the sink was, for its place */
	struct kafka_position kept;  /* what it said */
	int64_t from;                /* the input goes to there: what comes before is passed over */
	bool sought;                 /* what else was polled together is of before it went there */
	bool expects;                /* first, what is before there: is it what the sink took? */
	bool met;                    /* it is */
	char mark[KAFKA_MARK];       /* of the message before next; of a sink that keeps places */
};

struct kafka_run {
	struct job_pause pause; /* the first: a pointer to it is one to the run */
	struct job *job;
	const struct runtime_options *options;
	struct kafka_session session;
	struct kafka_endpoint in;
	struct kafka_consumer *consumer;
	struct kafka_intakes *intakes;
	struct buf dead_topic;
	struct output *stream; /* of --out that is not on Kafka */
	struct avro_schema *stream_schema;
	struct kafka_part *parts;
	size_t part_count, part_room;
	struct kafka_memory **gone; /* of partitions given away while a record was in hand */
	size_t gone_count, gone_room;
	struct batch batch;
	struct buf offsets, ends, scratch;
	char input_name[300];
	int64_t commit_every, committed_ms, held_ms, tended_ms, lag_ms;
	bool taken;        /* something since the last commit */
	bool busy;         /* a record is in hand: nothing can be committed */
	bool keeps_places; /* the sink: they are in what it writes to, and nowhere else */
	bool astray;
	bool down; /* that is why: an endpoint is away */
	bool unready;
	struct err failed; /* in a callback: ends the run */
};

bool kafka_run_is_sink(const struct kafka_run *);

struct kafka_part *kafka_part_find(struct kafka_run *, const char *topic, int32_t partition);
void kafka_parts_forget(struct kafka_run *);
/* What is remembered of each partition that is ours is opened where it is not: for stages that
 * remember. */
void kafka_parts_remember(struct kafka_run *);
struct kafka_rebalance kafka_run_rebalance(struct kafka_run *);

/* What goes wrong leads astray, or, where it is ERR_FATAL, to the end of the run. */
void kafka_run_lead_astray(struct kafka_run *, const struct err *why);
void kafka_run_commit(struct kafka_run *);
void kafka_run_show_lag(struct kafka_run *);      /* also when nothing is committed; costs little */
bool kafka_run_is_over(const struct kafka_run *); /* for now: nothing more is to be taken */
/* Until it is done, or the user has enough. */
void kafka_run_find_the_way_back(struct kafka_run *);
void kafka_run_set_ready(struct kafka_run *, bool ready);

struct job_pause kafka_run_pause(void);

#endif
