/*
 * trainer.c -- a classifier from a lesson.
 *
 * First the features are chosen: those that tell most about the class, by counts over a first lot
 * of texts. Then vectors and weights are learned in floats, text by text, with a rate that falls to
 * zero, and the vectors are rounded to int8. Last the sharpness: the factor on the scores by which
 * the probabilities of texts held back come out right, for each size of text.
 */
#include "trainer.h"

#include "base/mem.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNTED_TEXTS 1000000
#define SKETCH_BITS   25
#define SEEN_LEAST    5
#define CALIBRATION   60000 /* texts */

struct counted {
	uint64_t feature;
	float score;
	uint32_t counts; /* where its counts by class begin */
};
struct counts {
	struct counted *slots; /* open addressing; feature 0 is free */
	size_t mask, used;
	uint16_t *by_class;
	size_t by_class_room;
};

static struct counted *
counts_find(struct counts *c, uint64_t feature)
{
	size_t i = (feature >> 20) & c->mask;

	while (c->slots[i].feature != 0 && c->slots[i].feature != feature)
		i = (i + 1) & c->mask;
	return &c->slots[i];
}

static void
counts_add(struct counts *c, uint64_t feature, size_t class, size_t classes)
{
	struct counted *at = counts_find(c, feature);

	if (at->feature == 0) {
		if (c->used > c->mask / 2)
			return; /* full: what comes so late is rare */
		if (c->used == c->by_class_room) {
			c->by_class_room = c->by_class_room == 0 ? 1 << 16 : c->by_class_room * 2;
			c->by_class = mem_resize_array(c->by_class, c->by_class_room * classes,
						       sizeof(*c->by_class));
		}
		at->feature = feature;
		at->counts = (uint32_t)c->used++;
		memset(c->by_class + at->counts * classes, 0, classes * sizeof(*c->by_class));
	}
	uint16_t *n = &c->by_class[at->counts * classes + class];
	if (*n < UINT16_MAX)
		++*n;
}

static int
by_score(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->feature < y->feature ? -1 : x->feature > y->feature;
}

/* How much a feature tells: its counts times their distance from what classes have on average. */
static float
information(const uint16_t *n, const double *prior, size_t classes)
{
	double total = 0, sum = 0;

	for (size_t k = 0; k < classes; k++)
		total += n[k];
	for (size_t k = 0; k < classes; k++) {
		if (n[k] > 0)
			sum += n[k] * log(n[k] / (total * prior[k]));
	}
	return (float)sum;
}

static struct counted *
count_features(struct counts *c, const struct pools *pools, const struct lesson *lesson,
	       const struct training *how)
{
	uint64_t *features = mem_alloc(TEXT_FEATURES * sizeof(*features));
	uint8_t *sketch = mem_zero(1, (size_t)1 << SKETCH_BITS);
	double prior[LABELS_MOST], all = 0;
	size_t class;

	for (int pass = 0; pass < 2; pass++) { /* the second knows what was too rare in the first */
		struct sampler *s = sampler_new(pools, lesson, how->seed, false);
		for (size_t i = 0; i < COUNTED_TEXTS; i++) {
			size_t n = sampler_next(s, features, &class);
			for (size_t f = 0; f < n; f++) {
				uint8_t *seen = &sketch[features[f] >> (64 - SKETCH_BITS)];
				if (pass == 0 && *seen < SEEN_LEAST)
					++*seen;
				else if (pass == 1 && *seen >= SEEN_LEAST)
					counts_add(c, features[f], class, lesson->classes);
			}
		}
		sampler_free(s);
	}
	for (size_t k = 0; k < lesson->classes; k++)
		all += lesson->weight[k];
	for (size_t k = 0; k < lesson->classes; k++)
		prior[k] = lesson->weight[k] / all;
	size_t n = 0;
	for (size_t i = 0; i <= c->mask; i++) {
		struct counted at = c->slots[i];
		if (at.feature == 0)
			continue;
		at.score = information(c->by_class + at.counts * lesson->classes, prior,
				       lesson->classes);
		c->slots[n++] = at;
	}
	qsort(c->slots, n, sizeof(*c->slots), by_score);
	free(features);
	free(sketch);
	return c->slots;
}

/* Puts the features that tell most into buckets of four; who finds his full is left out. */
static void
choose_features(struct classifier *model, const struct pools *pools, const struct lesson *lesson,
		const struct training *how, const char *name)
{
	struct counts c = {.mask = ((size_t)1 << 23) - 1};
	size_t placed = 0, i;

	c.slots = mem_zero(c.mask + 1, sizeof(*c.slots));
	struct counted *best = count_features(&c, pools, lesson, how);
	model->buckets = how->slots / 4;
	uint16_t *checks = mem_zero((size_t)model->buckets * 4, sizeof(*checks));
	for (i = 0; i < c.used && placed < (size_t)how->slots * 94 / 100; i++) {
		uint16_t *bucket =
			checks + (size_t)classifier_bucket(best[i].feature, model->buckets) * 4;
		uint16_t check = classifier_check(best[i].feature);
		for (int k = 0; k < 4 && bucket[k] != check; k++) {
			if (bucket[k] == 0) {
				bucket[k] = check;
				placed++;
				break;
			}
		}
	}
	model->checks = checks;
	fprintf(stderr, "%s: %zu classes, %zu features seen, %zu kept of the best %zu\n", name,
		lesson->classes, c.used, placed, i);
	free(c.slots);
	free(c.by_class);
}

struct learning {
	float *vectors, *weights, *bias;
	uint32_t classes, dim;
};

/* By fours, as the compiler may not reorder sums of floats by itself. dim is a multiple of 8. */
typedef float floats4 __attribute__((vector_size(16), may_alias, aligned(4)));

static inline float
product(const float *a, const float *b, uint32_t dim)
{
	floats4 even = {0}, odd = {0};

	for (uint32_t d = 0; d < dim; d += 8) {
		even += *(const floats4 *)(a + d) * *(const floats4 *)(b + d);
		odd += *(const floats4 *)(a + d + 4) * *(const floats4 *)(b + d + 4);
	}
	even += odd;
	return even[0] + even[1] + even[2] + even[3];
}

static inline void
add_times(float *to, const float *from, float times, uint32_t dim)
{
	for (uint32_t d = 0; d < dim; d += 4)
		*(floats4 *)(to + d) += *(const floats4 *)(from + d) * times;
}

static void
forward(const struct learning *l, const uint32_t *slots, size_t n, float *x, float *p)
{
	float by = 1 / sqrtf((float)n);

	memset(x, 0, l->dim * sizeof(*x));
	for (size_t i = 0; i < n; i++)
		add_times(x, l->vectors + (size_t)slots[i] * l->dim, by, l->dim);
	for (size_t k = 0; k < l->classes; k++)
		p[k] = l->bias[k] + product(l->weights + k * l->dim, x, l->dim);
	classifier_probabilities(p, l->classes);
}

static void
learn(struct learning *l, const uint32_t *slots, size_t n, size_t class, float rate, double *loss)
{
	float x[CLASSIFIER_DIM], dx[CLASSIFIER_DIM] = {0}, p[CLASSIFIER_CLASSES];

	forward(l, slots, n, x, p);
	*loss -= log(p[class] + 1e-9);
	for (size_t k = 0; k < l->classes; k++) {
		float wrong = (k == class) - p[k];
		if (fabsf(wrong) < 1e-4f)
			continue;
		float *w = l->weights + k * l->dim;
		add_times(dx, w, wrong, l->dim);
		add_times(w, x, rate * wrong, l->dim);
		l->bias[k] += rate * wrong * 0.1f;
	}
	float by = rate / sqrtf((float)n);
	for (size_t i = 0; i < n; i++)
		add_times(l->vectors + (size_t)slots[i] * l->dim, dx, by, l->dim);
}

static size_t
leave_out(struct sampler *s, double share, uint64_t *features, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (sampler_uniform(s) >= share)
			features[kept++] = features[i];
	}
	return kept;
}

static void
descend(struct learning *l, const struct classifier *model, const struct pools *pools,
	const struct lesson *lesson, const struct training *how, const char *name)
{
	uint64_t *features = mem_alloc(TEXT_FEATURES * sizeof(*features));
	uint32_t *slots = mem_alloc(TEXT_FEATURES * sizeof(*slots));
	struct sampler *s = sampler_new(pools, lesson, how->seed + 1, false);
	double loss = 0;
	size_t samples = (size_t)how->samples, tenth = samples / 10, class;

	for (size_t i = 0; i < samples; i++) {
		float rate = (float)(how->rate * (1 - (double)i / (double)samples));
		size_t n = sampler_next(s, features, &class);
		n = leave_out(s, how->left_out, features, n);
		n = classifier_find(model, features, n, slots);
		if (n > 0)
			learn(l, slots, n, class, rate, &loss);
		if ((i + 1) % tenth == 0) {
			fprintf(stderr, "%s: %zu texts, loss %.4f\n", name, i + 1,
				loss / (double)tenth);
			loss = 0;
		}
	}
	sampler_free(s);
	free(features);
	free(slots);
}

/* Rounds to int8 by one scale for all, so that one number in a thousand is cut at the ends. */
static void
round_vectors(struct classifier *model, struct learning *l)
{
	size_t n = (size_t)model->buckets * 4 * l->dim, histogram[4096] = {0}, above = 0;
	float largest = 0, limit;
	int bin = 4095;

	for (size_t i = 0; i < n; i++)
		largest = fmaxf(largest, fabsf(l->vectors[i]));
	for (size_t i = 0; i < n; i++)
		histogram[(size_t)(fabsf(l->vectors[i]) / largest * 4095)]++;
	while (bin > 1 && (above += histogram[bin]) < n / 5000)
		bin--;
	limit = largest * (float)bin / 4095;
	int8_t *vectors = mem_alloc(n);
	for (size_t i = 0; i < n; i++)
		vectors[i] = (int8_t)lrintf(fmaxf(-1, fminf(1, l->vectors[i] / limit)) * 127);
	for (size_t i = 0; i < (size_t)l->classes * l->dim; i++)
		l->weights[i] *= limit / 127;
	model->vectors = vectors;
}

/* Learned with a row for each class, used with a lane for each. */
static void
turn_weights(struct classifier *model, const struct learning *l)
{
	size_t lanes = classifier_lanes(l->classes);
	float *weights = mem_zero((l->dim + 1) * lanes, sizeof(*weights));

	for (size_t k = 0; k < l->classes; k++) {
		for (size_t d = 0; d < l->dim; d++)
			weights[d * lanes + k] = l->weights[k * l->dim + d];
		weights[l->dim * lanes + k] = l->bias[k];
	}
	model->weights = weights;
}

/* For each size of text the factor, of many tried, under which the held back are likeliest. */
static void
calibrate(struct classifier *model, const struct pools *pools, const struct lesson *lesson,
	  const struct training *how)
{
	enum { TRIED = 60 };
	static double loss[CLASSIFIER_SHARPNESS][TRIED];
	size_t seen[CLASSIFIER_SHARPNESS] = {0};
	uint64_t *features = mem_alloc(TEXT_FEATURES * sizeof(*features));
	uint32_t *slots = mem_alloc(TEXT_FEATURES * sizeof(*slots));
	struct sampler *s = sampler_new(pools, lesson, how->seed + 2, true);
	int32_t sum[CLASSIFIER_DIM];
	float scores[CLASSIFIER_CLASSES], p[CLASSIFIER_CLASSES];
	size_t class;

	memset(loss, 0, sizeof(loss));
	for (size_t i = 0; i < CLASSIFIER_SHARPNESS; i++)
		model->sharpness[i] = 1;
	for (size_t i = 0; i < CALIBRATION; i++) {
		size_t n = sampler_next(s, features, &class);
		n = classifier_find(model, features, n, slots);
		if (n == 0)
			continue;
		size_t size = (size_t)(63 - __builtin_clzll(n));
		size = size < CLASSIFIER_SHARPNESS ? size : CLASSIFIER_SHARPNESS - 1;
		classifier_sum(model, slots, n, sum);
		classifier_scores(model, sum, n, scores);
		seen[size]++;
		for (int t = 0; t < TRIED; t++) {
			for (size_t k = 0; k < model->classes; k++)
				p[k] = scores[k] * (0.3f + 0.03f * (float)t);
			classifier_probabilities(p, model->classes);
			loss[size][t] -= log(p[class] + 1e-6);
		}
	}
	for (size_t i = 0; i < CLASSIFIER_SHARPNESS; i++) {
		int best = 0;
		for (int t = 1; t < TRIED; t++) {
			if (loss[i][t] < loss[i][best])
				best = t;
		}
		if (seen[i] >= 200)
			model->sharpness[i] = 0.3f + 0.03f * (float)best;
		else if (i > 0)
			model->sharpness[i] = model->sharpness[i - 1];
	}
	sampler_free(s);
	free(features);
	free(slots);
}

void
train_classifier(struct classifier *model, const struct pools *pools, const struct lesson *lesson,
		 const struct training *how, const char *name)
{
	struct learning l = {.classes = (uint32_t)lesson->classes, .dim = how->dim};
	uint64_t state = how->seed;

	*model = (struct classifier){.classes = l.classes, .dim = l.dim};
	choose_features(model, pools, lesson, how, name);
	size_t vectors = (size_t)model->buckets * 4 * l.dim;
	l.vectors = mem_alloc(vectors * sizeof(*l.vectors));
	for (size_t i = 0; i < vectors; i++) { /* small and unequal, or nothing would ever differ */
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		l.vectors[i] =
			((float)(state >> 40) / 16777216.0f - 0.5f) * 0.2f / sqrtf((float)l.dim);
	}
	l.weights = mem_zero((size_t)l.classes * (l.dim + 1), sizeof(*l.weights));
	l.bias = l.weights + (size_t)l.classes * l.dim;
	descend(&l, model, pools, lesson, how, name);
	round_vectors(model, &l);
	free(l.vectors);
	turn_weights(model, &l);
	free(l.weights);
	calibrate(model, pools, lesson, how);
}
