/*
 * segmenter.h -- where words end that are not between spaces, learned from texts.
 *
 * A linear model for each language: between two characters (for Vietnamese: two syllables) stand
 * features of their neighbours, whose weights add up to a yes or a no. models/ has the file, what
 * it learned from, and the trainer, which shares segment_features.h with this.
 */
#ifndef LANGUAGE_SEGMENTER_H
#define LANGUAGE_SEGMENTER_H

#include "base/err.h"
#include "base/str.h"

#define SEGMENTER_CONTEXT 4    /* characters on both sides of a run that are looked at */
#define SEGMENTER_POINTS  1024 /* characters in a run, at most */

enum segmenter_language {
	SEGMENTER_NONE,
	SEGMENTER_CHINESE,
	SEGMENTER_JAPANESE,
	SEGMENTER_THAI,
	SEGMENTER_VIETNAMESE,
	SEGMENTER_LANGUAGES,
};

struct segmenter; /* read-only: any thread */

/* Of a model file's bytes, which must outlive it. NULL: ERR_FATAL, it is none. */
struct segmenter *segmenter_open(struct str model, struct err *);
void segmenter_close(struct segmenter *);

bool segmenter_knows(const struct segmenter *, enum segmenter_language); /* NULL: nothing */

/* Sets breaks[i] where a word begins, 0 < i < count; points has SEGMENTER_CONTEXT more on both
 * sides, 0 where the text ends. It must know the language. */
void segmenter_cut(const struct segmenter *, enum segmenter_language, const uint32_t *points,
		   size_t count, bool *breaks);

/* The same for syllables, each given by a hash of its small letters and by its shape; 0 where the
 * text ends. */
struct segmenter_syllable {
	uint32_t hash;
	uint8_t shape; /* 0: no word; 1: small letters; 2: begins with a capital; 3: capitals */
};
void segmenter_join(const struct segmenter *, const struct segmenter_syllable *, size_t count,
		    bool *breaks);

#endif
