/* metrics_http.h -- /metrics, /healthz (alive) and /readyz (ready) over HTTP/1.1, on a thread of
 * its own. GET and HEAD only; a slow or hostile client costs at most one of a few slots, for
 * seconds. */
#ifndef OBSERVE_METRICS_HTTP_H
#define OBSERVE_METRICS_HTTP_H

#include "base/err.h"
#include "observe/metrics.h"

struct metrics_http;

/* address: "127.0.0.1:9400", "[::1]:9400", ":9400" (all addresses), port 0 picks one. ready: a
 * gauge that is to say what /readyz says, or NULL. ERR_INPUT: it is no address; else ERR_FATAL. */
struct metrics_http *metrics_http_start(const char *address, struct metrics *, struct metric *ready,
					struct err *);
const char *metrics_http_address(const struct metrics_http *); /* with the port that was picked */
/* Ready while all have said so who said that they are not; one has at first. NULL is fine. */
void metrics_http_ready(struct metrics_http *, bool ready);
void metrics_http_stop(struct metrics_http *); /* NULL is fine */

#endif
