/* segment_features.h -- what the segmenter looks at around a place; its trainer, too. */
#ifndef LANGUAGE_SEGMENT_FEATURES_H
#define LANGUAGE_SEGMENT_FEATURES_H

#include "language/segment_words.h"
#include "language/segmenter.h"

#define SEGMENT_FEATURES_MOST 80

/* The features of the place before points[0], as hashes; how many. Reads SEGMENTER_CONTEXT behind
 * it and as many from it on. */
size_t segment_features_of_points(const uint32_t *points,
				  uint32_t features[static SEGMENT_FEATURES_MOST]);
/* More of them, by the words that end, begin or go on at place `at` of a run; those of
 * segment_words_find(). How many there are now. */
size_t segment_features_of_words(const uint8_t (*found)[SEGMENT_WORD_MOST], size_t at,
				 uint32_t features[static SEGMENT_FEATURES_MOST], size_t count);
size_t segment_features_of_syllables(const struct segmenter_syllable *,
				     uint32_t features[static SEGMENT_FEATURES_MOST]);

#endif
