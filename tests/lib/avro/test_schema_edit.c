#include "avro/schema.h"
#include "base/buf.h"
#include "check.h"
#include "parse_schema.h"

#define RECORD(fields) "{\"type\":\"record\",\"name\":\"chatmill.M\",\"fields\":[" fields "]}"
#define ID             "{\"name\":\"id\",\"type\":\"int\"}"

/* What `json` becomes with `field`; the field without {} is a name, to be removed. */
static void
becomes(const char *json, const char *field, const char *expected)
{
	struct err err = {0};
	struct avro_schema *old = parse(json);
	struct avro_schema *new = field[0] == '{'
					  ? avro_schema_with_field(old, str_of(field), &err)
					  : avro_schema_without_field(old, str_of(field), &err);

	if (new == NULL)
		print_error("%s\n", err.text);
	assert_non_null(new);
	assert_str(avro_schema_json(new), expected);
	avro_schema_free(old);
	avro_schema_free(new);
}

static void
cannot(const char *json, const char *field, const char *why)
{
	struct err err = {0};
	struct avro_schema *old = parse(json);
	struct avro_schema *new = field[0] == '{'
					  ? avro_schema_with_field(old, str_of(field), &err)
					  : avro_schema_without_field(old, str_of(field), &err);

	assert_null(new);
	assert_int_equal(err.class, ERR_FATAL);
	if (strstr(err.text, why) == NULL)
		print_error("\"%s\" does not say \"%s\"\n", err.text, why);
	assert_non_null(strstr(err.text, why));
	avro_schema_free(old);
}

static void
canonical_form_and_fingerprint_are_the_specification_s(void **state)
{
	static const struct {
		const char *json, *canonical;
		uint64_t fingerprint;
	} cases[] = {
		{"{\"type\":\"null\"}", "\"null\"", UINT64_C(0x63dd24e7cc258f8a)},
		{"\"int\"", "\"int\"", UINT64_C(0x7275d51a3f395c8f)},
		{"{\"type\":\"string\",\"x\":1}", "\"string\"", UINT64_C(0x8f014872634503c7)},
		{"{\"doc\":\"d\",\"fields\":[{\"type\":[\"null\",\"A\"],\"name\":\"f\",\"default\":"
		 "null},"
		 "{\"name\":\"g\",\"type\":{\"type\":\"enum\",\"symbols\":[\"s\",\"t\"],\"name\":"
		 "\"E\"}},"
		 "{\"name\":\"h\",\"type\":{\"values\":{\"items\":\"E\",\"type\":\"array\"},"
		 "\"type\":\"map\"}},"
		 "{\"name\":\"i\",\"type\":{\"type\":\"fixed\",\"namespace\":\"y\",\"name\":\"F\","
		 "\"size\":3}}"
		 "],\"name\":\"A\",\"namespace\":\"x\",\"type\":\"record\"}",
		 "{\"name\":\"x.A\",\"type\":\"record\",\"fields\":[{\"name\":\"f\",\"type\":["
		 "\"null\",\"x.A\"]},"
		 "{\"name\":\"g\",\"type\":{\"name\":\"x.E\",\"type\":\"enum\",\"symbols\":[\"s\","
		 "\"t\"]}},"
		 "{\"name\":\"h\",\"type\":{\"type\":\"map\",\"values\":{\"type\":\"array\","
		 "\"items\":\"x.E\"}}},"
		 "{\"name\":\"i\",\"type\":{\"name\":\"y.F\",\"type\":\"fixed\",\"size\":3}}]}",
		 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct avro_schema *s = parse(cases[i].json);
		struct buf canonical = {0};
		avro_schema_canonical(s, &canonical);
		assert_str(buf_str(&canonical), cases[i].canonical);
		if (cases[i].fingerprint != 0)
			assert_true(avro_schema_fingerprint(s) == cases[i].fingerprint);
		buf_free(&canonical);
		avro_schema_free(s);
	}
}

static void
a_field_is_appended_and_all_else_stays(void **state)
{
	(void)state;
	becomes("{\"doc\":\"a\",\"type\":\"record\",\"fields\":[{\"x\":1.5,\"name\":\"id\","
		"\"type\":\"int\","
		"\"order\":\"ignore\"}],\"name\":\"M\",\"y\":[null]}",
		"{\"name\":\"mood\",\"doc\":\"d\",\"type\":[\"null\",\"string\"],\"default\":null}",
		"{\"doc\":\"a\",\"type\":\"record\",\"fields\":[{\"x\":1.5,\"name\":\"id\","
		"\"type\":\"int\","
		"\"order\":\"ignore\"},{\"name\":\"mood\",\"doc\":\"d\",\"type\":[\"null\","
		"\"string\"],"
		"\"default\":null}],\"name\":\"M\",\"y\":[null]}");
	becomes(RECORD(""), "{\"name\":\"a\",\"type\":[\"null\"],\"default\":null}",
		RECORD("{\"name\":\"a\",\"type\":[\"null\"],\"default\":null}"));
}

#define TOKEN(space) "{\"type\":\"record\",\"name\":\"Token\"" space ",\"fields\":[" ID "]}"
#define TOKENS(token)                                                                              \
	"{\"name\":\"tokens\",\"type\":[\"null\",{\"type\":\"array\",\"items\":" token "}],"       \
	"\"default\":null}"
#define OWN ",\"namespace\":\"chatmill.tokens\""

static void
types_of_a_new_field_get_a_namespace_of_their_own(void **state)
{
	(void)state;
	becomes(RECORD("{\"name\":\"id\",\"type\":" TOKEN("") "}"), TOKENS(TOKEN("")),
		RECORD("{\"name\":\"id\",\"type\":" TOKEN("") "}," TOKENS(TOKEN(OWN))));
	/* Unless they bring one; references become full names. */
	becomes(RECORD(ID), TOKENS(TOKEN(",\"namespace\":\"mine\"")),
		RECORD(ID "," TOKENS(TOKEN(",\"namespace\":\"mine\""))));
	becomes(RECORD(ID),
		"{\"name\":\"t\",\"type\":[\"null\",{\"type\":\"fixed\",\"name\":\"F\",\"size\":1},"
		"{\"type\":\"map\",\"values\":\"F\"}],\"default\":null}",
		RECORD(ID ",{\"name\":\"t\",\"type\":[\"null\",{\"type\":\"fixed\",\"name\":\"F\","
			  "\"namespace\":\"chatmill.t\",\"size\":1},{\"type\":\"map\",\"values\":"
			  "\"chatmill.t.F\"}],\"default\":null}"));
	/* Within a definition names stay short: they inherit. */
	becomes("{\"type\":\"record\",\"name\":\"M\",\"fields\":[]}",
		"{\"name\":\"t\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"R\","
		"\"namespace\":null,"
		"\"fields\":[{\"name\":\"a\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":"
		"1}},"
		"{\"name\":\"b\",\"type\":[\"null\",\"R\",\"F\"]}]}],\"default\":null}",
		"{\"type\":\"record\",\"name\":\"M\",\"fields\":["
		"{\"name\":\"t\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"R\","
		"\"namespace\":\"t\","
		"\"fields\":[{\"name\":\"a\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":"
		"1}},"
		"{\"name\":\"b\",\"type\":[\"null\",\"R\",\"F\"]}]}],\"default\":null}]}");
}

static void
a_field_that_is_there_is_replaced_in_its_place(void **state)
{
	(void)state;
	becomes(RECORD(TOKENS("\"int\"") "," ID), TOKENS(TOKEN("")),
		RECORD(TOKENS(TOKEN(OWN)) "," ID));
	/* Twice the same gives the same. */
	becomes(RECORD(TOKENS(TOKEN(OWN)) "," ID), TOKENS(TOKEN("")),
		RECORD(TOKENS(TOKEN(OWN)) "," ID));
	/* Another version of its types, which nobody else uses. */
	becomes(RECORD(TOKENS("{\"type\":\"fixed\",\"name\":\"Token\"" OWN ",\"size\":1}") "," ID),
		TOKENS(TOKEN("")), RECORD(TOKENS(TOKEN(OWN)) "," ID));
}

#define USES(type) "{\"name\":\"uses\",\"type\":" type "}"

static void
a_type_of_a_field_that_goes_moves_to_its_first_use(void **state)
{
	(void)state;
	becomes(RECORD(TOKENS(TOKEN("")) "," USES(
			"[\"null\",\"Token\"]") ",{\"name\":\"more\",\"type\":"
						"\"chatmill.Token\"}"),
		"tokens",
		RECORD(USES("[\"null\"," TOKEN("") "]") ",{\"name\":\"more\",\"type\":"
							"\"chatmill.Token\"}"));
	becomes(RECORD(TOKENS(TOKEN("")) "," USES("\"Token\"")),
		"{\"name\":\"tokens\",\"type\":[\"null\",\"int\"],\"default\":null}",
		RECORD("{\"name\":\"tokens\",\"type\":[\"null\",\"int\"],\"default\":null}," USES(
			TOKEN(""))));
	/* An inner type may be used first: then the outer one refers to it. */
	becomes(RECORD("{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":\"Outer\","
		       "\"fields\":["
		       "{\"name\":\"i\",\"type\":{\"type\":\"fixed\",\"name\":\"Inner\",\"size\":1}"
		       "}]}},"
		       "{\"name\":\"b\",\"type\":\"Inner\"},{\"name\":\"c\",\"type\":\"Outer\"}"),
		"a",
		RECORD("{\"name\":\"b\",\"type\":{\"type\":\"fixed\",\"name\":\"Inner\",\"size\":1}"
		       "},"
		       "{\"name\":\"c\",\"type\":{\"type\":\"record\",\"name\":\"Outer\","
		       "\"fields\":["
		       "{\"name\":\"i\",\"type\":\"chatmill.Inner\"}]}}"));
	/* Its namespace goes with it. */
	becomes("{\"type\":\"record\",\"name\":\"M\",\"fields\":["
		"{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":\"x.R\",\"fields\":["
		"{\"name\":\"i\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}}]}},"
		"{\"name\":\"b\",\"type\":\"x.F\"},{\"name\":\"c\",\"type\":\"x.R\"}]}",
		"a",
		"{\"type\":\"record\",\"name\":\"M\",\"fields\":["
		"{\"name\":\"b\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"namespace\":\"x\","
		"\"size\":1}},"
		"{\"name\":\"c\",\"type\":{\"type\":\"record\",\"name\":\"x.R\",\"fields\":["
		"{\"name\":\"i\",\"type\":\"x.F\"}]}}]}");
}

static void
types_that_other_fields_use_may_come_again_but_not_change(void **state)
{
	(void)state;
	becomes(RECORD(TOKENS(TOKEN(OWN)) "," USES("\"chatmill.tokens.Token\"")),
		TOKENS(TOKEN(",\"doc\":\"new\"")),
		RECORD(TOKENS("{\"type\":\"record\",\"name\":\"Token\"" OWN
			      ",\"doc\":\"new\",\"fields\":[" ID
			      "]}") "," USES("\"chatmill.tokens.Token\"")));
	cannot(RECORD(TOKENS(TOKEN(OWN)) "," USES("\"chatmill.tokens.Token\"")),
	       TOKENS("{\"type\":\"fixed\",\"name\":\"Token\",\"size\":1}"),
	       "changes type \"chatmill.tokens.Token\"");
	cannot(RECORD(USES(TOKEN(OWN))), TOKENS(TOKEN("")), "has already");
}

static void
what_is_no_field_to_append_is_refused(void **state)
{
	static const char *const fields[][2] = {
		{"{", "not JSON"},
		{"{}", "no name"},
		{"{\"name\":\"a\"}", "begins with null"},
		{"{\"name\":\"a\",\"type\":\"null\",\"default\":null}", "begins with null"},
		{"{\"name\":\"a\",\"type\":[\"int\",\"null\"],\"default\":null}",
		 "begins with null"},
		{"{\"name\":\"a\",\"type\":[\"null\",\"int\"]}", "null as default"},
		{"{\"name\":\"a\",\"type\":[\"null\",\"Nothing\"],\"default\":null}",
		 "\"Nothing\""},
		{"{\"name\":\"a\",\"type\":[\"null\",{\"type\":\"fixed\",\"name\":\"F\"}],"
		 "\"default\":null}",
		 "size"},
		{"{\"name\":\"a\",\"type\":[\"null\",{\"type\":\"fixed\",\"name\":7}],\"default\":"
		 "null}",
		 "no name"},
		{"{\"name\":\"a\",\"type\":[\"null\",7],\"default\":null}", "does not name"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		cannot(RECORD(ID), fields[i][0], fields[i][1]);
	cannot("\"int\"", "{\"name\":\"a\",\"type\":[\"null\"],\"default\":null}", "no record");
	cannot(RECORD(ID), "b", "there is none");
	cannot("\"int\"", "b", "there is none");
	becomes(RECORD(ID), "id", RECORD(""));
}

RUN_TESTS(TEST(canonical_form_and_fingerprint_are_the_specification_s),
	  TEST(a_field_is_appended_and_all_else_stays),
	  TEST(types_of_a_new_field_get_a_namespace_of_their_own),
	  TEST(a_field_that_is_there_is_replaced_in_its_place),
	  TEST(a_type_of_a_field_that_goes_moves_to_its_first_use),
	  TEST(types_that_other_fields_use_may_come_again_but_not_change),
	  TEST(what_is_no_field_to_append_is_refused))
