#include "check.h"

#include "avro/limits.h"
#include "container_file.h"

static const char *const codecs[] = {"null", "deflate", "snappy", "zstandard"};
#define CODECS (sizeof(codecs) / sizeof(*codecs))

static void
what_is_written_is_read_with_every_codec(void **state)
{
	(void)state;
	for (size_t i = 0; i < CODECS; i++) {
		struct file *f = file_of_four(codecs[i], i % 2 == 0);
		struct memory_input in = {.left = buf_str(&f->bytes)};
		struct container_block b = {0};
		struct str key, value;
		struct err err;

		assert_int_equal(container_writer_bytes(f->writer), f->bytes.len);
		struct container_reader *r = container_reader_open(
			(struct byte_source){memory_read, &in}, "it", false, &err);

		assert_non_null(r);
		assert_str(container_reader_codec(r), codecs[i]);
		assert_str(avro_schema_json(container_reader_schema(r)), schema);
		assert_str(container_reader_metadata(r, STR("chatmill.trail")), "[]");
		assert_null(container_reader_metadata(r, STR("chatmill")).ptr);
		assert_true(container_reader_entry(r, 0, &key, &value));
		assert_str(key, "avro.schema");
		assert_false(container_reader_entry(r, i % 2 == 0 ? 4 : 3, &key, &value));
		for (unsigned n = 0; n < 4; n++) {
			assert_int_equal(container_reader_next(r, &b, &err), 1);
			assert_int_equal(b.count, n + 1);
			assert_int_equal(b.number, n);
			assert_int_equal(b.first_record, n * (n + 1) / 2);
			assert_int_equal(b.offset, f->start[n]);
			assert_int_equal(b.size, f->start[n + 1] - f->start[n]);
			assert_int_equal(b.bytes.len, (n + 1) * 17);
		}
		assert_int_equal(container_reader_next(r, &b, &err), 0);
		assert_int_equal(container_reader_next(r, &b, &err), 0);
		container_reader_close(r);
		buf_free(&b.bytes);
		file_free(f);
	}
}

static void
any_chunking_of_the_source_gives_the_same(void **state)
{
	static const size_t pieces[] = {1, 2, 3, 7, 16, 100, 65536};
	struct buf want = {0}, got = {0}, large = {0};

	(void)state;
	for (size_t i = 0; i < CODECS; i++) {
		struct file *f = file_of_four(codecs[i], true);
		buf_room(&large, 300000);
		large.len = 300000;
		memset(large.ptr, 0, large.len);
		file_add(f, 300000, buf_str(&large));
		file_end(f);
		for (size_t cut = 0; cut < 2; cut++)
			for (size_t skip = 0; skip < 2; skip++) {
				struct str all =
					str_head(buf_str(&f->bytes), f->bytes.len - 30 * cut);
				tell(all, 0, skip, &want);
				for (size_t p = 0; p < sizeof(pieces) / sizeof(*pieces); p++) {
					tell(all, pieces[p], skip, &got);
					assert_str(buf_str(&got), buf_cstr(&want));
				}
			}
		file_free(f);
	}
	buf_free(&want);
	buf_free(&got);
	buf_free(&large);
}

static void
a_block_is_delivered_as_soon_as_its_last_byte_is_read(void **state)
{
	(void)state;
	for (int skip = 0; skip < 2; skip++) {
		struct file *f = file_of_four("null", true);
		struct memory_input in = {.left = str_head(buf_str(&f->bytes), f->start[1]),
					  .live = true};
		struct container_block b = {0};
		struct err err;
		struct container_reader *r = container_reader_open(
			(struct byte_source){memory_read, &in}, "it", skip, &err);

		assert_non_null(r);
		assert_int_equal(container_reader_next(r, &b, &err), 1);
		in.left = (struct str){f->bytes.ptr + f->start[1], f->start[2] - f->start[1]};
		assert_int_equal(container_reader_next(r, &b, &err), 1);
		assert_false(in.asked_too_far);
		assert_int_equal(container_reader_next(r, &b, &err), -1);
		assert_string_equal(err.text, "nothing is there yet");
		container_reader_close(r);
		buf_free(&b.bytes);
		file_free(f);
	}
}

static void
the_same_input_gives_the_same_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < CODECS; i++) {
		struct file *a = file_of_four(codecs[i], true), *b = file_of_four(codecs[i], true),
			    *c = file_of_four(codecs[i], false);

		assert_true(str_equal(buf_str(&a->bytes), buf_str(&b->bytes)));
		/* another header, another marker */
		assert_memory_not_equal(a->bytes.ptr + a->start[1] - 16,
					c->bytes.ptr + c->start[1] - 16, 16);
		file_free(a);
		file_free(b);
		file_free(c);
	}
}

static void
no_records_are_no_block(void **state)
{
	struct file *f = file_new("snappy", true);

	(void)state;
	file_add(f, 0, STR(""));
	assert_int_equal(f->start[1], f->start[0]);
	file_free(f);
}

/* Other readers unpack a block before they see that it is empty, and snappy wants its checksum. */
static void
the_end_mark_is_packed_like_any_block(void **state)
{
	struct file *f = file_new("snappy", true);

	(void)state;
	file_end(f);
	assert_memory_equal(f->bytes.ptr + f->start[0], "\0\x0a\0\0\0\0\0", 7);
	assert_int_equal(f->bytes.len - f->start[0], 7 + 16);
	file_free(f);
}

static void
a_readers_entries_can_be_handed_to_a_writer(void **state)
{
	struct file *f = file_of_four("null", true);
	struct memory_input in = {.left = buf_str(&f->bytes)};
	struct container_entry entries[8];
	struct buf copy = {0};
	size_t count = 0;
	struct err err;

	(void)state;
	struct container_reader *r =
		container_reader_open((struct byte_source){memory_read, &in}, "it", false, &err);
	assert_non_null(r);
	while (container_reader_entry(r, count, &entries[count].key, &entries[count].value))
		count++;
	struct container_writer *w =
		container_writer_open((struct byte_sink){memory_write, &copy}, STR(schema), STR(""),
				      entries, count, true, &err);
	assert_non_null(w);
	assert_true(str_equal(buf_str(&copy), str_head(buf_str(&f->bytes), f->start[0])));
	container_writer_close(w);
	container_reader_close(r);
	buf_free(&copy);
	file_free(f);
}

static void
what_is_no_container_is_told_so(void **state)
{
	(void)state;
	assert_story(STR(""), false, "the input is empty: an Avro container was expected");
	assert_story(STR("12/31/23, 10:15 - Ada: hi"), false,
		     "the input is not an Avro container: its first bytes are not \"Obj\\1\"; it "
		     "looks like text: give it to chatmill fetch and parse first");
	assert_story(STR("PK\3\4etc"), false,
		     "the input is not an Avro container: its first bytes are not \"Obj\\1\"; it "
		     "looks like a zip archive: give it to chatmill fetch and parse first");
	assert_story(STR("\1\2"), false,
		     "the input is not an Avro container: its first bytes are not \"Obj\\1\"");
	assert_story(STR("Obj\1"), false, "the input: header: the input ends within it, at byte 4");
}

/* Metadata, piece by piece. */
static struct buf made;

static void
number(int64_t n)
{
	varint_add(&made, n);
}

static void
text(const char *s)
{
	varint_add_str(&made, str_of(s));
}

static void
no_metadata_at_all(void)
{
	number(0);
}

static void
a_wrong_schema(void)
{
	number(1);
	text("avro.schema");
	text("\"logn\"");
	number(0);
}

static void
a_strange_codec(void)
{
	number(2);
	text("avro.schema");
	text("\"long\"");
	text("avro.codec");
	text("lz4");
	number(0);
}

static void
a_key_twice(void)
{
	number(2);
	text("a");
	text("b");
	text("a");
	text("c");
	number(0);
}

static void
a_key_that_is_not_utf8(void)
{
	number(1);
	text("\xc3(");
	text("");
	number(0);
}

static void
a_wrong_size(void)
{
	number(-1);
	number(5);
	text("a");
	text("b");
	number(0);
}

static void
a_negative_length(void)
{
	number(1);
	number(-1);
}

static void
a_large_length(void)
{
	number(1);
	number(INT64_MAX);
}

static void
a_length_that_does_not_come(void)
{
	number(1);
	number(8 * 1024 * 1024);
}

static void
many_entries(void)
{
	number(65537);
}

static void
the_most_negative_count(void)
{
	number(INT64_MIN);
	number(0);
}

static void
a_number_that_does_not_end(void)
{
	buf_add(&made, STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
}

static void
a_bad_header_is_told_what_is_wrong_with_it(void **state)
{
	static const struct {
		void (*make)(void);
		const char *message;
	} cases[] = {
		{no_metadata_at_all, "it has no entry \"avro.schema\""},
		{a_wrong_schema, "schema: "},
		{a_strange_codec,
		 "codec \"lz4\" is none of \"null\", \"deflate\", \"snappy\", \"zstandard\""},
		{a_key_twice, "the key of its entry 1 was there before"},
		{a_key_that_is_not_utf8, "the key of its entry 0 is not UTF-8"},
		{a_wrong_size, "its entries do not have the 5 bytes it says"},
		{a_negative_length, "a length of -1 bytes, where 16777216 are allowed"},
		{a_large_length,
		 "a length of 9223372036854775807 bytes, where 16777216 are allowed"},
		{a_length_that_does_not_come, "the input ends within it, at byte 25"},
		{many_entries, "65537 entries, where 65536 are allowed"},
		{the_most_negative_count, "9223372036854775808 entries, where 65536 are allowed"},
		{a_number_that_does_not_end, "a count of entries is not a number"},
	};
	struct buf story = {0}, want = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&made);
		buf_add(&made, STR("Obj\1"));
		cases[i].make();
		buf_add(&made, STR("0123456789abcdef"));
		tell(buf_str(&made), 0, false, &story);
		buf_clear(&want);
		buf_printf(&want, "the input: header: %s", cases[i].message);
		if (!str_starts(buf_str(&story), buf_str(&want)))
			assert_str(buf_str(&story), buf_cstr(&want));
	}
	buf_free(&made);
	buf_free(&story);
	buf_free(&want);
}

static void
metadata_may_come_in_several_blocks_some_of_them_sized(void **state)
{
	(void)state;
	buf_add(&made, STR("Obj\1"));
	number(1);
	text("a");
	text("b");
	number(-2);
	number(2 + 2 + 12 + 7);
	text("c");
	text("d");
	text("avro.schema");
	text("\"long\"");
	number(0);
	buf_add(&made, STR("0123456789abcdef\4\4\1\2"
			   "0123456789abcdef"));
	assert_story(buf_str(&made), false, "0+2 end, 0 places, 0 bytes");
	buf_free(&made);
}

RUN_TESTS(TEST(what_is_written_is_read_with_every_codec),
	  TEST(any_chunking_of_the_source_gives_the_same),
	  TEST(a_block_is_delivered_as_soon_as_its_last_byte_is_read),
	  TEST(the_same_input_gives_the_same_bytes), TEST(no_records_are_no_block),
	  TEST(the_end_mark_is_packed_like_any_block),
	  TEST(a_readers_entries_can_be_handed_to_a_writer), TEST(what_is_no_container_is_told_so),
	  TEST(a_bad_header_is_told_what_is_wrong_with_it),
	  TEST(metadata_may_come_in_several_blocks_some_of_them_sized))
