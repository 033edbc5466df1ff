#include "message_store.h"

#include "base/mem.h"
#include "enrichments.h"
#include "import_ledger.h"
#include "read_positions.h"
#include "seen_ids.h"

enum statement {
	ADD_MESSAGE,
	FIND_MESSAGE,
	FIND_REVISION,
	LEARN_MESSAGE,
	ADD_ATTACHMENTS,
	STATEMENTS
};
static const char *const sql[STATEMENTS] = {
	[ADD_MESSAGE] =
		"INSERT INTO messages VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
		" ?12, ?13, ?14, ?15, ?16, ?17) ON CONFLICT DO NOTHING",
	[FIND_MESSAGE] = "SELECT id, kind = 'media', edited, utc_offset_minutes, seq,"
			 " import_id <> ?2 FROM messages WHERE message_id = ?1",
	[FIND_REVISION] = "SELECT id FROM revisions WHERE message_id = ?1",
	[LEARN_MESSAGE] = "UPDATE messages SET edited = max(edited, ?3),"
			  " kind = CASE kind WHEN 'media' THEN ?2 ELSE kind END"
			  " WHERE id = ?1",
	[ADD_ATTACHMENTS] =
		"INSERT INTO attachments SELECT ?1, key, value ->> 'name', value ->> 'kind',"
		" value ->> 'size', value ->> 'entry', value ->> 'omitted', value ->> 'path'"
		" FROM json_each(?2)"
		" WHERE true ON CONFLICT DO UPDATE SET name = coalesce(name, excluded.name),"
		" kind = CASE kind WHEN 'media' THEN excluded.kind ELSE kind END,"
		" size = coalesce(size, excluded.size), entry = coalesce(entry, excluded.entry),"
		" omitted = min(omitted, excluded.omitted), path = coalesce(excluded.path, path)"
		" WHERE (name IS NULL AND excluded.name IS NOT NULL)"
		" OR (kind = 'media' AND excluded.kind <> 'media')"
		" OR (size IS NULL AND excluded.size IS NOT NULL)"
		" OR (entry IS NULL AND excluded.entry IS NOT NULL)"
		" OR omitted > excluded.omitted"
		" OR (excluded.path IS NOT NULL AND excluded.path IS NOT path)",
};

struct message_store {
	struct database *db;
	struct row *row;
	struct message_cells cells;

	/* From the first record after a commit to the next commit. */
	sqlite3_stmt *statements[STATEMENTS];
	struct enrichments *enrichments;
	struct slot_merge *slots;
	struct other_readings *readings;
	struct seen_ids *seen; /* while the database has no index; else NULL */
	struct import_ledger *imports;
	struct import *import; /* of the record in hand */
	struct buf trail, attachments;
	struct read_positions *positions;
};

const char *const message_store_needs[] = {"message_id", "conversation_id", "sent_at", NULL};

struct message_store *
message_store_open(const char *path, const struct avro_node *record, struct str trail,
		   struct err *err)
{
	struct message_store *s = mem_zero(1, sizeof(*s));

	buf_add(&s->trail, trail);
	s->positions = read_positions_new();
	s->row = row_new(record, ROW_FOR_DATABASE);
	if (message_cells_find(&s->cells, s->row, err) != 0)
		goto fail;
	s->db = database_open(path, err);
	if (s->db == NULL)
		goto fail;
	return s;

fail:
	message_store_close(s);
	return NULL;
}

static void
end_session(struct message_store *s)
{
	import_ledger_close(s->imports);
	s->imports = NULL;
	seen_ids_free(s->seen);
	s->seen = NULL;
	slot_merge_close(s->slots);
	s->slots = NULL;
	other_readings_close(s->readings);
	s->readings = NULL;
	enrichments_close(s->enrichments);
	s->enrichments = NULL;
	for (size_t i = 0; i < STATEMENTS; i++) {
		sqlite3_finalize(s->statements[i]);
		s->statements[i] = NULL;
	}
}

static int
begin_session(struct message_store *s, struct err *err)
{
	if (database_begin(s->db, err) != 0)
		return -1;
	for (size_t i = 0; i < STATEMENTS; i++) {
		s->statements[i] = database_prepare(s->db, str_of(sql[i]), err);
		if (s->statements[i] == NULL)
			goto fail;
	}
	s->enrichments = enrichments_open(s->db, s->row, s->cells.appended, err);
	if (s->enrichments == NULL)
		goto fail;
	s->slots = slot_merge_open(s->db, s->enrichments, err);
	if (s->slots == NULL)
		goto fail;
	s->readings = other_readings_open(s->db, s->enrichments, err);
	if (s->readings == NULL)
		goto fail;
	s->imports = import_ledger_open(s->db, &s->cells, s->slots, s->readings, buf_str(&s->trail),
					err);
	if (s->imports == NULL)
		goto fail;
	s->seen = database_is_indexed(s->db) ? NULL : seen_ids_new();
	return 0;

fail:
	end_session(s);
	database_rollback(s->db);
	return -1;
}

void
message_store_close(struct message_store *s)
{
	if (s == NULL)
		return;
	end_session(s);
	database_close(s->db);
	read_positions_free(s->positions);
	buf_free(&s->trail);
	buf_free(&s->attachments);
	row_free(s->row);
	message_cells_free(&s->cells);
	free(s);
}

/* As database_bind_text() does it to text: \u0000 becomes U+2400. */
static struct str
json_without_nul(struct buf *to, struct str json)
{
	buf_clear(to);
	buf_add(to, json);
	for (size_t i = 0; i + 1 < to->len; i++) {
		if (to->ptr[i] != '\\')
			continue;
		if (to->len - i >= 6 && memcmp(to->ptr + i, "\\u0000", 6) == 0)
			to->ptr[i + 2] = '2', to->ptr[i + 3] = '4';
		i += 1;
	}
	return buf_str(to);
}

static int
add_attachments(struct message_store *s, int64_t id, struct err *err)
{
	sqlite3_stmt *stmt = s->statements[ADD_ATTACHMENTS];
	const struct cell *cell = s->cells.of[ATTACHMENTS];

	if (cell->type == CELL_NULL || str_equal(cell->text, STR("[]")))
		return 0;
	sqlite3_bind_int64(stmt, 1, id);
	database_bind_text(stmt, 2, json_without_nul(&s->attachments, cell->text));
	return database_step(s->db, stmt, "write", err);
}

static int64_t
seq_of(const struct message_store *s)
{
	return s->cells.of[SEQ]->type == CELL_NULL ? 0 : s->cells.of[SEQ]->integer;
}

/* An export that begins later counts from 0, too: what it adds goes on from the known message
 * before it. 1: the row is new; 0: it was there. */
static int
add_message(struct message_store *s, int64_t *row, struct err *err)
{
	sqlite3_stmt *stmt = s->statements[ADD_MESSAGE];
	int64_t seq;
	sqlite3 *handle = database_handle(s->db);

	message_cells_bind(&s->cells, stmt);
	if (!__builtin_add_overflow(seq_of(s), s->import->shift, &seq))
		sqlite3_bind_int64(stmt, SEQ + 1, seq);
	if (database_step(s->db, stmt, "write", err) != 0)
		return -1;
	*row = sqlite3_last_insert_rowid(handle);
	return sqlite3_changes(handle);
}

static int
find_row(struct message_store *s, enum statement which, int64_t *row, struct err *err)
{
	sqlite3_stmt *stmt = s->statements[which];

	database_bind_text(stmt, 1, message_cells_text(&s->cells, MESSAGE_ID));
	if (which == FIND_MESSAGE)
		database_bind_text(stmt, 2, s->import->import_id);
	int got = database_step(s->db, stmt, "read", err);
	if (got == 1)
		*row = sqlite3_column_int64(stmt, 0);
	return got; /* the row's other columns stay until the caller resets */
}

/* What a message is to the database. */
enum meeting { FAILED = -1, NEW, CURRENT, REVISION };

/* Finds a message by its id. Of a row that is there, what this import knows and the row does not is
 * added. */
static enum meeting
meet(struct message_store *s, int64_t *id, struct err *err)
{
	sqlite3_stmt *find = s->statements[FIND_MESSAGE], *learn = s->statements[LEARN_MESSAGE];
	struct str kind = message_cells_text(&s->cells, KIND);
	bool edited = s->cells.of[EDITED]->type != CELL_NULL && s->cells.of[EDITED]->integer != 0;
	int got = find_row(s, FIND_MESSAGE, id, err);

	if (got == 0) {
		got = find_row(s, FIND_REVISION, id, err);
		sqlite3_reset(s->statements[FIND_REVISION]);
		return got == 1 ? REVISION : got == 0 ? NEW : FAILED;
	}
	if (got < 0)
		return FAILED;
	bool sort_unknown = sqlite3_column_int(find, 1) != 0;
	bool was_edited = sqlite3_column_int(find, 2) != 0;
	const struct cell *offset = s->cells.of[UTC_OFFSET_MINUTES];
	s->import->elsewhere +=
		offset->type != CELL_NULL && offset->integer != sqlite3_column_int64(find, 3);
	if (sqlite3_column_int(find, 5) != 0 &&
	    __builtin_sub_overflow(sqlite3_column_int64(find, 4), seq_of(s), &s->import->shift))
		s->import->shift = 0;
	sqlite3_reset(find);
	if ((sort_unknown && !str_equal(kind, STR("media"))) || (edited && !was_edited)) {
		sqlite3_bind_int64(learn, 1, *id);
		database_bind_text(learn, 2, kind);
		sqlite3_bind_int(learn, 3, edited);
		if (database_step(s->db, learn, "write", err) != 0)
			return FAILED;
	}
	return add_attachments(s, *id, err) == 0 ? CURRENT : FAILED;
}

static enum meeting
meet_or_add(struct message_store *s, int64_t *id, struct err *err)
{
	enum meeting meeting = NEW;

	if (!database_is_indexed(s->db) &&
	    seen_ids_add(s->seen, message_cells_text(&s->cells, MESSAGE_ID)) &&
	    database_index(s->db, err) != 0)
		return FAILED;
	if (s->import->earlier)
		meeting = meet(s, id, err);
	if (meeting != NEW)
		return meeting;
	int added = add_message(s, id, err);
	if (added == 0)
		return meet(s, id, err);
	if (added < 0 || add_attachments(s, *id, err) != 0 ||
	    import_ledger_add_person(s->imports, s->import, err) != 0)
		return FAILED;
	return NEW;
}

static int
put_message(struct message_store *s, struct err *err)
{
	struct import *import = import_ledger_find(s->imports, err);
	int64_t id = 0;

	if (import == NULL)
		return -1;
	s->import = import;
	enum meeting meeting = meet_or_add(s, &id, err);
	if (meeting == FAILED)
		return -1;
	if (meeting != REVISION && enrichments_put(s->enrichments, id, meeting == NEW, err) != 0)
		return -1;
	if (meeting == NEW)
		import->added += 1;
	else
		import->known += 1;
	if (meeting == CURRENT && import->otherwise &&
	    other_readings_met(s->readings, import->import_id, id, err) != 0)
		return -1;
	if (!import->earlier)
		return 0;
	return meeting == NEW
		       ? slot_merge_new(s->slots, &import->place, import->import_id, id, err)
		       : slot_merge_known(s->slots, &import->place, import->import_id, id, err);
}

int
message_store_put(struct message_store *s, struct str record, struct err *err)
{
	if (row_read(s->row, record, err) != 0)
		return -1;
	if (message_cells_check(&s->cells, err) != 0)
		return -1;
	if (!database_in_transaction(s->db) && begin_session(s, err) != 0)
		return -1;
	if (put_message(s, err) == 0)
		return 0;
	if (!database_in_transaction(s->db)) /* SQLite has ended it */
		end_session(s);
	return -1;
}

int
message_store_claim(struct message_store *s, struct str input, struct buf *position,
		    struct err *err)
{
	database_expect_again(s->db); /* from the position that it says */
	if (!database_in_transaction(s->db) && begin_session(s, err) != 0)
		return -1;
	return read_positions_claim(s->positions, s->db, input, position, err);
}

int
message_store_position(struct message_store *s, struct str input, struct str position,
		       struct err *err)
{
	if (!database_in_transaction(s->db) && begin_session(s, err) != 0)
		return -1;
	if (read_positions_store(s->positions, s->db, input, position, err) == 0)
		return 0;
	end_session(s);
	database_rollback(s->db);
	return -1;
}

int
message_store_commit(struct message_store *s, struct message_counts *counts, struct err *err)
{
	if (!database_in_transaction(s->db) && begin_session(s, err) != 0)
		return -1;
	seen_ids_free(s->seen);
	s->seen = NULL;
	/* The commit makes the indexes anyway; with them, chats can be compared. */
	int written = database_index(s->db, err) == 0 ? import_ledger_settle(s->imports, err) : -1;
	*counts = import_ledger_counts(s->imports);
	end_session(s);
	if (written == 0)
		return database_commit(s->db, err);
	database_rollback(s->db);
	return -1;
}
