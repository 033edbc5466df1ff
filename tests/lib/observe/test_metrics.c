#include "check.h"
#include "observe/metrics.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void
series_of_a_name_stand_together_under_one_help(void **state)
{
	struct metrics *m = metrics_new();
	struct buf page = {0};

	(void)state;
	struct metric *parse =
		metrics_counter(m, "chatmill_in_total", "stage=\"parse\"", "Records read.");
	struct metric *depth = metrics_gauge(m, "chatmill_queue_depth", "", "Batches waiting.");
	struct metric *sink = metrics_counter(m, "chatmill_in_total", "stage=\"sink\"", "Other.");
	metric_add(parse, 2);
	metric_add(parse, 40);
	metric_add(sink, 1);
	metric_set(depth, -3);
	assert_int_equal(metric_get(parse), 42);
	metrics_write(m, &page);
	assert_str(buf_str(&page), "# HELP chatmill_in_total Records read.\n"
				   "# TYPE chatmill_in_total counter\n"
				   "chatmill_in_total{stage=\"parse\"} 42\n"
				   "chatmill_in_total{stage=\"sink\"} 1\n"
				   "# HELP chatmill_queue_depth Batches waiting.\n"
				   "# TYPE chatmill_queue_depth gauge\n"
				   "chatmill_queue_depth -3\n");
	buf_free(&page);
	metrics_free(m);
}

static void
what_would_break_a_line_is_escaped(void **state)
{
	struct metrics *m = metrics_new();
	struct buf labels = {0}, page = {0};

	(void)state;
	metrics_label(&labels, "topic", "a\"b\\c\nd");
	metrics_label(&labels, "stage", "sink");
	assert_str(buf_str(&labels), "topic=\"a\\\"b\\\\c\\nd\",stage=\"sink\"");
	metrics_gauge(m, "g", buf_cstr(&labels), "A \"quoted\" \\ and\nbroken help.");
	metrics_write(m, &page);
	assert_str(buf_str(&page), "# HELP g A \"quoted\" \\\\ and\\nbroken help.\n"
				   "# TYPE g gauge\n"
				   "g{topic=\"a\\\"b\\\\c\\nd\",stage=\"sink\"} 0\n");
	buf_free(&labels);
	buf_free(&page);
	metrics_free(m);
}

static void
a_histogram_counts_each_bucket_and_all_below_it(void **state)
{
	struct metrics *m = metrics_new();
	struct metric_histogram *plain = metrics_histogram(m, "h_seconds", "", "How long.");
	struct metric_histogram *other = metrics_histogram(m, "h_seconds", "a=\"b\"", "How long.");
	struct buf page = {0};

	(void)state;
	metric_observe_us(plain, 0);
	metric_observe_us(plain, 1000); /* bounds are inclusive */
	metric_observe_us(plain, 1001);
	metric_observe_us(plain, 60000000);
	metric_observe_us(other, 500000);
	metrics_write(m, &page);
	assert_str(buf_str(&page), "# HELP h_seconds How long.\n"
				   "# TYPE h_seconds histogram\n"
				   "h_seconds_bucket{le=\"0.001\"} 2\n"
				   "h_seconds_bucket{le=\"0.0025\"} 3\n"
				   "h_seconds_bucket{le=\"0.005\"} 3\n"
				   "h_seconds_bucket{le=\"0.01\"} 3\n"
				   "h_seconds_bucket{le=\"0.025\"} 3\n"
				   "h_seconds_bucket{le=\"0.05\"} 3\n"
				   "h_seconds_bucket{le=\"0.1\"} 3\n"
				   "h_seconds_bucket{le=\"0.25\"} 3\n"
				   "h_seconds_bucket{le=\"0.5\"} 3\n"
				   "h_seconds_bucket{le=\"1\"} 3\n"
				   "h_seconds_bucket{le=\"2.5\"} 3\n"
				   "h_seconds_bucket{le=\"5\"} 3\n"
				   "h_seconds_bucket{le=\"10\"} 3\n"
				   "h_seconds_bucket{le=\"+Inf\"} 4\n"
				   "h_seconds_sum 60.002001\n"
				   "h_seconds_count 4\n"
				   "h_seconds_bucket{a=\"b\",le=\"0.001\"} 0\n"
				   "h_seconds_bucket{a=\"b\",le=\"0.0025\"} 0\n"
				   "h_seconds_bucket{a=\"b\",le=\"0.005\"} 0\n"
				   "h_seconds_bucket{a=\"b\",le=\"0.01\"} 0\n"
				   "h_seconds_bucket{a=\"b\",le=\"0.025\"} 0\n"
				   "h_seconds_bucket{a=\"b\",le=\"0.05\"} 0\n"
				   "h_seconds_bucket{a=\"b\",le=\"0.1\"} 0\n"
				   "h_seconds_bucket{a=\"b\",le=\"0.25\"} 0\n"
				   "h_seconds_bucket{a=\"b\",le=\"0.5\"} 1\n"
				   "h_seconds_bucket{a=\"b\",le=\"1\"} 1\n"
				   "h_seconds_bucket{a=\"b\",le=\"2.5\"} 1\n"
				   "h_seconds_bucket{a=\"b\",le=\"5\"} 1\n"
				   "h_seconds_bucket{a=\"b\",le=\"10\"} 1\n"
				   "h_seconds_bucket{a=\"b\",le=\"+Inf\"} 1\n"
				   "h_seconds_sum{a=\"b\"} 0.500000\n"
				   "h_seconds_count{a=\"b\"} 1\n");
	buf_free(&page);
	metrics_free(m);
}

struct both {
	struct metric *counter;
	struct metric_histogram *histogram;
};

static void *
count_up(void *with)
{
	const struct both *both = with;

	for (int i = 0; i < 10000; i++) {
		metric_add(both->counter, 1);
		metric_observe_us(both->histogram, i);
	}
	return NULL;
}

static void
nothing_is_lost_between_threads(void **state)
{
	struct metrics *m = metrics_new();
	struct both both = {metrics_counter(m, "c_total", "", "Counted."),
			    metrics_histogram(m, "h_seconds", "", "Timed.")};
	pthread_t threads[4];
	struct buf page = {0};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_up, &both), 0);
	for (int i = 0; i < 100; i++) {
		buf_clear(&page);
		metrics_write(m, &page);
	}
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(metric_get(both.counter), 40000);
	buf_clear(&page);
	metrics_write(m, &page);
	assert_non_null(strstr(buf_cstr(&page), "h_seconds_count 40000\n"));
	buf_free(&page);
	metrics_free(m);
}

static void
prometheus_own_checker_finds_nothing_to_say(void **state)
{
	struct metrics *m = metrics_new();
	struct buf labels = {0}, page = {0};

	(void)state;
	if (system("promtool --version >/dev/null 2>&1") != 0) {
		metrics_free(m);
		SKIP("promtool is not installed");
	}
	metrics_label(&labels, "topic", "a\"b\\c\nd");
	metric_add(metrics_counter(m, "chatmill_in_total", buf_cstr(&labels), "Records read."), 7);
	metrics_gauge(m, "chatmill_ready", "", "Whether work is taken.");
	metric_observe_us(metrics_histogram(m, "chatmill_batch_seconds", buf_cstr(&labels),
					    "Time for a \\ batch."),
			  1500);
	metrics_write(m, &page);
	FILE *checker = popen("promtool check metrics", "w");
	assert_non_null(checker);
	assert_int_equal(fwrite(page.ptr, 1, page.len, checker), page.len);
	assert_int_equal(pclose(checker), 0);
	buf_free(&labels);
	buf_free(&page);
	metrics_free(m);
}

RUN_TESTS(TEST(series_of_a_name_stand_together_under_one_help),
	  TEST(what_would_break_a_line_is_escaped),
	  TEST(a_histogram_counts_each_bucket_and_all_below_it),
	  TEST(nothing_is_lost_between_threads), TEST(prometheus_own_checker_finds_nothing_to_say))
