/* dead_choice.h -- which dead letters somebody means: by stage, class, reason and time. */
#ifndef CHATMILL_DEAD_CHOICE_H
#define CHATMILL_DEAD_CHOICE_H

#include "base/buf.h"
#include "base/err.h"
#include "stage/dead_letter.h"

struct dead_choice {
	const char *stage, *reason, *class; /* NULL: any; reason: a part of it */
	int64_t since_ms, until_ms;         /* since 1970, half open */
};

/* "2026-11-28", "2026-11-28T20:15", "2026-11-28T20:15:30", in UTC; or "90m", "2h", "3d" ago.
 * ERR_INPUT. */
int dead_choice_time(const char *text, int64_t now_ms, int64_t *ms, struct err *);
/* at_ms: when it became a letter. */
bool dead_choice_has(const struct dead_choice *, const struct dead_reason *, int64_t at_ms);

/* A reason with its numbers taken out: "block 0" and "block 17" are one sort. */
void dead_choice_sort(struct str reason, struct buf *sort);

#endif
