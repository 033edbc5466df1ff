/* byte_masks.h -- what 64 bytes of a text are, a bit for each, so that the end of a word is found
 * by counting bits and not by a branch for each byte. */
#ifndef LANGUAGE_BYTE_MASKS_H
#define LANGUAGE_BYTE_MASKS_H

#include "base/str.h"
#include <endian.h>

#define BYTE_MASKS_WIDTH 64

typedef uint8_t byte_block __attribute__((vector_size(16)));
typedef int8_t byte_block_signed __attribute__((vector_size(16)));

struct byte_masks {
	size_t base;      /* of the text: where the byte of bit 0 is */
	uint64_t letters; /* of ASCII; behind the text's end nothing is set */
	uint64_t small;   /* where a letter, it is a small one */
	uint64_t high;    /* beyond ASCII: */
	uint64_t leads;   /* where such a character begins */
	uint64_t wide;    /* where one of three or four bytes begins */
	uint64_t alike; /* the byte is as the next and the next but one, but for a capital's bit */
	uint64_t plain; /* where a letter of two bytes begins: those that are frequent */
	uint64_t capital;  /* those of them that have a small one */
	byte_block horned; /* not 0 where one was seen, since it was last made 0, with which letters
			    * begin that only Vietnamese has: ơ, ư, ạ */
	uint64_t twins;    /* so are it and the next, two by two; only where some are high */
};

static inline bool
byte_masks_any(byte_block b)
{
	typedef uint64_t halves __attribute__((vector_size(16)));
	return (((halves)b)[0] | ((halves)b)[1]) != 0;
}

/* What one machine has a word of its own for, and every other can say in some. */

static inline uint64_t
byte_masks_tops(byte_block b)
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

static inline byte_block
byte_masks_load(const unsigned char *p)
{
	byte_block b;

	memcpy(&b, p, sizeof(b));
	return b;
}

/*
 * Where letters of two bytes begin that are what they look like, given what stands there and one
 * byte further: small ones of Greek and Cyrillic, and Arabic; and where those that have a small
 * one: ς, too. A second byte is negative as a signed one, and so compares in one step.
 */
static inline byte_block
byte_masks_of_pairs(byte_block lead, byte_block second, byte_block *capital)
{
	const byte_block_signed c = (byte_block_signed)second, ce = lead == 0xCE, cf = lead == 0xCF,
				d0 = lead == 0xD0, sigma = c == 0x82 - 256, above = c > 0xAF - 256;

	*capital = (byte_block)((ce & (c > 0x90 - 256) & (c < 0xAA - 256) & (c != 0xA2 - 256)) |
				(cf & sigma) | (d0 & ~above));
	return (byte_block)((ce & (c > 0xAB - 256) & (c != 0xB0 - 256)) |
			    (cf & (c < 0x8F - 256) & ~sigma) | (d0 & above) |
			    ((lead == 0xD1) & (c < 0xA0 - 256)) |
			    ((lead == 0xD8) & (c > 0x9F - 256)) |
			    ((lead == 0xD9) & (c > 0x80 - 256) & (c < 0x8B - 256)));
}

/* Of the 64 bytes from `at` on, which is in the text. */
static inline void
byte_masks_take(struct byte_masks *masks, struct str text, size_t at)
{
	unsigned char near[BYTE_MASKS_WIDTH + 16];
	const unsigned char *p = (const unsigned char *)text.ptr + at;
	size_t left = text.len - at;

	struct byte_masks m = {.base = at, .horned = masks->horned}; /* in registers */

	if (left < BYTE_MASKS_WIDTH + 2) {
		memset(near, 0, sizeof(near));
		memcpy(near, p, left);
		p = near;
	}
	for (unsigned i = 0; i < BYTE_MASKS_WIDTH && i < left; i += 16) {
		byte_block b = byte_masks_load(p + i), next = byte_masks_load(p + i + 1),
			   small = b | 0x20;
		uint64_t high = byte_masks_tops(b), leads = byte_masks_tops(b << 1) & high,
			 bits = byte_masks_tops(b << 2),
			 alike = byte_masks_tops((byte_block)(small == (next | 0x20)));
		byte_block_signed letter = (byte_block_signed)small;
		m.letters |= byte_masks_tops((byte_block)((letter >= 'a') & (letter <= 'z'))) << i;
		m.small |= bits << i;
		m.high |= high << i;
		m.leads |= leads << i;
		m.wide |= (leads & bits) << i;
		m.alike |= alike << i;
		if (high == 0)
			continue;
		m.horned |= (byte_block)((b == 0xE1) | (b == 0xC6));
		byte_block capital, of = byte_masks_of_pairs(b, next, &capital);
		m.capital |= byte_masks_tops(capital) << i;
		m.plain |= byte_masks_tops(of | capital) << i;
		m.twins |=
			byte_masks_tops((byte_block)(small == (byte_masks_load(p + i + 2) | 0x20)))
			<< i;
	}
	m.alike &= m.alike >> 1;
	m.twins &= m.twins >> 2;
	m.twins &= m.twins >> 1;
	*masks = m;
}

#endif
