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
	SIGN_LINE = 64,  /* "\n" */
};

#define SIGN_LANES 16
typedef unsigned char sign_lanes __attribute__((vector_size(SIGN_LANES)));
typedef signed char sign_masks __attribute__((vector_size(SIGN_LANES)));
struct sign_seen {
	sign_lanes bytes;
	sign_masks mark, carriage_return, at, colon, nul, line;
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
	seen->line |= bytes == '\n';
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
	sign_lanes all = ((sign_lanes)((sign_masks)seen.bytes < 0) & SIGN_BEYOND_ASCII) |
			 ((sign_lanes)seen.mark & SIGN_MARK) |
			 ((sign_lanes)seen.carriage_return & SIGN_RETURN) |
			 ((sign_lanes)seen.at & SIGN_AT) | ((sign_lanes)seen.colon & SIGN_COLON) |
			 ((sign_lanes)seen.nul & SIGN_NUL) | ((sign_lanes)seen.line & SIGN_LINE);
	uint64_t halves[2];
	memcpy(halves, &all, sizeof(halves));
	halves[0] |= halves[1];
	halves[0] |= halves[0] >> 32;
	halves[0] |= halves[0] >> 16;
	return (halves[0] | halves[0] >> 8) & 0xFF;
}

#endif
