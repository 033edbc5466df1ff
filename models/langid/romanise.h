/*
 * romanise.h -- text as chats write it in Latin letters: Hindi, Urdu, Bengali, Tamil, Arabic
 * with its digits, Greek, Russian.
 *
 * Nobody spells these in one way, so each letter has several spellings, and each text keeps to its
 * own choice among them; words that everybody writes in a certain way have a table.
 */
#ifndef LANGID_ROMANISE_H
#define LANGID_ROMANISE_H

#include "base/buf.h"

/* false: not one of those languages. The same seed gives the same spelling. */
bool romanise(struct str code, struct str text, uint64_t seed, struct buf *to);

#endif
