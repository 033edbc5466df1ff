/*
 * All signs are looked for in each of 32 bytes together, and none of it depends on what they are: a
 * branch on that, or on how much of a text is left, is guessed wrong so often that it costs more
 * than all signs of a short text.
 *
 * UTF-8 is checked by each byte and the three before it. A byte is a continuation exactly where a
 * lead right before it, or a longer one further off, wants one (C0, E0 and F0 on, told by what is
 * left of them in the highest bit, as all that is wrong is); besides, C0, C1 and from F5 on are
 * never right, and behind four leads the second byte's range is less, which its next two bits tell.
 */
#include "text_signs.h"

#include "base/copy.h"
#include "base/wide.h"

#define LANES  32
#define BEFORE 3 /* bytes that a byte is checked by */
typedef uint8_t lanes __attribute__((vector_size(LANES)));
typedef uint64_t words __attribute__((vector_size(LANES)));

/* The n last bytes of zeroes, and what of the text follows. */
#define BEHIND(n, text)                                                                            \
	__builtin_shufflevector((lanes){0}, text, 32 - (n), 33 - (n), 34 - (n), 35 - (n),          \
				36 - (n), 37 - (n), 38 - (n), 39 - (n), 40 - (n), 41 - (n),        \
				42 - (n), 43 - (n), 44 - (n), 45 - (n), 46 - (n), 47 - (n),        \
				48 - (n), 49 - (n), 50 - (n), 51 - (n), 52 - (n), 53 - (n),        \
				54 - (n), 55 - (n), 56 - (n), 57 - (n), 58 - (n), 59 - (n),        \
				60 - (n), 61 - (n), 62 - (n), 63 - (n))

WIDE unsigned
text_signs(struct str text)
{
	char padded[2 * LANES];
	const char *p = text.ptr;
	size_t len = text.len;
	lanes bytes = {0}, mark = {0}, ret = {0}, at_sign = {0}, colon = {0}, nul = {0}, line = {0};
	lanes broken = {0}, b, b2, b4, b8, one, two, three, wanted;

	if (len < LANES + BEFORE) {
		memset(padded, ' ', sizeof(padded));
		copy_short(padded, p, len);
		p = padded;
		len = len <= LANES ? LANES : 2 * LANES;
	}
	memcpy(&b, p, LANES);
	one = BEHIND(1, b);
	two = BEHIND(2, b);
	three = BEHIND(3, b);
	for (size_t at = LANES;; at += LANES) {
		bytes |= b;
		mark |= (lanes)((b == 0xE2) | (b == 0xEF));
		ret |= (lanes)(b == '\r');
		at_sign |= (lanes)(b == '@');
		colon |= (lanes)(b == ':');
		nul |= (lanes)(b == 0);
		line |= (lanes)(b == '\n');
		wanted = ((one - 0x40) & one) | ((two - 0x60) & two) | ((three - 0x70) & three);
		b2 = b + b; /* its highest bit is the second one of b; the third; the fourth */
		b4 = b2 + b2;
		b8 = b4 + b4;
		broken |= wanted ^ (b & ~b2);
		broken |= (lanes)((b & 0xFE) == 0xC0) | ((b - 0x75) & b);
		broken |= ((lanes)(one == 0xE0) & ~b4) | ((lanes)(one == 0xED) & b4) |
			  ((lanes)(one == 0xF0) & ~(b4 | b8)) | ((lanes)(one == 0xF4) & (b4 | b8));
		if (at == len)
			break;
		if (len - at < LANES) /* some once more */
			at = len - LANES;
		memcpy(&b, p + at, LANES);
		memcpy(&one, p + at - 1, LANES);
		memcpy(&two, p + at - 2, LANES);
		memcpy(&three, p + at - 3, LANES);
	}
	words all = (words)((bytes >> 7 & SIGN_BEYOND_ASCII) | (mark & SIGN_MARK) |
			    (ret & SIGN_RETURN) | (at_sign & SIGN_AT) | (colon & SIGN_COLON) |
			    (nul & SIGN_NUL) | (line & SIGN_LINE) | (broken & SIGN_BROKEN));
	uint64_t signs = all[0] | all[1] | all[2] | all[3];
	signs |= signs >> 32;
	signs |= signs >> 16;
	signs |= signs >> 8;
	/* A character may be cut off by the end. */
	const unsigned char *end = (const unsigned char *)p + len;
	bool cut = (end[-1] >= 0xC0) | (end[-2] >= 0xE0) | (end[-3] >= 0xF0);
	return (unsigned)(signs & 0xFF) | (cut ? SIGN_BROKEN : 0);
}
