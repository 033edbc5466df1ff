#include "observe/metrics.h"

#include "base/mem.h"
#include <assert.h>
#include <inttypes.h>

/* Upper bounds in microseconds, and as they are written. */
static const struct {
	int64_t us;
	const char *seconds;
} bounds[] = {{1000, "0.001"},  {2500, "0.0025"},   {5000, "0.005"},  {10000, "0.01"},
	      {25000, "0.025"}, {50000, "0.05"},    {100000, "0.1"},  {250000, "0.25"},
	      {500000, "0.5"},  {1000000, "1"},     {2500000, "2.5"}, {5000000, "5"},
	      {10000000, "10"}, {INT64_MAX, "+Inf"}};
#define BOUNDS (sizeof(bounds) / sizeof(*bounds))

struct metric_histogram {
	_Atomic int64_t counts[BOUNDS]; /* of each bucket alone; written as sums */
	_Atomic int64_t sum_us;
};

enum kind { COUNTER, GAUGE, HISTOGRAM };
static const char *const kind_names[] = {"counter", "gauge", "histogram"};

struct series {
	struct series *next;
	char *labels;
	union {
		struct metric metric;
		struct metric_histogram histogram;
	};
};
struct family { /* the format wants the series of a name together */
	struct family *next;
	char *name, *help;
	enum kind kind;
	struct series *first, **end;
};
struct metrics {
	struct family *first, **end;
};

struct metrics *
metrics_new(void)
{
	struct metrics *m = mem_zero(1, sizeof(*m));

	m->end = &m->first;
	return m;
}

void
metrics_free(struct metrics *m)
{
	if (m == NULL)
		return;
	while (m->first != NULL) {
		struct family *f = m->first;
		while (f->first != NULL) {
			struct series *s = f->first;
			f->first = s->next;
			free(s->labels);
			free(s);
		}
		m->first = f->next;
		free(f->name);
		free(f->help);
		free(f);
	}
	free(m);
}

static void
add_escaped(struct buf *to, const char *text, bool quoted)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			buf_add(to, STR("\\n"));
			continue;
		}
		if (*text == '\\' || (quoted && *text == '"'))
			buf_add_byte(to, '\\');
		buf_add_byte(to, *text);
	}
}

void
metrics_label(struct buf *labels, const char *name, const char *value)
{
	buf_printf(labels, "%s%s=\"", labels->len == 0 ? "" : ",", name);
	add_escaped(labels, value, true);
	buf_add_byte(labels, '"');
}

static struct series *
add_series(struct metrics *m, enum kind kind, const char *name, const char *labels,
	   const char *help)
{
	struct series *s = mem_zero(1, sizeof(*s));
	struct family *f = m->first;

	while (f != NULL && strcmp(f->name, name) != 0)
		f = f->next;
	if (f == NULL) {
		f = mem_zero(1, sizeof(*f));
		f->name = str_dup(str_of(name));
		f->help = str_dup(str_of(help));
		f->kind = kind;
		f->end = &f->first;
		*m->end = f;
		m->end = &f->next;
	}
	assert(f->kind == kind);
	s->labels = str_dup(str_of(labels));
	*f->end = s;
	f->end = &s->next;
	return s;
}

struct metric *
metrics_counter(struct metrics *m, const char *name, const char *labels, const char *help)
{
	return &add_series(m, COUNTER, name, labels, help)->metric;
}

struct metric *
metrics_gauge(struct metrics *m, const char *name, const char *labels, const char *help)
{
	return &add_series(m, GAUGE, name, labels, help)->metric;
}

struct metric_histogram *
metrics_histogram(struct metrics *m, const char *name, const char *labels, const char *help)
{
	return &add_series(m, HISTOGRAM, name, labels, help)->histogram;
}

void
metric_observe_us(struct metric_histogram *h, int64_t microseconds)
{
	size_t i = 0;

	while (microseconds > bounds[i].us)
		i++;
	atomic_fetch_add_explicit(&h->counts[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&h->sum_us, microseconds, memory_order_relaxed);
}

static void
write_number(struct buf *to, const char *name, const char *labels, int64_t value)
{
	if (labels[0] == '\0')
		buf_printf(to, "%s %" PRId64 "\n", name, value);
	else
		buf_printf(to, "%s{%s} %" PRId64 "\n", name, labels, value);
}

static void
write_histogram(struct buf *to, const char *name, const struct series *s)
{
	const char *comma = s->labels[0] == '\0' ? "" : ",";
	int64_t count = 0;

	for (size_t i = 0; i < BOUNDS; i++) {
		count += atomic_load_explicit(&s->histogram.counts[i], memory_order_relaxed);
		buf_printf(to, "%s_bucket{%s%sle=\"%s\"} %" PRId64 "\n", name, s->labels, comma,
			   bounds[i].seconds, count);
	}
	int64_t sum = atomic_load_explicit(&s->histogram.sum_us, memory_order_relaxed);
	buf_printf(to, comma[0] == '\0' ? "%s_sum%s" : "%s_sum{%s}", name, s->labels);
	buf_printf(to, " %.6f\n", (double)sum / 1e6);
	buf_printf(to, comma[0] == '\0' ? "%s_count%s" : "%s_count{%s}", name, s->labels);
	buf_printf(to, " %" PRId64 "\n", count);
}

void
metrics_write(struct metrics *m, struct buf *to)
{
	for (const struct family *f = m->first; f != NULL; f = f->next) {
		buf_printf(to, "# HELP %s ", f->name);
		add_escaped(to, f->help, false);
		buf_printf(to, "\n# TYPE %s %s\n", f->name, kind_names[f->kind]);
		for (const struct series *s = f->first; s != NULL; s = s->next) {
			if (f->kind == HISTOGRAM)
				write_histogram(to, f->name, s);
			else
				write_number(to, f->name, s->labels, metric_get(&s->metric));
		}
	}
}
