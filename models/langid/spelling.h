/* spelling.h -- the same text as it is written elsewhere: other scripts, broken encodings. */
#ifndef LANGID_SPELLING_H
#define LANGID_SPELLING_H

#include "../../stages/detect-lang/letters.h"
#include "base/buf.h"
#include <stdio.h>

/* Which signs are simplified, which traditional, from lists of both; closes them. NULL: none. */
void spelling_learn_chinese(FILE *simplified, FILE *traditional);
/* "zh-Hans", "zh-Hant", or nothing where the signs are those of both. */
struct str spelling_chinese(struct str text);

/* Placeholders taken out; letters of Serbian and its neighbours that were read as Western ones. */
void spelling_repair(struct str code, struct str text, struct buf *to);

/* Serbian in both scripts, Uzbek in Cyrillic, too. false: the language has no other script. */
bool spelling_in_other_script(struct str code, enum script, struct str text, struct buf *to);

#endif
