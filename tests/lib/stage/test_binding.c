#include "stage/binding.h"

#include "check.h"

#define FIELD_JSON "{\"name\": \"loud\", \"default\": null, \"type\": [\"null\", \"boolean\"]}"
#define RECORD_JSON                                                                                \
	"{\"type\": \"record\", \"name\": \"Shout\", \"fields\": [{\"name\": \"share\", "          \
	"\"type\": \"double\"}]}"

struct shout {
	double share;
	int64_t other;
};
static const struct field writes[] = {FIELD(shout, share), {0}};
static const struct field writes_other[] = {FIELD(shout, other), {0}};
static const struct stage_state states[] = {{.name = "seen", .size = 8}, {0}};

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	(void)st, (void)rec;
	return STAGE_PASS;
}

static enum stage_verdict
poll(struct stage *st)
{
	(void)st;
	return STAGE_END;
}

static int
commit(struct stage *st, const struct stage_position *positions, size_t count, struct err *err)
{
	(void)st, (void)positions, (void)count, (void)err;
	return 0;
}

#define NAMED .api = STAGE_API, .name = "shout", .version = "1", .summary = "s"

static void
a_declaration_that_cannot_be_is_refused_with_what_is_wrong(void **state)
{
	static const struct {
		struct stage_def def;
		const char *why;
	} cases[] = {
		{{.api = 99, .name = "shout"}, "written for stage API 99, this library has "},
		{{.api = STAGE_API, .name = "shout"}, "needs a name, a version and a summary"},
		{{NAMED}, "has neither process nor poll"},
		{{NAMED, .poll = poll, .process = process},
		 "a source has poll, and neither process nor commit"},
		{{NAMED, .poll = poll}, "a source emits"},
		{{NAMED, .process = process, .appends = FIELD_JSON, .emits = RECORD_JSON},
		 "appends or emits, not both"},
		{{NAMED, .process = process, .commit = commit, .emits = RECORD_JSON},
		 "a sink neither appends nor emits"},
		{{NAMED, .process = process, .emits = RECORD_JSON},
		 "a table of what it writes goes with appends or emits"},
		{{NAMED, .process = process, .writes = writes},
		 "a table of what it writes goes with appends or emits"},
		{{NAMED, .process = process, .states = states}, "state needs a key, or serial"},
		{{NAMED, .process = process, .emits = "\"string\"", .writes = writes},
		 "what it emits is no record"},
		{{NAMED, .process = process, .emits = "{", .writes = writes},
		 "emits: schema: not JSON"},
		{{NAMED, .process = process, .emits = RECORD_JSON, .writes = writes_other},
		 "\"share\" has no default, and no row in the table"},
		{{NAMED, .process = process,
		  .appends = "{\"name\": \"loud\", \"type\": \"boolean\"}", .writes = writes},
		 "its type is not a union that begins with null, with null as default"},
		{{NAMED, .process = process,
		  .appends = "{\"name\": \"l\", \"default\": null, \"type\": [\"null\", \"int\", "
			     "\"string\"]}",
		  .writes = writes},
		 "the appended field is a union of null and one type"},
		{{NAMED, .process = process,
		  .appends = "{\"default\": null, \"type\": [\"null\", \"int\"]}",
		  .writes = writes},
		 "it has no name"},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = {0};
		assert_int_equal(binding_check(&cases[i].def, &err), -1);
		if (strstr(err.text, cases[i].why) == NULL)
			fail_msg("\"%s\" is not \"%s\"", err.text, cases[i].why);
	}
}

static void
a_declaration_that_can_be_is_taken(void **state)
{
	struct stage_def good = {NAMED, .process = process, .emits = RECORD_JSON, .writes = writes};
	struct err err = {0};
	(void)state;

	assert_ok(binding_check(&good, &err), err);
}

RUN_TESTS(TEST(a_declaration_that_cannot_be_is_refused_with_what_is_wrong),
	  TEST(a_declaration_that_can_be_is_taken))
