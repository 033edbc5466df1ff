/* run_pipe.h -- a stage between two streams of bytes: from the first block to the last, or to what
 * ended it. */
#ifndef STAGE_RUN_PIPE_H
#define STAGE_RUN_PIPE_H

#include "stage/worker.h"
#include <jansson.h>

struct runtime_options { /* of every stage; stage_main.c has the table */
	const char *in, *out;
	unsigned codec; /* of --out FILE */
	int64_t jobs;
	const char *dead_letters;
	const char *alert_command, *alert_webhook;
	int64_t alert_every; /* ms */
	bool strict, skip_corrupt;
	int64_t commit_every; /* ms; 0: at the end of the input */
	struct stage_arguments kafka;
	const char *kafka_config, *group, *instance, *schema_dir;
	const char *registry, *registry_user, *registry_password, *registry_token;
	unsigned registry_subjects;
	unsigned delivery;
	const char *state; /* folder; NULL: it ends with the run */
	const char *merge; /* another such folder, to be taken in; NULL: none */
	bool finish, live;
	bool anew; /* a source: at the beginning, wherever it was cut off */
	const char *metrics;
	unsigned log;
	bool help, version, describe;
};
extern const char *const runtime_codecs[]; /* "null", "deflate", "snappy", "zstandard", NULL */

/* Runs the job; options: the stage's own as JSON, for the trail. Takes over options. -1 with the
 * reason; when the output's reader is gone, it does not return. */
int run_pipe(struct job *, const struct runtime_options *, json_t *options, struct err *);

#endif
