/* utf8.h -- bytes that claim to be UTF-8: check them once, then walk them without checking. */
#ifndef TEXT_UTF8_H
#define TEXT_UTF8_H

#include "base/buf.h"

/* Bytes before the first that breaks UTF-8; text.len when none does. Overlong forms, surrogates
 * and anything above U+10FFFF break it. */
size_t utf8_valid_prefix(struct str text);

/* Takes one code point off the front of text, which must be valid and not empty. */
uint32_t utf8_next(struct str *text);

/* Code points of valid text. */
size_t utf8_length(struct str text);

void utf8_add(struct buf *, uint32_t code_point); /* a scalar value */

/* Appends text with every maximal broken part as one U+FFFD (Unicode 15, 3.9, as browsers do it);
 * how many there were. */
size_t utf8_repair(struct buf *, struct str text);

#endif
