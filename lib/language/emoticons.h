/* emoticons.h -- faces made of punctuation. */
#ifndef LANGUAGE_EMOTICONS_H
#define LANGUAGE_EMOTICONS_H

#include "base/str.h"

/* Bytes of the emoticon that begins at `at` of a valid text; 0: none does. */
size_t emoticon_size(struct str text, size_t at);

#endif
