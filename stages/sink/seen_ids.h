/*
 * seen_ids.h -- which ids may have been met already: a Bloom filter of 8 MiB, so that a new
 * database can do without its index until an id may be a second one.
 *
 * It never says of an id that it is new when it is not. It errs on the other side in one of 300
 * runs of a million ids, and somewhere about two millions in all of them.
 */
#ifndef SINK_SEEN_IDS_H
#define SINK_SEEN_IDS_H

#include "base/str.h"

struct seen_ids;

struct seen_ids *seen_ids_new(void);
void seen_ids_free(struct seen_ids *); /* NULL is fine */

/* Whether the id may have been added before; it is now. */
bool seen_ids_add(struct seen_ids *, struct str id);

#endif
