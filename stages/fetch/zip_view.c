#include "zip_view.h"

#include "base/mem.h"
#include "read_window.h"
#include <errno.h>
#include <unistd.h>

struct zip_view {
	struct read_window file;
	uint64_t size, at;
	const struct zip_false_names *names;
	zip_error_t error;
};

/* Bytes of the file, of which the first stands at `from`. */
static void
unmark(const struct zip_false_names *names, uint64_t from, char *bytes, size_t len)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (names->at[middle].mark_at < from)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < names->count && names->at[low].mark_at - from < len; low++)
		bytes[names->at[low].mark_at - from] &= (char)~ZIP_MARK_UTF8;
}

static zip_int64_t
read_some(struct zip_view *v, void *to, zip_uint64_t room)
{
	ssize_t n = read_window_at(&v->file, v->at, to, room);

	if (n < 0) {
		zip_error_set(&v->error, ZIP_ER_READ, errno);
		return -1;
	}
	unmark(v->names, v->at, to, (size_t)n);
	v->at += (uint64_t)n;
	return n;
}

static zip_int64_t
serve(void *with, void *data, zip_uint64_t len, zip_source_cmd_t command)
{
	struct zip_view *v = with;
	zip_int64_t at;

	switch (command) {
	case ZIP_SOURCE_SUPPORTS:
		return ZIP_SOURCE_SUPPORTS_SEEKABLE;
	case ZIP_SOURCE_OPEN:
		v->at = 0;
		return 0;
	case ZIP_SOURCE_READ:
		return read_some(v, data, len);
	case ZIP_SOURCE_SEEK:
		at = zip_source_seek_compute_offset(v->at, v->size, data, len, &v->error);
		if (at < 0)
			return -1;
		v->at = (uint64_t)at;
		return 0;
	case ZIP_SOURCE_TELL:
		return (zip_int64_t)v->at;
	case ZIP_SOURCE_STAT:
		if (len < sizeof(zip_stat_t)) {
			zip_error_set(&v->error, ZIP_ER_INVAL, 0);
			return -1;
		}
		zip_stat_init(data);
		((zip_stat_t *)data)->valid = ZIP_STAT_SIZE;
		((zip_stat_t *)data)->size = v->size;
		return sizeof(zip_stat_t);
	case ZIP_SOURCE_CLOSE:
		return 0;
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&v->error, data, len);
	case ZIP_SOURCE_FREE:
		close(v->file.fd);
		zip_error_fini(&v->error);
		free(v);
		return 0;
	default:
		zip_error_set(&v->error, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

zip_source_t *
zip_view_open(int fd, uint64_t size, const struct zip_false_names *names, zip_error_t *error)
{
	struct zip_view *v = mem_zero(1, sizeof(*v));

	*v = (struct zip_view){.file.fd = fd, .size = size, .names = names};
	zip_error_init(&v->error);
	zip_source_t *source = zip_source_function_create(serve, v, error);
	if (source == NULL) {
		close(fd);
		free(v);
	}
	return source;
}
