#include "message_store.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "database.h"
#include "enrichments.h"
#include "other_reading.h"
#include "read_positions.h"
#include "row.h"
#include "seen_ids.h"
#include "slot_merge.h"
#include "twin_chats.h"

/* What is kept of imports and of who has spoken in them, before it is written down and begun anew:
 * memory stays flat however many there are. */
#define MAX_IMPORTS 1000
#define MAX_PEOPLE  10000

/* The columns of a message that have a place here. Down to SOURCE_OFFSET they are the parameters of
 * INSERT, in this order. */
enum known {
	MESSAGE_ID,
	SLOT_ID,
	CONVERSATION_ID,
	IMPORT_ID,
	SEQ,
	SENT_AT,
	UTC_OFFSET_MINUTES,
	SENDER,
	KIND,
	TEXT,
	EDITED,
	DETAILS,
	MENTIONS,
	REPLY_TO,
	INVALID_BYTES,
	SOURCE_LINE,
	SOURCE_OFFSET,
	SOURCE_URI,
	CONVERSATION_TITLE,
	ATTACHMENTS,
	READING_FORM, /* from here on in the first message of a source, for the import's row */
	READING_DATE_ORDER,
	READING_OTHER_ORDER,
	READING_BASIS,
	READING_CONFIDENCE,
	READING_CALENDAR,
	READING_LOCALE,
	KNOWN_COUNT,
};
static const struct {
	const char *name;
	enum cell_type type;
	bool required;
	const char *missing; /* stands for null where the table takes none */
} known[KNOWN_COUNT] = {
	[MESSAGE_ID] = {"message_id", CELL_TEXT, true, NULL},
	[SLOT_ID] = {"slot_id", CELL_TEXT, false, NULL},
	[CONVERSATION_ID] = {"conversation_id", CELL_TEXT, true, NULL},
	[IMPORT_ID] = {"import_id", CELL_TEXT, false, ""},
	[SEQ] = {"seq", CELL_INTEGER, false, ""},
	[SENT_AT] = {"sent_at", CELL_INTEGER, true, NULL},
	[UTC_OFFSET_MINUTES] = {"utc_offset_minutes", CELL_INTEGER, false, ""},
	[SENDER] = {"sender", CELL_TEXT, false, NULL},
	[KIND] = {"kind", CELL_TEXT, false, "unknown"},
	[TEXT] = {"text", CELL_TEXT, false, NULL},
	[EDITED] = {"edited", CELL_BOOLEAN, false, ""},
	[DETAILS] = {"details", CELL_JSON, false, NULL},
	[MENTIONS] = {"mentions", CELL_JSON, false, NULL},
	[REPLY_TO] = {"reply_to", CELL_TEXT, false, NULL},
	[INVALID_BYTES] = {"invalid_bytes", CELL_INTEGER, false, ""},
	[SOURCE_LINE] = {"source.line", CELL_INTEGER, false, NULL},
	[SOURCE_OFFSET] = {"source.offset", CELL_INTEGER, false, NULL},
	[SOURCE_URI] = {"source.uri", CELL_TEXT, false, NULL},
	[CONVERSATION_TITLE] = {"conversation_title", CELL_TEXT, false, NULL},
	[ATTACHMENTS] = {"attachments", CELL_JSON, false, NULL},
	[READING_FORM] = {"reading.form", CELL_TEXT, false, NULL},
	[READING_DATE_ORDER] = {"reading.date_order", CELL_TEXT, false, NULL},
	[READING_OTHER_ORDER] = {"reading.other_order", CELL_TEXT, false, NULL},
	[READING_BASIS] = {"reading.basis", CELL_TEXT, false, NULL},
	[READING_CONFIDENCE] = {"reading.confidence", CELL_REAL, false, NULL},
	[READING_CALENDAR] = {"reading.calendar", CELL_TEXT, false, NULL},
	[READING_LOCALE] = {"reading.locale", CELL_TEXT, false, NULL},
};

enum statement {
	ADD_CONVERSATION,
	ADD_IMPORT,
	COUNT_IMPORT,
	TELL_READING,
	EARLIER_IMPORT,
	ADD_PERSON,
	ADD_MESSAGE,
	FIND_MESSAGE,
	FIND_REVISION,
	LEARN_MESSAGE,
	ADD_ATTACHMENTS,
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

struct import { /* of one conversation */
	struct str conversation_id, import_id;
	struct str title; /* the conversation's id where it has none */
	bool earlier;     /* other imports know the conversation */
	bool otherwise;   /* some of them read its dates in another order */
	struct map people;
	struct slot_place place;
	int64_t shift; /* from its seq to that of the earlier import it goes on from */
	uint64_t added, known, elsewhere;
};

struct message_store {
	struct database *db;
	struct row *row;
	bool *appended; /* for each field of the row */
	const struct cell *cells[KNOWN_COUNT];
	struct cell missing[KNOWN_COUNT]; /* for the fields that the schema lacks */

	/* From the first record after a commit to the next commit. */
	sqlite3_stmt *statements[STATEMENTS];
	struct enrichments *enrichments;
	struct slot_merge *slots;
	struct other_readings *readings;
	struct seen_ids *seen; /* while the database has no index; else NULL */
	struct map imports;
	struct import *import; /* of the record before */
	struct arena arena;
	size_t people_count;
	struct buf trail, key, attachments;
	struct message_counts counts;
	struct read_positions *positions;
};

const char *const message_store_needs[] = {"message_id", "conversation_id", "sent_at", NULL};

static const char *
type_name(enum cell_type type)
{
	static const char *const names[] = {"null", "a boolean", "a number", "a real number",
					    "text", "bytes",     "a list"};

	return names[type];
}

/* Where a message's fields stand in the row; what has no place among them was appended. */
static int
find_known(struct message_store *s, struct err *err)
{
	for (size_t i = 0; i < s->row->field_count; i++)
		s->appended[i] = true;
	for (size_t k = 0; k < KNOWN_COUNT; k++) {
		struct str name = str_of(known[k].name);
		size_t i = 0;
		while (i < s->row->column_count && !str_equal(s->row->columns[i].name, name))
			i += 1;
		for (size_t f = 0; f < s->row->field_count; f++)
			if (i - s->row->fields[f].first < s->row->fields[f].count)
				s->appended[f] = false;
		if (i == s->row->column_count) {
			if (known[k].required)
				return err_set(err, ERR_FATAL,
					       "the input has no field \"%s\": a database holds "
					       "messages; jsonl, csv and avro take any record",
					       known[k].name);
			s->cells[k] = &s->missing[k];
			continue;
		}
		if (s->row->columns[i].type != known[k].type)
			return err_set(err, ERR_FATAL,
				       "the input's field \"%s\" is %s, where a message has %s",
				       known[k].name, type_name(s->row->columns[i].type),
				       type_name(known[k].type));
		s->cells[k] = &s->row->cells[i];
	}
	return 0;
}

struct message_store *
message_store_open(const char *path, const struct avro_node *record, struct str trail,
		   struct err *err)
{
	struct message_store *s = mem_zero(1, sizeof(*s));

	buf_add(&s->trail, trail);
	s->positions = read_positions_new();
	s->row = row_new(record, ROW_FOR_DATABASE);
	s->appended = mem_zero(s->row->field_count, sizeof(*s->appended));
	if (find_known(s, err) != 0)
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
forget_imports(struct message_store *s)
{
	for (size_t i = 0; i < s->imports.used; i++) {
		struct import *import = s->imports.entries[i].value;
		map_free(&import->people);
	}
	map_free(&s->imports);
	s->import = NULL;
	s->people_count = 0;
	arena_reset(&s->arena);
}

static void
end_session(struct message_store *s)
{
	forget_imports(s);
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
	s->counts = (struct message_counts){0};
	if (database_begin(s->db, err) != 0)
		return -1;
	for (size_t i = 0; i < STATEMENTS; i++) {
		s->statements[i] = database_prepare(s->db, str_of(sql[i]), err);
		if (s->statements[i] == NULL)
			goto fail;
	}
	s->enrichments = enrichments_open(s->db, s->row, s->appended, err);
	if (s->enrichments == NULL)
		goto fail;
	s->slots = slot_merge_open(s->db, s->enrichments, err);
	if (s->slots == NULL)
		goto fail;
	s->readings = other_readings_open(s->db, s->enrichments, err);
	if (s->readings == NULL)
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
	arena_free(&s->arena);
	buf_free(&s->trail);
	buf_free(&s->key);
	buf_free(&s->attachments);
	row_free(s->row);
	free(s->appended);
	free(s);
}

/* A first import of a chat that is there under another title. */
static int
say_twin(struct message_store *s, const struct import *import, struct err *err)
{
	struct twin_chats found = {0};
	int got = 0;

	if (!import->earlier && import->added > 0 && database_is_indexed(s->db))
		got = twin_chats_find(s->db, import->conversation_id, import->import_id, &found,
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
say_shared_title(struct message_store *s, const struct import *import, struct err *err)
{
	int got = 0;

	if (import->earlier && import->known == 0 && import->place.merged == 0 &&
	    import->added >= TWIN_FEWEST)
		got = twin_chats_share_title(s->db, import->conversation_id, import->import_id,
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
settle_other_reading(struct message_store *s, struct import *import, struct err *err)
{
	struct other_reading found = {0};
	uint64_t added = import->added - import->place.merged;
	int got = 0;

	if (import->otherwise && added > 0)
		got = other_readings_settle(s->readings, import->conversation_id, import->import_id,
					    added, &found, err);
	if (got == 1) {
		other_reading_say(&found);
		import->added -= found.stays ? (uint64_t)found.removed : 0;
		import->known += found.stays ? (uint64_t)found.removed : 0;
	}
	other_reading_free(&found);
	return got < 0 ? -1 : 0;
}

/* Settles what is open of the imports met so far, and writes their counts. */
static int
write_imports(struct message_store *s, struct err *err)
{
	sqlite3_stmt *stmt = s->statements[COUNT_IMPORT];

	for (size_t i = 0; i < s->imports.used; i++) {
		struct import *import = s->imports.entries[i].value;
		if (slot_merge_end(s->slots, &import->place, import->import_id, err) != 0)
			return -1;
		import->added -= import->place.told_again;
		import->known += import->place.told_again;
		if (settle_other_reading(s, import, err) != 0)
			return -1;
		uint64_t added = import->added - import->place.merged;
		database_bind_text(stmt, 1, import->conversation_id);
		database_bind_text(stmt, 2, import->import_id);
		sqlite3_bind_int64(stmt, 3, (int64_t)added);
		sqlite3_bind_int64(stmt, 4, (int64_t)import->place.merged);
		sqlite3_bind_int64(stmt, 5, (int64_t)import->known);
		if (database_step(s->db, stmt, "write", err) != 0 ||
		    say_twin(s, import, err) != 0 || say_shared_title(s, import, err) != 0)
			return -1;
		s->counts.imports += 1;
		s->counts.added += added;
		s->counts.merged += import->place.merged;
		s->counts.known += import->known;
		s->counts.elsewhere += import->elsewhere;
	}
	forget_imports(s);
	return 0;
}

/* The cell's text, or what stands for it where it is null. */
static struct str
text_of(const struct message_store *s, enum known k)
{
	return s->cells[k]->type == CELL_NULL ? str_of(known[k].missing) : s->cells[k]->text;
}

static int
ask_for_other_readings(struct message_store *s, struct import *import, struct err *err)
{
	int got = 0;

	if (import->earlier)
		got = other_readings_exist(s->readings, import->conversation_id, import->import_id,
					   err);
	import->otherwise = got == 1;
	return got < 0 ? -1 : 0;
}

static int
open_import(struct message_store *s, struct import *import, struct err *err)
{
	struct str conversation = text_of(s, CONVERSATION_ID), id = text_of(s, IMPORT_ID);
	sqlite3_stmt *stmt = s->statements[ADD_CONVERSATION];

	import->conversation_id = arena_copy(&s->arena, conversation);
	import->import_id = arena_copy(&s->arena, id);
	import->title = import->conversation_id;
	if (text_of(s, CONVERSATION_TITLE).len > 0)
		import->title = arena_copy(&s->arena, text_of(s, CONVERSATION_TITLE));
	database_bind_text(stmt, 1, conversation);
	database_bind_text(stmt, 2, text_of(s, CONVERSATION_TITLE));
	if (database_step(s->db, stmt, "write", err) != 0)
		return -1;
	stmt = s->statements[ADD_IMPORT];
	database_bind_text(stmt, 1, conversation);
	database_bind_text(stmt, 2, id);
	database_bind_text(stmt, 3, text_of(s, SOURCE_URI));
	sqlite3_bind_int64(stmt, 4, clock_now_ms());
	database_bind_text(stmt, 5, buf_str(&s->trail)); /* empty: null */
	if (database_step(s->db, stmt, "write", err) != 0)
		return -1;
	stmt = s->statements[EARLIER_IMPORT];
	database_bind_text(stmt, 1, conversation);
	database_bind_text(stmt, 2, id);
	int got = database_step(s->db, stmt, "read", err);
	if (got < 0)
		return -1;
	sqlite3_reset(stmt);
	import->earlier = got == 1;
	if (import->earlier && database_index(s->db, err) != 0)
		return -1;
	return ask_for_other_readings(s, import, err);
}

/* The import, and the conversation, that the record in hand belongs to. */
static int
find_import(struct message_store *s, struct err *err)
{
	struct str conversation = text_of(s, CONVERSATION_ID), id = text_of(s, IMPORT_ID);
	struct import *import = s->import;

	if (import != NULL && str_equal(import->conversation_id, conversation) &&
	    str_equal(import->import_id, id))
		return 0;
	if ((s->imports.count >= MAX_IMPORTS || s->people_count >= MAX_PEOPLE) &&
	    write_imports(s, err) != 0)
		return -1;
	buf_clear(&s->key);
	buf_printf(&s->key, "%zu ", id.len);
	buf_add(&s->key, id);
	buf_add(&s->key, conversation);
	s->import = map_get(&s->imports, buf_str(&s->key));
	if (s->import != NULL)
		return 0;
	import = arena_zero(&s->arena, sizeof(*import));
	if (open_import(s, import, err) != 0)
		return -1;
	*map_place(&s->imports, arena_copy(&s->arena, buf_str(&s->key))) = import;
	s->import = import;
	return 0;
}

static int
tell_reading(struct message_store *s, struct err *err)
{
	sqlite3_stmt *stmt = s->statements[TELL_READING];

	if (s->cells[READING_FORM]->type == CELL_NULL)
		return 0;
	database_bind_text(stmt, 1, s->import->conversation_id);
	database_bind_text(stmt, 2, s->import->import_id);
	for (int k = READING_FORM; k <= READING_LOCALE; k++)
		if (k != READING_CONFIDENCE)
			database_bind_text(stmt, k - READING_FORM + 3, text_of(s, (enum known)k));
		else if (s->cells[k]->type == CELL_REAL)
			sqlite3_bind_double(stmt, k - READING_FORM + 3, s->cells[k]->real);
		else
			sqlite3_bind_null(stmt, k - READING_FORM + 3);
	if (database_step(s->db, stmt, "write", err) != 0)
		return -1;
	return ask_for_other_readings(s, s->import, err);
}

static int
add_person(struct message_store *s, struct err *err)
{
	struct str name = text_of(s, SENDER);
	sqlite3_stmt *stmt = s->statements[ADD_PERSON];

	if (name.ptr == NULL || map_get(&s->import->people, name) != NULL)
		return 0;
	database_bind_text(stmt, 1, s->import->conversation_id);
	database_bind_text(stmt, 2, name);
	if (database_step(s->db, stmt, "write", err) != 0)
		return -1;
	if (s->people_count >= MAX_PEOPLE) /* then each of them is asked for again */
		return 0;
	*map_place(&s->import->people, arena_copy(&s->arena, name)) = s->import;
	s->people_count += 1;
	return 0;
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
	const struct cell *cell = s->cells[ATTACHMENTS];

	if (cell->type == CELL_NULL || str_equal(cell->text, STR("[]")))
		return 0;
	sqlite3_bind_int64(stmt, 1, id);
	database_bind_text(stmt, 2, json_without_nul(&s->attachments, cell->text));
	return database_step(s->db, stmt, "write", err);
}

static int64_t
seq_of(const struct message_store *s)
{
	return s->cells[SEQ]->type == CELL_NULL ? 0 : s->cells[SEQ]->integer;
}

/* An export that begins later counts from 0, too: what it adds goes on from the known message
 * before it. 1: the row is new; 0: it was there. */
static int
add_message(struct message_store *s, int64_t *row, struct err *err)
{
	sqlite3_stmt *stmt = s->statements[ADD_MESSAGE];
	int64_t seq;
	sqlite3 *handle = database_handle(s->db);

	for (size_t k = 0; k <= SOURCE_OFFSET; k++) {
		const struct cell *cell = s->cells[k];
		int parameter = (int)k + 1;
		bool is_number = known[k].type == CELL_INTEGER || known[k].type == CELL_BOOLEAN;
		if (cell->type == CELL_NULL && is_number && known[k].missing != NULL)
			sqlite3_bind_int64(stmt, parameter, 0);
		else if (cell->type != CELL_NULL && is_number)
			sqlite3_bind_int64(stmt, parameter, cell->integer);
		else if (k == MENTIONS && str_equal(text_of(s, k), STR("[]")))
			sqlite3_bind_null(stmt, parameter);
		else
			database_bind_text(stmt, parameter, text_of(s, (enum known)k));
	}
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

	database_bind_text(stmt, 1, text_of(s, MESSAGE_ID));
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
	struct str kind = text_of(s, KIND);
	bool edited = s->cells[EDITED]->type != CELL_NULL && s->cells[EDITED]->integer != 0;
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
	const struct cell *offset = s->cells[UTC_OFFSET_MINUTES];
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

	if (!database_is_indexed(s->db) && seen_ids_add(s->seen, text_of(s, MESSAGE_ID)) &&
	    database_index(s->db, err) != 0)
		return FAILED;
	if (s->import->earlier)
		meeting = meet(s, id, err);
	if (meeting != NEW)
		return meeting;
	int added = add_message(s, id, err);
	if (added == 0)
		return meet(s, id, err);
	if (added < 0 || add_attachments(s, *id, err) != 0 || add_person(s, err) != 0)
		return FAILED;
	return NEW;
}

static int
put_message(struct message_store *s, struct err *err)
{
	struct import *import;
	int64_t id = 0;

	if (find_import(s, err) != 0 || tell_reading(s, err) != 0)
		return -1;
	import = s->import;
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
	for (size_t k = 0; k < KNOWN_COUNT; k++)
		if (known[k].required && s->cells[k]->type == CELL_NULL)
			return err_set(err, ERR_INPUT, "the message has no %s", known[k].name);
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
	int written = database_index(s->db, err) == 0 ? write_imports(s, err) : -1;
	*counts = s->counts;
	end_session(s);
	if (written == 0)
		return database_commit(s->db, err);
	database_rollback(s->db);
	return -1;
}
