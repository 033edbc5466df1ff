#include "slot_merge.h"

#include "base/mem.h"

enum statement {
	FIND,
	BEFORE,
	AFTER,
	STAYS,
	NOTE,
	PLACE,
	DETACH,
	REMOVE,
	RENUMBER,
	RENUMBER_ATTACHMENTS,
	STATEMENTS
};

/* The neighbours of a row, in the order of time, among what earlier imports brought. A row has few
 * neighbours that this import brought; where there are many, none of the others is near. Without
 * the + SQLite takes the index to the row's minute only, and walks through that. */
#define NEIGHBOUR(compare, order)                                                                  \
	"SELECT id FROM (SELECT m.id, m.import_id"                                                 \
	" FROM messages AS r JOIN messages AS m ON m.conversation_id = r.conversation_id"          \
	" AND (m.sent_at, m.seq) " compare " (+r.sent_at, +r.seq)"                                 \
	" WHERE r.id = ?1 ORDER BY m.sent_at " order ", m.seq " order " LIMIT 64)"                 \
	" WHERE import_id <> ?2 LIMIT 1"

static const char *const sql[STATEMENTS] = {
	/* The other row in the same slot, when there is but one, of another import, and either of
	 * the two has changed, or both tell the same event of somebody in other words. */
	[FIND] = "SELECT sum(id) - ?1 FROM (SELECT id, slot_id, import_id,"
		 " max(edited, kind = 'deleted') AS changed, CASE WHEN kind = 'system'"
		 " AND (details ->> 'actor' IS NOT NULL OR details ->> '$.targets[0]' IS NOT NULL"
		 " OR details ->> 'event' = 'encryption_notice')"
		 " AND details ->> 'event' <> 'unknown' THEN json_remove(details, '$.text') END"
		 " AS told FROM messages"
		 " WHERE slot_id = (SELECT slot_id FROM messages WHERE id = ?1) LIMIT 3)"
		 " GROUP BY slot_id HAVING count(*) = 2 AND count(DISTINCT import_id) = 2"
		 " AND (max(changed) > 0 OR (count(told) = 2 AND min(told) = max(told)))",
	[BEFORE] = NEIGHBOUR("<", "DESC"),
	[AFTER] = NEIGHBOUR(">", "ASC"),
	/* Whether the new row ?1 stays, and not the earlier one, ?2: deleted counts more than
	 * edited, edited more than neither, and of equals what came later; of the words for an
	 * event those that were there. */
	[STAYS] = "SELECT m.kind <> 'system' AND max(m.edited, 2 * (m.kind = 'deleted'))"
		  " >= max(e.edited, 2 * (e.kind = 'deleted')), m.kind = 'system'"
		  " FROM messages AS m JOIN messages AS e USING (slot_id)"
		  " WHERE m.id = ?1 AND e.id = ?2",
	/* ?1 the row that goes, ?2 the id of the one that stays */
	[NOTE] = "INSERT OR REPLACE INTO revisions SELECT message_id, ?2, import_id, kind, text,"
		 " edited FROM messages WHERE id = ?1",
	/* A message stays where, and of the import in which, it was met first. */
	[PLACE] = "UPDATE messages SET (import_id, seq, sent_at, utc_offset_minutes,"
		  " source_line, source_offset) = (SELECT import_id, seq, sent_at,"
		  " utc_offset_minutes, source_line, source_offset FROM messages"
		  " WHERE id = ?2) WHERE id = ?1",
	[DETACH] = "DELETE FROM attachments WHERE id = ?1",
	[REMOVE] = "DELETE FROM messages WHERE id = ?1",
	[RENUMBER] = "UPDATE messages SET id = ?2 WHERE id = ?1",
	[RENUMBER_ATTACHMENTS] = "UPDATE attachments SET id = ?2 WHERE id = ?1",
};

struct slot_merge {
	struct database *db;
	struct enrichments *enrichments;
	sqlite3_stmt *statements[STATEMENTS];
};

struct slot_merge *
slot_merge_open(struct database *db, struct enrichments *enrichments, struct err *err)
{
	struct slot_merge *m = mem_zero(1, sizeof(*m));

	m->db = db;
	m->enrichments = enrichments;
	for (size_t i = 0; i < STATEMENTS; i++) {
		m->statements[i] = database_prepare(db, str_of(sql[i]), err);
		if (m->statements[i] == NULL) {
			slot_merge_close(m);
			return NULL;
		}
	}
	return m;
}

void
slot_merge_close(struct slot_merge *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(m->statements[i]);
	free(m);
}

/* A statement that asks for one row's number; 0 where there is none. */
static int
find(struct slot_merge *m, enum statement which, int64_t row, struct str import_id, int64_t *found,
     struct err *err)
{
	sqlite3_stmt *stmt = m->statements[which];

	sqlite3_bind_int64(stmt, 1, row);
	if (which != FIND)
		database_bind_text(stmt, 2, import_id);
	int got = database_step(m->db, stmt, "read", err);
	*found = got == 1 ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_reset(stmt);
	return got < 0 ? -1 : 0;
}

static int
change(struct slot_merge *m, enum statement which, int64_t first, int64_t second, struct err *err)
{
	sqlite3_stmt *stmt = m->statements[which];

	sqlite3_bind_int64(stmt, 1, first);
	sqlite3_bind_int64(stmt, 2, second);
	return database_step(m->db, stmt, "write", err);
}

/* What stays has the earlier row's id. */
static int
merge(struct slot_merge *m, struct slot_place *at, int64_t row, int64_t earlier, struct err *err)
{
	int got = change(m, STAYS, row, earlier, err);
	bool new_stays = got == 1 && sqlite3_column_int(m->statements[STAYS], 0) != 0;
	bool told_again = got == 1 && sqlite3_column_int(m->statements[STAYS], 1) != 0;
	int64_t goes = new_stays ? earlier : row;

	sqlite3_reset(m->statements[STAYS]);
	if (got != 1) /* 0: another import has merged one of them meanwhile */
		return got;
	if (change(m, NOTE, goes, earlier, err) != 0 ||
	    (new_stays && change(m, PLACE, row, earlier, err) != 0) ||
	    change(m, DETACH, goes, 0, err) != 0 || change(m, REMOVE, goes, 0, err) != 0 ||
	    enrichments_forget(m->enrichments, goes, err) != 0)
		return -1;
	at->merged += !told_again;
	at->told_again += told_again;
	if (!new_stays)
		return 0;
	if (change(m, RENUMBER, row, earlier, err) != 0 ||
	    change(m, RENUMBER_ATTACHMENTS, row, earlier, err) != 0)
		return -1;
	return enrichments_move(m->enrichments, row, earlier, err);
}

/* What a neighbour in the database and the neighbour in the import say: nothing where one of them
 * is missing, because there an export ends. */
enum answer { SILENT, YES, NO };

static enum answer
compare(int64_t in_database, bool follows, int64_t in_import)
{
	if (in_database == 0 || !follows)
		return SILENT;
	return in_database == in_import ? YES : NO;
}

/* The run is over: what follows it decides. */
static int
settle(struct slot_merge *m, struct slot_place *at, struct str import_id, bool follows,
       int64_t next, struct err *err)
{
	size_t length = at->length;
	int64_t after;

	if (length == 0)
		return 0;
	at->length = 0;
	if (find(m, AFTER, at->run[length - 1].earlier, import_id, &after, err) != 0)
		return -1;
	enum answer answer = compare(after, follows, next);
	if (answer == NO || (answer == SILENT && !at->agreed))
		return 0;
	for (size_t i = 0; i < length; i++)
		if (merge(m, at, at->run[i].row, at->run[i].earlier, err) != 0)
			return -1;
	return 0;
}

int
slot_merge_known(struct slot_merge *m, struct slot_place *at, struct str import_id, int64_t row,
		 struct err *err)
{
	if (settle(m, at, import_id, true, row, err) != 0)
		return -1;
	at->begun = true;
	at->last = row;
	return 0;
}

int
slot_merge_new(struct slot_merge *m, struct slot_place *at, struct str import_id, int64_t row,
	       struct err *err)
{
	int64_t earlier, neighbour = 0;
	bool goes_on = false;

	if (find(m, FIND, row, import_id, &earlier, err) != 0)
		return -1;
	if (earlier != 0 && at->length > 0 && at->length < SLOT_RUN) {
		if (find(m, AFTER, at->run[at->length - 1].earlier, import_id, &neighbour, err) !=
		    0)
			return -1;
		goes_on = neighbour == earlier;
	}
	if (!goes_on) {
		/* A run that a changed message ends, which does not go on with it, was none. */
		if (settle(m, at, import_id, true, 0, err) != 0)
			return -1;
		enum answer answer = NO;
		if (earlier != 0) {
			if (find(m, BEFORE, earlier, import_id, &neighbour, err) != 0)
				return -1;
			answer = compare(neighbour, at->begun, at->last);
		}
		at->begun = true;
		at->last = 0;
		if (answer == NO)
			return 0;
		at->agreed = answer == YES;
	}
	at->run[at->length++] = (struct slot_pair){row, earlier};
	at->last = earlier;
	return 0;
}

int
slot_merge_end(struct slot_merge *m, struct slot_place *at, struct str import_id, struct err *err)
{
	return settle(m, at, import_id, false, 0, err);
}
