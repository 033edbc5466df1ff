#include "media_folder.h"

#include "base/file.h"
#include "base/mem.h"
#include "text/utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define NAME_MAX_BYTES 200
#define MAX_OF_A_NAME  100 /* each is looked at, and through where the size is the same */
#define PIECE          (64 * 1024)

struct media_file {
	struct buf folder, name;
	uint64_t size;
	uint32_t crc;
	unsigned number;            /* of those with this name, from 1 */
	int there;                  /* the file being looked through; -1: none */
	uint32_t there_crc;         /* of what was looked through */
	struct file_replace *write; /* NULL: not wanted yet */
};

/* Where the ending begins, the dot included; the end when there is none worth the name. */
static size_t
ending_of(struct str name)
{
	const char *dot = memrchr(name.ptr, '.', name.len);

	if (dot == NULL || dot == name.ptr || name.len - (size_t)(dot - name.ptr) > 16)
		return name.len;
	return (size_t)(dot - name.ptr);
}

bool
media_name(struct str member, struct buf *name)
{
	struct buf whole = {0};

	size_t start = member.len;
	while (start > 0 && member.ptr[start - 1] != '/' && member.ptr[start - 1] != '\\')
		start--;
	utf8_repair(&whole, str_tail(member, start));
	buf_clear(name);
	for (size_t i = 0; i < whole.len; i++) {
		unsigned char c = (unsigned char)whole.ptr[i];
		bool amiss = c < 0x20 || c == 0x7F || strchr(":*?\"<>|", c) != NULL ||
			     (i == 0 && (c == '.' || c == '-'));
		buf_add_byte(name, amiss ? '_' : (char)c);
	}
	buf_free(&whole);
	if (name->len > NAME_MAX_BYTES) {
		size_t ending = ending_of(buf_str(name)), tail = name->len - ending;
		size_t keep = NAME_MAX_BYTES - tail;
		keep = utf8_valid_prefix(str_head(buf_str(name), keep));
		memmove(name->ptr + keep, name->ptr + ending, tail);
		name->len = keep + tail;
	}
	/* NAME.partial is what a file is called while it is written (base/file.h). */
	if (str_ends(buf_str(name), STR(".partial")))
		buf_add_byte(name, '_');
	return name->len > 0;
}

int
media_folder_make(const char *folder, struct err *err)
{
	struct stat st;

	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return err_set(err, ERR_FATAL, "could not create \"%s\": %s", folder,
			       strerror(errno));
	if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(err, ERR_FATAL, "could not write into \"%s\": it is no folder",
			       folder);
	return 0;
}

void
media_file_path(const struct media_file *f, struct buf *path)
{
	size_t ending = ending_of(buf_str(&f->name));

	buf_clear(path);
	buf_add(path, buf_str(&f->folder));
	buf_add_byte(path, '/');
	buf_add(path, str_head(buf_str(&f->name), ending));
	if (f->number > 1)
		buf_printf(path, " (%u)", f->number);
	buf_add(path, str_tail(buf_str(&f->name), ending));
	buf_cstr(path);
}

/* On to the first number that is free, then opens it for writing, or that may be the same file,
 * then opens it for a look. */
static int
find_place(struct media_file *f, struct err *err)
{
	struct buf path = {0};
	struct stat st;
	int result = -1;

	while (++f->number <= MAX_OF_A_NAME) {
		media_file_path(f, &path);
		bool free_name = lstat(path.ptr, &st) != 0;
		if (free_name && errno != ENOENT) {
			err_set(err, ERR_FATAL, "could not look at \"%s\": %s", path.ptr,
				strerror(errno));
			goto done;
		}
		if (free_name) {
			f->write = file_replace_open(path.ptr, err);
			if (f->write == NULL && err->class == ERR_RETRY)
				continue; /* another run is giving the name away */
			if (f->write == NULL)
				goto done;
			/* Whoever had the lock until now may have given the name away. */
			free_name = lstat(path.ptr, &st) != 0;
			if (free_name) {
				result = 0;
				goto done;
			}
			file_replace_abort(f->write);
			f->write = NULL;
		}
		if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != f->size)
			continue;
		f->there = open(path.ptr, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		f->there_crc = (uint32_t)crc32_z(0, NULL, 0);
		if (f->there >= 0) {
			result = 0;
			goto done;
		}
	}
	err_set(err, ERR_INPUT, "there are %d files of that name in \"%.*s\"", MAX_OF_A_NAME,
		STR_ARG(buf_str(&f->folder)));
done:
	buf_free(&path);
	return result;
}

static void
media_file_free(struct media_file *f)
{
	if (f->there >= 0)
		close(f->there);
	file_replace_abort(f->write);
	buf_free(&f->folder);
	buf_free(&f->name);
	free(f);
}

struct media_file *
media_file_open(const char *folder, struct str name, uint64_t size, uint32_t crc, struct err *err)
{
	struct media_file *f = mem_zero(1, sizeof(*f));

	f->size = size;
	f->crc = crc;
	f->there = -1;
	buf_add(&f->folder, str_of(folder));
	buf_add(&f->name, name);
	if (find_place(f, err) == 0)
		return f;
	media_file_free(f);
	return NULL;
}

int
media_file_look(struct media_file *f, bool *write, struct err *err)
{
	char piece[PIECE];
	ssize_t n;

	*write = f->write != NULL;
	if (f->there < 0)
		return 0;
	n = read(f->there, piece, sizeof(piece));
	if (n > 0) {
		f->there_crc = (uint32_t)crc32_z(f->there_crc, (unsigned char *)piece, (size_t)n);
		return 1;
	}
	close(f->there);
	f->there = -1;
	if (n == 0 && f->there_crc == f->crc)
		return 0;
	return find_place(f, err) == 0 ? 1 : -1;
}

int
media_file_write(struct media_file *f, struct str bytes, struct err *err)
{
	if (file_write_all(file_replace_fd(f->write), bytes, NULL, err) != 0)
		return err_prefix(err, "%s: ", file_replace_partial(f->write));
	return 0;
}

int
media_file_close(struct media_file *f, bool commit, struct err *err)
{
	int result = 0;

	if (commit && f->write != NULL) {
		/* A later run compares sizes and sums, and unpacks again what a power cut broke. */
		result = file_replace_commit_unsynced(f->write, err);
		f->write = NULL;
	}
	media_file_free(f);
	return result;
}
