/* stage_metrics.h -- what every stage counts, under the names that docs/metrics.md explains. */
#ifndef STAGE_STAGE_METRICS_H
#define STAGE_STAGE_METRICS_H

#include "observe/metrics.h"
#include "stage/stage.h"

struct stage_metrics {
	struct metrics *registry;
	struct metric *ready, *records_in, *records_out, *dropped, *dead_letters, *retries, *down;
	struct metric *bytes_in, *bytes_out, *damaged_bytes;
	struct metric_histogram *batch;
	struct metric *lag, *partitions, *rebalances, *rewinds; /* on Kafka */
	struct metric_histogram *commit;
	struct metric *restored, *restore_left; /* of a stage that remembers */
	struct metric *own[STAGE_COUNTERS];     /* by the row of the declaration's counters */
};

/* kafka: also what only a topic has. */
void stage_metrics_open(struct stage_metrics *, const struct stage_def *, bool kafka);
void stage_metrics_close(struct stage_metrics *);

#endif
