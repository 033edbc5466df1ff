/*
 * file.h -- bytes to a file descriptor, and files that appear only when they are whole.
 *
 * A new file is written beside its final name as NAME.partial, locked, synced and renamed by
 * file_replace_commit(); whoever fails before leaves an older NAME as it was. The descriptor is for
 * the owner alone to write. What is there and no regular file (/dev/null, a named pipe) is written
 * as it is; a link stays, and the file it leads to is replaced, or made.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"
#include "base/str.h"

/* Keeps the numbers of standard input, output and error from being given to other files where they
 * came closed: reading and writing them fails then, as it should. Before anything is opened. */
void file_hold_standard(void);

/* All of it, however many writes that takes. ERR_FATAL; EPIPE sets *closed, when not NULL. */
int file_write_all(int fd, struct str bytes, bool *closed, struct err *);

struct file_replace;
/* NULL: ERR_RETRY when another program is writing that name, else ERR_FATAL. */
struct file_replace *file_replace_open(const char *path, struct err *);
int file_replace_fd(const struct file_replace *);
const char *file_replace_partial(const struct file_replace *); /* the name until then */
/* fsync, close, rename, fsync of the folder; frees. -1: nothing under the final name is new. */
int file_replace_commit(struct file_replace *, struct err *);
/* Without fsync, for many small files that can be made again: after a power cut they may be broken.
 */
int file_replace_commit_unsynced(struct file_replace *, struct err *);
void file_replace_abort(struct file_replace *); /* removes it, frees; NULL is fine */

/* Takes back every file of this process that is not committed: async-signal-safe, for the last
 * moments of a process that has to end. */
void file_replace_abort_all(void);

#endif
