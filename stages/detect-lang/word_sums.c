/*
 * word_sums.c -- in four rounds over the words, as all that is looked at lies far apart: each round
 * brings closer what the next one reads.
 */
#include "word_sums.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static_assert(WORD_FEATURES <= CLASSIFIER_SUMMED, "a word's n-grams can be summed at once");

typedef int16_t shorts8 __attribute__((vector_size(16)));
typedef int32_t numbers8 __attribute__((vector_size(32)));
typedef float floats8 __attribute__((vector_size(32)));

static inline __attribute__((always_inline)) void
scale(int16_t *sum, uint32_t dim, float by)
{
	shorts8 part;

	for (uint32_t d = 0; d < dim; d += 8) {
		memcpy(&part, sum + d, sizeof(part));
		floats8 scaled = __builtin_convertvector(part, floats8) * by;
		part = __builtin_convertvector(__builtin_convertvector(scaled, numbers8), shorts8);
		memcpy(sum + d, &part, sizeof(part));
	}
}

typedef int8_t bytes8 __attribute__((vector_size(8)));

static inline __attribute__((always_inline)) void
take_vector(const struct classifier *c, uint32_t slot, int16_t *sum)
{
	const int8_t *vector = c->vectors + (size_t)slot * c->dim;
	bytes8 bytes;

	for (uint32_t d = 0; d < c->dim; d += 8) {
		memcpy(&bytes, vector + d, sizeof(bytes));
		shorts8 part = __builtin_convertvector(bytes, shorts8) * WORD_SUM_ONE;
		memcpy(sum + d, &part, sizeof(part));
	}
}

static inline __attribute__((always_inline)) void
add_up(int32_t *total, const int16_t *sum, uint32_t dim)
{
	shorts8 part;
	numbers8 whole;

	for (uint32_t d = 0; d < dim; d += 8) {
		memcpy(&part, sum + d, sizeof(part));
		memcpy(&whole, total + d, sizeof(whole));
		whole += __builtin_convertvector(part, numbers8);
		memcpy(total + d, &whole, sizeof(whole));
	}
}

/* The words; of what is unknown its n-grams. */
static void
find_words(const struct classifier *c, const struct text_words *text, struct word_look *looks,
	   size_t count, struct word_grams *grams)
{
	uint32_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct word_look *w = &looks[i];
		w->known = classifier_find_one(c, w->hash, &w->slot) & (w->hash != 0);
		classifier_expect_vector(c, w->slot);
		w->first_gram = n;
		w->grams = 0;
		if (w->known)
			continue;
		w->grams = (uint32_t)text_word_grams(text, w->word, grams->features + n);
		for (uint32_t k = 0; k < w->grams; k++)
			classifier_expect(c, grams->features[n + k]);
		n += w->grams;
	}
}

FOR_NEWER_PROCESSORS size_t
word_sums(const struct classifier *c, const struct text_words *text, struct word_look *looks,
	  size_t count, struct word_grams *grams, int32_t total[CLASSIFIER_DIM])
{
	size_t said = 0;

	for (size_t i = 0; i < count; i++)
		classifier_expect(c, looks[i].hash);
	find_words(c, text, looks, count, grams);
	for (size_t i = 0; i < count; i++) {
		struct word_look *w = &looks[i];
		w->grams = (uint32_t)classifier_find(c, grams->features + w->first_gram, w->grams,
						     grams->slots + w->first_gram);
	}
	memset(total, 0, CLASSIFIER_DIM * sizeof(*total));
	for (size_t i = 0; i < count; i++) {
		struct word_look *w = &looks[i];
		if (w->known) {
			take_vector(c, w->slot, w->sum);
		} else {
			classifier_sum(c, grams->slots + w->first_gram, w->grams, w->sum);
			if (w->grams > 0)
				scale(w->sum, c->dim, WORD_SUM_ONE / sqrtf((float)w->grams));
		}
		w->says = w->known || w->grams > 0;
		said += w->says;
		add_up(total, w->sum, c->dim);
	}
	return said;
}
