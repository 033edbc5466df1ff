/* folder.h -- a folder of a test's own, made when it begins and gone when it ends. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int
folder_make(void **state)
{
	static char path[256];
	const char *parent = getenv("TMPDIR");

	snprintf(path, sizeof(path), "%s/chatmill-test-XXXXXX", parent == NULL ? "/tmp" : parent);
	*state = mkdtemp(path);
	return *state == NULL || chdir(path) != 0;
}

static inline int
folder_remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline int
folder_remove(void **state)
{
	return nftw(*state, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* With the folders above it. */
static inline void
folder_put(const char *path, struct str bytes)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		assert_true(mkdir(copy, 0777) == 0 || errno == EEXIST);
		*slash = '/';
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
	close(fd);
}

static inline void
assert_file(const char *path, const char *content)
{
	char bytes[4096];
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		fail_msg("no file %s", path);
	ssize_t n = read(fd, bytes, sizeof(bytes));
	close(fd);
	assert_str(((struct str){bytes, (size_t)n}), content);
}

#define TEST_IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

#endif
