#include "destination_file.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include <signal.h>
#include <unistd.h>

#define HELD_BYTES 65536

struct destination_file {
	char *path;                /* NULL: standard output */
	struct file_replace *file; /* NULL: standard output, or finished */
	struct buf held;
};

struct destination_file *
destination_file_open(const char *path, struct err *err)
{
	struct destination_file *f = mem_zero(1, sizeof(*f));

	if (path == NULL)
		return f;
	f->path = str_dup(str_of(path));
	f->file = file_replace_open(path, err);
	if (f->file == NULL) {
		destination_file_close(f);
		return NULL;
	}
	return f;
}

void
destination_file_close(struct destination_file *f)
{
	if (f == NULL)
		return;
	file_replace_abort(f->file);
	buf_free(&f->held);
	free(f->path);
	free(f);
}

bool
destination_file_is_named(const struct destination_file *f)
{
	return f->path != NULL;
}

int
destination_file_flush(struct destination_file *f, struct err *err)
{
	bool closed = false;
	int fd = f->file == NULL ? STDOUT_FILENO : file_replace_fd(f->file);

	if (file_write_all(fd, buf_str(&f->held), &closed, err) == 0) {
		buf_clear(&f->held);
		return 0;
	}
	if (closed) {
		file_replace_abort_all(); /* of dead letters, say */
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	return f->path == NULL ? err_prefix(err, "standard output: ")
			       : err_prefix(err, "\"%s\": ", f->path);
}

int
destination_file_write(struct destination_file *f, struct str bytes, struct err *err)
{
	if (f->path != NULL && f->file == NULL)
		return err_set(err, ERR_FATAL, "\"%s\" is finished", f->path);
	buf_add(&f->held, bytes);
	return f->held.len < HELD_BYTES ? 0 : destination_file_flush(f, err);
}

int
destination_file_finish(struct destination_file *f, struct err *err)
{
	struct file_replace *file = f->file;

	if (f->path != NULL && file == NULL)
		return 0;
	if (destination_file_flush(f, err) != 0)
		return -1;
	f->file = NULL;
	return file == NULL ? 0 : file_replace_commit(file, err);
}
