/*
 * trainer.c -- a classifier from a lesson.
 *
 * First the features are chosen: those that tell most about the class, by counts over a first lot
 * of texts; words, then n-grams of the words that were not chosen. Then vectors and weights are
 * learned in floats, text by text, with a rate that falls to zero, and the vectors are rounded to
 * int8. Last the sharpness: the factor on the scores by which the probabilities of texts held back
 * come out right, for each size of text.
 */
#include "trainer.h"

#include "../../stages/detect-lang/word_sums.h"
#include "base/mem.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SKETCH_BITS   25
#define SEEN_LEAST    5
#define SUMMED_MOST   (TEXT_LETTERS * 8) /* of a text */
#define CALIBRATION   60000              /* texts */
#define WORDS_UNKNOWN 0.2 /* share of known words whose n-grams are looked at all the same */
#define FULL          92  /* slots in a hundred that are filled */

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

/* What is counted: words, or n-grams of words that are not known. */
enum kind { WORDS, GRAMS };

static size_t
features_of(const struct classifier *model, enum kind kind, struct sampler *s,
	    const struct text_words *text, size_t word, uint64_t *features)
{
	uint32_t slot;

	features[0] = text_word_hash(text, word);
	if (kind == WORDS)
		return features[0] != 0;
	if (features[0] != 0 && classifier_find_one(model, features[0], &slot) &&
	    sampler_uniform(s) >= WORDS_UNKNOWN)
		return 0;
	return text_word_grams(text, word, features);
}

/* Counted twice: the second pass knows what was too rare in the first. */
static void
count_features(struct counts *c, const struct classifier *model, const struct pools *pools,
	       const struct lesson *lesson, const struct training *how, enum kind kind)
{
	uint64_t features[WORD_FEATURES];
	uint8_t *sketch = mem_zero(1, (size_t)1 << SKETCH_BITS);
	size_t from, to, class;

	for (int pass = 0; pass < 2; pass++) {
		struct sampler *s = sampler_new(pools, lesson, how->seed, false);
		for (size_t i = 0; i < (size_t)how->counted; i++) {
			const struct text_words *text = sampler_next(s, &from, &to, &class);
			for (size_t w = from; w < to; w++) {
				size_t n = features_of(model, kind, s, text, w, features);
				for (size_t f = 0; f < n; f++) {
					uint8_t *seen = &sketch[features[f] >> (64 - SKETCH_BITS)];
					if (pass == 0 && *seen < SEEN_LEAST)
						++*seen;
					else if (pass == 1 && *seen >= SEEN_LEAST)
						counts_add(c, features[f], class, lesson->classes);
				}
			}
		}
		sampler_free(s);
	}
	free(sketch);
}

/* Those that tell most come first. */
static size_t
order_features(struct counts *c, const struct lesson *lesson)
{
	double prior[LABELS_MOST], all = 0;
	size_t n = 0;

	for (size_t k = 0; k < lesson->classes; k++)
		all += lesson->weight[k];
	for (size_t k = 0; k < lesson->classes; k++)
		prior[k] = lesson->weight[k] / all;
	for (size_t i = 0; i <= c->mask; i++) {
		struct counted at = c->slots[i];
		if (at.feature == 0)
			continue;
		at.score = information(c->by_class + at.counts * lesson->classes, prior,
				       lesson->classes);
		c->slots[n++] = at;
	}
	qsort(c->slots, n, sizeof(*c->slots), by_score);
	return n;
}

/* Puts the best features of a kind into buckets of four; who finds his full is left out. How many
 * were placed. */
static size_t
choose_features(const struct classifier *model, uint16_t *checks, const struct pools *pools,
		const struct lesson *lesson, const struct training *how, enum kind kind,
		size_t most, const char *name)
{
	static const char *const names[] = {"words", "n-grams"};
	struct counts c = {.mask = ((size_t)1 << 23) - 1};
	size_t placed = 0, i;

	c.slots = mem_zero(c.mask + 1, sizeof(*c.slots));
	count_features(&c, model, pools, lesson, how, kind);
	size_t seen = order_features(&c, lesson);
	for (i = 0; i < seen && placed < most; i++) {
		uint16_t *bucket =
			checks + (size_t)classifier_bucket(c.slots[i].feature, model->buckets) * 4;
		uint16_t check = classifier_check(c.slots[i].feature);
		for (int k = 0; k < 4 && bucket[k] != check; k++) {
			if (bucket[k] == 0) {
				bucket[k] = check;
				placed++;
				break;
			}
		}
	}
	fprintf(stderr, "%s: %zu %s seen, %zu kept of the best %zu\n", name, seen, names[kind],
		placed, i);
	free(c.slots);
	free(c.by_class);
	return placed;
}

static void
choose_all(struct classifier *model, const struct pools *pools, const struct lesson *lesson,
	   const struct training *how, const char *name)
{
	size_t room = (size_t)how->slots * FULL / 100;

	model->buckets = how->slots / 4;
	uint16_t *checks = mem_zero((size_t)model->buckets * 4, sizeof(*checks));
	model->checks = checks;
	room -= choose_features(model, checks, pools, lesson, how, WORDS, how->words, name);
	(void)choose_features(model, checks, pools, lesson, how, GRAMS, room, name);
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

/* A text as the detector sums it up (word_sums.h): which slots' vectors, each how often. */
struct summed {
	uint32_t slots[SUMMED_MOST];
	float times[SUMMED_MOST];
	size_t count;
	size_t letters;
};

/* left_out: of n-grams; words: share of known words that are spelled by n-grams. */
static void
sum_up(struct summed *to, const struct classifier *model, struct sampler *s,
       const struct text_words *text, size_t from, size_t end, double words, double left_out)
{
	uint64_t features[WORD_FEATURES];
	uint32_t slot;
	size_t known = 0;

	to->count = to->letters = 0;
	for (size_t w = from; w < end; w++) {
		uint64_t hash = text_word_hash(text, w);
		size_t at = to->count;
		to->letters += text->words[w].count;
		if (hash != 0 && classifier_find_one(model, hash, &slot) &&
		    (words == 0 || sampler_uniform(s) >= words)) {
			to->slots[to->count] = slot;
			to->times[to->count++] = 1;
		} else {
			size_t n = text_word_grams(text, w, features);
			if (left_out > 0)
				n = leave_out(s, left_out, features, n);
			n = classifier_find(model, features, n, to->slots + at);
			for (to->count += n; n > 0; n--)
				to->times[to->count - n] = 1 / sqrtf((float)(to->count - at));
		}
		known += to->count > at;
	}
	for (size_t i = 0; i < to->count; i++)
		to->times[i] /= sqrtf((float)known);
}

static void
forward(const struct learning *l, const struct summed *of, float *x, float *p)
{
	uint8_t likely[CLASSIFIER_CLASSES];

	memset(x, 0, l->dim * sizeof(*x));
	for (size_t i = 0; i < of->count; i++)
		add_times(x, l->vectors + (size_t)of->slots[i] * l->dim, of->times[i], l->dim);
	for (size_t k = 0; k < l->classes; k++)
		p[k] = l->bias[k] + product(l->weights + k * l->dim, x, l->dim);
	(void)classifier_probabilities(p, l->classes, likely);
}

static void
learn(struct learning *l, const struct summed *from, size_t class, float rate, double *loss)
{
	float x[CLASSIFIER_DIM], dx[CLASSIFIER_DIM] = {0}, p[CLASSIFIER_CLASSES];

	forward(l, from, x, p);
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
	for (size_t i = 0; i < from->count; i++)
		add_times(l->vectors + (size_t)from->slots[i] * l->dim, dx, rate * from->times[i],
			  l->dim);
}

static void
descend(struct learning *l, const struct classifier *model, const struct pools *pools,
	const struct lesson *lesson, const struct training *how, const char *name)
{
	struct summed *one = mem_alloc(sizeof(*one));
	struct sampler *s = sampler_new(pools, lesson, how->seed + 1, false);
	double loss = 0;
	size_t samples = (size_t)how->samples, tenth = samples / 10, from, to, class;

	for (size_t i = 0; i < samples; i++) {
		float rate = (float)(how->rate * (1 - (double)i / (double)samples));
		const struct text_words *text = sampler_next(s, &from, &to, &class);
		sum_up(one, model, s, text, from, to, WORDS_UNKNOWN, how->left_out);
		if (one->count > 0)
			learn(l, one, class, rate, &loss);
		if ((i + 1) % tenth == 0) {
			fprintf(stderr, "%s: %zu texts, loss %.4f\n", name, i + 1,
				loss / (double)tenth);
			loss = 0;
		}
	}
	sampler_free(s);
	free(one);
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

/* The scores that the detector will give, by the rounded vectors. */
static void
score(const struct classifier *model, const struct text_words *text, size_t from, size_t to,
      size_t letters, float *scores)
{
	int32_t total[CLASSIFIER_DIM];
	struct word_look *looks = mem_alloc((to - from) * sizeof(*looks));
	struct word_grams *grams = mem_alloc(sizeof(*grams));

	for (size_t w = from; w < to; w++) {
		looks[w - from].word = (uint32_t)w;
		looks[w - from].hash = text_word_hash(text, w);
	}
	size_t said = word_sums(model, text, looks, to - from, grams, total);
	classifier_scores(model, total, said == 0 ? 0 : 1 / (WORD_SUM_ONE * sqrtf((float)said)),
			  letters, scores);
	free(looks);
	free(grams);
}

/* For each size of text the factor, of many tried, under which the held back are likeliest. */
static void
calibrate(struct classifier *model, const struct pools *pools, const struct lesson *lesson,
	  const struct training *how)
{
	enum { TRIED = 60 };
	double(*loss)[TRIED] = mem_zero(CLASSIFIER_SHARPNESS, sizeof(*loss));
	size_t seen[CLASSIFIER_SHARPNESS] = {0}, from, to, class;
	struct sampler *s = sampler_new(pools, lesson, how->seed + 2, true);
	float scores[CLASSIFIER_CLASSES], p[CLASSIFIER_CLASSES];
	uint8_t likely[CLASSIFIER_CLASSES];

	for (size_t i = 0; i < CLASSIFIER_SHARPNESS; i++)
		model->sharpness[i] = 1;
	for (size_t i = 0; i < CALIBRATION; i++) {
		const struct text_words *text = sampler_next(s, &from, &to, &class);
		size_t letters = 0;
		for (size_t w = from; w < to; w++)
			letters += text->words[w].count;
		size_t size = (size_t)(63 - __builtin_clzll(letters));
		size = size < CLASSIFIER_SHARPNESS ? size : CLASSIFIER_SHARPNESS - 1;
		score(model, text, from, to, letters, scores);
		seen[size]++;
		for (int t = 0; t < TRIED; t++) {
			for (size_t k = 0; k < model->classes; k++)
				p[k] = scores[k] * (0.3f + 0.03f * (float)t);
			(void)classifier_probabilities(p, model->classes, likely);
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
	free(loss);
}

void
train_classifier(struct classifier *model, const struct pools *pools, const struct lesson *lesson,
		 const struct training *how, const char *name)
{
	struct learning l = {.classes = (uint32_t)lesson->classes, .dim = how->dim};
	uint64_t state = how->seed;

	*model = (struct classifier){.classes = l.classes, .dim = l.dim};
	choose_all(model, pools, lesson, how, name);
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
