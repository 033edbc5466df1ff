/* clock.h -- the time, which tests can set. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now_ms(void);       /* since 1970, UTC; $CHATMILL_NOW (ms) stands still instead */
int64_t clock_monotonic_ms(void); /* for intervals */
void clock_set_ms(int64_t now);   /* from here on both stand still at `now`; tests only */

#endif
