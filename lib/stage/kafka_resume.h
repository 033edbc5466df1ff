/*
 * kafka_resume.h -- where a source was when it was cut off, so that the same command goes on there.
 *
 * The compacted topic `_chatmill_positions` has it, by a hash of the stage, its options, the folder
 * it was begun in and the topic it writes: written in the transaction of what was put out, taken
 * out in the last one.
 */
#ifndef STAGE_KAFKA_RESUME_H
#define STAGE_KAFKA_RESUME_H

#include "stage/kafka_session.h"

#define POSITION_TOPIC "_chatmill_positions"

/* Also the name of its transactions: a run that was killed, or still goes on, is ended by the next.
 */
void kafka_resume_name(const struct stage_def *, const char *out, const json_t *own_options,
		       struct buf *name);

/* Makes the topic where it is missing. position: stays empty where the last run came to its end.
 * ERR_DOWN, ERR_FATAL. */
int kafka_resume_find(struct kafka_session *, struct str name, struct buf *position, struct err *);
/* With what is committed next; no ptr: it has come to its end. */
int kafka_resume_note(struct kafka_session *, struct str name, struct str position, struct err *);

#endif
