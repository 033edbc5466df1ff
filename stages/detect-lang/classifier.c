#include "classifier.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef int8_t bytes8 __attribute__((vector_size(8)));
typedef int8_t bytes16 __attribute__((vector_size(16)));
typedef int16_t shorts16 __attribute__((vector_size(32)));
typedef int16_t shorts8 __attribute__((vector_size(16)));
typedef float floats8 __attribute__((vector_size(32)));
typedef int32_t numbers8 __attribute__((vector_size(32)));

size_t
classifier_find(const struct classifier *c, const uint64_t *features, size_t count, uint32_t *slots)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		bool found = classifier_find_one(c, features[i], &slots[n]);
		classifier_expect_vector(c, slots[n]); /* far away, and soon summed */
		n += found;
	}
	return n;
}

/* Thirty-two numbers of each vector at a time where there are so many, so that sums stay in
 * registers. */
FOR_NEWER_PROCESSORS void
classifier_sum(const struct classifier *c, const uint32_t *slots, size_t count,
	       int16_t sum[CLASSIFIER_DIM])
{
	size_t dim = c->dim, d = 0;

	assert(count <= CLASSIFIER_SUMMED);
	for (; d + 32 <= dim; d += 32) {
		shorts16 low = {0}, high = {0};
		for (size_t i = 0; i < count; i++) {
			const int8_t *v = c->vectors + slots[i] * dim + d;
			bytes16 a, b;
			memcpy(&a, v, sizeof(a));
			memcpy(&b, v + 16, sizeof(b));
			low += __builtin_convertvector(a, shorts16);
			high += __builtin_convertvector(b, shorts16);
		}
		memcpy(sum + d, &low, sizeof(low));
		memcpy(sum + d + 16, &high, sizeof(high));
	}
	for (; d < dim; d += 8) {
		shorts8 part = {0};
		for (size_t i = 0; i < count; i++) {
			bytes8 v;
			memcpy(&v, c->vectors + slots[i] * dim + d, sizeof(v));
			part += __builtin_convertvector(v, shorts8);
		}
		memcpy(sum + d, &part, sizeof(part));
	}
}

static float
factor(const struct classifier *c, size_t size)
{
	size_t log2 = size == 0 ? 0 : (size_t)(63 - __builtin_clzll(size));

	return c->sharpness[log2 < CLASSIFIER_SHARPNESS ? log2 : CLASSIFIER_SHARPNESS - 1];
}

/* Rows by groups of classes: so many times eight sums stay in registers, each number of x is taken
 * once for all of them. */
#define GROUPS 4

static inline __attribute__((always_inline)) void
score_groups(const struct classifier *c, const float *x, size_t lanes, size_t from, int groups,
	     float sharp, float *scores)
{
	const float *row = c->weights + from;
	floats8 score[GROUPS], weight;

#pragma GCC unroll 4
	for (int g = 0; g < groups; g++)
		memcpy(&score[g], row + c->dim * lanes + 8 * g, sizeof(score[g]));
	for (size_t d = 0; d < c->dim; d++, row += lanes) {
#pragma GCC unroll 4
		for (int g = 0; g < groups; g++) {
			memcpy(&weight, row + 8 * g, sizeof(weight));
			score[g] += weight * x[d];
		}
	}
#pragma GCC unroll 4
	for (int g = 0; g < groups; g++) {
		score[g] *= sharp;
		memcpy(scores + from + 8 * g, &score[g], sizeof(score[g]));
	}
}

FOR_NEWER_PROCESSORS void
classifier_scores(const struct classifier *c, const int32_t *sum, float by, size_t size,
		  float *scores)
{
	size_t lanes = classifier_lanes(c->classes), k = 0;
	float sharp = factor(c, size), x[CLASSIFIER_DIM];

	for (size_t d = 0; d < c->dim; d += 8) {
		numbers8 some;
		memcpy(&some, sum + d, sizeof(some));
		floats8 scaled = __builtin_convertvector(some, floats8) * by;
		memcpy(x + d, &scaled, sizeof(scaled));
	}
	for (; k + 8 * GROUPS <= lanes; k += 8 * GROUPS)
		score_groups(c, x, lanes, k, GROUPS, sharp, scores);
	for (; k < lanes; k += 8)
		score_groups(c, x, lanes, k, 1, sharp, scores);
}

void
classifier_columns(const struct classifier *c, const size_t classes[4],
		   classifier_four columns[CLASSIFIER_DIM + 1])
{
	size_t lanes = classifier_lanes(c->classes);
	const float *row = c->weights;

	for (size_t d = 0; d <= c->dim; d++, row += lanes)
		columns[d] = (classifier_four){row[classes[0]], row[classes[1]], row[classes[2]],
					       row[classes[3]]};
}

FOR_NEWER_PROCESSORS classifier_four
classifier_score_four(const struct classifier *c, const int16_t *sum, float by, size_t size,
		      const classifier_four *columns)
{
	classifier_four even = {0}, odd = {0};
	float x[CLASSIFIER_DIM];

	for (size_t d = 0; d < c->dim; d += 8) {
		shorts8 some;
		memcpy(&some, sum + d, sizeof(some));
		floats8 wide = __builtin_convertvector(some, floats8);
		memcpy(x + d, &wide, sizeof(wide));
	}
	for (size_t d = 0; d < c->dim; d += 2) {
		even += columns[d] * x[d];
		odd += columns[d + 1] * x[d + 1];
	}
	return ((even + odd) * by + columns[c->dim]) * factor(c, size);
}

/* In logarithms: what is so far behind is nobody's answer, nor a part of the text. */
#define BEHIND 12.8f

/* Four at a time, which don't wait for each other. */
static float
greatest(const float *numbers, size_t count)
{
	float top[4] = {numbers[0], numbers[0], numbers[0], numbers[0]};
	size_t k = 0;

	for (; k + 4 <= count; k += 4) {
		for (size_t i = 0; i < 4; i++)
			top[i] = numbers[k + i] > top[i] ? numbers[k + i] : top[i];
	}
	for (; k < count; k++)
		top[0] = numbers[k] > top[0] ? numbers[k] : top[0];
	for (size_t i = 1; i < 4; i++)
		top[0] = top[i] > top[0] ? top[i] : top[0];
	return top[0];
}

/* Any of eight numbers is as much as the least. */
static inline __attribute__((always_inline)) bool
any_reach(const float *eight, float least)
{
	floats8 numbers;
	int64_t parts[4];

	memcpy(&numbers, eight, sizeof(numbers));
	numbers8 are = numbers >= least;
	memcpy(parts, &are, sizeof(parts));
	return (parts[0] | parts[1] | parts[2] | parts[3]) != 0;
}

FOR_NEWER_PROCESSORS size_t
classifier_probabilities(float *scores, size_t classes, uint8_t *likely)
{
	float top = greatest(scores, classes), sum = 0;
	size_t count = 0;

	for (size_t from = 0; from < classes; from += 8) {
		size_t n = classes - from < 8 ? classes - from : 8;
		if (n == 8 && !any_reach(scores + from, top - BEHIND))
			continue; /* as mostly */
		for (size_t k = from; k < from + n; k++) {
			likely[count] = (uint8_t)k;
			count += scores[k] >= top - BEHIND;
		}
	}
	float some[CLASSIFIER_CLASSES];
	for (size_t i = 0; i < count; i++)
		sum += some[i] = expf(scores[likely[i]] - top);
	memset(scores, 0, classes * sizeof(*scores));
	for (size_t i = 0; i < count; i++)
		scores[likely[i]] = some[i] / sum;
	return count;
}
