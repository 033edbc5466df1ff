#include "other_reading.h"

#include "base/log.h"
#include "base/mem.h"

/* What speaks for an order: dates that have no other, somebody who said so, or likelihood. */
#define RANK(import)                                                                               \
	"CASE " import ".order_basis WHEN 'numbers' THEN 3 WHEN 'only_one' THEN 3"                 \
	" WHEN 'option' THEN 2 ELSE coalesce(" import ".order_confidence, 0) END"

/* Of the imports in another order, the one that has most for itself. */
static const char other_orders[] =
	"SELECT coalesce(c.title, n.conversation_id), n.date_order, o.date_order,"
	" n.order_basis = 'option' OR " RANK("n") " > " RANK(
		"o") " FROM imports AS n"
		     " JOIN imports AS o USING (conversation_id) JOIN conversations AS c USING "
		     "(conversation_id)"
		     " WHERE n.conversation_id = ?1 AND n.import_id = ?2 AND o.date_order <> "
		     "n.date_order"
		     " ORDER BY " RANK("o") " DESC LIMIT 1";

#define LOCAL(format)                                                                              \
	"strftime('" format "', m.sent_at / 1000 + m.utc_offset_minutes * 60, 'unixepoch')"

/* Pairs of rows that were printed the same: one of the import, one in the other order. */
static const char pairs[] =
	"WITH printed AS MATERIALIZED (SELECT m.id, m.import_id, i.date_order, m.sender, m.kind,"
	" m.text, m.details, replace(replace(replace(i.date_order, 'd', " LOCAL(
		"%d") "),"
		      " 'm', " LOCAL("%m") "), 'y', substr(" LOCAL("%Y") ", 3)) || " LOCAL(
			      "%H%M") " AS date"
				      " FROM messages AS m JOIN imports AS i USING "
				      "(conversation_id, import_id)"
				      " WHERE m.conversation_id = ?1 AND i.date_order IS NOT NULL)"
				      " SELECT n.id, o.id FROM printed AS n JOIN printed AS o ON "
				      "o.date = n.date"
				      " AND o.sender IS n.sender AND o.kind = n.kind AND o.text IS "
				      "n.text"
				      " AND o.details IS n.details"
				      " WHERE n.import_id = ?2 AND o.date_order = ?3 AND "
				      "n.date_order <> ?3"
				      " ORDER BY CASE ?4 WHEN 0 THEN n.id ELSE o.id END";

struct rows {
	int64_t *at;
	size_t count, room;
};

static void
take_text(struct buf *to, sqlite3_stmt *stmt, int column)
{
	buf_clear(to);
	buf_add(to, str_of((const char *)sqlite3_column_text(stmt, column)));
}

/* 1: there are imports in another order. */
static int
find_other_order(struct database *db, struct str conversation_id, struct str import_id,
		 struct other_reading *found, struct err *err)
{
	sqlite3_stmt *stmt = database_prepare(db, STR(other_orders), err);

	if (stmt == NULL)
		return -1;
	database_bind_text(stmt, 1, conversation_id);
	database_bind_text(stmt, 2, import_id);
	int got = database_step(db, stmt, "read", err);
	if (got == 1) {
		take_text(&found->title, stmt, 0);
		take_text(&found->order, stmt, 1);
		take_text(&found->before, stmt, 2);
		found->stays = sqlite3_column_int(stmt, 3) == 0;
	}
	sqlite3_finalize(stmt);
	return got;
}

/* The rows of the one or the other, each once. */
static int
find_rows(struct database *db, struct str conversation_id, struct str import_id,
	  const struct other_reading *found, bool earlier, struct rows *rows, struct err *err)
{
	sqlite3_stmt *stmt = database_prepare(db, STR(pairs), err);
	int got;

	rows->count = 0;
	if (stmt == NULL)
		return -1;
	database_bind_text(stmt, 1, conversation_id);
	database_bind_text(stmt, 2, import_id);
	database_bind_text(stmt, 3, buf_str(&found->before));
	sqlite3_bind_int(stmt, 4, earlier);
	while ((got = database_step(db, stmt, "read", err)) == 1) {
		int64_t row = sqlite3_column_int64(stmt, earlier);
		if (rows->count > 0 && rows->at[rows->count - 1] == row)
			continue;
		MEM_GROW(rows->at, rows->count, rows->room);
		rows->at[rows->count++] = row;
	}
	sqlite3_finalize(stmt);
	return got;
}

static int
remove_rows(struct database *db, struct enrichments *enrichments, const struct rows *rows,
	    struct err *err)
{
	static const char *const sql[] = {"DELETE FROM attachments WHERE id = ?1",
					  "DELETE FROM revisions WHERE id = ?1",
					  "DELETE FROM messages WHERE id = ?1"};
	int result = 0;

	for (size_t i = 0; i < sizeof(sql) / sizeof(*sql) && result == 0; i++) {
		sqlite3_stmt *stmt = database_prepare(db, str_of(sql[i]), err);
		result = stmt == NULL ? -1 : 0;
		for (size_t row = 0; row < rows->count && result == 0; row++) {
			sqlite3_bind_int64(stmt, 1, rows->at[row]);
			result = database_step(db, stmt, "write", err);
		}
		sqlite3_finalize(stmt);
	}
	for (size_t row = 0; row < rows->count && result == 0; row++)
		result = enrichments_forget(enrichments, rows->at[row], err);
	return result;
}

int
other_reading_settle(struct database *db, struct enrichments *enrichments,
		     struct str conversation_id, struct str import_id, uint64_t added,
		     struct other_reading *found, struct err *err)
{
	struct rows rows = {0};
	int got = find_other_order(db, conversation_id, import_id, found, err);

	if (got != 1)
		return got;
	got = find_rows(db, conversation_id, import_id, found, false, &rows, err);
	bool same = got == 0 && rows.count > added / 2;
	if (same && !found->stays)
		got = find_rows(db, conversation_id, import_id, found, true, &rows, err);
	if (same && got == 0)
		got = remove_rows(db, enrichments, &rows, err);
	found->removed = (int64_t)rows.count;
	free(rows.at);
	return got != 0 ? -1 : same;
}

static const char *
words_of(struct str order)
{
	switch (order.ptr[0]) {
	case 'm':
		return "month first";
	case 'y':
		return "year first";
	default:
		return "day first";
	}
}

void
other_reading_say(const struct other_reading *found)
{
	const char *now = words_of(buf_str(&found->order));
	const char *before = words_of(buf_str(&found->before));

	if (found->stays)
		log_error("the dates of \"%.*s\" were read %s before: %lld messages that are there "
			  "are not imported %s again; --date-order %.*s replaces them",
			  STR_ARG(buf_str(&found->title)), before, (long long)found->removed, now,
			  STR_ARG(buf_str(&found->order)));
	else
		log_error(
			"the dates of \"%.*s\" were read %s before: %lld messages are replaced by "
			"what they are %s; --date-order %.*s brings the others back",
			STR_ARG(buf_str(&found->title)), before, (long long)found->removed, now,
			STR_ARG(buf_str(&found->before)));
}

void
other_reading_free(struct other_reading *found)
{
	buf_free(&found->title);
	buf_free(&found->order);
	buf_free(&found->before);
}
