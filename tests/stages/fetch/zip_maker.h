/* zip_maker.h -- zips made byte by byte, so that they can be wrong in any way that a test needs. */
#ifndef TESTS_ZIP_MAKER_H
#define TESTS_ZIP_MAKER_H

#include "base/buf.h"
#include <zlib.h>

struct zip_item {
	const char *name;
	struct str data;
	bool deflate;
	bool descriptor;     /* sizes and CRC behind the data, zeros in front of it, as streamed */
	bool zip64;          /* sizes in an extra field of the directory */
	unsigned flags;      /* more general purpose bits: 1 encrypted, 0x800 UTF-8 */
	uint32_t attributes; /* Unix mode << 16; sets the system */
	uint32_t wrong_crc;  /* xor */
	uint64_t claimed;    /* unpacked size in the directory; 0: the true one */
	uint64_t said_at;    /* its place in the directory; 0: the true one */
};
struct zip_maker {
	struct buf bytes, directory;
	unsigned count;
};

static inline void
zip_number(struct buf *b, uint64_t value, int size)
{
	while (size-- > 0) {
		buf_add_byte(b, (char)value);
		value >>= 8;
	}
}

static inline void
zip_pack(struct buf *to, const struct zip_item *item)
{
	z_stream z = {0};
	size_t bound = item->data.len + item->data.len / 1000 + 64;

	if (!item->deflate) {
		buf_add(to, item->data);
		return;
	}
	deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (unsigned char *)(uintptr_t)item->data.ptr;
	z.avail_in = (unsigned)item->data.len;
	z.next_out = (unsigned char *)buf_room(to, bound);
	z.avail_out = (unsigned)bound;
	deflate(&z, Z_FINISH);
	to->len += z.total_out;
	deflateEnd(&z);
}

static inline void
zip_header(struct buf *to, const struct zip_item *item, uint32_t crc, uint64_t packed,
	   uint64_t unpacked)
{
	zip_number(to, item->flags | (item->descriptor ? 8 : 0), 2);
	zip_number(to, item->deflate ? 8 : 0, 2);
	zip_number(to, 0x58AC6000, 4); /* 2024-05-12, 12:00 */
	zip_number(to, crc, 4);
	zip_number(to, packed, 4);
	zip_number(to, unpacked, 4);
	zip_number(to, strlen(item->name), 2);
}

static inline void
zip_add(struct zip_maker *z, struct zip_item item)
{
	struct buf packed = {0}, *d = &z->directory;
	uint64_t offset = item.said_at > 0 ? item.said_at : z->bytes.len;
	uint64_t size = item.claimed > 0 ? item.claimed : item.data.len;
	uint32_t crc = (uint32_t)crc32_z(0, (const unsigned char *)item.data.ptr, item.data.len) ^
		       item.wrong_crc;

	zip_pack(&packed, &item);
	buf_add(&z->bytes, STR("PK\3\4"));
	zip_number(&z->bytes, 20, 2);
	if (item.descriptor)
		zip_header(&z->bytes, &item, 0, 0, 0);
	else
		zip_header(&z->bytes, &item, crc, packed.len, item.data.len);
	zip_number(&z->bytes, 0, 2);
	buf_add(&z->bytes, str_of(item.name));
	buf_add(&z->bytes, buf_str(&packed));
	if (item.descriptor) {
		buf_add(&z->bytes, STR("PK\7\10"));
		zip_number(&z->bytes, crc, 4);
		zip_number(&z->bytes, packed.len, 4);
		zip_number(&z->bytes, item.data.len, 4);
	}

	buf_add(d, STR("PK\1\2"));
	zip_number(d, 20, 1);
	zip_number(d, item.attributes != 0 ? 3 : 0, 1);
	zip_number(d, 20, 2);
	zip_header(d, &item, crc, item.zip64 ? UINT32_MAX : packed.len,
		   item.zip64 ? UINT32_MAX : size);
	zip_number(d, item.zip64 ? 28 : 0, 2); /* extra field */
	zip_number(d, 0, 2 + 2 + 2);           /* comment, disk, internal attributes */
	zip_number(d, item.attributes, 4);
	zip_number(d, item.zip64 ? UINT32_MAX : offset, 4);
	buf_add(d, str_of(item.name));
	if (item.zip64) {
		zip_number(d, 1, 2);
		zip_number(d, 24, 2);
		zip_number(d, size, 8);
		zip_number(d, packed.len, 8);
		zip_number(d, offset, 8);
	}
	z->count++;
	buf_free(&packed);
}

/* The directory and its end; zip64: the end of that sort, too. */
static inline void
zip_finish(struct zip_maker *z, bool zip64)
{
	struct buf *b = &z->bytes;
	uint64_t offset = b->len, size = z->directory.len;

	buf_add(b, buf_str(&z->directory));
	if (zip64) {
		uint64_t end = b->len;
		buf_add(b, STR("PK\6\6"));
		zip_number(b, 44, 8);
		zip_number(b, 45, 2);
		zip_number(b, 45, 2);
		zip_number(b, 0, 8);
		zip_number(b, z->count, 8);
		zip_number(b, z->count, 8);
		zip_number(b, size, 8);
		zip_number(b, offset, 8);
		buf_add(b, STR("PK\6\7"));
		zip_number(b, 0, 4);
		zip_number(b, end, 8);
		zip_number(b, 1, 4);
	}
	buf_add(b, STR("PK\5\6"));
	zip_number(b, 0, 4);
	zip_number(b, zip64 ? 0xFFFF : z->count, 2);
	zip_number(b, zip64 ? 0xFFFF : z->count, 2);
	zip_number(b, zip64 ? UINT32_MAX : size, 4);
	zip_number(b, zip64 ? UINT32_MAX : offset, 4);
	zip_number(b, 0, 2);
	buf_free(&z->directory);
}

#endif
