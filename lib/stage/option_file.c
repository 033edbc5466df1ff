#include "stage/option_file.h"

#include "base/buf.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT   ((size_t)1 << 30) /* bytes that are read because they cannot be mapped */
#define SECRET_LIMIT ((size_t)64 << 10)

/* The models of an installed program, and of one in build/VARIANT/bin. */
static const char *const beside_program[] = {"/../share/chatmill/models/", "/../../../models/"};

static int
read_all(int fd, size_t limit, struct buf *to, struct err *err)
{
	for (;;) {
		ssize_t n = read(fd, buf_room(to, 64 << 10), 64 << 10);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_FATAL, "%s", strerror(errno));
		if (n == 0)
			return 0;
		to->len += (size_t)n;
		if (to->len > limit)
			return err_set(err, ERR_FATAL, "it holds more than %zu bytes", limit);
	}
}

/* Adds where else a bare name may be, as paths; the folders are tried in this order. */
static void
add_candidate(struct buf *paths, const char *folder, const char *name)
{
	buf_printf(paths, "%s%s", folder, name);
	buf_add_byte(paths, '\0');
}

static void
list_candidates(struct buf *paths, const char *name, bool typed)
{
	const char *models = getenv("CHATMILL_MODELS");
	char program[4096];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (typed || strchr(name, '/') != NULL)
		add_candidate(paths, "", name);
	if (strchr(name, '/') != NULL)
		return;
	if (models != NULL && models[0] != '\0') {
		buf_printf(paths, "%s/", models);
		add_candidate(paths, "", name);
	}
	while (len > 0 && program[len - 1] != '/')
		len--;
	if (len <= 0)
		return;
	program[len - 1] = '\0';
	for (size_t i = 0; i < sizeof(beside_program) / sizeof(*beside_program); i++) {
		buf_add(paths, str_of(program));
		add_candidate(paths, beside_program[i], name);
	}
}

static int
take_bytes(struct option_file *file, int fd, struct err *err)
{
	struct buf bytes = {0};
	struct stat about;

	if (fstat(fd, &about) != 0)
		return err_set(err, ERR_FATAL, "%s", strerror(errno));
	if (S_ISREG(about.st_mode) && about.st_size > 0) {
		size_t size = (size_t)about.st_size;
		void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (at != MAP_FAILED) {
			*file = (struct option_file){{at, size}, true};
			return 0;
		}
	}
	if (read_all(fd, FILE_LIMIT, &bytes, err) != 0) {
		buf_free(&bytes);
		return -1;
	}
	file->bytes = (struct str){buf_cstr(&bytes), bytes.len};
	return 0;
}

int
option_file_open(struct option_file *file, const char *name, bool typed, struct err *err)
{
	struct buf paths = {0};
	int fd = -1, result = -1;

	*file = (struct option_file){0};
	list_candidates(&paths, name, typed);
	struct str left = buf_str(&paths);
	while (left.len > 0 && fd < 0) {
		const char *path = str_cut(&left, '\0').ptr;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 || errno != ENOENT)
			name = path;
		if (fd < 0 && errno != ENOENT) {
			err_set(err, ERR_FATAL, "could not open \"%s\": %s", name, strerror(errno));
			goto end;
		}
	}
	if (fd < 0) {
		err_set(err, ERR_FATAL, "could not find \"%s\"%s", name,
			strchr(name, '/') != NULL ? ""
						  : ": it is not among the installed models, nor "
						    "in $CHATMILL_MODELS");
		goto end;
	}
	result = take_bytes(file, fd, err);
	if (result != 0)
		err_prefix(err, "could not read \"%s\": ", name);
	close(fd);
end:
	buf_free(&paths);
	return result;
}

void
option_file_close(struct option_file *file)
{
	char *bytes = (char *)file->bytes.ptr; /* ours, and borrowed by everybody else */

	if (file->mapped)
		munmap(bytes, file->bytes.len);
	else
		free(bytes);
	*file = (struct option_file){0};
}

char *
option_file_secret(const char *path, struct err *err)
{
	struct buf bytes = {0};
	char *secret = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		err_set(err, ERR_FATAL, "could not open \"%s\": %s", path, strerror(errno));
		return NULL;
	}
	if (read_all(fd, SECRET_LIMIT, &bytes, err) != 0) {
		err_prefix(err, "could not read \"%s\": ", path);
		goto end;
	}
	struct str text = buf_str(&bytes);
	while (text.len > 0 && strchr("\r\n", text.ptr[text.len - 1]) != NULL)
		text.len--;
	if (text.len == 0 || memchr(text.ptr, '\0', text.len) != NULL)
		err_set(err, ERR_FATAL, "\"%s\" %s", path,
			text.len == 0 ? "is empty" : "holds a NUL byte");
	else
		secret = str_dup(text);
end:
	if (bytes.ptr != NULL)
		explicit_bzero(bytes.ptr, bytes.room);
	buf_free(&bytes);
	close(fd);
	return secret;
}

void
option_file_forget(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}
