/* event_names.h -- the people that a line of the system names. */
#ifndef EVENT_NAMES_H
#define EVENT_NAMES_H

#include "base/str.h"

/* false: a sentence, or the begin of one, and nobody's name: "Anyone in the community can". */
bool event_name_is_likely(struct str);

/* The name, or "You" where it is a language's word for whoever exported the chat. */
struct str event_name_of(struct str);

/* "A, B and C" into most names at most; how many there are. "3 others" are left out. */
size_t event_names_split(struct str list, struct str *names, size_t most);

#endif
