/* trail.h -- "chatmill.trail" in a stream's header: how it came to be, a JSON array with an entry
 * for each stage it passed: name, version, and the options that decide what comes out. */
#ifndef STAGE_TRAIL_H
#define STAGE_TRAIL_H

#include "base/buf.h"
#include "stage/stage.h"
#include <jansson.h>

#define TRAIL_KEY "chatmill.trail"

/* The earlier trail (or "") with this stage's entry; one that is no array is kept as its first
 * entry. Takes over options. */
void trail_add(struct str earlier, const struct stage_def *, json_t *options, struct buf *out);

#endif
