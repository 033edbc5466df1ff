/* buf.h -- bytes that are owned and grow. All zeroes is an empty one. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

struct buf {
	char *ptr;
	size_t len, room; /* bytes */
};

void buf_grow(struct buf *, size_t more);

/* Makes room for `more` bytes behind len and returns where they go; len stays. */
static inline char *
buf_room(struct buf *b, size_t more)
{
	if (b->room - b->len < more)
		buf_grow(b, more);
	return b->ptr + b->len;
}

void buf_add(struct buf *, struct str); /* what is added must not lie in the buf itself */
void buf_add_byte(struct buf *, char);
void buf_add_number(struct buf *, uint64_t, int digits); /* decimal, of so many digits at least */
void buf_printf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* NUL-terminated until the next change; the NUL is not counted in len. */
const char *buf_cstr(struct buf *);

void buf_free(struct buf *); /* and makes it empty */

static inline void
buf_clear(struct buf *b) /* keeps the room */
{
	b->len = 0;
}

static inline struct str
buf_str(const struct buf *b)
{
	return (struct str){b->ptr, b->len};
}

#endif
