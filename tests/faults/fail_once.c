/*
 * fail_once -- preloaded into a program, makes its Nth allocation, or its Nth write to a file, pipe
 * or disk, fail once.
 *
 *   FAIL_ONCE=alloc:N | write:N     which; N counts from 1; 0 fails nothing
 *   FAIL_ONCE_COUNT=FILE            at the end, how many there were
 *   FAIL_SYNC_OF=FILE               each fsync() of that file fails, whatever its descriptor
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static _Atomic long allocations, writes;
static long fail_allocation, fail_write;
static int ready;

__attribute__((constructor)) static void
start(void)
{
	const char *spec = getenv("FAIL_ONCE");

	if (spec != NULL && strncmp(spec, "alloc:", 6) == 0)
		fail_allocation = strtol(spec + 6, NULL, 10);
	if (spec != NULL && strncmp(spec, "write:", 6) == 0)
		fail_write = strtol(spec + 6, NULL, 10);
	ready = 1;
}

__attribute__((destructor)) static void
end(void)
{
	const char *path = getenv("FAIL_ONCE_COUNT");
	FILE *f = path == NULL ? NULL : fopen(path, "w");

	if (f == NULL)
		return;
	fprintf(f, "%ld %ld\n", (long)allocations, (long)writes);
	fclose(f);
}

static int
allocation_fails(void)
{
	if (!ready || atomic_fetch_add(&allocations, 1) + 1 != fail_allocation)
		return 0;
	errno = ENOMEM;
	return 1;
}

/* Standard error is where the failure is told. */
static int
write_fails(int fd)
{
	if (!ready || fd == STDERR_FILENO || atomic_fetch_add(&writes, 1) + 1 != fail_write)
		return 0;
	errno = ENOSPC;
	return 1;
}

void *
malloc(size_t size)
{
	return allocation_fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return allocation_fails() ? NULL : __libc_realloc(old, size);
}

#define NEXT(type, name, ...) ((type(*)(__VA_ARGS__))(uintptr_t)dlsym(RTLD_NEXT, name))

ssize_t
write(int fd, const void *bytes, size_t size)
{
	return write_fails(fd) ? -1
			       : NEXT(ssize_t, "write", int, const void *, size_t)(fd, bytes, size);
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	return write_fails(fd)
		       ? -1
		       : NEXT(ssize_t, "writev", int, const struct iovec *, int)(fd, parts, count);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
	return write_fails(fd) ? -1
			       : NEXT(ssize_t, "pwrite64", int, const void *, size_t,
				      off64_t)(fd, bytes, size, at);
}

ssize_t
pwrite(int fd, const void *bytes, size_t size, off_t at)
{
	return write_fails(fd) ? -1
			       : NEXT(ssize_t, "pwrite", int, const void *, size_t,
				      off_t)(fd, bytes, size, at);
}

int
fdatasync(int fd)
{
	return write_fails(fd) ? -1 : NEXT(int, "fdatasync", int)(fd);
}

static int
sync_fails(int fd)
{
	const char *path = getenv("FAIL_SYNC_OF");
	struct stat one, other;

	if (path == NULL || fstat(fd, &one) != 0 || stat(path, &other) != 0 ||
	    one.st_dev != other.st_dev || one.st_ino != other.st_ino)
		return 0;
	errno = EIO;
	return 1;
}

int
fsync(int fd)
{
	return write_fails(fd) || sync_fails(fd) ? -1 : NEXT(int, "fsync", int)(fd);
}

int
ftruncate64(int fd, off64_t size)
{
	return write_fails(fd) ? -1 : NEXT(int, "ftruncate64", int, off64_t)(fd, size);
}

int
rename(const char *from, const char *to)
{
	return write_fails(-1) ? -1 : NEXT(int, "rename", const char *, const char *)(from, to);
}
