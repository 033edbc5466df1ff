/*
 * Containers made to hurt. Each ends in an error, within a second of CPU time and 256 MiB. As that
 * is promised of a program that is given such a container, each is read by a program of its own:
 * this one, called again as `test_hostile plain` or `test_hostile skipping`, with the container as
 * its standard input.
 */
#include "check.h"

#include "avro/datum.h"
#include "avro/limits.h"
#include "avro/plan.h"
#include "avro/resolve.h"
#include "avro/varint.h"
#include "memory_io.h"
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_RSS_MIB     256
#define MAX_CPU_SECONDS 1

static struct buf file, schema, block;

/* -- the reading program ------------------------------------------------------------------------*/

struct verdict {
	int status;
	struct err err;
	double cpu_seconds;
	long peak_kib;
};

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* getrusage() would count what the parent had, too. */
static long
peak_kib(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[128];
	long kib = -1;

	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtol(line + 6, NULL, 10);
	if (status != NULL)
		(void)fclose(status);
	return kib;
}

static ssize_t
standard_input(void *with, char *to, size_t room, struct err *err)
{
	(void)with;
	(void)err;
	return read(STDIN_FILENO, to, room);
}

static int
read_all(bool skip_corrupt, struct err *err)
{
	struct container_block b = {0};
	int status;
	struct container_reader *r = container_reader_open(
		(struct byte_source){standard_input, NULL}, "input", skip_corrupt, err);

	if (r == NULL)
		return -1;
	while ((status = container_reader_next(r, &b, err)) == 1) {
		struct str bytes = buf_str(&b.bytes);
		uint64_t values = 0;
		for (uint64_t i = 0; i < b.count && status == 1 && !skip_corrupt; i++)
			if (avro_datum_check_frame(avro_schema_root(container_reader_schema(r)),
						   &bytes, &values, err) != 0)
				status = -1;
		if (status == 1 && bytes.len > 0 && !skip_corrupt)
			status = err_set(err, ERR_INPUT, "%zu bytes are left over", bytes.len);
		if (status == -1)
			break;
	}
	if (status == 0 && container_reader_damage(r).places > 0)
		status = err_set(err, ERR_INPUT, "%llu bytes were passed over",
				 (unsigned long long)container_reader_damage(r).bytes);
	container_reader_close(r);
	buf_free(&b.bytes);
	return status;
}

static int
read_alone(bool skip_corrupt)
{
	struct verdict v = {0};

	v.status = read_all(skip_corrupt, &v.err);
	v.cpu_seconds = cpu_seconds();
	v.peak_kib = peak_kib();
	return write(STDOUT_FILENO, &v, sizeof(v)) == sizeof(v) ? 0 : 1;
}

/* -- and the testing one ------------------------------------------------------------------------*/

static struct verdict
verdict_of(const char *mode)
{
	char *arguments[] = {"test_hostile", (char *)mode, NULL};
	posix_spawn_file_actions_t actions;
	struct verdict v = {0};
	int in = memfd_create("container", 0), out[2], status;
	pid_t child;

	assert_true(in >= 0 && pipe(out) == 0);
	assert_int_equal(write(in, file.ptr, file.len), file.len);
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclose(&actions, out[0]);
	assert_int_equal(posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environ),
			 0);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	close(in);
	ssize_t got = read(out[0], &v, sizeof(v));
	close(out[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(got, sizeof(v));
	return v;
}

static void
assert_cheap(struct verdict v)
{
	if (v.cpu_seconds >= MAX_CPU_SECONDS || v.peak_kib > MAX_RSS_MIB * 1024) {
		print_error("%.2f s, %ld KiB: %s\n", v.cpu_seconds, v.peak_kib, v.err.text);
		fail();
	}
}

/* The container in `file` is refused, cheaply, for a reason that says `why`; it is gone then. */
static void
assert_refused(const char *why)
{
	struct verdict plain = verdict_of("plain"), skipping = verdict_of("skipping");

	buf_free(&file);
	buf_free(&schema);
	buf_free(&block);
	assert_int_equal(plain.status, -1);
	assert_int_equal(skipping.status, -1);
	assert_int_equal(plain.err.class, ERR_INPUT);
	assert_int_equal(skipping.err.class, ERR_INPUT);
	if (strstr(plain.err.text, why) == NULL)
		assert_str(str_of(plain.err.text), why);
	assert_cheap(plain);
	assert_cheap(skipping);
}

/* A container of the schema and the one block that were made. */
static void
make_file(const char *codec, uint64_t count)
{
	struct err err;
	struct container_writer *w =
		container_writer_open((struct byte_sink){memory_write, &file}, buf_str(&schema),
				      str_of(codec), NULL, 0, false, &err);

	assert_non_null(w);
	assert_ok(container_writer_block(w, count, buf_str(&block), &err), err);
	container_writer_close(w);
}

static void
assert_schema_refused(const char *json, const char *why)
{
	buf_add(&schema, str_of(json));
	make_file("null", 1);
	assert_refused(why);
}

static void
a_schema_that_is_nested_without_end_is_refused(void **state)
{
	(void)state;
	for (int i = 0; i < 40000; i++)
		buf_add(&schema, STR("{\"type\":\"array\",\"items\":"));
	assert_schema_refused("", "schema");
	for (int i = 0; i < 1000; i++)
		buf_add(&schema, STR("{\"type\":\"array\",\"items\":"));
	buf_add(&schema, STR("\"int\""));
	for (int i = 0; i < 1000; i++)
		buf_add_byte(&schema, '}');
	assert_schema_refused("", "schema");
}

static void
a_schema_that_contains_itself_is_refused(void **state)
{
	(void)state;
	assert_schema_refused("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\","
			      "\"type\":\"R\"}]}",
			      "schema");
	assert_schema_refused("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\","
			      "\"type\":[\"R\"]}]}",
			      "schema");
}

static void
a_schema_of_absurd_sizes_is_refused(void **state)
{
	static const char *const parts[] = {"{},", "[],", "0,", "\"\",", "[", "{\"\":"};

	(void)state;
	assert_schema_refused("{\"type\":\"fixed\",\"name\":\"F\",\"size\":-8}", "schema");
	assert_schema_refused("{\"type\":\"fixed\",\"name\":\"F\",\"size\":1099511627776}", "");
	buf_room(&schema, AVRO_MAX_SCHEMA + 1);
	memset(schema.ptr, ' ', AVRO_MAX_SCHEMA);
	schema.len = AVRO_MAX_SCHEMA;
	assert_schema_refused("\"int\"", "schema");
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		for (int few = 0; few < 2; few++) {
			int count = few ? AVRO_MAX_VALUES / 2 - 1 : AVRO_MAX_SCHEMA / 6;
			buf_add_byte(&schema, '[');
			for (int k = 0; k < count; k++)
				buf_add(&schema, str_of(parts[i]));
			assert_schema_refused("0]", "schema");
		}
	}
}

/* Each type has two of the one before: 2^60 fields in all. */
static void
a_schema_that_multiplies_is_no_work(void **state)
{
	(void)state;
	buf_add(&schema, STR("{\"type\":\"record\",\"name\":\"R0\",\"fields\":["));
	for (int i = 1; i <= 60; i++)
		buf_printf(&schema,
			   "{\"name\":\"a\",\"type\":{\"type\":\"record\",\"name\":\"R%d\","
			   "\"fields\":[",
			   i);
	buf_add(&schema, STR("{\"name\":\"n\",\"type\":\"int\"}"));
	for (int i = 60; i >= 1; i--)
		buf_printf(&schema, "]}},{\"name\":\"b\",\"type\":\"R%d\"}", i);
	buf_add(&block, STR("\2\2\2\2"));
	assert_schema_refused("]}", "");
}

/* 900 names of half a kilobyte, looked for in each of 25,000 objects. */
static void
a_default_that_takes_long_to_read_is_refused(void **state)
{
	(void)state;
	for (int as_union = 0; as_union < 2; as_union++) {
		buf_add(&schema,
			STR("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"l\","
			    "\"type\":{\"type\":\"array\",\"items\":"));
		buf_add(&schema, as_union ? STR("[\"null\"")
					  : STR("{\"type\":\"record\",\"name\":\"S\",\"fields\":[{"
						"\"name\":\"a\",\"type\":\"int\",\"default\":0}"));
		for (int i = 0; i < 900; i++)
			buf_printf(
				&schema,
				as_union ? ",{\"type\":\"fixed\",\"name\":\"n%0499d\",\"size\":1}"
					 : ",{\"name\":\"n%0499d\",\"type\":\"int\",\"default\":0}",
				i);
		buf_add(&schema,
			as_union ? STR(",{\"type\":\"map\",\"values\":\"int\"}]") : STR("]}"));
		buf_add(&schema, STR("},\"default\":["));
		for (int i = 0; i < (as_union ? 10000 : 25000); i++)
			buf_add(&schema, as_union ? STR("{\"b\":0},") : STR("{},"));
		assert_schema_refused("{}]}]}", "the JSON takes too long to match the schema");
	}
}

/* Rows look for their branch in a union once, not once in each of its branches. */
static void
a_union_of_8000_branches_is_no_work_for_a_table(void **state)
{
	struct words {
		struct str code, kind;
	};
	static const struct field table[] = {
		FIELD_AT("a.code", words, code, .optional = true),
		FIELD_AT("a.kind", words, kind, .optional = true),
		{0},
	};
	struct err err = {0};

	(void)state;
	buf_add(&schema, STR("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\","
			     "\"type\":[\"null\""));
	for (int i = 0; i < 8000; i++)
		buf_printf(&schema, ",{\"type\":\"fixed\",\"name\":\"F%d\",\"size\":1}", i);
	buf_add(&schema, STR("]}]}"));
	double start = cpu_seconds();
	struct avro_schema *s = avro_schema_parse(buf_str(&schema), &err);
	assert_non_null(s);
	struct avro_plan *plan = avro_plan_new(avro_schema_root(s), table, (struct str){0}, &err);
	assert_non_null(plan);
	assert_true(cpu_seconds() - start < MAX_CPU_SECONDS);
	avro_plan_free(plan);
	avro_schema_free(s);
	buf_free(&schema);
}

/* A record of many fields meets many records of its name, and fits none of them. */
static void
schemas_whose_types_all_meet_are_refused(void **state)
{
	enum { MANY = 5000 };
	struct buf reader = {0};
	struct err err = {0};

	(void)state;
	buf_add(&schema, STR("{\"type\":\"record\",\"name\":\"X\",\"fields\":["));
	buf_add(&reader, STR("[\"null\""));
	for (int i = 0; i < MANY; i++) {
		buf_printf(&schema, "%s{\"name\":\"f%d\",\"type\":\"int\"}", i > 0 ? "," : "", i);
		buf_printf(&reader,
			   ",{\"type\":\"record\",\"name\":\"n%d.X\",\"fields\":[{\"name\":\"g\","
			   "\"type\":\"int\"}]}",
			   i);
	}
	buf_add(&schema, STR("]}"));
	buf_add(&reader, STR("]"));
	struct avro_schema *w = avro_schema_parse(buf_str(&schema), &err);
	struct avro_schema *r = avro_schema_parse(buf_str(&reader), &err);
	assert_true(w != NULL && r != NULL);
	double start = cpu_seconds();
	assert_null(avro_resolver_compile(avro_schema_root(w), avro_schema_root(r), &err));
	assert_true(cpu_seconds() - start < MAX_CPU_SECONDS);
	avro_schema_free(w);
	avro_schema_free(r);
	buf_free(&reader);
	buf_free(&schema);
}

/* 32 MiB of records of one byte each, of which a codec leaves little, and 60 records in each. */
static void
records_of_more_parts_than_bytes_are_refused(void **state)
{
	enum { SIZE = AVRO_MAX_BLOCK / 2 };

	(void)state;
	for (int nulls = 0; nulls < 60; nulls += 30) {
		for (int i = 0; i < 60; i++) {
			buf_printf(&schema, "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[",
				   i);
			for (int k = 0; k < nulls; k++)
				buf_printf(&schema, "{\"name\":\"n%d\",\"type\":\"null\"},", k);
			buf_add(&schema, STR("{\"name\":\"r\",\"type\":"));
		}
		buf_add(&schema, STR("\"boolean\""));
		for (int i = 0; i < 60; i++)
			buf_add(&schema, STR("}]}"));
		memset(buf_room(&block, SIZE), 0, SIZE);
		block.len = SIZE - 1;
		buf_add_byte(&block, 2); /* no boolean */
		make_file("zstandard", SIZE);
		assert_refused("parts of no bytes");
	}
}

/* 64 MiB of values of one byte each, eight records around every one: as records, and as items of
 * one. */
static void
more_values_than_anyone_looks_at_are_refused(void **state)
{
	(void)state;
	for (int as_items = 0; as_items < 2; as_items++) {
		if (as_items)
			buf_add(&schema, STR("{\"type\":\"array\",\"items\":"));
		for (int i = 0; i < 7; i++)
			buf_printf(&schema,
				   "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[{\"name\":"
				   "\"r\",\"type\":",
				   i);
		buf_add(&schema, STR("\"boolean\""));
		for (int i = 0; i < 7; i++)
			buf_add(&schema, STR("}]}"));
		if (as_items) {
			buf_add_byte(&schema, '}');
			varint_add(&block, AVRO_MAX_BLOCK - 16);
		}
		size_t values = AVRO_MAX_BLOCK - 16;
		memset(buf_room(&block, values + 1), 0, values + 1);
		block.len += values + (size_t)as_items;
		make_file("zstandard", as_items ? 1 : values);
		assert_refused(as_items ? "more than 16777216 values to be checked"
					: "records, and has room for 4194304");
	}
}

/* Less than a megabyte that holds eight gigabytes, in blocks that are each as large as may be. */
static void
bombs_that_are_small_enough_do_not_add_up(void **state)
{
	enum { SIZE = AVRO_MAX_BLOCK - 4 };

	(void)state;
	buf_add(&schema, STR("\"bytes\""));
	make_file("zstandard", 0);
	size_t header = file.len;
	buf_clear(&file);
	varint_add(&block, SIZE);
	memset(buf_room(&block, SIZE), 0, SIZE);
	block.len += SIZE;
	make_file("zstandard", 1);
	size_t size = file.len - header;
	for (int i = 0; i < 128; i++) {
		buf_room(&file, size);
		buf_add(&file, (struct str){file.ptr + header, size});
	}
	assert_refused("what is before it unpacks to more than 1000 times its size");
}

static void
data_nested_without_end_is_refused(void **state)
{
	(void)state;
	buf_add(&schema, STR("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\","
			     "\"type\":{\"type\":\"array\",\"items\":\"R\"}}]}"));
	for (int i = 0; i < 1000000; i++)
		buf_add_byte(&block, 2);
	make_file("null", 1);
	assert_refused("nested more than 64 deep");
	buf_add(&schema, STR("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\","
			     "\"type\":[\"null\",\"R\"]}]}"));
	for (int i = 0; i < 1000000; i++)
		buf_add_byte(&block, 2);
	make_file("null", 1);
	assert_refused("nested more than 64 deep");
}

static void
absurd_counts_are_refused(void **state)
{
	static const int64_t counts[] = {AVRO_MAX_FREE_ITEMS + 1, (int64_t)1 << 40,
					 ((int64_t)1 << 62) + 1, INT64_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		buf_add(&schema, STR("\"null\""));
		make_file("null", (uint64_t)counts[i]);
		assert_refused("records, and has room for 1000000");
		buf_add(&schema, STR("\"long\""));
		buf_add(&block, STR("\2\2"));
		make_file("deflate", (uint64_t)counts[i]);
		assert_refused("records, and has room for 2");
		for (int sized = 0; sized < 2; sized++) {
			buf_add(&schema, STR("{\"type\":\"array\",\"items\":\"null\"}"));
			varint_add(&block, sized ? -counts[i] : counts[i]);
			buf_add(&block, STR("\0\0"));
			make_file("null", 1);
			assert_refused("items where at most 1000000 fit");
			buf_add(&schema, STR("{\"type\":\"map\",\"values\":\"null\"}"));
			varint_add(&block, sized ? -counts[i] : counts[i]);
			buf_add(&block, STR("\0\0"));
			make_file("null", 1);
			assert_refused("items where at most");
		}
	}
}

/* A million items are allowed that take no bytes, but not a million of them again and again. */
static void
free_items_do_not_add_up(void **state)
{
	(void)state;
	buf_add(&schema, STR("{\"type\":\"array\",\"items\":\"null\"}"));
	for (int i = 0; i < 100000; i++)
		varint_add(&block, AVRO_MAX_FREE_ITEMS);
	buf_add_byte(&block, 0);
	make_file("null", 1);
	assert_refused("items where at most 0 fit");
}

static void
absurd_sizes_are_refused(void **state)
{
	static const int64_t sizes[] = {-1, 1000, (int64_t)1 << 40, INT64_MAX, INT64_MIN};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		buf_add(&schema, STR("\"bytes\""));
		varint_add(&block, sizes[i]);
		make_file("snappy", 1);
		assert_refused("bytes are announced");
		buf_add(&schema, STR("{\"type\":\"array\",\"items\":\"int\"}"));
		varint_add(&block, -1);
		varint_add(&block, sizes[i]);
		buf_add(&block, STR("\2\0"));
		make_file("zstandard", 1);
		assert_refused("bytes are announced");
	}
	buf_add(&schema, STR("\"long\""));
	buf_add(&block, STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"));
	make_file("null", 1);
	assert_refused("longer than 10 bytes");
}

static void
bytes_left_over_are_refused(void **state)
{
	static const char *const codecs[] = {"null", "deflate", "snappy", "zstandard"};

	(void)state;
	for (int i = 0; i < 4; i++) {
		buf_add(&schema, STR("\"long\""));
		buf_add(&block, STR("\2\2\2"));
		make_file(codecs[i], 2);
		assert_refused("left over");
	}
	buf_add(&schema, STR("{\"type\":\"array\",\"items\":\"int\"}"));
	buf_add(&block, STR("\1\4\2\2\0"));
	make_file("null", 1);
	assert_refused("leaves 1 of its bytes over");
}

static void
bad_indexes_are_refused(void **state)
{
	static const int64_t bad[] = {-1, 2, INT32_MAX, INT64_MAX, INT64_MIN};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		buf_add(&schema, STR("[\"null\",\"int\"]"));
		varint_add(&block, bad[i]);
		make_file("null", 1);
		assert_refused("of 2");
		buf_add(&schema,
			STR("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}"));
		varint_add(&block, bad[i]);
		make_file("null", 1);
		assert_refused("of 2");
	}
	buf_add(&schema, STR("\"boolean\""));
	buf_add(&block, STR("\2"));
	make_file("null", 1);
	assert_refused("neither 0 nor 1");
}

/* The smallest that is too large; for larger ones see test_codec.c. */
static void
bombs_are_refused(void **state)
{
	static const char *const codecs[] = {"deflate", "snappy", "zstandard"};
	struct err err;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct codec *codec = codec_new(str_of(codecs[i]), &err);
		struct buf zeroes = {0}, bomb = {0};
		size_t size = AVRO_MAX_BLOCK + 1;

		buf_add(&schema, STR("\"long\""));
		make_file(codecs[i], 0);
		memset(buf_room(&zeroes, size), 0, size);
		zeroes.len = size;
		codec_pack(codec, buf_str(&zeroes), &bomb);
		buf_free(&zeroes);
		struct str marker = {file.ptr + file.len - 16, 16};
		char sync[16];
		memcpy(sync, marker.ptr, sizeof(sync));
		varint_add(&file, (int64_t)size);
		varint_add_str(&file, buf_str(&bomb));
		buf_add(&file, (struct str){sync, sizeof(sync)});
		buf_free(&bomb);
		codec_free(codec);
		assert_refused("unpacked, it is larger than 67108864 bytes");
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_schema_that_is_nested_without_end_is_refused),
		TEST(a_schema_that_contains_itself_is_refused),
		TEST(a_schema_of_absurd_sizes_is_refused),
		TEST(a_schema_that_multiplies_is_no_work),
		TEST(schemas_whose_types_all_meet_are_refused),
		TEST(a_default_that_takes_long_to_read_is_refused),
		TEST(a_union_of_8000_branches_is_no_work_for_a_table),
		TEST(records_of_more_parts_than_bytes_are_refused),
		TEST(more_values_than_anyone_looks_at_are_refused),
		TEST(bombs_that_are_small_enough_do_not_add_up),
		TEST(data_nested_without_end_is_refused),
		TEST(absurd_counts_are_refused),
		TEST(free_items_do_not_add_up),
		TEST(absurd_sizes_are_refused),
		TEST(bytes_left_over_are_refused),
		TEST(bad_indexes_are_refused),
		TEST(bombs_are_refused),
	};

	if (argc == 2)
		return read_alone(strcmp(argv[1], "skipping") == 0);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
