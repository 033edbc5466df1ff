/* chat.h -- a chat, imported into a database of its own, and what SQLite has of it then. */
#ifndef TESTS_SINK_CHAT_H
#define TESTS_SINK_CHAT_H

#include "../../../stages/sink/message_store.h"
#include "base/mem.h"
#include "message.avsc.h"
#include "records.h"
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

struct chat {
	char folder[64], path[96];
	struct avro_schema *schema;
	struct message_store *store;
	struct message_counts counts;
	struct buf record, json;
};

static inline void
chat_use_schema(struct chat *c, const char *field_json)
{
	struct err err = {0};
	struct avro_schema *base = schema_of(message_avsc);

	avro_schema_free(c->schema);
	c->schema = base;
	if (field_json == NULL)
		return;
	c->schema = avro_schema_with_field(base, str_of(field_json), &err);
	if (c->schema == NULL)
		print_error("%s\n", err.text);
	assert_non_null(c->schema);
	avro_schema_free(base);
}

static inline void
chat_begin(struct chat *c)
{
	*c = (struct chat){.folder = "/tmp/test_sink_XXXXXX"};
	assert_non_null(mkdtemp(c->folder));
	snprintf(c->path, sizeof(c->path), "%s/chat.db", c->folder);
	chat_use_schema(c, NULL);
}

static inline void
chat_end(struct chat *c)
{
	message_store_close(c->store);
	avro_schema_free(c->schema);
	buf_free(&c->record);
	buf_free(&c->json);
	unlink(c->path);
	assert_int_equal(rmdir(c->folder), 0); /* nothing else was left there */
}

/* A message in a word: "id", "id@slot", "id@slot=text"; with a * behind the slot it is edited, with
 * an x deleted. more: further fields as JSON ("\"kind\":\"image\","), or "". */
static inline struct str
chat_record(struct chat *c, const char *import, size_t seq, struct str word, const char *more)
{
	struct str text = word, slot = str_cut(&text, '='), id = str_cut(&slot, '@');
	bool edited = str_ends(slot, STR("*")), deleted = str_ends(slot, STR("x"));

	if (edited || deleted)
		slot.len -= 1;
	buf_clear(&c->json);
	buf_printf(&c->json,
		   "{\"message_id\":\"%.*s\",\"slot_id\":\"%.*s\",\"conversation_id\":\"c\","
		   "\"conversation_title\":\"Ada\",\"import_id\":\"%s\",\"seq\":%zu,"
		   "\"sent_at\":1700000000000,\"utc_offset_minutes\":60,\"kind\":\"%s\","
		   "\"edited\":%s,",
		   STR_ARG(id), STR_ARG(slot.len == 0 ? id : slot), import, seq,
		   deleted ? "deleted" : "text", edited ? "true" : "false");
	if (text.len > 0)
		buf_printf(&c->json, "\"text\":\"%.*s\",", STR_ARG(text));
	buf_printf(&c->json, "%s\"source\":{\"uri\":\"%s.txt\",\"line\":%zu,\"offset\":0}}", more,
		   import, seq + 1);
	return record_of(c->schema, buf_cstr(&c->json), &c->record);
}

static inline void
chat_open(struct chat *c)
{
	struct err err = {0};

	message_store_close(c->store);
	c->store = message_store_open(c->path, avro_schema_root(c->schema), STR("[]"), &err);
	if (c->store == NULL)
		print_error("%s\n", err.text);
	assert_non_null(c->store);
}

static inline void
chat_put(struct chat *c, const char *import, size_t seq, const char *word, const char *more)
{
	struct err err = {0};

	assert_ok(
		message_store_put(c->store, chat_record(c, import, seq, str_of(word), more), &err),
		err);
}

static inline void
chat_commit(struct chat *c)
{
	struct err err = {0};

	assert_ok(message_store_commit(c->store, &c->counts, &err), err);
	message_store_close(c->store);
	c->store = NULL;
}

/* A whole run of messages, a word each. */
static inline void
chat_import(struct chat *c, const char *import, const char *words)
{
	struct str rest = str_of(words);
	struct err err = {0};

	chat_open(c);
	for (size_t seq = 0; rest.len > 0; seq++)
		assert_ok(message_store_put(c->store,
					    chat_record(c, import, seq, str_cut(&rest, ' '), ""),
					    &err),
			  err);
	chat_commit(c);
}

/* All rows of a query, "a|b\n" each, null as nothing; the caller frees it. */
static inline char *
chat_query(struct chat *c, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	struct buf out = {0};

	assert_int_equal(sqlite3_open_v2(c->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			const char *text = (const char *)sqlite3_column_text(stmt, i);
			buf_printf(&out, "%s%s", i > 0 ? "|" : "", text == NULL ? "" : text);
		}
		buf_add_byte(&out, '\n');
	}
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	char *copy = str_dup(buf_str(&out));
	buf_free(&out);
	return copy;
}

static inline void
chat_holds(struct chat *c, const char *sql, const char *expected)
{
	char *got = chat_query(c, sql);

	assert_str(str_of(got), expected);
	free(got);
}

/* What sqlite3's .dump says, the rows of imports left out; the caller frees it. */
static inline char *
chat_dump(struct chat *c)
{
	struct buf command = {0}, out = {0};
	char piece[4096];
	size_t n;

	buf_printf(&command, "sqlite3 '%s' .dump | grep -v '^INSERT INTO imports'", c->path);
	FILE *pipe = popen(buf_cstr(&command), "r");
	assert_non_null(pipe);
	while ((n = fread(piece, 1, sizeof(piece), pipe)) > 0)
		buf_add(&out, (struct str){piece, n});
	assert_int_equal(pclose(pipe), 0);
	char *copy = str_dup(buf_str(&out));
	buf_free(&command);
	buf_free(&out);
	return copy;
}

#endif
