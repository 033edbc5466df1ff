#include "check.h"

#include "avro/limits.h"
#include "container_file.h"
#include <stdio.h>

static void
what_stands_before_the_damage_is_delivered_first(void **state)
{
	struct file *f = file_of_four("null", true);
	struct str all = buf_str(&f->bytes);
	char want[200];

	(void)state;
	snprintf(want, sizeof(want),
		 "0+1 1+2 the input: block 2 at byte %zu: the input ends within it, at byte %zu: "
		 "the program before this one failed or was stopped",
		 f->start[2], f->start[3] - 1);
	assert_story(str_head(all, f->start[3] - 1), false, want);
	snprintf(want, sizeof(want),
		 "0+1 1+2 the input: block 2 at byte %zu: behind its 51 bytes there is no sync "
		 "marker",
		 f->start[2]);
	f->bytes.ptr[f->start[3] - 3] ^= 1;
	assert_story(all, false, want);
	file_free(f);
}

static void
an_input_that_ends_without_its_mark_is_an_error(void **state)
{
	struct file *f = file_of_four("zstandard", true);
	struct str all = buf_str(&f->bytes);

	(void)state;
	assert_story(all, false, "0+1 1+2 3+3 6+4 end, 0 places, 0 bytes");
	assert_story(str_head(all, f->start[4]), false,
		     "0+1 1+2 3+3 6+4 the input: the input ended without its end mark: the program "
		     "before this one failed or was stopped");
	assert_story(str_head(all, f->start[4]), true, "0+1 1+2 3+3 6+4 end, 1 places, 0 bytes");
	file_free(f);
	f = file_of_four("zstandard", false);
	assert_story(str_head(buf_str(&f->bytes), f->start[3]), false,
		     "0+1 1+2 3+3 end, 0 places, 0 bytes");
	file_free(f);
}

/* Adds a block with a frame of any sort, as the writer would not. */
static void
file_add_frame(struct file *f, int64_t count, int64_t size, struct str bytes)
{
	struct str sync = {f->bytes.ptr + f->start[0] - 16, 16};
	char marker[16];

	memcpy(marker, sync.ptr, sizeof(marker));
	varint_add(&f->bytes, count);
	varint_add(&f->bytes, size);
	buf_add(&f->bytes, bytes);
	buf_add(&f->bytes, (struct str){marker, sizeof(marker)});
	f->start[++f->count] = f->bytes.len;
}

static void
empty_blocks_are_passed_over(void **state)
{
	struct file *f = file_new("deflate", true);

	(void)state;
	file_add_texts(f, 0, 1);
	file_end(f);
	file_add_frame(f, 0, 0, STR("")); /* not packed at all, as some may write it */
	file_add_texts(f, 1, 1);
	file_end(f);
	assert_story(buf_str(&f->bytes), false, "0+1 1+1 end, 0 places, 0 bytes");
	assert_story(buf_str(&f->bytes), true, "0+1 1+1 end, 0 places, 0 bytes");
	file_free(f);
}

static void
a_bad_frame_is_told_what_is_wrong_with_it(void **state)
{
	static const struct {
		int64_t count, size;
		const char *bytes, *message;
	} cases[] = {
		{-1, 2, "\2x", "it says -1 records in 2 bytes; 67108864 bytes are allowed"},
		{1, -2, "\2x", "it says 1 records in -2 bytes; 67108864 bytes are allowed"},
		{1, INT64_MIN, "\2x",
		 "it says 1 records in -9223372036854775808 bytes; 67108864 bytes are allowed"},
		{1, AVRO_MAX_BLOCK + 1, "\2x",
		 "it says 1 records in 67108865 bytes; 67108864 bytes are allowed"},
		{3, 2, "\2x", "it says 3 records, and has room for 2"},
		{INT64_MAX, 2, "\2x", "it says 9223372036854775807 records, and has room for 2"},
		{0, 2, "\2x", "it says no records, and has 2 bytes"},
		{1, 3, "\2x", "behind its 3 bytes there is no sync marker"},
	};
	char want[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct file *f = file_new("null", true);
		file_add_texts(f, 0, 1);
		file_add_frame(f, cases[i].count, cases[i].size, str_of(cases[i].bytes));
		file_add_texts(f, 1, 1);
		file_end(f);
		snprintf(want, sizeof(want), "0+1 the input: block 1 at byte %zu: %s", f->start[1],
			 cases[i].message);
		assert_story(buf_str(&f->bytes), false, want);
		snprintf(want, sizeof(want), "0+1 1+1 end, 1 places, %zu bytes",
			 f->start[2] - f->start[1]);
		assert_story(buf_str(&f->bytes), true, want);
		file_free(f);
	}
}

static void
a_second_container_behind_the_first_is_told_so(void **state)
{
	struct file *f = file_of_four("null", false), *g = file_of_four("null", false);
	char want[200];

	(void)state;
	buf_add(&f->bytes, buf_str(&g->bytes));
	snprintf(want, sizeof(want),
		 "0+1 1+2 3+3 6+4 the input: block 4 at byte %zu: another container begins here: "
		 "give each on its own",
		 f->start[4]);
	assert_story(buf_str(&f->bytes), false, want);
	file_free(f);
	file_free(g);
}

/* What a claimed size makes the reader allocate, where its bytes don't come. */
static void
a_size_alone_allocates_nothing(void **state)
{
	struct file *f = file_new("null", true);
	struct container_block b = {0};
	struct err err;

	(void)state;
	varint_add(&f->bytes, 1000);
	varint_add(&f->bytes, AVRO_MAX_BLOCK);
	buf_add(&f->bytes, STR("and a few bytes"));
	struct memory_input in = {.left = buf_str(&f->bytes)};
	struct container_reader *r =
		container_reader_open((struct byte_source){memory_read, &in}, "it", false, &err);
	assert_non_null(r);
	assert_int_equal(container_reader_next(r, &b, &err), -1);
	assert_true(b.bytes.room <= 128 * 1024);
	container_reader_close(r);
	buf_free(&b.bytes);
	file_free(f);
}

static void
one_damaged_byte_costs_no_more_than_its_block(void **state)
{
	static const char *const rest[] = {"0+2 2+3 5+4 ", "0+1 1+3 4+4 ", "0+1 1+2 3+4 ",
					   "0+1 1+2 3+3 "};
	char want[100];

	(void)state;
	for (size_t codec = 0; codec < 4; codec++) {
		static const char *const codecs[] = {"null", "deflate", "snappy", "zstandard"};
		struct file *f = file_of_four(codecs[codec], true);
		for (size_t block = 0; block < 4; block++) {
			size_t last = f->start[block + 1] - 1;
			/* its count: beyond what it has */
			f->bytes.ptr[f->start[block]] += 64;
			snprintf(want, sizeof(want), "%send, 1 places, %zu bytes", rest[block],
				 f->start[block + 1] - f->start[block]);
			assert_story(buf_str(&f->bytes), true, want);
			f->bytes.ptr[f->start[block]] -= 64;
			/* its marker: the next one's block goes, too, where there is one */
			f->bytes.ptr[last] ^= 1;
			struct buf story = {0};
			tell(buf_str(&f->bytes), 0, true, &story);
			assert_true(str_find(buf_str(&story), STR("1 places")) < story.len);
			f->bytes.ptr[last] ^= 1;
			buf_free(&story);
		}
		file_free(f);
	}
}

static void
damage_in_two_places_is_counted_as_two(void **state)
{
	struct file *f = file_of_four("null", true);
	char want[100];

	(void)state;
	f->bytes.ptr[f->start[0] + 2] = -1; /* the length of a string */
	f->bytes.ptr[f->start[2] + 2] = -1;
	snprintf(want, sizeof(want), "0+2 2+4 end, 2 places, %zu bytes",
		 f->start[1] - f->start[0] + f->start[3] - f->start[2]);
	assert_story(buf_str(&f->bytes), true, want);
	f->bytes.ptr[f->start[1] + 2] = -1;
	snprintf(want, sizeof(want), "0+4 end, 1 places, %zu bytes", f->start[3] - f->start[0]);
	assert_story(buf_str(&f->bytes), true, want);
	snprintf(want, sizeof(want), "0+4 end, 2 places, %zu bytes",
		 f->start[3] - f->start[0] + 10);
	assert_story(str_head(buf_str(&f->bytes), f->start[4] + 10), true, want);
	file_free(f);
}

/* Whoever reads it refuses that one record, with and without skip_corrupt. */
static void
a_text_that_is_not_utf8_is_no_damage_to_its_block(void **state)
{
	struct file *f = file_new("null", true);

	(void)state;
	file_add(f, 3, STR("\2a\2\xFF\2c"));
	file_add_texts(f, 3, 1);
	file_end(f);
	assert_story(buf_str(&f->bytes), false, "0+3 3+1 end, 0 places, 0 bytes");
	assert_story(buf_str(&f->bytes), true, "0+3 3+1 end, 0 places, 0 bytes");
	file_free(f);
}

/* A text may carry the marker, which is no secret, and even a whole block. */
static void
a_forged_marker_within_a_text_is_seen_through(void **state)
{
	struct file *f = file_new("null", true);
	struct buf forged = {0}, block = {0};
	char marker[16];

	(void)state;
	memcpy(marker, f->bytes.ptr + f->start[0] - 16, 16);
	file_add_texts(f, 0, 1);
	buf_add(&forged, (struct str){marker, 16});
	buf_add(&forged, STR("\2\x10no block"));
	varint_add_str(&block, buf_str(&forged));
	file_add(f, 1, buf_str(&block));
	file_add_texts(f, 1, 1);
	file_end(f);
	assert_story(buf_str(&f->bytes), true, "0+1 1+1 2+1 end, 0 places, 0 bytes");
	f->bytes.ptr[f->start[1]] = 99; /* the count of the block with that text */
	struct buf story = {0};
	tell(buf_str(&f->bytes), 0, true, &story);
	assert_true(str_starts(buf_str(&story), STR("0+1 1+1 end, 1 places")));
	buf_free(&story);
	buf_free(&forged);
	buf_free(&block);
	file_free(f);
}

/* Each of 400,000 markers begins a block that ends at the same real marker, and is found out only
 * when all of it is checked: together, that would be 3 TB. */
static void
forged_markers_do_not_multiply_the_work(void **state)
{
	enum { FORGED = 400000, EACH = 36 };
	struct file *f = file_new("null", true);
	struct buf block = {0}, story = {0};
	char marker[16];

	(void)state;
	memcpy(marker, f->bytes.ptr + f->start[0] - 16, 16);
	for (int64_t i = 0; i < FORGED; i++) {
		size_t end = block.len + EACH;
		buf_add(&block, (struct str){marker, 16});
		varint_add(&block, 1);
		varint_add(&block, (FORGED - i) * EACH - 16 - 1 - 4);
		while (block.len < end)
			buf_add_byte(&block, 0);
	}
	file_add(f, 1, buf_str(&block));
	file_add_texts(f, 1, 1);
	file_end(f);
	tell(buf_str(&f->bytes), 0, true, &story);
	assert_true(str_starts(buf_str(&story), STR("0+1 end, 1 places")));
	buf_free(&story);
	buf_free(&block);
	file_free(f);
}

static void
damage_up_to_the_end_is_counted_to_the_end(void **state)
{
	struct file *f = file_of_four("snappy", false);
	char want[100];

	(void)state;
	snprintf(want, sizeof(want), "0+1 1+2 end, 1 places, %zu bytes", (size_t)20);
	assert_story(str_head(buf_str(&f->bytes), f->start[2] + 20), true, want);
	f->bytes.ptr[f->start[3]] += 64;
	snprintf(want, sizeof(want), "0+1 1+2 3+3 end, 1 places, %zu bytes",
		 f->start[4] - f->start[3]);
	assert_story(buf_str(&f->bytes), true, want);
	file_free(f);
}

RUN_TESTS(TEST(what_stands_before_the_damage_is_delivered_first),
	  TEST(an_input_that_ends_without_its_mark_is_an_error), TEST(empty_blocks_are_passed_over),
	  TEST(a_bad_frame_is_told_what_is_wrong_with_it),
	  TEST(a_second_container_behind_the_first_is_told_so),
	  TEST(a_size_alone_allocates_nothing), TEST(one_damaged_byte_costs_no_more_than_its_block),
	  TEST(damage_in_two_places_is_counted_as_two),
	  TEST(a_text_that_is_not_utf8_is_no_damage_to_its_block),
	  TEST(a_forged_marker_within_a_text_is_seen_through),
	  TEST(forged_markers_do_not_multiply_the_work),
	  TEST(damage_up_to_the_end_is_counted_to_the_end))
