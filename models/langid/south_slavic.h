/* south_slavic.h -- Bosnian, Croatian and Serbian by the words in which they differ. */
#ifndef LANGID_SOUTH_SLAVIC_H
#define LANGID_SOUTH_SLAVIC_H

#include "base/str.h"

/* "bs", "hr" or "sr" of a text in Latin letters; nothing where no such word is in it, or they
 * disagree. */
struct str south_slavic_label(struct str text);

#endif
