/* json_text.h -- JSON as text: read by jansson, written by us (shortest numbers, no copies). */
#ifndef AVRO_JSON_TEXT_H
#define AVRO_JSON_TEXT_H

#include "base/buf.h"
#include "base/err.h"
#include <jansson.h>

/* Any JSON value; of a key given twice the last counts, as with most readers. The caller gives it
 * back with json_decref(). NULL: ERR_INPUT. */
json_t *json_text_read(struct str text, struct err *);

/* How many values and keys it holds at most: known before any memory is spent on them. */
size_t json_text_values(struct str text);

void json_text_add(struct buf *, const json_t *); /* compact, keys in their order */
void json_text_add_string(struct buf *, struct str utf8);
void json_text_add_integer(struct buf *, int64_t);
void json_text_add_double(struct buf *, double finite);
void json_text_add_float(struct buf *, float finite);

/* Borrowed from a JSON string; no ptr when it is none. */
struct str json_text_str(const json_t *);

#endif
