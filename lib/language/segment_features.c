#include "language/segment_features.h"

#include "text/unicode.h"

enum {
	NOTHING,
	HAN,
	HIRAGANA,
	KATAKANA,
	LETTER,
	DIGIT,
	SIGN,
	CONSONANT,
	VOWEL,
	LEADING,
	TONE,
	OTHER
};

static uint32_t
sort_of(uint32_t c)
{
	const struct unicode_character *u;

	if (c >= 0x0E00 && c < 0x0E80) /* Thai: a syllable has its order */
		return c <= 0x0E2E   ? CONSONANT
		       : c <= 0x0E3A ? VOWEL
		       : c <= 0x0E44 ? LEADING
		       : c <= 0x0E4E ? TONE
				     : OTHER;
	u = unicode_of(c);
	switch (u->script) {
	case SCRIPT_HAN:
		return HAN;
	case SCRIPT_HIRAGANA:
		return HIRAGANA;
	case SCRIPT_KATAKANA:
		return KATAKANA;
	default:
		return c == 0                           ? NOTHING
		       : c == 0x30FC                    ? KATAKANA
		       : u->category == CATEGORY_LETTER ? LETTER
		       : u->category == CATEGORY_NUMBER ? DIGIT
							: SIGN;
	}
}

static uint32_t
mix(uint32_t h, uint32_t x)
{
	h = (h ^ x) * 0x9E3779B1u;
	return h ^ h >> 15;
}

/* Hash of n values from x on, in the name of a template. */
static uint32_t
hash_of(uint32_t template, const uint32_t *x, size_t n)
{
	uint32_t h = template * 0x85EBCA77u;

	for (size_t i = 0; i < n; i++)
		h = mix(h, x[i]);
	return h;
}

/* N-grams of characters, by where they begin; then of sorts. */
static const struct {
	int8_t from;
	uint8_t length;
} point_grams[] = {{-3, 1}, {-2, 1}, {-1, 1}, {0, 1},  {1, 1},  {2, 1},  {-3, 2}, {-2, 2},
		   {-1, 2}, {0, 2},  {1, 2},  {-3, 3}, {-2, 3}, {-1, 3}, {0, 3},  {-2, 4}},
  sort_grams[] = {{-2, 2}, {-1, 2}, {0, 2}, {-3, 3}, {-2, 3}, {-1, 3}, {0, 3}, {-2, 4}, {-3, 6}};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

size_t
segment_features_of_points(const uint32_t *points, uint32_t features[static SEGMENT_FEATURES_MOST])
{
	uint32_t sorts[2 * SEGMENTER_CONTEXT];
	size_t n = 0;

	for (int i = 0; i < 2 * SEGMENTER_CONTEXT; i++)
		sorts[i] = sort_of(points[i - SEGMENTER_CONTEXT]);
	for (size_t i = 0; i < COUNT(point_grams); i++, n++)
		features[n] = hash_of((uint32_t)n + 1, points + point_grams[i].from,
				      point_grams[i].length);
	for (size_t i = 0; i < COUNT(sort_grams); i++, n++)
		features[n] =
			hash_of((uint32_t)n + 1, sorts + SEGMENTER_CONTEXT + sort_grams[i].from,
				sort_grams[i].length);
	return n;
}

/* Words that go on at a place, the most that are taken. */
#define INSIDE_MOST 12
#define PAIRS_MOST  16 /* of a word that ends and one that begins there */

enum { ENDS = 200, BEGINS, GOES_ON, MEETS, LONGEST };

static uint32_t
word_feature(uint32_t template, size_t length, uint8_t class)
{
	return hash_of(template, (const uint32_t[]){(uint32_t)length, class}, 2);
}

size_t
segment_features_of_words(const uint8_t (*found)[SEGMENT_WORD_MOST], size_t at,
			  uint32_t features[static SEGMENT_FEATURES_MOST], size_t count)
{
	uint32_t longest[4] = {0}, inside[2] = {0};
	size_t most = count + 2 * SEGMENT_WORD_MOST + INSIDE_MOST;

	for (size_t n = 1; n <= SEGMENT_WORD_MOST; n++) {
		uint8_t ends = at >= n ? found[at - n][n - 1] : 0, begins = found[at][n - 1];
		if (ends != 0) {
			features[count++] = word_feature(ENDS, n, ends);
			longest[0] = (uint32_t)n;
			longest[1] = ends;
		}
		if (begins != 0) {
			features[count++] = word_feature(BEGINS, n, begins);
			longest[2] = (uint32_t)n;
			longest[3] = begins;
		}
	}
	for (size_t back = 1; back < SEGMENT_WORD_MOST && back <= at; back++)
		for (size_t n = back + 1; n <= SEGMENT_WORD_MOST && count < most; n++) {
			uint8_t class = found[at - back][n - 1];
			if (class == 0)
				continue;
			features[count++] = word_feature(GOES_ON, n, class);
			if (n > inside[0]) {
				inside[0] = (uint32_t)n;
				inside[1] = class;
			}
		}
	most = count + PAIRS_MOST;
	for (uint32_t n = 1; n <= SEGMENT_WORD_MOST && n <= at; n++)
		for (uint32_t m = 1; m <= SEGMENT_WORD_MOST && found[at - n][n - 1] != 0; m++)
			if (found[at][m - 1] != 0 && count < most)
				features[count++] =
					hash_of(MEETS,
						(const uint32_t[]){n, found[at - n][n - 1], m,
								   found[at][m - 1]},
						4);
	features[count++] = hash_of(
		LONGEST, (const uint32_t[]){longest[0], longest[2], inside[0], inside[1]}, 4);
	return count;
}

size_t
segment_features_of_syllables(const struct segmenter_syllable *s,
			      uint32_t features[static SEGMENT_FEATURES_MOST])
{
	uint32_t hashes[6], shapes[6];
	size_t n = 0;

	for (int i = 0; i < 6; i++) {
		hashes[i] = s[i - 3].hash;
		shapes[i] = s[i - 3].shape;
	}
	for (size_t from = 1; from < 5; from++, n++)
		features[n] = hash_of((uint32_t)n + 1, hashes + from, 1);
	for (size_t from = 1; from < 4; from++, n++)
		features[n] = hash_of((uint32_t)n + 1, hashes + from, 2);
	for (size_t from = 0; from < 4; from++, n++)
		features[n] = hash_of((uint32_t)n + 1, hashes + from, 3);
	for (size_t from = 1; from < 3; from++, n++)
		features[n] = hash_of((uint32_t)n + 1, hashes + from, 4);
	for (size_t from = 1; from < 4; from++, n++)
		features[n] = hash_of((uint32_t)n + 1, shapes + from, 2);
	features[n++] = hash_of(100, shapes + 1, 4);
	features[n++] = hash_of(101, shapes, 6);
	features[n++] = mix(hash_of(102, hashes + 2, 1), shapes[3]);
	features[n++] = mix(hash_of(103, hashes + 3, 1), shapes[2]);
	return n;
}
