/*
 *   members ... | directory: PK\1\2 record for each | [PK\6\6 zip64 end, PK\6\7 where it is] |
 *   PK\5\6 end: 22 bytes, says where the directory is | comment, up to 64 KiB
 *
 * The end is searched for, as the comment's length is known only from it; what a member or the
 * comment holds may look like one. A nested zip that is stored has an end, too, but what that calls
 * its directory doesn't begin with PK\1\2 in the outer file. Two that do are an attack.
 */
#include "zip_safety.h"

#include "base/mem.h"
#include "read_window.h"
#include "text/utf8.h"
#include <errno.h>
#include <unistd.h>

#define END_SIZE       22
#define LOCATOR_SIZE   20
#define END64_SIZE     56
#define RECORD_SIZE    46 /* of the directory, without names and fields */
#define RECORD_MARKS   9
#define HEADER_SIZE    30 /* in front of a member's bytes, without name and fields */
#define HEADER_LENGTHS 26
#define EXTRA_ZIP64    1
#define TAIL_SIZE      (64 * 1024 + END_SIZE + LOCATOR_SIZE)
#define MAX_ENDS       256 /* things that look like one; libzip takes 100 us for each */

struct directory {
	uint64_t offset, size;
};

static uint64_t
number(const char *bytes, int size)
{
	uint64_t value = 0;

	while (size-- > 0)
		value = value << 8 | (unsigned char)bytes[size];
	return value;
}

static int
read_at(struct read_window *file, uint64_t offset, void *to, size_t size, struct err *err)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = read_window_at(file, offset + done, (char *)to + done, size - done);
		if (n <= 0)
			return err_set(err, ERR_INPUT, "could not read: %s",
				       n < 0 ? strerror(errno) : "the file became shorter");
		done += (size_t)n;
	}
	return 0;
}

bool
zip_safety_is_zip(struct str beginning)
{
	return str_starts(beginning, STR("PK\3\4")) || str_starts(beginning, STR("PK\5\6"));
}

/* What the end at tail[at] calls the directory. */
static int
directory_of(struct read_window *file, struct str tail, size_t at, uint64_t file_size,
	     struct directory *d, struct err *err)
{
	const char *end = tail.ptr + at;
	char end64[END64_SIZE];

	*d = (struct directory){number(end + 16, 4), number(end + 12, 4)};
	if (at < LOCATOR_SIZE || memcmp(end - LOCATOR_SIZE, "PK\6\7", 4) != 0)
		return 0;
	uint64_t end64_at = number(end - LOCATOR_SIZE + 8, 8);
	if (end64_at > file_size || file_size - end64_at < END64_SIZE) {
		*d = (struct directory){0};
		return 0;
	}
	if (read_at(file, end64_at, end64, sizeof(end64), err) != 0)
		return -1;
	*d = (struct directory){number(end64 + 48, 8), number(end64 + 40, 8)};
	return 0;
}

/* 1: found, 0: the file has none, -1. */
static int
find_directory(struct read_window *file, uint64_t size, struct directory *found, struct err *err)
{
	struct str tail = {0};
	size_t ends = 0, directories = 0;
	int result = -1;

	tail.len = size < TAIL_SIZE ? (size_t)size : TAIL_SIZE;
	char *bytes = mem_alloc(tail.len);
	tail.ptr = bytes;
	if (read_at(file, size - tail.len, bytes, tail.len, err) != 0)
		goto done;
	for (size_t at = 0;; at++) {
		struct directory d;
		char magic[4];
		at += str_find(str_tail(tail, at), STR("PK\5\6"));
		if (tail.len - at < END_SIZE)
			break;
		if (++ends > MAX_ENDS) {
			err_set(err, ERR_INPUT, "it has hundreds of ends");
			goto done;
		}
		if (directory_of(file, tail, at, size, &d, err) != 0)
			goto done;
		if (d.size < RECORD_SIZE || d.size > size || d.offset > size - d.size)
			continue;
		if (read_at(file, d.offset, magic, sizeof(magic), err) != 0)
			goto done;
		if (memcmp(magic, "PK\1\2", sizeof(magic)) != 0)
			continue;
		*found = d;
		directories++;
	}
	if (directories > 1) {
		err_set(err, ERR_INPUT, "it has more than one directory");
		goto done;
	}
	if (ends == 0) {
		err_set(err, ERR_INPUT,
			"its end is missing, it was cut short or is no zip; copy it anew");
		goto done;
	}
	result = directories == 1;
done:
	free(bytes);
	return result;
}

/* A record of the directory, as far as it says where in the file its member lies. */
struct record {
	struct str name, extra;
	size_t whole; /* bytes of the record */
	unsigned char marks;
	uint64_t packed, header_at;
};

/* Sizes and offsets that need more than 32 bits are in an extra field, those alone, in this order.
 */
static void
read_large_numbers(struct record *r, bool unpacked_is_there)
{
	struct str extra = r->extra;

	while (extra.len >= 4) {
		struct str field = str_tail(extra, 4);
		uint64_t id = number(extra.ptr, 2), len = number(extra.ptr + 2, 2);
		if (len > field.len)
			return;
		extra = str_tail(field, len);
		field.len = len;
		if (id != EXTRA_ZIP64)
			continue;
		if (unpacked_is_there && field.len >= 8)
			field = str_tail(field, 8);
		if (r->packed == UINT32_MAX && field.len >= 8) {
			r->packed = number(field.ptr, 8);
			field = str_tail(field, 8);
		}
		if (r->header_at == UINT32_MAX && field.len >= 8)
			r->header_at = number(field.ptr, 8);
		return;
	}
}

static int
read_record(struct str directory, struct record *r, struct err *err)
{
	const char *bytes = directory.ptr;
	uint64_t name = number(bytes + 28, 2), extra = number(bytes + 30, 2);

	r->whole = RECORD_SIZE + name + extra + number(bytes + 32, 2);
	if (memcmp(bytes, "PK\1\2", 4) != 0 || r->whole > directory.len)
		return err_set(err, ERR_INPUT, "its directory is damaged");
	if (name > ZIP_MAX_NAME)
		return err_set(err, ERR_INPUT, "a name in it is longer than %d bytes",
			       ZIP_MAX_NAME);
	r->name = (struct str){bytes + RECORD_SIZE, name};
	r->extra = (struct str){bytes + RECORD_SIZE + name, extra};
	r->marks = (unsigned char)bytes[RECORD_MARKS];
	r->packed = number(bytes + 20, 4);
	r->header_at = number(bytes + 42, 4);
	read_large_numbers(r, number(bytes + 24, 4) == UINT32_MAX);
	return 0;
}

/* The bytes of the file that are a member's, its header included. */
struct extent {
	uint64_t from, to;
};
struct extents {
	struct extent *at;
	size_t count, room;
};

/* One whose header is not in the file cannot be read, and shares nothing. */
static int
add_extent(struct extents *extents, struct read_window *file, uint64_t size, const struct record *r,
	   struct err *err)
{
	char lengths[4]; /* of the name and the extra fields, which may differ from the record's */
	uint64_t room = size - HEADER_SIZE;

	if (size < HEADER_SIZE || r->header_at > room)
		return 0;
	if (read_at(file, r->header_at + HEADER_LENGTHS, lengths, sizeof(lengths), err) != 0)
		return -1;
	uint64_t data_at = r->header_at + HEADER_SIZE + number(lengths, 2) + number(lengths + 2, 2);
	if (data_at > size)
		return 0;
	MEM_GROW(extents->at, extents->count, extents->room);
	extents->at[extents->count++] = (struct extent){
		r->header_at, r->packed > size - data_at ? size : data_at + r->packed};
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct extent *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static bool
overlap(struct extents *extents)
{
	if (extents->count > 0)
		qsort(extents->at, extents->count, sizeof(*extents->at), by_place);
	for (size_t i = 1; i < extents->count; i++)
		if (extents->at[i].from < extents->at[i - 1].to)
			return true;
	return false;
}

static int
check_records(struct read_window *file, uint64_t size, struct directory d, struct str directory,
	      struct zip_false_names *names, struct err *err)
{
	struct extents extents = {0};
	size_t members = 0;
	int result = -1;

	for (struct record r = {0}; directory.len >= RECORD_SIZE; members++) {
		uint64_t at = d.offset + (d.size - directory.len);
		if (members == ZIP_MAX_MEMBERS) {
			err_set(err, ERR_INPUT, "it holds more than %d files", ZIP_MAX_MEMBERS);
			goto done;
		}
		if (read_record(directory, &r, err) != 0 ||
		    add_extent(&extents, file, size, &r, err) != 0)
			goto done;
		if ((r.marks & ZIP_MARK_UTF8) != 0 && utf8_valid_prefix(r.name) < r.name.len) {
			MEM_GROW(names->at, names->count, names->room);
			names->at[names->count++] =
				(struct zip_false_name){members, at + RECORD_MARKS};
		}
		directory = str_tail(directory, r.whole);
	}
	result = overlap(&extents) ? err_set(err, ERR_INPUT, "its files overlap") : 0;
done:
	free(extents.at);
	return result;
}

int
zip_safety_check(int fd, uint64_t size, struct zip_false_names *names, struct err *err)
{
	struct read_window file = {.fd = fd};
	struct directory d = {0};
	int found = find_directory(&file, size, &d, err);

	if (found <= 0)
		return found < 0 ? -1 : err_set(err, ERR_INPUT, "it is empty or damaged");
	if (d.size > ZIP_MAX_DIRECTORY)
		return err_set(err, ERR_INPUT, "its directory is larger than %d MiB",
			       ZIP_MAX_DIRECTORY / 1024 / 1024);
	char *bytes = mem_alloc(d.size);
	int result = read_at(&file, d.offset, bytes, d.size, err);
	if (result == 0)
		result = check_records(&file, size, d, (struct str){bytes, d.size}, names, err);
	free(bytes);
	return result;
}

void
zip_false_names_free(struct zip_false_names *names)
{
	free(names->at);
}

int
zip_safety_check_sizes(uint64_t packed, uint64_t unpacked, uint64_t limit, struct err *err)
{
	if (unpacked > limit)
		return err_set(err, ERR_INPUT, "it would unpack to more than %llu GiB",
			       (unsigned long long)(limit >> 30));
	if (unpacked > ZIP_FREE_SIZE && unpacked / ZIP_MAX_RATIO > packed)
		return err_set(err, ERR_INPUT,
			       "it would unpack to more than %d times its size, as a zip bomb does",
			       ZIP_MAX_RATIO);
	return 0;
}
