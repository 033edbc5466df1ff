/* spool.h -- a zip that comes through a pipe, kept in a file without a name, as its directory is at
 * its end. In $TMPDIR, or /var/tmp. */
#ifndef SPOOL_H
#define SPOOL_H

#include "base/err.h"
#include "base/str.h"

#define SPOOL_MAX ((uint64_t)16 << 30) /* bytes */

int spool_open(struct err *); /* the descriptor, or -1: ERR_FATAL */
/* size: bytes in it so far, raised. ERR_INPUT beyond SPOOL_MAX, else ERR_FATAL. */
int spool_add(int fd, uint64_t *size, struct str bytes, struct err *);

#endif
