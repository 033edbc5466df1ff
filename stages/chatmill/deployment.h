/* deployment.h -- a composition whose pipes are topics: what each of its stages reads, writes and
 * is called there. */
#ifndef CHATMILL_DEPLOYMENT_H
#define CHATMILL_DEPLOYMENT_H

#include "pipeline_text.h"
#include "stage/kafka_endpoint.h"
#include "stage_catalog.h"

struct deployed_stage {
	const char *name;         /* the pipeline's */
	char *group, *out, *dead; /* group and dead: NULL where it reads no topic; out: where it
				     writes none */
	struct kafka_endpoint in; /* its topics; count 0: none */
	bool remembers;
};
struct deployment {
	struct deployed_stage *stages; /* in order */
	size_t count;
};

/*
 * The topic of a pipe is named by --out of the stage before it, --in of the one behind it, or else
 * by the next of `names`. ERR_INPUT: one has no name, names are left over, or something is no
 * topic's name. The pipeline must outlive it; the catalog has been described.
 */
int deployment_read(struct deployment *, const struct pipeline *, const struct stage_catalog *,
		    const char *const *names, size_t name_count, struct err *);
void deployment_free(struct deployment *); /* all zeroes is fine */

#endif
