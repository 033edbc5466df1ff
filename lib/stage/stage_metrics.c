#include "stage/stage_metrics.h"

#include <stdio.h>

void
stage_metrics_open(struct stage_metrics *m, const char *stage, const char *version)
{
	char labels[160], build[256];

	m->registry = metrics_new();
	snprintf(labels, sizeof(labels), "stage=\"%.100s\"", stage);
	snprintf(build, sizeof(build), "%s,version=\"%.30s\"", labels, version);
	metric_set(metrics_gauge(m->registry, "chatmill_build_info", build,
				 "Always 1; its labels say which program this is."),
		   1);
	m->records_in =
		metrics_counter(m->registry, "chatmill_records_in_total", labels, "Records read.");
	m->records_out = metrics_counter(m->registry, "chatmill_records_out_total", labels,
					 "Records written.");
	m->dropped = metrics_counter(m->registry, "chatmill_records_dropped_total", labels,
				     "Records filtered out on purpose.");
	m->dead_letters = metrics_counter(m->registry, "chatmill_dead_letters_total", labels,
					  "Records and parts of records refused.");
	m->retries = metrics_counter(m->registry, "chatmill_retries_total", labels,
				     "Attempts after the first.");
	m->down = metrics_gauge(m->registry, "chatmill_endpoint_down", labels,
				"Workers that wait for an endpoint to come back.");
	m->bytes_in = metrics_counter(m->registry, "chatmill_input_bytes_total", labels,
				      "Bytes of the input consumed.");
	m->bytes_out = metrics_counter(m->registry, "chatmill_output_bytes_total", labels,
				       "Bytes of the output written.");
	m->damaged_bytes = metrics_counter(m->registry, "chatmill_damaged_bytes_total", labels,
					   "Bytes of the input passed over by --skip-corrupt.");
	m->batch = metrics_histogram(m->registry, "chatmill_batch_seconds", labels,
				     "Time a worker needs for a block.");
}

void
stage_metrics_close(struct stage_metrics *m)
{
	metrics_free(m->registry);
}
