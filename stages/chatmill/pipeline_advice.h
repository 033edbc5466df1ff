/* pipeline_advice.h -- what somebody could change in a composition so that it fits. */
#ifndef CHATMILL_PIPELINE_ADVICE_H
#define CHATMILL_PIPELINE_ADVICE_H

#include "base/buf.h"
#include "record_flow.h"
#include "stage_catalog.h"

#define PIPELINE_LATER 64 /* stages */

struct pipeline_place {
	const char *behind, *before; /* the neighbours of a gap; behind NULL: at the front */
	const struct stage_description *later[PIPELINE_LATER]; /* that stand behind the gap */
	size_t later_count;
};

/* Adds half a sentence: which stages to put into the gap, or to move there, so that the reader
 * gets what it lacks; or that none of the catalog would do. */
void pipeline_advise_lack(const struct stage_catalog *, const struct record_flow *,
			  const struct stage_read *missing, size_t count,
			  const struct pipeline_place *, struct buf *advice);

/* How a pipe begins. */
void pipeline_advise_source(const struct stage_catalog *, struct buf *advice);

#endif
