#include "base/clock.h"

#include "base/str.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

static _Atomic int64_t set_to = INT64_MIN; /* INT64_MIN: runs */

static int64_t
read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_now_ms(void)
{
	int64_t now = atomic_load(&set_to);
	const char *fixed;
	uint64_t value;

	if (now != INT64_MIN)
		return now;
	fixed = getenv("CHATMILL_NOW");
	if (fixed != NULL && str_to_u64(str_of(fixed), &value) && value < INT64_MAX)
		return (int64_t)value;
	return read_clock(CLOCK_REALTIME);
}

int64_t
clock_monotonic_ms(void)
{
	int64_t now = atomic_load(&set_to);

	return now != INT64_MIN ? now : read_clock(CLOCK_MONOTONIC);
}

void
clock_set_ms(int64_t now)
{
	atomic_store(&set_to, now);
}
