/* stems.h -- words without their endings, by Snowball's algorithms. */
#ifndef LANGUAGE_STEMS_H
#define LANGUAGE_STEMS_H

#include "base/arena.h"

struct stems; /* one thread's */

struct stems *stems_new(void);
void stems_free(struct stems *); /* NULL: nothing */

/* The stem of a word whose norm (.ptr NULL: the word) is given, in the arena; the norm as it is
 * where that changes nothing, or Snowball does not know the language (BCP 47). */
struct str stems_norm(struct stems *, struct str language, struct arena *, struct str word,
		      struct str norm);

#endif
