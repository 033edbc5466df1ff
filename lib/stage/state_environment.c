#include "stage/state_environment.h"

#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT    "1"
#define MAP_MOST  ((size_t)1 << 40) /* bytes of addresses; less where there are not so many */
#define MAP_LEAST ((size_t)1 << 30)
#define READERS   600

int
state_environment_failed(const struct state_disk *d, const char *doing, int code, struct err *err)
{
	bool full = code == ENOSPC || code == EDQUOT || code == EIO;

	if (code == MDB_INVALID || code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND ||
	    code == MDB_VERSION_MISMATCH || code == MDB_BAD_TXN || code == MDB_INCOMPATIBLE)
		return err_set(err, ERR_FATAL, "the state in \"%s\" is damaged", d->folder);
	return err_set(err, full ? ERR_DOWN : ERR_FATAL, "could not %s the state in \"%s\": %s",
		       doing, d->folder, /* LMDB's word for a write that stopped halfway */
		       code == EIO ? "the disk is full, or failed" : mdb_strerror(code));
}

int
state_environment_begin(struct state_disk *d, MDB_txn **txn, struct err *err)
{
	int rc = mdb_txn_begin(d->env, NULL, MDB_NOMETASYNC, txn);

	return rc == 0 ? 0 : state_environment_failed(d, "write", rc, err);
}

int
state_environment_put_about(struct state_disk *d, MDB_txn *txn, const char *name, struct str value)
{
	MDB_val key = val(str_of(name)), data = val(value);

	return mdb_put(txn, d->about, &key, &data, 0);
}

void
state_environment_timer_name(const struct state_timer *timer, struct str entry, struct buf *to)
{
	uint64_t at = (uint64_t)timer->at_ms ^ (uint64_t)1 << 63;

	buf_clear(to);
	buf_add_byte(to, (char)timer->clock);
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_add_byte(to, (char)(at >> shift));
	buf_add(to, str_tail(entry, 1));
}

static int
make_folders(const char *folder, struct err *err)
{
	char *path = str_dup(str_of(folder));
	int result = 0;

	for (char *slash = path; result == 0 && slash != NULL;) {
		slash = strchr(slash + 1, '/');
		if (slash != NULL)
			*slash = '\0';
		if (path[0] != '\0' && mkdir(path, 0700) != 0 && errno != EEXIST)
			result = err_set(err, ERR_FATAL, "could not make the folder \"%s\": %s",
					 path, strerror(errno));
		if (slash != NULL)
			*slash = '/';
	}
	free(path);
	return result;
}

static int
lock_folder(struct state_disk *d, struct err *err)
{
	d->lock = open(d->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->lock < 0)
		return err_set(err, ERR_FATAL, "could not open the folder \"%s\": %s", d->folder,
			       strerror(errno));
	if (flock(d->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return err_set(err, ERR_FATAL, "the state in \"%s\" is in use by another process",
			       d->folder);
	return err_set(err, ERR_FATAL, "could not lock the folder \"%s\": %s", d->folder,
		       strerror(errno));
}

/* LMDB reads by its map: a page behind the end of a file that was cut would be no error. */
static int
check_size(struct state_disk *d, struct err *err)
{
	MDB_envinfo info;
	MDB_stat page;
	struct stat file;
	int fd;
	int rc = mdb_env_info(d->env, &info);

	if (rc == 0)
		rc = mdb_env_stat(d->env, &page);
	if (rc == 0)
		rc = mdb_env_get_fd(d->env, &fd);
	if (rc != 0)
		return state_environment_failed(d, "read", rc, err);
	if (fstat(fd, &file) != 0)
		return state_environment_failed(d, "read", errno, err);
	if ((uint64_t)file.st_size / page.ms_psize <= info.me_last_pgno && file.st_size > 0)
		return state_environment_failed(d, "read", MDB_CORRUPTED, err);
	return 0;
}

static int
open_env(struct state_disk *d, struct err *err)
{
	int rc = ENOMEM;

	for (size_t map = MAP_MOST; rc == ENOMEM && map >= MAP_LEAST; map /= 2) {
		mdb_env_close(d->env); /* NULL is fine */
		d->env = NULL;
		rc = mdb_env_create(&d->env);
		if (rc == 0)
			rc = mdb_env_set_mapsize(d->env, map);
		if (rc == 0)
			rc = mdb_env_set_maxdbs(d->env, 4);
		if (rc == 0)
			rc = mdb_env_set_maxreaders(d->env, READERS);
		if (rc == 0)
			rc = mdb_env_open(d->env, d->folder, MDB_NOTLS, 0600);
	}
	if (rc != 0)
		return state_environment_failed(d, "open", rc, err);
	d->guard = state_guard_new(d->env, d->folder);
	return check_size(d, err);
}

/* What is there, by name, must be `value`; where nothing is, it is put. */
static int
check_about(struct state_disk *d, MDB_txn *txn, const char *name, struct str value, bool *same,
	    char was[64])
{
	MDB_val key = val(str_of(name)), found;
	int rc = GUARDED(d->guard, mdb_get(txn, d->about, &key, &found));

	*same = true;
	if (rc == MDB_NOTFOUND)
		return state_environment_put_about(d, txn, name, value);
	if (rc != 0)
		return rc;
	*same = str_equal(str_of_val(found), value);
	snprintf(was, 64, "%.*s", (int)(found.mv_size < 63 ? found.mv_size : 63),
		 (const char *)found.mv_data);
	return 0;
}

static int
open_tables(struct state_disk *d, const char *stage, struct err *err)
{
	static const char *const names[] = {"entries", "timers", "before", "about"};
	MDB_dbi *const tables[] = {&d->entries, &d->timers, &d->before, &d->about};
	MDB_val key = val(STR("checkpoint")), checkpoint;
	bool known = false, ours = false;
	char was[64] = "";
	MDB_txn *txn;

	if (state_environment_begin(d, &txn, err) != 0)
		return -1;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < 4; i++)
		rc = GUARDED(d->guard, mdb_dbi_open(txn, names[i], MDB_CREATE, tables[i]));
	if (rc == 0)
		rc = check_about(d, txn, "format", STR(FORMAT), &known, was);
	if (rc == 0 && known)
		rc = check_about(d, txn, "stage", str_of(stage), &ours, was);
	if (rc == 0 && ours) {
		rc = mdb_get(txn, d->about, &key, &checkpoint);
		if (rc == 0)
			buf_add(&d->checkpoint, str_of_val(checkpoint));
		rc = rc == MDB_NOTFOUND ? 0 : rc;
	}
	if (rc == 0 && ours) {
		rc = GUARDED(d->guard, mdb_txn_commit(txn));
		txn = NULL;
	}
	mdb_txn_abort(txn);
	if (rc != 0)
		return state_environment_failed(d, "open", rc, err);
	if (!known)
		return err_set(err, ERR_FATAL,
			       "the state in \"%s\" is of a newer version than this program",
			       d->folder);
	if (!ours)
		return err_set(err, ERR_FATAL, "the state in \"%s\" is of stage \"%s\", not \"%s\"",
			       d->folder, was, stage);
	return 0;
}

struct state_disk *
state_environment_open(const char *folder, const char *stage, const struct stage_state *states,
		       struct err *err)
{
	struct state_disk *d = mem_zero(1, sizeof(*d));

	d->folder = str_dup(str_of(folder));
	d->lock = -1;
	while (states[d->state_count].name != NULL)
		d->state_count++;
	d->codec = state_codec_new(states, err);
	if (d->codec != NULL && make_folders(folder, err) == 0 && lock_folder(d, err) == 0 &&
	    open_env(d, err) == 0 && open_tables(d, stage, err) == 0)
		return d;
	state_environment_close(d);
	return NULL;
}

void
state_environment_close(struct state_disk *d)
{
	if (d == NULL)
		return;
	mdb_env_close(d->env);
	state_guard_free(d->guard);
	if (d->lock >= 0)
		close(d->lock);
	state_codec_free(d->codec);
	buf_free(&d->checkpoint);
	free(d->folder);
	free(d);
}
