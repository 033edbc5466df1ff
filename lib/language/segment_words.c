#include "language/segment_words.h"

static uint64_t
mix(uint64_t hash, uint32_t c)
{
	hash = (hash ^ c) * 0x9E3779B97F4A7C15u;
	return hash ^ hash >> 29;
}

static uint16_t
tag_of(uint64_t hash)
{
	return (uint16_t)(hash >> 16 | 1); /* not a free slot's */
}

static uint8_t
class_of(const struct segment_words *w, uint64_t hash)
{
	size_t mask = ((size_t)1 << w->bits) - 1;

	for (size_t at = hash >> (64 - w->bits), n = 0; n <= mask; at = (at + 1) & mask, n++) {
		const unsigned char *slot = w->slots + 3 * at;
		uint16_t tag = (uint16_t)(slot[0] | slot[1] << 8);
		if (tag == tag_of(hash))
			return slot[2];
		if (tag == 0)
			return 0;
	}
	return 0;
}

void
segment_words_find(const struct segment_words *w, const uint32_t *points, size_t count,
		   uint8_t (*found)[SEGMENT_WORD_MOST])
{
	memset(found, 0, count * sizeof(*found));
	if (w->slots == NULL)
		return;
	for (size_t from = 0; from < count; from++) {
		uint64_t hash = 0;
		for (size_t n = 0; n < SEGMENT_WORD_MOST && from + n < count; n++) {
			hash = mix(hash, points[from + n]);
			found[from][n] = class_of(w, hash);
		}
	}
}

void
segment_words_add(unsigned char *slots, unsigned bits, const uint32_t *points, size_t count,
		  uint8_t class)
{
	size_t mask = ((size_t)1 << bits) - 1, at;
	uint64_t hash = 0;

	for (size_t i = 0; i < count; i++)
		hash = mix(hash, points[i]);
	for (at = hash >> (64 - bits); slots[3 * at] != 0 || slots[3 * at + 1] != 0;
	     at = (at + 1) & mask)
		;
	slots[3 * at] = (unsigned char)tag_of(hash);
	slots[3 * at + 1] = (unsigned char)(tag_of(hash) >> 8);
	slots[3 * at + 2] = class;
}
