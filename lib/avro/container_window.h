/*
 * container_window.h -- inside container_reader.c: a file's bytes, through a window over it.
 *
 *   file    ... base                                      base + bytes.len ...
 *   window      | passed | from: may be read again | at: not taken yet |
 *
 * from == at unless the window keeps what is taken, for damage to be passed over: then from stays
 * where the reader has put it. Bytes of a large block never pass through the window otherwise: they
 * are read where they belong.
 *
 * Nothing is allocated because the file says that much will come: room grows with what has come.
 */
#ifndef AVRO_CONTAINER_WINDOW_H
#define AVRO_CONTAINER_WINDOW_H

#include "avro/container_reader.h"

struct container_window {
	struct byte_source source;
	bool keeps;        /* from is the reader's */
	const char *ended; /* added to what is said where the input ends too early */
	struct buf bytes;
	uint64_t base;
	size_t from, at;
	size_t last_size; /* of the last block: what is read of the next one is copied */
	bool source_ended;
};

enum outcome {
	OK,
	EMPTY,   /* a block without records */
	ENDED,   /* no byte follows */
	DAMAGED, /* err says how, not yet where */
	SPOILED, /* the same, inside a block with a marker where it should be */
	FAILED,  /* the source did; err is its own */
};

uint64_t window_offset(const struct container_window *); /* in the file, of what is not taken yet */
struct str window_left(const struct container_window *); /* not taken yet, as far as it was read */

/* Takes care that n bytes are there that are not taken yet. ENDED: the input has not. */
enum outcome window_need(struct container_window *, size_t n, struct err *);
/* The same, within something: the input must not end there. So for all below. */
enum outcome window_must_have(struct container_window *, size_t n, struct err *);

enum outcome window_take_number(struct container_window *, const char *what, int64_t *,
				struct err *);
enum outcome window_take(struct container_window *, size_t size, struct buf *to, struct err *);

/* Moves behind the next place where these bytes stand, and keeps from there on; ENDED: nowhere. */
enum outcome window_find(struct container_window *, struct str, struct err *);

#endif
