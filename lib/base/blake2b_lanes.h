/* blake2b_lanes.h -- BLAKE2b (RFC 7693) of many short texts, several at once, one in each lane of a
 * wide register. Private to hash.c; everything else asks libsodium. */
#ifndef BASE_BLAKE2B_LANES_H
#define BASE_BLAKE2B_LANES_H

#include "base/str.h"

#define BLAKE2B_LANES 4

/* Digests of `size` bytes (1..64) without a key, one behind another. */
void blake2b_lanes(unsigned char *to, size_t size, const struct str *texts, size_t count);

#endif
