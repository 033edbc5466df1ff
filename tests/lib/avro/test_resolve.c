#include "avro/datum.h"
#include "avro/resolve.h"
#include "check.h"

struct pair {
	struct avro_schema *writer, *reader;
	struct avro_resolver *resolver;
	struct err err;
};

static struct pair
meet(const char *writer, const char *reader)
{
	struct pair p = {0};

	p.writer = avro_schema_parse(str_of(writer), &p.err);
	p.reader = p.writer == NULL ? NULL : avro_schema_parse(str_of(reader), &p.err);
	if (p.reader == NULL)
		print_error("%s\n", p.err.text);
	assert_non_null(p.reader);
	p.resolver = avro_resolver_compile(avro_schema_root(p.writer), avro_schema_root(p.reader),
					   &p.err);
	return p;
}

static void
part(struct pair *p)
{
	avro_resolver_free(p->resolver);
	avro_schema_free(p->writer);
	avro_schema_free(p->reader);
}

/* What the writer's JSON is to the reader: its tagged JSON, or the end of an error ("!..."). */
static void
reads(const char *writer, const char *reader, const char *json, const char *expected)
{
	struct pair p = meet(writer, reader);
	json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	struct buf datum = {0}, resolved = {0}, text = {0};

	if (p.resolver == NULL)
		print_error("%s\n", p.err.text);
	assert_non_null(p.resolver);
	assert_non_null(value);
	assert_ok(avro_datum_from_json(avro_schema_root(p.writer), value, &datum, &p.err), p.err);
	size_t length = datum.len;
	buf_add(&datum, STR("more"));
	buf_add(&resolved, STR("before"));
	struct str bytes = buf_str(&datum);
	if (expected[0] == '!') {
		assert_int_equal(avro_resolve(p.resolver, &bytes, &resolved, &p.err), -1);
		assert_int_equal(p.err.class, ERR_INPUT);
		assert_true(str_ends(str_of(p.err.text), str_of(expected + 1)));
		assert_str(buf_str(&resolved), "before");
	} else {
		assert_ok(avro_resolve(p.resolver, &bytes, &resolved, &p.err), p.err);
		assert_int_equal(bytes.len, 4);
		assert_ptr_equal(bytes.ptr, datum.ptr + length);
		bytes = str_tail(buf_str(&resolved), 6);
		assert_ok(avro_datum_add_json(avro_schema_root(p.reader), &bytes, AVRO_JSON_TAGGED,
					      &text, &p.err),
			  p.err);
		assert_int_equal(bytes.len, 0);
		assert_str(buf_str(&text), expected);
	}
	json_decref(value);
	buf_free(&datum);
	buf_free(&resolved);
	buf_free(&text);
	part(&p);
}

static void
cannot_read(const char *writer, const char *reader, const char *why)
{
	struct pair p = meet(writer, reader);

	assert_null(p.resolver);
	assert_int_equal(p.err.class, ERR_INPUT);
	if (strstr(p.err.text, why) == NULL)
		print_error("\"%s\" does not say \"%s\"\n", p.err.text, why);
	assert_non_null(strstr(p.err.text, why));
	part(&p);
}

#define RECORD(name, fields)   "{\"type\":\"record\",\"name\":\"" name "\",\"fields\":[" fields "]}"
#define FIELD(name, type, ...) "{\"name\":\"" name "\",\"type\":" type __VA_ARGS__ "}"
#define ENUM(symbols, ...)                                                                         \
	"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[" symbols "]" __VA_ARGS__ "}"
#define ARRAY(items) "{\"type\":\"array\",\"items\":" items "}"
#define MAP(values)  "{\"type\":\"map\",\"values\":" values "}"

static void
types_are_promoted(void **state)
{
	(void)state;
	reads("\"int\"", "\"long\"", "-3", "-3");
	reads("\"int\"", "\"float\"", "3", "3.0");
	reads("\"int\"", "\"double\"", "-3", "-3.0");
	reads("\"long\"", "\"float\"", "16777217", "16777216.0");
	reads("\"long\"", "\"double\"", "16777217", "16777217.0");
	reads("\"float\"", "\"double\"", "0.5", "0.5");
	reads("\"string\"", "\"bytes\"", "\"\xC3\xA9\"", "\"\xC3\x83\xC2\xA9\"");
	reads("\"bytes\"", "\"string\"", "\"\xC3\x83\xC2\xA9\"", "\"\xC3\xA9\"");
	reads("\"bytes\"", "\"string\"", "\"\xC3\xA9\"", "!are not UTF-8");
	reads(ARRAY("\"int\""), ARRAY("\"double\""), "[1,2]", "[1.0,2.0]");
	reads(MAP("\"int\""), MAP("\"long\""), "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}");
	cannot_read("\"long\"", "\"int\"", "\"long\" is no \"int\"");
	cannot_read("\"double\"", "\"float\"", "\"double\" is no \"float\"");
	cannot_read("\"string\"", "\"int\"", "no \"int\"");
	cannot_read(ARRAY("\"int\""), ARRAY("\"string\""), "items: ");
	cannot_read(ARRAY("\"int\""), MAP("\"int\""), "no \"map\"");
}

static void
fields_are_matched_by_name_and_alias_in_any_order(void **state)
{
	(void)state;
	reads(RECORD("R", FIELD("a", "\"int\"") "," FIELD("b", "\"string\"") "," FIELD(
				  "c", ARRAY("\"int\""))),
	      RECORD("R", FIELD("c", ARRAY("\"int\"")) "," FIELD("a", "\"long\"")),
	      "{\"a\":1,\"b\":\"x\",\"c\":[2,3]}", "{\"c\":[2,3],\"a\":1}");
	reads(RECORD("R",
		     FIELD("a", "\"int\"") "," FIELD("b", "\"string\"") "," FIELD("c", "\"int\"")),
	      RECORD("R", FIELD("b", "\"string\"")), "{\"a\":1,\"b\":\"x\",\"c\":2}",
	      "{\"b\":\"x\"}");
	reads(RECORD("R", FIELD("a", "\"int\"")),
	      RECORD("R", FIELD("new", "\"int\"", ",\"aliases\":[\"x\",\"a\"]") "," FIELD(
				  "b", "[\"null\",\"int\"]",
				  ",\"default\":null") "," FIELD("d", ARRAY("\"int\""),
								 ",\"default\":[7]")),
	      "{\"a\":1}", "{\"new\":1,\"b\":null,\"d\":[7]}");
	reads(RECORD("R", ""), RECORD("R", ""), "{}", "{}");
	cannot_read(RECORD("R", FIELD("a", "\"int\"")), RECORD("R", FIELD("b", "\"int\"")),
		    "field \"b\": the writer has none");
	cannot_read(RECORD("R", FIELD("a", "\"int\"")), RECORD("R", FIELD("a", "\"string\"")),
		    "field \"a\": the writer's \"int\" is no \"string\"");
}

static void
names_match_without_their_namespace_or_by_alias(void **state)
{
	(void)state;
	reads(RECORD("x.R", ""), RECORD("y.R", ""), "{}", "{}");
	reads(RECORD("x.R", ""),
	      "{\"type\":\"record\",\"name\":\"S\",\"aliases\":[\"x.R\"],\"fields\":[]}", "{}",
	      "{}");
	cannot_read(RECORD("R", ""), RECORD("S", ""), "\"R\" is not the reader's \"S\"");
	cannot_read("{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}",
		    "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", "1 bytes, not 2");
}

static void
symbols_are_matched_by_name(void **state)
{
	(void)state;
	reads(ENUM("\"a\",\"b\""), ENUM("\"b\",\"a\""), "\"b\"", "\"b\"");
	reads(ENUM("\"a\",\"b\""), ENUM("\"a\",\"z\"", ",\"default\":\"z\""), "\"b\"", "\"z\"");
	reads(ENUM("\"a\",\"b\""), ENUM("\"a\""), "\"a\"", "\"a\"");
	reads(ENUM("\"a\",\"b\""), ENUM("\"a\""), "\"b\"", "!no symbol \"b\"");
}

static void
unions_meet_where_the_data_does(void **state)
{
	(void)state;
	reads("[\"null\",\"int\"]", "[\"int\",\"null\"]", "3", "{\"int\":3}");
	reads("[\"null\",\"int\"]", "[\"int\",\"null\"]", "null", "null");
	reads("\"int\"", "[\"null\",\"long\"]", "3", "{\"long\":3}");
	reads("\"int\"", "[\"double\",\"int\"]", "3", "{\"int\":3}");
	reads("[\"null\",\"int\"]", "\"long\"", "3", "3");
	reads("[\"null\",\"int\"]", "\"long\"", "null", "!\"null\" is no \"long\"");
	reads("[\"int\",\"string\"]", "[\"null\",\"string\"]", "1",
	      "!no branch of the reader's union takes the writer's \"int\"");
	reads(RECORD("x.R", FIELD("a", "\"int\"")),
	      "[" RECORD("y.R", FIELD("a", "\"int\"")) "," RECORD("x.R", FIELD("a", "\"int\"")) "]",
	      "{\"a\":1}", "{\"x.R\":{\"a\":1}}");
	reads(RECORD("x.R", FIELD("a", "\"int\"")),
	      "[" RECORD("x.R", FIELD("b", "\"int\"")) "," RECORD("y.R", FIELD("a", "\"int\"")) "]",
	      "{\"a\":1}", "{\"y.R\":{\"a\":1}}");
	cannot_read("[\"null\",\"int\"]", "\"string\"", "is no \"string\"");
	cannot_read("\"string\"", "[\"null\",\"int\"]", "no branch");
}

static void
types_that_hold_themselves_are_read(void **state)
{
	(void)state;
	reads(RECORD("R", FIELD("a", "\"int\"") "," FIELD("next", "[\"null\",\"R\"]")),
	      RECORD("R", FIELD("next", "[\"null\",\"R\"]") "," FIELD("a", "\"long\"") "," FIELD(
				  "b", "\"int\"", ",\"default\":5")),
	      "{\"a\":1,\"next\":{\"a\":2,\"next\":null}}",
	      "{\"next\":{\"R\":{\"next\":null,\"a\":2,\"b\":5}},\"a\":1,\"b\":5}");
}

static void
a_field_that_fails_is_named(void **state)
{
	(void)state;
	reads(RECORD("R", FIELD("a", ARRAY(RECORD("S", FIELD("e", "\"bytes\""))))),
	      RECORD("R", FIELD("a", ARRAY(RECORD("S", FIELD("e", "\"string\""))))),
	      "{\"a\":[{\"e\":\"\xC3\xA9\"}]}",
	      "!field \"a\": field \"e\": the writer's bytes are not UTF-8");
}

static void
damaged_and_growing_data_is_refused(void **state)
{
	struct pair p = meet("\"string\"", "\"bytes\"");
	struct buf out = {0}, schema = {0};
	struct str bytes = STR("\4a");

	(void)state;
	assert_int_equal(avro_resolve(p.resolver, &bytes, &out, &p.err), -1);
	assert_int_equal(bytes.len, 2);
	part(&p);

	/* A million items of no bytes, with a default of a kilobyte each. */
	buf_add(&schema, STR("{\"type\":\"array\",\"items\":"
			     "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
			     "{\"name\":\"a\",\"type\":\"string\",\"default\":\""));
	for (int i = 0; i < 1024; i++)
		buf_add_byte(&schema, 'x');
	buf_add(&schema, STR("\"}]}}"));
	p = meet(ARRAY(RECORD("R", "")), buf_cstr(&schema));
	assert_non_null(p.resolver);
	bytes = STR("\x80\x89\x7A\0");
	assert_int_equal(avro_resolve(p.resolver, &bytes, &out, &p.err), -1);
	assert_non_null(strstr(p.err.text, "grows beyond"));
	assert_int_equal(out.len, 0);
	part(&p);
	buf_free(&out);
	buf_free(&schema);
}

RUN_TESTS(TEST(types_are_promoted), TEST(fields_are_matched_by_name_and_alias_in_any_order),
	  TEST(names_match_without_their_namespace_or_by_alias), TEST(symbols_are_matched_by_name),
	  TEST(unions_meet_where_the_data_does), TEST(types_that_hold_themselves_are_read),
	  TEST(a_field_that_fails_is_named), TEST(damaged_and_growing_data_is_refused))
