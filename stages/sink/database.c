#include "database.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "database_tables.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* How long others are waited for: at the beginning not at all, the caller pauses; at the end long,
 * because by then there is work to lose. */
#define BUSY_MS        5000
#define BUSY_COMMIT_MS 60000

struct database {
	char *path;
	sqlite3 *handle;           /* NULL: opened by the next begin */
	struct file_replace *file; /* the database that is being built; NULL: it stands */
	bool met;                  /* it was open before */
	bool indexed;
	int changes_at_begin; /* sqlite3_total_changes() */
	bool comes_again;     /* what a transaction lost */
};

int
database_error(struct database *db, const char *doing, struct err *err)
{
	int code = sqlite3_errcode(db->handle);
	bool lost = sqlite3_get_autocommit(db->handle) != 0 &&
		    sqlite3_total_changes(db->handle) != db->changes_at_begin;
	enum err_class class = ERR_FATAL;

	switch (code & 0xFF) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_DOWN, "could not %s \"%s\": another program is writing it",
			       doing, db->path);
	case SQLITE_FULL:
	case SQLITE_IOERR:
		class = lost && !db->comes_again ? ERR_FATAL : ERR_DOWN;
		break;
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
		class = ERR_INPUT;
		break;
	case SQLITE_CORRUPT:
		return err_set(err, ERR_FATAL, "could not %s \"%s\": it is damaged", doing,
			       db->path);
	case SQLITE_NOTADB:
		return err_set(err, ERR_FATAL, "could not %s \"%s\": it is no SQLite database",
			       doing, db->path);
	}
	return err_set(err, class, "could not %s \"%s\": %s", doing, db->path,
		       sqlite3_errmsg(db->handle));
}

int
database_run(struct database *db, const char *sql, struct err *err)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return database_error(db, "write", err);
	return 0;
}

sqlite3_stmt *
database_prepare(struct database *db, struct str sql, struct err *err)
{
	sqlite3_stmt *stmt = NULL;

	if (sql.len > INT32_MAX)
		err_set(err, ERR_FATAL, "the input's schema is too large for a database");
	else if (sqlite3_prepare_v3(db->handle, sql.ptr, (int)sql.len, SQLITE_PREPARE_PERSISTENT,
				    &stmt, NULL) != SQLITE_OK)
		database_error(db, "use the tables of", err);
	return stmt;
}

int
database_step(struct database *db, sqlite3_stmt *stmt, const char *doing, struct err *err)
{
	int code = sqlite3_step(stmt);

	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		database_error(db, doing, err); /* before the reset, which may change it */
	sqlite3_reset(stmt);
	return code == SQLITE_DONE ? 0 : -1;
}

void
database_bind_text(sqlite3_stmt *stmt, int parameter, struct str text)
{
	struct buf shown = {0};

	if (text.ptr == NULL) {
		sqlite3_bind_null(stmt, parameter);
		return;
	}
	if (text.len == 0 || memchr(text.ptr, '\0', text.len) == NULL) {
		sqlite3_bind_text64(stmt, parameter, text.ptr, text.len, SQLITE_STATIC,
				    SQLITE_UTF8);
		return;
	}
	while (text.len > 0) {
		size_t len = text.len;
		struct str before = str_cut(&text, '\0');
		buf_add(&shown, before);
		if (before.len < len)
			buf_add(&shown, STR("\xE2\x90\x80"));
	}
	sqlite3_bind_text64(stmt, parameter, shown.ptr, shown.len, SQLITE_TRANSIENT, SQLITE_UTF8);
	buf_free(&shown);
}

static int
open_handle(struct database *db, const char *path, int flags, struct err *err)
{
	if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return err_set(err, ERR_FATAL, "could not open \"%s\": %s", db->path,
			       db->handle == NULL ? strerror(errno) : sqlite3_errmsg(db->handle));
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	db->changes_at_begin = 0;
	return 0;
}

/* The cache is what the work takes in memory, whatever the size of the database. */
static int
open_new(struct database *db, struct err *err)
{
	if (open_handle(db, file_replace_partial(db->file),
			SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err) != 0)
		return -1;
	return database_run(db,
			    "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
			    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -24576",
			    err);
}

static int
read_number(struct database *db, struct str sql, int64_t *number, struct err *err)
{
	sqlite3_stmt *stmt = database_prepare(db, sql, err);
	int got = stmt == NULL ? -1 : database_step(db, stmt, "read", err);

	if (got == 1)
		*number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return got == 1 ? 0 : -1;
}

static int
open_standing(struct database *db, struct err *err)
{
	int64_t application = 0, version = 0;

	if (open_handle(db, db->path, SQLITE_OPEN_READWRITE, err) != 0 ||
	    read_number(db, STR("PRAGMA application_id"), &application, err) != 0 ||
	    read_number(db, STR("PRAGMA user_version"), &version, err) != 0)
		return -1;
	if (application != DATABASE_APPLICATION)
		return err_set(err, ERR_FATAL,
			       "could not use \"%s\": it is the database of another program",
			       db->path);
	if (version != DATABASE_VERSION)
		return err_set(err, ERR_FATAL,
			       "could not use \"%s\": its tables are of version %lld, and this "
			       "program makes version %d; %s",
			       db->path, (long long)version, DATABASE_VERSION,
			       version > DATABASE_VERSION
				       ? "use a newer chatmill"
				       : "import the exports again, into a new database");
	if (sqlite3_db_readonly(db->handle, "main") != 0)
		return err_set(err, ERR_FATAL, "could not write \"%s\": it is read-only", db->path);
	return database_run(db,
			    "PRAGMA synchronous = EXTRA; PRAGMA cache_size = -24576;"
			    "PRAGMA trusted_schema = OFF",
			    err);
}

static void
close_handle(struct database *db)
{
	int code = sqlite3_close(db->handle);

	assert(code == SQLITE_OK); /* no statement is left */
	(void)code;
	db->handle = NULL;
}

/* An empty file, or a database without a table, as sqlite3 leaves behind what it only looked into:
 * it is nobody's yet. */
static bool
is_blank(const char *path)
{
	sqlite3 *handle = NULL;
	sqlite3_stmt *stmt = NULL;
	bool blank = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
		     sqlite3_prepare_v2(handle, "SELECT 1 FROM sqlite_master", -1, &stmt, NULL) ==
			     SQLITE_OK &&
		     sqlite3_step(stmt) == SQLITE_DONE;

	sqlite3_finalize(stmt);
	sqlite3_close(handle);
	return blank;
}

static bool
stands(const struct database *db)
{
	struct stat status;

	return stat(db->path, &status) == 0 && !is_blank(db->path);
}

/* The one that stands, or one that is built beside its name. */
static int
open_at_all(struct database *db, struct err *err)
{
	struct stat status;

	if (stat(db->path, &status) == 0 && !S_ISREG(status.st_mode))
		return err_set(err, ERR_FATAL, "could not use \"%s\": it is no file", db->path);
	if (!stands(db)) {
		db->file = file_replace_open(db->path, err);
		if (db->file == NULL) {
			if (err->class == ERR_RETRY) /* somebody builds it: it will stand */
				err->class = ERR_DOWN;
			return -1;
		}
		if (!stands(db)) /* nor was it finished between the two looks */
			return open_new(db, err);
		file_replace_abort(db->file);
		db->file = NULL;
	}
	db->indexed = true;
	return open_standing(db, err);
}

/* Back to what open_at_all() found. */
static void
unopen(struct database *db)
{
	close_handle(db);
	file_replace_abort(db->file);
	db->file = NULL;
}

struct database *
database_open(const char *path, struct err *err)
{
	struct database *db = mem_zero(1, sizeof(*db));

	db->path = str_dup(str_of(path));
	db->met = open_at_all(db, err) == 0;
	if (db->met)
		return db;
	if (err->class == ERR_DOWN) { /* the first begin tries again */
		unopen(db);
		return db;
	}
	database_close(db);
	return NULL;
}

void
database_close(struct database *db)
{
	if (db == NULL)
		return;
	unopen(db); /* rolls back */
	free(db->path);
	free(db);
}

sqlite3 *
database_handle(struct database *db)
{
	return db->handle;
}

bool
database_in_transaction(const struct database *db)
{
	return db->handle != NULL && sqlite3_get_autocommit(db->handle) == 0;
}

void
database_expect_again(struct database *db)
{
	db->comes_again = true;
}

int
database_begin(struct database *db, struct err *err)
{
	char identity[96];

	/* One that was there once, and is gone, is not made anew. */
	if (db->handle == NULL && (db->met ? open_standing(db, err) : open_at_all(db, err)) != 0) {
		unopen(db);
		return -1;
	}
	db->met = true;
	db->changes_at_begin = sqlite3_total_changes(db->handle);
	sqlite3_busy_timeout(db->handle, 0);
	int begun = database_run(db, "BEGIN IMMEDIATE", err);
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	if (begun != 0)
		return -1;
	if (db->file == NULL)
		return 0;
	db->indexed = false;
	snprintf(identity, sizeof(identity), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 DATABASE_APPLICATION, DATABASE_VERSION);
	if (database_run(db, identity, err) == 0 && database_run(db, database_tables, err) == 0)
		return 0;
	database_rollback(db);
	return -1;
}

void
database_rollback(struct database *db)
{
	struct err ignored; /* SQLite may have rolled back before us */

	if (database_in_transaction(db))
		(void)database_run(db, "ROLLBACK", &ignored);
}

int
database_index(struct database *db, struct err *err)
{
	if (db->indexed)
		return 0;
	/* Rows are sorted in memory of the cache's size: not of the whole beside a full cache. */
	if (database_run(db, "PRAGMA cache_size = -8192", err) != 0 ||
	    database_run(db, database_indexes, err) != 0 ||
	    database_run(db, "PRAGMA cache_size = -24576", err) != 0)
		return -1;
	db->indexed = true;
	return 0;
}

bool
database_is_indexed(const struct database *db)
{
	return db->indexed;
}

static int
finish_new(struct database *db, struct err *err)
{
	struct file_replace *file = db->file;

	close_handle(db);
	db->file = NULL;
	if (stands(db)) {
		file_replace_abort(file);
		return err_set(err, ERR_FATAL,
			       "could not finish \"%s\": another program made it meanwhile",
			       db->path);
	}
	return file_replace_commit(file, err);
}

int
database_commit(struct database *db, struct err *err)
{
	if (database_index(db, err) != 0)
		goto fail;
	sqlite3_busy_timeout(db->handle, BUSY_COMMIT_MS);
	if (database_run(db, "COMMIT", err) != 0)
		goto fail;
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	return db->file == NULL ? 0 : finish_new(db, err);

fail:
	database_rollback(db);
	return -1;
}
