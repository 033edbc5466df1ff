#include "check.h"
#include "text/casefold.h"
#include "text/utf8.h"
#include <stdlib.h>
#include <utf8proc.h>

static void
check_folded(struct buf *got, struct str text)
{
	utf8proc_uint8_t *wanted = NULL;
	utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)text.ptr,
					     (utf8proc_ssize_t)text.len, &wanted,
					     UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
						     UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);

	assert_true(size >= 0);
	buf_clear(got);
	casefold_add(got, text);
	assert_true(str_equal(buf_str(got), (struct str){(char *)wanted, (size_t)size}));
	free(wanted);
}

static void
each_character_folds_as_utf8proc_says_alone_and_behind_another(void **state)
{
	struct buf text = {0}, got = {0};

	(void)state;
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		buf_clear(&text);
		utf8_add(&text, c);
		check_folded(&got, buf_str(&text));
		utf8_add(&text, 0x0327); /* marks that are out of order where c is one above */
		check_folded(&got, buf_str(&text));
		utf8_add(&text, 'e');
		utf8_add(&text, c);
		check_folded(&got, buf_str(&text));
	}
	buf_free(&text);
	buf_free(&got);
}

static void
width_composition_and_what_is_invisible_make_no_difference(void **state)
{
	static const char *const pairs[][2] = {
		{"Straße", "strasse"},
		{"ＡＢＣ１", "abc1"},
		{"re\u0301sume\u0301", "résumé"},
		{"می\u200Cخواهم", "میخواهم"},
		{"ПРИВЕТ", "привет"},
	};
	struct buf got = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		buf_clear(&got);
		casefold_add(&got, str_of(pairs[i][0]));
		assert_true(str_equal(buf_str(&got), str_of(pairs[i][1])));
	}
	buf_free(&got);
}

RUN_TESTS(TEST(each_character_folds_as_utf8proc_says_alone_and_behind_another),
	  TEST(width_composition_and_what_is_invisible_make_no_difference))
