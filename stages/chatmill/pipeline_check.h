/* pipeline_check.h -- whether the programs of a composition fit together, before any of them runs.
 */
#ifndef CHATMILL_PIPELINE_CHECK_H
#define CHATMILL_PIPELINE_CHECK_H

#include "base/buf.h"
#include "pipeline_text.h"
#include "stage_catalog.h"

struct pipeline_report {
	struct buf steps;  /* a line for each program: what becomes of the records there */
	struct buf errors; /* a sentence a line; none: it fits together */
};

/* The schema of the records is worked out along the pipe, and compared with what each stage reads.
 * Nothing runs but `--describe` of the stages, with the words that they have there. */
void pipeline_check(const struct pipeline *, const struct stage_catalog *,
		    struct pipeline_report *);
/* Its errors, to standard error; the exit status: 0 when there are none, else 1. */
int pipeline_report_tell(const struct pipeline_report *);
void pipeline_report_free(struct pipeline_report *);

#endif
