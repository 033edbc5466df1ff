#include "../../../stages/detect-lang/classifier.h"
#include "check.h"
#include <string.h>

#define BUCKETS 4
#define DIM     40
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
sums_of_many_vectors_are_exact(void **state)
{
	static uint32_t slots[5000];
	int32_t sum[DIM];

	(void)state;
	classifier_sum(&model, slots, 5000, sum);
	for (size_t d = 0; d < DIM; d++)
		assert_int_equal(sum[d], 127 * 5000);
	classifier_sum(&model, slots, 0, sum);
	assert_int_equal(sum[DIM - 1], 0);
}

static void
one_class_scores_as_among_all(void **state)
{
	float scores[8], column[CLASSIFIER_DIM + 1];
	int32_t sum[DIM];

	(void)state;
	for (size_t i = 0; i < sizeof(weights) / sizeof(*weights); i++)
		weights[i] = (float)(i % 7) * 0.25f - 0.5f;
	for (int d = 0; d < DIM; d++)
		sum[d] = d - 11;
	classifier_scores(&model, sum, 16, scores);
	for (size_t k = 0; k < CLASSES; k++) {
		classifier_column(&model, k, column);
		assert_float_equal(classifier_score(&model, sum, 16, column), scores[k], 1e-3);
	}
}

static void
probabilities_add_up_to_one(void **state)
{
	float scores[] = {3, 2, -100, 3};

	(void)state;
	classifier_probabilities(scores, 4);
	assert_float_equal(scores[0] + scores[1] + scores[2] + scores[3], 1, 1e-6);
	assert_float_equal(scores[0], scores[3], 1e-6);
	assert_true(scores[0] > scores[1]);
	assert_float_equal(scores[2], 0, 1e-6);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_known_features_are_found),
		cmocka_unit_test(sums_of_many_vectors_are_exact),
		cmocka_unit_test(one_class_scores_as_among_all),
		cmocka_unit_test(probabilities_add_up_to_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, prepare, NULL);
}
