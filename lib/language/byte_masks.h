/* byte_masks.h -- what 64 bytes of a text are, a bit for each, so that the end of a word is found
 * by counting bits and not by a branch for each byte. */
#ifndef LANGUAGE_BYTE_MASKS_H
#define LANGUAGE_BYTE_MASKS_H

#include "base/str.h"

#define BYTE_MASKS_WIDTH 64

/* Behind the text's end no letter and nothing high begins. */
struct byte_masks {
	size_t base;      /* of the text: where the byte of bit 0 is */
	uint64_t letters; /* of ASCII */
	uint64_t small;   /* where a letter, it is a small one */
	uint64_t alike;   /* it is as the next and the next but one, capital or not */
	uint64_t high;    /* beyond ASCII: */
	uint64_t leads;   /* where such a character begins */
	uint64_t wide;    /* where one of three or four bytes begins */
	uint64_t plain;   /* where a letter of two bytes begins: those that are frequent */
	uint64_t capital; /* those of them that have a small one */
	uint64_t twins;   /* it and the next are as the next two and the two behind those */
	bool horned; /* since it was last made false, something was seen that ơ, ư, ạ may be */
};

/* Of the 64 bytes from `at` on, which is in the text. */
void byte_masks_take(struct byte_masks *, struct str text, size_t at);

/* The same, as machines do it that have no wider vectors. */
void byte_masks_take_narrow(struct byte_masks *, struct str text, size_t at);

#endif
