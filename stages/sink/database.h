/*
 * database.h -- the SQLite file: opened, checked, and changed in transactions that either happen or
 * don't.
 *
 * A database that is not there yet is built as NAME.partial, in memory's speed, and gets its name
 * when the first commit has it safely on the disk. One that stands is changed under SQLite's
 * rollback journal: whoever kills the program or pulls the plug finds it as the last commit left
 * it, in one file.
 */
#ifndef SINK_DATABASE_H
#define SINK_DATABASE_H

#include "base/err.h"
#include "base/str.h"
#include <sqlite3.h>

#define DATABASE_APPLICATION 0x63686D6C /* "chml" */
#define DATABASE_VERSION     2          /* of the tables, raised when they change */

struct database;

/* ERR_FATAL: no SQLite file, another program's, of a newer version, damaged, cannot be written. One
 * that another program is making, or holds, is opened by database_begin(), which says ERR_DOWN
 * until it can be. */
struct database *database_open(const char *path, struct err *);
void database_close(struct database *); /* what is not committed is undone; NULL is fine */

/* Begins a transaction; ERR_DOWN while somebody else is writing. */
int database_begin(struct database *, struct err *);
bool database_in_transaction(const struct database *); /* false, too, when SQLite has ended it */
/* What is lost with a transaction is brought again: a full disk is ERR_DOWN from here on. */
void database_expect_again(struct database *);
void database_rollback(struct database *);

/* No statement may be left. -1: nothing of the transaction is kept. */
int database_commit(struct database *, struct err *);

/* Makes the indexes of the tables, which a new database puts off: it is filled faster without. */
int database_index(struct database *, struct err *);
bool database_is_indexed(const struct database *);

sqlite3 *database_handle(struct database *); /* valid from begin to commit or rollback */

/* The classes of SQLite's last error; always -1. After DOWN the transaction has lost nothing but
 * the statement at hand, or had nothing to lose. */
int database_error(struct database *, const char *doing, struct err *);

int database_run(struct database *, const char *sql, struct err *);
sqlite3_stmt *database_prepare(struct database *, struct str sql, struct err *);

/* Steps and resets. 1: a row was there, and is still: the caller resets. 0: done. */
int database_step(struct database *, sqlite3_stmt *, const char *doing, struct err *);

/* As text of SQLite: a NUL, at which its shell would end the text, becomes U+2400. No ptr is null.
 * text must stay until the step. */
void database_bind_text(sqlite3_stmt *, int parameter, struct str text);

#endif
