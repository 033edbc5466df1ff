/*
 * pipe_run.h -- programs side by side, each one's output the next one's input, watched to the end.
 *
 * What they say on stderr comes line by line to one place; how far they are, through the descriptor
 * that $CHATMILL_PROGRESS_FD names to them. Each is the leader of a process group, so that a key
 * pressed in the terminal reaches only us and is passed on once. When one fails, those before it,
 * which may be waiting for input that nobody will need, are told to end, and killed when they
 * don't soon; those behind it see their input end.
 */
#ifndef CHATMILL_PIPE_RUN_H
#define CHATMILL_PIPE_RUN_H

#include "base/err.h"
#include "base/str.h"
#include <sys/types.h>

struct pipe_progress { /* of one program, as it last said */
	uint64_t records_in, records_out, rejected, bytes, bytes_total;
};
struct pipe_program {
	const char *name;        /* for messages */
	const char *const *argv; /* ends with NULL; argv[0] is the program's path */

	struct pipe_progress progress; /* from here on set by pipe_run() */
	int status;                    /* as of waitpid() */
	pid_t pid;                     /* 0: not running (any more) */
	bool told_to_end;              /* by us, so how it ended is no failure of its own */
};
struct pipe_run {
	struct pipe_program *programs;
	size_t count;
	void (*line)(void *with, struct str line); /* of stderr, without its end */
	void (*tick)(void *with);                  /* five times a second; NULL: nobody cares */
	void *with;
	int64_t grace_ms; /* from being told to end to being killed */

	int signal; /* SIGINT, SIGTERM or SIGHUP, when one asked us to end; 0: none */
};

/* Starts them, and returns when all have ended. -1: they could not all be started, none is left. */
int pipe_run(struct pipe_run *, struct err *);

/* Whose fault it was: the first that crashed, else the first that said it failed, but for those
 * that only lost their reader or were told to end. NULL: nobody's. */
const struct pipe_program *pipe_run_culprit(const struct pipe_run *);

/* "failed (exit status 1)", "was killed by signal 11 (Segmentation fault)". */
void pipe_run_status_in_words(int status, char *to, size_t room);

#endif
