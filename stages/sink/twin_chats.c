#include "twin_chats.h"

/* Forms without seconds have the minute. */
static const char sql[] =
	"WITH sample AS (SELECT id, sender, sent_at / 60000 * 60000 AS minute, text FROM messages"
	"  WHERE conversation_id = ?1 AND import_id = ?2 AND sender IS NOT NULL"
	"  AND text IS NOT NULL ORDER BY sent_at, seq LIMIT ?3)"
	" SELECT (SELECT coalesce(title, conversation_id) FROM conversations"
	"  WHERE conversation_id = ?1),"
	" (SELECT coalesce(title, conversation_id) FROM conversations AS c"
	"  WHERE c.conversation_id = other.conversation_id),"
	" count(DISTINCT sample.id), (SELECT count(*) FROM sample)"
	" FROM sample JOIN messages AS other ON other.sender = sample.sender"
	" AND other.sent_at BETWEEN minute AND minute + 59999"
	" AND other.text = sample.text AND other.id < sample.id"
	" AND other.conversation_id <> ?1"
	" GROUP BY other.conversation_id ORDER BY 3 DESC, 2 LIMIT 1";

/* Others in the middle half of the import's time, as exports may meet at their ends. */
static const char sharing[] =
	"WITH span AS (SELECT min(sent_at) AS first, max(sent_at) AS last FROM messages"
	"  WHERE conversation_id = ?1 AND import_id = ?2)"
	" SELECT count(*) >= ?3 FROM span JOIN messages AS other"
	" WHERE other.conversation_id = ?1 AND other.import_id <> ?2"
	" AND other.sent_at BETWEEN first + (last - first) / 4 AND last - (last - first) / 4";

static void
take_text(struct buf *to, sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	buf_clear(to);
	buf_add(to, str_of(text == NULL ? "" : text));
}

int
twin_chats_find(struct database *db, struct str conversation_id, struct str import_id,
		struct twin_chats *found, struct err *err)
{
	sqlite3_stmt *stmt = database_prepare(db, STR(sql), err);

	if (stmt == NULL)
		return -1;
	database_bind_text(stmt, 1, conversation_id);
	database_bind_text(stmt, 2, import_id);
	sqlite3_bind_int(stmt, 3, TWIN_SAMPLE);
	int got = database_step(db, stmt, "read", err);
	if (got == 1) {
		take_text(&found->title, stmt, 0);
		take_text(&found->twin, stmt, 1);
		found->same = sqlite3_column_int64(stmt, 2);
		found->compared = sqlite3_column_int64(stmt, 3);
		got = found->compared >= TWIN_FEWEST && found->same > found->compared / 2;
	}
	sqlite3_finalize(stmt);
	return got;
}

int
twin_chats_share_title(struct database *db, struct str conversation_id, struct str import_id,
		       struct err *err)
{
	sqlite3_stmt *stmt = database_prepare(db, STR(sharing), err);

	if (stmt == NULL)
		return -1;
	database_bind_text(stmt, 1, conversation_id);
	database_bind_text(stmt, 2, import_id);
	sqlite3_bind_int(stmt, 3, TWIN_FEWEST);
	int got = database_step(db, stmt, "read", err);
	if (got == 1)
		got = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return got;
}

void
twin_chats_free(struct twin_chats *found)
{
	buf_free(&found->title);
	buf_free(&found->twin);
}
