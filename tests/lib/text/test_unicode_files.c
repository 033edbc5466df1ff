/* Unicode's own tests, as Debian's package unicode-data installs them. */
#include "check.h"

#include "text/graphemes.h"
#include "text/utf8.h"
#include "text/word_breaks.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define FOLDER "/usr/share/unicode/"

static FILE *
open_or_skip(const char *path)
{
	FILE *f = fopen(path, "r");

	if (f == NULL)
		SKIP("the package unicode-data is not installed");
	return f;
}

/* A line of a break test, "÷ 0061 × 0308 ÷": its text, and where it may be broken, in bytes; false:
 * it has none. */
static bool
read_breaks(char *line, struct buf *text, bool breaks[static 1024])
{
	char *mark = strtok_r(line, " \t#\n", &line);

	buf_clear(text);
	memset(breaks, 0, 1024);
	if (mark == NULL || (strcmp(mark, "÷") != 0 && strcmp(mark, "×") != 0))
		return false;
	for (;;) {
		char *hex = strtok_r(NULL, " \t#\n", &line);
		char *next = hex == NULL ? NULL : strtok_r(NULL, " \t#\n", &line);
		if (next == NULL || (strcmp(next, "÷") != 0 && strcmp(next, "×") != 0))
			return true;
		utf8_add(text, (uint32_t)strtoul(hex, NULL, 16));
		assert_true(text->len < 1024);
		breaks[text->len] = strcmp(next, "÷") == 0;
	}
}

static void
check_breaks(const char *path, size_t least, size_t (*size_of)(struct str))
{
	FILE *f = open_or_skip(path);
	char *line = NULL;
	size_t room = 0, lines = 0;
	struct buf text = {0};
	bool wanted[1024], got[1024];

	while (getline(&line, &room, f) > 0) {
		if (line[0] == '#' || !read_breaks(line, &text, wanted))
			continue;
		memset(got, 0, sizeof(got));
		for (struct str rest = buf_str(&text); rest.len > 0;) {
			rest = str_tail(rest, size_of(rest));
			got[text.len - rest.len] = true;
		}
		lines++;
		if (memcmp(wanted, got, sizeof(got)) != 0)
			fail_msg("line %zu of %s: %.*s", lines, path, STR_ARG(buf_str(&text)));
	}
	assert_true(lines >= least);
	free(line);
	buf_free(&text);
	(void)fclose(f);
}

static void
words_break_as_unicode_says(void **state)
{
	(void)state;
	check_breaks(FOLDER "auxiliary/WordBreakTest.txt", 1800, word_break_size);
}

static void
graphemes_break_as_unicode_says(void **state)
{
	(void)state;
	check_breaks(FOLDER "auxiliary/GraphemeBreakTest.txt", 600, grapheme_size);
}

static void
each_emoji_of_unicode_is_one_grapheme(void **state)
{
	FILE *f = open_or_skip(FOLDER "emoji/emoji-test.txt");
	char *line = NULL;
	size_t room = 0, lines = 0;
	struct buf text = {0};

	(void)state;
	while (getline(&line, &room, f) > 0) {
		char *at = line, *end;
		buf_clear(&text);
		for (unsigned long c; (c = strtoul(at, &end, 16)) != 0 && end != at; at = end)
			utf8_add(&text, (uint32_t)c);
		if (line[0] == '#' || text.len == 0)
			continue;
		lines++;
		assert_int_equal(grapheme_size(buf_str(&text)), text.len);
		assert_int_equal(word_break_size(buf_str(&text)), text.len);
	}
	assert_true(lines >= 4000);
	free(line);
	buf_free(&text);
	(void)fclose(f);
}

RUN_TESTS(TEST(words_break_as_unicode_says), TEST(graphemes_break_as_unicode_says),
	  TEST(each_emoji_of_unicode_is_one_grapheme))
