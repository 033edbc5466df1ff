/* icu_words.h -- words of scripts without spaces, by the dictionaries of ICU. */
#ifndef LANGUAGE_ICU_WORDS_H
#define LANGUAGE_ICU_WORDS_H

#include "base/str.h"

#define ICU_WORDS_MOST 1024 /* code points that are looked at at once */

struct icu_words; /* one thread's */

struct icu_words *icu_words_new(void); /* NULL: this ICU has no word iterator */
void icu_words_free(struct icu_words *);

/* Sets breaks[i] where a word begins at code point i of `count`, i > 0. */
void icu_words_cut(struct icu_words *, const uint32_t *points, size_t count, bool *breaks);

#endif
