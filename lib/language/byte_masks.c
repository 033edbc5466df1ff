/*
 * Vectors of GCC and clang, 16 bytes wide as every machine of 64 bits has them; 32 where this one
 * can. The letters of two bytes that are told are, of those that are their own norm, Greek without
 * ς, Cyrillic, and Arabic; of those that have a small letter, Greek with ς, and Cyrillic. A second
 * byte is negative as a signed one, and so compares in one step.
 */
#include "language/byte_masks.h"

#include <endian.h>

#define NEAR (BYTE_MASKS_WIDTH + 16) /* bytes */

typedef uint8_t block16 __attribute__((vector_size(16)));
typedef int8_t signed16 __attribute__((vector_size(16)));

/* The highest bits of all bytes. */
static inline uint64_t
tops16(block16 b)
{
#ifdef __SSE2__
	typedef char bytes __attribute__((vector_size(16)));
	return (unsigned)__builtin_ia32_pmovmskb128((bytes)b);
#else
	uint64_t halves[2], mask = 0;

	memcpy(halves, &b, sizeof(halves));
	for (unsigned i = 0; i < 2; i++)
		mask |= (le64toh(halves[i]) & 0x8080808080808080u) / 0x80 * 0x0102040810204080u >>
			56 << 8 * i;
	return mask;
#endif
}

// clang-format off
/* Takes masks of the bytes at p, `left` of which are in the text; two more than the masks' width can
 * be read. */
#define DEFINE_TAKE(name, block, signed_block, tops)                                               \
	static void name(struct byte_masks *masks, const unsigned char *p, size_t left)            \
	{                                                                                          \
		struct byte_masks m = {.base = masks->base, .horned = masks->horned};              \
                                                                                                   \
		for (unsigned i = 0; i < BYTE_MASKS_WIDTH && i < left; i += sizeof(block)) {       \
			block b, next, further;                                                    \
			memcpy(&b, p + i, sizeof(b));                                              \
			memcpy(&next, p + i + 1, sizeof(next));                                    \
			memcpy(&further, p + i + 2, sizeof(further));                              \
			const block small = b | 0x20;                                              \
			const signed_block s = (signed_block)small, c = (signed_block)next;        \
			const uint64_t high = tops(b), leads = tops(b << 1) & high,                \
				       bits = tops(b << 2);                                        \
			m.letters |= tops((block)((s >= 'a') & (s <= 'z'))) << i;                  \
			m.small |= bits << i;                                                      \
			m.alike |= tops((block)(small == (next | 0x20))) << i;                     \
			if (high == 0)                                                             \
				continue;                                                          \
			m.high |= high << i;                                                       \
			m.leads |= leads << i;                                                     \
			m.wide |= (leads & bits) << i;                                             \
			m.twins |= tops((block)(small == (further | 0x20))) << i;                  \
			m.horned |= tops((block)((b == 0xE1) | (b == 0xC6))) != 0;                 \
			const signed_block ce = b == 0xCE, cf = b == 0xCF, d0 = b == 0xD0,         \
					   sigma = c == 0x82 - 256, above = c > 0xAF - 256;        \
			const block capital = (block)((ce & (c > 0x90 - 256) & (c < 0xAA - 256) &  \
						       (c != 0xA2 - 256)) |                        \
						      (cf & sigma) | (d0 & ~above)),               \
				    plain =                                                        \
					    (block)((ce & (c > 0xAB - 256) & (c != 0xB0 - 256)) |  \
						    (cf & (c < 0x8F - 256) & ~sigma) |             \
						    (d0 & above) |                                 \
						    ((b == 0xD1) & (c < 0xA0 - 256)) |             \
						    ((b == 0xD8) & (c > 0x9F - 256)) |             \
						    ((b == 0xD9) & (c > 0x80 - 256) &              \
						     (c < 0x8B - 256)));                           \
			m.capital |= tops(capital) << i;                                           \
			m.plain |= tops(plain | capital) << i;                                     \
		}                                                                                  \
		m.alike &= m.alike >> 1;                                                           \
		m.twins &= m.twins >> 2;                                                           \
		m.twins &= m.twins >> 1;                                                           \
		*masks = m;                                                                        \
	}

DEFINE_TAKE(take_by_16, block16, signed16, tops16)

#ifdef __x86_64__
typedef uint8_t block32 __attribute__((vector_size(32)));
typedef int8_t signed32 __attribute__((vector_size(32)));
typedef char bytes32 __attribute__((vector_size(32)));
#define TOPS32(b) ((uint64_t)(uint32_t)__builtin_ia32_pmovmskb256((bytes32)(b)))
__attribute__((target("avx2"))) DEFINE_TAKE(take_by_32, block32, signed32, TOPS32)
#endif

	// clang-format on

	/* Where 64 bytes and two more can be read that begin as the text at `at` does: there, or in
	   `near`. */
	static const
	unsigned char *readable(struct str text, size_t at, unsigned char near[static NEAR])
{
	if (text.len - at >= BYTE_MASKS_WIDTH + 2)
		return (const unsigned char *)text.ptr + at;
	memset(near, 0, NEAR);
	memcpy(near, text.ptr + at, text.len - at);
	return near;
}

void
byte_masks_take_narrow(struct byte_masks *m, struct str text, size_t at)
{
	unsigned char near[NEAR];

	m->base = at;
	take_by_16(m, readable(text, at, near), text.len - at);
}

void
byte_masks_take(struct byte_masks *m, struct str text, size_t at)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		unsigned char near[NEAR];
		m->base = at;
		take_by_32(m, readable(text, at, near), text.len - at);
		return;
	}
#endif
	byte_masks_take_narrow(m, text, at);
}
