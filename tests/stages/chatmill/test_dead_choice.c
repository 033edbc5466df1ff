#include "check.h"

#include "../../../stages/chatmill/dead_choice.h"

#define NOW INT64_C(1764360000000) /* 2025-11-28T20:00:00Z */

static void
assert_time(const char *text, int64_t expected)
{
	struct err err = {0};
	int64_t ms;

	if (dead_choice_time(text, NOW, &ms, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(ms, expected);
}

static void
times_are_dates_or_how_long_ago(void **state)
{
	(void)state;
	assert_time("2025-11-28T20:00", NOW);
	assert_time("2025-11-28T20:00:07Z", NOW + 7000);
	assert_time("2025-11-28", NOW - INT64_C(72000000));
	assert_time("90m", NOW - INT64_C(5400000));
	assert_time("3d", NOW - INT64_C(259200000));
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {"",   "yesterday", "2025-13-01", "2025-11-28T20:00x",
					  "5w", "-1h",       "h",          "99999999999999999999d"};
	struct err err = {0};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(dead_choice_time(bad[i], NOW, &ms, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
}

static void
all_that_was_asked_for_must_hold(void **state)
{
	const struct dead_reason why = {
		.stage = STR("parse"), .reason = STR("block 17 is bad"), .class = STR("input")};
	struct dead_choice all = {.since_ms = INT64_MIN, .until_ms = INT64_MAX}, c = all;

	(void)state;
	assert_true(dead_choice_has(&all, &why, NOW));
	c.stage = "parse";
	c.class = "input";
	c.reason = "17 is";
	c.since_ms = NOW;
	c.until_ms = NOW + 1;
	assert_true(dead_choice_has(&c, &why, NOW));
	assert_false(dead_choice_has(&c, &why, NOW - 1));
	assert_false(dead_choice_has(&c, &why, NOW + 1));
	c.reason = "18";
	assert_false(dead_choice_has(&c, &why, NOW));
	c = all;
	c.stage = "pars";
	assert_false(dead_choice_has(&c, &why, NOW));
	c = all;
	c.class = "retry";
	assert_false(dead_choice_has(&c, &why, NOW));
}

static void
reasons_that_differ_in_numbers_are_one_sort(void **state)
{
	struct buf one = {0}, other = {0};

	(void)state;
	dead_choice_sort(STR("block 0, byte 170"), &one);
	dead_choice_sort(STR("block 12, byte 9"), &other);
	assert_string_equal(buf_cstr(&one), "block #, byte #");
	assert_string_equal(buf_cstr(&other), "block #, byte #");
	buf_free(&one);
	buf_free(&other);
}

RUN_TESTS(TEST(times_are_dates_or_how_long_ago), TEST(what_is_no_time_is_refused),
	  TEST(all_that_was_asked_for_must_hold), TEST(reasons_that_differ_in_numbers_are_one_sort))
