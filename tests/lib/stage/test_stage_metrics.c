#include "check.h"
#include "stage/stage_metrics.h"

static const struct stage_counter counters[] = {
	{"cups", "Cups of tea."}, {"spoons", "Of sugar."}, {0}};

static void
what_a_stage_counts_itself_has_its_name(void **state)
{
	struct stage_metrics m = {0};
	struct buf page = {0};

	(void)state;
	stage_metrics_open(
		&m, &(struct stage_def){.name = "make-tea", .version = "1", .counters = counters},
		false);
	metric_add(m.own[1], 3);
	metrics_write(m.registry, &page);
	assert_non_null(
		strstr(buf_cstr(&page), "\nchatmill_make_tea_cups_total{stage=\"make-tea\"} 0\n"));
	assert_non_null(strstr(buf_cstr(&page),
			       "\nchatmill_make_tea_spoons_total{stage=\"make-tea\"} 3\n"));
	stage_metrics_close(&m);
	buf_free(&page);
}

static void
a_stage_that_counts_nothing_has_only_the_common_ones(void **state)
{
	struct stage_metrics m = {0};
	struct buf page = {0};

	(void)state;
	stage_metrics_open(&m, &(struct stage_def){.name = "tea", .version = "1"}, false);
	metrics_write(m.registry, &page);
	assert_null(strstr(buf_cstr(&page), "chatmill_tea_"));
	stage_metrics_close(&m);
	buf_free(&page);
}

RUN_TESTS(TEST(what_a_stage_counts_itself_has_its_name),
	  TEST(a_stage_that_counts_nothing_has_only_the_common_ones))
