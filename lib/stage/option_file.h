/* option_file.h -- the files that options name: models and the like, and secrets. */
#ifndef STAGE_OPTION_FILE_H
#define STAGE_OPTION_FILE_H

#include "base/err.h"
#include "base/str.h"

struct option_file {
	struct str bytes; /* never NULL */
	bool mapped;
};

/* All bytes of the file, mapped where it can be, read where it cannot (a pipe). A name without a
 * folder is looked for among the models; typed: by a person, who may also mean the current folder.
 * ERR_FATAL. */
int option_file_open(struct option_file *, const char *name, bool typed, struct err *);
void option_file_close(struct option_file *); /* all zeroes is fine */

/* The secret in a file without the newlines at its end, NUL-terminated; given back by
 * option_file_forget(). NULL: ERR_FATAL. */
char *option_file_secret(const char *path, struct err *);
void option_file_forget(char *secret); /* overwrites and frees; NULL is fine */

#endif
