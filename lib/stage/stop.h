/* stop.h -- SIGTERM, SIGINT, SIGHUP: the first asks for an end, which readers and waiters see; the
 * second ends the process at once, taking back files that are not finished. */
#ifndef STAGE_STOP_H
#define STAGE_STOP_H

#include <stdbool.h>
#include <stdint.h>

void stop_listen(void); /* once, before any thread: handlers, SIGPIPE ignored */
int stop_fd(void);      /* readable once an end was asked for */
bool stop_asked(void);
const char *stop_signal(void); /* "SIGTERM"; NULL: not asked */
bool stop_wait_ms(int64_t ms); /* true: an end was asked for meanwhile (or before) */
void stop_reading(void);       /* from any thread: as if an end were asked for, by us */
void stop_interrupt(void); /* from any thread: ends the wait under way, or the next one, early */
_Noreturn void stop_by_sigpipe(void); /* dies as a filter does whose reader went away */

#endif
