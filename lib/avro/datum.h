/* datum.h -- one encoded value under its schema: checked, shown as JSON, made from JSON. For what
 * is done once or for people; the record path is plan.h and encoder.h. */
#ifndef AVRO_DATUM_H
#define AVRO_DATUM_H

#include "avro/schema.h"
#include <jansson.h>

/* Takes one datum off the front of *bytes, checking all of it (depth, counts, sizes, indexes, UTF-8
 * of strings). More than AVRO_MAX_CHECKED values are not looked at. ERR_INPUT says what is wrong
 * and in which field: "field \"attachments[2].kind\":
 * ..." */
int avro_datum_check(const struct avro_node *, struct str *bytes, struct err *);

/* The same, but strings may be any bytes: where the datum ends can be relied on. *values: looked at
 * so far, by the calls for all of one block. */
int avro_datum_check_frame(const struct avro_node *, struct str *bytes, uint64_t *values,
			   struct err *);

enum avro_json {
	AVRO_JSON_PLAIN, /* for people: unions without their branch's name, times as ISO 8601, dates
			    and decimals as text, bytes as base64, NaN and infinities as null */
	AVRO_JSON_TAGGED, /* the specification's JSON encoding */
};

/* Takes one datum off the front of *bytes, checks it, and appends its JSON; compact, keys in the
 * schema's order. ERR_INPUT, as avro_datum_check() says it, or more than AVRO_MAX_JSON (names may
 * be long, and cost a datum nothing): then nothing was appended. */
int avro_datum_add_json(const struct avro_node *, struct str *bytes, enum avro_json, struct buf *,
			struct err *);

/* Appends the datum that the JSON stands for. Tagged, or plain but for bytes and decimals (a union
 * takes the first branch that fits; a time may be ISO 8601; a missing field takes its default; one
 * that the record has not is an error). Bytes are text of characters up to U+00FF. ERR_INPUT. */
int avro_datum_from_json(const struct avro_node *, const json_t *, struct buf *, struct err *);

/* Makes the items of an array or map that stand in the buf from `start` on a block that says its
 * size. A list's end, one byte 0, is the caller's. */
void avro_block_close(struct buf *, size_t start, uint64_t count);

#endif
