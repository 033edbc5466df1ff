#include "chat.h"

#define LANGUAGE                                                                                   \
	"{\"name\":\"language\",\"default\":null,\"type\":[\"null\",{\"type\":\"record\","         \
	"\"name\":"                                                                                \
	"\"Language\",\"fields\":[{\"name\":\"code\",\"type\":[\"null\",\"string\"]},{\"name\":"   \
	"\"confidence\",\"type\":\"double\"},{\"name\":\"model\",\"type\":{\"type\":\"record\","   \
	"\"name\":\"Model\",\"fields\":[{\"name\":\"size\",\"type\":\"int\"}]}},{\"name\":"        \
	"\"others\",\"type\":{\"type\":\"array\",\"items\":\"string\"}}]}]}"

static void
put_one(struct chat *c, const char *import, const char *word, const char *more)
{
	chat_open(c);
	chat_put(c, import, 0, word, more);
	chat_commit(c);
}

static void
a_record_becomes_a_table_with_a_column_a_member(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_use_schema(&c, LANGUAGE);
	chat_open(&c);
	chat_put(&c, "i1", 0, "a",
		 "\"language\":{\"code\":\"de\",\"confidence\":0.5,\"model\":{\"size\":3},"
		 "\"others\":[\"en\"]},");
	chat_put(&c, "i1", 1, "b",
		 "\"language\":{\"code\":null,\"confidence\":0,\"model\":{\"size\":0},"
		 "\"others\":[]},");
	chat_put(&c, "i1", 2, "d", "");
	chat_commit(&c);
	chat_holds(&c, "SELECT id, code, confidence, model_size, others FROM language",
		   "1|de|0.5|3|[\"en\"]\n2||0.0|0|[]\n");
	chat_holds(&c, "SELECT * FROM enrichments",
		   "language|code|language|code\nlanguage|confidence|language|confidence\n"
		   "language|model.size|language|model_size\nlanguage|others|language|others\n");
	chat_end(&c);
}

static void
a_list_is_json_in_one_column(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_use_schema(&c, "{\"name\":\"tokens\",\"default\":null,\"type\":[\"null\",{\"type\":"
			    "\"array\",\"items\":\"int\"}]}");
	put_one(&c, "i1", "a", "\"tokens\":[1,2],");
	chat_holds(&c, "SELECT t.id, j.value FROM tokens AS t, json_each(t.value) AS j",
		   "1|1\n1|2\n");
	chat_end(&c);
}

static void
a_later_run_fills_changes_and_takes_away(void **state)
{
	const char *mood = "{\"name\":\"mood\",\"type\":[\"null\",\"int\"],\"default\":null}";
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "a b");
	chat_use_schema(&c, mood);
	put_one(&c, "i2", "a", "\"mood\":1,");
	chat_holds(&c, "SELECT * FROM mood", "1|1\n");
	put_one(&c, "i3", "a", "\"mood\":2,");
	chat_holds(&c, "SELECT * FROM mood", "1|2\n");
	put_one(&c, "i4", "a", "");
	chat_holds(&c, "SELECT * FROM mood", "");
	put_one(&c, "i5", "a", "\"mood\":3,");
	chat_use_schema(&c, NULL); /* an input without the field says nothing of it */
	put_one(&c, "i6", "a", "");
	chat_holds(&c, "SELECT * FROM mood", "1|3\n");
	chat_holds(&c, "SELECT count(*) FROM messages", "2\n");
	chat_end(&c);
}

static void
a_member_that_comes_later_becomes_a_column(void **state)
{
#define MOOD(fields)                                                                               \
	"{\"name\":\"mood\",\"default\":null,\"type\":[\"null\",{\"type\":\"record\",\"name\":"    \
	"\"Mood\",\"fields\":[" fields "]}]}"
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_use_schema(&c, MOOD("{\"name\":\"x\",\"type\":\"int\"}"));
	put_one(&c, "i1", "a", "\"mood\":{\"x\":1},");
	chat_use_schema(&c, MOOD("{\"name\":\"y\",\"type\":\"int\"},{\"name\":\"x\",\"type\":"
				 "\"int\"}"));
	put_one(&c, "i2", "b", "\"mood\":{\"y\":3,\"x\":2},");
	chat_holds(&c, "SELECT id, x, y FROM mood", "1|1|\n2|2|3\n");
	chat_end(&c);
}

static void
names_that_are_taken_get_a_number_and_keep_it(void **state)
{
	static const char *const fields[] = {"Mood", "messages", "sqlite_x",
					     "mood", "Summary",  "select"};
	struct chat c;
	struct buf json = {0};
	(void)state;

	chat_begin(&c);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		buf_clear(&json);
		buf_printf(&json, "{\"name\":\"%s\",\"type\":[\"null\",\"int\"],\"default\":null}",
			   fields[i]);
		for (int run = 0; run < 2; run++) {
			chat_use_schema(&c, buf_cstr(&json));
			struct buf more = {0};
			buf_printf(&more, "\"%s\":%zu,", fields[i], i);
			put_one(&c, "i1", "a", buf_cstr(&more));
			buf_free(&more);
		}
	}
	chat_holds(&c, "SELECT field, table_name FROM enrichments",
		   "Mood|Mood\nSummary|Summary_2\nmessages|messages_2\nmood|mood_2\nselect|select\n"
		   "sqlite_x|field_sqlite_x\n");
	buf_free(&json);
	chat_end(&c);
}

static void
members_that_differ_in_case_or_look_like_ours_stay_apart(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_use_schema(&c, MOOD("{\"name\":\"Score\",\"type\":\"int\"},{\"name\":\"score\","
				 "\"type\":\"int\"},{\"name\":\"id\",\"type\":\"int\"},"
				 "{\"name\":\"from\",\"type\":\"int\"}"));
	put_one(&c, "i1", "a", "\"mood\":{\"Score\":1,\"score\":2,\"id\":3,\"from\":4},");
	chat_holds(&c, "SELECT * FROM mood", "1|1|2|3|4\n");
	chat_holds(&c, "SELECT member, column_name FROM enrichments",
		   "Score|Score\nfrom|from\nid|id_2\nscore|score_2\n");
	chat_end(&c);
}

static void
a_record_of_hundreds_of_members_is_stored(void **state)
{
	struct buf fields = {0}, value = {0};
	struct chat c;
	(void)state;

	for (int i = 0; i < 350; i++) {
		buf_printf(&fields, "%s{\"name\":\"m%d\",\"type\":\"int\"}", i > 0 ? "," : "", i);
		buf_printf(&value, "%s\"m%d\":%d", i > 0 ? "," : "\"wide\":{", i, i);
	}
	buf_add(&value, STR("},"));
	struct buf schema = {0};
	buf_printf(&schema,
		   "{\"name\":\"wide\",\"default\":null,\"type\":[\"null\",{\"type\":\"record\","
		   "\"name\":\"Wide\",\"fields\":[");
	buf_add(&schema, buf_str(&fields));
	buf_add(&schema, STR("]}]}"));
	chat_begin(&c);
	chat_use_schema(&c, buf_cstr(&schema));
	put_one(&c, "i1", "a", buf_cstr(&value));
	put_one(&c, "i2", "a", buf_cstr(&value));
	chat_holds(&c, "SELECT m0, m349 FROM wide", "0|349\n");
	buf_free(&schema);
	buf_free(&fields);
	buf_free(&value);
	chat_end(&c);
}

static void
bytes_and_times_and_booleans_have_their_types(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_use_schema(&c, MOOD("{\"name\":\"b\",\"type\":\"bytes\"},{\"name\":\"t\",\"type\":"
				 "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
				 "{\"name\":\"o\",\"type\":\"boolean\"},{\"name\":\"n\",\"type\":"
				 "\"double\"}"));
	put_one(&c, "i1", "a", "\"mood\":{\"b\":\"\\u00ff\",\"t\":5,\"o\":true,\"n\":2},");
	chat_holds(&c, "SELECT hex(b), typeof(b), t, o, typeof(n) FROM mood", "FF|blob|5|1|real\n");
	chat_end(&c);
}

static void
a_field_of_the_name_of_ours_that_is_something_else_is_kept_as_well(void **state)
{
	struct err err = {0};
	struct chat c;
	(void)state;

	chat_begin(&c);
	avro_schema_free(c.schema);
	c.schema = schema_of(
		"{\"type\":\"record\",\"name\":\"Measured\",\"fields\":[{\"name\":\"message_id\","
		"\"type\":\"string\"},{\"name\":\"conversation_id\",\"type\":\"string\"},"
		"{\"name\":\"sent_at\",\"type\":\"long\"},{\"name\":\"reading\",\"type\":"
		"\"double\"},{\"name\":\"source\",\"type\":\"string\"}]}");
	chat_open(&c);
	assert_ok(message_store_put(
			  c.store,
			  record_of(c.schema,
				    "{\"message_id\":\"a\",\"conversation_id\":\"c\",\"sent_at\":1,"
				    "\"reading\":2.5,\"source\":\"meter\"}",
				    &c.record),
			  &err),
		  err);
	chat_commit(&c);
	chat_holds(&c, "SELECT id, reading.value, source.value FROM reading JOIN source USING (id)",
		   "1|2.5|meter\n");
	chat_end(&c);
}

RUN_TESTS(TEST(a_record_becomes_a_table_with_a_column_a_member), TEST(a_list_is_json_in_one_column),
	  TEST(a_later_run_fills_changes_and_takes_away),
	  TEST(a_member_that_comes_later_becomes_a_column),
	  TEST(names_that_are_taken_get_a_number_and_keep_it),
	  TEST(members_that_differ_in_case_or_look_like_ours_stay_apart),
	  TEST(a_record_of_hundreds_of_members_is_stored),
	  TEST(bytes_and_times_and_booleans_have_their_types),
	  TEST(a_field_of_the_name_of_ours_that_is_something_else_is_kept_as_well))
