#include "../../../stages/parse/text_signs.h"
#include "base/mem.h"
#include "check.h"
#include "text/utf8.h"

/* A generator of one's own, so that a failure comes again. */
static uint32_t
draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static uint32_t
draw_character(uint64_t *state)
{
	static const uint32_t edges[] = {0x7F,   0x80,   0x7FF,   0x800,   0xFFF,   0x200E,  0xD7FF,
					 0xE000, 0xFEFF, 0x10000, 0x3FFFF, 0x40000, 0x10FFFF};
	static const uint32_t ranges[][2] = {
		{'a', 26}, {0x80, 0x780}, {0x800, 0xD000}, {0x10000, 0x100000}};
	uint32_t which = draw(state) % 5, n = draw(state);

	return which == 4 ? edges[n % (sizeof(edges) / sizeof(edges[0]))]
			  : ranges[which][0] + n % ranges[which][1];
}

/* By looking at each byte, and as lib/text has it. */
static unsigned
signs_one_by_one(struct str text)
{
	unsigned signs = utf8_valid_prefix(text) < text.len ? SIGN_BROKEN : 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		signs |= (c >= 0x80 ? SIGN_BEYOND_ASCII : 0u) |
			 (c == 0xE2 || c == 0xEF ? SIGN_MARK : 0u) |
			 (c == '\r' ? SIGN_RETURN : 0u) | (c == '@' ? SIGN_AT : 0u) |
			 (c == ':' ? SIGN_COLON : 0u) | (c == '\0' ? SIGN_NUL : 0u) |
			 (c == '\n' ? SIGN_LINE : 0u);
	}
	return signs;
}

static void
signs_are_those_of_each_byte_wherever_it_stands(void **state)
{
	static const unsigned char rare[] = {0x00, '\n', '\r', '@',  ':',  0x80, 0x8F, 0x90,
					     0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
					     0xE2, 0xED, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF};
	uint64_t seed = 1;
	size_t broken = 0, rounds = 60000;
	struct buf text = {0};

	(void)state;
	for (size_t round = 0; round < rounds; round++) {
		buf_clear(&text);
		while (text.len < round % 150)
			if (draw(&seed) % 64 == 0 && round % 3 == 0)
				buf_add_byte(&text, (char)rare[draw(&seed) % sizeof(rare)]);
			else
				utf8_add(&text, draw_character(&seed));
		/* of its own size, so that looking behind it is found out; cut where it may break
		 */
		size_t len = round % 5 == 0 && text.len > 0 ? text.len - 1 : text.len;
		char *copy = mem_resize(NULL, len > 0 ? len : 1);
		if (len > 0)
			memcpy(copy, text.ptr, len);
		unsigned signs = text_signs((struct str){copy, len});
		assert_int_equal(signs, signs_one_by_one((struct str){copy, len}));
		broken += (signs & SIGN_BROKEN) != 0;
		free(copy);
	}
	assert_true(broken > rounds / 20 && broken < rounds / 2);
	buf_free(&text);
}

RUN_TESTS(TEST(signs_are_those_of_each_byte_wherever_it_stands))
