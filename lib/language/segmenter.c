/*
 * A model file:
 *
 *   chatmill segmenter 1\n
 *   lines that say what it learned from, and an empty one
 *   for each language: "zh" (ja, th, vi), one byte: b, four bytes: the bias, lowest first
 *                      2^b weights, a byte each, signed
 *                      one byte: w, and where that is not 0, 2^w slots of segment_words.h
 *
 * A feature's weight is at the highest b bits of its hash. Features that share one have learned to
 * live with it.
 */
#include "language/segmenter.h"

#include "base/mem.h"
#include "language/segment_features.h"
#include <assert.h>

struct weights {
	const int8_t *at; /* NULL: not in the model */
	unsigned shift;
	int32_t bias;
	struct segment_words words;
};
struct segmenter {
	struct weights of[SEGMENTER_LANGUAGES];
};

static const struct str magic = STR("chatmill segmenter 1\n");
static const char *const codes[SEGMENTER_LANGUAGES] = {"", "zh", "ja", "th", "vi"};

static int
read_language(struct segmenter *s, struct str *rest)
{
	const unsigned char *p = (const unsigned char *)rest->ptr;

	if (rest->len < 8 || p[2] < 8 || p[2] > 24)
		return -1;
	size_t size = (size_t)1 << p[2], words = 0;
	if (rest->len - 8 < size)
		return -1;
	struct weights w = {.at = (const int8_t *)p + 7,
			    .shift = 32u - p[2],
			    .bias = (int32_t)((uint32_t)p[3] | (uint32_t)p[4] << 8 |
					      (uint32_t)p[5] << 16 | (uint32_t)p[6] << 24),
			    .words.bits = p[7 + size]};
	if (w.words.bits != 0) {
		words = w.words.bits > 24 ? rest->len : (size_t)3 << w.words.bits;
		if (rest->len - 8 - size < words)
			return -1;
		w.words.slots = p + 8 + size;
	}
	for (size_t i = 1; i < SEGMENTER_LANGUAGES; i++)
		if (memcmp(codes[i], p, 2) == 0)
			s->of[i] = w;
	*rest = str_tail(*rest, 8 + size + words);
	return 0;
}

struct segmenter *
segmenter_open(struct str model, struct err *err)
{
	struct segmenter *s = mem_zero(1, sizeof(*s));
	size_t card = str_find(model, STR("\n\n"));
	struct str rest;

	if (!str_starts(model, magic) || card == model.len) {
		err_set(err, ERR_FATAL, "the segmenter's model does not begin as one");
		goto fail;
	}
	for (rest = str_tail(model, card + 2); rest.len > 0;)
		if (read_language(s, &rest) != 0) {
			err_set(err, ERR_FATAL,
				"the segmenter's model is damaged %zu bytes before its end",
				rest.len);
			goto fail;
		}
	return s;

fail:
	free(s);
	return NULL;
}

void
segmenter_close(struct segmenter *s)
{
	free(s);
}

bool
segmenter_knows(const struct segmenter *s, enum segmenter_language language)
{
	return s != NULL && s->of[language].at != NULL;
}

static bool
is_break(const struct weights *w, const uint32_t *features, size_t count)
{
	int64_t sum = w->bias;

	for (size_t i = 0; i < count; i++)
		sum += w->at[features[i] >> w->shift];
	return sum > 0;
}

void
segmenter_cut(const struct segmenter *s, enum segmenter_language language, const uint32_t *points,
	      size_t count, bool *breaks)
{
	uint32_t features[SEGMENT_FEATURES_MOST];
	uint8_t found[SEGMENTER_POINTS][SEGMENT_WORD_MOST];
	const struct weights *w = &s->of[language];

	assert(count <= SEGMENTER_POINTS);
	segment_words_find(&w->words, points, count, found);
	for (size_t i = 1; i < count; i++) {
		size_t n = segment_features_of_points(points + i, features);
		if (w->words.slots != NULL)
			n = segment_features_of_words((const uint8_t(*)[SEGMENT_WORD_MOST])found, i,
						      features, n);
		breaks[i] = is_break(w, features, n);
	}
}

void
segmenter_join(const struct segmenter *s, const struct segmenter_syllable *syllables, size_t count,
	       bool *breaks)
{
	uint32_t features[SEGMENT_FEATURES_MOST], hashes[SEGMENTER_POINTS];
	uint8_t found[SEGMENTER_POINTS][SEGMENT_WORD_MOST];
	const struct weights *w = &s->of[SEGMENTER_VIETNAMESE];

	assert(count <= SEGMENTER_POINTS);
	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++)
		hashes[i] = syllables[i].hash;
	segment_words_find(&w->words, hashes, count, found);
	for (size_t i = 1; i < count; i++) {
		size_t n = segment_features_of_syllables(syllables + i, features);
		if (w->words.slots != NULL)
			n = segment_features_of_words((const uint8_t(*)[SEGMENT_WORD_MOST])found, i,
						      features, n);
		breaks[i] = is_break(w, features, n);
	}
}
