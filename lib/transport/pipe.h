/*
 * pipe.h -- a stream of bytes in and out: standard input and output, or files.
 *
 * Reading waits for bytes or for the stop descriptor, whichever is first. A file being written
 * appears under its name when it is committed, not before (base/file.h).
 */
#ifndef TRANSPORT_PIPE_H
#define TRANSPORT_PIPE_H

#include "base/err.h"
#include "base/str.h"
#include <sys/types.h>

struct pipe_in;

/* path: "-" is standard input. stop: a descriptor that becomes readable when reading shall end; -1:
 * none. ERR_FATAL. */
struct pipe_in *pipe_in_open(const char *path, int stop, struct err *);
/* Whenever nothing has come for so long, idle() is called; its -1 is the read's. */
void pipe_in_when_idle(struct pipe_in *, int64_t after_ms, int (*idle)(void *with, struct err *),
		       void *with);
/* Up to room bytes; 0 at the end or when stopped; -1. Its shape is that of a byte_source's read. */
ssize_t pipe_in_read(void *pipe_in, char *to, size_t room, struct err *);
const char *pipe_in_name(const struct pipe_in *); /* "standard input", "file \"x.avro\"" */
uint64_t pipe_in_size(const struct pipe_in *);    /* bytes; 0: unknown */
bool pipe_in_stopped(const struct pipe_in *);     /* the last read ended for that reason */
void pipe_in_close(struct pipe_in *);             /* NULL is fine */

struct pipe_out;

struct pipe_out *pipe_out_open(const char *path, struct err *); /* "-": standard output */
/* All of it, or -1. Its shape is that of a byte_sink's write. */
int pipe_out_write(void *pipe_out, struct str bytes, struct err *);
bool pipe_out_closed(const struct pipe_out *); /* a write failed because nobody reads any more */
int pipe_out_commit(struct pipe_out *, struct err *); /* frees */
void pipe_out_abort(struct pipe_out *);               /* frees; NULL is fine */

#endif
