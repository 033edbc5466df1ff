#include "../../../stages/detect-lang/text_words.h"
#include "base/buf.h"
#include "check.h"
#include "text/utf8.h"

static struct text_words words;

/* The words with a bar between. */
static struct str
read_words(const char *text, struct buf *to)
{
	buf_clear(to);
	text_words_read(&words, str_of(text));
	for (size_t i = 0; i < words.word_count; i++) {
		if (i > 0)
			buf_add_byte(to, '|');
		for (size_t k = 0; k < words.words[i].count; k++)
			utf8_add(to, words.letters[words.words[i].first + k]);
	}
	return buf_str(to);
}

static int
prepare(void **state)
{
	(void)state;
	letters_prepare();
	return 0;
}

static void
words_are_runs_of_letters_in_small_ones(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_str(read_words("Grüße, WELT! 123 привет\xE2\x80\x94ΓΕΙΑ", &b),
		   "grüße|welt|привет|γεια");
	assert_int_equal(words.words[1].start, 7);
	assert_int_equal(words.words[1].end, 11);
	assert_int_equal(words.by_script[SCRIPT_GREEK], 4);
	buf_free(&b);
}

static void
links_mentions_and_addresses_are_left_out(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_str(read_words("see https://example.com/the/page now", &b), "see|now");
	assert_str(read_words("www.example.org (http://x.y) HTTPS://Z.Z", &b), "");
	assert_str(read_words("@ada hi ada@example.com there", &b), "hi|there");
	assert_str(read_words("hello @\xE2\x81\xA8"
			      "Ada Lovelace\xE2\x81\xA9 bye",
			      &b),
		   "hello|bye");
	buf_free(&b);
}

static void
apostrophes_are_within_words_only(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_str(read_words("l\xE2\x80\x99"
			      "eau 'quoted' o\xCA\xBBzbek",
			      &b),
		   "l'eau|quoted|o'zbek");
	assert_int_equal(words.words[1].start, 7);
	assert_int_equal(words.words[1].end, 13);
	buf_free(&b);
}

static void
stretched_words_are_as_long_as_two(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_str(read_words("noooooo", &b), "noo");
	assert_int_equal(words.words[0].end, 7);
	buf_free(&b);
}

static void
digits_count_as_letters_within_romanised_arabic(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_str(read_words("3andi ma3lesh 7 12", &b), "3andi|ma3lesh");
	buf_free(&b);
}

static void
words_end_where_the_script_does(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_str(read_words("thxпока今日は", &b), "thx|пока|今日|は");
	buf_free(&b);
}

static void
check_all_words(void)
{
	static uint64_t features[TEXT_LETTERS * 3];
	size_t n = 0;

	for (size_t i = 0; i < words.word_count; i++) {
		(void)text_word_hash(&words, i);
		assert_in_range(n, 0, TEXT_LETTERS * 3 - 1);
		n += text_word_grams(&words, i, features + n);
	}
	assert_in_range(n, 1, TEXT_LETTERS * 3);
}

static void
what_is_endless_is_cut(void **state)
{
	static const char *const parts[] = {"a ", "\xE4\xBB\x8A\xE6\x97\xA5", "ab", "\xE4\xBB\x8A ",
					    "abc "};
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		buf_add_byte(&b, (char)('a' + i * 7 % 26));
	text_words_read(&words, buf_str(&b));
	assert_in_range(words.letter_count, TEXT_LETTERS / 2, TEXT_LETTERS);
	check_all_words();
	for (size_t k = 0; k < sizeof(parts) / sizeof(*parts); k++) {
		buf_clear(&b);
		for (size_t i = 0; i < 100000; i++)
			buf_add(&b, str_of(parts[k]));
		text_words_read(&words, buf_str(&b));
		assert_in_range(words.letter_count, TEXT_LETTERS / 2, TEXT_LETTERS);
		check_all_words();
	}
	buf_free(&b);
}

static void
words_are_known_by_all_their_letters(void **state)
{
	uint64_t first;

	(void)state;
	text_words_read(&words, STR("some thing some thingsome thingsomething thingsomethinh"));
	first = text_word_hash(&words, 0);
	assert_true(first != 0 && first == text_word_hash(&words, 2));
	for (size_t i = 0; i < words.word_count; i++) {
		for (size_t k = i + 1; k < words.word_count; k++)
			assert_true((text_word_hash(&words, i) == text_word_hash(&words, k)) ==
				    (i == 0 && k == 2));
	}
	text_words_read(&words, STR("\xE4\xBB\x8A\xE6\x97\xA5"));
	assert_true(text_word_hash(&words, 0) == 0);
}

static void
grams_are_of_three_and_four_letters_and_the_beginning(void **state)
{
	static const struct {
		const char *word;
		size_t grams;
	} cases[] = {{"a", 1}, {"so", 3}, {"the", 6}, {"word", 8}, {"words", 10}};
	uint64_t features[WORD_FEATURES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		text_words_read(&words, str_of(cases[i].word));
		size_t n = text_word_grams(&words, 0, features);
		assert_int_equal(n, cases[i].grams);
		for (size_t a = 0; a < n; a++) {
			for (size_t b = a + 1; b < n; b++)
				assert_true(features[a] != features[b]);
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_runs_of_letters_in_small_ones),
		cmocka_unit_test(links_mentions_and_addresses_are_left_out),
		cmocka_unit_test(apostrophes_are_within_words_only),
		cmocka_unit_test(stretched_words_are_as_long_as_two),
		cmocka_unit_test(digits_count_as_letters_within_romanised_arabic),
		cmocka_unit_test(words_end_where_the_script_does),
		cmocka_unit_test(what_is_endless_is_cut),
		cmocka_unit_test(words_are_known_by_all_their_letters),
		cmocka_unit_test(grams_are_of_three_and_four_letters_and_the_beginning),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, prepare, NULL);
}
