#include "spool.h"

#include "base/buf.h"
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int
spool_open(struct err *err)
{
	const char *folder = getenv("TMPDIR");
	struct buf path = {0};

	if (folder == NULL || folder[0] == '\0')
		folder = "/var/tmp";
	buf_printf(&path, "%s/chatmill-XXXXXX", folder);
	buf_cstr(&path);
	int fd = mkostemp(path.ptr, O_CLOEXEC);
	if (fd < 0)
		err_set(err, ERR_FATAL, "could not keep the zip in \"%s\": %s", folder,
			strerror(errno));
	else if (unlink(path.ptr) != 0) {
		err_set(err, ERR_FATAL, "could not unlink \"%s\": %s", path.ptr, strerror(errno));
		close(fd);
		fd = -1;
	}
	buf_free(&path);
	return fd;
}

int
spool_add(int fd, uint64_t *size, struct str bytes, struct err *err)
{
	if (bytes.len > SPOOL_MAX - *size)
		return err_set(err, ERR_INPUT, "a zip on a pipe may have %llu GiB; give its name",
			       (unsigned long long)(SPOOL_MAX >> 30));
	*size += bytes.len;
	if (file_write_all(fd, bytes, NULL, err) != 0)
		return err_prefix(err, "could not keep the zip (TMPDIR says where): ");
	return 0;
}
