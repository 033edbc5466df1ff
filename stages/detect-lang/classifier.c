#include "classifier.h"

#include <math.h>
#include <string.h>

#define SUM_SAFE 256 /* vectors of int8 whose sum fits an int16 */

typedef int8_t bytes8 __attribute__((vector_size(8)));
typedef int16_t shorts8 __attribute__((vector_size(16)));
typedef float floats4 __attribute__((vector_size(16)));

static inline shorts8
widened(const int8_t *at)
{
	bytes8 v;

	memcpy(&v, at, 8);
	return __builtin_convertvector(v, shorts8);
}

static inline void
add_shorts(int32_t *sum, shorts8 part)
{
	for (size_t k = 0; k < 8; k++)
		sum[k] += part[k];
}

static void
add_numbers8(const struct classifier *c, const uint32_t *slots, size_t count, size_t d,
	     int32_t *sum)
{
	shorts8 part = {0};

	for (size_t i = 0; i < count; i++)
		part += widened(c->vectors + (size_t)slots[i] * c->dim + d);
	add_shorts(sum, part);
}

static void
add_numbers32(const struct classifier *c, const uint32_t *slots, size_t count, size_t d,
	      int32_t *sum)
{
	shorts8 part0 = {0}, part1 = {0}, part2 = {0}, part3 = {0};

	for (size_t i = 0; i < count; i++) {
		const int8_t *v = c->vectors + (size_t)slots[i] * c->dim + d;
		part0 += widened(v);
		part1 += widened(v + 8);
		part2 += widened(v + 16);
		part3 += widened(v + 24);
	}
	add_shorts(sum, part0);
	add_shorts(sum + 8, part1);
	add_shorts(sum + 16, part2);
	add_shorts(sum + 24, part3);
}

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
		n += zeroes != 0;
	}
	return n;
}

void
classifier_sum(const struct classifier *c, const uint32_t *slots, size_t count, int32_t *sum)
{
	memset(sum, 0, c->dim * sizeof(*sum));
	for (size_t from = 0; from < count; from += SUM_SAFE) {
		size_t to = from + SUM_SAFE < count ? from + SUM_SAFE : count, d = 0;
		for (; d + 32 <= c->dim; d += 32)
			add_numbers32(c, slots + from, to - from, d, sum + d);
		for (; d < c->dim; d += 8)
			add_numbers8(c, slots + from, to - from, d, sum + d);
	}
}

static float
factor(const struct classifier *c, size_t n)
{
	size_t log2n = n == 0 ? 0 : (size_t)(63 - __builtin_clzll(n));

	return c->sharpness[log2n < CLASSIFIER_SHARPNESS ? log2n : CLASSIFIER_SHARPNESS - 1];
}

float
classifier_score(const struct classifier *c, const int32_t *sum, size_t n, size_t class)
{
	const float *row = c->weights + class * c->dim;
	float score = 0;

	for (size_t d = 0; d < c->dim; d++)
		score += row[d] * (float)sum[d];
	return (score / sqrtf((float)(n == 0 ? 1 : n)) +
		c->weights[(size_t)c->classes * c->dim + class]) *
	       factor(c, n);
}

void
classifier_scores(const struct classifier *c, const int32_t *sum, size_t n, float *scores)
{
	const float *bias = c->weights + (size_t)c->classes * c->dim;
	float x[CLASSIFIER_DIM];
	float by = n == 0 ? 0 : 1 / sqrtf((float)n);
	float sharp = factor(c, n);

	for (size_t d = 0; d < c->dim; d++)
		x[d] = (float)sum[d] * by;
	for (size_t k = 0; k < c->classes; k++) {
		const float *row = c->weights + k * c->dim;
		floats4 a = {0}, b = {0};
		for (size_t d = 0; d < c->dim; d += 8) {
			floats4 xa, xb, wa, wb;
			memcpy(&xa, x + d, 16);
			memcpy(&xb, x + d + 4, 16);
			memcpy(&wa, row + d, 16);
			memcpy(&wb, row + d + 4, 16);
			a += xa * wa;
			b += xb * wb;
		}
		a += b;
		scores[k] = (bias[k] + a[0] + a[1] + a[2] + a[3]) * sharp;
	}
}

void
classifier_probabilities(float *scores, size_t classes)
{
	float top = scores[0], sum = 0;

	for (size_t k = 1; k < classes; k++)
		top = scores[k] > top ? scores[k] : top;
	for (size_t k = 0; k < classes; k++) {
		/* what is this far behind adds nothing that could be seen */
		scores[k] = scores[k] < top - 30 ? 0 : expf(scores[k] - top);
		sum += scores[k];
	}
	for (size_t k = 0; k < classes; k++)
		scores[k] /= sum;
}
