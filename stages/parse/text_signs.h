/* text_signs.h -- one look at a text, that spares most texts every other one. */
#ifndef TEXT_SIGNS_H
#define TEXT_SIGNS_H

#include "base/str.h"

enum text_sign {
	SIGN_BEYOND_ASCII = 1,
	SIGN_MARK = 2,     /* 0xE2 or 0xEF, with which marks (text_marks.h) begin */
	SIGN_RETURN = 4,   /* "\r" */
	SIGN_AT = 8,       /* "@" */
	SIGN_COLON = 16,   /* ":" */
	SIGN_NUL = 32,     /* a byte of 0 */
	SIGN_LINE = 64,    /* "\n" */
	SIGN_BROKEN = 128, /* it is not UTF-8 */
};

/* Which of them the text has. */
unsigned text_signs(struct str);

#endif
