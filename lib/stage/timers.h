/* timers.h -- the timers that are still armed when the input ends. */
#ifndef STAGE_TIMERS_H
#define STAGE_TIMERS_H

#include "stage/worker.h"

/* Calls fire() for the armed timers of all workers by time, key and part, numbered from 0; -1 as
 * soon as fire() returns that. One that is set meanwhile does not fire any more: the end comes
 * once. The workers must stand still. */
int timers_fire_all(struct stage *const *workers, size_t count,
		    int (*fire)(void *with, struct stage *, struct state_block *, uint64_t number,
				struct err *),
		    void *with, struct err *err);

#endif
