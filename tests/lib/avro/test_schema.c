#include "avro/limits.h"
#include "avro/schema.h"
#include "base/buf.h"
#include "check.h"
#include "parse_schema.h"

/* The schema is refused, for a reason that says `why`. */
static void
refuse(struct str json, const char *why)
{
	struct err err = {0};
	struct avro_schema *schema = avro_schema_parse(json, &err);

	if (schema != NULL || strstr(err.text, why) == NULL)
		print_error("%.*s: \"%s\" does not say \"%s\"\n", STR_ARG(json), err.text, why);
	assert_null(schema);
	assert_int_equal(err.class, ERR_INPUT);
	assert_non_null(strstr(err.text, why));
}

static void
names_inherit_the_namespace_around_them(void **state)
{
	struct avro_schema *s = parse(
		"{\"type\":\"record\",\"name\":\"A\",\"namespace\":\"x.y\",\"aliases\":[\"Old\","
		"\"z.Old\"],"
		"\"fields\":[{\"name\":\"b\",\"type\":{\"type\":\"fixed\",\"name\":\"B\",\"size\":"
		"2}},"
		"{\"name\":\"c\",\"type\":{\"type\":\"fixed\",\"name\":\"q.C\",\"size\":2}},"
		"{\"name\":\"d\",\"type\":{\"type\":\"fixed\",\"name\":\"D\",\"namespace\":\"\","
		"\"size\":0}},"
		"{\"name\":\"e\",\"type\":\"B\",\"aliases\":[\"f\"]},{\"name\":\"g\",\"type\":\"q."
		"C\"},"
		"{\"name\":\"h\",\"type\":\"D\"},{\"name\":\"i\",\"type\":[\"null\",\"A\"]}]}");
	const struct avro_node *root = avro_schema_root(s);

	(void)state;
	assert_str(root->name, "x.y.A");
	assert_int_equal(root->alias_count, 2);
	assert_str(root->aliases[0], "x.y.Old");
	assert_str(root->aliases[1], "z.Old");
	assert_str(root->fields[0].type->name, "x.y.B");
	assert_str(root->fields[1].type->name, "q.C");
	assert_str(root->fields[2].type->name, "D");
	assert_ptr_equal(root->fields[3].type, root->fields[0].type);
	assert_str(root->fields[3].aliases[0], "f");
	assert_ptr_equal(root->fields[4].type, root->fields[1].type);
	assert_ptr_equal(root->fields[5].type, root->fields[2].type);
	assert_ptr_equal(root->fields[6].type->branches[1], root);
	assert_ptr_equal(avro_node_field(root, STR("h")), &root->fields[5]);
	assert_null(avro_node_field(root, STR("z")));
	assert_int_equal(avro_schema_node_count(s), 6);
	assert_int_equal(root->index, 5);
	avro_schema_free(s);
}

static void
the_smallest_datum_of_each_type_is_known(void **state)
{
	static const struct {
		const char *json;
		size_t bytes;
	} cases[] = {
		{"\"null\"", 0},
		{"\"boolean\"", 1},
		{"\"int\"", 1},
		{"\"float\"", 4},
		{"\"double\"", 8},
		{"{\"type\":\"string\"}", 1},
		{"{\"type\":\"fixed\",\"name\":\"F\",\"size\":7}", 7},
		{"{\"type\":\"array\",\"items\":\"double\"}", 1},
		{"[\"double\",\"int\"]", 2},
		{"[\"double\",\"null\"]", 1},
		{"{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}", 0},
		{"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":"
		 "\"double\"},"
		 "{\"name\":\"b\",\"type\":[\"R\",\"null\",\"float\"]}]}",
		 9},
		{"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":"
		 "\"long\"},"
		 "{\"name\":\"b\",\"type\":[\"R\",\"float\"]}]}",
		 6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct avro_schema *s = parse(cases[i].json);
		assert_int_equal(avro_schema_root(s)->min_bytes, cases[i].bytes);
		avro_schema_free(s);
	}
}

static void
what_is_no_schema_is_refused_with_its_reason(void **state)
{
	static const struct {
		const char *json, *why;
	} cases[] = {
		{"", "not JSON"},
		{"{\"type\":", "not JSON"},
		{"string", "not JSON"},
		{"7", "neither a name"},
		{"{}", "does not name what it is"},
		{"\"text\"", "no type \"text\""},
		{"\"record\"", "no type \"record\""},
		{"[]", "no branches"},
		{"[\"int\",[\"long\"]]", "holds a union"},
		{"[\"int\",\"long\",\"int\"]", "holds \"int\" twice"},
		{"[{\"type\":\"array\",\"items\":\"int\"},{\"type\":\"array\",\"items\":\"long\"}]",
		 "holds \"array\" twice"},
		{"[{\"type\":\"fixed\",\"name\":\"A\",\"size\":1},\"A\"]", "holds \"A\" twice"},
		{"{\"type\":\"array\"}", "without \"items\""},
		{"{\"type\":\"map\",\"items\":\"int\"}", "without \"values\""},
		{"{\"type\":\"fixed\",\"name\":\"A\",\"size\":-8}", "size"},
		{"{\"type\":\"fixed\",\"name\":\"A\",\"size\":1099511627776}", "size"},
		{"{\"type\":\"fixed\",\"name\":\"A\",\"size\":\"1\"}", "size"},
		{"{\"type\":\"fixed\",\"size\":1}", "no name"},
		{"{\"type\":\"fixed\",\"name\":\"long\",\"size\":1}", "Avro's own"},
		{"{\"type\":\"fixed\",\"name\":\"a.long\",\"size\":1}", "Avro's own"},
		{"{\"type\":\"fixed\",\"name\":\"9a\",\"size\":1}", "no name for a type"},
		{"{\"type\":\"fixed\",\"name\":\"a-b\",\"size\":1}", "no name for a type"},
		{"{\"type\":\"fixed\",\"name\":\"a..b\",\"size\":1}", "no name for a type"},
		{"{\"type\":\"fixed\",\"name\":\".b\",\"size\":1}", "no name for a type"},
		{"{\"type\":\"fixed\",\"name\":\"b.\",\"size\":1}", "no name for a type"},
		{"{\"type\":\"fixed\",\"name\":\"b\",\"namespace\":\"a.\",\"size\":1}",
		 "no dotted name"},
		{"{\"type\":\"fixed\",\"name\":\"b\\u0000\",\"size\":1}", "no name for a type"},
		{"{\"type\":\"enum\",\"name\":\"E\"}", "symbols"},
		{"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a\",\"a\"]}",
		 "\"a\" is given twice"},
		{"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a b\"]}", "symbol 1"},
		{"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a\"],\"default\":\"b\"}",
		 "none of its symbols"},
		{"{\"type\":\"record\",\"name\":\"R\"}", "no list of fields"},
		{"{\"type\":\"record\",\"name\":\"R\",\"fields\":[7]}", "field"},
		{"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\"}]}",
		 "field \"a\": it has no type"},
		{"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a.b\",\"type\":"
		 "\"int\"}]}",
		 "\"a.b\""},
		{"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}"
		 ","
		 "{\"name\":\"a\",\"type\":\"int\"}]}",
		 "two fields \"a\""},
		{"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"R\"}]"
		 "}",
		 "\"R\" holds itself"},
		{"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":"
		 "{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"b\",\"type\":[\"R\","
		 "\"S\"]}]}}]}",
		 "holds itself"},
		{"[{\"type\":\"fixed\",\"name\":\"A\",\"size\":1},{\"type\":\"fixed\",\"name\":"
		 "\"A\",\"size\":2}]",
		 "\"A\" is defined twice"},
		{"[\"Late\",{\"type\":\"fixed\",\"name\":\"Late\",\"size\":1}]", "before its use"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		refuse(str_of(cases[i].json), cases[i].why);
}

static void
defaults_are_encoded_as_their_field_is(void **state)
{
	static const struct {
		const char *type, *json;
		struct str datum;
	} cases[] = {
		{"\"null\"", "null", {"", 0}},
		{"\"boolean\"", "true", {"\1", 1}},
		{"\"int\"", "-1", {"\1", 1}},
		{"\"long\"", "64", {"\x80\1", 2}},
		{"\"double\"", "1", {"\0\0\0\0\0\0\xF0\x3F", 8}},
		{"\"float\"", "0.5", {"\0\0\0\x3F", 4}},
		{"\"bytes\"", "\"\\u00FF\\u0000\"", {"\4\xFF\0", 3}},
		{"\"string\"", "\"\xC3\xA9\"", {"\4\xC3\xA9", 3}},
		{"{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}", "\"a\\u00e9\"", {"a\xE9", 2}},
		{"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a\",\"b\"]}",
		 "\"b\"",
		 {"\2", 1}},
		{"{\"type\":\"array\",\"items\":\"int\"}", "[]", {"\0", 1}},
		{"{\"type\":\"array\",\"items\":\"int\"}", "[1,2]", {"\3\4\2\4\0", 5}},
		{"{\"type\":\"map\",\"values\":\"int\"}", "{\"k\":3}", {"\1\6\2k\6\0", 6}},
		{"[\"null\",\"string\"]", "null", {"\0", 1}},
		{"[\"string\",\"null\"]", "null", {"\2", 1}},
		{"[\"string\",\"null\"]", "\"x\"", {"\0\2x", 3}},
		{"{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}"
		 ","
		 "{\"name\":\"y\",\"type\":\"int\",\"default\":7}]}",
		 "{\"x\":1}",
		 {"\2\16", 2}},
	};
	struct buf json = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&json);
		buf_printf(&json,
			   "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\","
			   "\"type\":%s,"
			   "\"default\":%s}]}",
			   cases[i].type, cases[i].json);
		struct avro_schema *s = parse(buf_cstr(&json));
		const struct avro_field *f = &avro_schema_root(s)->fields[0];
		assert_true(f->has_default);
		assert_true(str_equal(f->default_datum, cases[i].datum));
		avro_schema_free(s);
	}
	buf_free(&json);
}

static void
defaults_that_do_not_fit_are_refused(void **state)
{
	static const struct {
		const char *type, *json, *why;
	} cases[] = {
		{"\"int\"", "2147483648", "no \"int\""},
		{"\"int\"", "1.0", "no \"int\""},
		{"\"float\"", "1e300", "too large"},
		{"\"bytes\"", "\"\\u0100\"", "U+00FF"},
		{"\"string\"", "null", "not text"},
		{"[\"null\",\"int\"]", "\"x\"", "none of the branches"},
		{"{\"type\":\"array\",\"items\":\"int\"}", "[1,null]", "item 1"},
		{"{\"type\":\"record\",\"name\":\"S\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}"
		 "]}",
		 "{}", "field \"x\": it is missing"},
		{"{\"type\":\"record\",\"name\":\"S\",\"fields\":[]}", "{\"x\":1}", "has not"},
		{"{\"type\":\"array\",\"items\":\"R\"}", "[{}]", "not known yet"},
	};
	struct buf json = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&json);
		buf_printf(&json,
			   "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\","
			   "\"type\":%s,"
			   "\"default\":%s}]}",
			   cases[i].type, cases[i].json);
		refuse(buf_str(&json), cases[i].why);
		refuse(buf_str(&json), "default of field \"f\"");
	}
	buf_free(&json);
}

static void
a_logical_type_counts_only_where_it_can_be_carried(void **state)
{
	static const struct {
		const char *json, *logical;
	} cases[] = {
		{"{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}", "timestamp-millis"},
		{"{\"type\":\"int\",\"logicalType\":\"timestamp-millis\"}", NULL},
		{"{\"type\":\"string\",\"logicalType\":\"uuid\"}", "uuid"},
		{"{\"type\":\"string\",\"logicalType\":\"mine\"}", NULL},
		{"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":2}",
		 "decimal"},
		{"{\"type\":\"bytes\",\"logicalType\":\"decimal\"}", NULL},
		{"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":0}", NULL},
		{"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":5}",
		 NULL},
		{"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":-1}",
		 NULL},
		{"{\"type\":\"fixed\",\"name\":\"F\",\"size\":2,\"logicalType\":\"decimal\","
		 "\"precision\":4}",
		 "decimal"},
		{"{\"type\":\"fixed\",\"name\":\"F\",\"size\":2,\"logicalType\":\"decimal\","
		 "\"precision\":5}",
		 NULL},
		{"{\"type\":\"fixed\",\"name\":\"F\",\"size\":0,\"logicalType\":\"decimal\","
		 "\"precision\":1}",
		 NULL},
		{"{\"type\":\"fixed\",\"name\":\"F\",\"size\":12,\"logicalType\":\"duration\"}",
		 "duration"},
		{"{\"type\":\"fixed\",\"name\":\"F\",\"size\":11,\"logicalType\":\"duration\"}",
		 NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct avro_schema *s = parse(cases[i].json);
		struct str logical = avro_schema_root(s)->logical;
		assert_int_equal(logical.ptr == NULL, cases[i].logical == NULL);
		assert_true(str_equal(logical, str_of(cases[i].logical)));
		avro_schema_free(s);
	}
}

static void
the_json_keeps_what_we_do_not_know(void **state)
{
	struct avro_schema *s = parse("{ \"doc\": \"a \\\"b\\\" \\u00e9\", \"type\" : \"record\", "
				      "\"x\": [1, 0.1, null, {}, true],\n"
				      " \"name\":\"R\", \"fields\" : [ ] , \"y\": \"\\u0000\"}");

	(void)state;
	assert_str(avro_schema_json(s), "{\"doc\":\"a \\\"b\\\" \xC3\xA9\",\"type\":\"record\","
					"\"x\":[1,0.1,null,{},true],\"name\":\"R\",\"fields\":[],"
					"\"y\":\"\\u0000\"}");
	avro_schema_free(s);
}

static void
repeat(struct buf *b, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_add(b, str_of(text));
}

static void
absurd_schemas_are_errors(void **state)
{
	struct buf b = {0};

	(void)state;
	repeat(&b, "[", 60000);
	refuse(buf_str(&b), "not JSON");

	buf_clear(&b);
	repeat(&b, "{\"type\":\"array\",\"items\":", AVRO_MAX_DEPTH + 1);
	repeat(&b, "\"int\"", 1);
	repeat(&b, "}", AVRO_MAX_DEPTH + 1);
	refuse(buf_str(&b), "nested more than 64 deep");

	buf_clear(&b);
	repeat(&b, "{\"type\":\"fixed\",\"size\":1,\"name\":\"", 1);
	repeat(&b, "x", 100000);
	repeat(&b, "\"}", 1);
	refuse(buf_str(&b), "no name for a type");

	buf_clear(&b);
	repeat(&b, " ", AVRO_MAX_SCHEMA + 1);
	refuse(buf_str(&b), "larger than");

	buf_clear(&b);
	repeat(&b, "[", 1);
	repeat(&b, "\",\\\"\",", AVRO_MAX_VALUES - 2);
	repeat(&b, "\"int\"]", 1);
	refuse(buf_str(&b), "no type \",\"\" is defined");
	b.len--;
	repeat(&b, ",\"int\"]", 1);
	refuse(buf_str(&b), "more than 65536 values");

	/* 2^40 nulls, and 2^40 bytes of default. */
	buf_clear(&b);
	repeat(&b, "[{\"type\":\"record\",\"name\":\"R0\",\"fields\":[]}", 1);
	for (int i = 1; i <= 40; i++)
		buf_printf(&b,
			   ",{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[{\"name\":\"a\","
			   "\"type\":"
			   "\"R%d\"},{\"name\":\"b\",\"type\":\"R%d\"}]}",
			   i, i - 1, i - 1);
	repeat(&b, "]", 1);
	refuse(buf_str(&b), "parts of no bytes");
	buf_clear(&b);
	repeat(&b,
	       "[{\"type\":\"record\",\"name\":\"R0\",\"fields\":[{\"name\":\"a\",\"type\":\"int\","
	       "\"default\":0}]}",
	       1);
	for (int i = 1; i <= 40; i++)
		buf_printf(&b,
			   ",{\"type\":\"record\",\"name\":\"R%d\",\"fields\":["
			   "{\"name\":\"a\",\"type\":\"R%d\",\"default\":{}},"
			   "{\"name\":\"b\",\"type\":\"R%d\",\"default\":{}}]}",
			   i, i - 1, i - 1);
	repeat(&b, "]", 1);
	refuse(buf_str(&b), "defaults take more than");
	buf_free(&b);
}

/* R1 in R2 in R3 ...: flat as JSON, deep as data. */
static void
a_long_chain_of_types_is_measured_in_time(void **state)
{
	struct buf b = {0};
	struct avro_schema *s;

	(void)state;
	repeat(&b,
	       "[{\"type\":\"record\",\"name\":\"R0\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}"
	       "]}",
	       1);
	for (int i = 1; i < 3500; i++)
		buf_printf(&b,
			   ",{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[{\"name\":\"a\","
			   "\"type\":"
			   "\"R%d\"},{\"name\":\"b\",\"type\":\"R%d\"}]}",
			   i, i - 1, i - 1);
	repeat(&b, "]", 1);
	s = parse(buf_cstr(&b));
	assert_int_equal(avro_schema_root(s)->branches[3]->min_bytes, 8);
	assert_int_equal(avro_schema_root(s)->branches[3499]->min_bytes, AVRO_MAX_BLOCK + 1);
	avro_schema_free(s);
	buf_free(&b);
}

RUN_TESTS(TEST(names_inherit_the_namespace_around_them),
	  TEST(the_smallest_datum_of_each_type_is_known),
	  TEST(what_is_no_schema_is_refused_with_its_reason),
	  TEST(defaults_are_encoded_as_their_field_is), TEST(defaults_that_do_not_fit_are_refused),
	  TEST(a_logical_type_counts_only_where_it_can_be_carried),
	  TEST(the_json_keeps_what_we_do_not_know), TEST(absurd_schemas_are_errors),
	  TEST(a_long_chain_of_types_is_measured_in_time))
