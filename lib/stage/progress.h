/*
 * progress.h -- one line on a terminal that says how far the work is: records, rate, bytes, and the
 * time left where the size is known.
 *
 * Silent where stderr is no terminal, on a dumb one, in the background, and with
 * CHATMILL_PROGRESS=never. Of several programs on one terminal (a pipe of stages) one at a time
 * draws, preferably one that knows the size; all of them clear the line before they say something.
 */
#ifndef STAGE_PROGRESS_H
#define STAGE_PROGRESS_H

#include "base/str.h"
#include <stdatomic.h>

struct progress_counts { /* written by the work, read by the display */
	_Atomic uint64_t records_in, records_out, rejected, dropped;
	_Atomic uint64_t bytes, bytes_total; /* of the input; total 0: unknown */
};

/* Whether stderr is a terminal that can show it, and nobody forbade it. */
bool progress_is_wanted(void);

struct progress;
/* Redrawn five times a second by a thread of its own, until progress_stop(); name and counts must
 * last as long. One at a time in a process. NULL where there is nothing to draw on. */
struct progress *progress_start(const char *name, const struct progress_counts *);
void progress_stop(struct progress *); /* clears the line; NULL is fine */

/* The line, without a clock of its own: for tests and for `chatmill run`. elapsed in ms; what does
 * not fit into the columns is left out, the least important first. Returns the length. */
size_t progress_line(char *to, size_t room, const char *name, const struct progress_counts *,
		     int64_t elapsed_ms, size_t columns);

#endif
