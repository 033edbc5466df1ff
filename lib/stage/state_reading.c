/* What is read of a state on disk: the entries of a key, and timers by their time. */
#include "base/mem.h"
#include "stage/state_environment.h"

struct state_reader {
	struct state_disk *disk;
	MDB_txn *txn; /* reset between two calls, so that it holds no old pages */
	MDB_cursor *cursor;
};

struct state_reader *
state_reader_new(struct state_disk *d)
{
	struct state_reader *r = mem_zero(1, sizeof(*r));

	r->disk = d;
	return r;
}

void
state_reader_free(struct state_reader *r)
{
	if (r == NULL)
		return;
	if (r->cursor != NULL)
		mdb_cursor_close(r->cursor);
	mdb_txn_abort(r->txn);
	free(r);
}

static int
begin_read(struct state_reader *r)
{
	if (r->cursor != NULL) {
		int rc = mdb_txn_renew(r->txn);
		return rc != 0 ? rc : mdb_cursor_renew(r->txn, r->cursor);
	}
	int rc = mdb_txn_begin(r->disk->env, NULL, MDB_RDONLY, &r->txn);
	return rc != 0 ? rc : mdb_cursor_open(r->txn, r->disk->entries, &r->cursor);
}

int
state_reader_key(struct state_reader *r, struct str prefix,
		 int (*entry)(void *, struct str, struct str, struct err *), void *with,
		 struct err *err)
{
	MDB_val key = val(prefix), value;
	int result = 0, rc = begin_read(r);

	if (rc == 0)
		rc = GUARDED(r->disk->guard,
			     mdb_cursor_get(r->cursor, &key, &value, MDB_SET_RANGE));
	while (rc == 0 && result == 0 && str_starts(str_of_val(key), prefix)) {
		result = entry(with, str_of_val(key), str_of_val(value), err);
		rc = GUARDED(r->disk->guard, mdb_cursor_get(r->cursor, &key, &value, MDB_NEXT));
	}
	if (r->cursor != NULL)
		mdb_txn_reset(r->txn);
	if (rc != 0 && rc != MDB_NOTFOUND)
		return state_environment_failed(r->disk, "read", rc, err);
	return result;
}

struct state_timers {
	struct state_disk *disk;
	MDB_txn *txn;
	MDB_cursor *cursor;
	struct state_timer until;
	struct buf entry, key;
	bool begun;
};

struct state_timers *
state_timers_begin(struct state_disk *d, enum stage_clock clock, int64_t until_ms, struct err *err)
{
	struct state_timers *t = mem_zero(1, sizeof(*t));
	int rc = mdb_txn_begin(d->env, NULL, MDB_RDONLY, &t->txn);

	t->disk = d;
	t->until = (struct state_timer){true, clock, until_ms};
	if (rc == 0)
		rc = mdb_cursor_open(t->txn, d->timers, &t->cursor);
	if (rc == 0)
		return t;
	state_environment_failed(d, "read", rc, err);
	state_timers_end(t);
	return NULL;
}

void
state_timers_end(struct state_timers *t)
{
	if (t == NULL)
		return;
	if (t->cursor != NULL)
		mdb_cursor_close(t->cursor);
	mdb_txn_abort(t->txn);
	buf_free(&t->entry);
	buf_free(&t->key);
	free(t);
}

/* The key of the entry in hand; where it is cut, its own entry has it. */
static int
find_key(struct state_timers *t, struct err *err)
{
	struct str prefix, state, part, value, name;
	struct buf own = {0};
	int64_t watermark;

	buf_clear(&t->key);
	if (state_entry_split(buf_str(&t->entry), &prefix, &state, &part) != ENTRY_BLOCK)
		return state_environment_failed(t->disk, "read", MDB_CORRUPTED, err);
	if (state_entry_key(prefix, &t->key))
		return 0;
	buf_add(&own, prefix);
	state_entry_add_block(&own, STR(""), STR(""));
	MDB_val at = val(buf_str(&own)), found;
	int rc = GUARDED(t->disk->guard, mdb_get(t->txn, t->disk->entries, &at, &found));
	buf_free(&own);
	if (rc != 0 && rc != MDB_NOTFOUND)
		return state_environment_failed(t->disk, "read", rc, err);
	value = rc == 0 ? str_of_val(found) : (struct str){0};
	if (!state_value_take_key(&value, &watermark, &name))
		return state_environment_failed(t->disk, "read", MDB_CORRUPTED, err);
	buf_clear(&t->key);
	buf_add(&t->key, name);
	return 0;
}

int
state_timers_next(struct state_timers *t, struct str *entry, struct str *key, struct err *err)
{
	char clock = (char)t->until.clock;
	MDB_val at = {1, &clock}, value;
	int rc = GUARDED(t->disk->guard, mdb_cursor_get(t->cursor, &at, &value,
							t->begun ? MDB_NEXT : MDB_SET_RANGE));

	t->begun = true;
	if (rc == MDB_NOTFOUND)
		return 0;
	if (rc != 0)
		return state_environment_failed(t->disk, "read", rc, err);
	struct str name = str_of_val(at);
	struct buf limit = {0};
	state_environment_timer_name(&t->until, STR("b"), &limit);
	bool due = name.len > limit.len && name.ptr[0] == clock &&
		   memcmp(name.ptr, limit.ptr, limit.len) <= 0;
	if (due) {
		buf_clear(&t->entry);
		buf_add_byte(&t->entry, 'b');
		buf_add(&t->entry, str_tail(name, limit.len));
	}
	buf_free(&limit);
	if (!due)
		return 0;
	if (find_key(t, err) != 0)
		return -1;
	*entry = buf_str(&t->entry);
	*key = buf_str(&t->key);
	return 1;
}
