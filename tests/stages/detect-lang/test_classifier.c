#include "../../../stages/detect-lang/classifier.h"
#include "check.h"
#include <string.h>

#define BUCKETS 4
#define DIM     24
#define CLASSES 3

static uint16_t checks[BUCKETS * 4];
static int8_t vectors[BUCKETS * 4 * DIM];
static float weights[8 * (DIM + 1)];
static const struct classifier model = {.classes = CLASSES,
					.dim = DIM,
					.buckets = BUCKETS,
					.checks = checks,
					.vectors = vectors,
					.weights = weights,
					.sharpness = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};

static const uint64_t feature = UINT64_C(0x9E3779B97F4A7C15);

static int
prepare(void **state)
{
	(void)state;
	checks[classifier_bucket(feature, BUCKETS) * 4 + 2] = classifier_check(feature);
	memset(vectors, 127, sizeof(vectors));
	return 0;
}

static void
only_known_features_are_found(void **state)
{
	const uint64_t some[] = {feature ^ UINT64_C(1) << 63, feature, feature ^ UINT64_C(1) << 20};
	uint32_t slots[3];

	(void)state;
	assert_int_equal(classifier_find(&model, some, 3, slots), 1);
	assert_int_equal(slots[0], classifier_bucket(feature, BUCKETS) * 4 + 2);
}

static void
sums_of_as_many_vectors_as_allowed_are_exact(void **state)
{
	static uint32_t slots[CLASSIFIER_SUMMED];
	int16_t sum[CLASSIFIER_DIM];

	(void)state;
	classifier_sum(&model, slots, CLASSIFIER_SUMMED, sum);
	for (size_t d = 0; d < DIM; d++)
		assert_int_equal(sum[d], 127 * CLASSIFIER_SUMMED);
	classifier_sum(&model, slots, 0, sum);
	assert_int_equal(sum[DIM - 1], 0);
}

static void
four_classes_score_as_among_all(void **state)
{
	const size_t four[4] = {2, 0, 1, 2};
	classifier_four columns[CLASSIFIER_DIM + 1];
	float scores[8];
	int32_t sum[CLASSIFIER_DIM];
	int16_t same[CLASSIFIER_DIM];

	(void)state;
	for (size_t i = 0; i < sizeof(weights) / sizeof(*weights); i++)
		weights[i] = (float)(i % 7) * 0.25f - 0.5f;
	for (int d = 0; d < DIM; d++)
		sum[d] = same[d] = (int16_t)(d - 11);
	classifier_scores(&model, sum, 0.25f, 16, scores);
	classifier_columns(&model, four, columns);
	classifier_four got = classifier_score_four(&model, same, 0.25f, 16, columns);
	for (size_t k = 0; k < 4; k++)
		assert_float_equal(got[k], scores[four[k]], 1e-3);
}

static void
probabilities_add_up_to_one(void **state)
{
	float scores[] = {3, 2, -100, 3};
	uint8_t likely[4];

	(void)state;
	assert_int_equal(classifier_probabilities(scores, 4, likely), 3);
	assert_float_equal(scores[0] + scores[1] + scores[2] + scores[3], 1, 1e-6);
	assert_float_equal(scores[0], scores[3], 1e-6);
	assert_true(scores[0] > scores[1]);
	assert_true(scores[2] == 0);
	assert_int_equal(likely[0], 0);
	assert_int_equal(likely[1], 1);
	assert_int_equal(likely[2], 3);
}

static void
the_likely_are_found_wherever_they_are(void **state)
{
	(void)state;
	for (size_t classes = 1; classes <= 30; classes++) {
		for (size_t top = 0; top < classes; top++) {
			float scores[32];
			uint8_t likely[32];
			for (size_t k = 0; k < classes; k++)
				scores[k] = k == top ? 20 : -20;
			assert_int_equal(classifier_probabilities(scores, classes, likely), 1);
			assert_int_equal(likely[0], top);
			assert_true(scores[top] == 1);
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_known_features_are_found),
		cmocka_unit_test(sums_of_as_many_vectors_as_allowed_are_exact),
		cmocka_unit_test(four_classes_score_as_among_all),
		cmocka_unit_test(probabilities_add_up_to_one),
		cmocka_unit_test(the_likely_are_found_wherever_they_are),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, prepare, NULL);
}
