#include "check.h"

#include "avro/codec.h"
#include "avro/limits.h"

static const char *const names[] = {"null", "deflate", "snappy", "zstandard"};
#define NAMES (sizeof(names) / sizeof(*names))

static struct codec *
codec_of(const char *name)
{
	struct err err;
	struct codec *c = codec_new(str_of(name), &err);

	assert_non_null(c);
	return c;
}

/* Compressible, and not the same everywhere. */
static struct buf
text_of(size_t len)
{
	struct buf b = {0};
	uint32_t state = 1;

	while (b.len < len) {
		state = state * 1664525 + 1013904223;
		buf_printf(&b, "message %u of %u\n", state >> 20, state >> 28);
	}
	b.len = len;
	return b;
}

static void
what_was_packed_is_unpacked(void **state)
{
	static const size_t sizes[] = {0, 1, 100, 65536, 3000000};
	struct buf packed = {0}, out = {0};
	struct err err;

	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		struct codec *c = codec_of(names[i]);
		for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
			struct buf plain = text_of(sizes[s]);
			codec_pack(c, buf_str(&plain), &packed);
			assert_ok(codec_unpack(c, buf_str(&packed), AVRO_MAX_BLOCK, &out, &err),
				  err);
			assert_true(str_equal(buf_str(&out), buf_str(&plain)));
			if (i > 0 && sizes[s] > 100)
				assert_true(packed.len < plain.len);
			buf_free(&plain);
		}
		assert_int_equal(codec_is_null(c), i == 0);
		codec_free(c);
	}
	buf_free(&packed);
	buf_free(&out);
}

static void
an_unknown_codec_is_told_which_there_are(void **state)
{
	struct err err;

	(void)state;
	assert_null(codec_new(STR("bzip2"), &err));
	assert_int_equal(err.class, ERR_INPUT);
	assert_string_equal(err.text, "codec \"bzip2\" is none of \"null\", \"deflate\", "
				      "\"snappy\", \"zstandard\"");
	struct codec *c = codec_of("");
	assert_true(codec_is_null(c));
	codec_free(c);
}

static void
no_more_comes_out_than_the_limit(void **state)
{
	struct buf plain = text_of(200000), packed = {0}, out = {0};
	struct err err;

	(void)state;
	for (size_t i = 0; i < NAMES; i++) {
		struct codec *c = codec_of(names[i]);
		codec_pack(c, buf_str(&plain), &packed);
		assert_ok(codec_unpack(c, buf_str(&packed), 200000, &out, &err), err);
		assert_int_equal(codec_unpack(c, buf_str(&packed), 199999, &out, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
		assert_string_equal(err.text, "unpacked, it is larger than 199999 bytes");
		codec_free(c);
	}
	buf_free(&plain);
	buf_free(&packed);
	buf_free(&out);
}

/* 80 MB of zeroes, by each library's own means. */
static struct buf
bomb_of(const char *name)
{
	size_t size = (size_t)80 * 1000 * 1000;
	struct buf plain = {0}, packed = {0};
	struct codec *c = codec_of(name);

	memset(buf_room(&plain, size), 0, size);
	plain.len = size;
	codec_pack(c, buf_str(&plain), &packed);
	codec_free(c);
	buf_free(&plain);
	return packed;
}

static void
a_bomb_is_refused_within_the_limit(void **state)
{
	struct err err;

	(void)state;
	for (size_t i = 1; i < NAMES; i++) {
		struct buf bomb = bomb_of(names[i]), out = {0};
		struct codec *c = codec_of(names[i]);
		assert_int_equal(codec_unpack(c, buf_str(&bomb), AVRO_MAX_BLOCK, &out, &err), -1);
		assert_true(out.room <= AVRO_MAX_BLOCK);
		assert_string_equal(err.text, "unpacked, it is larger than 67108864 bytes");
		codec_free(c);
		buf_free(&out);
		buf_free(&bomb);
	}
}

static void
a_claimed_size_alone_allocates_little(void **state)
{
	/* snappy: 60,000,000 bytes in 10; zstandard: a frame of 60,000,000 bytes with none of them,
	 * and one that wants a window of 2 GiB. */
	static const char snappy[] = "\x80\x8e\xce\x1c\0\0\0\0\0\0";
	static const char size[] = "\x28\xb5\x2f\xfd\xa0\x00\x87\x93\x03";
	static const char window[] = "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00";
	struct buf out = {0};
	struct err err;

	(void)state;
	struct codec *c = codec_of("snappy");
	assert_int_equal(codec_unpack(c, (struct str){snappy, 10}, AVRO_MAX_BLOCK, &out, &err), -1);
	assert_string_equal(err.text, "its snappy bytes are damaged");
	codec_free(c);
	c = codec_of("zstandard");
	assert_int_equal(codec_unpack(c, (struct str){size, 9}, AVRO_MAX_BLOCK, &out, &err), -1);
	assert_string_equal(err.text, "its zstandard bytes are damaged");
	assert_ok(codec_unpack(c, (struct str){window, 9}, AVRO_MAX_BLOCK, &out, &err), err);
	assert_int_equal(out.len, 0);
	codec_free(c);
	assert_true(out.room <= 256 * 1024);
	buf_free(&out);
}

static void
a_flipped_bit_is_seen_where_the_codec_has_a_checksum(void **state)
{
	struct buf plain = text_of(500), packed = {0}, out = {0};
	struct err err;

	(void)state;
	for (size_t i = 2; i < NAMES; i++) {
		struct codec *c = codec_of(names[i]);
		codec_pack(c, buf_str(&plain), &packed);
		for (size_t bit = 0; bit < packed.len * 8; bit++) {
			packed.ptr[bit / 8] ^= (char)(1 << bit % 8);
			int status = codec_unpack(c, buf_str(&packed), AVRO_MAX_BLOCK, &out, &err);
			assert_true(status == -1 || str_equal(buf_str(&out), buf_str(&plain)));
			packed.ptr[bit / 8] ^= (char)(1 << bit % 8);
		}
		codec_free(c);
	}
	buf_free(&plain);
	buf_free(&packed);
	buf_free(&out);
}

static void
truncated_bytes_are_damage(void **state)
{
	struct buf plain = text_of(500), packed = {0}, out = {0};
	struct err err;

	(void)state;
	for (size_t i = 1; i < NAMES; i++) {
		struct codec *c = codec_of(names[i]);
		codec_pack(c, buf_str(&plain), &packed);
		for (size_t len = 1; len < packed.len; len++) {
			struct str part = str_head(buf_str(&packed), len);
			assert_int_equal(codec_unpack(c, part, AVRO_MAX_BLOCK, &out, &err), -1);
			assert_int_equal(err.class, ERR_INPUT);
		}
		codec_free(c);
	}
	buf_free(&plain);
	buf_free(&packed);
	buf_free(&out);
}

static void
what_python_leaves_behind_deflated_bytes_is_passed_over(void **state)
{
	struct codec *c = codec_of("deflate");
	struct buf packed = {0}, out = {0};
	struct err err;

	(void)state;
	codec_pack(c, STR("some text"), &packed);
	buf_add(&packed, STR("\x11\xd6\x03"));
	assert_ok(codec_unpack(c, buf_str(&packed), AVRO_MAX_BLOCK, &out, &err), err);
	assert_str(buf_str(&out), "some text");
	buf_add(&packed, STR("\x9a?"));
	assert_int_equal(codec_unpack(c, buf_str(&packed), AVRO_MAX_BLOCK, &out, &err), -1);
	codec_free(c);
	buf_free(&packed);
	buf_free(&out);
}

static void
snappy_bytes_end_with_the_big_endian_checksum_of_the_plain_ones(void **state)
{
	struct codec *c = codec_of("snappy");
	struct buf packed = {0};

	(void)state;
	codec_pack(c, STR("123456789"), &packed);
	assert_true(str_ends(buf_str(&packed), STR("\xcb\xf4\x39\x26")));
	codec_free(c);
	buf_free(&packed);
}

RUN_TESTS(TEST(what_was_packed_is_unpacked), TEST(an_unknown_codec_is_told_which_there_are),
	  TEST(no_more_comes_out_than_the_limit), TEST(a_bomb_is_refused_within_the_limit),
	  TEST(a_claimed_size_alone_allocates_little),
	  TEST(a_flipped_bit_is_seen_where_the_codec_has_a_checksum),
	  TEST(truncated_bytes_are_damage),
	  TEST(what_python_leaves_behind_deflated_bytes_is_passed_over),
	  TEST(snappy_bytes_end_with_the_big_endian_checksum_of_the_plain_ones))
