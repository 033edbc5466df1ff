#include "base/file.h"

#include "base/buf.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MOST   40 /* in a row, as the kernel follows them */
#define OPEN_AT_ONCE 16 /* files not committed yet; a program has one to three */

struct file_replace {
	char *path, *partial; /* partial NULL: path itself is written */
	int fd;
};

static _Atomic(const char *) pending[OPEN_AT_ONCE];

void
file_hold_standard(void)
{
	/* open() takes the lowest number that is free; the direction is the wrong one, so that each
	 * use is told of. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			abort(); /* there is nobody to tell */
}

int
file_write_all(int fd, struct str bytes, bool *closed, struct err *err)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) { /* whoever shares it wants no waiting: we do */
			struct pollfd room = {.fd = fd, .events = POLLOUT};
			(void)poll(&room, 1, -1);
			continue;
		}
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

/* Locked, and still the file of that name: between open and lock its owner may have finished it,
 * and it is now the whole file that everybody sees. */
static bool
lock_partial(const struct file_replace *f)
{
	struct stat ours, named;

	return flock(f->fd, LOCK_EX | LOCK_NB) == 0 && fstat(f->fd, &ours) == 0 &&
	       lstat(f->partial, &named) == 0 && ours.st_dev == named.st_dev &&
	       ours.st_ino == named.st_ino;
}

static int
open_and_remember(struct file_replace *f, struct err *err)
{
	f->fd = open(f->partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (f->fd < 0)
		return err_set(err, ERR_FATAL, "could not create \"%s\": %s", f->partial,
			       strerror(errno));
	if (!lock_partial(f)) {
		close(f->fd);
		return err_set(err, ERR_RETRY,
			       "could not lock \"%s\": another program is writing it", f->partial);
	}
	if (ftruncate(f->fd, 0) != 0 || !remember(f->partial)) {
		err_set(err, ERR_FATAL, "could not write \"%s\": %s", f->partial, strerror(errno));
		close(f->fd);
		return -1;
	}
	return 0;
}

/* No signal may end the program between the two: nobody would take the file back. */
static int
open_partial(struct file_replace *f, struct err *err)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int result = open_and_remember(f, err);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result;
}

static void
release(struct file_replace *f)
{
	free(f->partial);
	free(f->path);
	free(f);
}

/* The name that is replaced: behind links, that of the file they lead to, be it there or not. */
static char *
follow_links(const char *path)
{
	char *at = str_dup(str_of(path)), target[PATH_MAX];

	for (int links = 0; links < LINKS_MOST; links++) {
		ssize_t len = readlink(at, target, sizeof(target));
		if (len < 0 || (size_t)len == sizeof(target)) /* no link: there it leads */
			break;
		struct buf next = {0};
		const char *slash = strrchr(at, '/');
		if (target[0] != '/' && slash != NULL)
			buf_add(&next, (struct str){at, (size_t)(slash - at) + 1});
		buf_add(&next, (struct str){target, (size_t)len});
		buf_cstr(&next);
		free(at);
		at = next.ptr;
	}
	return at;
}

struct file_replace *
file_replace_open(const char *path, struct err *err)
{
	struct file_replace *f = mem_zero(1, sizeof(*f));
	struct buf partial = {0};
	struct stat there;
	int result;

	f->path = follow_links(path);
	if (stat(path, &there) != 0 || S_ISREG(there.st_mode)) {
		buf_printf(&partial, "%s.partial", f->path);
		f->partial = str_dup(buf_str(&partial));
		buf_free(&partial);
		result = open_partial(f, err);
	} else { /* a device or a pipe: to be written, not to be replaced */
		f->fd = open(path, O_WRONLY | O_CLOEXEC);
		result = f->fd >= 0 ? 0
				    : err_set(err, ERR_FATAL, "could not write \"%s\": %s", path,
					      strerror(errno));
	}
	if (result == 0)
		return f;
	release(f);
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
	return f->partial != NULL ? f->partial : f->path;
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

static int
commit(struct file_replace *f, bool durable, struct err *err)
{
	int result = 0;

	/* Renamed before it is closed: the lock goes with the descriptor. */
	if ((durable && fsync(f->fd) != 0 && errno != EINVAL && errno != EROFS) ||
	    (f->partial != NULL && rename(f->partial, f->path) != 0)) {
		err_set(err, ERR_FATAL, "could not finish \"%s\": %s", f->path, strerror(errno));
		file_replace_abort(f);
		return -1;
	}
	if (f->partial != NULL) {
		forget(f->partial);
		result = durable ? sync_folder(f->path, err) : 0;
	}
	if (close(f->fd) != 0 && result == 0)
		result = err_set(err, ERR_FATAL, "could not close \"%s\": %s", f->path,
				 strerror(errno));
	release(f);
	return result;
}

int
file_replace_commit(struct file_replace *f, struct err *err)
{
	return commit(f, true, err);
}

int
file_replace_commit_unsynced(struct file_replace *f, struct err *err)
{
	return commit(f, false, err);
}

void
file_replace_abort(struct file_replace *f)
{
	if (f == NULL)
		return;
	if (f->partial != NULL) {
		forget(f->partial);
		unlink(f->partial);
	}
	close(f->fd);
	release(f);
}
