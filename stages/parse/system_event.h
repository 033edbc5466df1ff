/* system_event.h -- what happened, in a line that WhatsApp wrote about the chat itself. */
#ifndef SYSTEM_EVENT_H
#define SYSTEM_EVENT_H

#include "message.h"

#define EVENT_TARGETS 64
struct system_event_read {
	struct system_event event; /* its strings lie in the line */
	struct str targets[EVENT_TARGETS];
	size_t said;  /* offset of the first words that are WhatsApp's own, not a name */
	bool by_stem; /* words within the line decided: people may write them, too */
};

/* Whether the line (marks removed) is one that is known, and what it says. Where a verb alone says
 * "you", the actor or target is "You". */
bool system_event_find(struct str line, struct system_event_read *);

#endif
