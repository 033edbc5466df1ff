/* describe.h -- a declaration as JSON (--describe), for `chatmill check`, `chatmill stages` and the
 * build; and as the sentences of --help. */
#ifndef STAGE_DESCRIBE_H
#define STAGE_DESCRIBE_H

#include "stage/binding.h"
#include <jansson.h>

/* A new object: api, name, version, summary, kind, reads [{path, type, optional}], appends, emits,
 * key, partition_by, event_time, states, serial, and the options given. needs: paths that are read
 * besides (stage.h); NULL: none. Takes over options. */
json_t *describe_stage(const struct stage_def *, const char *const *needs, json_t *options);

/* "text, language.code (optional)"; nothing is added where it reads nothing. */
void describe_reads(const struct stage_def *, struct buf *);
/* "appends \"language\"", "emits chatmill.Message"; nothing is added in a sink. */
void describe_writes(const struct stage_def *, struct buf *);

#endif
