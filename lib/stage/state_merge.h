/* state_merge.h -- what two runs over different input remember becomes one. */
#ifndef STAGE_STATE_MERGE_H
#define STAGE_STATE_MERGE_H

#include "stage/state_disk.h"

/* Takes in what another folder of the same stage keeps; part of the next commit. Two blocks of one
 * key and part become one by the state's merge(), which then has the earlier of their timers; of
 * two watermarks the later one counts. ERR_FATAL: also where there is no merge(). */
int state_merge(struct state_disk *into, const char *folder, const char *stage,
		const struct stage_state *states, struct err *);

#endif
