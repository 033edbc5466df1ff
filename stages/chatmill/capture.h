/* capture.h -- asks programs of others a question and reads the answer, within limits: any of them
 * may hang, never stop talking, or crash. */
#ifndef CHATMILL_CAPTURE_H
#define CHATMILL_CAPTURE_H

#include "base/buf.h"
#include "base/err.h"

struct capture {
	const char *const *argv; /* ends with NULL; argv[0] is the program's path */
	struct buf output;       /* of stdout; stderr goes nowhere, stdin is empty */
	bool ended_well;         /* it exited with 0, in time and within the limit */
	struct err err;          /* ERR_FATAL: why not */
};

/* Runs them side by side. Whoever isn't done after timeout_ms, or writes more than limit bytes, is
 * killed, with all that it started. */
void capture_run(struct capture *, size_t count, int timeout_ms, size_t limit);
void capture_free(struct capture *);

#endif
