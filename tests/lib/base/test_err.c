#include "base/err.h"
#include "check.h"

static void
an_error_says_its_class_and_grows_in_front(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_set(&err, ERR_RETRY, "could not ask %d times", 3), -1);
	assert_int_equal(err.class, ERR_RETRY);
	assert_int_equal(err_prefix(&err, "file \"%s\": ", "x"), -1);
	assert_string_equal(err.text, "file \"x\": could not ask 3 times");
	assert_int_equal(err.class, ERR_RETRY);
}

static void
a_text_too_long_ends_with_a_whole_character(void **state)
{
	struct err err;
	char text[1024];

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(text); i += 4)
			memcpy(text + i, "\xF0\x9F\x98\x80", 5);
		err_set(&err, ERR_INPUT, "%s", text);
		size_t len = strlen(err.text);
		assert_true(len >= sizeof(err.text) - 1 - 4 && (len - shift) % 4 == 0);
		err_prefix(&err, "%s", "abcd");
		const char *gap = strstr(err.text, "...");
		assert_non_null(gap);
		assert_int_equal((size_t)(gap - err.text) % 4, shift);
		assert_int_equal(strlen(gap + 3) % 4, 0);
	}
}

static void
many_prefixes_leave_the_outermost_and_the_cause(void **state)
{
	struct err err;

	(void)state;
	err_set(&err, ERR_INPUT, "nested more than 64 deep");
	for (int i = 0; i < 300; i++) {
		err_prefix(&err, "field \"%d\": ", i);
		assert_true(strlen(err.text) < sizeof(err.text));
	}
	assert_memory_equal(err.text, "field \"299\": field \"298\": ", 26);
	assert_string_equal(err.text + strlen(err.text) - 35,
			    "field \"0\": nested more than 64 deep");
	assert_null(strstr(strstr(err.text, "...") + 3, "..."));
}

static void
a_text_that_just_fits_stays_whole(void **state)
{
	struct err err;
	char text[sizeof(err.text)];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(text) - 3, "\xC3\xA9", 3);
	err_set(&err, ERR_INPUT, "%s", text);
	assert_string_equal(err.text, text);
}

static void
a_prefix_that_leaves_no_room_leaves_the_cause(void **state)
{
	struct err err;
	char long_name[600];

	(void)state;
	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	err_set(&err, ERR_FATAL, "the cause");
	err_prefix(&err, "%s: ", long_name);
	assert_string_equal(err.text, "the cause");
}

RUN_TESTS(TEST(an_error_says_its_class_and_grows_in_front),
	  TEST(a_text_too_long_ends_with_a_whole_character),
	  TEST(many_prefixes_leave_the_outermost_and_the_cause),
	  TEST(a_text_that_just_fits_stays_whole),
	  TEST(a_prefix_that_leaves_no_room_leaves_the_cause))
