#include "transport/pipe.h"

#include "base/file.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a pipe on standard output may hold. At Linux's 64 KiB a block of a thousand records needs
 * four turns of writer and reader, and waking each other costs more than the copying: a quarter of
 * a small stage's CPU time (tests/bench/record-path). Above this it brings nothing more. */
enum { PIPE_BYTES = 256 << 10 };

struct pipe_in {
	char name[300]; /* for messages: cut when longer */
	int fd, stop;
	bool stopped;
	uint64_t size; /* bytes; 0: unknown */
	int idle_ms;   /* -1: for ever */
	int (*idle)(void *with, struct err *);
	void *idle_with;
};

struct pipe_out {
	struct file_replace *file; /* NULL: standard output */
	bool closed;
};

struct pipe_in *
pipe_in_open(const char *path, int stop, struct err *err)
{
	struct pipe_in *in = mem_zero(1, sizeof(*in));
	struct stat st;

	in->stop = stop;
	in->idle_ms = -1;
	in->fd = STDIN_FILENO;
	snprintf(in->name, sizeof(in->name), "standard input");
	if (strcmp(path, "-") != 0) {
		snprintf(in->name, sizeof(in->name), "file \"%s\"", path);
		in->fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (in->fd < 0 || fstat(in->fd, &st) != 0) {
		err_set(err, ERR_FATAL, "could not open %s: %s", in->name, strerror(errno));
		pipe_in_close(in);
		return NULL;
	}
	if (S_ISREG(st.st_mode) && st.st_size > 0)
		in->size = (uint64_t)st.st_size;
	return in;
}

void
pipe_in_when_idle(struct pipe_in *in, int64_t after_ms, int (*idle)(void *, struct err *),
		  void *with)
{
	in->idle_ms = after_ms < INT_MAX ? (int)after_ms : INT_MAX;
	in->idle = idle;
	in->idle_with = with;
}

ssize_t
pipe_in_read(void *with, char *to, size_t room, struct err *err)
{
	struct pipe_in *in = with;

	for (;;) {
		struct pollfd fds[] = {{in->fd, POLLIN, 0}, {in->stop, POLLIN, 0}};
		/* A negative descriptor is passed over by poll(). */
		int ready = poll(fds, 2, in->idle_ms);
		if (ready < 0 && errno != EINTR)
			return err_set(err, ERR_FATAL, "could not wait for %s: %s", in->name,
				       strerror(errno));
		if (ready < 0)
			continue;
		if (ready == 0) {
			if (in->idle(in->idle_with, err) != 0)
				return -1;
			continue;
		}
		if ((fds[1].revents & POLLIN) != 0) {
			in->stopped = true;
			return 0;
		}
		if (fds[0].revents == 0)
			continue;
		ssize_t n = read(in->fd, to, room);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			err_set(err, ERR_FATAL, "could not read %s: %s", in->name, strerror(errno));
		return n;
	}
}

const char *
pipe_in_name(const struct pipe_in *in)
{
	return in->name;
}

uint64_t
pipe_in_size(const struct pipe_in *in)
{
	return in->size;
}

bool
pipe_in_stopped(const struct pipe_in *in)
{
	return in->stopped;
}

void
pipe_in_close(struct pipe_in *in)
{
	if (in == NULL)
		return;
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	free(in);
}

struct pipe_out *
pipe_out_open(const char *path, struct err *err)
{
	struct pipe_out *out = mem_zero(1, sizeof(*out));

	if (strcmp(path, "-") == 0) {
		/* May be refused: the user's other pipes hold much already. */
		int held = fcntl(STDOUT_FILENO, F_GETPIPE_SZ);
		if (held > 0 && held < PIPE_BYTES)
			(void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
		return out;
	}
	out->file = file_replace_open(path, err);
	if (out->file != NULL)
		return out;
	free(out);
	return NULL;
}

int
pipe_out_write(void *with, struct str bytes, struct err *err)
{
	struct pipe_out *out = with;
	int fd = out->file == NULL ? STDOUT_FILENO : file_replace_fd(out->file);

	if (file_write_all(fd, bytes, &out->closed, err) == 0)
		return 0;
	if (out->file == NULL)
		return err_prefix(err, "standard output: ");
	return err_prefix(err, "file \"%s\": ", file_replace_partial(out->file));
}

bool
pipe_out_closed(const struct pipe_out *out)
{
	return out->closed;
}

int
pipe_out_commit(struct pipe_out *out, struct err *err)
{
	int result = 0;

	if (out->file != NULL)
		result = file_replace_commit(out->file, err);
	else if (close(STDOUT_FILENO) != 0) /* a full disk may be told only here */
		result = err_set(err, ERR_FATAL, "standard output: could not close: %s",
				 strerror(errno));
	free(out);
	return result;
}

void
pipe_out_abort(struct pipe_out *out)
{
	if (out == NULL)
		return;
	file_replace_abort(out->file);
	free(out);
}
