/* progress.h -- one line on a terminal that says how far the work is: records, rate, bytes, and the
 * time left where the size is known. Silent where stderr is no terminal, or with a mode of "never".
 */
#ifndef STAGE_PROGRESS_H
#define STAGE_PROGRESS_H

#include "base/str.h"
#include <stdatomic.h>

struct progress_counts { /* written by the work, read by the display */
	_Atomic uint64_t records_in, records_out, rejected, dropped;
	_Atomic uint64_t bytes, bytes_total; /* of the input; total 0: unknown */
};

struct progress;
/* draws: true forces it on, where stderr is a terminal it is on by itself. Redrawn five times a
 * second by a thread of its own. */
struct progress *progress_start(const char *name, const struct progress_counts *);
void progress_stop(struct progress *); /* clears the line; NULL is fine */

/* The line, without a clock of its own: for tests and for `chatmill run`. elapsed in ms. */
size_t progress_line(char *to, size_t room, const char *name, const struct progress_counts *,
		     int64_t elapsed_ms, size_t columns);

#endif
