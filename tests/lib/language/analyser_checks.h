/* analyser_checks.h -- what holds for the tokens of any text. */
#ifndef TESTS_ANALYSER_CHECKS_H
#define TESTS_ANALYSER_CHECKS_H

#include "language/analyser.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include <stdlib.h>

/* Whether nobody would miss it between two tokens: white space, controls, marks of direction. */
static inline bool
is_unseen(uint32_t c)
{
	const struct unicode_character *u = unicode_of(c);

	return u->category == CATEGORY_SEPARATOR || u->grapheme == GRAPHEME_CONTROL ||
	       u->grapheme == GRAPHEME_CR || u->grapheme == GRAPHEME_LF || u->word == WORD_FORMAT ||
	       u->word == WORD_EXTEND || u->word == WORD_ZWJ;
}

/* Tokens are in order, not empty, within the text, and what lies between them is unseen: the tokens
 * and what is between them are the text. NULL, or what is wrong. */
static inline const char *
wrong_with_tokens(struct str text, const struct token *tokens, size_t count)
{
	int32_t point = 0;
	size_t next = 0;

	for (struct str rest = text; rest.len > 0; point++) {
		uint32_t c = utf8_next(&rest);
		if (next < count && tokens[next].end <= point)
			next++;
		if (next < count && tokens[next].start >= tokens[next].end)
			return "a token is empty";
		if (next > 0 && next < count && tokens[next].start < tokens[next - 1].end)
			return "tokens overlap";
		if ((next == count || point < tokens[next].start) && !is_unseen(c))
			return "something is in no token";
	}
	if (count > 0 && tokens[count - 1].end > point)
		return "a token ends behind the text";
	for (size_t i = 0; i < count; i++) {
		if (tokens[i].kind <= TOKEN_UNKNOWN || tokens[i].kind > TOKEN_SYMBOL)
			return "a token has no kind";
		if (tokens[i].norm.ptr != NULL && !utf8_valid(tokens[i].norm))
			return "a norm is not valid";
	}
	return NULL;
}

#endif
