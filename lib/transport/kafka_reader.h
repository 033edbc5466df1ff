/* kafka_reader.h -- one partition from a place to its end: what a compacted topic remembers. */
#ifndef TRANSPORT_KAFKA_READER_H
#define TRANSPORT_KAFKA_READER_H

#include "transport/kafka.h"
#include "transport/kafka_config.h"

/*
 * Calls take() with each committed message from *place on up to where the partition ends now, and
 * moves *place there. Transactions under way when it begins are waited for: what was committed in
 * one of them is not missed. end: where the partition ends, before the first take(); or NULL. -1
 * from take() ends it. ERR_DOWN, ERR_FATAL.
 */
int kafka_reader_run(const struct kafka_config *, struct kafka_place *place,
		     int (*take)(void *with, const struct kafka_message *, struct err *),
		     void *with, int64_t *end, struct err *);

#endif
