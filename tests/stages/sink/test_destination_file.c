#include "../../../stages/sink/avro_blocks.h"
#include "../../../stages/sink/destination_file.h"
#include "avro/container_reader.h"
#include "records.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[96];

static void
begin(void)
{
	snprintf(folder, sizeof(folder), "/tmp/test_sink_XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/out", folder);
}

static void
end(void)
{
	unlink(path);
	assert_int_equal(rmdir(folder), 0); /* nothing else was left there */
}

static struct destination_file *
open_file(void)
{
	struct err err = {0};
	struct destination_file *f = destination_file_open(path, &err);

	if (f == NULL)
		print_error("%s\n", err.text);
	assert_non_null(f);
	return f;
}

static void
a_file_has_its_name_when_it_is_whole(void **state)
{
	struct err err = {0};
	char got[16] = {0};
	(void)state;

	begin();
	struct destination_file *f = open_file();
	assert_ok(destination_file_write(f, STR("one\n"), &err), err);
	assert_int_equal(access(path, F_OK), -1);
	assert_ok(destination_file_finish(f, &err), err);
	destination_file_close(f);
	int fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, got, sizeof(got)), 4);
	assert_string_equal(got, "one\n");
	assert_int_equal(close(fd), 0);
	end();
}

static void
an_unfinished_file_leaves_nothing(void **state)
{
	struct err err = {0};
	(void)state;

	begin();
	struct destination_file *f = open_file();
	for (int i = 0; i < 100000; i++) /* more than is held back */
		assert_ok(destination_file_write(f, STR("some text\n"), &err), err);
	destination_file_close(f);
	assert_int_equal(access(path, F_OK), -1);
	end();
}

static void
a_finished_file_takes_no_more(void **state)
{
	struct err err = {0};
	(void)state;

	begin();
	struct destination_file *f = open_file();
	assert_ok(destination_file_finish(f, &err), err);
	assert_ok(destination_file_finish(f, &err), err);
	assert_int_equal(destination_file_write(f, STR("x"), &err), -1);
	assert_int_equal(err.class, ERR_FATAL);
	destination_file_close(f);
	assert_int_equal(access(path, F_OK), 0);
	end();
}

static ssize_t
read_fd(void *fd, char *to, size_t room, struct err *err)
{
	(void)err;
	return read(*(int *)fd, to, room);
}

static void
records_come_back_from_the_blocks_with_schema_and_trail(void **state)
{
	struct container_entry trail = {STR("chatmill.trail"), STR("[{\"stage\":\"parse\"}]")};
	struct str schema = STR("{\"type\":\"record\",\"name\":\"R\",\"fields\":["
				"{\"name\":\"a\",\"type\":\"int\"}]}");
	struct container_block block = {0};
	struct err err = {0};
	uint64_t count = 0;
	int got;
	(void)state;

	begin();
	struct destination_file *f = open_file();
	struct avro_blocks *blocks = avro_blocks_open(f, schema, &trail, 1, &err);
	assert_non_null(blocks);
	for (int i = 0; i < 2500; i++)
		assert_ok(avro_blocks_add(blocks, STR("\x02"), &err), err);
	assert_ok(avro_blocks_flush(blocks, &err), err);
	assert_ok(destination_file_finish(f, &err), err);
	avro_blocks_close(blocks);
	destination_file_close(f);

	int fd = open(path, O_RDONLY);
	struct container_reader *reader =
		container_reader_open((struct byte_source){read_fd, &fd}, "the file", false, &err);
	assert_non_null(reader);
	assert_str(container_reader_codec(reader), "deflate");
	assert_str(container_reader_metadata(reader, trail.key), "[{\"stage\":\"parse\"}]");
	while ((got = container_reader_next(reader, &block, &err)) == 1)
		count += block.count;
	assert_int_equal(got, 0);
	assert_int_equal(count, 2500);
	container_reader_close(reader);
	buf_free(&block.bytes);
	assert_int_equal(close(fd), 0);
	end();
}

RUN_TESTS(TEST(a_file_has_its_name_when_it_is_whole), TEST(an_unfinished_file_leaves_nothing),
	  TEST(a_finished_file_takes_no_more),
	  TEST(records_come_back_from_the_blocks_with_schema_and_trail))
