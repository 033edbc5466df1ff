/*
 * analyser.h -- a text becomes tokens, the same ones for whoever asks: tokenize, search,
 * keywords, highlighting.
 *
 * Unicode's words (UAX #29) with what people write in chats on top. Tokens follow each other, do
 * not overlap, and hold no white space, with three exceptions: phone numbers, names that WhatsApp
 * put between marks (@...), and words of Vietnamese. What lies between tokens is white space and
 * marks that are not seen.
 */
#ifndef LANGUAGE_ANALYSER_H
#define LANGUAGE_ANALYSER_H

#include "base/err.h"
#include "language/token.h"

#define ANALYSER_TOKENS 1000000 /* of one text at most, as of any list in a record */

struct analyser; /* one thread's */
struct segmenter;

/* The segmenter cuts scripts without spaces; NULL: ICU's dictionaries do. It is shared, and
 * outlives the analyser. */
struct analyser *analyser_new(const struct segmenter *, bool stem);
void analyser_free(struct analyser *);

struct analyser_input {
	struct str text;
	struct str language;        /* BCP 47; or empty: then scripts and letters decide */
	const struct str *mentions; /* names of who is mentioned, without @; they may have spaces */
	size_t mention_count;
};

/*
 * The tokens of a text, which belong to the analyser until its next call. With `stem`, a word's
 * norm is its stem, in languages that Snowball knows. ERR_INPUT: the text is not valid UTF-8, or
 * has more than ANALYSER_TOKENS.
 */
int analyser_run(struct analyser *, const struct analyser_input *, const struct token **tokens,
		 size_t *count, struct err *);

#endif
