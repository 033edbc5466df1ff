/* destination_file.h -- where text and containers go: standard output, or a file that appears under
 * its name when destination_file_finish() has succeeded, and not before. */
#ifndef SINK_DESTINATION_FILE_H
#define SINK_DESTINATION_FILE_H

#include "base/err.h"
#include "base/str.h"

struct destination_file;

/* path NULL: standard output. */
struct destination_file *destination_file_open(const char *path, struct err *);
void destination_file_close(struct destination_file *); /* one that isn't finished is removed */
bool destination_file_is_named(const struct destination_file *);

/* Gathered before it is written. When nobody reads standard output any more, the process ends as a
 * filter does, by SIGPIPE. */
int destination_file_write(struct destination_file *, struct str, struct err *);
int destination_file_flush(struct destination_file *, struct err *);

/* A file is whole and has its name; nothing can be written to it after that. */
int destination_file_finish(struct destination_file *, struct err *);

#endif
