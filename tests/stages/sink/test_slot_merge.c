#include "chat.h"

#define ALL "SELECT message_id, text, import_id, seq FROM messages ORDER BY sent_at, seq, import_id"

static void
an_edited_message_meets_its_earlier_row(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "p a@s=hello q");
	chat_import(&c, "i2", "p a2@s*=hello! q r");
	chat_holds(&c, ALL, "p||i1|0\na2|hello!|i1|1\nq||i1|2\nr||i2|3\n");
	chat_holds(&c, "SELECT * FROM revisions", "a|2|i1|text|hello|0\n");
	assert_int_equal(c.counts.merged, 1);
	assert_int_equal(c.counts.added, 1);
	assert_int_equal(c.counts.known, 2);
	chat_holds(&c, "SELECT new_messages, merged_messages, known_messages FROM imports",
		   "3|0|0\n1|1|2\n");
	chat_end(&c);
}

static void
a_deleted_message_meets_its_earlier_row(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "a@s=oops q");
	chat_import(&c, "i2", "a2@sx q");
	chat_holds(&c, ALL, "a2||i1|0\nq||i1|1\n");
	chat_holds(&c, "SELECT text FROM revisions WHERE id = 1", "oops\n");
	chat_end(&c);
}

static void
an_older_export_that_comes_later_does_not_undo_an_edit(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "p a2@s*=new q");
	chat_import(&c, "i2", "p a@s=old q");
	chat_holds(&c, ALL, "p||i1|0\na2|new|i1|1\nq||i1|2\n");
	chat_holds(&c, "SELECT * FROM revisions", "a|2|i2|text|old|0\n");
	chat_end(&c);
}

static void
an_earlier_text_is_known_when_it_comes_again(void **state)
{
	const char *first = "p a@s=1 q";
	const char *second = "p a2@s*=2 q";
	const char *third = "p a3@s*=3 q";
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", first);
	chat_import(&c, "i2", second);
	chat_import(&c, "i3", third);
	char *before = chat_dump(&c);
	chat_import(&c, "i4", first);
	assert_int_equal(c.counts.known, 3);
	chat_import(&c, "i5", second);
	chat_import(&c, "i6", third);
	char *after = chat_dump(&c);
	assert_string_equal(before, after);
	chat_holds(&c, ALL, "p||i1|0\na3|3|i1|1\nq||i1|2\n");
	chat_holds(&c, "SELECT message_id, id FROM revisions", "a|2\na2|2\n");
	free(before);
	free(after);
	chat_end(&c);
}

static void
a_shifted_slot_merges_nothing(void **state)
{
	struct chat c;
	(void)state;

	/* a is missing from the second export, so the edited b stands in its slot. */
	chat_begin(&c);
	chat_import(&c, "i1", "p a@s0=a b@s1=b q");
	chat_import(&c, "i2", "p b2@s0*=b2 q");
	chat_holds(&c, "SELECT message_id FROM messages ORDER BY id", "p\na\nb\nq\nb2\n");
	chat_holds(&c, "SELECT count(*) FROM revisions", "0\n");
	chat_end(&c);
}

static void
an_export_that_begins_within_the_minute_merges_nothing(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "a@s0=a b@s1=b c@s2=c");
	chat_import(&c, "i2", "b2@s0*=b2 c@s1=c");
	chat_holds(&c, "SELECT message_id FROM messages ORDER BY id", "a\nb\nc\nb2\n");
	chat_end(&c);
}

static void
the_same_slot_without_an_edit_merges_nothing(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "p a@s=a q");
	chat_import(&c, "i2", "p b@s=b q");
	chat_holds(&c, "SELECT message_id FROM messages ORDER BY id", "p\na\nq\nb\n");
	chat_end(&c);
}

static void
without_a_neighbour_that_agrees_nothing_is_merged(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "a@s=a");
	chat_import(&c, "i2", "a2@s*=a2");
	chat_holds(&c, "SELECT message_id FROM messages ORDER BY id", "a\na2\n");
	chat_end(&c);
}

static void
the_last_message_of_an_export_needs_only_the_one_before(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "p a@s=a");
	chat_import(&c, "i2", "p a2@s*=a2 r");
	chat_holds(&c, ALL, "p||i1|0\na2|a2|i1|1\nr||i2|2\n");
	chat_end(&c);
}

static void
changed_messages_in_a_row_stand_or_fall_together(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_import(&c, "i1", "p a@s0=a b@s1=b q");
	chat_import(&c, "i2", "p a2@s0*=a2 b2@s1x q");
	chat_holds(&c, "SELECT message_id FROM messages ORDER BY seq", "p\na2\nb2\nq\n");
	chat_end(&c);

	/* b and c, changed, stand where a and b stood. */
	chat_begin(&c);
	chat_import(&c, "i1", "p a@s0=a b@s1=b c@s2=c q");
	chat_import(&c, "i2", "p b2@s0*=b2 c2@s1*=c2 q");
	chat_holds(&c, "SELECT message_id FROM messages ORDER BY id", "p\na\nb\nc\nq\nb2\nc2\n");
	chat_holds(&c, "SELECT count(*) FROM revisions", "0\n");
	chat_end(&c);
}

static void
what_was_said_of_the_earlier_text_goes_with_it(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_use_schema(&c, "{\"name\":\"mood\",\"type\":[\"null\",\"int\"],\"default\":null}");
	chat_open(&c);
	chat_put(&c, "i1", 0, "p", "");
	chat_put(&c, "i1", 1, "a@s=1", "\"mood\":1,");
	chat_commit(&c);
	chat_open(&c);
	chat_put(&c, "i2", 0, "p", "");
	chat_put(&c, "i2", 1, "a2@s*=2", "\"mood\":2,");
	chat_commit(&c);
	chat_holds(&c, "SELECT * FROM mood", "2|2\n");
	chat_end(&c);
}

static void
two_exports_in_one_run_meet_as_well(void **state)
{
	struct chat c;
	(void)state;

	chat_begin(&c);
	chat_open(&c);
	chat_put(&c, "i1", 0, "p", "");
	chat_put(&c, "i1", 1, "a@s=1", "");
	chat_put(&c, "i1", 2, "q", "");
	chat_put(&c, "i2", 0, "p", "");
	chat_put(&c, "i2", 1, "a2@s*=2", "");
	chat_put(&c, "i2", 2, "q", "");
	chat_commit(&c);
	chat_holds(&c, ALL, "p||i1|0\na2|2|i1|1\nq||i1|2\n");
	assert_int_equal(c.counts.imports, 2);
	assert_int_equal(c.counts.merged, 1);
	chat_end(&c);
}

RUN_TESTS(TEST(an_edited_message_meets_its_earlier_row),
	  TEST(a_deleted_message_meets_its_earlier_row),
	  TEST(an_older_export_that_comes_later_does_not_undo_an_edit),
	  TEST(an_earlier_text_is_known_when_it_comes_again), TEST(a_shifted_slot_merges_nothing),
	  TEST(an_export_that_begins_within_the_minute_merges_nothing),
	  TEST(the_same_slot_without_an_edit_merges_nothing),
	  TEST(without_a_neighbour_that_agrees_nothing_is_merged),
	  TEST(the_last_message_of_an_export_needs_only_the_one_before),
	  TEST(changed_messages_in_a_row_stand_or_fall_together),
	  TEST(what_was_said_of_the_earlier_text_goes_with_it),
	  TEST(two_exports_in_one_run_meet_as_well))
