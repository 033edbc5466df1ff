/* metrics.h -- counters, gauges and histograms of a process, in Prometheus' text format (0.0.4).
 * Made before the threads start; changed from any thread without locks. */
#ifndef OBSERVE_METRICS_H
#define OBSERVE_METRICS_H

#include "base/buf.h"
#include <stdatomic.h>

struct metrics; /* a registry */
struct metric {
	_Atomic int64_t value; /* the only member to touch, through the functions below */
};

struct metrics *metrics_new(void);
void metrics_free(struct metrics *);

/* Adds NAME="VALUE" to labels, behind a comma where there are some; the value may hold anything. */
void metrics_label(struct buf *labels, const char *name, const char *value);

/* name: "chatmill_records_in_total"; labels: "stage=\"parse\"" or ""; help: one sentence. All are
 * copied. The same name with other labels is one more series of it (the first help counts). */
struct metric *metrics_counter(struct metrics *, const char *name, const char *labels,
			       const char *help);
struct metric *metrics_gauge(struct metrics *, const char *name, const char *labels,
			     const char *help);

static inline void
metric_add(struct metric *m, int64_t n)
{
	atomic_fetch_add_explicit(&m->value, n, memory_order_relaxed);
}

static inline void
metric_set(struct metric *m, int64_t n)
{
	atomic_store_explicit(&m->value, n, memory_order_relaxed);
}

static inline int64_t
metric_get(const struct metric *m)
{
	return atomic_load_explicit(&m->value, memory_order_relaxed);
}

/* Seconds, in fixed buckets from 1 ms to 10 s. */
struct metric_histogram;
struct metric_histogram *metrics_histogram(struct metrics *, const char *name, const char *labels,
					   const char *help);
void metric_observe_us(struct metric_histogram *, int64_t microseconds);

void metrics_write(struct metrics *, struct buf *); /* the whole page */

#endif
