/* hash.h -- digests that last, and hashes that don't leave the process. libsodium underneath. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/buf.h"

/* BLAKE2b (RFC 7693) of the parts, one after another, each preceded by its length, so that no two
 * lists of parts give the same bytes. size: 16..64 bytes. Stable for ever: ids are made of it. */
void hash_digest(void *to, size_t size, const struct str *parts, size_t count);

/* The same in lower-case hex; `to` takes 2 * size + 1 bytes, NUL included. size <= 64. */
void hash_digest_hex(char *to, size_t size, const struct str *parts, size_t count);

/* 16 bytes: SipHash-2-4 of 128 bits under a key that is no secret but one's own: a tenth of what a
 * digest of a short text costs, and as stable. Of several messages at once, which cost little more
 * than the longest of them; what is not needed is left empty. */
#define HASH_KEY   16 /* bytes */
#define HASH_SHORT 16
#define HASH_LANES 4
struct hash_message { /* the head's bytes as they lie in memory, and the text's behind them */
	uint64_t head[2];
	struct str text;
};
void hash_short(unsigned char to[HASH_LANES][HASH_SHORT], const unsigned char key[HASH_KEY],
		const struct hash_message from[HASH_LANES]);

/* SipHash-2-4 under a key drawn at the start of the process: for tables in memory only. */
uint64_t hash_keyed(struct str);

#endif
