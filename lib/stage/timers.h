/* timers.h -- the timers that no record makes due: those of other clocks than the watermark, and
 * all that are armed when the input ends. */
#ifndef STAGE_TIMERS_H
#define STAGE_TIMERS_H

#include "stage/worker.h"

enum timers_when {
	TIMERS_DUE,      /* whose time by stage_now() has come */
	TIMERS_AT_PAUSE, /* and all of PROCESSING_TIME: a run ends, and the next one goes on */
	TIMERS_AT_END,   /* all */
};

/* Calls fire() for these timers of all workers, by clock, time, key and part, numbered from 0; -1
 * as soon as fire() returns that, or when state could not be read or written. One that is set
 * meanwhile waits for the next time, which never comes at the end. The workers must stand still;
 * those with disks must share one, and what they have touched is written there. */
int timers_fire(struct stage *const *workers, size_t count, enum timers_when,
		int (*fire)(void *with, struct stage *, struct state_block *, uint64_t number,
			    struct err *),
		void *with, struct err *err);

#endif
