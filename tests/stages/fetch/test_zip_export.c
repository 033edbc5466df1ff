#include "../../../stages/fetch/zip_export.h"
#include "../../../stages/fetch/zip_safety.h"
#include "check.h"
#include "zip_maker.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHAT STR("12/05/24, 10:15 - Ada: hi\n")

static int
file_of(struct str bytes)
{
	int fd = memfd_create("zip", MFD_CLOEXEC);

	assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
	return fd;
}

static struct zip_export *
open_bytes(struct str bytes, struct err *err)
{
	return zip_export_open(file_of(bytes), bytes.len, err);
}

static struct zip_export *
open_made(struct zip_maker *z, struct err *err)
{
	zip_finish(z, false);
	struct zip_export *export = open_bytes(buf_str(&z->bytes), err);
	buf_free(&z->bytes);
	return export;
}

/* One letter for each member: c chat, m media, - other; or the error. */
static void
assert_roles(struct zip_maker *z, const char *expected)
{
	struct err err = {0};
	struct zip_export *export = open_made(z, &err);
	char roles[32] = "";
	size_t count;

	if (export == NULL) {
		assert_string_equal(err.text, expected);
		return;
	}
	const struct zip_member *m = zip_export_members(export, &count);
	assert_true(count < sizeof(roles));
	for (size_t i = 0; i < count; i++)
		roles[i] = "-mc"[m[i].role];
	assert_string_equal(roles, expected);
	zip_export_close(export);
}

static void
assert_refused(struct zip_maker *z, const char *expected)
{
	struct err err = {0};

	assert_null(open_made(z, &err));
	assert_string_equal(err.text, expected);
	assert_int_equal(err.class, ERR_INPUT);
}

/* The bytes of the first member, then what reading it said at last. */
static void
read_first(struct zip_export *export, struct buf *bytes, struct err *err)
{
	size_t got = 1;

	buf_clear(bytes);
	if (zip_export_begin(export, 0, err) != 0)
		return;
	while (got > 0 && zip_export_read(export, buf_room(bytes, 1000), 1000, &got, err) == 0)
		bytes->len += got;
	zip_export_end(export);
}

static void
assert_reads(struct zip_maker *z, bool zip64, const char *text, const char *error)
{
	struct err err = {0};
	struct buf bytes = {0};

	zip_finish(z, zip64);
	struct zip_export *export = open_bytes(buf_str(&z->bytes), &err);
	buf_free(&z->bytes);
	if (export == NULL)
		fail_msg("%s", err.text);
	read_first(export, &bytes, &err);
	assert_str(buf_str(&bytes), text);
	assert_string_equal(err.text, error);
	buf_free(&bytes);
	zip_export_close(export);
}

static void
members_stored_deflated_streamed_and_zip64_are_read(void **state)
{
	struct zip_maker a = {0}, b = {0}, c = {0}, d = {0};

	(void)state;
	zip_add(&a, (struct zip_item){.name = "_chat.txt", .data = CHAT});
	assert_reads(&a, false, CHAT.ptr, "");
	zip_add(&b, (struct zip_item){.name = "_chat.txt", .data = CHAT, .deflate = true});
	assert_reads(&b, false, CHAT.ptr, "");
	zip_add(&c,
		(struct zip_item){
			.name = "_chat.txt", .data = CHAT, .deflate = true, .descriptor = true});
	assert_reads(&c, false, CHAT.ptr, "");
	zip_add(&d, (struct zip_item){.name = "_chat.txt", .data = CHAT, .zip64 = true});
	assert_reads(&d, true, CHAT.ptr, "");
}

static void
the_chat_is_told_from_what_lies_beside_it(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	zip_add(&z, (struct zip_item){.name = "WhatsApp Chat with Bob.txt", .data = CHAT});
	zip_add(&z, (struct zip_item){.name = "IMG-1.jpg", .data = STR("x")});
	zip_add(&z, (struct zip_item){.name = "__MACOSX/._chat.txt", .data = STR("x")});
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT});
	assert_roles(&z, "mm-c");

	z = (struct zip_maker){0};
	zip_add(&z, (struct zip_item){.name = "notes.txt", .data = CHAT});
	zip_add(&z, (struct zip_item){.name = "WhatsApp Chat with Ada.txt", .data = CHAT});
	assert_roles(&z, "mc");

	z = (struct zip_maker){0};
	zip_add(&z, (struct zip_item){.name = "letter.txt", .data = STR("Dear Ada,")});
	zip_add(&z, (struct zip_item){.name = "chat.txt", .data = CHAT});
	zip_add(&z, (struct zip_item){.name = "another.txt", .data = CHAT});
	assert_roles(&z, "mcm");
}

static void
each_folder_of_a_zip_may_have_its_chat(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	zip_add(&z, (struct zip_item){.name = "a/"});
	zip_add(&z, (struct zip_item){.name = "a/_chat.txt", .data = CHAT});
	zip_add(&z, (struct zip_item){.name = "b/_chat.txt", .data = CHAT});
	zip_add(&z, (struct zip_item){.name = "b/notes.txt", .data = CHAT});
	assert_roles(&z, "-ccm");
}

static void
links_are_never_read(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	zip_add(&z, (struct zip_item){.name = "_chat.txt",
				      .data = STR("/etc/passwd"),
				      .attributes = 0120777u << 16});
	zip_add(&z,
		(struct zip_item){.name = "chat.txt", .data = CHAT, .attributes = 0100644u << 16});
	assert_roles(&z, "-c");
}

static void
names_that_are_not_utf8_become_it(void **state)
{
	struct zip_maker z = {0};
	struct err err = {0};
	size_t count;

	(void)state;
	zip_add(&z, (struct zip_item){.name = "M\x81ller.jpg", .data = STR("x")});
	zip_add(&z, (struct zip_item){.name = "overlong \xC0\xB0.jpg", .data = STR("x")});
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT});
	struct zip_export *export = open_made(&z, &err);
	assert_non_null(export);
	const struct zip_member *members = zip_export_members(export, &count);
	assert_str(members[0].name, "Müller.jpg");
	assert_str(members[1].name, "overlong \uFFFD\uFFFD.jpg");
	zip_export_close(export);
}

static void
a_name_that_is_not_the_utf8_it_says_costs_no_more_than_itself(void **state)
{
	struct zip_maker z = {0};
	struct err err = {0};
	struct buf bytes = {0};
	size_t count;

	(void)state;
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT, .flags = 0x800});
	zip_add(&z, (struct zip_item){.name = "M\xFCller.jpg", .data = STR("x"), .flags = 0x800});
	zip_add(&z, (struct zip_item){.name = "Müller.jpg", .data = STR("x"), .flags = 0x800});
	zip_add(&z, (struct zip_item){.name = "cut M\xC3", .data = STR("x"), .flags = 0x808});
	struct zip_export *export = open_made(&z, &err);
	if (export == NULL)
		fail_msg("%s", err.text);
	const struct zip_member *members = zip_export_members(export, &count);
	assert_str(members[1].name, "M\uFFFDller.jpg");
	assert_str(members[2].name, "Müller.jpg");
	assert_str(members[3].name, "cut M\uFFFD");
	for (size_t i = 0; i < count; i++)
		assert_int_equal(members[i].repaired, i == 1 || i == 3);
	read_first(export, &bytes, &err);
	assert_str(buf_str(&bytes), CHAT.ptr);
	assert_string_equal(err.text, "");
	buf_free(&bytes);
	zip_export_close(export);
}

static void
damage_inside_a_member_is_said_at_its_end(void **state)
{
	struct zip_maker a = {0}, b = {0}, c = {0}, d = {0};

	(void)state;
	zip_add(&a, (struct zip_item){.name = "_chat.txt", .data = CHAT, .wrong_crc = 1});
	assert_reads(&a, false, CHAT.ptr, "CRC error");
	zip_add(&b, (struct zip_item){
			    .name = "_chat.txt", .data = CHAT, .deflate = true, .claimed = 9});
	assert_reads(&b, false, "", "it unpacks to more bytes than the zip says");
	zip_add(&c, (struct zip_item){
			    .name = "_chat.txt", .data = CHAT, .deflate = true, .claimed = 99});
	assert_reads(&c, false, CHAT.ptr, "it unpacks to fewer bytes than the zip says");
	zip_add(&d, (struct zip_item){.name = "_chat.txt", .data = STR(""), .claimed = 99});
	assert_reads(&d, false, "", "it unpacks to fewer bytes than the zip says");
}

static void
an_encrypted_chat_says_what_to_do(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT, .flags = 1});
	assert_reads(&z, false, "",
		     "it is encrypted; unpack it with its password and give the folder");
}

static void
bombs_are_refused_before_they_are_unpacked(void **state)
{
	struct zip_maker z = {0};
	size_t size = 64 << 20;
	char *zeros = calloc(1, size);

	(void)state;
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = {zeros, size}, .deflate = true});
	assert_refused(&z, "it would unpack to more than 200 times its size, as a zip bomb does");
	z = (struct zip_maker){0};
	zip_add(&z, (struct zip_item){.name = "_chat.txt",
				      .data = CHAT,
				      .claimed = UINT64_C(1) << 40,
				      .zip64 = true});
	assert_refused(&z, "it would unpack to more than 4 GiB");
	free(zeros);
}

static void
members_that_share_bytes_are_refused(void **state)
{
	struct zip_maker z = {0};
	char data[3000], record[64];

	(void)state;
	memset(data, 'x', sizeof(data));
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = {data, sizeof(data)}});
	size_t len = z.directory.len;
	memcpy(record, z.directory.ptr, len);
	for (; z.count < 9; z.count++)
		buf_add(&z.directory, (struct str){record, len});
	assert_refused(&z, "its files overlap");
}

/* The header and so many bytes of the second member lie among those of the first. */
static void
assert_overlap_is_refused(size_t within, bool zip64)
{
	struct zip_maker inner = {0}, z = {0};
	struct buf data = {0};
	struct zip_item second = {.name = "2.jpg", .data = STR("0123456789"), .zip64 = zip64};

	zip_add(&inner, second);
	buf_add(&data, CHAT);
	buf_add(&data, str_head(buf_str(&inner.bytes), 30 + 5 + within));
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = buf_str(&data)});
	second.said_at = 30 + 9 + CHAT.len;
	zip_add(&z, second);
	assert_refused(&z, "its files overlap");
	buf_free(&data);
	buf_free(&inner.bytes);
	buf_free(&inner.directory);
}

static void
members_that_share_some_bytes_are_refused(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	assert_overlap_is_refused(0, false);
	assert_overlap_is_refused(5, false);
	assert_overlap_is_refused(5, true);
	assert_overlap_is_refused(10, false);
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT});
	zip_add(&z, (struct zip_item){.name = "lost.jpg", .data = STR("x"), .said_at = 1 << 30});
	zip_add(&z, (struct zip_item){.name = "1.jpg", .data = STR("x"), .zip64 = true});
	assert_roles(&z, "cmm");
}

static void
too_many_members_and_long_names_are_refused(void **state)
{
	struct zip_maker z = {0};
	char name[2000];

	(void)state;
	for (int i = 0; i <= ZIP_MAX_MEMBERS; i++)
		zip_add(&z, (struct zip_item){.name = "x"});
	assert_refused(&z, "it holds more than 100000 files");
	z = (struct zip_maker){0};
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	zip_add(&z, (struct zip_item){.name = name});
	assert_refused(&z, "a name in it is longer than 1024 bytes");
}

static void
chats_that_would_each_list_too_many_files_are_refused(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	for (int i = 0; i < 5000; i++)
		zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT});
	assert_refused(&z, "it holds 5000 chats and 5000 files, which is too many");
}

static void
a_second_directory_is_refused(void **state)
{
	struct zip_maker a = {0}, b = {0};

	(void)state;
	zip_add(&a, (struct zip_item){.name = "_chat.txt", .data = CHAT});
	zip_finish(&a, false);
	zip_add(&b, (struct zip_item){.name = "other.txt", .data = CHAT});
	b.bytes.len = 0; /* its record refers to the first one's bytes */
	buf_add(&a.bytes, buf_str(&b.directory));
	size_t offset = a.bytes.len - b.directory.len, size = b.directory.len;
	buf_add(&a.bytes, STR("PK\5\6\0\0\0\0\1\0\1\0"));
	zip_number(&a.bytes, size, 4);
	zip_number(&a.bytes, offset, 4);
	zip_number(&a.bytes, 0, 2);
	struct err err = {0};
	assert_null(open_bytes(buf_str(&a.bytes), &err));
	assert_string_equal(err.text, "it has more than one directory");
	buf_free(&a.bytes);
	buf_free(&b.bytes);
	buf_free(&b.directory);
}

static void
a_stored_zip_inside_is_no_second_directory(void **state)
{
	struct zip_maker inner = {0}, z = {0};

	(void)state;
	zip_add(&inner, (struct zip_item){.name = "a.txt", .data = STR("x")});
	zip_finish(&inner, false);
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT});
	zip_add(&z, (struct zip_item){.name = "report.docx", .data = buf_str(&inner.bytes)});
	assert_roles(&z, "cm");
	buf_free(&inner.bytes);
}

static void
every_truncation_is_refused_or_read_without_harm(void **state)
{
	struct zip_maker z = {0};

	(void)state;
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT, .deflate = true});
	zip_add(&z, (struct zip_item){.name = "IMG-1.jpg", .data = STR("xyz")});
	zip_finish(&z, false);
	for (size_t len = 0; len < z.bytes.len; len++) {
		struct err err = {0};
		assert_null(open_bytes(str_head(buf_str(&z.bytes), len), &err));
		assert_string_equal(
			err.text,
			"its end is missing, it was cut short or is no zip; copy it anew");
	}
	buf_free(&z.bytes);
}

static void
every_changed_byte_is_refused_or_read_without_harm(void **state)
{
	struct zip_maker z = {0};
	struct buf bytes = {0};

	(void)state;
	zip_add(&z, (struct zip_item){.name = "_chat.txt", .data = CHAT, .deflate = true});
	zip_add(&z, (struct zip_item){.name = "IMG-1.jpg", .data = STR("xyz"), .zip64 = true});
	zip_finish(&z, true);
	for (size_t at = 0; at < z.bytes.len; at++)
		for (int change = 0; change < 3; change++) {
			char before = z.bytes.ptr[at];
			struct err err = {0};
			z.bytes.ptr[at] = change == 0   ? (char)0xFF
					  : change == 1 ? 0
							: (char)(before ^ 1);
			struct zip_export *export = open_bytes(buf_str(&z.bytes), &err);
			if (export != NULL) {
				size_t count;
				if (zip_export_members(export, &count) != NULL && count > 0)
					read_first(export, &bytes, &err);
				zip_export_close(export);
			}
			z.bytes.ptr[at] = before;
		}
	buf_free(&bytes);
	buf_free(&z.bytes);
}

RUN_TESTS(TEST(members_stored_deflated_streamed_and_zip64_are_read),
	  TEST(the_chat_is_told_from_what_lies_beside_it),
	  TEST(each_folder_of_a_zip_may_have_its_chat), TEST(links_are_never_read),
	  TEST(names_that_are_not_utf8_become_it),
	  TEST(a_name_that_is_not_the_utf8_it_says_costs_no_more_than_itself),
	  TEST(damage_inside_a_member_is_said_at_its_end), TEST(an_encrypted_chat_says_what_to_do),
	  TEST(bombs_are_refused_before_they_are_unpacked),
	  TEST(members_that_share_bytes_are_refused),
	  TEST(members_that_share_some_bytes_are_refused),
	  TEST(too_many_members_and_long_names_are_refused),
	  TEST(chats_that_would_each_list_too_many_files_are_refused),
	  TEST(a_second_directory_is_refused), TEST(a_stored_zip_inside_is_no_second_directory),
	  TEST(every_truncation_is_refused_or_read_without_harm),
	  TEST(every_changed_byte_is_refused_or_read_without_harm))
