#include "base/hash.h"
#include "check.h"
#include "stage/options_parse.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum order { ORDER_AUTO, ORDER_DMY, ORDER_MDY };
static const char *const orders[] = {"auto", "dmy", "mdy", NULL};

struct own {
	double share;
	int64_t group_size, every, cache, threads;
	enum order date_order;
	const char *title, *database, *token;
	struct str model;
	bool dry_run, color;
	struct stage_arguments paths;
};
static const struct stage_option own_rows[] = {
	OPTION(REAL, own, share, "0.6", "share of capitals that counts as shouting", .max = 1),
	OPTION(INT, own, group_size, "4", "members of a group", .min = 2, .max = 9),
	OPTION(DURATION, own, every, "15m", "how often", .min = 1000),
	OPTION(SIZE, own, cache, "8M", "room for answers", .tuning = true),
	OPTION(CHOICE, own, date_order, "auto", "order of dates", .choices = orders),
	OPTION(TEXT, own, title, NULL, "the chat's title"),
	OPTION(PATH, own, database, "chat.db", "SQLite file"),
	OPTION(SECRET, own, token, NULL, "the service's token"),
	OPTION(FILE, own, model, NULL, "trained model"),
	OPTION(FLAG, own, dry_run, NULL, "ask, but let everybody pass"),
	OPTION(FLAG, own, color, "on", "in colour"),
	OPTION(ARGUMENTS, own, paths, "-", "FILE, FOLDER or -"),
	{0}};

struct common {
	int64_t jobs;
	bool help;
	const char *now;
};
static const struct stage_option common_rows[] = {
	OPTION(INT, common, jobs, "1", "workers", .min = 1, .max = 64, .tuning = true),
	OPTION(FLAG, common, help, NULL, "show this", .tuning = true),
	OPTION(TEXT, common, now, NULL, NULL),
	{0}};

static struct own own;
static struct common common;
static const struct option_table tables[] = {{"Options of this stage", own_rows, &own},
					     {"Options of every stage", common_rows, &common}};
static struct err err;

/* Words behind the program's name, NULL at the end. */
#define PARSE(...) parse((char *[]){"program", __VA_ARGS__ __VA_OPT__(, ) NULL})
static struct options *
parse(char **argv)
{
	int argc = 0;

	while (argv[argc] != NULL)
		argc++;
	return options_parse(tables, 2, argc, argv, &err);
}

#define REFUSES(message, ...)                                                                      \
	do {                                                                                       \
		assert_null(PARSE(__VA_ARGS__));                                                   \
		assert_int_equal(err.class, ERR_INPUT);                                            \
		assert_string_equal(err.text, message);                                            \
	} while (0)

static char folder[] = "/tmp/chatmill-options-XXXXXX";

static char *
write_file(const char *name, struct str bytes)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
	assert_int_equal(fclose(f), 0);
	return path;
}

static void
defaults_hold_where_nothing_is_given(void **state)
{
	struct options *o = PARSE();

	(void)state;
	assert_non_null(o);
	assert_true(own.share > 0.59 && own.share < 0.61);
	assert_int_equal(own.group_size, 4);
	assert_int_equal(own.every, 15 * 60 * 1000);
	assert_int_equal(own.cache, 8 << 20);
	assert_int_equal(own.date_order, ORDER_AUTO);
	assert_null(own.title);
	assert_string_equal(own.database, "chat.db");
	assert_null(own.token);
	assert_null(own.model.ptr);
	assert_false(own.dry_run);
	assert_true(own.color);
	assert_int_equal(own.paths.count, 1);
	assert_string_equal(own.paths.at[0], "-");
	assert_int_equal(common.jobs, 1);
	options_free(o);
}

static void
both_ways_to_give_a_value_work_and_the_last_one_counts(void **state)
{
	struct options *o = PARSE("--share", "0.1", "--group-size=7", "--every=2h", "a", "--cache",
				  "64k", "--date-order", "mdy", "--dry-run", "--no-color", "--jobs",
				  "3", "--title=a=b", "--share=1", "-", "--", "--title", "--");

	(void)state;
	assert_non_null(o);
	assert_true(own.share > 0.99);
	assert_int_equal(own.group_size, 7);
	assert_int_equal(own.every, 2 * 3600 * 1000);
	assert_int_equal(own.cache, 64 << 10);
	assert_int_equal(own.date_order, ORDER_MDY);
	assert_true(own.dry_run);
	assert_false(own.color);
	assert_int_equal(common.jobs, 3);
	assert_string_equal(own.title, "a=b");
	assert_int_equal(own.paths.count, 4);
	assert_string_equal(own.paths.at[0], "a");
	assert_string_equal(own.paths.at[1], "-");
	assert_string_equal(own.paths.at[2], "--title");
	assert_string_equal(own.paths.at[3], "--");
	options_free(o);
}

static void
every_unit_of_time_and_size_is_read(void **state)
{
	static const struct {
		char *typed;
		int64_t ms;
	} times[] = {{"5000ms", 5000}, {"90s", 90000}, {"15m", 900000}, {"1d", 86400000}};
	static const struct {
		char *typed;
		int64_t bytes;
	} sizes[] = {{"0", 0}, {"512", 512}, {"64K", 64 << 10}, {"1G", 1 << 30}, {"2g", 2LL << 30}};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		struct options *o = PARSE("--every", times[i].typed);
		assert_non_null(o);
		assert_int_equal(own.every, times[i].ms);
		options_free(o);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct options *o = PARSE("--cache", sizes[i].typed);
		assert_non_null(o);
		assert_int_equal(own.cache, sizes[i].bytes);
		options_free(o);
	}
}

static void
an_unknown_option_is_answered_with_the_nearest_name(void **state)
{
	(void)state;
	REFUSES("unknown option \"--tilte\"; did you mean \"--title\"?", "--tilte", "x");
	REFUSES("unknown option \"--group_size=3\"; did you mean \"--group-size\"?",
		"--group_size=3");
	REFUSES("unknown option \"--date\"; did you mean \"--date-order\"?", "--date", "dmy");
	REFUSES("unknown option \"-h\"; did you mean \"--help\"?", "-h");
	REFUSES("unknown option \"--token-fil\"; did you mean \"--token-file\"?", "--token-fil");
	REFUSES("unknown option \"--frobnicate\"; --help lists those there are", "--frobnicate");
	REFUSES("unknown option \"--no-title\"; did you mean \"--title\"?", "--no-title");
	REFUSES("unknown option \"--foo\"; --help lists those there are", "--foo");
	REFUSES("unknown option \"--=\"; --help lists those there are", "--=");
}

static void
a_value_that_does_not_fit_is_named_with_what_would(void **state)
{
	(void)state;
	REFUSES("option \"--share\" must be a number between 0 and 1, not \"1.5\"", "--share",
		"1.5");
	REFUSES("option \"--share\" must be a number between 0 and 1, not \"nan\"", "--share=nan");
	REFUSES("option \"--share\" must be a number between 0 and 1, not \"0x1\"", "--share=0x1");
	REFUSES("option \"--share\" must be a number between 0 and 1, not \"\"", "--share=");
	REFUSES("option \"--group-size\" must be a whole number between 2 and 9, not \"10\"",
		"--group-size=10");
	REFUSES("option \"--group-size\" must be a whole number between 2 and 9, not \"3x\"",
		"--group-size", "3x");
	REFUSES("option \"--group-size\" must be a whole number between 2 and 9, not "
		"\"18446744073709551619\"",
		"--group-size", "18446744073709551619");
	REFUSES("option \"--group-size\" must be a whole number between 2 and 9, not \"-3\"",
		"--group-size", "-3");
	REFUSES("option \"--every\" must be a time of at least 1s (such as 500ms, 90s, 15m, 2h or "
		"1d), "
		"not \"10ms\"",
		"--every", "10ms");
	REFUSES("option \"--every\" must be a time of at least 1s (such as 500ms, 90s, 15m, 2h or "
		"1d), "
		"not \"15\"",
		"--every", "15");
	REFUSES("option \"--every\" must be a time of at least 1s (such as 500ms, 90s, 15m, 2h or "
		"1d), "
		"not \"9223372036854775807d\"",
		"--every", "9223372036854775807d");
	REFUSES("option \"--cache\" must be a size (such as 64K, 8M or 1G), not \"-1K\"", "--cache",
		"-1K");
	REFUSES("option \"--cache\" must be a size (such as 64K, 8M or 1G), not \"8X\"", "--cache",
		"8X");
	REFUSES("option \"--date-order\" must be one of auto, dmy, mdy, not \"dym\"; did you mean "
		"\"dmy\"?",
		"--date-order", "dym");
	REFUSES("option \"--database\" must be a path, not \"\"", "--database=");
	REFUSES("option \"--date-order\" must be one of auto, dmy, mdy, not \"xyz123\"",
		"--date-order", "xyz123");
}

static void
a_value_too_many_or_too_few_is_wrong_usage(void **state)
{
	(void)state;
	REFUSES("option \"--title\" needs a value: \"--title TEXT\"", "--title");
	REFUSES("option \"--title\" needs a value: \"--title TEXT\"", "--title", "--dry-run");
	REFUSES("option \"--dry-run\" takes no value: --dry-run or --no-dry-run", "--dry-run=yes");
	REFUSES("option \"--no-dry-run\" takes no value: --dry-run or --no-dry-run",
		"--no-dry-run=1");
}

static void
a_secret_never_comes_from_the_command_line(void **state)
{
	static const char *const refusal =
		"option \"--token\" is a secret, and a command line is public: write it to a file "
		"and say \"--token-file FILE\", or set $CHATMILL_TOKEN";
	struct options *o;

	(void)state;
	REFUSES(refusal, "--token", "x");
	REFUSES(refusal, "--token=x");

	o = PARSE("--token-file", write_file("token", STR("s3cret\r\n")));
	assert_non_null(o);
	assert_string_equal(own.token, "s3cret");
	options_free(o);

	setenv("CHATMILL_TOKEN", "from the environment", 1);
	o = PARSE();
	assert_string_equal(own.token, "from the environment");
	options_free(o);
	o = PARSE("--token-file", write_file("token", STR("nearer")));
	assert_string_equal(own.token, "nearer");
	options_free(o);
	unsetenv("CHATMILL_TOKEN");
}

static void
a_secret_file_without_a_secret_is_refused(void **state)
{
	(void)state;
	assert_null(PARSE("--token-file", write_file("token", STR("\n"))));
	assert_non_null(strstr(err.text, "option \"--token-file\": \""));
	assert_non_null(strstr(err.text, "/token\" is empty"));
	assert_null(PARSE("--token-file", write_file("token", STR("a\0b"))));
	assert_non_null(strstr(err.text, "holds a NUL byte"));
	assert_null(PARSE("--token-file", "/nowhere/at/all"));
	assert_int_equal(err.class, ERR_FATAL);
	assert_string_equal(err.text, "option \"--token-file\": could not open "
				      "\"/nowhere/at/all\": No such file or directory");
}

static void
what_is_required_and_missing_is_named(void **state)
{
	struct needs {
		const char *url, *key;
		struct stage_arguments to;
	} needs;
	static const struct stage_option rows[] = {
		OPTION(TEXT, needs, url, NULL, "the service's address", .required = true),
		OPTION(SECRET, needs, key, NULL, "its key", .required = true),
		OPTION(ARGUMENTS, needs, to, NULL, "where to", .min = 1, .max = 1),
		{0}};
	const struct option_table one[] = {{"Options", rows, &needs}};
	char *argv[] = {"program", "there", "--url=x", "again", NULL};

	(void)state;
	assert_null(options_parse(one, 1, 2, argv, &err));
	assert_string_equal(err.text, "option \"--url\" is missing: the service's address");
	assert_null(options_parse(one, 1, 3, argv, &err));
	assert_string_equal(err.text, "option \"--key\" is missing: write it to a file and say "
				      "\"--key-file FILE\", or set $CHATMILL_KEY");
	assert_null(options_parse(one, 1, 4, argv, &err));
	assert_string_equal(err.text, "2 arguments given, exactly 1 expected: where to");
	argv[1] = "--url";
	assert_null(options_parse(one, 1, 3, argv, &err));
	assert_string_equal(err.text, "option \"--url\" needs a value: \"--url TEXT\"");
	argv[1] = "--url=y";
	assert_null(options_parse(one, 1, 3, argv, &err));
	assert_string_equal(err.text, "an argument is missing: where to");
	assert_int_equal(err.class, ERR_INPUT);
}

static void
a_program_without_arguments_takes_none(void **state)
{
	char *argv[] = {"program", "chat.avro", NULL};

	(void)state;
	assert_null(options_parse(&tables[1], 1, 2, argv, &err));
	assert_string_equal(err.text,
			    "cannot take the argument \"chat.avro\": this program has only "
			    "options");
}

static void
a_file_is_found_as_a_path_in_the_folder_and_among_the_models(void **state)
{
	struct options *o;
	char before[4096];

	(void)state;
	o = PARSE("--model", write_file("names.model", STR("the model")));
	assert_non_null(o);
	assert_str(own.model, "the model");
	options_free(o);

	unsetenv("CHATMILL_MODELS");
	assert_null(PARSE("--model", "names.model"));
	assert_int_equal(err.class, ERR_FATAL);
	assert_string_equal(err.text, "option \"--model\": could not find \"names.model\": it is "
				      "not among the installed models, nor in $CHATMILL_MODELS");
	setenv("CHATMILL_MODELS", folder, 1);
	o = PARSE("--model=names.model");
	assert_non_null(o);
	assert_str(own.model, "the model");
	options_free(o);
	unsetenv("CHATMILL_MODELS");

	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(folder), 0);
	o = PARSE("--model=names.model");
	assert_int_equal(chdir(before), 0);
	assert_non_null(o);
	assert_str(own.model, "the model");
	options_free(o);
}

static void
a_default_model_is_not_taken_from_the_current_folder(void **state)
{
	struct brings {
		struct str model;
	} brings;
	static const struct stage_option rows[] = {
		OPTION(FILE, brings, model, "names.model", "trained model"), {0}};
	const struct option_table one[] = {{"Options", rows, &brings}};
	char before[4096], *argv[] = {"program", NULL};

	(void)state;
	write_file("names.model", STR("planted"));
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(folder), 0);
	struct options *o = options_parse(one, 1, 1, argv, &err);
	assert_int_equal(chdir(before), 0);
	assert_null(o);
	assert_int_equal(err.class, ERR_FATAL);
}

static void
an_empty_file_a_pipe_and_a_folder_are_told_apart(void **state)
{
	struct options *o = PARSE("--model", write_file("empty", STR("")));
	int ends[2];
	char path[64];

	(void)state;
	assert_non_null(o);
	assert_non_null(own.model.ptr);
	assert_int_equal(own.model.len, 0);
	options_free(o);

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "piped", 5), 5);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	o = PARSE("--model", path);
	close(ends[0]);
	assert_non_null(o);
	assert_str(own.model, "piped");
	options_free(o);

	assert_null(PARSE("--model", folder));
	assert_non_null(strstr(err.text, "option \"--model\": could not read \""));
	assert_non_null(strstr(err.text, "Is a directory"));
}

static void
asking_for_help_needs_nothing_else_to_be_right(void **state)
{
	char *wrong[] = {"program", "--frobnicate", "--share", "9", "--help", NULL};
	char *short_form[] = {"program", "-h", NULL};
	char *value[] = {"program", "--", "--help", NULL};
	char *taken_back[] = {"program", "--help", "--no-help", NULL};

	(void)state;
	assert_true(options_asks(tables, 2, 5, wrong, "help"));
	assert_true(options_asks(tables, 2, 2, short_form, "help"));
	assert_false(options_asks(tables, 2, 3, value, "help"));
	assert_false(options_asks(tables, 2, 3, taken_back, "help"));
	assert_false(options_asks(tables, 2, 1, wrong, "help"));
}

static void
the_trail_says_what_changes_the_result_and_no_secret(void **state)
{
	struct options *o = PARSE("--title", "caf\xC3\xA9 \xFF", "--token-file",
				  write_file("token", STR("s3cret")), "--share=0.25", "a.zip");
	char hex[33];
	struct str bytes = STR("the model");

	(void)state;
	assert_non_null(o);
	json_t *json = options_json(tables, 2);
	char *text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(text,
			    "{\"share\":0.25,\"group-size\":4,\"every\":900000,\"date-order\":"
			    "\"auto\",\"title\":\"caf\xC3\xA9 \xEF\xBF\xBD\",\"database\":"
			    "\"chat.db\",\"model\":null,\"dry-run\":false,\"color\":true,"
			    "\"paths\":[\"a.zip\"]}");
	free(text);
	json_decref(json);
	options_free(o);

	o = PARSE("--model", write_file("names.model", bytes));
	assert_non_null(o);
	json = options_json(tables, 2);
	hash_digest_hex(hex, 16, &bytes, 1);
	assert_string_equal(json_string_value(json_object_get(json, "model")), hex);
	json_decref(json);
	options_free(o);
}

static void
the_declaration_is_described_row_by_row(void **state)
{
	json_t *json = options_describe(tables, 2);
	char *text = json_dumps(json_array_get(json, 1), JSON_COMPACT);

	(void)state;
	assert_int_equal(json_array_size(json), 14); /* all but the hidden one */
	assert_string_equal(text, "{\"name\":\"group-size\",\"type\":\"int\",\"default\":\"4\","
				  "\"help\":\"members of a group\",\"min\":2,\"max\":9,"
				  "\"choices\":null,\"required\":false,\"tuning\":false}");
	free(text);
	text = json_dumps(json_array_get(json, 4), JSON_COMPACT);
	assert_string_equal(text,
			    "{\"name\":\"date-order\",\"type\":\"choice\",\"default\":\"auto\","
			    "\"help\":\"order of dates\",\"min\":null,\"max\":null,"
			    "\"choices\":[\"auto\",\"dmy\",\"mdy\"],\"required\":false,"
			    "\"tuning\":false}");
	free(text);
	json_decref(json);
}

static void
a_table_that_contradicts_itself_is_found(void **state)
{
	static const struct stage_option beyond[] = {
		OPTION(REAL, own, share, "1.6", "share", .max = 1), {0}};
	static const struct stage_option twice[] = {
		OPTION(INT, common, jobs, NULL, "workers again"), {0}};
	const struct option_table bad_default[] = {{"Options", beyond, &own}};
	const struct option_table bad_pair[] = {{"Options", twice, &common}, tables[1]};

	(void)state;
	assert_ok(options_check(tables, 2, &err), err);
	assert_int_equal(options_check(bad_default, 1, &err), -1);
	assert_int_equal(err.class, ERR_FATAL);
	assert_string_equal(err.text, "default: option \"--share\" must be a number between 0 and "
				      "1, not \"1.6\"");
	assert_int_equal(options_check(bad_pair, 2, &err), -1);
	assert_string_equal(err.text, "option \"--jobs\" is declared twice");
}

static void
help_shows_what_is_required_in_its_first_line(void **state)
{
	struct needs {
		const char *out, *key;
		struct stage_arguments exports;
	};
	static const struct stage_option rows[] = {
		OPTION(PATH, needs, out, NULL, "a folder", .required = true),
		OPTION(SECRET, needs, key, NULL, "may come from the environment", .required = true),
		OPTION(ARGUMENTS, needs, exports, NULL, "exports", .min = 1),
		{0}};
	const struct options_help help = {.program = "chatmill run"};
	struct option_table table = {"Options", rows, NULL};
	struct buf text = {0};

	(void)state;
	options_help(&text, &help, &table, 1, 80);
	assert_true(str_starts(buf_str(&text),
			       STR("usage: chatmill run --out PATH [--OPTION...] EXPORTS...\n")));
	buf_free(&text);
}

static void
help_shows_both_groups_with_ranges_and_defaults(void **state)
{
	static const char *const examples[] = {"chatmill shout < chat.avro", NULL};
	const struct options_help help = {.program = "chatmill-shout",
					  .summary = "mark messages written mostly in capital "
						     "letters",
					  .reads = "text",
					  .writes = "the record, and shout {share, loud}",
					  .examples = examples};
	struct buf text = {0};

	(void)state;
	options_help(&text, &help, tables, 2, 40); /* 60 is the least */
	assert_str(buf_str(&text), "usage: chatmill-shout [--OPTION...] [PATHS...]\n"
				   "\n"
				   "mark messages written mostly in capital letters\n"
				   "\n"
				   "reads   text\n"
				   "writes  the record, and shout {share, loud}\n"
				   "\n"
				   "Arguments:\n"
				   "  FILE, FOLDER or - (default -)\n"
				   "\n"
				   "Options of this stage:\n"
				   "  --share NUMBER          share of capitals that counts as\n"
				   "                          shouting (between 0 and 1;\n"
				   "                          default 0.6)\n"
				   "  --group-size COUNT      members of a group (between 2 and\n"
				   "                          9; default 4)\n"
				   "  --every TIME            how often (at least 1s;\n"
				   "                          default 15m)\n"
				   "  --cache SIZE            room for answers (default 8M)\n"
				   "  --date-order WORD       order of dates: auto, dmy, mdy\n"
				   "                          (default auto)\n"
				   "  --title TEXT            the chat's title\n"
				   "  --database PATH         SQLite file (default chat.db)\n"
				   "  --token-file FILE       the service's token (or\n"
				   "                          $CHATMILL_TOKEN)\n"
				   "  --model FILE            trained model\n"
				   "  --dry-run               ask, but let everybody pass\n"
				   "  --[no-]color            in colour (default on)\n"
				   "\n"
				   "Options of every stage:\n"
				   "  --jobs COUNT            workers (between 1 and 64;\n"
				   "                          default 1)\n"
				   "  --help                  show this\n"
				   "\n"
				   "Examples:\n"
				   "  chatmill shout < chat.avro\n");
	buf_free(&text);
}

static int
make_folder(void **state)
{
	(void)state;
	unsetenv("CHATMILL_TOKEN");
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	static const char *const names[] = {"token", "names.model", "empty"};
	char path[256];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

RUN_TESTS_WITH(make_folder, remove_folder, TEST(defaults_hold_where_nothing_is_given),
	       TEST(both_ways_to_give_a_value_work_and_the_last_one_counts),
	       TEST(every_unit_of_time_and_size_is_read),
	       TEST(an_unknown_option_is_answered_with_the_nearest_name),
	       TEST(a_value_that_does_not_fit_is_named_with_what_would),
	       TEST(a_value_too_many_or_too_few_is_wrong_usage),
	       TEST(a_secret_never_comes_from_the_command_line),
	       TEST(a_secret_file_without_a_secret_is_refused),
	       TEST(what_is_required_and_missing_is_named),
	       TEST(a_program_without_arguments_takes_none),
	       TEST(a_file_is_found_as_a_path_in_the_folder_and_among_the_models),
	       TEST(a_default_model_is_not_taken_from_the_current_folder),
	       TEST(an_empty_file_a_pipe_and_a_folder_are_told_apart),
	       TEST(asking_for_help_needs_nothing_else_to_be_right),
	       TEST(the_trail_says_what_changes_the_result_and_no_secret),
	       TEST(the_declaration_is_described_row_by_row),
	       TEST(a_table_that_contradicts_itself_is_found),
	       TEST(help_shows_what_is_required_in_its_first_line),
	       TEST(help_shows_both_groups_with_ranges_and_defaults))
