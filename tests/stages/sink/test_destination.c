#include "../../../stages/sink/destination.h"
#include "check.h"

static struct destination
parse(const char *operand)
{
	struct destination d = {0};
	struct err err = {0};

	assert_ok(destination_parse(operand, &d, &err), err);
	return d;
}

static void
without_an_operand_it_is_chat_db(void **state)
{
	(void)state;
	struct destination d = parse(NULL);

	assert_int_equal(d.form, DESTINATION_SQLITE);
	assert_string_equal(d.path, "chat.db");
	assert_string_equal(parse("sqlite").path, "chat.db");
}

static void
a_scheme_says_the_form(void **state)
{
	(void)state;
	assert_int_equal(parse("sqlite:x").form, DESTINATION_SQLITE);
	assert_string_equal(parse("sqlite:a:b").path, "a:b");
	assert_int_equal(parse("jsonl:x.csv").form, DESTINATION_JSONL);
	assert_string_equal(parse("jsonl:x.csv").path, "x.csv");
	assert_int_equal(parse("csv").form, DESTINATION_CSV);
	assert_null(parse("csv").path);
	assert_null(parse("csv:-").path);
	assert_int_equal(parse("avro:x").form, DESTINATION_AVRO);
}

static void
a_bare_file_says_it_by_its_suffix(void **state)
{
	(void)state;
	assert_int_equal(parse("a/b.db").form, DESTINATION_SQLITE);
	assert_string_equal(parse("a/b.db").path, "a/b.db");
	assert_int_equal(parse("b.sqlite").form, DESTINATION_SQLITE);
	assert_int_equal(parse("b.jsonl").form, DESTINATION_JSONL);
	assert_int_equal(parse("b.csv").form, DESTINATION_CSV);
	assert_int_equal(parse("b.avro").form, DESTINATION_AVRO);
}

static void
anything_else_is_refused_with_what_there_is(void **state)
{
	static const char *const bad[] = {"",        "kafka:x", "chat",    "x.txt",
					  "sqlite:", "csv:",    "sqlite:-"};
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct destination d;
		struct err err = {0};
		assert_int_equal(destination_parse(bad[i], &d, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
	}
	struct destination d;
	struct err err = {0};
	assert_int_equal(destination_parse("x.txt", &d, &err), -1);
	assert_string_equal(err.text, "unknown destination \"x.txt\": it is sqlite:FILE, "
				      "jsonl[:FILE], csv[:FILE] or avro[:FILE]");
}

static void
a_scheme_that_there_is_not_is_no_part_of_a_files_name(void **state)
{
	struct destination d;
	struct err err = {0};
	(void)state;

	assert_int_equal(destination_parse("sqlit:chat.db", &d, &err), -1);
	assert_string_equal(err.text,
			    "unknown destination \"sqlit:chat.db\": it is sqlite:FILE, "
			    "jsonl[:FILE], csv[:FILE] or avro[:FILE]; a file of that name is "
			    "\"./sqlit:chat.db\"");
	assert_string_equal(parse("./sqlit:chat.db").path, "./sqlit:chat.db");
	assert_string_equal(parse("12:30.csv").path, "12:30.csv");
	assert_string_equal(parse("a/b:c.db").path, "a/b:c.db");
}

RUN_TESTS(TEST(without_an_operand_it_is_chat_db), TEST(a_scheme_says_the_form),
	  TEST(a_bare_file_says_it_by_its_suffix),
	  TEST(anything_else_is_refused_with_what_there_is),
	  TEST(a_scheme_that_there_is_not_is_no_part_of_a_files_name))
