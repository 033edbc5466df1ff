#include "check.h"
#include "language/ascii.h"
#include "language/byte_masks.h"
#include "text/unicode.h"
#include "text/utf8.h"

static bool
bit(uint64_t mask, size_t i)
{
	return (mask >> i & 1) != 0;
}

static void
each_byte_has_the_bits_that_it_should(void **state)
{
	unsigned char bytes[256 + 64];
	struct byte_masks m = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7);
	const struct str text = {(const char *)bytes, sizeof(bytes)};
	for (size_t at = 0; at < text.len; at++) {
		byte_masks_take(&m, text, at);
		for (size_t i = 0; i < BYTE_MASKS_WIDTH; i++) {
			unsigned char c = byte_at(text, at + i);
			assert_int_equal(bit(m.letters, i), is_letter(c));
			assert_int_equal(bit(m.high, i), c >= 0x80);
			assert_int_equal(bit(m.leads, i), c >= 0xC0);
			assert_int_equal(bit(m.wide, i), c >= 0xE0);
			if (is_letter(c))
				assert_int_equal(bit(m.small, i), !is_upper(c));
		}
	}
}

static void
what_is_alike_is_seen_one_by_one_and_two_by_two(void **state)
{
	struct byte_masks m = {0};

	(void)state;
	byte_masks_take(&m, STR("xaAab"), 0);
	assert_int_equal(m.alike & m.letters, 1 << 1);
	byte_masks_take(&m, STR("xдддa"), 0);
	assert_int_equal(m.twins & m.leads, 1 << 1);
	byte_masks_take(&m, STR("xддaд"), 0);
	assert_int_equal(m.twins & m.leads, 0);
}

static void
plain_letters_are_letters_and_capitals_have_a_small_one(void **state)
{
	struct buf text = {0};
	struct byte_masks m = {0};
	size_t plain = 0, capital = 0;

	(void)state;
	for (uint32_t c = 0x80; c < 0x800; c++) {
		buf_clear(&text);
		utf8_add(&text, c);
		byte_masks_take(&m, buf_str(&text), 0);
		assert_false(bit(m.plain, 1));
		if (bit(m.plain, 0))
			assert_int_equal(unicode_word_kinds_of_two[c],
					 UNICODE_WORD_LETTER |
						 (bit(m.capital, 0) ? UNICODE_FOLDS_TO_LOWER : 0));
		else
			assert_false(bit(m.capital, 0));
		plain += bit(m.plain, 0) && !bit(m.capital, 0);
		capital += bit(m.capital, 0);
	}
	assert_int_equal(plain, 33 + 48 + 32 + 10); /* Greek, Cyrillic, Arabic's two leads */
	assert_int_equal(capital, 24 + 1 + 48);     /* Greek, its last sigma, Cyrillic */
	buf_free(&text);
}

static void
wider_vectors_take_the_same_masks(void **state)
{
	unsigned char bytes[150];
	struct byte_masks wide = {0}, narrow = {0};
	uint64_t random = 5;

	(void)state;
	for (size_t round = 0; round < 2000; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			bytes[i] = (unsigned char)"aaAz\xC6\xCE\xCF\xD0\xD1\xD8\xD9\xE1\x80\x82\xA2"
						  "\xB0\xBF "[(random >> 33) % 18];
		}
		const struct str text = {(const char *)bytes, round % sizeof(bytes) + 1};
		size_t at = round % text.len;
		wide.horned = narrow.horned = false;
		byte_masks_take(&wide, text, at);
		byte_masks_take_narrow(&narrow, text, at);
		assert_int_equal(wide.letters, narrow.letters);
		assert_int_equal(wide.alike & wide.letters, narrow.alike & narrow.letters);
		assert_int_equal(wide.high, narrow.high);
		assert_int_equal(wide.leads, narrow.leads);
		assert_int_equal(wide.wide, narrow.wide);
		assert_int_equal(wide.plain, narrow.plain);
		assert_int_equal(wide.capital, narrow.capital);
		assert_int_equal(wide.twins & wide.leads, narrow.twins & narrow.leads);
		assert_int_equal(wide.horned, narrow.horned);
	}
}

RUN_TESTS(TEST(wider_vectors_take_the_same_masks), TEST(each_byte_has_the_bits_that_it_should),
	  TEST(what_is_alike_is_seen_one_by_one_and_two_by_two),
	  TEST(plain_letters_are_letters_and_capitals_have_a_small_one))
