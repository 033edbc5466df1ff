#include "check.h"

#include "../../../stages/chatmill/stage_description.h"
#include "base/buf.h"

#define REST "\"version\": \"1\", \"summary\": \"s\", \"options\": []"

static void
what_a_stage_says_is_understood(void **state)
{
	struct err err = {0};
	struct stage_description *stage = stage_description_parse(
		STR("{\"api\": 2, \"name\": \"x\", \"kind\": \"transform\", \"reads\": [{\"path\": "
		    "\"a.b\", \"type\": \"string\", \"optional\": true}], \"appends\": {\"name\": "
		    "\"x\", \"type\": [\"null\", \"int\"]}, \"emits\": null, \"key\": "
		    "\"a.b\", " REST "}"),
		&err);

	(void)state;
	if (stage == NULL)
		fail_msg("%s", err.text);
	assert_string_equal(stage->name, "x");
	assert_int_equal(stage->kind, STAGE_TRANSFORM);
	assert_int_equal(stage->read_count, 1);
	assert_string_equal(stage->reads[0].path, "a.b");
	assert_true(stage->reads[0].optional);
	assert_string_equal(stage->appended, "x");
	assert_string_equal(stage->appends, "{\"name\":\"x\",\"type\":[\"null\",\"int\"]}");
	assert_null(stage->emits);
	assert_string_equal(stage->key, "a.b");
	assert_null(stage->partition_by);
	stage_description_free(stage);
}

static void
assert_refused(const char *json, const char *why)
{
	struct err err = {0};

	assert_null(stage_description_parse(str_of(json), &err));
	assert_string_equal(err.text, why);
}

static void
what_is_no_description_is_refused(void **state)
{
	(void)state;
	assert_refused("", "its description is no JSON object");
	assert_refused("hello", "its description is no JSON object");
	assert_refused("[]", "its description is no JSON object");
	assert_refused("{\"name\": \"\xFF\"}", "its description is no JSON object");
	assert_refused("{}", "its description has no \"api\" that is a number");
	assert_refused("{\"api\": 3}", "it is written for stage API 3, and this chatmill knows 2");
	assert_refused("{\"api\": 2, \"name\": 5}",
		       "its description has no \"name\" that is a text");
	assert_refused("{\"api\": 2, \"name\": \"x\", \"kind\": \"oven\", " REST "}",
		       "its description has no \"kind\" that is source, transform or sink");
	assert_refused("{\"api\": 2, \"name\": \"x\", \"kind\": \"sink\", \"reads\": 5, " REST "}",
		       "its description has no \"reads\" that is a list");
	assert_refused("{\"api\": 2, \"name\": \"x\", \"kind\": \"sink\", \"reads\": [5], " REST
		       "}",
		       "reads[0]: its description has no \"path\" that is a text");
	assert_refused("{\"api\": 2, \"name\": \"x\", \"kind\": \"source\", " REST "}",
		       "its description has no \"emits\" that is a schema, and it is a source");
	assert_refused(
		"{\"api\": 2, \"name\": \"x\", \"kind\": \"transform\", \"appends\": 5, " REST "}",
		"appends: its description has no \"name\" that is a text");
	assert_refused("{\"api\": 2, \"name\": \"x\", \"kind\": \"sink\", \"version\": \"1\", "
		       "\"summary\": \"s\", \"options\": 5}",
		       "its description has no \"options\" that is a list");
}

static void
json_that_nests_without_end_is_refused(void **state)
{
	struct buf deep = {0};
	struct err err = {0};

	(void)state;
	for (int i = 0; i < 500000; i++)
		buf_add_byte(&deep, '[');
	assert_null(stage_description_parse(buf_str(&deep), &err));
	buf_free(&deep);
}

RUN_TESTS(TEST(what_a_stage_says_is_understood), TEST(what_is_no_description_is_refused),
	  TEST(json_that_nests_without_end_is_refused))
