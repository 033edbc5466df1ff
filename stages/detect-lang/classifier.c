#include "classifier.h"

#include <math.h>
#include <string.h>

/* Compiled twice, and chosen when the program starts: twice the lanes where there are such. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOR_NEWER_PROCESSORS __attribute__((target_clones("avx2", "default")))
#else
#define FOR_NEWER_PROCESSORS
#endif

#define SUM_SAFE 256 /* vectors of int8 whose sum fits an int16 */

typedef int8_t bytes8 __attribute__((vector_size(8)));
typedef int8_t bytes16 __attribute__((vector_size(16)));
typedef int16_t shorts16 __attribute__((vector_size(32)));
typedef int16_t shorts8 __attribute__((vector_size(16)));
typedef int32_t numbers16 __attribute__((vector_size(64)));
typedef int32_t numbers4 __attribute__((vector_size(16)));
typedef float floats4 __attribute__((vector_size(16)));
typedef float floats8 __attribute__((vector_size(32)));

size_t
classifier_find(const struct classifier *c, const uint64_t *features, size_t count, uint32_t *slots)
{
	const uint64_t ones = UINT64_C(0x0001000100010001);
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t bucket = classifier_bucket(features[i], c->buckets);
		uint64_t checks;
		memcpy(&checks, c->checks + (size_t)bucket * 4, 8);
		checks ^= ones * classifier_check(features[i]);
		uint64_t zeroes = (checks - ones) & ~checks & ones << 15;
		/* the lowest bit set is right; without a branch, as no one could guess it */
		slots[n] =
			bucket * 4 + ((uint32_t)__builtin_ctzll(zeroes | UINT64_C(1) << 63) >> 4);
		__builtin_prefetch(c->vectors +
				   (size_t)slots[n] * c->dim); /* far away, and soon summed */
		n += zeroes != 0;
	}
	return n;
}

static inline __attribute__((always_inline)) void
add_shorts(int32_t *to, shorts16 part)
{
	numbers16 sum;

	memcpy(&sum, to, sizeof(sum));
	sum += __builtin_convertvector(part, numbers16);
	memcpy(to, &sum, sizeof(sum));
}

/* Thirty-two numbers of each vector at a time where there are so many, so that sums stay in
 * registers. */
FOR_NEWER_PROCESSORS void
classifier_sum(const struct classifier *c, const uint32_t *slots, size_t count, int32_t *sum)
{
	memset(sum, 0, c->dim * sizeof(*sum));
	for (size_t from = 0; from < count; from += SUM_SAFE) {
		size_t to = from + SUM_SAFE < count ? from + SUM_SAFE : count, d = 0;
		for (; d + 32 <= c->dim; d += 32) {
			shorts16 low = {0}, high = {0};
			for (size_t i = from; i < to; i++) {
				const int8_t *v = c->vectors + (size_t)slots[i] * c->dim + d;
				bytes16 a, b;
				memcpy(&a, v, sizeof(a));
				memcpy(&b, v + 16, sizeof(b));
				low += __builtin_convertvector(a, shorts16);
				high += __builtin_convertvector(b, shorts16);
			}
			add_shorts(sum + d, low);
			add_shorts(sum + d + 16, high);
		}
		for (; d < c->dim; d += 8) {
			shorts8 part = {0};
			for (size_t i = from; i < to; i++) {
				bytes8 v;
				memcpy(&v, c->vectors + (size_t)slots[i] * c->dim + d, sizeof(v));
				part += __builtin_convertvector(v, shorts8);
			}
			for (size_t k = 0; k < 8; k++)
				sum[d + k] += part[k];
		}
	}
}

static float
factor(const struct classifier *c, size_t n)
{
	size_t log2n = n == 0 ? 0 : (size_t)(63 - __builtin_clzll(n));

	return c->sharpness[log2n < CLASSIFIER_SHARPNESS ? log2n : CLASSIFIER_SHARPNESS - 1];
}

FOR_NEWER_PROCESSORS void
classifier_scores(const struct classifier *c, const int32_t *sum, size_t n, float *scores)
{
	size_t lanes = classifier_lanes(c->classes);
	const float *bias = c->weights + c->dim * lanes;
	float by = n == 0 ? 0 : 1 / sqrtf((float)n), sharp = factor(c, n);

	for (size_t k = 0; k < lanes; k += 8) {
		floats8 score, weight;
		memcpy(&score, bias + k, sizeof(score));
		for (size_t d = 0; d < c->dim; d++) {
			memcpy(&weight, c->weights + d * lanes + k, sizeof(weight));
			score += weight * ((float)sum[d] * by);
		}
		score *= sharp;
		memcpy(scores + k, &score, sizeof(score));
	}
}

void
classifier_column(const struct classifier *c, size_t class, float column[CLASSIFIER_DIM + 1])
{
	for (size_t d = 0; d <= c->dim; d++)
		column[d] = c->weights[d * classifier_lanes(c->classes) + class];
}

float
classifier_score(const struct classifier *c, const int32_t *sum, size_t n, const float *column)
{
	floats4 score = {0};

	for (size_t d = 0; d < c->dim; d += 4) {
		numbers4 x;
		floats4 w;
		memcpy(&x, sum + d, sizeof(x));
		memcpy(&w, column + d, sizeof(w));
		score += w * __builtin_convertvector(x, floats4);
	}
	return ((score[0] + score[1] + score[2] + score[3]) / sqrtf((float)(n == 0 ? 1 : n)) +
		column[c->dim]) *
	       factor(c, n);
}

void
classifier_probabilities(float *scores, size_t classes)
{
	float top = scores[0], sum = 0;

	for (size_t k = 1; k < classes; k++)
		top = scores[k] > top ? scores[k] : top;
	for (size_t k = 0; k < classes; k++) {
		/* what is this far behind adds nothing that could be seen */
		scores[k] = scores[k] < top - 14 ? 0 : expf(scores[k] - top);
		sum += scores[k];
	}
	for (size_t k = 0; k < classes; k++)
		scores[k] /= sum;
}
