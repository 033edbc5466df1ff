/* laughter.h -- "hahaha", "jajaja", "kkkk", "wkwk", "555", "ㅋㅋ": it is in no language, though
 * some laugh in a way of their own. */
#ifndef LAUGHTER_H
#define LAUGHTER_H

#include "text_words.h"

/* The word is a laugh; its letters as text_words.h has them, four of which may be read, its length
 * as it was written. *code: who laughs like that, empty where many do. */
bool laughter_is(const uint32_t *letters, size_t count, size_t length, struct str *code);

/* The text is three or more fives and nothing else, as Thai laughs; marks and spaces aside. */
bool laughter_is_fives(struct str text);

/* Takes the laughs out. true: there were, and nothing else is left; *code as above, of the first
 * that is somebody's. */
bool laughter_remove(struct text_words *, struct str *code);

#endif
