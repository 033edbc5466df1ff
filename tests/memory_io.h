/* memory_io.h -- containers in memory: a source that gives bytes in pieces of any size, a sink that
 * keeps them. */
#ifndef TESTS_MEMORY_IO_H
#define TESTS_MEMORY_IO_H

#include "avro/container_reader.h"
#include "avro/container_writer.h"

struct memory_input {
	struct str left;
	size_t piece;       /* bytes a read gives at most; 0: all */
	bool live;          /* the end is not the end: nothing may be asked for behind it */
	bool asked_too_far; /* of a live one */
};

static inline ssize_t
memory_read(void *with, char *to, size_t room, struct err *err)
{
	struct memory_input *in = with;
	size_t n = in->left.len < room ? in->left.len : room;

	if (in->piece > 0 && n > in->piece)
		n = in->piece;
	if (n == 0 && in->live) {
		in->asked_too_far = true;
		return err_set(err, ERR_FATAL, "nothing is there yet");
	}
	if (n > 0)
		memcpy(to, in->left.ptr, n);
	in->left = str_tail(in->left, n);
	return (ssize_t)n;
}

static inline int
memory_write(void *with, struct str bytes, struct err *err)
{
	(void)err;
	buf_add(with, bytes);
	return 0;
}

#endif
