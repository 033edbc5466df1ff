#include "stage/stage_metrics.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void
open_own(struct stage_metrics *m, const struct stage_def *def, const char *labels)
{
	for (size_t i = 0; def->counters != NULL && def->counters[i].name != NULL; i++) {
		char name[128];
		assert(i < STAGE_COUNTERS);
		snprintf(name, sizeof(name), "chatmill_%s_%s_total", def->name,
			 def->counters[i].name);
		for (char *dash; (dash = strchr(name, '-')) != NULL;)
			*dash = '_';
		m->own[i] = metrics_counter(m->registry, name, labels, def->counters[i].help);
	}
}

static void
open_kafka(struct stage_metrics *m, const char *labels)
{
	m->lag = metrics_gauge(m->registry, "chatmill_lag_messages", labels,
			       "Messages of our partitions behind the last commit.");
	m->partitions = metrics_gauge(m->registry, "chatmill_partitions", labels,
				      "Partitions of the input that are ours.");
	m->rebalances = metrics_counter(m->registry, "chatmill_rebalances_total", labels,
					"Times the group gave us partitions.");
	m->rewinds = metrics_counter(m->registry, "chatmill_rewinds_total", labels,
				     "Times what was not committed was taken back.");
	m->commit = metrics_histogram(m->registry, "chatmill_commit_seconds", labels,
				      "Time a commit takes.");
}

static void
open_restore(struct stage_metrics *m, const char *labels)
{
	m->restored = metrics_counter(m->registry, "chatmill_restored_messages_total", labels,
				      "Messages of changelogs read to know what is remembered.");
	m->restore_left =
		metrics_gauge(m->registry, "chatmill_restore_left_messages", labels,
			      "Messages of the changelog in hand that are still to be read.");
}

void
stage_metrics_open(struct stage_metrics *m, const struct stage_def *def, bool kafka)
{
	char labels[160], build[256];

	m->registry = metrics_new();
	snprintf(labels, sizeof(labels), "stage=\"%.100s\"", def->name);
	snprintf(build, sizeof(build), "%s,version=\"%.30s\"", labels, def->version);
	metric_set(metrics_gauge(m->registry, "chatmill_build_info", build,
				 "Always 1; its labels say which program this is."),
		   1);
	m->ready = metrics_gauge(m->registry, "chatmill_ready", labels, "1 when /readyz says so.");
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
	if (kafka)
		open_kafka(m, labels);
	if (kafka && def->states != NULL)
		open_restore(m, labels);
	open_own(m, def, labels);
}

void
stage_metrics_close(struct stage_metrics *m)
{
	metrics_free(m->registry);
}
