#include "../../../stages/detect-lang/word_sums.h"
#include "check.h"
#include <string.h>

#define BUCKETS 64
#define DIM     8

static uint16_t checks[BUCKETS * 4];
static int8_t vectors[BUCKETS * 4 * DIM];
static float weights[8 * (DIM + 1)];
static const struct classifier model = {.classes = 2,
					.dim = DIM,
					.buckets = BUCKETS,
					.checks = checks,
					.vectors = vectors,
					.weights = weights};
static struct text_words text;
static struct word_look looks[TEXT_LETTERS];
static struct word_grams grams;
static int32_t total[CLASSIFIER_DIM];

/* Teaches a vector of equal numbers. */
static void
teach(uint64_t feature, int8_t number)
{
	size_t slot = (size_t)classifier_bucket(feature, BUCKETS) * 4;

	while (checks[slot] != 0)
		slot++;
	checks[slot] = classifier_check(feature);
	memset(vectors + slot * DIM, number, DIM);
}

static size_t
sums_of(const char *of)
{
	text_words_read(&text, str_of(of));
	for (size_t i = 0; i < text.word_count; i++) {
		looks[i].word = (uint32_t)i;
		looks[i].hash = text_word_hash(&text, i);
	}
	return word_sums(&model, &text, looks, text.word_count, &grams, total);
}

static int
forget(void **state)
{
	(void)state;
	letters_prepare();
	memset(checks, 0, sizeof(checks));
	return 0;
}

static void
a_known_word_says_what_it_says_whatever_its_grams_do(void **state)
{
	uint64_t features[WORD_FEATURES];

	(void)state;
	text_words_read(&text, STR("word"));
	teach(text_word_hash(&text, 0), 5);
	(void)text_word_grams(&text, 0, features);
	teach(features[0], 100);
	assert_int_equal(sums_of("word"), 1);
	assert_int_equal(total[0], 5 * WORD_SUM_ONE);
	assert_int_equal(total[DIM - 1], 5 * WORD_SUM_ONE);
}

static void
grams_of_an_unknown_word_have_one_voice_together(void **state)
{
	uint64_t features[WORD_FEATURES];

	(void)state;
	text_words_read(&text, STR("words"));
	assert_int_equal(text_word_grams(&text, 0, features), 10);
	for (size_t i = 0; i < 4; i++)
		teach(features[i], 10);
	assert_int_equal(sums_of("words"), 1);
	assert_int_equal(total[0], 10 * 4 / 2 * WORD_SUM_ONE);
}

static void
words_are_added_up(void **state)
{
	(void)state;
	text_words_read(&text, STR("good day"));
	teach(text_word_hash(&text, 0), 1);
	teach(text_word_hash(&text, 1), 2);
	assert_int_equal(sums_of("good unheard day"), 2);
	assert_int_equal(looks[0].sum[0], 1 * WORD_SUM_ONE);
	assert_int_equal(looks[2].sum[0], 2 * WORD_SUM_ONE);
	assert_int_equal(total[0], 3 * WORD_SUM_ONE);
}

static void
what_is_unknown_says_nothing(void **state)
{
	(void)state;
	assert_int_equal(sums_of("nobody knows these"), 0);
	assert_int_equal(total[0], 0);
	assert_false(looks[1].says);
	assert_int_equal(sums_of(""), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_known_word_says_what_it_says_whatever_its_grams_do,
				       forget),
		cmocka_unit_test_setup(grams_of_an_unknown_word_have_one_voice_together, forget),
		cmocka_unit_test_setup(words_are_added_up, forget),
		cmocka_unit_test_setup(what_is_unknown_says_nothing, forget),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
