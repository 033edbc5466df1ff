#include "check.h"
#include <stdio.h>

#include "../../../stages/chatmill/pipeline_check.h"
#include "catalog_of.h"

/* What is said of the composition: its errors, or else its steps. */
static void
assert_says(struct stage_catalog *catalog, const char *composition, const char *expected)
{
	struct err err = {0};
	struct pipeline *pipeline = pipeline_parse(str_of(composition), &err);
	struct pipeline_report report = {0};

	if (pipeline == NULL)
		fail_msg("%s: %s", composition, err.text);
	pipeline_check(pipeline, catalog, &report);
	assert_string_equal(buf_cstr(report.errors.len > 0 ? &report.errors : &report.steps),
			    expected);
	pipeline_report_free(&report);
	pipeline_free(pipeline);
}

static void
assert_design_says(const char *composition, const char *expected)
{
	struct stage_catalog *catalog = catalog_of_the_design();

	assert_says(catalog, composition, expected);
	stage_catalog_free(catalog);
}

static void
a_composition_that_fits_is_explained_step_by_step(void **state)
{
	(void)state;
	assert_design_says("fetch a.zip | chatmill parse | chatmill-tokenize | sentiment | sink x",
			   "1  fetch             gives chatmill.Raw\n"
			   "2  parse             gives Message\n"
			   "3  tokenize          adds \"tokens\"\n"
			   "4  sentiment         adds \"sentiment\"\n"
			   "5  sink              takes the records\n");
}

static void
a_missing_field_names_the_stage_that_gives_it_and_its_place(void **state)
{
	(void)state;
	assert_design_says("fetch a.zip | parse | sentiment | sink x",
			   "\"sentiment\" (3rd) reads \"tokens\", which nothing before it gives; "
			   "put \"tokenize\" between \"parse\" and \"sentiment\"\n");
}

static void
a_stage_that_has_needs_of_its_own_brings_those_who_meet_them(void **state)
{
	(void)state;
	assert_design_says(
		"fetch a.zip | sentiment | sink x",
		"\"sentiment\" (2nd) reads \"text\" and \"tokens\", which nothing before it "
		"gives; put \"parse | tokenize\" between \"fetch\" and \"sentiment\"\n");
}

static void
a_stage_that_stands_too_late_is_to_be_moved(void **state)
{
	(void)state;
	assert_design_says("fetch a.zip | parse | sentiment | tokenize",
			   "\"sentiment\" (3rd) reads \"tokens\", which nothing before it gives; "
			   "move \"tokenize\" before it\n");
}

static void
a_field_that_no_stage_gives_is_said_to_be_so(void **state)
{
	struct stage_catalog *catalog = catalog_of_the_design();

	(void)state;
	catalog_add_appender(
		catalog, "mood", "mood",
		"[{\"path\": \"weather.today\", \"type\": \"string\", \"optional\": false}]");
	assert_says(
		catalog, "fetch a.zip | parse | mood",
		"\"mood\" (3rd) reads \"weather.today\", which nothing before it gives; no stage "
		"here would: `chatmill stages` shows what each gives\n");
	stage_catalog_free(catalog);
}

static void
stages_that_need_each_other_are_no_way_out(void **state)
{
	struct stage_catalog *catalog = catalog_of_the_design();

	(void)state;
	catalog_add_appender(catalog, "hen", "chicken",
			     "[{\"path\": \"egg\", \"type\": \"string\", \"optional\": false}]");
	catalog_add_appender(
		catalog, "nest", "egg",
		"[{\"path\": \"chicken\", \"type\": \"string\", \"optional\": false}]");
	assert_says(catalog, "fetch a.zip | parse | hen",
		    "\"hen\" (3rd) reads \"egg\", which nothing before it gives; no stage here "
		    "would: `chatmill stages` shows what each gives\n");
	stage_catalog_free(catalog);
}

static void
types_are_compared_and_not_only_names(void **state)
{
	struct stage_catalog *catalog = catalog_of_the_design();

	(void)state;
	catalog_add_appender(
		catalog, "clock", "clock",
		"[{\"path\": \"sent_at\", \"type\": \"string\", \"optional\": false}]");
	assert_says(catalog, "fetch a.zip | parse | clock",
		    "\"clock\" (3rd) reads \"sent_at\" as string, and it is long there\n");
	stage_catalog_free(catalog);
}

static void
a_field_within_a_field_is_looked_for(void **state)
{
	struct stage_catalog *catalog = catalog_of_the_design();

	(void)state;
	catalog_add_appender(
		catalog, "size", "size",
		"[{\"path\": \"source.size\", \"type\": \"long\", \"optional\": false}]");
	assert_says(
		catalog, "fetch a.zip | size",
		"\"size\" (2nd) reads \"source.size\", and the \"source\" that comes to it holds "
		"no such field\n");
	stage_catalog_free(catalog);
}

static void
what_others_may_have_added_is_taken_on_trust(void **state)
{
	(void)state;
	assert_design_says(
		"fetch a.zip | parse | /bin/cat | sentiment",
		"1  fetch             gives chatmill.Raw\n"
		"2  parse             gives Message\n"
		"3  /bin/cat          does not describe itself: what follows is taken on "
		"trust\n"
		"4  sentiment         adds \"sentiment\"\n");
	assert_design_says(
		"/bin/cat messages.avro | sentiment | sink x",
		"1  /bin/cat          does not describe itself: what follows is taken on "
		"trust\n"
		"2  sentiment         adds \"sentiment\"\n"
		"3  sink              takes the records\n");
}

static void
sources_stand_first_and_sinks_last(void **state)
{
	(void)state;
	assert_design_says("parse | sink x",
			   "\"parse\" (1st) reads records, and nothing gives it any; begin with "
			   "\"fetch\", or with `< FILE`\n");
	assert_design_says("fetch a | fetch b | parse",
			   "\"fetch\" (2nd) is a source: it reads no records, and can only stand "
			   "first\n");
	assert_design_says(
		"fetch a | sink x | sink y",
		"\"sink\" (3rd) gets nothing: \"sink\" before it is a sink and gives none "
		"on\n");
}

static void
redirections_only_stand_at_the_ends(void **state)
{
	(void)state;
	assert_design_says(
		"fetch a > b | parse < c | sink x > d",
		"\"fetch\" (1st) writes into the pipe already; `> b` can only stand last\n"
		"\"parse\" (2nd) reads the pipe already; `< c` can only stand first\n");
}

static void
words_that_a_shell_would_expand_are_not_judged(void **state)
{
	(void)state;
	assert_design_says("fetch $OPTIONS \"$@\" | parse | sink \"$2\"",
			   "1  fetch             gives chatmill.Raw\n"
			   "2  parse             gives Message\n"
			   "3  sink              takes the records\n");
}

static void
a_key_must_be_what_the_records_are_spread_by(void **state)
{
	struct stage_catalog *catalog = catalog_of_the_design();

	(void)state;
	assert_says(catalog, "fetch a | parse | hourly",
		    "1  fetch             gives chatmill.Raw\n"
		    "2  parse             gives Message\n"
		    "3  hourly            gives Hour\n");
	catalog_add(catalog, "{\"api\": 2, \"name\": \"daily\", \"version\": \"1\", \"summary\": "
			     "\"s\", \"kind\": \"sink\", \"key\": \"text\", \"options\": []}");
	assert_says(
		catalog, "fetch a | parse | daily",
		"\"daily\" (3rd) keeps what it knows by \"text\", and the records of \"parse\" "
		"are spread by \"conversation_id\": as a deployment, no worker would see all of "
		"one \"text\"\n");
	stage_catalog_free(catalog);
}

static void
what_a_keyed_stage_needs_must_be_there_too(void **state)
{
	(void)state;
	assert_design_says(
		"fetch a | hourly",
		"\"hourly\" (2nd) reads \"conversation_id\" and \"sent_at\", which nothing "
		"before it gives; put \"parse\" between \"fetch\" and \"hourly\"\n");
}

static void
a_name_that_is_nothing_gets_the_nearest(void **state)
{
	(void)state;
	assert_design_says("fetch a | prase | sink x",
			   "\"prase\" (2nd) is neither a stage nor a program; did you mean "
			   "\"parse\"?\n");
	assert_design_says(
		"fetch a | parse | ./nothing-like-it.py",
		"\"./nothing-like-it.py\" (3rd) is neither a stage nor a program; `chatmill "
		"stages` shows the stages\n");
}

static void
a_file_in_front_must_be_a_container(void **state)
{
	(void)state;
	assert_design_says("parse < /nonexistent/x.avro | sink x",
			   "\"parse\" (1st) gets no records: could not open "
			   "\"/nonexistent/x.avro\": No such file or directory\n");
}

RUN_TESTS(TEST(a_composition_that_fits_is_explained_step_by_step),
	  TEST(a_missing_field_names_the_stage_that_gives_it_and_its_place),
	  TEST(a_stage_that_has_needs_of_its_own_brings_those_who_meet_them),
	  TEST(a_stage_that_stands_too_late_is_to_be_moved),
	  TEST(a_field_that_no_stage_gives_is_said_to_be_so),
	  TEST(stages_that_need_each_other_are_no_way_out),
	  TEST(types_are_compared_and_not_only_names), TEST(a_field_within_a_field_is_looked_for),
	  TEST(what_others_may_have_added_is_taken_on_trust),
	  TEST(sources_stand_first_and_sinks_last), TEST(redirections_only_stand_at_the_ends),
	  TEST(words_that_a_shell_would_expand_are_not_judged),
	  TEST(a_key_must_be_what_the_records_are_spread_by),
	  TEST(what_a_keyed_stage_needs_must_be_there_too),
	  TEST(a_name_that_is_nothing_gets_the_nearest), TEST(a_file_in_front_must_be_a_container))
