/*
 * Four tables in one environment:
 *
 *   entries  what is remembered, as state_entry.h has it, the newest
 *   timers   clock | time, big-endian | entry without its 'b'    of every armed timer in entries
 *   before   entry -> 0, or 1 and its value: how what was written since the last commit had been
 *   about    format, stage, checkpoint
 *
 * Memory is bounded, so what one commit comprises is written bit by bit, in LMDB transactions of
 * their own; `before` takes it all back, and a commit empties it. Whoever opens the folder after a
 * crash finds what must be taken back there. Transactions are small because LMDB holds the pages
 * that one has changed in memory.
 */
#include "stage/state_disk.h"

#include "base/mem.h"
#include "stage/state_environment.h"

#define WRITE_ENTRIES 20000 /* of one transaction */
#define WRITE_BYTES   (4 << 20)
#define WRITE_PAGES   1500 /* of each table: 6 MiB */
#define PAGE          4096

/* The timer in a block's value; none where there is no block. */
static struct state_timer
timer_of(struct str entry, struct str value)
{
	struct state_timer timer = {0};
	struct str prefix, state, part;

	if (value.ptr != NULL && state_entry_split(entry, &prefix, &state, &part) == ENTRY_BLOCK)
		(void)state_value_take_timer(&value, &timer); /* damage is seen by its reader */
	return timer;
}

/* The entry becomes `value` (.ptr NULL: none), and its timer with it. */
static int
replace(struct state_disk *d, MDB_txn *txn, struct str entry, struct str old, struct str value)
{
	struct state_timer was = timer_of(entry, old), is = timer_of(entry, value);
	struct buf name = {0};
	MDB_val key, empty = {0, NULL}, new = val(value);
	int rc = 0;

	if (was.armed && (!is.armed || was.clock != is.clock || was.at_ms != is.at_ms)) {
		state_environment_timer_name(&was, entry, &name);
		key = val(buf_str(&name));
		rc = mdb_del(txn, d->timers, &key, NULL);
		if (rc == MDB_NOTFOUND)
			rc = 0;
	}
	if (rc == 0 && is.armed) {
		state_environment_timer_name(&is, entry, &name);
		key = val(buf_str(&name));
		rc = mdb_put(txn, d->timers, &key, &empty, 0);
	}
	buf_free(&name);
	if (rc != 0)
		return rc;
	key = val(entry);
	if (value.ptr != NULL)
		return mdb_put(txn, d->entries, &key, &new, 0);
	rc = mdb_del(txn, d->entries, &key, NULL);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Finds the entry, and counts the page it is on, or will be, unless it was on the one before. */
static int
look_up(struct state_writer *w, struct str entry, struct str *value)
{
	MDB_val key = val(entry), found;
	int rc = GUARDED(w->disk->guard, mdb_cursor_get(w->cursor, &key, &found, MDB_SET_RANGE));

	*value = (struct str){0};
	if (rc == MDB_NOTFOUND)
		return 0; /* behind the last one */
	if (rc != 0)
		return rc;
	uintptr_t at = (uintptr_t)key.mv_data;
	if (at - w->near + PAGE > 2 * PAGE)
		w->pages++;
	w->near = at;
	if (str_equal(str_of_val(key), entry))
		*value = str_of_val(found);
	return 0;
}

/* ---- writing */

static int
begin_some(struct state_writer *w, struct err *err)
{
	MDB_txn *txn;
	MDB_cursor *cursor = NULL;

	if (state_environment_begin(w->disk, &txn, err) != 0)
		return -1;
	w->transaction = txn;
	w->entries = w->bytes = w->pages = 0;
	w->near = 0;
	int rc = mdb_cursor_open(txn, w->disk->entries, &cursor);
	w->cursor = cursor;
	if (rc == 0)
		return 0;
	state_writer_abort(w);
	return state_environment_failed(w->disk, "write", rc, err);
}

static bool
is_enough(const struct state_writer *w)
{
	return w->entries >= WRITE_ENTRIES || w->bytes >= WRITE_BYTES || w->pages >= WRITE_PAGES;
}

/* Keeps how the entry was at the last commit, unless that is kept already. */
static int
keep_before(const struct state_writer *w, struct str entry, struct str old)
{
	struct buf value = {0};

	buf_add_byte(&value, old.ptr != NULL);
	if (old.ptr != NULL)
		buf_add(&value, old);
	MDB_val key = val(entry), kept = val(buf_str(&value));
	int rc = mdb_put(w->transaction, w->disk->before, &key, &kept, MDB_NOOVERWRITE);
	buf_free(&value);
	return rc == MDB_KEYEXIST ? 0 : rc;
}

/* The entry becomes `value`; for good, or to be taken back, and then it is told. */
static int
put(struct state_writer *w, struct str entry, struct str value, bool for_good, struct err *err)
{
	struct state_disk *d = w->disk;
	struct str old;
	int rc = look_up(w, entry, &old);

	if (rc != 0)
		return state_environment_failed(d, "read", rc, err);
	if ((old.ptr == NULL) == (value.ptr == NULL) && str_equal(old, value))
		return 0;
	if (!for_good && d->changed != NULL && d->changed(d->changed_with, entry, value, err) != 0)
		return -1;
	w->entries++;
	w->bytes += old.len + value.len;
	char *copy = old.ptr == NULL ? NULL : mem_copy(old.ptr, old.len); /* its page may move */
	old.ptr = copy;
	if (!for_good)
		rc = GUARDED(d->guard, keep_before(w, entry, old));
	if (rc == 0)
		rc = GUARDED(d->guard, replace(d, w->transaction, entry, old, value));
	free(copy);
	return rc == 0 ? 0 : state_environment_failed(d, "write", rc, err);
}

int
state_writer_begin(struct state_writer *w, struct state_disk *d, struct err *err)
{
	int result;

	*w = (struct state_writer){.disk = d};
	result = begin_some(w, err);
	atomic_store(&d->written, true);
	for (int i = 0; i < d->state_count && result == 0; i++) {
		struct buf entry = {0};
		state_entry_add_kind(&entry, state_codec_id(d->codec, i));
		result = state_writer_put(w, buf_str(&entry), state_codec_description(d->codec, i),
					  err);
		buf_free(&entry);
	}
	return result;
}

int
state_writer_put(struct state_writer *w, struct str entry, struct str value, struct err *err)
{
	if (is_enough(w) && (state_writer_end(w, err) != 0 || begin_some(w, err) != 0))
		return -1;
	return put(w, entry, value, false, err);
}

int
state_writer_get(struct state_writer *w, struct str entry, struct str *value, struct err *err)
{
	int rc = look_up(w, entry, value);

	return rc == 0 ? 0 : state_environment_failed(w->disk, "read", rc, err);
}

int
state_writer_end(struct state_writer *w, struct err *err)
{
	mdb_cursor_close(w->cursor);
	int rc = GUARDED(w->disk->guard, mdb_txn_commit(w->transaction));

	w->transaction = NULL;
	return rc == 0 ? 0 : state_environment_failed(w->disk, "write", rc, err);
}

void
state_writer_abort(struct state_writer *w)
{
	if (w->transaction == NULL)
		return;
	if (w->cursor != NULL)
		mdb_cursor_close(w->cursor);
	mdb_txn_abort(w->transaction);
	w->transaction = NULL;
}

static int
end_applying(struct state_disk *d, struct err *err)
{
	struct state_writer *w = d->applying;

	d->applying = NULL;
	int result = w == NULL ? 0 : state_writer_end(w, err);
	free(w);
	return result;
}

static void
abort_applying(struct state_disk *d)
{
	if (d->applying != NULL)
		state_writer_abort(d->applying);
	free(d->applying);
	d->applying = NULL;
}

int
state_disk_apply(struct state_disk *d, struct str entry, struct str value, struct err *err)
{
	struct str prefix, state, part, rest = value;
	struct state_timer timer;
	enum entry_sort sort = state_entry_split(entry, &prefix, &state, &part);

	if (sort == ENTRY_BAD ||
	    (sort == ENTRY_BLOCK && value.ptr != NULL && !state_value_take_timer(&rest, &timer)))
		return err_set(err, ERR_INPUT, "this is no entry of a stage's state");
	if (sort == ENTRY_KIND && value.ptr != NULL &&
	    state_codec_learn(d->codec, prefix, value, err) != 0)
		return -1;
	if (d->applying != NULL && is_enough(d->applying) && end_applying(d, err) != 0)
		return -1;
	if (d->applying == NULL) {
		d->applying = mem_zero(1, sizeof(*d->applying));
		d->applying->disk = d;
		if (begin_some(d->applying, err) != 0) {
			abort_applying(d);
			return -1;
		}
	}
	if (put(d->applying, entry, value, true, err) == 0)
		return 0;
	abort_applying(d);
	return -1;
}

/* ---- commit, and back */

int
state_disk_commit(struct state_disk *d, struct str checkpoint, struct err *err)
{
	MDB_txn *txn;
	bool is_new = !str_equal(checkpoint, buf_str(&d->checkpoint));

	if (!atomic_load(&d->written) && d->applying == NULL && !is_new)
		return 0;
	if (end_applying(d, err) != 0)
		return -1;
	int rc = mdb_txn_begin(d->env, NULL, 0, &txn);
	if (rc != 0)
		return state_environment_failed(d, "write", rc, err);
	rc = GUARDED(d->guard, mdb_drop(txn, d->before, 0));
	if (rc == 0)
		rc = state_environment_put_about(d, txn, "checkpoint", checkpoint);
	if (rc == 0) {
		rc = GUARDED(d->guard, mdb_txn_commit(txn));
		txn = NULL;
	}
	mdb_txn_abort(txn);
	if (rc != 0)
		return state_environment_failed(d, "write", rc, err);
	atomic_store(&d->written, false);
	if (is_new) {
		buf_clear(&d->checkpoint);
		buf_add(&d->checkpoint, checkpoint);
	}
	return 0;
}

/* Takes back some of what was written since the last commit; 1: there may be more. */
static int
take_back_some(struct state_disk *d, struct err *err)
{
	struct state_writer w = {.disk = d};
	struct buf entry = {0}, was = {0};
	MDB_val key, kept;
	MDB_cursor *cursor;
	int result = begin_some(&w, err);

	if (result != 0)
		return -1;
	cursor = NULL;
	int rc = mdb_cursor_open(w.transaction, d->before, &cursor);
	while (rc == 0 && result == 0 && !is_enough(&w)) {
		rc = GUARDED(d->guard, mdb_cursor_get(cursor, &key, &kept, MDB_FIRST));
		if (rc == 0 && kept.mv_size == 0)
			rc = MDB_CORRUPTED;
		if (rc != 0)
			break;
		buf_clear(&entry);
		buf_add(&entry, str_of_val(key));
		buf_clear(&was);
		buf_add(&was, str_of_val(kept));
		rc = GUARDED(d->guard, mdb_cursor_del(cursor, 0));
		if (rc != 0)
			break;
		w.entries++;
		result = put(&w, buf_str(&entry),
			     was.ptr[0] == 0 ? (struct str){0} : str_tail(buf_str(&was), 1), true,
			     err);
	}
	buf_free(&entry);
	buf_free(&was);
	bool more = rc == 0;
	if (rc != 0 && rc != MDB_NOTFOUND)
		result = state_environment_failed(d, "write", rc, err);
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	if (result == 0)
		return state_writer_end(&w, err) == 0 ? more : -1;
	state_writer_abort(&w);
	return -1;
}

int
state_disk_rewind(struct state_disk *d, struct err *err)
{
	MDB_stat before = {0};
	MDB_txn *txn = NULL;
	int more = 0;

	abort_applying(d);
	int rc = mdb_txn_begin(d->env, NULL, MDB_RDONLY, &txn);
	if (rc == 0)
		rc = mdb_stat(txn, d->before, &before);
	mdb_txn_abort(txn);
	if (rc != 0)
		return state_environment_failed(d, "read", rc, err);
	if (before.ms_entries > 0)
		while ((more = take_back_some(d, err)) > 0)
			;
	if (more == 0)
		atomic_store(&d->written, false);
	return more;
}

/* ---- all of it */

static int
learn_kind(void *with, struct str name, struct str value, struct err *err)
{
	struct state_disk *d = with;
	struct str id, state, part;

	if (state_entry_split(name, &id, &state, &part) != ENTRY_KIND)
		return state_environment_failed(d, "read", MDB_CORRUPTED, err);
	if (state_codec_learn(d->codec, id, value, err) == 0)
		return 0;
	return err_prefix(err, "the state in \"%s\": ", d->folder);
}

static int
learn_kinds(struct state_disk *d, struct err *err)
{
	struct state_reader *reader = state_reader_new(d);
	int result = state_reader_key(reader, STR("k"), learn_kind, d, err);

	state_reader_free(reader);
	return result;
}

struct state_disk *
state_disk_open(const char *folder, const char *stage, const struct stage_state *states,
		struct err *err)
{
	struct state_disk *d = state_environment_open(folder, stage, states, err);

	if (d == NULL || (state_disk_rewind(d, err) == 0 && learn_kinds(d, err) == 0))
		return d;
	state_disk_close(d);
	return NULL;
}

void
state_disk_close(struct state_disk *d)
{
	if (d == NULL)
		return;
	abort_applying(d);
	state_environment_close(d);
}

struct str
state_disk_checkpoint(const struct state_disk *d)
{
	return buf_str(&d->checkpoint);
}

void
state_disk_when_changed(struct state_disk *d,
			int (*changed)(void *, struct str, struct str, struct err *), void *with)
{
	d->changed = changed;
	d->changed_with = with;
}

const struct state_codec *
state_disk_codec(const struct state_disk *d)
{
	return d->codec;
}

int
state_disk_learn(struct state_disk *d, struct str id, struct str description, struct err *err)
{
	return state_codec_learn(d->codec, id, description, err);
}

const char *
state_disk_folder(const struct state_disk *d)
{
	return d->folder;
}
