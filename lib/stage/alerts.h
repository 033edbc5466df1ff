/*
 * alerts.h -- whoever has to look at dead letters is told: by a line in the log, a command, a
 * webhook.
 *
 * At once for the first, then at most so often, with how many there were since. It is done on a
 * thread of its own, begun with the first letter: the work waits for nobody, and fails for nobody.
 */
#ifndef STAGE_ALERTS_H
#define STAGE_ALERTS_H

#include "base/str.h"

struct alerts;

struct alert_plan { /* all must outlive it */
	const char *stage;
	const char *where; /* the letters go; NULL: nowhere */
	const char *
		command; /* for a shell, with the alert as JSON on its standard input; NULL: none */
	const char *webhook; /* URL that this JSON is posted to; NULL: none */
	int64_t every_ms;
};

struct alerts *alerts_open(const struct alert_plan *);
/* A record was refused. Any thread; NULL is fine. */
void alerts_note(struct alerts *, struct str class, struct str reason);
/* What was not told yet is told. NULL is fine. */
void alerts_close(struct alerts *);

#endif
