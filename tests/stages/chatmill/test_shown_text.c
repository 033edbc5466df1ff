#include "check.h"

#include "../../../stages/chatmill/shown_text.h"

static void
assert_shown(const char *text, size_t widest, const char *expected)
{
	struct buf shown = {0};

	shown_text_add(&shown, str_of(text), widest);
	assert_str(buf_str(&shown), expected);
	buf_free(&shown);
}

static void
what_a_terminal_would_obey_is_shown_as_a_question_mark(void **state)
{
	(void)state;
	assert_shown("a\033[31mb\r\nc\x7F\xC2\x9B"
		     "d",
		     0, "a?[31mb??c??d");
	assert_shown("\u202Eevil\u2066\u2028x", 0, "?evil??x");
	assert_shown("Zoë \u05D0\u200F", 0, "Zoë \u05D0\u200F");
	assert_shown("bad\xFF", 0, "bad\uFFFD");
}

static void
what_is_too_long_is_cut_at_a_whole_character(void **state)
{
	(void)state;
	assert_shown("äöü", 3, "äöü");
	assert_shown("äöüß", 3, "äö\u2026");
	assert_shown("", 3, "");
}

RUN_TESTS(TEST(what_a_terminal_would_obey_is_shown_as_a_question_mark),
	  TEST(what_is_too_long_is_cut_at_a_whole_character))
