/* trainer.h -- a classifier from a lesson, by stochastic gradient descent. */
#ifndef LANGID_TRAINER_H
#define LANGID_TRAINER_H

#include "../../stages/detect-lang/classifier.h"
#include "sampler.h"

struct training {
	uint32_t dim;    /* of the vectors */
	uint32_t slots;  /* for all features; a multiple of 32 */
	uint32_t words;  /* how many of the features are whole words, at most */
	double samples;  /* texts, in all */
	double counted;  /* texts whose features are counted before */
	double rate;     /* of learning, falling to zero */
	double left_out; /* share of a text's features, so that none is relied upon alone */
	uint64_t seed;
};

/* Its arrays are the caller's to free. What it did goes to stderr under that name. */
void train_classifier(struct classifier *, const struct pools *, const struct lesson *,
		      const struct training *, const char *name);

#endif
