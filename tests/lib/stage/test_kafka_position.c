#include "check.h"
#include "stage/kafka_position.h"

static struct kafka_position
read_one(const char *text)
{
	struct kafka_position p;
	struct err err = {0};

	assert_int_equal(kafka_position_read(str_of(text), &p, &err), 0);
	return p;
}

static void
assert_none(const char *text)
{
	struct kafka_position p;
	struct err err = {0};

	assert_int_equal(kafka_position_read(str_of(text), &p, &err), -1);
	assert_int_equal(err.class, ERR_FATAL);
}

static const struct kafka_message message = {
	.timestamp_ms = 1700000000123, .key = {"k", 1}, .value = {"value", 5}};

static void
a_position_is_read_as_it_was_written(void **state)
{
	struct kafka_position p = {.offset = INT64_MAX};
	struct buf text = {0};

	(void)state;
	kafka_position_mark(p.mark, &message);
	kafka_position_write(&text, &p);
	struct kafka_position again = read_one(buf_cstr(&text));
	assert_true(again.offset == INT64_MAX);
	assert_string_equal(again.mark, p.mark);
	assert_true(text.len < 255);
	buf_free(&text);
}

static void
one_without_a_mark_is_an_offset_alone(void **state)
{
	struct kafka_position p = read_one("200");
	struct buf text = {0};

	(void)state;
	assert_int_equal(p.offset, 200);
	assert_string_equal(p.mark, "");
	kafka_position_write(&text, &p);
	assert_string_equal(buf_cstr(&text), "200");
	buf_free(&text);
}

static void
what_is_no_position_is_an_error(void **state)
{
	(void)state;
	assert_none("");
	assert_none("-1");
	assert_none("9223372036854775808");
	assert_none("7@");
	assert_none("7@0123");
	assert_none("@0123456789abcdef0123456789abcdef");
	assert_none("7@0123456789abcdef0123456789abcdef0");
}

static void
a_mark_stays_the_same_for_ever(void **state)
{
	char mark[KAFKA_MARK];

	(void)state;
	kafka_position_mark(mark, &message);
	assert_string_equal(mark, "224ef7173cb875923680e01e4e6137f2");
}

static void
messages_of_another_time_key_or_value_have_another_mark(void **state)
{
	struct kafka_message others[] = {message, message, message, message};
	char mark[KAFKA_MARK], other[KAFKA_MARK];

	(void)state;
	others[0].timestamp_ms++;
	others[1].key = STR("l");
	others[2].value = STR("valve");
	others[3].value = (struct str){NULL, 0};
	kafka_position_mark(mark, &message);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		kafka_position_mark(other, &others[i]);
		assert_string_not_equal(mark, other);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_position_is_read_as_it_was_written),
		cmocka_unit_test(one_without_a_mark_is_an_offset_alone),
		cmocka_unit_test(what_is_no_position_is_an_error),
		cmocka_unit_test(a_mark_stays_the_same_for_ever),
		cmocka_unit_test(messages_of_another_time_key_or_value_have_another_mark),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
