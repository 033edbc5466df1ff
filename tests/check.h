/* check.h -- brings cmocka, and has its results printed as TAP: `ok N - name`. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

/* In the order that cmocka wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/str.h"

#define assert_str(actual, expected) assert_str_at((actual), str_of(expected), __FILE__, __LINE__)
static inline void
assert_str_at(struct str actual, struct str expected, const char *file, int line)
{
	if (!str_equal(actual, expected)) {
		print_error("\"%.*s\" is not \"%.*s\"\n", STR_ARG(actual), STR_ARG(expected));
		_fail(file, line);
	}
}

/* A call that must succeed: shows its error when it doesn't. */
#define assert_ok(call, err)                                                                       \
	do {                                                                                       \
		if ((call) != 0) {                                                                 \
			print_error("%s: %s\n", #call, (err).text);                                \
			_fail(__FILE__, __LINE__);                                                 \
		}                                                                                  \
	} while (0)

/* Leaves the test, aloud: cmocka says `not ok N # SKIP name`, which tests/units puts right. */
#define SKIP(why)                                                                                  \
	do {                                                                                       \
		print_message("# %s\n", why);                                                      \
		skip();                                                                            \
	} while (0)

#define RUN_TESTS(...) RUN_TESTS_WITH(NULL, NULL, __VA_ARGS__)
/* set_up and tear_down run once, before and after all; NULL: nothing. */
#define RUN_TESTS_WITH(set_up, tear_down, ...)                                                     \
	int main(void)                                                                             \
	{                                                                                          \
		const struct CMUnitTest tests[] = {__VA_ARGS__};                                   \
		cmocka_set_message_output(CM_OUTPUT_TAP);                                          \
		return cmocka_run_group_tests(tests, set_up, tear_down);                           \
	}
#define TEST(name) cmocka_unit_test(name)

#endif
