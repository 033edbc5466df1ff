#include "avro/container_window.h"

#include "avro/varint.h"

#define WINDOW_BYTES ((size_t)64 * 1024)
#define SIP_BYTES    ((size_t)4 * 1024) /* of it, where blocks are larger than the window */

uint64_t
window_offset(const struct container_window *w)
{
	return w->base + w->at;
}

struct str
window_left(const struct container_window *w)
{
	return (struct str){w->bytes.ptr + w->at, w->bytes.len - w->at};
}

static enum outcome
damaged_by_end(const struct container_window *w, struct err *err)
{
	err_set(err, ERR_INPUT, "the input ends within it, at byte %llu%s",
		(unsigned long long)(w->base + w->bytes.len), w->ended);
	return DAMAGED;
}

static enum outcome
read_source(struct container_window *w, char *to, size_t room, size_t *got, struct err *err)
{
	ssize_t n = w->source_ended ? 0 : w->source.read(w->source.with, to, room, err);

	if (n < 0)
		return FAILED;
	w->source_ended = n == 0;
	*got = (size_t)n;
	return n == 0 ? ENDED : OK;
}

/* Drops what nobody will read again; as the window at least halves or grows, each byte is moved
 * only so often. */
static void
make_room(struct container_window *w)
{
	struct buf *b = &w->bytes;
	size_t kept = b->len - w->from;

	if (kept <= w->from) {
		if (kept > 0)
			memmove(b->ptr, b->ptr + w->from, kept);
		w->base += w->from;
		w->at -= w->from;
		w->from = 0;
		b->len = kept;
	}
	if (b->room == b->len)
		buf_room(b, b->room == 0 ? WINDOW_BYTES : 1);
}

enum outcome
window_need(struct container_window *w, size_t n, struct err *err)
{
	while (w->bytes.len - w->at < n) {
		size_t got;
		if (!w->keeps)
			w->from = w->at;
		if (w->bytes.room == w->bytes.len || w->from == w->bytes.len)
			make_room(w);
		size_t room = w->bytes.room - w->bytes.len;
		if (!w->keeps && w->last_size > WINDOW_BYTES && room > SIP_BYTES)
			room = SIP_BYTES;
		enum outcome outcome = read_source(w, w->bytes.ptr + w->bytes.len, room, &got, err);
		if (outcome != OK)
			return outcome;
		w->bytes.len += got;
	}
	return OK;
}

enum outcome
window_must_have(struct container_window *w, size_t n, struct err *err)
{
	enum outcome outcome = window_need(w, n, err);

	return outcome == ENDED ? damaged_by_end(w, err) : outcome;
}

enum outcome
window_take_number(struct container_window *w, const char *what, int64_t *value, struct err *err)
{
	for (size_t len = 1;; len++) {
		enum outcome outcome = window_must_have(w, len, err);
		if (outcome != OK)
			return outcome;
		const char *p = w->bytes.ptr + w->at, *end = p + len;
		if (len < 10 && (end[-1] & 0x80) != 0)
			continue;
		if (!varint_read(&p, end, value)) {
			err_set(err, ERR_INPUT, "%s is not a number", what);
			return DAMAGED;
		}
		w->at += len;
		return OK;
	}
}

/* Reads into *to without a detour, as the window is empty. */
static enum outcome
take_directly(struct container_window *w, size_t size, struct buf *to, size_t *got, struct err *err)
{
	size_t room = to->room - to->len;

	if (room < to->len)
		room = to->len;
	if (room < WINDOW_BYTES)
		room = WINDOW_BYTES;
	if (room > size)
		room = size;
	w->base += w->bytes.len;
	w->from = w->at = w->bytes.len = 0;
	enum outcome outcome = read_source(w, buf_room(to, room), room, got, err);
	if (outcome == OK) {
		to->len += *got;
		w->base += *got;
	}
	return outcome;
}

enum outcome
window_take(struct container_window *w, size_t size, struct buf *to, struct err *err)
{
	while (size > 0) {
		enum outcome outcome = OK;
		size_t got = w->bytes.len - w->at;
		if (got > 0) {
			if (got > size)
				got = size;
			buf_add(to, (struct str){w->bytes.ptr + w->at, got});
			w->at += got;
		} else if (size < WINDOW_BYTES || w->keeps) {
			outcome = window_need(w, 1, err);
		} else {
			outcome = take_directly(w, size, to, &got, err);
		}
		if (outcome != OK)
			return outcome == ENDED ? damaged_by_end(w, err) : outcome;
		size -= got;
	}
	return OK;
}

enum outcome
window_find(struct container_window *w, struct str what, struct err *err)
{
	for (;;) {
		size_t left = w->bytes.len - w->at;
		const char *start = w->bytes.ptr + w->at;
		const char *found = memmem(start, left, what.ptr, what.len);
		if (found != NULL)
			w->at += (size_t)(found - start) + what.len;
		else if (left >= what.len)
			w->at += left - (what.len - 1); /* its beginning may be there */
		w->from = w->at;
		if (found != NULL)
			return OK;
		enum outcome outcome = window_need(w, w->bytes.len - w->at + 1, err);
		if (outcome != OK)
			return outcome;
	}
}
