/* script_runs.h -- runs of scripts that write no spaces, cut into words. */
#ifndef LANGUAGE_SCRIPT_RUNS_H
#define LANGUAGE_SCRIPT_RUNS_H

#include "base/str.h"
#include "text/unicode.h"

struct script_runs; /* one thread's */
struct segmenter;

/* Letters and marks of Han, kana, Thai, Lao, Khmer, Myanmar; and what kana's own marks are. */
static inline bool
script_is_unspaced(const struct unicode_character *u, uint32_t c)
{
	return (u->script >= SCRIPT_HAN && u->script <= SCRIPT_MYANMAR &&
		(u->category == CATEGORY_LETTER || u->category == CATEGORY_MARK ||
		 u->script == SCRIPT_HAN)) ||
	       c == 0x30FC || c == 0xFF70;
}

/* segmenter: NULL, and ICU cuts all of them. */
struct script_runs *script_runs_new(const struct segmenter *);
void script_runs_free(struct script_runs *);

/* A text begins: whose language Han is in is decided anew, by `language` or else by whether there
 * is kana in the first few thousand bytes. */
void script_runs_begin(struct script_runs *, struct str text, struct str language);

/* Takes the run that begins at byte `from`, or its first thousand characters or so, up to the end
 * of a word; where it ends. */
size_t script_runs_take(struct script_runs *, size_t from);

/* Where the first word ends of what was taken, then the next, up to its end. */
size_t script_runs_next(struct script_runs *);

#endif
