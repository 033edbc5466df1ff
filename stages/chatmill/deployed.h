/* deployed.h -- the words of a verb about a deployment: a composition, or a file that holds it, and
 * names of topics. */
#ifndef CHATMILL_DEPLOYED_H
#define CHATMILL_DEPLOYED_H

#include "deployment.h"

struct deployed {
	struct stage_catalog *catalog;
	struct pipeline *pipeline;
	struct deployment deployment;
};

/* Stages that do not fit together are no deployment. The exit status: 0; 1 or 2, and it was said
 * why. */
int deployed_open(struct deployed *, const char *const *words, size_t count);
void deployed_close(struct deployed *); /* all zeroes is fine */

#endif
