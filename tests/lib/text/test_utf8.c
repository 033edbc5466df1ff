#include "check.h"
#include "text/utf8.h"

static void
broken_bytes_stop_the_prefix(void **state)
{
	(void)state;
	assert_int_equal(utf8_valid_prefix(STR("ab\xC3")), 2);
	assert_int_equal(utf8_valid_prefix(STR("\xF4\x90\x80\x80")), 0);
	assert_int_equal(utf8_valid_prefix(STR("\xED\xA0\x80")), 0);
	assert_int_equal(utf8_valid_prefix(STR("\xC0\x80")), 0);
	assert_int_equal(utf8_valid_prefix(STR("12345678\xE2\x82\xAC"
					       "12345678\xFF")),
			 19);
	assert_int_equal(utf8_valid_prefix(STR("")), 0);
}

static void
every_code_point_survives_the_way_there_and_back(void **state)
{
	struct buf b = {0};

	(void)state;
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		buf_clear(&b);
		utf8_add(&b, c);
		struct str text = buf_str(&b);
		assert_int_equal(utf8_valid_prefix(text), b.len);
		assert_int_equal(utf8_length(text), 1);
		assert_int_equal(utf8_next(&text), c);
		assert_int_equal(text.len, 0);
	}
	buf_free(&b);
}

/* The examples of the Unicode standard, 3.9, tables 3-8 to 3-11. */
static void
each_maximal_broken_part_becomes_one_replacement(void **state)
{
	static const struct {
		const char *in, *out;
		size_t broken;
	} cases[] = {
		{"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", "????????A", 8},
		{"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", "????????A", 8},
		{"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "?????A??B", 7},
		{"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "????A", 4},
		{"ok", "ok", 0},
	};
	struct buf b = {0}, want = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&b);
		buf_clear(&want);
		for (const char *p = cases[i].out; *p != '\0'; p++)
			if (*p == '?')
				utf8_add(&want, 0xFFFD);
			else
				buf_add_byte(&want, *p);
		assert_int_equal(utf8_repair(&b, str_of(cases[i].in)), cases[i].broken);
		assert_str(buf_str(&b), buf_cstr(&want));
	}
	buf_free(&b);
	buf_free(&want);
}

/* By the definition, a character at a time: what decodes to a scalar value in its shortest form. */
static size_t
slow_prefix(const unsigned char *p, size_t len)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t at = 0;

	while (at < len) {
		size_t n = p[at] < 0x80   ? 1
			   : p[at] < 0xC0 ? 0
			   : p[at] < 0xE0 ? 2
			   : p[at] < 0xF0 ? 3
					  : 4;
		uint32_t c = n == 1 ? p[at] : p[at] & (0x7Fu >> n);
		if (n == 0 || p[at] >= 0xF8 || at + n > len)
			return at;
		for (size_t i = 1; i < n; i++) {
			if ((p[at + i] & 0xC0) != 0x80)
				return at;
			c = c << 6 | (p[at + i] & 0x3F);
		}
		if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
			return at;
		at += n;
	}
	return len;
}

static void
a_break_is_found_wherever_it_is(void **state)
{
	static const uint32_t points[] = {'a',    'z',    0x7F,   0x80,    0x7FF,   0x800,
					  0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF};
	struct buf text = {0};
	uint64_t random = 9;

	(void)state;
	for (size_t round = 0; round < 300000; round++) {
		buf_clear(&text);
		for (size_t i = 0; i < round % 40; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			utf8_add(&text,
				 points[(random >> 33) % (sizeof(points) / sizeof(*points))]);
		}
		for (size_t i = 0; i < round % 3 && text.len > 0; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			text.ptr[(random >> 40) % text.len] = (char)(random >> 32);
		}
		text.len -= text.len > 0 && round % 7 == 0;
		assert_int_equal(utf8_valid_prefix(buf_str(&text)),
				 slow_prefix((const unsigned char *)text.ptr, text.len));
	}
	buf_free(&text);
}

RUN_TESTS(TEST(a_break_is_found_wherever_it_is), TEST(broken_bytes_stop_the_prefix),
	  TEST(every_code_point_survives_the_way_there_and_back),
	  TEST(each_maximal_broken_part_becomes_one_replacement))
