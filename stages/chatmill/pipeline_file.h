/* pipeline_file.h -- a composition from a command line: a file's, or the words themselves. */
#ifndef CHATMILL_PIPELINE_FILE_H
#define CHATMILL_PIPELINE_FILE_H

#include "pipeline_text.h"

/* A file that exists, else the composition itself. NULL: ERR_FATAL. */
struct pipeline *pipeline_read(const char *argument, struct err *);

#endif
