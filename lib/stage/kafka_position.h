/*
 * kafka_position.h -- where a sink is in a partition, as it keeps it: "OFFSET@MARK".
 *
 * The offset is that of the next message. The mark is what the one before it is known by. Offsets
 * begin at 0 again when a topic is made anew under the same name, and what came before the kept one
 * would be passed over: so who goes on from there looks whether it is the same message.
 */
#ifndef STAGE_KAFKA_POSITION_H
#define STAGE_KAFKA_POSITION_H

#include "base/buf.h"
#include "transport/kafka_consumer.h"

#define KAFKA_MARK 33 /* 128 bits in hex, and a NUL */

struct kafka_position {
	int64_t offset;
	char mark[KAFKA_MARK]; /* "": of a version that kept none, or written by hand */
};

/* The same for ever: they are kept. */
void kafka_position_mark(char mark[KAFKA_MARK], const struct kafka_message *);
void kafka_position_write(struct buf *, const struct kafka_position *);
/* ERR_FATAL: it is none. */
int kafka_position_read(struct str, struct kafka_position *, struct err *);

/* Whether the partition reaches to this place. Messages that it lost before they were taken are
 * told of. ERR_FATAL: it does not; ERR_DOWN. */
int kafka_position_reach(struct kafka_consumer *, const struct kafka_place *, struct err *);
/* m: the first message from position->offset - 1 on. Whether it is the one before the position, or
 * can be gone: by retention, or by compaction. ERR_FATAL: it is another one; ERR_DOWN. */
int kafka_position_check(struct kafka_consumer *, const struct kafka_config *,
			 const struct kafka_position *, const struct kafka_message *m,
			 struct err *);

#endif
