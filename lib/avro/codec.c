#include "avro/codec.h"

#include "avro/limits.h"
#include "base/mem.h"
#include <assert.h>
#include <libdeflate.h>
#include <snappy-c.h>
#include <zstd.h>
#include <zstd_errors.h>

#define DEFLATE_LEVEL   6
#define ZSTANDARD_LEVEL 3
#define CRC_BYTES       4         /* behind snappy's bytes, big-endian, of the plain ones */
#define SNAPPY_RATIO    22        /* a copy of 64 bytes takes 3: more than this cannot be true */
#define FIRST_GUESS     64 * 1024 /* bytes of output, or four times the input */

enum attempt { DONE, TOO_SMALL, DAMAGED };

struct codec_kind {
	const char *name;
	void (*pack)(struct codec *, struct str plain, struct buf *out);
	int (*unpack)(struct codec *, struct str packed, size_t limit, struct buf *out,
		      struct err *);
	/* Where the output's size is not to be known: one try at `room` bytes. */
	enum attempt (*try)(struct codec *, struct str packed, char *to, size_t room, size_t *len);
};

/* The libraries' contexts are large: made when first needed, kept for all blocks. */
struct codec {
	const struct codec_kind *kind;
	struct libdeflate_compressor *deflater;
	struct libdeflate_decompressor *inflater;
	ZSTD_CCtx *zstd_packer;
	ZSTD_DCtx *zstd_unpacker;
};

static int
too_large(size_t limit, struct err *err)
{
	return err_set(err, ERR_INPUT, "unpacked, it is larger than %zu bytes", limit);
}

static void
null_pack(struct codec *c, struct str plain, struct buf *out)
{
	(void)c;
	buf_clear(out);
	buf_add(out, plain);
}

static int
null_unpack(struct codec *c, struct str packed, size_t limit, struct buf *out, struct err *err)
{
	if (packed.len > limit)
		return too_large(limit, err);
	null_pack(c, packed, out);
	return 0;
}

/*
 * What was packed doesn't say its size, or lies about it: so the output grows as far as tries show
 * that it must. The room of the blocks before makes the first try the last one as a rule.
 */
static int
growing_unpack(struct codec *c, struct str packed, size_t limit, struct buf *out, struct err *err)
{
	size_t room = out->room > FIRST_GUESS ? out->room : FIRST_GUESS;

	if (room / 4 < packed.len)
		room = packed.len < limit / 4 ? packed.len * 4 : limit;
	for (;; room *= 2) {
		if (room > limit)
			room = limit;
		buf_clear(out);
		switch (c->kind->try(c, packed, buf_room(out, room), room, &out->len)) {
		case DONE:
			return 0;
		case DAMAGED:
			return err_set(err, ERR_INPUT, "its %s bytes are damaged", c->kind->name);
		case TOO_SMALL:
			if (room == limit)
				return too_large(limit, err);
		}
	}
}

static void
deflate_pack(struct codec *c, struct str plain, struct buf *out)
{
	if (c->deflater == NULL)
		c->deflater = mem_check(libdeflate_alloc_compressor(DEFLATE_LEVEL));
	size_t room = libdeflate_deflate_compress_bound(c->deflater, plain.len);
	buf_clear(out);
	out->len = libdeflate_deflate_compress(c->deflater, plain.ptr, plain.len,
					       buf_room(out, room), room);
	assert(out->len > 0); /* the bound is one */
}

/* Writers in Python leave three bytes of zlib's checksum behind the deflated ones; the fourth is
 * for those who leave all. */
static enum attempt
deflate_try(struct codec *c, struct str packed, char *to, size_t room, size_t *len)
{
	size_t used, got;

	if (c->inflater == NULL)
		c->inflater = mem_check(libdeflate_alloc_decompressor());
	switch (libdeflate_deflate_decompress_ex(c->inflater, packed.ptr, packed.len, to, room,
						 &used, &got)) {
	case LIBDEFLATE_SUCCESS:
		*len = got;
		return packed.len - used <= 4 ? DONE : DAMAGED;
	case LIBDEFLATE_INSUFFICIENT_SPACE:
		return TOO_SMALL;
	default:
		return DAMAGED;
	}
}

static void
snappy_pack(struct codec *c, struct str plain, struct buf *out)
{
	size_t len = snappy_max_compressed_length(plain.len);
	uint32_t crc = libdeflate_crc32(0, plain.ptr, plain.len);
	snappy_status status;

	(void)c;
	buf_clear(out);
	status = snappy_compress(plain.ptr, plain.len, buf_room(out, len + CRC_BYTES), &len);
	assert(status == SNAPPY_OK); /* the bound is one */
	(void)status;
	out->len = len;
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_byte(out, (char)(crc >> shift));
}

static int
snappy_unpack(struct codec *c, struct str packed, size_t limit, struct buf *out, struct err *err)
{
	uint32_t claimed = 0;
	size_t size;

	(void)c;
	buf_clear(out);
	if (packed.len < CRC_BYTES)
		return err_set(err, ERR_INPUT, "its snappy bytes are too few");
	packed.len -= CRC_BYTES;
	if (snappy_uncompressed_length(packed.ptr, packed.len, &size) != SNAPPY_OK ||
	    size / SNAPPY_RATIO > packed.len)
		return err_set(err, ERR_INPUT, "its snappy bytes are damaged");
	if (size > limit)
		return too_large(limit, err);
	if (snappy_uncompress(packed.ptr, packed.len, buf_room(out, size), &size) != SNAPPY_OK)
		return err_set(err, ERR_INPUT, "its snappy bytes are damaged");
	for (size_t i = 0; i < CRC_BYTES; i++)
		claimed = claimed << 8 | (unsigned char)packed.ptr[packed.len + i];
	if (libdeflate_crc32(0, out->ptr, size) != claimed)
		return err_set(err, ERR_INPUT, "its snappy bytes do not match their checksum");
	out->len = size;
	return 0;
}

static void
zstandard_pack(struct codec *c, struct str plain, struct buf *out)
{
	size_t room = ZSTD_compressBound(plain.len), len;

	if (c->zstd_packer == NULL) {
		c->zstd_packer = mem_check(ZSTD_createCCtx());
		ZSTD_CCtx_setParameter(c->zstd_packer, ZSTD_c_compressionLevel, ZSTANDARD_LEVEL);
		ZSTD_CCtx_setParameter(c->zstd_packer, ZSTD_c_checksumFlag, 1);
	}
	buf_clear(out);
	len = ZSTD_compress2(c->zstd_packer, buf_room(out, room), room, plain.ptr, plain.len);
	if (ZSTD_isError(len))
		mem_check(NULL); /* there is room: what it lacks can only be memory */
	out->len = len;
}

/* In one call, and not as a stream: that needs no window, however large a one the frame asks for.
 */
static enum attempt
zstandard_try(struct codec *c, struct str packed, char *to, size_t room, size_t *len)
{
	size_t got;

	if (c->zstd_unpacker == NULL)
		c->zstd_unpacker = mem_check(ZSTD_createDCtx());
	got = ZSTD_decompressDCtx(c->zstd_unpacker, to, room, packed.ptr, packed.len);
	if (!ZSTD_isError(got)) {
		*len = got;
		return DONE;
	}
	return ZSTD_getErrorCode(got) == ZSTD_error_dstSize_tooSmall ? TOO_SMALL : DAMAGED;
}

static const struct codec_kind kinds[] = {
	{.name = "null", .pack = null_pack, .unpack = null_unpack},
	{.name = "deflate", .pack = deflate_pack, .unpack = growing_unpack, .try = deflate_try},
	{.name = "snappy", .pack = snappy_pack, .unpack = snappy_unpack},
	{.name = "zstandard",
	 .pack = zstandard_pack,
	 .unpack = growing_unpack,
	 .try = zstandard_try},
};

struct codec *
codec_new(struct str name, struct err *err)
{
	if (name.len == 0)
		name = STR("null");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (str_equal(name, str_of(kinds[i].name))) {
			struct codec *c = mem_zero(1, sizeof(*c));
			c->kind = &kinds[i];
			return c;
		}
	}
	err_set(err, ERR_INPUT,
		"codec \"%.*s\" is none of \"null\", \"deflate\", \"snappy\", \"zstandard\"",
		STR_ARG(name));
	return NULL;
}

void
codec_free(struct codec *c)
{
	if (c == NULL)
		return;
	libdeflate_free_compressor(c->deflater);
	libdeflate_free_decompressor(c->inflater);
	ZSTD_freeCCtx(c->zstd_packer);
	ZSTD_freeDCtx(c->zstd_unpacker);
	free(c);
}

bool
codec_is_null(const struct codec *c)
{
	return c->kind == &kinds[0];
}

void
codec_pack(struct codec *c, struct str plain, struct buf *out)
{
	c->kind->pack(c, plain, out);
}

int
codec_unpack(struct codec *c, struct str packed, size_t limit, struct buf *out, struct err *err)
{
	return c->kind->unpack(c, packed, limit, out, err);
}
