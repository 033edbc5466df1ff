#include "../../../stages/parse/civil_time.h"
#include "../../../stages/parse/local_time.h"
#include "check.h"

static int64_t
wall(int year, int month, int day, int hour, int minute)
{
	return (civil_days(year, month, day) * 1440 + hour * 60 + minute) * 60;
}

static void
set_zone(const char *zone)
{
	struct err err;

	assert_ok(local_time_set_zone(zone, &err), err);
}

static void
summer_and_winter_have_their_offsets(void **state)
{
	struct local_time lt = {0};
	int32_t offset;

	(void)state;
	set_zone("Europe/Berlin");
	assert_int_equal(local_time_instant(&lt, wall(2024, 1, 15, 12, 0), &offset), 1705316400);
	assert_int_equal(offset, 60);
	assert_int_equal(local_time_instant(&lt, wall(2024, 7, 15, 12, 0), &offset), 1721037600);
	assert_int_equal(offset, 120);
	set_zone("Asia/Kolkata");
	lt = (struct local_time){0};
	assert_int_equal(local_time_instant(&lt, wall(2024, 7, 15, 12, 0), &offset), 1721025000);
	assert_int_equal(offset, 330);
}

static void
an_hour_that_comes_twice_is_settled_by_order(void **state)
{
	struct local_time lt = {0};
	int32_t offset;

	(void)state;
	set_zone("Europe/Berlin");
	(void)local_time_instant(&lt, wall(2024, 10, 27, 2, 50), &offset);
	assert_int_equal(offset, 120);
	(void)local_time_instant(&lt, wall(2024, 10, 27, 2, 10), &offset);
	assert_int_equal(offset, 60);
	(void)local_time_instant(&lt, wall(2024, 10, 27, 2, 59), &offset);
	assert_int_equal(offset, 60);
	assert_int_equal(lt.impossible, 0);
}

static void
messages_of_one_minute_stay_in_their_hour(void **state)
{
	struct local_time lt = {0};
	int32_t offset;

	(void)state;
	set_zone("Europe/Berlin");
	for (int i = 0; i < 3; i++) {
		(void)local_time_instant(&lt, wall(2024, 10, 27, 2, 10), &offset);
		assert_int_equal(offset, 120);
	}
}

static void
an_hour_that_never_came_goes_on_from_before(void **state)
{
	struct local_time lt = {0};
	int32_t offset;

	(void)state;
	set_zone("Europe/Berlin");
	int64_t last = local_time_instant(&lt, wall(2025, 3, 30, 1, 59), &offset);
	assert_int_equal(local_time_instant(&lt, wall(2025, 3, 30, 2, 0), &offset), last + 60);
	assert_int_equal(lt.impossible, 1);
}

static void
a_zone_that_is_not_there_is_told(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(local_time_set_zone("Europe/Atlantis", &err), -1);
	assert_int_equal(err.class, ERR_FATAL);
	assert_int_equal(local_time_set_zone("../../etc/passwd", &err), -1);
	assert_string_equal(err.text, "\"../../etc/passwd\" is not the name of a time zone");
	assert_int_equal(local_time_set_zone("", &err), -1);
}

RUN_TESTS(TEST(summer_and_winter_have_their_offsets),
	  TEST(an_hour_that_comes_twice_is_settled_by_order),
	  TEST(messages_of_one_minute_stay_in_their_hour),
	  TEST(an_hour_that_never_came_goes_on_from_before), TEST(a_zone_that_is_not_there_is_told))
