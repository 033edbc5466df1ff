/* segment_features.h -- what the segmenter looks at around a place; its trainer, too. */
#ifndef LANGUAGE_SEGMENT_FEATURES_H
#define LANGUAGE_SEGMENT_FEATURES_H

#include "language/segmenter.h"

#define SEGMENT_FEATURES_MOST 32

/* The features of the place before points[0], as hashes; how many. Reads SEGMENTER_CONTEXT behind
 * it and as many from it on. */
size_t segment_features_of_points(const uint32_t *points,
				  uint32_t features[static SEGMENT_FEATURES_MOST]);
size_t segment_features_of_syllables(const struct segmenter_syllable *,
				     uint32_t features[static SEGMENT_FEATURES_MOST]);

#endif
