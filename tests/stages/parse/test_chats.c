/* Small chats of every form (chats/NAME.txt) against what they mean (chats/NAME.tsv), read by eye
 * once. CHATMILL_ACCEPT=1 writes what came out; its diff is reviewed like code. */
#include "check.h"
#include "rendered_chat.h"
#include <dirent.h>
#include <stdio.h>

#define FOLDER "tests/stages/parse/chats"

static struct buf
read_file(const char *path)
{
	struct buf all = {0};
	size_t got;
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return all;
	do {
		got = fread(buf_room(&all, 1 << 16), 1, 1 << 16, f);
		all.len += got;
	} while (got > 0);
	assert_int_equal(fclose(f), 0);
	return all;
}

static struct buf
render_file(const char *path, size_t piece, bool reborn)
{
	struct chat_reader r = {0};
	struct buf all = read_file(path), lines = {0};
	struct reader_output out = {&lines, render_message, render_refused};
	struct err err;
	char form[64];

	assert_ok(read_chat(&r, buf_str(&all), (struct reading){.piece = piece, .reborn = reborn},
			    &out, &err),
		  err);
	chat_form_describe(&r.at.form, form);
	buf_printf(&lines, "# %s, %s, %s, %s\n", form, date_order_names[r.at.form.order],
		   calendar_names[r.at.form.calendar],
		   r.at.form.confidence < 0.95F ? "a guess" : "sure");
	chat_reader_free(&r);
	buf_free(&all);
	return lines;
}

static void
compare_chats(size_t piece, bool reborn)
{
	DIR *folder = opendir(FOLDER);
	struct err err;
	size_t count = 0;

	assert_non_null(folder);
	assert_ok(local_time_set_zone("Europe/Berlin", &err), err);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char path[512];
		struct str name = str_of(entry->d_name);
		if (!str_ends(name, STR(".txt")))
			continue;
		(void)snprintf(path, sizeof(path), FOLDER "/%s", entry->d_name);
		struct buf got = render_file(path, piece, reborn);
		memcpy(path + strlen(path) - 3, "tsv", 3);
		if (getenv("CHATMILL_ACCEPT") != NULL) {
			FILE *f = fopen(path, "wb");
			assert_non_null(f);
			assert_int_equal(fwrite(got.ptr, 1, got.len, f), got.len);
			assert_int_equal(fclose(f), 0);
		}
		struct buf wanted = read_file(path);
		if (!str_equal(buf_str(&got), buf_str(&wanted)))
			print_error("%s:\n%.*s", path, (int)got.len, got.ptr);
		assert_true(str_equal(buf_str(&got), buf_str(&wanted)));
		buf_free(&got);
		buf_free(&wanted);
		count++;
	}
	assert_int_equal(closedir(folder), 0);
	assert_true(count > 20);
}

static void
each_chat_means_what_was_read_by_eye(void **state)
{
	(void)state;
	compare_chats(1 << 20, false);
}

static void
pieces_of_any_size_mean_the_same(void **state)
{
	(void)state;
	compare_chats(1, false);
	compare_chats(64, false);
	compare_chats(150, false);
}

static void
a_reader_goes_on_from_its_snapshot(void **state)
{
	(void)state;
	compare_chats(1, true);
	compare_chats(150, true);
}

RUN_TESTS(TEST(each_chat_means_what_was_read_by_eye), TEST(pieces_of_any_size_mean_the_same),
	  TEST(a_reader_goes_on_from_its_snapshot))
