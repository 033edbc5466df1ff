/* stage_metrics.h -- what every stage counts, under the names that docs/metrics.md explains. */
#ifndef STAGE_STAGE_METRICS_H
#define STAGE_STAGE_METRICS_H

#include "observe/metrics.h"

struct stage_metrics {
	struct metrics *registry;
	struct metric *records_in, *records_out, *dropped, *dead_letters, *retries, *down;
	struct metric *bytes_in, *bytes_out, *damaged_bytes;
	struct metric_histogram *batch;
};

void stage_metrics_open(struct stage_metrics *, const char *stage, const char *version);
void stage_metrics_close(struct stage_metrics *);

#endif
