#include "other_reading.h"

#include "base/log.h"
#include "base/mem.h"

/* What speaks for an order: dates that have no other, somebody who said so, or likelihood. */
#define CERTAIN "3"
#define RANK(import)                                                                               \
	"CASE " import ".order_basis WHEN 'numbers' THEN " CERTAIN                                 \
	" WHEN 'only_one' THEN " CERTAIN " WHEN 'option' THEN 2"                                   \
	" ELSE coalesce(" import ".order_confidence, 0) END"
#define OTHER_IMPORTS                                                                              \
	" FROM imports AS n JOIN imports AS o USING (conversation_id)"                             \
	" WHERE conversation_id = ?1 AND n.import_id = ?2 AND o.date_order <> n.date_order"

/* Of the imports in another order, the one that has most for itself. Two that are certain are of
 * phones that print dates otherwise. */
static const char exist[] = "SELECT 1" OTHER_IMPORTS " LIMIT 1";
static const char other_orders[] =
	"SELECT coalesce((SELECT title FROM conversations WHERE conversation_id = ?1), ?1),"
	" n.date_order, o.date_order, n.order_basis = 'option' OR " RANK("n") " > " RANK("o")
		OTHER_IMPORTS
	" AND min(" RANK("n") ", " RANK("o") ") < " CERTAIN " ORDER BY " RANK("o") " DESC LIMIT 1";

/* Rows that an import has met: they are lines of its own. */
static const char make_met[] = "CREATE TEMP TABLE IF NOT EXISTS met (import_id TEXT NOT NULL,"
			       " id INTEGER NOT NULL, PRIMARY KEY (import_id, id)) WITHOUT ROWID";
static const char add_met[] = "INSERT INTO temp.met VALUES (?1, ?2) ON CONFLICT DO NOTHING";

/* The date's numbers, of the local time `at`, in an order. */
#define IN_ORDER(order)                                                                            \
	"replace(replace(replace(" order ", 'd', strftime('%d', at, 'unixepoch')),"                \
	" 'm', strftime('%m', at, 'unixepoch')), 'y', substr(strftime('%Y', at, 'unixepoch'), 3))"

/* Rows that the import has added (part 0), and those of imports in another order, not met (1) and
 * met (2): as they were printed, which of equal ones each is, and whether it says what no other one
 * says at that time of day. ?3: the import's order */
#define PRINTED                                                                                    \
	"WITH local AS MATERIALIZED (SELECT m.*, i.date_order,"                                    \
	" CASE WHEN m.import_id = ?2 THEN 0 WHEN m.id IN"                                          \
	" (SELECT id FROM temp.met WHERE import_id = ?2) THEN 2 ELSE 1 END AS part,"               \
	" m.sent_at / 1000 + m.utc_offset_minutes * 60 AS at"                                      \
	" FROM messages AS m JOIN imports AS i USING (conversation_id, import_id)"                 \
	" WHERE m.conversation_id = ?1 AND (m.import_id = ?2 OR i.date_order <> ?3)),"             \
	" dated AS (SELECT *, " IN_ORDER("date_order") " AS date, " IN_ORDER(                      \
		"?3") " AS here,"                                                                  \
		      " strftime('%H%M', at, 'unixepoch') AS clock FROM local),"                   \
		      " printed AS MATERIALIZED (SELECT id, part, date, here, clock, sender,"      \
		      " kind, text, details, row_number() OVER (PARTITION BY part, date, clock,"   \
		      " sender, kind, text, details ORDER BY sent_at, seq) AS which,"              \
		      " 1 = count(*) OVER (PARTITION BY part = 0, clock, sender, kind, text,"      \
		      " details) AS alone FROM dated) "
static const char weights[] =
	PRINTED "SELECT count(*) FILTER (WHERE part = 1),"
		" count(*) FILTER (WHERE part = 2 AND alone AND date <> here) FROM printed";
static const char pairs[] = PRINTED
	"SELECT n.id, o.id, n.alone AND o.alone FROM printed AS n JOIN printed AS o"
	" USING (date, clock, which) WHERE n.part = 0 AND o.part = 1 AND o.sender IS n.sender"
	" AND o.kind = n.kind AND o.text IS n.text AND o.details IS n.details";

struct other_readings {
	struct database *db;
	struct enrichments *enrichments;
	sqlite3_stmt *exist, *met;
};

struct other_readings *
other_readings_open(struct database *db, struct enrichments *enrichments, struct err *err)
{
	struct other_readings *o = mem_zero(1, sizeof(*o));

	*o = (struct other_readings){.db = db, .enrichments = enrichments};
	if (database_run(db, make_met, err) == 0) {
		o->exist = database_prepare(db, STR(exist), err);
		o->met = database_prepare(db, STR(add_met), err);
	}
	if (o->exist != NULL && o->met != NULL)
		return o;
	other_readings_close(o);
	return NULL;
}

void
other_readings_close(struct other_readings *o)
{
	if (o == NULL)
		return;
	sqlite3_finalize(o->exist);
	sqlite3_finalize(o->met);
	free(o);
}

int
other_readings_exist(struct other_readings *o, struct str conversation_id, struct str import_id,
		     struct err *err)
{
	database_bind_text(o->exist, 1, conversation_id);
	database_bind_text(o->exist, 2, import_id);
	int got = database_step(o->db, o->exist, "read", err);
	sqlite3_reset(o->exist);
	return got;
}

int
other_readings_met(struct other_readings *o, struct str import_id, int64_t row, struct err *err)
{
	database_bind_text(o->met, 1, import_id);
	sqlite3_bind_int64(o->met, 2, row);
	return database_step(o->db, o->met, "write", err);
}

struct rows {
	int64_t *at;
	size_t count, room;
	uint64_t telling; /* of them: whose lines say what no other one says */
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

/* A statement over what was printed; NULL: it cannot be made. */
static sqlite3_stmt *
prepare_printed(struct database *db, struct str sql, struct str conversation_id,
		struct str import_id, const struct other_reading *found, struct err *err)
{
	sqlite3_stmt *stmt = database_prepare(db, sql, err);

	if (stmt == NULL)
		return NULL;
	database_bind_text(stmt, 1, conversation_id);
	database_bind_text(stmt, 2, import_id);
	database_bind_text(stmt, 3, buf_str(&found->order));
	return stmt;
}

/* Of each pair the row that goes. */
static int
find_rows(struct database *db, struct str conversation_id, struct str import_id,
	  const struct other_reading *found, struct rows *rows, struct err *err)
{
	sqlite3_stmt *stmt =
		prepare_printed(db, STR(pairs), conversation_id, import_id, found, err);
	int got = -1;

	while (stmt != NULL && (got = database_step(db, stmt, "read", err)) == 1) {
		MEM_GROW(rows->at, rows->count, rows->room);
		rows->at[rows->count++] = sqlite3_column_int64(stmt, found->stays ? 0 : 1);
		rows->telling += sqlite3_column_int(stmt, 2) != 0;
	}
	sqlite3_finalize(stmt);
	return got;
}

/* others: rows in another order that the import has not met; agreeing: telling ones that it has,
 * though their dates could be read otherwise. */
static int
weigh_rows(struct database *db, struct str conversation_id, struct str import_id,
	   const struct other_reading *found, uint64_t *others, uint64_t *agreeing, struct err *err)
{
	sqlite3_stmt *stmt =
		prepare_printed(db, STR(weights), conversation_id, import_id, found, err);
	int got = stmt == NULL ? -1 : database_step(db, stmt, "read", err);

	if (got == 1) {
		*others = (uint64_t)sqlite3_column_int64(stmt, 0);
		*agreeing = (uint64_t)sqlite3_column_int64(stmt, 1);
	}
	sqlite3_finalize(stmt);
	return got == 1 ? 0 : -1;
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
other_readings_settle(struct other_readings *o, struct str conversation_id, struct str import_id,
		      uint64_t added, struct other_reading *found, struct err *err)
{
	struct rows rows = {0};
	uint64_t others = 0, agreeing = 0;
	int got = find_other_order(o->db, conversation_id, import_id, found, err);

	if (got != 1)
		return got;
	got = weigh_rows(o->db, conversation_id, import_id, found, &others, &agreeing, err);
	if (got == 0 && others > 0)
		got = find_rows(o->db, conversation_id, import_id, found, &rows, err);
	bool most = agreeing == 0 && rows.count > (added < others ? added : others) / 2;
	bool same = got == 0 && (rows.telling > agreeing || most);
	if (same)
		got = remove_rows(o->db, o->enrichments, &rows, err);
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
