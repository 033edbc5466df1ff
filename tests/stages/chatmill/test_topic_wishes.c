#include "check.h"

#include "../../../stages/chatmill/topic_wishes.h"
#include "base/buf.h"
#include "catalog_of.h"

#define NAMES_MOST 8

/* names: separated by blanks. What is wished for, a line each, or the error. */
static void
assert_wishes(const char *composition, const char *names, const char *expected)
{
	static const char *const uses[] = {"records", "dead", "changes", "schemas"};
	struct stage_catalog *catalog = catalog_of_the_design();
	const char *list[NAMES_MOST];
	struct str rest = str_of(names);
	struct topic_wishes wishes = {0};
	struct deployment deployment = {0};
	struct err err = {0};
	struct buf text = {0};
	size_t count = 0;

	catalog_add(catalog,
		    "{\"api\": 2, \"name\": \"tally\", \"version\": \"1\", \"summary\": \"s\", "
		    "\"kind\": \"transform\", \"reads\": [], \"appends\": null, \"emits\": null, "
		    "\"states\": [\"counts\"], \"options\": []}");
	while (rest.len > 0)
		list[count++] = str_dup(str_cut(&rest, ' '));
	struct pipeline *pipeline = pipeline_parse(str_of(composition), &err);
	assert_non_null(pipeline);
	if (deployment_read(&deployment, pipeline, catalog, list, count, &err) != 0) {
		buf_add(&text, str_of(err.text));
	} else {
		topic_wishes_make(&wishes, &deployment);
		for (size_t i = 0; i < wishes.count; i++)
			buf_printf(&text, "%s %s\n", uses[wishes.all[i].use], wishes.all[i].name);
	}
	assert_string_equal(buf_cstr(&text), expected);
	buf_free(&text);
	topic_wishes_free(&wishes);
	deployment_free(&deployment);
	pipeline_free(pipeline);
	stage_catalog_free(catalog);
	while (count > 0)
		free((char *)list[--count]);
}

static void
each_pipe_is_a_topic_with_one_for_what_its_reader_refuses(void **state)
{
	(void)state;
	assert_wishes("fetch x | parse | sink jsonl", "raw messages",
		      "records raw\ndead raw.dead\n"
		      "records messages\ndead messages.dead\nschemas _chatmill_schemas\n"
		      "schemas _chatmill_positions\n");
}

static void
who_remembers_has_a_changelog_of_its_group(void **state)
{
	(void)state;
	assert_wishes("fetch x | tally | tally --group twice | sink jsonl", "a b c",
		      "records a\ndead a.dead\nchanges chatmill-tally.a.changelog\n"
		      "records b\ndead b.dead\nchanges twice.b.changelog\n"
		      "records c\ndead c.dead\nschemas _chatmill_schemas\n"
		      "schemas _chatmill_positions\n");
}

static void
names_in_the_words_of_stages_count_first(void **state)
{
	(void)state;
	assert_wishes("fetch x --out kafka:raw?pack=block | chatmill parse | tally --in kafka:m",
		      "",
		      "records raw\ndead raw.dead\nrecords m\ndead m.dead\n"
		      "changes chatmill-tally.m.changelog\nschemas _chatmill_schemas\n"
		      "schemas _chatmill_positions\n");
	assert_wishes("fetch x | parse --out kafka:m | sink jsonl", "raw",
		      "records raw\ndead raw.dead\nrecords m\ndead m.dead\n"
		      "schemas _chatmill_schemas\nschemas _chatmill_positions\n");
}

static void
lanes_are_topics_each(void **state)
{
	(void)state;
	assert_wishes("tally --in=kafka:high,low --dead-letters kafka:lost --out kafka:end", "",
		      "records high\nrecords low\ndead lost\n"
		      "changes chatmill-tally.high.changelog\n"
		      "changes chatmill-tally.low.changelog\nrecords end\n"
		      "schemas _chatmill_schemas\n");
}

static void
what_exec_runs_stands_for_itself(void **state)
{
	(void)state;
	assert_wishes("chatmill exec --in kafka:a --out kafka:b -- ./question.py --in kafka:no", "",
		      "records a\ndead a.dead\nrecords b\nschemas _chatmill_schemas\n");
}

static void
a_pipe_without_a_name_and_a_name_without_a_pipe_are_told(void **state)
{
	(void)state;
	assert_wishes("fetch x | parse | sink jsonl", "raw",
		      "the pipe between \"parse\" and \"sink\" has no topic: name it behind the "
		      "composition, or with --out kafka:TOPIC");
	assert_wishes("fetch x | sink jsonl", "raw more", "no pipe is left for a topic \"more\"");
	assert_wishes("fetch x", "",
		      "there is no topic in it: it has no pipe, and neither --in "
		      "nor --out is kafka:TOPIC");
	assert_wishes("fetch x | sink jsonl", "r/w",
		      "\"kafka:r/w\": \"r/w\" is no name of a topic: letters, digits, \".\", "
		      "\"_\" and \"-\", up to 249 of them");
}

RUN_TESTS(TEST(each_pipe_is_a_topic_with_one_for_what_its_reader_refuses),
	  TEST(who_remembers_has_a_changelog_of_its_group),
	  TEST(names_in_the_words_of_stages_count_first), TEST(lanes_are_topics_each),
	  TEST(what_exec_runs_stands_for_itself),
	  TEST(a_pipe_without_a_name_and_a_name_without_a_pipe_are_told))
