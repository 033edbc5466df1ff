/* text_signs.h -- one look at a text, that spares most texts every other one. */
#ifndef TEXT_SIGNS_H
#define TEXT_SIGNS_H

#include "base/str.h"

enum text_sign {
	SIGN_BEYOND_ASCII = 1,
	SIGN_MARK = 2,   /* 0xE2 or 0xEF, with which marks (text_marks.h) begin */
	SIGN_RETURN = 4, /* "\r" */
	SIGN_AT = 8,     /* "@" */
	SIGN_COLON = 16, /* ":" */
	SIGN_NUL = 32,   /* a byte of 0 */
};

#define SIGN_LANES 16
typedef unsigned char sign_lanes __attribute__((vector_size(SIGN_LANES)));
typedef signed char sign_masks __attribute__((vector_size(SIGN_LANES)));
struct sign_seen {
	sign_lanes bytes;
	sign_masks mark, carriage_return, at, colon, nul;
};

static inline void
signs_look(struct sign_seen *seen, const void *at)
{
	sign_lanes bytes;

	memcpy(&bytes, at, sizeof(bytes));
	seen->bytes |= bytes;
	seen->mark |= (bytes == 0xE2) | (bytes == 0xEF);
	seen->carriage_return |= bytes == '\r';
	seen->at |= bytes == '@';
	seen->colon |= bytes == ':';
	seen->nul |= bytes == 0;
}

static inline bool
sign_in(sign_masks lanes)
{
	uint64_t halves[2];

	memcpy(halves, &lanes, sizeof(halves));
	return ((halves[0] | halves[1]) & 0x8080808080808080u) != 0;
}

/* Which of them the text has. */
static inline unsigned
text_signs(struct str s)
{
	struct sign_seen seen = {0};
	unsigned char copy[SIGN_LANES];

	if (s.len < SIGN_LANES) {
		memset(copy, ' ', sizeof(copy));
		if (s.len > 0)
			memcpy(copy, s.ptr, s.len);
		signs_look(&seen, copy);
	} else {
		for (size_t i = 0; i + SIGN_LANES < s.len; i += SIGN_LANES)
			signs_look(&seen, s.ptr + i);
		signs_look(&seen, s.ptr + s.len - SIGN_LANES);
	}
	return (sign_in((sign_masks)seen.bytes) ? (unsigned)SIGN_BEYOND_ASCII : 0) |
	       (sign_in(seen.mark) ? (unsigned)SIGN_MARK : 0) |
	       (sign_in(seen.carriage_return) ? (unsigned)SIGN_RETURN : 0) |
	       (sign_in(seen.at) ? (unsigned)SIGN_AT : 0) |
	       (sign_in(seen.colon) ? (unsigned)SIGN_COLON : 0) |
	       (sign_in(seen.nul) ? (unsigned)SIGN_NUL : 0);
}

#endif
