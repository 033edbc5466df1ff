#include "base/clock.h"
#include "check.h"
#include <stdlib.h>

static void
the_environment_stops_the_time_of_day_but_not_intervals(void **state)
{
	(void)state;
	setenv("CHATMILL_NOW", "1700000000123", 1);
	assert_int_equal(clock_now_ms(), 1700000000123);
	assert_int_not_equal(clock_monotonic_ms(), 1700000000123);
	setenv("CHATMILL_NOW", "yesterday", 1);
	assert_int_not_equal(clock_now_ms(), 1700000000123);
	unsetenv("CHATMILL_NOW");
}

static void
time_does_not_run_backwards(void **state)
{
	int64_t before = clock_monotonic_ms();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_monotonic_ms();
		assert_true(now >= before);
		before = now;
	}
	assert_true(clock_now_ms() > 1700000000000);
}

static void
a_set_clock_stands_still(void **state)
{
	(void)state;
	clock_set_ms(-5);
	assert_int_equal(clock_now_ms(), -5);
	assert_int_equal(clock_monotonic_ms(), -5);
	clock_set_ms(42);
	assert_int_equal(clock_now_ms(), 42);
}

RUN_TESTS(TEST(the_environment_stops_the_time_of_day_but_not_intervals),
	  TEST(time_does_not_run_backwards), TEST(a_set_clock_stands_still))
