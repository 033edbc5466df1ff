#include "check.h"
#include "parse_schema.h"

#include "lib/avro/plan_properties.h"
#include "lib/avro/random_data.h"

/* One record after the other, of one schema, through one table. */
struct reading {
	struct avro_schema *schema;
	struct avro_plan *plan;
	struct arena arena;
	struct buf bytes;
	struct avro_record record;
	struct err err;
	bool whole;
};

static struct reading
reading_of(const char *schema, const struct field *table, const char *own)
{
	struct reading r = {.schema = parse(schema)};

	r.plan = avro_plan_new(avro_schema_root(r.schema), table, str_of(own), &r.err);
	if (r.plan == NULL)
		print_error("%s\n", r.err.text);
	assert_non_null(r.plan);
	return r;
}

static void
reading_end(struct reading *r)
{
	avro_plan_free(r->plan);
	avro_schema_free(r->schema);
	arena_free(&r->arena);
	buf_free(&r->bytes);
}

/* Takes these bytes, a whole record, from memory of just their size. */
static int
take_bytes(struct reading *r, struct str bytes, void *into)
{
	char *copy = arena_alloc(&r->arena, bytes.len + 1);

	memcpy(copy, bytes.ptr, bytes.len);
	bytes.ptr = copy;
	struct str left = bytes;
	int result =
		avro_plan_take(r->plan, &left, into, &r->arena, &r->record, &r->whole, &r->err);
	if (result == 0 || r->whole)
		assert_int_equal(left.len, 0);
	else
		assert_ptr_equal(left.ptr, bytes.ptr);
	return result;
}

static void
take_json(struct reading *r, const char *json, void *into)
{
	json_error_t error;
	json_t *value = json_loads(json, 0, &error);

	assert_non_null(value);
	buf_clear(&r->bytes);
	assert_ok(avro_datum_from_json(avro_schema_root(r->schema), value, &r->bytes, &r->err),
		  r->err);
	json_decref(value);
	assert_ok(take_bytes(r, buf_str(&r->bytes), into), r->err);
}

static void
assert_refused(const char *schema_json, const struct field *table, const char *why)
{
	struct avro_schema *schema = parse(schema_json);
	struct err err = {0};

	assert_null(avro_plan_new(avro_schema_root(schema), table, (struct str){0}, &err));
	assert_str(str_of(err.text), why);
	assert_int_equal(err.class, ERR_FATAL);
	avro_schema_free(schema);
}

enum kind { UNKNOWN, WORD, OTHER };
static const char *const kinds[] = {"", "word", "other", NULL};
struct token {
	int32_t start;
	enum kind kind;
	struct str norm;
};
static const struct field token[] = {
	FIELD(token, start), FIELD_ENUM(token, kind, kinds), FIELD(token, norm), {0}};
struct poll {
	struct str question;
	const struct str *options;
	size_t option_count;
};
static const struct field poll[] = {
	FIELD(poll, question), FIELD_LIST(poll, options, option_count, field_strings), {0}};
struct message {
	struct str text, code, mood;
	double score;
	int64_t line;
	const struct token *tokens;
	size_t token_count;
	const struct poll *poll;
	float unset; /* no row */
};
static const struct field message[] = {FIELD(message, text),
				       FIELD_AT("language.code", message, code),
				       FIELD(message, mood, .optional = true),
				       FIELD_AT("language.score", message, score),
				       FIELD_AT("source.line", message, line),
				       FIELD_LIST(message, tokens, token_count, token),
				       FIELD_RECORD("details.Poll", message, poll, poll),
				       {0}};
#define MESSAGE                                                                                    \
	"{\"type\":\"record\",\"name\":\"x.Message\",\"fields\":["                                 \
	"{\"name\":\"text\",\"type\":[\"string\",\"null\"]},"                                      \
	"{\"name\":\"seq\",\"type\":\"long\"},"                                                    \
	"{\"name\":\"details\",\"type\":[\"null\","                                                \
	"{\"type\":\"record\",\"name\":\"Place\",\"fields\":["                                     \
	"{\"name\":\"question\",\"type\":\"double\"}]},"                                           \
	"{\"type\":\"record\",\"name\":\"Poll\",\"fields\":["                                      \
	"{\"name\":\"options\",\"type\":{\"type\":\"array\",\"items\":\"string\"}},"               \
	"{\"name\":\"question\",\"type\":\"string\"}]}]},"                                         \
	"{\"name\":\"source\",\"type\":{\"type\":\"record\",\"name\":\"Source\",\"fields\":["      \
	"{\"name\":\"uri\",\"type\":\"string\"},{\"name\":\"line\",\"type\":\"int\"}]}},"          \
	"{\"name\":\"language\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"Language\","    \
	"\"fields\":[{\"name\":\"score\",\"type\":\"float\"},"                                     \
	"{\"name\":\"code\",\"type\":[\"null\",\"string\"]}]}]},"                                  \
	"{\"name\":\"tokens\",\"type\":[\"null\",{\"type\":\"array\",\"items\":{\"type\":"         \
	"\"record\",\"name\":\"Token\",\"fields\":["                                               \
	"{\"name\":\"norm\",\"type\":[\"null\",\"string\"]},"                                      \
	"{\"name\":\"kind\",\"type\":{\"type\":\"enum\",\"name\":\"Kind\",\"symbols\":["           \
	"\"url\",\"word\"]}},{\"name\":\"start\",\"type\":\"int\"}]}}]}]}"

static void
what_the_table_names_is_read_through_optional_records_lists_and_unions(void **state)
{
	struct reading r = reading_of(MESSAGE, message, NULL);
	struct message m;

	(void)state;
	assert_int_equal(avro_plan_struct_size(r.plan), sizeof(m));
	memset(&m, 0xAA, sizeof(m));
	take_json(&r,
		  "{\"text\":\"hi\",\"seq\":1,\"source\":{\"uri\":\"u\",\"line\":7},"
		  "\"language\":{\"code\":\"de\",\"score\":0.5},"
		  "\"details\":{\"question\":\"why\",\"options\":[\"a\",\"bc\"]},"
		  "\"tokens\":[{\"norm\":null,\"kind\":\"word\",\"start\":3},"
		  "{\"norm\":\"http\",\"kind\":\"url\",\"start\":-4}]}",
		  &m);
	assert_str(m.text, "hi");
	assert_str(m.code, "de");
	assert_null(m.mood.ptr);
	assert_true(m.score == 0.5 && m.line == 7 && m.unset == 0);
	assert_int_equal(m.token_count, 2);
	assert_int_equal(m.tokens[0].kind, WORD);
	assert_null(m.tokens[0].norm.ptr);
	assert_int_equal(m.tokens[0].start, 3);
	assert_int_equal(m.tokens[1].kind, UNKNOWN);
	assert_str(m.tokens[1].norm, "http");
	assert_int_equal(m.tokens[1].start, -4);
	assert_non_null(m.poll);
	assert_str(m.poll->question, "why");
	assert_int_equal(m.poll->option_count, 2);
	assert_str(m.poll->options[1], "bc");
	assert_int_equal(r.record.bytes.len, r.bytes.len);
	assert_int_equal(r.record.own.len, 0);
	assert_ptr_equal(r.record.own.ptr, r.record.bytes.ptr + r.record.bytes.len);
	reading_end(&r);
}

static void
what_is_null_or_another_branch_is_null_in_c(void **state)
{
	struct reading r = reading_of(MESSAGE, message, NULL);
	struct message m;

	(void)state;
	take_json(
		&r,
		"{\"text\":null,\"seq\":1,\"source\":{\"uri\":\"u\",\"line\":7},\"language\":null,"
		"\"details\":{\"question\":0.5},\"tokens\":null}",
		&m);
	assert_null(m.text.ptr);
	assert_null(m.code.ptr);
	assert_true(isnan(m.score));
	assert_null(m.tokens);
	assert_null(m.poll);
	take_json(&r,
		  "{\"text\":\"\",\"seq\":1,\"source\":{\"uri\":\"u\",\"line\":7},\"language\":"
		  "{\"code\":null,\"score\":1},\"details\":null,\"tokens\":[]}",
		  &m);
	assert_non_null(m.text.ptr);
	assert_null(m.code.ptr);
	assert_non_null(m.tokens);
	assert_int_equal(m.token_count, 0);
	reading_end(&r);
}

static void
the_place_of_the_own_field_is_told(void **state)
{
	struct reading r = reading_of(MESSAGE, NULL, "language");
	struct str own;

	(void)state;
	take_json(&r,
		  "{\"text\":null,\"seq\":1,\"source\":{\"uri\":\"u\",\"line\":7},\"language\":"
		  "{\"code\":\"abc\",\"score\":1},\"details\":null,\"tokens\":null}",
		  NULL);
	own = r.record.own;
	assert_int_equal(own.len, 1 + 4 + 1 + 4);
	assert_ptr_equal(own.ptr + own.len + 1, r.record.bytes.ptr + r.record.bytes.len);
	reading_end(&r);
}

static void
two_rows_may_read_one_field(void **state)
{
	struct twice {
		struct str key, text;
		const struct poll *poll;
		double question;
	};
	static const struct field twice[] = {
		FIELD_AT("text", twice, key),
		FIELD(twice, text),
		FIELD_AT("details.Place.question", twice, question, .optional = true),
		FIELD_RECORD("details.Poll", twice, poll, poll),
		{0}};
	struct reading r = reading_of(MESSAGE, twice, NULL);
	struct twice t;

	(void)state;
	take_json(&r,
		  "{\"text\":\"both\",\"seq\":1,\"source\":{\"uri\":\"u\",\"line\":7},\"language\":"
		  "null,\"details\":null,\"tokens\":null}",
		  &t);
	assert_str(t.key, "both");
	assert_str(t.text, "both");
	reading_end(&r);
}

struct numbers {
	int64_t a;
	uint32_t b;
	float c;
	int32_t d;
	size_t e;
};
static const struct field numbers[] = {FIELD(numbers, a), FIELD(numbers, b), FIELD(numbers, c),
				       FIELD(numbers, d), FIELD(numbers, e), {0}};
#define NUMBERS                                                                                    \
	"{\"type\":\"record\",\"name\":\"N\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"       \
	"{\"name\":\"b\",\"type\":\"long\"},{\"name\":\"c\",\"type\":\"long\"},"                   \
	"{\"name\":\"d\",\"type\":[\"string\",\"long\"]},{\"name\":\"e\",\"type\":\"int\"}]}"

static void
numbers_are_promoted_and_those_that_do_not_fit_are_told(void **state)
{
	struct reading r = reading_of(NUMBERS, numbers, NULL);
	struct numbers n;

	(void)state;
	assert_ok(take_bytes(&r, STR("\x03\x04\x05\x02\x08\x0A"), &n), r.err);
	assert_true(n.a == -2 && n.b == 2 && n.c == -3 && n.d == 4 && n.e == 5);
	assert_ok(take_bytes(&r, STR("\x03\x04\x05\0\x02x\x0A"), &n), r.err);
	assert_int_equal(n.d, INT32_MIN);

	assert_int_equal(take_bytes(&r, STR("\x03\x03\x05\x02\x08\x0A"), &n), -1);
	assert_true(r.whole);
	assert_str(str_of(r.err.text), "field \"b\": the number does not fit uint32_t");
	assert_int_equal(take_bytes(&r, STR("\x03\x04\x05\x02\x80\x80\x80\x80\x20\x0A"), &n), -1);
	assert_true(r.whole);
	assert_str(str_of(r.err.text), "field \"d\": the number does not fit int32_t");
	assert_int_equal(take_bytes(&r, STR("\x03\x04\x05\x02\x08\x0B"), &n), -1);
	assert_true(r.whole);
	assert_int_equal(take_bytes(&r, STR("\x80\x80\x80\x80\x20\x04\x05\x02\x08\x0A"), &n), -1);
	assert_false(r.whole);
	assert_str(str_of(r.err.text), "field \"a\": an int takes more than 32 bits");
	reading_end(&r);
}

static void
a_sound_record_that_the_table_cannot_hold_is_whole(void **state)
{
	struct reading r = reading_of(MESSAGE, message, "language");
	struct message m;

	(void)state;
	take_json(&r,
		  "{\"text\":\"abc\",\"seq\":1,\"source\":{\"uri\":\"u\",\"line\":7},\"language\":"
		  "null,\"details\":null,\"tokens\":[{\"norm\":null,\"kind\":\"word\",\"start\":3},"
		  "{\"norm\":\"http\",\"kind\":\"url\",\"start\":-4}]}",
		  &m);
	size_t at = str_find(buf_str(&r.bytes), STR("http"));
	r.bytes.ptr[at] = '\xFF';
	assert_int_equal(take_bytes(&r, buf_str(&r.bytes), &m), -1);
	assert_true(r.whole);
	assert_int_equal(r.err.class, ERR_INPUT);
	assert_str(str_of(r.err.text), "field \"tokens[1].norm\": not valid UTF-8");
	assert_int_equal(r.record.bytes.len, r.bytes.len);
	assert_int_equal(r.record.own.len, 1);
	reading_end(&r);
}

static void
a_list_longer_than_the_limit_is_told(void **state)
{
	struct longs {
		const int64_t *of;
		size_t count;
	};
	static const struct field longs[] = {FIELD_LIST(longs, of, count, field_longs), {0}};
	struct reading r = reading_of(
		"{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"of\",\"type\":"
		"{\"type\":\"array\",\"items\":\"long\"}}]}",
		longs, NULL);
	struct longs l;
	struct buf b = {0};

	(void)state;
	for (int blocks = 0; blocks < 3; blocks++) { /* one more than the limit */
		int64_t count = blocks == 2 ? 1 : AVRO_MAX_LIST / 2;
		varint_add(&b, count);
		for (int64_t i = 0; i < count; i++)
			buf_add_byte(&b, 2);
		if (blocks == 1) {
			buf_add_byte(&b, 0);
			assert_ok(take_bytes(&r, buf_str(&b), &l), r.err);
			assert_int_equal(l.count, AVRO_MAX_LIST);
			assert_int_equal(l.of[AVRO_MAX_LIST - 1], 1);
			b.len--;
		}
	}
	buf_add_byte(&b, 0);
	assert_int_equal(take_bytes(&r, buf_str(&b), &l), -1);
	assert_true(r.whole);
	assert_str(str_of(r.err.text), "field \"of\": a list of more than 1000000 items");
	buf_free(&b);
	reading_end(&r);
}

static void
blocks_that_lie_are_damage(void **state)
{
	struct list {
		const struct str *of;
		size_t count;
	};
	static const struct field list[] = {FIELD_LIST(list, of, count, field_strings), {0}};
#define STRINGS                                                                                    \
	"{\"type\":\"record\",\"name\":\"L\",\"fields\":[{\"name\":\"of\",\"type\":"               \
	"{\"type\":\"array\",\"items\":\"string\"}}]}"
	struct reading read = reading_of(STRINGS, list, NULL),
		       skip = reading_of(STRINGS, NULL, NULL);
	struct list l;

	(void)state;
	/* Two items in four bytes; then in five, of which one is left over: only who reads sees. */
	assert_ok(take_bytes(&read, STR("\x03\x08\x02x\x02y\0"), &l), read.err);
	assert_ok(take_bytes(&skip, STR("\x03\x08\x02x\x02y\0"), NULL), skip.err);
	assert_int_equal(take_bytes(&read, STR("\x03\x0A\x02x\x02yz\0"), &l), -1);
	assert_false(read.whole);
	assert_ok(take_bytes(&skip, STR("\x03\x0A\x02x\x02yz\0"), NULL), skip.err);
	/* Numbers may be longer than they need: the end of a list, its count. */
	assert_ok(take_bytes(&read, STR("\x82\x00\x02x\x80\x00"), &l), read.err);
	assert_int_equal(l.count, 1);
	assert_ok(take_bytes(&skip, STR("\x82\x00\x02x\x80\x00"), NULL), skip.err);
	/* Sizes beyond the end, negative; counts beyond what fits, without a positive. */
	static const struct str lies[] = {
		{"\x03\x0C\x02x\x02y\0", 7},
		{"\x03\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x02x\x02y\0", 16},
		{"\x03\x07\x02x\x02y\0", 7},
		{"\x0D\x08\x02x\x02y\0", 7},
		{"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x08\x02x\x02y\0", 16},
		{"\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x02x\x02y\0", 15},
		{"\x04\x02x\x02", 4},
		{"\x04\x02x\x80", 4},
		{"", 0},
	};
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		assert_int_equal(take_bytes(&read, lies[i], &l), -1);
		assert_false(read.whole);
		assert_int_equal(take_bytes(&skip, lies[i], NULL), -1);
		assert_false(skip.whole);
	}
	reading_end(&read);
	reading_end(&skip);
}

static void
what_does_not_fit_is_refused_before_the_first_record(void **state)
{
	struct wrong {
		double loud;
		bool done;
		struct str mood;
		struct buf text;
		enum kind kind;
	};
	static const char *const words[] = {"word", NULL};
	static const struct field mood[] = {FIELD(wrong, mood), {0}};
	static const struct field type[] = {FIELD_AT("text", wrong, loud), {0}};
	static const struct field null[] = {FIELD_AT("done", wrong, done), {0}};
	static const struct field in[] = {FIELD_AT("text.x", wrong, mood), {0}};
	static const struct field symbol[] = {FIELD_ENUM(wrong, kind, words), {0}};
	static const struct field deep[] = {FIELD_RECORD("details.Poll", message, poll, type), {0}};
#define WRONG                                                                                      \
	"{\"type\":\"record\",\"name\":\"W\",\"fields\":[{\"name\":\"text\",\"type\":"             \
	"[\"null\",\"string\"]},{\"name\":\"done\",\"type\":[\"boolean\",\"null\"]},"              \
	"{\"name\":\"kind\",\"type\":{\"type\":\"enum\",\"name\":\"K\",\"symbols\":[\"url\"]}}]}"

	(void)state;
	assert_refused(WRONG, mood, "the input has no field \"mood\"");
	assert_refused(WRONG, in, "the input has no field \"text.x\"");
	assert_refused(WRONG, type,
		       "\"text\" is null or string in the schema, double in the C struct");
	assert_refused(WRONG, null,
		       "\"done\" may be null in the schema, bool in the C struct cannot be");
	assert_refused(
		WRONG, symbol,
		"\"kind\" may be \"url\" in the schema, which the C enum does not name, nor has "
		"it \"\" for what it does not know");
	assert_refused(MESSAGE, deep,
		       "\"details.Poll\" points to another struct than its table describes");
}

/* A record that holds itself: 64 levels are read, and not one more. */
static void
recursion_ends_at_the_depth_that_limits_h_says(void **state)
{
	struct node {
		int64_t value;
	};
	static const struct field node[] = {FIELD(node, value), {0}};
	struct reading r = reading_of("{\"type\":\"record\",\"name\":\"Node\",\"fields\":[{"
				      "\"name\":\"value\",\"type\":\"int\"},"
				      "{\"name\":\"next\",\"type\":[\"null\",\"Node\"]}]}",
				      node, NULL);
	struct node n;
	char bytes[200];

	(void)state;
	for (size_t deep = 1; deep < 80; deep++) {
		for (size_t i = 0; i < deep; i++)
			memcpy(bytes + 2 * i, "\x04\x02", 2);
		bytes[2 * deep - 1] = 0;
		if (deep <= AVRO_MAX_DEPTH) {
			assert_ok(take_bytes(&r, (struct str){bytes, 2 * deep}, &n), r.err);
		} else {
			assert_int_equal(take_bytes(&r, (struct str){bytes, 2 * deep}, &n), -1);
			assert_false(r.whole);
			assert_non_null(strstr(r.err.text, "nested more than 64 deep"));
		}
	}
	reading_end(&r);
}

/* A record of records, each twice in the next: 2^30 fields if they were laid flat. */
static void
types_used_often_do_not_make_the_program_long(void **state)
{
	struct buf json = {0};

	(void)state;
	buf_printf(&json,
		   "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":"
		   "{\"type\":\"record\",\"name\":\"R0\",\"fields\":[{\"name\":\"a\",\"type\":"
		   "\"int\"}]}}");
	for (int i = 1; i <= 30; i++)
		buf_printf(
			&json,
			",{\"name\":\"f%d\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"R%"
			"d\","
			"\"fields\":[{\"name\":\"a\",\"type\":[\"null\",\"R%d\"]},{\"name\":\"b\","
			"\"type\":[\"null\",\"R%d\"]}]}]}",
			i, i, i - 1, i - 1);
	buf_printf(&json, "]}");
	struct reading r = reading_of(buf_cstr(&json), NULL, NULL);
	char bytes[35] = {[0] = 2, [30] = 2, [31] = 2}; /* f30.a, its own fields null, f30.b null */
	assert_ok(take_bytes(&r, (struct str){bytes, sizeof(bytes)}, NULL), r.err);
	buf_free(&json);
	reading_end(&r);
}

static void
a_table_without_rows_reads_items_of_zeroes(void **state)
{
	struct wide {
		char bytes[64];
	};
	struct holder {
		const struct wide *items;
		size_t count;
	} h;
	static const struct field nothing[] = {{0}};
	static const struct field table[] = {FIELD_LIST(holder, items, count, nothing), {0}};
	static const struct wide zeroes;
	struct reading r =
		reading_of("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":"
			   "\"items\",\"type\":{\"type\":\"array\",\"items\":\"int\"}}]}",
			   table, NULL);

	(void)state;
	take_json(&r, "{\"items\":[1,2,3]}", &h);
	assert_int_equal(h.count, 3);
	for (size_t i = 0; i < h.count; i++)
		assert_memory_equal(&h.items[i], &zeroes, sizeof(zeroes));
	reading_end(&r);
}

/* Each of many records called "Poll" has a list of one record that is large. */
static void
a_schema_that_multiplies_what_a_table_reads_is_refused(void **state)
{
	struct option {
		struct str text;
	};
	struct poll_of_options {
		const struct option *options;
		size_t option_count;
	};
	struct outer {
		const struct poll_of_options *poll;
	};
	static const struct field option[] = {FIELD(option, text), {0}};
	static const struct field options[] = {
		FIELD_LIST(poll_of_options, options, option_count, option), {0}};
	static const struct field table[] = {FIELD_RECORD("a.Poll", outer, poll, options), {0}};
	struct buf json = {0};

	(void)state;
	buf_add(&json, STR("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"large\","
			   "\"type\":{\"type\":\"record\",\"name\":\"Large\",\"fields\":["
			   "{\"name\":\"text\",\"type\":\"string\"}"));
	for (int i = 0; i < 2000; i++)
		buf_printf(&json, ",{\"name\":\"n%d\",\"type\":\"int\"}", i);
	buf_add(&json, STR("]}},{\"name\":\"a\",\"type\":[\"null\""));
	for (int i = 0; i < 2000; i++)
		buf_printf(&json,
			   ",{\"type\":\"record\",\"name\":\"n%d.Poll\",\"fields\":[{\"name\":"
			   "\"options\",\"type\":{\"type\":\"array\",\"items\":\"Large\"}}]}",
			   i);
	buf_add(&json, STR("]}]}"));
	assert_refused(buf_cstr(&json), table,
		       "the input's schema repeats a record too often: reading it takes more than "
		       "2097152 operations");
	buf_free(&json);
}

/* plan_properties.h says what holds: what is taken and where it ends, sound or damaged, and that
 * each row has the value that stands in the bytes. */
static void
random_records_of_random_schemas_are_taken_as_plain_code_takes_them(void **state)
{
	size_t sound = 0, taken = 0, fitting = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 400; seed++) {
		struct die die = {seed};
		struct avro_schema *schema = random_schema(&die);
		const struct avro_node *node = avro_schema_root(schema);
		struct arena arena = {0};
		struct err err;
		size_t size;
		const struct field *table = random_table(&die, node, false, &arena, &size);
		struct avro_plan *plan = avro_plan_new(node, table, (struct str){0}, &err);
		fitting += plan != NULL;
		avro_plan_free(plan);
		for (int i = 0; i < 8; i++) {
			struct buf bytes = {0}, damaged = {0};
			random_datum(&die, node, 0, &bytes);
			char *exact = malloc(bytes.len + 1);
			sound++;
			for (int n = 0; n < 12; n++) {
				buf_clear(&damaged);
				buf_add(&damaged, buf_str(&bytes));
				if (n > 0)
					random_damage(&die, &damaged);
				/* Right before the end of its memory, so that ASan sees. */
				char *at = exact + bytes.len + 1 - damaged.len;
				if (damaged.len > 0)
					memcpy(at, damaged.ptr, damaged.len);
				bool was = check_plan(node, table, (struct str){at, damaged.len});
				taken += n == 0 && was;
			}
			free(exact);
			buf_free(&bytes);
			buf_free(&damaged);
		}
		arena_free(&arena);
		avro_schema_free(schema);
	}
	assert_in_range(fitting, 380, 400);
	assert_in_range(taken, sound * 8 / 10, sound); /* the others: numbers too wide for C */
}

RUN_TESTS(TEST(what_the_table_names_is_read_through_optional_records_lists_and_unions),
	  TEST(what_is_null_or_another_branch_is_null_in_c),
	  TEST(the_place_of_the_own_field_is_told), TEST(two_rows_may_read_one_field),
	  TEST(numbers_are_promoted_and_those_that_do_not_fit_are_told),
	  TEST(a_sound_record_that_the_table_cannot_hold_is_whole),
	  TEST(a_list_longer_than_the_limit_is_told), TEST(blocks_that_lie_are_damage),
	  TEST(what_does_not_fit_is_refused_before_the_first_record),
	  TEST(recursion_ends_at_the_depth_that_limits_h_says),
	  TEST(types_used_often_do_not_make_the_program_long),
	  TEST(a_table_without_rows_reads_items_of_zeroes),
	  TEST(a_schema_that_multiplies_what_a_table_reads_is_refused),
	  TEST(random_records_of_random_schemas_are_taken_as_plain_code_takes_them))
