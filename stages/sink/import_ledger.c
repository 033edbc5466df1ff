#include "import_ledger.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "twin_chats.h"

/* What is kept of imports and of who has spoken in them, before it is written down and begun anew:
 * memory stays flat however many there are. */
#define MAX_IMPORTS 1000
#define MAX_PEOPLE  10000

enum statement {
	ADD_CONVERSATION,
	ADD_IMPORT,
	COUNT_IMPORT,
	TELL_READING,
	EARLIER_IMPORT,
	ADD_PERSON,
	STATEMENTS
};
static const char *const sql[STATEMENTS] = {
	[ADD_CONVERSATION] = "INSERT INTO conversations VALUES (?1, ?2)"
			     " ON CONFLICT DO UPDATE SET title = excluded.title"
			     " WHERE title IS NULL AND excluded.title IS NOT NULL",
	[ADD_IMPORT] = "INSERT INTO imports (conversation_id, import_id, uri, imported_at,"
		       " trail) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
	[COUNT_IMPORT] = "UPDATE imports SET new_messages = new_messages + ?3,"
			 " merged_messages = merged_messages + ?4,"
			 " known_messages = known_messages + ?5"
			 " WHERE conversation_id = ?1 AND import_id = ?2",
	/* Of a source in several forms, the one that is least sure is told. */
	[TELL_READING] = "UPDATE imports SET form = ?3, date_order = ?4, other_order = ?5,"
			 " order_basis = ?6, order_confidence = ?7, calendar = ?8, locale = ?9"
			 " WHERE conversation_id = ?1 AND import_id = ?2"
			 " AND (order_confidence IS NULL OR order_confidence > ?7)",
	[EARLIER_IMPORT] = "SELECT 1 FROM imports WHERE conversation_id = ?1 AND import_id <> ?2"
			   " LIMIT 1",
	[ADD_PERSON] = "INSERT INTO participants VALUES (?1, ?2) ON CONFLICT DO NOTHING",
};

struct import_ledger {
	struct database *db;
	const struct message_cells *cells;
	struct slot_merge *slots;
	struct other_readings *readings;
	struct str trail;
	sqlite3_stmt *statements[STATEMENTS];
	struct map imports;
	struct import *import; /* of the record before */
	struct arena arena;
	size_t people_count;
	struct buf key;
	struct message_counts counts;
};

struct import_ledger *
import_ledger_open(struct database *db, const struct message_cells *cells, struct slot_merge *slots,
		   struct other_readings *readings, struct str trail, struct err *err)
{
	struct import_ledger *l = mem_zero(1, sizeof(*l));

	*l = (struct import_ledger){
		.db = db, .cells = cells, .slots = slots, .readings = readings, .trail = trail};
	for (size_t i = 0; i < STATEMENTS; i++) {
		l->statements[i] = database_prepare(db, str_of(sql[i]), err);
		if (l->statements[i] == NULL) {
			import_ledger_close(l);
			return NULL;
		}
	}
	return l;
}

static void
forget_imports(struct import_ledger *l)
{
	for (size_t i = 0; i < l->imports.used; i++) {
		struct import *import = l->imports.entries[i].value;
		map_free(&import->people);
	}
	map_free(&l->imports);
	l->import = NULL;
	l->people_count = 0;
	arena_reset(&l->arena);
}

void
import_ledger_close(struct import_ledger *l)
{
	if (l == NULL)
		return;
	forget_imports(l);
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(l->statements[i]);
	arena_free(&l->arena);
	buf_free(&l->key);
	free(l);
}

struct message_counts
import_ledger_counts(const struct import_ledger *l)
{
	return l->counts;
}

/* A first import of a chat that is there under another title. */
static int
say_twin(struct import_ledger *l, const struct import *import, struct err *err)
{
	struct twin_chats found = {0};
	int got = 0;

	if (!import->earlier && import->added > 0 && database_is_indexed(l->db))
		got = twin_chats_find(l->db, import->conversation_id, import->import_id, &found,
				      err);
	if (got == 1)
		log_error("the chat \"%.*s\" is like \"%.*s\", which was there before: %lld of its "
			  "first %lld texts are the same; with --title \"%.*s\" they are one",
			  STR_ARG(buf_str(&found.title)), STR_ARG(buf_str(&found.twin)),
			  (long long)found.same, (long long)found.compared,
			  STR_ARG(buf_str(&found.twin)));
	twin_chats_free(&found);
	return got < 0 ? -1 : 0;
}

/* An import that shares nothing with what is there of its chat and its time. */
static int
say_shared_title(struct import_ledger *l, const struct import *import, struct err *err)
{
	int got = 0;

	if (import->earlier && import->known == 0 && import->place.merged == 0 &&
	    import->added >= TWIN_FEWEST)
		got = twin_chats_share_title(l->db, import->conversation_id, import->import_id,
					     err);
	if (got == 1)
		log_error("an import of \"%.*s\" shares no message with what was there of the same "
			  "time: if it is another chat of that name, --title or --conversation "
			  "keeps them apart, in a new database",
			  STR_ARG(import->title));
	return got < 0 ? -1 : 0;
}

/* An import of a chat that may have been read otherwise before. */
static int
settle_other_reading(struct import_ledger *l, struct import *import, struct err *err)
{
	struct other_reading found = {0};
	uint64_t added = import->added - import->place.merged;
	int got = 0;

	if (import->otherwise && added > 0)
		got = other_readings_settle(l->readings, import->conversation_id, import->import_id,
					    added, &found, err);
	if (got == 1) {
		other_reading_say(&found);
		import->added -= found.stays ? (uint64_t)found.removed : 0;
		import->known += found.stays ? (uint64_t)found.removed : 0;
	}
	other_reading_free(&found);
	return got < 0 ? -1 : 0;
}

int
import_ledger_settle(struct import_ledger *l, struct err *err)
{
	sqlite3_stmt *stmt = l->statements[COUNT_IMPORT];

	for (size_t i = 0; i < l->imports.used; i++) {
		struct import *import = l->imports.entries[i].value;
		if (slot_merge_end(l->slots, &import->place, import->import_id, err) != 0)
			return -1;
		import->added -= import->place.told_again;
		import->known += import->place.told_again;
		if (settle_other_reading(l, import, err) != 0)
			return -1;
		uint64_t added = import->added - import->place.merged;
		database_bind_text(stmt, 1, import->conversation_id);
		database_bind_text(stmt, 2, import->import_id);
		sqlite3_bind_int64(stmt, 3, (int64_t)added);
		sqlite3_bind_int64(stmt, 4, (int64_t)import->place.merged);
		sqlite3_bind_int64(stmt, 5, (int64_t)import->known);
		if (database_step(l->db, stmt, "write", err) != 0 ||
		    say_twin(l, import, err) != 0 || say_shared_title(l, import, err) != 0)
			return -1;
		l->counts.imports += 1;
		l->counts.added += added;
		l->counts.merged += import->place.merged;
		l->counts.known += import->known;
		l->counts.elsewhere += import->elsewhere;
	}
	forget_imports(l);
	return 0;
}

static struct str
text_of(const struct import_ledger *l, enum message_field k)
{
	return message_cells_text(l->cells, k);
}

static int
ask_for_other_readings(struct import_ledger *l, struct import *import, struct err *err)
{
	int got = 0;

	if (import->earlier)
		got = other_readings_exist(l->readings, import->conversation_id, import->import_id,
					   err);
	import->otherwise = got == 1;
	return got < 0 ? -1 : 0;
}

static int
open_import(struct import_ledger *l, struct import *import, struct err *err)
{
	struct str conversation = text_of(l, CONVERSATION_ID), id = text_of(l, IMPORT_ID);
	sqlite3_stmt *stmt = l->statements[ADD_CONVERSATION];

	import->conversation_id = arena_copy(&l->arena, conversation);
	import->import_id = arena_copy(&l->arena, id);
	import->title = import->conversation_id;
	if (text_of(l, CONVERSATION_TITLE).len > 0)
		import->title = arena_copy(&l->arena, text_of(l, CONVERSATION_TITLE));
	database_bind_text(stmt, 1, conversation);
	database_bind_text(stmt, 2, text_of(l, CONVERSATION_TITLE));
	if (database_step(l->db, stmt, "write", err) != 0)
		return -1;
	stmt = l->statements[ADD_IMPORT];
	database_bind_text(stmt, 1, conversation);
	database_bind_text(stmt, 2, id);
	database_bind_text(stmt, 3, text_of(l, SOURCE_URI));
	sqlite3_bind_int64(stmt, 4, clock_now_ms());
	database_bind_text(stmt, 5, l->trail); /* empty: null */
	if (database_step(l->db, stmt, "write", err) != 0)
		return -1;
	stmt = l->statements[EARLIER_IMPORT];
	database_bind_text(stmt, 1, conversation);
	database_bind_text(stmt, 2, id);
	int got = database_step(l->db, stmt, "read", err);
	if (got < 0)
		return -1;
	sqlite3_reset(stmt);
	import->earlier = got == 1;
	if (import->earlier && database_index(l->db, err) != 0)
		return -1;
	return ask_for_other_readings(l, import, err);
}

static int
tell_reading(struct import_ledger *l, struct import *import, struct err *err)
{
	sqlite3_stmt *stmt = l->statements[TELL_READING];

	if (l->cells->of[READING_FORM]->type == CELL_NULL)
		return 0;
	database_bind_text(stmt, 1, import->conversation_id);
	database_bind_text(stmt, 2, import->import_id);
	for (int k = READING_FORM; k <= READING_LOCALE; k++)
		if (k != READING_CONFIDENCE)
			database_bind_text(stmt, k - READING_FORM + 3,
					   text_of(l, (enum message_field)k));
		else if (l->cells->of[k]->type == CELL_REAL)
			sqlite3_bind_double(stmt, k - READING_FORM + 3, l->cells->of[k]->real);
		else
			sqlite3_bind_null(stmt, k - READING_FORM + 3);
	if (database_step(l->db, stmt, "write", err) != 0)
		return -1;
	return ask_for_other_readings(l, import, err);
}

static bool
is_of_record(const struct import_ledger *l, const struct import *import)
{
	return str_equal(import->conversation_id, text_of(l, CONVERSATION_ID)) &&
	       str_equal(import->import_id, text_of(l, IMPORT_ID));
}

static struct import *
find_or_open(struct import_ledger *l, struct err *err)
{
	struct str conversation = text_of(l, CONVERSATION_ID), id = text_of(l, IMPORT_ID);

	if ((l->imports.count >= MAX_IMPORTS || l->people_count >= MAX_PEOPLE) &&
	    import_ledger_settle(l, err) != 0)
		return NULL;
	buf_clear(&l->key);
	buf_printf(&l->key, "%zu ", id.len);
	buf_add(&l->key, id);
	buf_add(&l->key, conversation);
	struct import *import = map_get(&l->imports, buf_str(&l->key));
	if (import != NULL)
		return import;
	import = arena_zero(&l->arena, sizeof(*import));
	if (open_import(l, import, err) != 0)
		return NULL;
	*map_place(&l->imports, arena_copy(&l->arena, buf_str(&l->key))) = import;
	return import;
}

struct import *
import_ledger_find(struct import_ledger *l, struct err *err)
{
	if (l->import == NULL || !is_of_record(l, l->import))
		l->import = find_or_open(l, err);
	if (l->import == NULL || tell_reading(l, l->import, err) != 0)
		return NULL;
	return l->import;
}

int
import_ledger_add_person(struct import_ledger *l, struct import *import, struct err *err)
{
	struct str name = text_of(l, SENDER);
	sqlite3_stmt *stmt = l->statements[ADD_PERSON];

	if (name.ptr == NULL || map_get(&import->people, name) != NULL)
		return 0;
	database_bind_text(stmt, 1, import->conversation_id);
	database_bind_text(stmt, 2, name);
	if (database_step(l->db, stmt, "write", err) != 0)
		return -1;
	if (l->people_count >= MAX_PEOPLE) /* then each of them is asked for again */
		return 0;
	*map_place(&import->people, arena_copy(&l->arena, name)) = import;
	l->people_count += 1;
	return 0;
}
