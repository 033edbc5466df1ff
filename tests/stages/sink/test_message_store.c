#include "../../../stages/sink/database.h"
#include "../../../stages/sink/database_tables.h"
#include "base/hash.h"
#include "chat.h"
#include <sys/stat.h>

#define MESSAGES "SELECT message_id, text, import_id, seq FROM messages ORDER BY id"

static void
a_message_becomes_a_row(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_open(&c);
	chat_put(&c, "i1", 7, "a@s*=hello",
		 "\"sender\":\"Bo\",\"mentions\":[\"Cy\"],\"reply_to\":\"z\",\"details\":{"
		 "\"chatmill.Contact\":{\"name\":{\"string\":\"Di\"}}},\"attachments\":[{\"name\":"
		 "\"x.jpg\",\"kind\":\"image\",\"size\":5,\"entry\":\"y/"
		 "x.jpg\",\"omitted\":false,\"path\":\"m/x.jpg\"},"
		 "{\"name\":null,\"kind\":\"media\",\"size\":null,\"entry\":null,\"omitted\":true}"
		 "],");
	chat_commit(&c);
	chat_holds(&c, "SELECT * FROM messages",
		   "1|a|s|c|i1|7|1700000000000|60|Bo|text|hello|1|{\"name\":\"Di\"}|[\"Cy\"]|z|0|8|"
		   "0\n");
	chat_holds(&c, "SELECT * FROM attachments",
		   "1|0|x.jpg|image|5|y/x.jpg|0|m/x.jpg\n1|1||media|||1|\n");
	chat_holds(&c, "SELECT * FROM conversations", "c|Ada\n");
	chat_holds(&c, "SELECT * FROM participants", "c|Bo\n");
	chat_holds(&c, "SELECT import_id, uri, new_messages, trail FROM imports",
		   "i1|i1.txt|1|[]\n");
	chat_holds(&c, "SELECT * FROM timeline", "Ada|2023-11-14 23:13:20|Bo|text|hello|1|1\n");
	chat_holds(&c, "SELECT * FROM summary",
		   "Ada|1|1|1|1|0|2023-11-14 23:13:20|2023-11-14 23:13:20|1|c\n");
	chat_holds(&c, "SELECT conversation, name, messages, media FROM people", "Ada|Bo|1|1\n");
	chat_end(&c);
}

static void
the_timeline_says_something_of_messages_without_text(void **state)
{
	static const char *const more[] = {
		"\"details\":{\"chatmill.SystemEvent\":{\"event\":\"left\",\"actor\":null,"
		"\"targets\":["
		"],"
		"\"value\":null,\"text\":\"Bo left\"}},",
		"\"details\":{\"chatmill.Poll\":{\"question\":\"When?\",\"options\":[]}},",
		"\"details\":{\"chatmill.Location\":{\"latitude\":null,\"longitude\":null,\"name\":"
		"null,"
		"\"address\":null,\"url\":{\"string\":\"https://x\"}}},",
		"\"details\":{\"chatmill.Call\":{\"medium\":\"voice\",\"missed\":true,"
		"\"group\":false,\"duration_seconds\":null}},",
		"\"attachments\":[{\"name\":\"x.jpg\"}],",
	};
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_open(&c);
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
		char id[2] = {(char)('a' + i), '\0'};
		chat_put(&c, "i1", i, id, more[i]);
	}
	chat_commit(&c);
	chat_holds(&c, "SELECT text FROM timeline",
		   "Bo left\nWhen?\nhttps://x\nvoice call\nx.jpg\n");
	chat_end(&c);
}

static void
the_same_export_twice_changes_nothing_but_imports(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_use_schema(&c, "{\"name\":\"mood\",\"type\":[\"null\",\"int\"],\"default\":null}");
	for (int run = 0; run < 2; run++) {
		static char *before;
		chat_open(&c);
		chat_put(&c, run == 0 ? "i1" : "i2", 0, "a", "\"sender\":\"Bo\",\"mood\":1,");
		chat_put(&c, run == 0 ? "i1" : "i2", 1, "b*=x",
			 "\"sender\":\"Al\",\"attachments\":[{\"name\":\"n\"}],");
		chat_put(&c, run == 0 ? "i1" : "i2", 2, "d@sx", "");
		chat_commit(&c);
		char *after = chat_dump(&c);
		if (run == 0) {
			before = after;
			continue;
		}
		assert_string_equal(before, after);
		free(before);
		free(after);
	}
	assert_int_equal(c.counts.added, 0);
	assert_int_equal(c.counts.known, 3);
	chat_holds(&c, "SELECT count(*) FROM imports", "2\n");
	chat_end(&c);
}

static void
a_longer_export_adds_what_is_new(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "a=1 b=2");
	chat_import(&c, "i2", "a=1 b=2 c=3");
	chat_holds(&c, "SELECT message_id, import_id, seq FROM messages ORDER BY id",
		   "a|i1|0\nb|i1|1\nc|i2|2\n");
	assert_int_equal(c.counts.added, 1);
	chat_end(&c);
}

static void
a_message_twice_in_one_import_is_one(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "a a b");
	assert_int_equal(c.counts.added, 2);
	assert_int_equal(c.counts.known, 1);
	chat_end(&c);
}

static void
what_a_later_export_knows_of_media_is_added_and_stays(void **state)
{
	const char *bare = "\"kind\":\"media\",\"attachments\":[{\"name\":null,\"kind\":\"media\","
			   "\"omitted\":true}],";
	const char *full = "\"kind\":\"image\",\"attachments\":[{\"name\":\"x.jpg\",\"kind\":"
			   "\"image\",\"size\":9,\"entry\":\"x.jpg\",\"omitted\":false,\"path\":"
			   "\"m/x.jpg\"}],";
	struct chat c;
	(void)state;

	chat_begin(&c);
	for (int run = 0; run < 3; run++) {
		chat_open(&c);
		chat_put(&c,
			 run == 0   ? "i1"
			 : run == 1 ? "i2"
				    : "i3",
			 0, "a", run == 1 ? full : bare);
		chat_commit(&c);
		chat_holds(&c, "SELECT m.kind, a.* FROM messages AS m JOIN attachments AS a",
			   run == 0 ? "media|1|0||media|||1|\n"
				    : "image|1|0|x.jpg|image|9|x.jpg|0|m/x.jpg\n");
	}
	chat_end(&c);
}

static void
a_nul_is_shown_as_a_symbol_and_dump_survives_it(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_open(&c);
	chat_put(&c, "i1", 0, "a=x\\u0000y\\u0000",
		 "\"attachments\":[{\"name\":\"\\\\u0000\\u0000\"}],");
	chat_commit(&c);
	chat_holds(&c, "SELECT text FROM messages", "x\xE2\x90\x80y\xE2\x90\x80\n");
	chat_holds(&c, "SELECT name FROM attachments", "\\u0000\xE2\x90\x80\n");
	char *dump = chat_dump(&c);
	assert_non_null(strstr(dump, "'x\xE2\x90\x80y\xE2\x90\x80'"));
	free(dump);
	chat_end(&c);
}

static void
text_of_every_length_is_stored_whole(void **state)
{
	struct buf text = {0};
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_open(&c);
	buf_add(&text, STR("\"text\":\""));
	for (int i = 0; i < 3000000; i++)
		buf_add_byte(&text, 'x');
	buf_add(&text, STR("\","));
	chat_put(&c, "i1", 0, "a", buf_cstr(&text));
	chat_put(&c, "i1", 1, "b", "\"text\":\"\",");
	chat_commit(&c);
	chat_holds(&c, "SELECT length(text) FROM messages ORDER BY id", "3000000\n0\n");
	buf_free(&text);
	chat_end(&c);
}

static void
nothing_is_left_of_a_new_database_that_is_not_committed(void **state)
{
	struct chat c;
	struct stat status;
	(void)state;

	chat_begin(&c);
	chat_open(&c);
	chat_put(&c, "i1", 0, "a", "");
	assert_int_equal(stat(c.path, &status), -1); /* not under its name before it is whole */
	message_store_close(c.store);
	c.store = NULL;
	chat_end(&c); /* finds the folder empty */
}

static void
a_standing_database_stays_as_it_was_without_a_commit(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "a b");
	char *before = chat_dump(&c);
	chat_use_schema(&c, "{\"name\":\"mood\",\"type\":[\"null\",\"int\"],\"default\":null}");
	chat_open(&c);
	chat_put(&c, "i2", 0, "c", "\"mood\":1,");
	message_store_close(c.store);
	c.store = NULL;
	char *after = chat_dump(&c);
	assert_string_equal(before, after);
	free(before);
	free(after);
	chat_end(&c);
}

static void
a_commit_of_nothing_makes_a_database(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "");
	chat_holds(&c, "SELECT count(*) FROM messages", "0\n");
	chat_holds(&c, "PRAGMA user_version", "2\n");
	chat_holds(&c, "PRAGMA integrity_check", "ok\n");
	chat_holds(&c,
		   "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
		   "5\n");
	chat_end(&c);
}

static void
work_goes_on_after_a_commit(void **state)
{
	struct err err = {0};
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_open(&c);
	chat_put(&c, "i1", 0, "a", "");
	assert_ok(message_store_commit(c.store, &c.counts, &err), err);
	chat_holds(&c, "SELECT count(*) FROM messages", "1\n");
	chat_put(&c, "i1", 1, "b", "");
	assert_ok(message_store_commit(c.store, &c.counts, &err), err);
	chat_put(&c, "i1", 2, "d", "");
	message_store_close(c.store);
	c.store = NULL;
	chat_holds(&c, MESSAGES, "a||i1|0\nb||i1|1\n");
	chat_holds(&c, "SELECT new_messages FROM imports", "2\n");
	chat_end(&c);
}

static void
another_writer_is_waited_for(void **state)
{
	struct err err = {0};
	sqlite3 *other = NULL;
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "a");
	assert_int_equal(sqlite3_open(c.path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	chat_open(&c);
	assert_int_equal(message_store_put(c.store, chat_record(&c, "i2", 0, STR("b"), ""), &err),
			 -1);
	assert_int_equal(err.class, ERR_DOWN);
	assert_non_null(strstr(err.text, "another program is writing it"));
	assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	chat_put(&c, "i2", 0, "b", "");
	chat_commit(&c);
	chat_holds(&c, MESSAGES, "a||i1|0\nb||i2|0\n");
	chat_end(&c);
}

static void
a_full_disk_costs_the_transaction_and_not_the_database(void **state)
{
	struct err err = {0};
	struct chat c;
	int result = 0;
	(void)state;

	/* SQLite's own limit on pages fails as a full disk does. */
	chat_begin(&c);
	chat_import(&c, "i1", "a");
	struct database *db = database_open(c.path, &err);
	assert_non_null(db);
	assert_ok(database_begin(db, &err), err);
	assert_ok(database_run(db, "PRAGMA max_page_count = 40", &err), err);
	for (int i = 0; i < 1000 && result == 0; i++)
		result = database_run(
			db, "INSERT INTO conversations VALUES (randomblob(500), zeroblob(3000))",
			&err);
	assert_int_equal(result, -1);
	assert_false(database_in_transaction(db));
	assert_int_equal(err.class,
			 ERR_FATAL); /* earlier rows are lost: they would not come again */
	assert_non_null(strstr(err.text, "database or disk is full"));
	database_expect_again(db);
	assert_ok(database_begin(db, &err), err);
	assert_ok(database_run(db, "PRAGMA max_page_count = 40", &err), err);
	for (result = 0; result == 0;)
		result = database_run(
			db, "INSERT INTO conversations VALUES (randomblob(500), zeroblob(3000))",
			&err);
	assert_int_equal(err.class, ERR_DOWN); /* who reads from a position brings them again */
	database_close(db);
	chat_holds(&c, MESSAGES, "a||i1|0\n");
	chat_holds(&c, "SELECT count(*) FROM conversations", "1\n");
	chat_end(&c);
}

/* The file at c->path is refused, and why. */
static void
refused(struct chat *c, const char *why)
{
	struct err err = {0};
	struct message_store *store =
		message_store_open(c->path, avro_schema_root(c->schema), STR(""), &err);

	if (store != NULL || strstr(err.text, why) == NULL)
		print_error("\"%s\" does not say \"%s\"\n", err.text, why);
	assert_null(store);
	assert_int_equal(err.class, ERR_FATAL);
	assert_non_null(strstr(err.text, why));
}

static void
change(struct chat *c, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(c->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
files_that_are_not_ours_are_refused(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	FILE *file = fopen(c.path, "w");
	assert_non_null(file);
	for (int i = 0; i < 100; i++)
		assert_true(fputs("this is a text of some length\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	refused(&c, "it is no SQLite database");
	assert_int_equal(unlink(c.path), 0);
	change(&c, "CREATE TABLE a (b)");
	refused(&c, "it is the database of another program");
	assert_int_equal(unlink(c.path), 0);
	chat_import(&c, "i1", "a");
	change(&c, "PRAGMA user_version = 3");
	refused(&c, "its tables are of version 3, and this program makes version 2; use a newer "
		    "chatmill");
	change(&c, "PRAGMA user_version = 1");
	refused(&c, "import the exports again, into a new database");
	chat_end(&c);
}

static void
tables_that_change_are_of_another_version(void **state)
{
	char digest[33];
	(void)state;

	hash_digest_hex(digest, 16,
			(struct str[]){str_of(database_tables), str_of(database_indexes)}, 2);
	/* When they differ: raise the version, then write both anew. */
	assert_int_equal(DATABASE_VERSION, 2);
	assert_string_equal(digest, "6cf70a4cc184c4dd842a45afe5364e4d");
}

static void
a_damaged_database_is_refused(void **state)
{
	struct err err = {0};
	struct buf words = {0};
	struct stat status;
	struct chat c;
	(void)state;

	chat_begin(&c);
	for (int i = 0; i < 3000; i++)
		buf_printf(&words, "m%d=text ", i);
	words.len -= 1;
	chat_import(&c, "i1", buf_cstr(&words));
	assert_int_equal(stat(c.path, &status), 0);
	assert_int_equal(truncate(c.path, status.st_size / 2), 0);
	struct message_store *store =
		message_store_open(c.path, avro_schema_root(c.schema), STR(""), &err);
	int result = store == NULL ? -1 : 0;
	for (size_t i = 0; i < 3000 && result == 0; i++) {
		char id[16];
		snprintf(id, sizeof(id), "m%zu", i);
		result = message_store_put(store, chat_record(&c, "i2", i, str_of(id), ""), &err);
	}
	assert_int_equal(result, -1);
	assert_int_equal(err.class, ERR_FATAL);
	assert_non_null(strstr(err.text, "it is damaged"));
	message_store_close(store);
	buf_free(&words);
	chat_end(&c);
}

static void
an_empty_file_is_no_database_yet(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	FILE *file = fopen(c.path, "w");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	chat_import(&c, "i1", "a");
	chat_holds(&c, MESSAGES, "a||i1|0\n");
	chat_end(&c);
}

static void
a_database_without_tables_is_none_yet(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	change(&c, "CREATE TABLE a (b); DROP TABLE a");
	chat_import(&c, "i1", "a");
	chat_holds(&c, MESSAGES, "a||i1|0\n");
	chat_end(&c);
}

static void
records_that_are_no_messages_are_refused(void **state)
{
	struct err err = {0};
	struct avro_schema *schema = schema_of("{\"type\":\"record\",\"name\":\"R\",\"fields\":["
					       "{\"name\":\"message_id\",\"type\":\"string\"}]}");
	(void)state;

	assert_null(message_store_open("/nowhere/x.db", avro_schema_root(schema), STR(""), &err));
	assert_string_equal(err.text, "the input has no field \"conversation_id\": a database "
				      "holds messages; jsonl, csv and avro take any record");
	avro_schema_free(schema);
	schema = schema_of("{\"type\":\"record\",\"name\":\"R\",\"fields\":["
			   "{\"name\":\"message_id\",\"type\":\"long\"}]}");
	assert_null(message_store_open("/nowhere/x.db", avro_schema_root(schema), STR(""), &err));
	assert_string_equal(err.text,
			    "the input's field \"message_id\" is a number, where a message has "
			    "text");
	avro_schema_free(schema);
}

static void
a_folder_that_is_missing_is_told(void **state)
{
	struct err err = {0};
	struct avro_schema *schema = schema_of(message_avsc);
	(void)state;

	assert_null(message_store_open("/nowhere/x.db", avro_schema_root(schema), STR(""), &err));
	assert_non_null(strstr(err.text, "could not create \"/nowhere/x.db.partial\""));
	avro_schema_free(schema);
}

static void
what_an_export_adds_that_begins_later_stands_behind_what_it_knows(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "a b c d");
	chat_import(&c, "i2", "c d e f");
	chat_holds(&c,
		   "SELECT group_concat(message_id, '') FROM (SELECT * FROM messages"
		   " ORDER BY sent_at, seq)",
		   "abcdef\n");
	chat_holds(&c, "SELECT seq FROM messages WHERE import_id = 'i2'", "4\n5\n");
	chat_end(&c);
}

RUN_TESTS(TEST(a_message_becomes_a_row), TEST(the_timeline_says_something_of_messages_without_text),
	  TEST(what_an_export_adds_that_begins_later_stands_behind_what_it_knows),
	  TEST(the_same_export_twice_changes_nothing_but_imports),
	  TEST(a_longer_export_adds_what_is_new), TEST(a_message_twice_in_one_import_is_one),
	  TEST(what_a_later_export_knows_of_media_is_added_and_stays),
	  TEST(a_nul_is_shown_as_a_symbol_and_dump_survives_it),
	  TEST(text_of_every_length_is_stored_whole),
	  TEST(nothing_is_left_of_a_new_database_that_is_not_committed),
	  TEST(a_standing_database_stays_as_it_was_without_a_commit),
	  TEST(a_commit_of_nothing_makes_a_database), TEST(work_goes_on_after_a_commit),
	  TEST(another_writer_is_waited_for),
	  TEST(a_full_disk_costs_the_transaction_and_not_the_database),
	  TEST(files_that_are_not_ours_are_refused),
	  TEST(tables_that_change_are_of_another_version), TEST(a_damaged_database_is_refused),
	  TEST(an_empty_file_is_no_database_yet), TEST(a_database_without_tables_is_none_yet),
	  TEST(records_that_are_no_messages_are_refused), TEST(a_folder_that_is_missing_is_told))
