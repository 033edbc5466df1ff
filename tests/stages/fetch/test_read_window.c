#include "../../../stages/fetch/read_window.h"
#include "base/file.h"
#include "check.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE 20000

/* A file without a name, of bytes that differ; the same in `bytes`. */
static int
make_file(char *bytes)
{
	char path[] = "/tmp/test_read_window_XXXXXX";
	struct err err = {0};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	unlink(path);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (char)(i * 31 + i / 256);
	assert_ok(file_write_all(fd, (struct str){bytes, SIZE}, NULL, &err), err);
	return fd;
}

static void
any_bytes_anywhere_are_those_of_the_file(void **state)
{
	static char bytes[SIZE], got[SIZE + 10];
	struct read_window w = {.fd = make_file(bytes)};
	unsigned long random = 1;
	(void)state;

	for (int i = 0; i < 20000; i++) {
		random = random * 6364136223846793005ul + 1442695040888963407ul;
		size_t offset = (random >> 33) % (SIZE + 100);
		size_t room = (random >> 20) % (i % 8 == 0 ? 6000 : 60) + 1;
		size_t there = offset >= SIZE ? 0 : SIZE - offset;
		ssize_t n = read_window_at(&w, offset, got, room);
		assert_int_equal(n, room < there ? room : there);
		assert_memory_equal(got, bytes + offset, (size_t)n);
	}
	close(w.fd);
}

static void
a_file_that_cannot_be_read_is_an_error(void **state)
{
	char byte;
	struct read_window w = {.fd = -1};
	(void)state;

	assert_int_equal(read_window_at(&w, 0, &byte, 1), -1);
	assert_int_equal(read_window_at(&w, 0, &byte, 1), -1); /* nothing was kept of it */
}

RUN_TESTS(TEST(any_bytes_anywhere_are_those_of_the_file),
	  TEST(a_file_that_cannot_be_read_is_an_error))
