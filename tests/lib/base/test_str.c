#include "base/str.h"
#include "check.h"
#include <stdlib.h>

static void
no_string_and_an_empty_one_are_equal(void **state)
{
	(void)state;
	assert_true(str_equal(str_of(NULL), STR("")));
	assert_int_equal(str_compare(str_of(NULL), STR("")), 0);
	assert_true(str_starts(STR("a"), str_of(NULL)));
	assert_true(str_ends(str_of(NULL), STR("")));
	assert_int_equal(str_trim(str_of(NULL)).len, 0);
}

static void
order_is_that_of_bytes_and_a_beginning_comes_first(void **state)
{
	(void)state;
	assert_true(str_compare(STR("a"), STR("ab")) < 0);
	assert_true(str_compare(STR("b"), STR("ab")) > 0);
	assert_true(str_compare(STR("\xFF"), STR("a")) > 0);
	assert_true(str_compare(STR("a\0b"), STR("a\0c")) < 0);
	assert_int_equal(str_compare(STR("ab"), STR("ab")), 0);
}

static void
beginnings_and_ends_are_recognised(void **state)
{
	(void)state;
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_false(str_ends(STR("bc"), STR("abc")));
}

static void
what_is_not_there_is_found_at_the_end(void **state)
{
	(void)state;
	char text[600];

	/* what is short and what is long is looked through in two ways */
	memset(text, 'a', sizeof(text));
	for (size_t len = 3; len <= sizeof(text); len += 199) {
		struct str s = {text, len};
		assert_int_equal(str_find(s, STR("aab")), len);
		text[len - 1] = 'b';
		assert_int_equal(str_find(s, STR("aab")), len - 3);
		assert_int_equal(str_find(str_head(s, len - 1), STR("aab")), len - 1);
		text[len - 1] = 'a';
	}
	assert_int_equal(str_find(STR("abcabc"), STR("ca")), 2);
	assert_int_equal(str_find(STR("abc"), STR("x")), 3);
	assert_int_equal(str_find(STR("abc"), STR("")), 0);
	assert_int_equal(str_find(str_of(NULL), STR("x")), 0);
}

static void
cutting_takes_the_separator_and_ends_with_the_rest(void **state)
{
	struct str s = STR("a,,b");

	(void)state;
	assert_str(str_cut(&s, ','), "a");
	assert_str(str_cut(&s, ','), "");
	assert_str(str_cut(&s, ','), "b");
	assert_int_equal(s.len, 0);
	assert_str(str_cut(&s, ','), "");
}

static void
trimming_takes_ascii_space_only(void **state)
{
	(void)state;
	assert_str(str_trim(STR(" \t\r\n\v\f a b \n")), "a b");
	assert_str(str_trim(STR("\xC2\xA0"
				"a")),
		   "\xC2\xA0"
		   "a");
	assert_int_equal(str_trim(STR(" \n ")).len, 0);
}

static void
only_a_plain_number_is_a_number(void **state)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "+1", "-1", "0x1", "1.", "18446744073709551616", "1e3"};
	uint64_t value;

	(void)state;
	assert_true(str_to_u64(STR("0"), &value) && value == 0);
	assert_true(str_to_u64(STR("007"), &value) && value == 7);
	assert_true(str_to_u64(STR("18446744073709551615"), &value) && value == UINT64_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(str_to_u64(str_of(bad[i]), &value));
}

static void
the_beginning_of_a_character_goes_and_a_whole_one_stays(void **state)
{
	(void)state;
	for (size_t len = 2; len <= 4; len++) { /* two to four bytes of an "e" and a character */
		struct str cut = str_head(STR("e\xF0\x9F\x98\x80"), len);
		assert_str(str_whole(cut), "e");
	}
	assert_str(str_whole(STR("e\xF0\x9F\x98\x80")), "e\xF0\x9F\x98\x80");
	assert_str(str_whole(STR("\xE2\x82")), "");
	assert_str(str_whole(STR("\x80\x80\x80\x80")), "\x80\x80\x80\x80"); /* not ours to judge */
	assert_int_equal(str_whole((struct str){0}).len, 0);
}

static void
a_copy_ends_with_a_nul(void **state)
{
	char *copy = str_dup(str_head(STR("abc"), 2));

	(void)state;
	assert_string_equal(copy, "ab");
	free(copy);
	copy = str_dup(str_of(NULL));
	assert_string_equal(copy, "");
	free(copy);
}

RUN_TESTS(TEST(no_string_and_an_empty_one_are_equal),
	  TEST(order_is_that_of_bytes_and_a_beginning_comes_first),
	  TEST(beginnings_and_ends_are_recognised), TEST(what_is_not_there_is_found_at_the_end),
	  TEST(cutting_takes_the_separator_and_ends_with_the_rest),
	  TEST(trimming_takes_ascii_space_only), TEST(only_a_plain_number_is_a_number),
	  TEST(the_beginning_of_a_character_goes_and_a_whole_one_stays),
	  TEST(a_copy_ends_with_a_nul))
