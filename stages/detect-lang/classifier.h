/*
 * classifier.h -- hashed features → the sum of their vectors → a probability for each class.
 *
 *   buckets of four slots     ┌ check ┬ check ┬ check ┬ check ┐   16 bits of the feature's hash
 * each found by 32 more bits     └───────┴───────┴───────┴───────┘   0: nothing is there a vector
 * for each slot    [ int8 × dim ]                      a feature without a slot is unknown
 *
 * x = (sum of the vectors of the n features found) * scale / sqrt(n); p = softmax(sharpness[n] * (W
 * x + b)). Features whose check collides with another's are taken for it: one in 8,000.
 */
#ifndef CLASSIFIER_H
#define CLASSIFIER_H

#include <stddef.h>
#include <stdint.h>

#define CLASSIFIER_CLASSES   128
#define CLASSIFIER_DIM       64 /* at most; a multiple of 8 */
#define CLASSIFIER_SHARPNESS 10 /* by the binary logarithm of n */

struct classifier {
	uint32_t classes, dim, buckets;
	const uint16_t *checks; /* buckets * 4 */
	const int8_t *vectors;  /* buckets * 4 * dim */
	const float *weights;   /* dim rows with a lane for each class, then a row of biases */
	float sharpness[CLASSIFIER_SHARPNESS];
};

/* Lanes of a row: the classes, and zeroes up to a multiple of eight. */
static inline size_t
classifier_lanes(uint32_t classes)
{
	return (classes + 7) / 8 * 8;
}

static inline uint32_t
classifier_bucket(uint64_t feature, uint32_t buckets)
{
	return (uint32_t)((feature >> 32) * buckets >> 32);
}

static inline uint16_t
classifier_check(uint64_t feature)
{
	return (uint16_t)(feature >> 16 | 1);
}

/* Slots of the features found, in their order; how many. slots has room for count. */
size_t classifier_find(const struct classifier *, const uint64_t *features, size_t count,
		       uint32_t *slots);

/* The sum of those slots' vectors. */
void classifier_sum(const struct classifier *, const uint32_t *slots, size_t count, int32_t *sum);

/* Of the sum over n features: a score for each class (room for all lanes), and probabilities made
 * of scores. */
void classifier_scores(const struct classifier *, const int32_t *sum, size_t n, float *scores);
void classifier_probabilities(float *scores, size_t classes);

/* A class's column of the weights and its bias, as classifier_score() wants them. */
void classifier_column(const struct classifier *, size_t class, float column[CLASSIFIER_DIM + 1]);
float classifier_score(const struct classifier *, const int32_t *sum, size_t n,
		       const float *column);

#endif
