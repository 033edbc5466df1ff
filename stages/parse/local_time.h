/*
 * local_time.h -- a wall clock's time becomes an instant.
 *
 * The zone is the process's (libc's): set it once, before threads. An hour that a clock shows twice
 * is settled by the order of the messages, one that it never shows counts on from before the jump.
 */
#ifndef LOCAL_TIME_H
#define LOCAL_TIME_H

#include "base/err.h"
#include <stdint.h>

/* A name of the zone database ("Europe/Berlin"); NULL: the machine's. ERR_FATAL: not known. */
int local_time_set_zone(const char *zone, struct err *);

/* What the machine's zone is called, as far as it says so: a name as above, else an abbreviation.
 */
#define ZONE_LONGEST 256 /* bytes, with NUL */
const char *local_time_machine_zone(char name[ZONE_LONGEST]);

/* Per source, all zeroes at first. Plain data: it may be copied and stored. */
struct local_time {
	int64_t day; /* of what is known; all zeroes: nothing is */
	int32_t known;
	int32_t before, after; /* seconds: the offset before the clock's change near that day, */
	int64_t change;        /* from this instant on the other one; INT64_MAX: none is near */
	int64_t last;          /* instant given last, seconds */
	uint64_t impossible;   /* times that no clock in this zone ever showed: a wrong zone? */
};

/* Seconds since 1970 UTC of a wall clock's seconds since 1970; *offset_minutes: local minus UTC. */
int64_t local_time_find(struct local_time *, int64_t wall_seconds, int32_t *offset_minutes);
static inline int64_t
local_time_instant(struct local_time *lt, int64_t wall, int32_t *offset_minutes)
{
	if (!lt->known || lt->change != INT64_MAX ||
	    (uint64_t)wall - (uint64_t)lt->day * 86400 >= 86400)
		return local_time_find(lt, wall, offset_minutes);
	*offset_minutes = lt->before / 60;
	return lt->last = wall - lt->before;
}

#endif
