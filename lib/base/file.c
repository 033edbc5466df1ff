#include "base/file.h"

#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#define OPEN_AT_ONCE 16 /* files not committed yet; a program has one to three */

struct file_replace {
	char *path, *partial;
	int fd;
};

static _Atomic(const char *) pending[OPEN_AT_ONCE];

int
file_write_all(int fd, struct str bytes, bool *closed, struct err *err)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (closed != NULL)
				*closed = errno == EPIPE;
			return err_set(err, ERR_FATAL, "could not write: %s", strerror(errno));
		}
		bytes = str_tail(bytes, (size_t)n);
	}
	return 0;
}

static bool
remember(const char *partial)
{
	for (size_t i = 0; i < OPEN_AT_ONCE; i++) {
		const char *none = NULL;
		if (atomic_compare_exchange_strong(&pending[i], &none, partial))
			return true;
	}
	return false;
}

static void
forget(const char *partial)
{
	for (size_t i = 0; i < OPEN_AT_ONCE; i++) {
		const char *same = partial;
		if (atomic_compare_exchange_strong(&pending[i], &same, NULL))
			return;
	}
}

void
file_replace_abort_all(void)
{
	for (size_t i = 0; i < OPEN_AT_ONCE; i++) {
		const char *partial = atomic_exchange(&pending[i], NULL);
		if (partial != NULL)
			unlink(partial);
	}
}

struct file_replace *
file_replace_open(const char *path, struct err *err)
{
	struct file_replace *f = mem_zero(1, sizeof(*f));
	size_t len = strlen(path);

	f->path = str_dup(str_of(path));
	f->partial = mem_alloc(len + sizeof(".partial"));
	memcpy(f->partial, path, len);
	memcpy(f->partial + len, ".partial", sizeof(".partial"));
	f->fd = open(f->partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (f->fd < 0) {
		err_set(err, ERR_FATAL, "could not create \"%s\": %s", f->partial, strerror(errno));
		goto fail;
	}
	if (flock(f->fd, LOCK_EX | LOCK_NB) != 0) {
		err_set(err, ERR_FATAL, "could not lock \"%s\": another program is writing it",
			f->partial);
		close(f->fd);
		goto fail;
	}
	if (ftruncate(f->fd, 0) != 0 || !remember(f->partial)) {
		err_set(err, ERR_FATAL, "could not write \"%s\": %s", f->partial, strerror(errno));
		close(f->fd);
		goto fail;
	}
	return f;

fail:
	free(f->partial);
	free(f->path);
	free(f);
	return NULL;
}

int
file_replace_fd(const struct file_replace *f)
{
	return f->fd;
}

const char *
file_replace_partial(const struct file_replace *f)
{
	return f->partial;
}

/* A name is durable when its folder is. */
static int
sync_folder(const char *path, struct err *err)
{
	char *copy = str_dup(str_of(path));
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC), result = 0;

	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL && errno != EROFS))
		result = err_set(err, ERR_FATAL, "could not sync the folder of \"%s\": %s", path,
				 strerror(errno));
	if (fd >= 0)
		close(fd);
	free(copy);
	return result;
}

int
file_replace_commit(struct file_replace *f, struct err *err)
{
	/* Renamed before it is closed: the lock goes with the descriptor. */
	if ((fsync(f->fd) != 0 && errno != EINVAL && errno != EROFS) ||
	    rename(f->partial, f->path) != 0) {
		err_set(err, ERR_FATAL, "could not finish \"%s\": %s", f->path, strerror(errno));
		file_replace_abort(f);
		return -1;
	}
	forget(f->partial);
	int result = sync_folder(f->path, err);
	if (close(f->fd) != 0 && result == 0)
		result = err_set(err, ERR_FATAL, "could not close \"%s\": %s", f->path,
				 strerror(errno));
	free(f->partial);
	free(f->path);
	free(f);
	return result;
}

void
file_replace_abort(struct file_replace *f)
{
	if (f == NULL)
		return;
	forget(f->partial);
	unlink(f->partial);
	close(f->fd);
	free(f->partial);
	free(f->path);
	free(f);
}
