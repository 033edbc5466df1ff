/* output.h -- where the records of a stage go that reads no topic: a container on standard output
 * or in a file, or a topic; and one of dead letters beside it. When nobody reads standard output
 * any more, each of these ends the process as SIGPIPE would. */
#ifndef STAGE_OUTPUT_H
#define STAGE_OUTPUT_H

#include "avro/container_writer.h"
#include "stage/batch.h"

struct output;

/* path "-": standard output, codec null, with an end mark. The header is written at once. */
struct output *output_open(const char *path, struct str schema_json, const char *codec,
			   const struct container_entry *, size_t entry_count, struct err *);
/* Messages of a topic, in transactions; the session must outlive it. ERR_INPUT, ERR_DOWN too. */
struct kafka_session;
struct output *output_open_topic(struct kafka_session *, const char *endpoint,
				 struct str schema_json, const char *key_path, struct str trail,
				 struct err *);
bool output_is_topic(const struct output *);
/* Of a topic: what was written so far becomes durable. Waits while the brokers are away. */
int output_settle(struct output *, struct err *);
int output_block(void *output, uint64_t count, struct str bytes, struct err *);
uint64_t output_records(const struct output *);
uint64_t output_bytes(const struct output *);
int output_commit(struct output *, struct err *); /* end mark, sync, final name; settles; frees */
void output_abort(struct output *);               /* frees; NULL is fine */

#endif
