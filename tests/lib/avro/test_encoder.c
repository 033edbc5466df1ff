#include "avro/datum.h"
#include "avro/encoder.h"
#include "avro/plan.h"
#include "avro/schema.h"
#include "check.h"
#include "parse_schema.h"
#include <math.h>

static struct avro_encoder *
encoder_of(const struct avro_schema *schema, const struct field *table)
{
	struct err err = {0};
	struct avro_encoder *e = avro_encoder_new(avro_schema_root(schema), table, &err);

	if (e == NULL)
		print_error("%s\n", err.text);
	assert_non_null(e);
	return e;
}

/* What these items become, as plain JSON; the bytes are sound. */
static void
assert_written(const char *schema_json, const struct field *table, const void *items, size_t count,
	       const char *json)
{
	struct avro_schema *schema = parse(schema_json);
	struct avro_encoder *e = encoder_of(schema, table);
	struct buf out = {0}, text = {0};
	struct err err = {0};

	assert_ok(avro_encode(e, items, count, &out, &err), err);
	struct str bytes = buf_str(&out);
	assert_ok(
		avro_datum_add_json(avro_schema_root(schema), &bytes, AVRO_JSON_PLAIN, &text, &err),
		err);
	assert_int_equal(bytes.len, 0);
	assert_str(buf_str(&text), json);
	buf_free(&out);
	buf_free(&text);
	avro_encoder_free(e);
	avro_schema_free(schema);
}

static void
assert_not_written(const char *schema_json, const struct field *table, const void *items,
		   size_t count, const char *why)
{
	struct avro_schema *schema = parse(schema_json);
	struct avro_encoder *e = encoder_of(schema, table);
	struct buf out = {0};
	struct err err = {0};

	buf_add(&out, STR("before"));
	assert_int_equal(avro_encode(e, items, count, &out, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	assert_str(str_of(err.text), why);
	assert_str(buf_str(&out), "before");
	buf_free(&out);
	avro_encoder_free(e);
	avro_schema_free(schema);
}

static void
assert_refused(const char *schema_json, const struct field *table, const char *why)
{
	struct avro_schema *schema = parse(schema_json);
	struct err err = {0};

	assert_null(avro_encoder_new(avro_schema_root(schema), table, &err));
	assert_str(str_of(err.text), why);
	assert_int_equal(err.class, ERR_FATAL);
	avro_schema_free(schema);
}

#define SHOUT                                                                                      \
	"[\"null\",{\"type\":\"record\",\"name\":\"Shout\",\"fields\":["                           \
	"{\"name\":\"share\",\"type\":\"double\"},{\"name\":\"loud\",\"type\":\"boolean\"}]}]"
struct shout {
	double share;
	bool loud;
};
static const struct field shout[] = {FIELD(shout, share), FIELD(shout, loud), {0}};

static void
a_struct_becomes_the_record_of_an_optional_field(void **state)
{
	(void)state;
	assert_written(SHOUT, shout, &(struct shout){0.5, true}, 1,
		       "{\"share\":0.5,\"loud\":true}");
	assert_not_written(SHOUT, shout, &(struct shout){(double)NAN, true}, 1,
			   "field \"share\": null in C, where the schema has no null");
}

static void
what_does_not_fit_is_refused_before_the_first_record(void **state)
{
	struct wrong {
		double share;
		double loud;
		struct str mood;
	};
	static const struct field wrong_type[] = {FIELD(wrong, share), FIELD(wrong, loud), {0}};
	static const struct field too_few[] = {FIELD(wrong, share), {0}};
	static const struct field too_many[] = {
		FIELD(shout, share), FIELD(shout, loud), FIELD_AT("mood", shout, share), {0}};

	(void)state;
	assert_refused(SHOUT, wrong_type,
		       "\"loud\" is boolean in the schema, double in the C struct");
	assert_refused(SHOUT, too_few, "\"loud\" has no default, and no row in the table");
	assert_refused(SHOUT, too_many, "the schema has no field \"mood\"");
}

enum kind { NOTHING, WORD, NUMBER };
static const char *const kinds[] = {"", "word", "number", NULL};
struct token {
	int32_t start, end;
	enum kind kind;
	struct str norm;
};
static const struct field token[] = {FIELD(token, start),
				     FIELD(token, end),
				     FIELD_ENUM(token, kind, kinds),
				     FIELD(token, norm),
				     {0}};
#define TOKENS                                                                                     \
	"[\"null\",{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"Token\","         \
	"\"fields\":[{\"name\":\"norm\",\"type\":[\"null\",\"string\"]},"                          \
	"{\"name\":\"kind\",\"type\":{\"type\":\"enum\",\"name\":\"Kind\",\"symbols\":["           \
	"\"number\",\"word\"]}},{\"name\":\"start\",\"type\":\"int\"},"                            \
	"{\"name\":\"end\",\"type\":\"long\"}]}}]"

static void
a_list_becomes_an_array_in_one_sized_block(void **state)
{
	struct token t[3] = {
		{0, 5, WORD, STR("hello")}, {6, 700, NUMBER, {0}}, {-1, 9, WORD, STR("")}};
	struct avro_schema *schema = parse(TOKENS);
	struct avro_encoder *e = encoder_of(schema, token);
	struct buf out = {0};
	struct err err = {0};

	(void)state;
	assert_written(TOKENS, token, t, 3,
		       "[{\"norm\":\"hello\",\"kind\":\"word\",\"start\":0,\"end\":5},"
		       "{\"norm\":null,\"kind\":\"number\",\"start\":6,\"end\":700},"
		       "{\"norm\":\"\",\"kind\":\"word\",\"start\":-1,\"end\":9}]");
	assert_written(TOKENS, token, NULL, 0, "[]");
	assert_int_equal(avro_encoder_struct_size(e), sizeof(struct token));
	assert_ok(avro_encode(e, t, 1, &out, &err), err);
	assert_true(str_equal(buf_str(&out), STR("\2\1\x14\2\x0A"
						 "hello\2\0\x0A\0")));
	buf_free(&out);
	avro_encoder_free(e);
	avro_schema_free(schema);
}

/* The size is guessed before the items are written: too small, right, too large. */
static void
a_block_of_any_size_is_written_whole(void **state)
{
	static struct token t[3000];
	static char text[20000];
	struct avro_schema *schema = parse(TOKENS);
	struct avro_encoder *e = encoder_of(schema, token);
	struct buf out = {0};
	struct err err = {0};

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t count = 1; count <= 3000; count += count < 200 ? 1 : 371)
		for (size_t len = 0; len < 20000; len = len * 3 + 1) {
			for (size_t i = 0; i < count; i++)
				t[i] = (struct token){.kind = WORD,
						      .norm = {text, i % 50 == 0 ? len : 3}};
			buf_clear(&out);
			assert_ok(avro_encode(e, t, count, &out, &err), err);
			struct str bytes = buf_str(&out);
			assert_ok(avro_datum_check(avro_schema_root(schema), &bytes, &err), err);
			assert_int_equal(bytes.len, 0);
		}
	buf_free(&out);
	avro_encoder_free(e);
	avro_schema_free(schema);
}

static void
what_cannot_be_written_is_named_and_leaves_no_trace(void **state)
{
	struct token t[3] = {{0, 5, WORD, STR("hello")}, {.kind = WORD}, {.kind = WORD}};

	(void)state;
	t[2].norm = STR("\xFF");
	assert_not_written(TOKENS, token, t, 3, "field \"[2].norm\": not valid UTF-8");
	t[2] = (struct token){.kind = (enum kind)7};
	assert_not_written(TOKENS, token, t, 3, "field \"[2].kind\": an enum outside its table");
	t[2].kind = NOTHING;
	assert_not_written(TOKENS, token, t, 3,
			   "field \"[2].kind\": null in C, where the schema has no null");
	t[2] = (struct token){.kind = WORD, .start = INT32_MIN};
	assert_not_written(TOKENS, token, t, 3,
			   "field \"[2].start\": null in C, where the schema has no null");
}

struct place {
	double latitude, longitude;
};
static const struct field place[] = {FIELD(place, latitude), FIELD(place, longitude), {0}};
struct option {
	struct str text;
	uint32_t votes;
};
static const struct field option[] = {FIELD(option, text), FIELD(option, votes), {0}};
struct poll {
	const struct option *options;
	size_t option_count;
};
static const struct field poll[] = {FIELD_LIST(poll, options, option_count, option), {0}};
struct message {
	struct str id, text, code, uri;
	int64_t line;
	double share;
	enum kind kind;
	const struct str *mentions;
	size_t mention_count;
	const struct place *place;
	const struct poll *poll;
};
static const struct field message[] = {FIELD(message, id),
				       FIELD(message, text),
				       FIELD_AT("language.code", message, code),
				       FIELD_AT("language.share", message, share),
				       FIELD_AT("source.uri", message, uri),
				       FIELD_AT("source.line", message, line),
				       FIELD_ENUM(message, kind, kinds),
				       FIELD_LIST(message, mentions, mention_count, field_strings),
				       FIELD_RECORD("details.Place", message, place, place),
				       FIELD_RECORD("details.x.Poll", message, poll, poll),
				       {0}};
#define MESSAGE(details)                                                                           \
	"{\"type\":\"record\",\"name\":\"x.Message\",\"fields\":["                                 \
	"{\"name\":\"id\",\"type\":\"string\"},"                                                   \
	"{\"name\":\"text\",\"type\":[\"string\",\"null\"]},"                                      \
	"{\"name\":\"source\",\"type\":{\"type\":\"record\",\"name\":\"Source\",\"fields\":["      \
	"{\"name\":\"line\",\"type\":\"int\"},{\"name\":\"more\",\"type\":\"int\",\"default\":7}," \
	"{\"name\":\"uri\",\"type\":\"string\"}]}},"                                               \
	"{\"name\":\"kind\",\"type\":{\"type\":\"enum\",\"name\":\"Kind\",\"symbols\":["           \
	"\"number\",\"word\",\"other\"],\"default\":\"other\"}},"                                  \
	"{\"name\":\"language\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"Language\","    \
	"\"fields\":[{\"name\":\"code\",\"type\":[\"null\",\"string\"]},"                          \
	"{\"name\":\"share\",\"type\":[\"null\",\"float\"]}]}]},"                                  \
	"{\"name\":\"details\",\"type\":[" details                                                 \
	"{\"type\":\"record\",\"name\":\"Place\",\"fields\":["                                     \
	"{\"name\":\"latitude\",\"type\":[\"null\",\"double\"]},"                                  \
	"{\"name\":\"longitude\",\"type\":[\"null\",\"double\"]}]},"                               \
	"{\"type\":\"record\",\"name\":\"Poll\",\"fields\":[{\"name\":\"options\",\"type\":"       \
	"{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"Option\",\"fields\":["      \
	"{\"name\":\"text\",\"type\":\"string\"},{\"name\":\"votes\",\"type\":\"int\"}]}}}]}]},"   \
	"{\"name\":\"mentions\",\"type\":{\"type\":\"array\",\"items\":\"string\"}}]}"

static const struct message bare = {.id = {"1", 1}, .uri = {"u", 1}, .share = (double)NAN};

static void
nested_records_unions_and_nulls_are_written_by_their_rows(void **state)
{
	struct message m = bare;

	(void)state;
	assert_written(
		MESSAGE("\"null\","), message, &m, 1,
		"{\"id\":\"1\",\"text\":null,\"source\":{\"line\":0,\"more\":7,\"uri\":\"u\"},"
		"\"kind\":\"other\",\"language\":null,\"details\":null,\"mentions\":[]}");
	m.share = 0.5;
	m.place = &(struct place){1.5, (double)NAN};
	m.mentions = (struct str[]){STR("Ada"), STR("Eve, who has a longer name than most")};
	m.mention_count = 2;
	m.line = 70000;
	assert_written(MESSAGE("\"null\","), message, &m, 1,
		       "{\"id\":\"1\",\"text\":null,\"source\":{\"line\":70000,\"more\":7,\"uri\":"
		       "\"u\"},\"kind\":\"other\",\"language\":{\"code\":null,\"share\":0.5},"
		       "\"details\":{\"latitude\":1.5,\"longitude\":null},"
		       "\"mentions\":[\"Ada\",\"Eve, who has a longer name than most\"]}");
	m.place = NULL;
	m.poll = &(struct poll){(struct option[]){{STR("yes"), 1}, {STR("no"), 2}}, 2};
	m.text = STR("a question");
	m.code = STR("de");
	m.share = (double)NAN;
	m.kind = NUMBER;
	assert_written(
		MESSAGE("\"null\","), message, &m, 1,
		"{\"id\":\"1\",\"text\":\"a question\",\"source\":{\"line\":70000,\"more\":7,"
		"\"uri\":\"u\"},\"kind\":\"number\",\"language\":{\"code\":\"de\",\"share\":"
		"null},\"details\":{\"options\":[{\"text\":\"yes\",\"votes\":1},"
		"{\"text\":\"no\",\"votes\":2}]},"
		"\"mentions\":[\"Ada\",\"Eve, who has a longer name than most\"]}");
}

static void
a_union_has_one_value_at_most_and_one_where_it_has_no_null(void **state)
{
	struct message m = bare;

	(void)state;
	assert_not_written(MESSAGE(""), message, &m, 1,
			   "field \"details.Place\": null in C, where the schema has no null");
	m.poll = &(struct poll){(struct option[]){{STR("yes"), 1}, {STR("no"), UINT32_MAX}}, 2};
	assert_not_written(MESSAGE(""), message, &m, 1,
			   "field \"details.x.Poll.options[1].votes\": the number does not fit");
	m.place = &(struct place){0};
	assert_not_written(MESSAGE(""), message, &m, 1,
			   "field \"details.Place\": two branches of one union");
	m = bare;
	m.place = &(struct place){0};
	m.line = INT64_MAX;
	assert_not_written(MESSAGE(""), message, &m, 1,
			   "field \"source.line\": the number does not fit");
}

struct snapshot {
	uint64_t total;
	size_t days[3];
	char hash[4];
	struct buf pending;
	int64_t at;
	float share;
	bool done;
};
static const struct field snapshot[] = {FIELD(snapshot, total),      FIELD_FIXED(snapshot, days),
					FIELD_FIXED(snapshot, hash), FIELD(snapshot, pending),
					FIELD(snapshot, at),         FIELD(snapshot, share),
					FIELD(snapshot, done),       {0}};

static void
a_snapshot_is_read_back_as_it_was_written(void **state)
{
	struct avro_schema *schema =
		parse("{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"total\","
		      "\"type\":\"long\"},"
		      "{\"name\":\"days\",\"type\":\"bytes\"},"
		      "{\"name\":\"hash\",\"type\":{\"type\":\"fixed\",\"name\":\"H\",\"size\":4}},"
		      "{\"name\":\"pending\",\"type\":\"bytes\"},{\"name\":\"at\",\"type\":["
		      "\"null\",\"long\"]},"
		      "{\"name\":\"share\",\"type\":\"double\"},{\"name\":\"done\",\"type\":"
		      "\"boolean\"}]}");
	struct avro_encoder *e = encoder_of(schema, snapshot);
	struct snapshot s = {7, {1, 2, 3}, "ab\0d", {0}, INT64_MIN, 0.25f, true}, t;
	struct avro_record record;
	struct buf out = {0};
	struct err err = {0};
	bool whole;

	(void)state;
	buf_add(&s.pending, STR("half a li\xFF"));
	assert_ok(avro_encode(e, &s, 1, &out, &err), err);
	struct avro_plan *plan =
		avro_plan_new(avro_schema_root(schema), snapshot, (struct str){0}, &err);
	assert_non_null(plan);
	struct str bytes = buf_str(&out);
	assert_ok(avro_plan_take(plan, &bytes, &t, NULL, &record, &whole, &err), err);
	assert_int_equal(t.total, 7);
	assert_memory_equal(t.days, s.days, sizeof(s.days));
	assert_memory_equal(t.hash, s.hash, sizeof(s.hash));
	assert_true(str_equal(buf_str(&t.pending), buf_str(&s.pending)));
	assert_true(t.at == INT64_MIN);
	assert_true(t.share == 0.25f);
	assert_true(t.done);
	buf_free(&t.pending);

	/* Cut off behind `pending`: what was copied is given back. */
	bytes = str_head(buf_str(&out), out.len - 2);
	assert_int_equal(avro_plan_take(plan, &bytes, &t, NULL, &record, &whole, &err), -1);
	s.total = UINT64_MAX;
	assert_int_equal(avro_encode(e, &s, 1, &out, &err), -1);
	assert_str(str_of(err.text), "field \"total\": the number does not fit");
	buf_free(&s.pending);
	buf_free(&out);
	avro_plan_free(plan);
	avro_encoder_free(e);
	avro_schema_free(schema);
}

/* Where all of them are zeroes, bytes that are known beforehand are written. */
static void
rows_that_mostly_are_zero_are_written_whatever_they_are(void **state)
{
	struct inner {
		int32_t n;
	} inner = {7};
	struct outer {
		bool flag;
		const struct str *words;
		size_t word_count;
		const struct inner *a, *b;
		int32_t left;
		int32_t n;
	};
	static const struct field of_inner[] = {FIELD(inner, n), {0}};
	static const struct field table[] = {FIELD(outer, flag),
					     FIELD_LIST(outer, words, word_count, field_strings),
					     FIELD_RECORD("u.A", outer, a, of_inner),
					     FIELD_RECORD("u.B", outer, b, of_inner),
					     FIELD(outer, n),
					     {0}};
	static const char schema[] =
		"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"flag\",\"type\":"
		"\"boolean\"},"
		"{\"name\":\"words\",\"type\":{\"type\":\"array\",\"items\":\"string\"}},"
		"{\"name\":\"u\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"A\",\"fields\":"
		"["
		"{\"name\":\"n\",\"type\":\"int\"}]},{\"type\":\"record\",\"name\":\"B\","
		"\"fields\":["
		"{\"name\":\"n\",\"type\":\"int\"}]}]},{\"name\":\"c\",\"type\":\"string\","
		"\"default\":\"x\"},"
		"{\"name\":\"n\",\"type\":\"int\"}]}";
	struct str word = STR("w");
	const struct {
		struct outer outer;
		const char *json;
	} cases[] = {
		{{0}, "{\"flag\":false,\"words\":[],\"u\":null,\"c\":\"x\",\"n\":0}"},
		{{.left = 9}, "{\"flag\":false,\"words\":[],\"u\":null,\"c\":\"x\",\"n\":0}"},
		{{.flag = true}, "{\"flag\":true,\"words\":[],\"u\":null,\"c\":\"x\",\"n\":0}"},
		{{.words = &word, .word_count = 1},
		 "{\"flag\":false,\"words\":[\"w\"],\"u\":null,\"c\":\"x\",\"n\":0}"},
		{{.a = &inner},
		 "{\"flag\":false,\"words\":[],\"u\":{\"n\":7},\"c\":\"x\",\"n\":0}"},
		{{.b = &inner},
		 "{\"flag\":false,\"words\":[],\"u\":{\"n\":7},\"c\":\"x\",\"n\":0}"},
		{{.n = -1}, "{\"flag\":false,\"words\":[],\"u\":null,\"c\":\"x\",\"n\":-1}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_written(schema, table, &cases[i].outer, 1, cases[i].json);
}

/* What zeroes cannot be written as is an error as it is elsewhere. */
static void
a_record_that_is_missing_among_zeroes_is_named(void **state)
{
	struct inner {
		int32_t n;
	};
	struct outer {
		const struct inner *a, *b;
		int32_t m, n;
	} outer = {0};
	static const struct field of_inner[] = {FIELD(inner, n), {0}};
	static const struct field table[] = {FIELD_RECORD("a", outer, a, of_inner),
					     FIELD_RECORD("b", outer, b, of_inner),
					     FIELD(outer, m),
					     FIELD(outer, n),
					     {0}};

	(void)state;
	assert_not_written(
		"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":{"
		"\"type\":"
		"\"record\",\"name\":\"I\",\"fields\":[{\"name\":\"n\",\"type\":\"int\"}]}},"
		"{\"name\":\"b\",\"type\":\"I\"},{\"name\":\"m\",\"type\":\"int\"},"
		"{\"name\":\"n\",\"type\":\"int\"}]}",
		table, &outer, 1, "field \"a\": null in C, where the schema has no null");
}

static void
a_plain_value_has_one_row_without_a_path(void **state)
{
	int64_t n = 5, null = INT64_MIN;

	(void)state;
	assert_written("[\"null\",\"int\",\"long\"]", field_longs, &n, 1, "5");
	assert_written("[\"null\",\"long\"]", field_longs, &null, 1, "null");
	assert_written("{\"type\":\"array\",\"items\":\"string\"}", field_strings,
		       (struct str[]){STR("a"), STR("")}, 2, "[\"a\",\"\"]");
}

static void
a_string_that_is_said_to_be_utf8_is_not_looked_at(void **state)
{
	static const char schema[] = AVSC({
		"type": "record", "name": "R",
		"fields": [{"name": "word", "type": "string"}]});
	struct one {
		struct str word;
	} one = {STR("\xFF")};
	static const struct field checked[] = {FIELD(one, word), {0}};
	static const struct field trusted[] = {FIELD(one, word, .valid = true), {0}};

	(void)state;
	assert_not_written(schema, checked, &one, 1, "field \"word\": not valid UTF-8");
	struct avro_schema *parsed = parse(schema);
	struct avro_encoder *e = encoder_of(parsed, trusted);
	struct buf out = {0};
	struct err err = {0};
	assert_ok(avro_encode(e, &one, 1, &out, &err), err);
	assert_str(buf_str(&out), "\x02\xFF");
	buf_free(&out);
	avro_encoder_free(e);
	avro_schema_free(parsed);
}

RUN_TESTS(TEST(a_struct_becomes_the_record_of_an_optional_field),
	  TEST(what_does_not_fit_is_refused_before_the_first_record),
	  TEST(a_list_becomes_an_array_in_one_sized_block),
	  TEST(a_block_of_any_size_is_written_whole),
	  TEST(what_cannot_be_written_is_named_and_leaves_no_trace),
	  TEST(nested_records_unions_and_nulls_are_written_by_their_rows),
	  TEST(a_union_has_one_value_at_most_and_one_where_it_has_no_null),
	  TEST(a_snapshot_is_read_back_as_it_was_written),
	  TEST(rows_that_mostly_are_zero_are_written_whatever_they_are),
	  TEST(a_record_that_is_missing_among_zeroes_is_named),
	  TEST(a_plain_value_has_one_row_without_a_path),
	  TEST(a_string_that_is_said_to_be_utf8_is_not_looked_at))
