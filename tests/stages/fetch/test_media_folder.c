#include "../../../stages/fetch/media_folder.h"
#include "folder.h"
#include "text/utf8.h"
#include <zlib.h>

static void
assert_name(const char *member, const char *expected)
{
	struct buf name = {0};

	assert_int_equal(media_name(str_of(member), &name), expected != NULL);
	if (expected != NULL)
		assert_str(buf_str(&name), expected);
	assert_int_equal(utf8_valid_prefix(buf_str(&name)), name.len);
	assert_true(name.len <= 201);
	buf_free(&name);
}

static void
no_name_leaves_the_folder(void **state)
{
	(void)state;
	assert_name("IMG-1.jpg", "IMG-1.jpg");
	assert_name("a/b/IMG-1.jpg", "IMG-1.jpg");
	assert_name("../../etc/passwd", "passwd");
	assert_name("/etc/passwd", "passwd");
	assert_name("C:\\Windows\\x.dll", "x.dll");
	assert_name("C:x.dll", "C_x.dll");
	assert_name("..", "_.");
	assert_name(".", "_");
	assert_name("a/..", "_.");
	assert_name(".ssh", "_ssh");
	assert_name("-rf", "_rf");
	assert_name("a\nb\x7F.jpg", "a_b_.jpg");
	assert_name("a/", NULL);
	assert_name("", NULL);
	assert_name("x.jpg.partial", "x.jpg.partial_");
	assert_name("bad\xFF.jpg", "bad\uFFFD.jpg");
}

static void
long_names_are_cut_at_a_whole_character_before_the_ending(void **state)
{
	char name[1000] = "", expected[300] = "";

	(void)state;
	for (int i = 0; i < 200; i++)
		strcat(name, "\u20AC");
	strcat(name, ".jpeg");
	for (int i = 0; i < 65; i++)
		strcat(expected, "\u20AC");
	strcat(expected, ".jpeg");
	assert_name(name, expected);
}

/* Puts content into the folder "media"; true: it had to be written. */
static bool
put(const char *name, struct str content)
{
	struct err err = {0};
	bool write;
	int more;
	uint32_t crc = (uint32_t)crc32_z(0, (const unsigned char *)content.ptr, content.len);
	struct media_file *f = media_file_open("media", str_of(name), content.len, crc, &err);

	assert_non_null(f);
	while ((more = media_file_look(f, &write, &err)) > 0)
		continue;
	assert_int_equal(more, 0);
	if (write)
		assert_ok(media_file_write(f, content, &err), err);
	assert_ok(media_file_close(f, write, &err), err);
	return write;
}

static void
no_file_that_was_there_is_replaced(void **state)
{
	struct err err = {0};

	(void)state;
	assert_ok(media_folder_make("media", &err), err);
	assert_true(put("a.jpg", STR("one")));
	assert_false(put("a.jpg", STR("one")));
	assert_true(put("a.jpg", STR("two")));
	assert_true(put("a.jpg", STR("longer")));
	assert_false(put("a.jpg", STR("two")));
	assert_file("media/a.jpg", "one");
	assert_file("media/a (2).jpg", "two");
	assert_file("media/a (3).jpg", "longer");
	assert_int_equal(access("media/a (4).jpg", F_OK), -1);
}

static void
a_link_in_the_folder_is_not_followed(void **state)
{
	struct err err = {0};

	(void)state;
	folder_put("precious", STR("old"));
	assert_ok(media_folder_make("media", &err), err);
	assert_int_equal(symlink("../precious", "media/a.jpg"), 0);
	assert_int_equal(symlink("../precious", "media/b.jpg.partial"), 0);
	assert_true(put("a.jpg", STR("new")));
	assert_file("media/a (2).jpg", "new");
	assert_null(media_file_open("media", STR("b.jpg"), 3, 0, &err));
	assert_file("precious", "old");
}

static void
a_name_that_another_run_is_writing_is_taken(void **state)
{
	struct err err = {0};
	struct media_file *one, *other;
	struct buf path = {0};

	(void)state;
	assert_ok(media_folder_make("media", &err), err);
	one = media_file_open("media", STR("a.jpg"), 3, 1, &err);
	other = media_file_open("media", STR("a.jpg"), 3, 2, &err);
	assert_non_null(one);
	assert_non_null(other);
	media_file_path(other, &path);
	assert_string_equal(buf_cstr(&path), "media/a (2).jpg");
	assert_ok(media_file_write(one, STR("one"), &err), err);
	assert_ok(media_file_write(other, STR("two"), &err), err);
	assert_ok(media_file_close(one, true, &err), err);
	assert_ok(media_file_close(other, true, &err), err);
	assert_file("media/a.jpg", "one");
	assert_file("media/a (2).jpg", "two");
	buf_free(&path);
}

static void
what_is_left_in_the_middle_leaves_nothing(void **state)
{
	struct err err = {0};
	struct media_file *f;

	(void)state;
	assert_ok(media_folder_make("media", &err), err);
	f = media_file_open("media", STR("a.jpg"), 100, 0, &err);
	assert_non_null(f);
	assert_ok(media_file_write(f, STR("half"), &err), err);
	assert_ok(media_file_close(f, false, &err), err);
	assert_int_equal(rmdir("media"), 0);
}

static void
a_file_in_place_of_the_folder_is_said(void **state)
{
	struct err err = {0};

	(void)state;
	folder_put("media", STR(""));
	assert_int_equal(media_folder_make("media", &err), -1);
	assert_string_equal(err.text, "could not write into \"media\": it is no folder");
}

RUN_TESTS(TEST(no_name_leaves_the_folder),
	  TEST(long_names_are_cut_at_a_whole_character_before_the_ending),
	  TEST_IN_FOLDER(no_file_that_was_there_is_replaced),
	  TEST_IN_FOLDER(a_link_in_the_folder_is_not_followed),
	  TEST_IN_FOLDER(a_name_that_another_run_is_writing_is_taken),
	  TEST_IN_FOLDER(what_is_left_in_the_middle_leaves_nothing),
	  TEST_IN_FOLDER(a_file_in_place_of_the_folder_is_said))
