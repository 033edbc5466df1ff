/* topic_wishes.h -- the topics that a deployment needs. */
#ifndef CHATMILL_TOPIC_WISHES_H
#define CHATMILL_TOPIC_WISHES_H

#include "deployment.h"

enum topic_use {
	TOPIC_OF_RECORDS, /* between two stages */
	TOPIC_OF_DEAD,    /* what a stage refused */
	TOPIC_OF_CHANGES, /* what a stage remembers, a partition for each of its input */
	TOPIC_OF_SCHEMAS, /* or where sources are: one partition */
};
struct topic_wish {
	char *name;
	enum topic_use use;
};
struct topic_wishes {
	struct topic_wish *all; /* in the order of the records' way */
	size_t count, room;
};

void topic_wishes_make(struct topic_wishes *, const struct deployment *);
void topic_wishes_free(struct topic_wishes *); /* all zeroes is fine */

#endif
