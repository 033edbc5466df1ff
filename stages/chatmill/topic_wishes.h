/* topic_wishes.h -- the topics that a composition needs as a deployment, where each of its pipes is
 * one. */
#ifndef CHATMILL_TOPIC_WISHES_H
#define CHATMILL_TOPIC_WISHES_H

#include "pipeline_text.h"
#include "stage_catalog.h"

enum topic_use {
	TOPIC_OF_RECORDS, /* between two stages */
	TOPIC_OF_DEAD,    /* what a stage refused */
	TOPIC_OF_CHANGES, /* what a stage remembers, a partition for each of its input */
	TOPIC_OF_SCHEMAS, /* one partition */
};
struct topic_wish {
	char *name;
	enum topic_use use;
};
struct topic_wishes {
	struct topic_wish *all; /* in the order of the records' way */
	size_t count, room;
};

/*
 * The topic of a pipe is named by --out of the stage before it, --in of the one behind it, or else
 * by the next of `names`. ERR_INPUT: one has no name, names are left over, or something is no
 * topic's name. The catalog has been described.
 */
int topic_wishes_make(struct topic_wishes *, const struct pipeline *, const struct stage_catalog *,
		      const char *const *names, size_t name_count, struct err *);
void topic_wishes_free(struct topic_wishes *); /* all zeroes is fine */

#endif
