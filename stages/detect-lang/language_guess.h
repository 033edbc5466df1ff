/* language_guess.h -- which language is this text?  Plain C: no records, no I/O. */
#ifndef LANGUAGE_GUESS_H
#define LANGUAGE_GUESS_H

#include "language_model.h"
#include <stdbool.h>
#include <stdint.h>

struct language_candidate {
	struct str code; /* BCP 47; lives as long as the model */
	double confidence;
};
struct language_span {
	int32_t start, end; /* code points, half open */
	struct str code;
};
struct language_guess {
	struct str code;   /* "und": nothing linguistic; .ptr NULL: not sure enough */
	double confidence; /* 0..1: how often such a guess is right */
	struct str script; /* ISO 15924; .ptr NULL: no letters */
	const struct language_candidate *candidates; /* best first, 3 at most; in the scratch */
	size_t candidate_count;
	const struct language_span *spans; /* in the scratch; none where all is in one language */
	size_t span_count;
	bool reliable; /* at least 0.8 of such guesses are right, and there is more than a laugh */
};
struct language_scratch; /* one thread's work space, reused from text to text */

struct language_scratch *language_scratch_new(void);
void language_scratch_free(struct language_scratch *); /* NULL is fine */

/* text is valid UTF-8. Below `confident` the code is NULL; the candidates stay. */
struct language_guess language_guess(const struct language_model *, struct language_scratch *,
				     struct str text, double confident);

#endif
