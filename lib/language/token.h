/* token.h -- what a text is cut into. */
#ifndef LANGUAGE_TOKEN_H
#define LANGUAGE_TOKEN_H

#include "base/str.h"

enum token_kind {
	TOKEN_UNKNOWN,
	TOKEN_WORD,
	TOKEN_NUMBER,      /* dates, versions and ordinals, too */
	TOKEN_PUNCTUATION, /* one, or several of the same: "...", "!!!" */
	TOKEN_EMOJI,       /* a whole sequence */
	TOKEN_EMOTICON,
	TOKEN_URL,
	TOKEN_EMAIL,
	TOKEN_PHONE,
	TOKEN_MENTION,
	TOKEN_HASHTAG,
	TOKEN_TIME, /* of a clock */
	TOKEN_SYMBOL,
};
extern const char *const token_kind_names[]; /* "", "word", ...; ends with NULL */

struct token {
	int32_t start, end; /* code points, half open, as in Python */
	enum token_kind kind;
	struct str norm; /* what equals are told by; .ptr NULL: the text itself */
};

#endif
