#include "check.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../stages/chatmill/stage_catalog.h"

struct folders {
	char top[64], own[80], other[80], path[256];
};

static void
put(const char *folder, const char *name, mode_t mode)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	int fd = open(path, O_WRONLY | O_CREAT, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "#!/bin/sh\nexit 3\n", 17), 17);
	assert_int_equal(close(fd), 0);
}

static void
make_folders(struct folders *f)
{
	snprintf(f->top, sizeof(f->top), "/tmp/chatmill-test-XXXXXX");
	assert_non_null(mkdtemp(f->top));
	snprintf(f->own, sizeof(f->own), "%s/own", f->top);
	snprintf(f->other, sizeof(f->other), "%s/other", f->top);
	assert_int_equal(mkdir(f->own, 0700), 0);
	assert_int_equal(mkdir(f->other, 0700), 0);
	snprintf(f->path, sizeof(f->path), "/nonexistent::%s:%s", f->other, f->own);
}

static void
remove_folders(const struct folders *f)
{
	char command[160];

	snprintf(command, sizeof(command), "rm -rf '%s'", f->top);
	assert_int_equal(system(command), 0);
}

static void
programs_by_that_name_are_stages_and_nothing_else_is(void **state)
{
	struct folders f;

	(void)state;
	make_folders(&f);
	put(f.own, "chatmill-b", 0755);
	put(f.own, "chatmill-b.json", 0755);
	put(f.own, "chatmill-", 0755);
	put(f.own, "chatmill", 0755);
	put(f.own, "chatmill-notes", 0644);
	put(f.own, "chatmill-Big", 0755);
	put(f.other, "chatmill-a-2", 0755);
	struct stage_catalog *catalog = stage_catalog_find(f.own, f.path);
	assert_int_equal(catalog->count, 2);
	assert_string_equal(catalog->programs[0].name, "a-2");
	assert_string_equal(catalog->programs[1].name, "b");
	assert_null(stage_catalog_get(catalog, "notes"));
	stage_catalog_free(catalog);
	remove_folders(&f);
}

static void
the_own_folder_comes_before_the_path(void **state)
{
	struct folders f;
	char expected[128];

	(void)state;
	make_folders(&f);
	put(f.own, "chatmill-a", 0755);
	put(f.other, "chatmill-a", 0755);
	struct stage_catalog *catalog = stage_catalog_find(f.own, f.path);
	snprintf(expected, sizeof(expected), "%s/chatmill-a", f.own);
	assert_int_equal(catalog->count, 1);
	assert_string_equal(catalog->programs[0].path, expected);
	stage_catalog_free(catalog);
	catalog = stage_catalog_find(NULL, f.path);
	snprintf(expected, sizeof(expected), "%s/chatmill-a", f.other);
	assert_string_equal(catalog->programs[0].path, expected);
	stage_catalog_free(catalog);
	remove_folders(&f);
}

static void
who_gives_no_description_says_why(void **state)
{
	struct folders f;

	(void)state;
	make_folders(&f);
	put(f.own, "chatmill-a", 0755);
	struct stage_catalog *catalog = stage_catalog_find(f.own, NULL);
	stage_catalog_describe(catalog);
	assert_null(catalog->programs[0].description);
	assert_string_equal(catalog->programs[0].err.text, "it exited with status 3");
	stage_catalog_free(catalog);
	remove_folders(&f);
}

static void
the_nearest_name_is_found(void **state)
{
	struct folders f;

	(void)state;
	make_folders(&f);
	put(f.own, "chatmill-sentiment", 0755);
	put(f.own, "chatmill-parse", 0755);
	struct stage_catalog *catalog = stage_catalog_find(f.own, "");
	assert_string_equal(stage_catalog_nearest(catalog, NULL, "prase"), "parse");
	assert_string_equal(stage_catalog_nearest(catalog, NULL, "sentimnt"), "sentiment");
	assert_null(stage_catalog_nearest(catalog, NULL, "frobnicate"));
	assert_string_equal(
		stage_catalog_nearest(catalog, (const char *const[]){"run", NULL}, "rnu"), "run");
	stage_catalog_free(catalog);
	remove_folders(&f);
}

RUN_TESTS(TEST(programs_by_that_name_are_stages_and_nothing_else_is),
	  TEST(the_own_folder_comes_before_the_path), TEST(who_gives_no_description_says_why),
	  TEST(the_nearest_name_is_found))
