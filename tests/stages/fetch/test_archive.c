#include "../../../stages/fetch/archive.h"
#include "base/clock.h"
#include "folder.h"
#include "zip_maker.h"

#define CHAT STR("12/05/24, 10:15 - Ada: hi\n")

/* What an archive gives, a line for each piece or fault:
 *   manifest URI title=T size=N [ENTRY=N[@PATH] ...] | lines URI OFFSET/LINE BYTES | end URI ... |
 * ! FAULT
 */
static void
show(struct archive *a, struct buf *shown)
{
	struct archive_piece p;
	struct err err = {0};
	enum archive_step step;

	while ((step = archive_read(a, &p, &err)) != ARCHIVE_DONE) {
		if (step == ARCHIVE_FAULT || step == ARCHIVE_FAILED)
			buf_printf(shown, "! %s\n", err.text);
		if (step == ARCHIVE_FAILED)
			break;
		if (step != ARCHIVE_PIECE)
			continue;
		if (p.part == ARCHIVE_MANIFEST) {
			buf_printf(shown, "manifest %s title=%.*s size=%lld", p.uri.ptr,
				   STR_ARG(p.manifest->title),
				   p.manifest->size == INT64_MIN ? -1
								 : (long long)p.manifest->size);
			for (size_t i = 0; i < p.manifest->entry_count; i++) {
				const struct manifest_entry *e = &p.manifest->entries[i];
				buf_printf(shown, " %.*s=%lld", STR_ARG(e->name),
					   (long long)e->size);
				if (e->path.len > 0)
					buf_printf(shown, "@%.*s", STR_ARG(e->path));
			}
			buf_add_byte(shown, '\n');
		} else if (p.part == ARCHIVE_LINES) {
			buf_printf(shown, "lines %lld/%lld %.*s", (long long)p.offset,
				   (long long)p.line, STR_ARG(p.bytes));
			if (!str_ends(p.bytes, STR("\n")))
				buf_add(shown, STR("$\n"));
		} else {
			buf_printf(shown, "end %lld/%lld %.*s\n", (long long)p.offset,
				   (long long)p.line, STR_ARG(p.error));
		}
	}
	buf_cstr(shown);
}

static void
assert_gives(const char *const *names, size_t count, struct archive_options options,
	     const char *expected)
{
	struct err err = {0};
	struct buf shown = {0};
	struct archive *a = archive_open(names, count, &options, &err);

	if (a == NULL)
		fail_msg("%s", err.text);
	show(a, &shown);
	assert_str(buf_str(&shown), expected);
	archive_close(a);
	buf_free(&shown);
}
#define assert_archive(expected, ...)                                                              \
	assert_gives((const char *[]){__VA_ARGS__},                                                \
		     sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                       \
		     (struct archive_options){0}, expected)

static void
put_zip(const char *path, struct zip_maker *z)
{
	zip_finish(z, false);
	folder_put(path, buf_str(&z->bytes));
	buf_free(&z->bytes);
	*z = (struct zip_maker){0};
}

static void
texts_and_zips_follow_each_other_as_they_are_named(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	folder_put("WhatsApp Chat with Bob.txt", STR("one\r\ntwo"));
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT, .deflate = true});
	zip_add(&z, (struct zip_item){.name = "IMG-1.jpg", .data = STR("xyz")});
	put_zip("WhatsApp Chat - Ada.zip", &z);
	assert_archive("manifest WhatsApp Chat - Ada.zip!/_chat.txt title=Ada size=26 IMG-1.jpg=3\n"
		       "lines 0/0 12/05/24, 10:15 - Ada: hi\n"
		       "end 26/1 \n"
		       "manifest WhatsApp Chat with Bob.txt title=Bob size=8\n"
		       "lines 0/0 one\r\ntwo$\n"
		       "end 8/1 \n",
		       "WhatsApp Chat - Ada.zip", "WhatsApp Chat with Bob.txt");
}

static void
what_cannot_be_read_is_said_and_the_others_go_on(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	folder_put("a.txt", CHAT);
	folder_put("cut.zip", STR("PK\3\4 and no more"));
	folder_put("empty/x.jpg", STR("x"));
	zip_add(&z, (struct zip_item){.name = "x.jpg", .data = STR("x")});
	put_zip("media.zip", &z);
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT, .wrong_crc = 1});
	put_zip("broken.zip", &z);
	assert_archive(
		"! could not open \"missing\": No such file or directory\n"
		"! could not read \"cut.zip\": its end is missing, it was cut short or is no "
		"zip; copy it anew\n"
		"! could not read \"empty\": no chat and no zip in this folder\n"
		"! could not read \"media.zip\": there is no chat in this zip\n"
		"manifest broken.zip!/_chat.txt title=broken size=26\n"
		"lines 0/0 12/05/24, 10:15 - Ada: hi\n"
		"end 26/1 CRC error\n"
		"! could not read all of \"broken.zip!/_chat.txt\": CRC error\n"
		"manifest a.txt title=a size=26\n"
		"lines 0/0 12/05/24, 10:15 - Ada: hi\n"
		"end 26/1 \n",
		"missing", "cut.zip", "empty", "media.zip", "broken.zip", "a.txt");
}

static void
a_folder_gives_its_chats_in_order_of_their_names(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	folder_put("in/b/_chat.txt", CHAT);
	folder_put("in/b/IMG-1.jpg", STR("xyz"));
	folder_put("in/b/notes.txt", CHAT);
	folder_put("in/WhatsApp Chat with Zoe.txt", CHAT);
	folder_put("in/letter.txt", STR("Dear Ada"));
	folder_put("in/renamed.txt", CHAT);
	folder_put("in/.hidden.txt", CHAT);
	folder_put("in/__MACOSX/_chat.txt", CHAT);
	zip_add(&z, (struct zip_item){.name = "x.jpg", .data = STR("x")});
	put_zip("in/document.zip", &z);
	assert_archive("manifest in/WhatsApp Chat with Zoe.txt title=Zoe size=26"
		       " document.zip=109@in/document.zip letter.txt=8@in/letter.txt"
		       " renamed.txt=26@in/renamed.txt\n"
		       "lines 0/0 12/05/24, 10:15 - Ada: hi\n"
		       "end 26/1 \n"
		       "manifest in/b/_chat.txt title=b size=26 IMG-1.jpg=3@in/b/IMG-1.jpg"
		       " notes.txt=26@in/b/notes.txt\n"
		       "lines 0/0 12/05/24, 10:15 - Ada: hi\n"
		       "end 26/1 \n"
		       "manifest in/renamed.txt title=renamed size=26"
		       " WhatsApp Chat with Zoe.txt=26@in/WhatsApp Chat with Zoe.txt"
		       " document.zip=109@in/document.zip letter.txt=8@in/letter.txt\n"
		       "lines 0/0 12/05/24, 10:15 - Ada: hi\n"
		       "end 26/1 \n",
		       "in");
}

static void
each_chat_of_a_zip_has_the_media_of_its_folder(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	zip_add(&z, (struct zip_item){.name = "WhatsApp Chat - Ada/_chat.txt", .data = CHAT});
	zip_add(&z, (struct zip_item){.name = "WhatsApp Chat - Ada/1.jpg", .data = STR("x")});
	zip_add(&z, (struct zip_item){.name = "bob/_chat.txt", .data = STR("")});
	put_zip("both.zip", &z);
	assert_archive("manifest both.zip!/WhatsApp Chat - Ada/_chat.txt title=Ada size=26"
		       " WhatsApp Chat - Ada/1.jpg=1\n"
		       "lines 0/0 12/05/24, 10:15 - Ada: hi\n"
		       "end 26/1 \n"
		       "manifest both.zip!/bob/_chat.txt title=bob size=0\n"
		       "end 0/0 \n",
		       "both.zip");
}

static void
a_folder_names_one_chat_and_not_several(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	folder_put("one/_chat.txt", STR(""));
	folder_put("two/_chat.txt", STR(""));
	folder_put("two/_chat (1).txt", STR(""));
	folder_put("WhatsApp Chat - Ada/_chat.txt", STR(""));
	folder_put("WhatsApp Chat - Ada/_chat 2.txt", STR(""));
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = STR("")});
	zip_add(&z, (struct zip_item){.name = "_chat_1.txt", .data = STR("")});
	zip_add(&z, (struct zip_item){.name = "in/_chat.txt", .data = STR("")});
	put_zip("three.zip", &z);
	assert_archive("manifest one/_chat.txt title=one size=0\n"
		       "end 0/0 \n"
		       "manifest two/_chat (1).txt title= size=0\n"
		       "end 0/0 \n"
		       "manifest WhatsApp Chat - Ada/_chat.txt title=Ada size=0\n"
		       "end 0/0 \n"
		       "manifest three.zip!/_chat.txt title= size=0\n"
		       "end 0/0 \n"
		       "manifest three.zip!/_chat_1.txt title= size=0\n"
		       "end 0/0 \n"
		       "manifest three.zip!/in/_chat.txt title=in size=0\n"
		       "end 0/0 \n",
		       "one/_chat.txt", "two/_chat (1).txt", "WhatsApp Chat - Ada/_chat.txt",
		       "three.zip");
}

static void
the_title_can_be_given(void **state)
{
	(void)state;
	folder_put("WhatsApp Chat with Bob.txt", STR("x\n"));
	assert_gives((const char *[]){"WhatsApp Chat with Bob.txt"}, 1,
		     (struct archive_options){.title = "Ada"},
		     "manifest WhatsApp Chat with Bob.txt title=Ada size=2\n"
		     "lines 0/0 x\n"
		     "end 2/1 \n");
}

static void
media_are_unpacked_beside(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = STR("x\n")});
	zip_add(&z, (struct zip_item){.name = "../../1.jpg", .data = STR("one"), .deflate = true});
	zip_add(&z, (struct zip_item){.name = "a/1.jpg", .data = STR("other")});
	zip_add(&z, (struct zip_item){.name = "2.jpg", .data = STR("two"), .wrong_crc = 1});
	zip_add(&z, (struct zip_item){.name = "3.jpg", .data = STR("three")});
	zip_add(&z, (struct zip_item){.name = "__MACOSX/._3.jpg", .data = STR("x")});
	put_zip("Ada.zip", &z);
	for (int twice = 0; twice < 2; twice++)
		assert_gives((const char *[]){"Ada.zip"}, 1,
			     (struct archive_options){.media = "media"},
			     "! could not unpack \"Ada.zip!/2.jpg\": CRC error\n"
			     "manifest Ada.zip!/_chat.txt title=Ada size=2"
			     " ../../1.jpg=3@media/1.jpg a/1.jpg=5@media/1 (2).jpg 2.jpg=3"
			     " 3.jpg=5@media/3.jpg\n"
			     "lines 0/0 x\n"
			     "end 2/1 \n");
	assert_file("media/1.jpg", "one");
	assert_file("media/1 (2).jpg", "other");
	assert_file("media/3.jpg", "three");
	assert_int_equal(access("media/2.jpg", F_OK), -1);
	assert_int_equal(access("media/1 (3).jpg", F_OK), -1);
	assert_int_equal(access("media/2.jpg.partial", F_OK), -1);
}

static void
a_medium_whose_name_a_hundred_have_stops_no_other(void **state)
{
	struct zip_maker z = {0};
	char name[32];

	(void)state;
	assert_int_equal(mkdir("crowded", 0777), 0);
	assert_int_equal(symlink("nowhere", "crowded/9.jpg"), 0);
	for (int i = 2; i <= 100; i++) {
		snprintf(name, sizeof(name), "crowded/9 (%d).jpg", i);
		assert_int_equal(symlink("nowhere", name), 0);
	}
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = STR("x\n")});
	zip_add(&z, (struct zip_item){.name = "9.jpg", .data = STR("nine")});
	zip_add(&z, (struct zip_item){.name = "3.jpg", .data = STR("three")});
	put_zip("Crowd.zip", &z);
	assert_gives(
		(const char *[]){"Crowd.zip"}, 1, (struct archive_options){.media = "crowded"},
		"! could not unpack \"Crowd.zip!/9.jpg\": there are 100 files of that name in "
		"\"crowded\"\n"
		"manifest Crowd.zip!/_chat.txt title=Crowd size=2 9.jpg=4 3.jpg=5@crowded/3.jpg\n"
		"lines 0/0 x\n"
		"end 2/1 \n");
	assert_file("crowded/3.jpg", "three");
}

/* Runs with these bytes coming through a pipe that is named. */
static void
assert_pipe(struct str bytes, const char *expected)
{
	char name[32];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes.ptr, bytes.len), bytes.len);
	close(ends[1]);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	struct err err = {0};
	struct buf shown = {0};
	struct archive *a = archive_open((const char *[]){name}, 1,
					 &(struct archive_options){.title = "T"}, &err);
	show(a, &shown);
	size_t at = str_find(buf_str(&shown), str_of(name));
	assert_true(at < shown.len);
	assert_str(str_tail(buf_str(&shown), at + strlen(name)), expected);
	archive_close(a);
	buf_free(&shown);
	close(ends[0]);
}

static void
a_pipe_may_hold_a_text_or_a_zip(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT});
	zip_finish(&z, false);
	assert_pipe(STR("x\n"), " title=T size=-1\nlines 0/0 x\nend 2/1 \n");
	assert_pipe(STR(""), " title=T size=-1\nend 0/0 \n");
	assert_pipe(buf_str(&z.bytes), "!/_chat.txt title=T size=26\n"
				       "lines 0/0 12/05/24, 10:15 - Ada: hi\nend 26/1 \n");
	assert_pipe(STR("PK\3\4"),
		    "\": its end is missing, it was cut short or is no zip; copy it anew\n");
	buf_free(&z.bytes);
}

static void
what_must_be_made_a_text_first_is_told_how(void **state)
{
	(void)state;
	assert_pipe(STR("\x1F\x8B\x08\0x"), "\": it is packed with gzip; try zcat FILE | "
					    "chatmill fetch --title TITLE\n");
	assert_pipe(STR("\xFF\xFE[\0"), "\": it is UTF-16; try iconv -f UTF-16 -t UTF-8 FILE | "
					"chatmill fetch --title TITLE\n");
	folder_put("a.txt", STR("%PDF-1.4\n"));
	assert_archive("! could not read \"a.txt\": it is a PDF, not the export of a chat\n",
		       "a.txt");
}

static void
reading_can_be_resumed_after_any_piece(void **state)
{
	static const char *const names[] = {"a.txt", "missing", "b.zip"};
	struct zip_maker z = {0};
	struct buf whole = {0}, text = {0};
	struct err err = {0};

	(void)state;
	for (int i = 0; i < 60000; i++)
		buf_printf(&text, "line %d\n", i);
	folder_put("a.txt", buf_str(&text));
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = buf_str(&text)});
	put_zip("b.zip", &z);
	struct archive_options none = {0};
	struct archive *a = archive_open(names, 3, &none, &err);
	show(a, &whole);
	archive_close(a);
	for (size_t given = 1;; given++) {
		struct archive_piece piece;
		struct buf rest = {0}, position = {0};
		size_t pieces = 0;
		enum archive_step step = ARCHIVE_BUSY;
		a = archive_open(names, 3, &none, &err);
		while (pieces < given && (step = archive_read(a, &piece, &err)) != ARCHIVE_DONE)
			pieces += step == ARCHIVE_PIECE;
		buf_add(&position, archive_tell(a));
		archive_close(a);
		if (step == ARCHIVE_DONE) {
			buf_free(&position);
			break;
		}
		a = archive_open(names, 3, &none, &err);
		assert_ok(archive_seek(a, buf_str(&position), &err), err);
		show(a, &rest);
		assert_true(str_ends(buf_str(&whole), buf_str(&rest)));
		archive_close(a);
		buf_free(&rest);
		buf_free(&position);
	}
	a = archive_open(names, 1, &none, &err);
	assert_int_equal(archive_seek(a, STR("9 9 x"), &err), -1);
	assert_int_equal(err.class, ERR_FATAL);
	archive_close(a);
	buf_free(&whole);
	buf_free(&text);
}

static void
progress_goes_from_nothing_to_the_size_of_the_files(void **state)
{
	struct zip_maker z = {0};
	struct err err = {0};
	struct archive_piece piece;
	uint64_t done, total, before = 0;

	(void)state;
	folder_put("a.txt", CHAT);
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT});
	put_zip("b.zip", &z);
	struct archive *a = archive_open((const char *[]){"a.txt", "b.zip"}, 2,
					 &(struct archive_options){0}, &err);
	archive_progress(a, &done, &total);
	assert_int_equal(done, 0);
	assert_int_equal(total, 26 + 142);
	while (archive_read(a, &piece, &err) != ARCHIVE_DONE) {
		archive_progress(a, &done, &total);
		assert_true(done >= before && done <= total);
		before = done;
	}
	assert_int_equal(done, total);
	archive_close(a);
}

static void
an_import_has_an_id_of_its_own_when_it_is_made_again(void **state)
{
	char first[64], again[64], later[64];
	char *const ids[] = {first, again, later};

	(void)state;
	folder_put("a.txt", CHAT);
	for (int i = 0; i < 3; i++) {
		struct err err = {0};
		struct archive_piece piece;
		clock_set_ms(i < 2 ? 1000 : 2000);
		struct archive *a = archive_open((const char *[]){"a.txt"}, 1,
						 &(struct archive_options){0}, &err);
		while (archive_read(a, &piece, &err) != ARCHIVE_PIECE)
			continue;
		assert_int_equal(piece.manifest->import_id.len, 32);
		snprintf(ids[i], 64, "%s", piece.manifest->import_id.ptr);
		archive_close(a);
	}
	assert_string_equal(first, again);
	assert_string_not_equal(first, later);
}

RUN_TESTS(TEST_IN_FOLDER(texts_and_zips_follow_each_other_as_they_are_named),
	  TEST_IN_FOLDER(what_cannot_be_read_is_said_and_the_others_go_on),
	  TEST_IN_FOLDER(a_folder_gives_its_chats_in_order_of_their_names),
	  TEST_IN_FOLDER(each_chat_of_a_zip_has_the_media_of_its_folder),
	  TEST_IN_FOLDER(a_folder_names_one_chat_and_not_several),
	  TEST_IN_FOLDER(the_title_can_be_given), TEST_IN_FOLDER(media_are_unpacked_beside),
	  TEST_IN_FOLDER(a_medium_whose_name_a_hundred_have_stops_no_other),
	  TEST_IN_FOLDER(a_pipe_may_hold_a_text_or_a_zip),
	  TEST_IN_FOLDER(what_must_be_made_a_text_first_is_told_how),
	  TEST_IN_FOLDER(reading_can_be_resumed_after_any_piece),
	  TEST_IN_FOLDER(progress_goes_from_nothing_to_the_size_of_the_files),
	  TEST_IN_FOLDER(an_import_has_an_id_of_its_own_when_it_is_made_again))
