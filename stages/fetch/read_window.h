/*
 * read_window.h -- a file's bytes at places, many of which lie beside each other: small reads are
 * served from what was read around the last one.
 */
#ifndef READ_WINDOW_H
#define READ_WINDOW_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define READ_WINDOW_SIZE 4096

struct read_window { /* fd set, the rest zeroes at first; the file must not change */
	int fd;
	uint64_t at; /* of the file, where bytes[0] is */
	size_t len;
	char bytes[READ_WINDOW_SIZE];
};

/* As pread(): as many bytes as there are, at most `room`; 0 at the file's end, -1: errno. */
ssize_t read_window_at(struct read_window *, uint64_t offset, void *to, size_t room);

#endif
