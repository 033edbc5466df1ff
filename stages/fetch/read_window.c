#include "read_window.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static ssize_t
read_whole(int fd, void *to, size_t room, uint64_t offset)
{
	ssize_t n;

	do {
		n = pread(fd, to, room, (off_t)offset);
	} while (n < 0 && errno == EINTR);
	return n;
}

ssize_t
read_window_at(struct read_window *w, uint64_t offset, void *to, size_t room)
{
	if (room > READ_WINDOW_SIZE / 2)
		return read_whole(w->fd, to, room, offset);
	if (offset < w->at || offset - w->at > w->len || w->len - (offset - w->at) < room) {
		ssize_t n = read_whole(w->fd, w->bytes, READ_WINDOW_SIZE, offset);
		w->at = offset;
		w->len = n < 0 ? 0 : (size_t)n;
		if (n <= 0)
			return n;
	}
	size_t there = w->len - (size_t)(offset - w->at);
	size_t got = room < there ? room : there;
	memcpy(to, w->bytes + (offset - w->at), got);
	return (ssize_t)got;
}
