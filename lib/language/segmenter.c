/*
 * A model file:
 *
 *   chatmill segmenter 1\n
 *   lines that say what it learned from, and an empty one
 *   for each language: "zh" (ja, th, vi), one byte: b, four bytes: the bias, lowest first
 *                      2^b weights, a byte each, signed
 *
 * A feature's weight is at the highest b bits of its hash. Features that share one have learned to
 * live with it.
 */
#include "language/segmenter.h"

#include "base/mem.h"
#include "language/segment_features.h"

struct weights {
	const int8_t *at; /* NULL: not in the model */
	unsigned shift;
	int32_t bias;
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

	if (rest->len < 7 || p[2] < 8 || p[2] > 24)
		return -1;
	size_t size = (size_t)1 << p[2];
	if (rest->len - 7 < size)
		return -1;
	for (size_t i = 1; i < SEGMENTER_LANGUAGES; i++)
		if (memcmp(codes[i], p, 2) == 0)
			s->of[i] = (struct weights){(const int8_t *)p + 7, 32u - p[2],
						    (int32_t)((uint32_t)p[3] | (uint32_t)p[4] << 8 |
							      (uint32_t)p[5] << 16 |
							      (uint32_t)p[6] << 24)};
	*rest = str_tail(*rest, 7 + size);
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

	for (size_t i = 1; i < count; i++) {
		size_t n = segment_features_of_points(points + i, features);
		breaks[i] = is_break(&s->of[language], features, n);
	}
}

void
segmenter_join(const struct segmenter *s, const struct segmenter_syllable *syllables, size_t count,
	       bool *breaks)
{
	uint32_t features[SEGMENT_FEATURES_MOST];

	for (size_t i = 1; i < count; i++) {
		size_t n = segment_features_of_syllables(syllables + i, features);
		breaks[i] = is_break(&s->of[SEGMENTER_VIETNAMESE], features, n);
	}
}
