/*
 * classifier.h -- hashed features → the sum of their vectors → a probability for each class.
 *
 *   buckets of four slots     ┌ check ┬ check ┬ check ┬ check ┐   16 bits of the feature's hash
 * each found by 32 more bits     └───────┴───────┴───────┴───────┘   0: nothing is there a vector
 * for each slot    [ int8 × dim ]                      a feature without a slot is unknown
 *
 * x = a weighted sum of the vectors of the features found; p = softmax(sharpness[size] * (W x +
 * b)). Features whose check collides with another's are taken for it: one in 8,000.
 */
#ifndef CLASSIFIER_H
#define CLASSIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CLASSIFIER_CLASSES   128
#define CLASSIFIER_DIM       32  /* at most; a multiple of 8 */
#define CLASSIFIER_SUMMED    256 /* vectors whose sum fits an int16 */
#define CLASSIFIER_SHARPNESS 10  /* by the binary logarithm of a text's size */

/* Compiled twice, and chosen when the program starts: twice the lanes where there are such. Not by
 * WIDE (base/wide.h): the newest processors' fused multiplications round otherwise, and a
 * confidence must be the same on all. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) &&   \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOR_NEWER_PROCESSORS __attribute__((target_clones("avx2", "default")))
#else
#define FOR_NEWER_PROCESSORS
#endif

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

/* What classifier_find() looks at first is brought closer. */
static inline void
classifier_expect(const struct classifier *c, uint64_t feature)
{
	__builtin_prefetch(c->checks + (size_t)classifier_bucket(feature, c->buckets) * 4);
}

static inline void
classifier_expect_vector(const struct classifier *c, uint32_t slot)
{
	__builtin_prefetch(c->vectors + (size_t)slot * c->dim);
}

/* Its slot, the last of its bucket where it is unknown. */
static inline bool
classifier_find_one(const struct classifier *c, uint64_t feature, uint32_t *slot)
{
	const uint64_t ones = UINT64_C(0x0001000100010001);
	uint32_t bucket = classifier_bucket(feature, c->buckets);
	uint64_t checks;

	memcpy(&checks, c->checks + (size_t)bucket * 4, 8);
	checks ^= ones * classifier_check(feature);
	uint64_t zeroes = (checks - ones) & ~checks & ones << 15;
	/* the lowest bit set is right; without a branch, as no one could guess it */
	*slot = bucket * 4 + ((uint32_t)__builtin_ctzll(zeroes | UINT64_C(1) << 63) >> 4);
	return zeroes != 0;
}

/* Slots of the features found, in their order; how many. slots has room for count. */
size_t classifier_find(const struct classifier *, const uint64_t *features, size_t count,
		       uint32_t *slots);

/* The sum of those slots' vectors, CLASSIFIER_SUMMED of them at most. */
void classifier_sum(const struct classifier *, const uint32_t *slots, size_t count,
		    int16_t sum[CLASSIFIER_DIM]);

/* A score for each class (room for all lanes) of x = sum * by, for a text of that size. */
void classifier_scores(const struct classifier *, const int32_t *sum, float by, size_t size,
		       float *scores);
/* Scores become probabilities, 0 for what has not three millionths of the likeliest's; and which
 * are not 0, in the order of classes (room for all of them): how many. */
size_t classifier_probabilities(float *scores, size_t classes, uint8_t *likely);

/* Four classes' columns of the weights and their biases, and their scores alone. */
typedef float classifier_four __attribute__((vector_size(16)));
void classifier_columns(const struct classifier *, const size_t classes[4],
			classifier_four columns[CLASSIFIER_DIM + 1]);
classifier_four classifier_score_four(const struct classifier *, const int16_t *sum, float by,
				      size_t size, const classifier_four *columns);

#endif
