/* sampler.h -- training texts as people write them: whole lines, pieces, a word or two. */
#ifndef LANGID_SAMPLER_H
#define LANGID_SAMPLER_H

#include "../../stages/detect-lang/text_words.h"
#include "pools.h"

/* What one classifier learns: labels of a script. */
struct lesson {
	enum script script;
	size_t classes;
	size_t labels[LABELS_MOST];
	double weight[LABELS_MOST]; /* how often a label is drawn */
	bool alike;                 /* lines only of sources that all of them have */
};

struct sampler;
struct sampler *sampler_new(const struct pools *, const struct lesson *, uint64_t seed,
			    bool held_back);
void sampler_free(struct sampler *);

/* The next text, which of its words are to be looked at (half open, one at least), and its class.
 */
const struct text_words *sampler_next(struct sampler *, size_t *from, size_t *to, size_t *class);
double sampler_uniform(struct sampler *); /* 0..1 */

#endif
