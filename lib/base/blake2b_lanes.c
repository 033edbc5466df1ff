/*
 * One text's rounds wait for one another, four texts' don't: together they take little longer than
 * one does. Names are RFC 7693's: h the state, m a block's words, v the working vector, t the bytes
 * so far, f all ones in the last block.
 */
#include "base/blake2b_lanes.h"
#include <endian.h>

#define BLOCK 128
#define WORDS 16

typedef uint64_t lanes __attribute__((vector_size(8 * BLAKE2B_LANES)));

static const uint64_t iv[8] = {
	0x6A09E667F3BCC908u, 0xBB67AE8584CAA73Bu, 0x3C6EF372FE94F82Bu, 0xA54FF53A5F1D36F1u,
	0x510E527FADE682D1u, 0x9B05688C2B3E6C1Fu, 0x1F83D9ABFB41BD6Bu, 0x5BE0CD19137E2179u,
};

/* clang-format off */
#define ROTATE(x, n) ((x) >> (n) | (x) << (64 - (n)))
#define G(a, b, c, d, x, y)                                                    \
	v[a] += v[b] + m[x];                                                   \
	v[d] = ROTATE(v[d] ^ v[a], 32);                                        \
	v[c] += v[d];                                                          \
	v[b] = ROTATE(v[b] ^ v[c], 24);                                        \
	v[a] += v[b] + m[y];                                                   \
	v[d] = ROTATE(v[d] ^ v[a], 16);                                        \
	v[c] += v[d];                                                          \
	v[b] = ROTATE(v[b] ^ v[c], 63);
#define ROUND(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12, s13, s14, s15) \
	G(0, 4, 8, 12, s0, s1)                                                 \
	G(1, 5, 9, 13, s2, s3)                                                 \
	G(2, 6, 10, 14, s4, s5)                                                \
	G(3, 7, 11, 15, s6, s7)                                                \
	G(0, 5, 10, 15, s8, s9)                                                \
	G(1, 6, 11, 12, s10, s11)                                              \
	G(2, 7, 8, 13, s12, s13)                                               \
	G(3, 4, 9, 14, s14, s15)
/* clang-format on */

static inline __attribute__((always_inline)) void
compress_lanes(lanes *h, uint64_t words[WORDS][BLAKE2B_LANES], const lanes *t, const lanes *f)
{
	lanes v[16], m[WORDS];

	memcpy(m, words, sizeof(m));
	for (int i = 0; i < 8; i++) {
		v[i] = h[i];
		v[i + 8] = (lanes){0} + iv[i];
	}
	v[12] ^= *t;
	v[14] ^= *f;
	ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
	ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
	ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)
	ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)
	ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)
	ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)
	ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)
	ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)
	ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)
	ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)
	ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
	ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
	for (int i = 0; i < 8; i++)
		h[i] ^= v[i] ^ v[i + 8];
}

#ifdef __x86_64__
static __attribute__((target("avx2"))) void
compress_wide(lanes *h, uint64_t words[WORDS][BLAKE2B_LANES], const lanes *t, const lanes *f)
{
	compress_lanes(h, words, t, f);
}
#endif

static void
compress(lanes *h, uint64_t words[WORDS][BLAKE2B_LANES], const lanes *t, const lanes *f)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		compress_wide(h, words, t, f);
		return;
	}
#endif
	compress_lanes(h, words, t, f);
}

struct lane {
	struct str text;
	unsigned char *to; /* NULL: it has nothing to do */
	size_t from;       /* bytes that are done */
};

/* The words of a lane's next block. */
static void
load_block(uint64_t words[WORDS][BLAKE2B_LANES], int lane, const struct lane *of)
{
	unsigned char last[BLOCK];
	const char *block = of->text.ptr + of->from;
	size_t left = of->text.len - of->from;

	if (left < BLOCK) {
		memset(last, 0, sizeof(last));
		if (left > 0)
			memcpy(last, block, left);
		block = (const char *)last;
	}
	for (int i = 0; i < WORDS; i++) {
		uint64_t word;
		memcpy(&word, block + 8 * i, sizeof(word));
		words[i][lane] = le64toh(word);
	}
}

static void
store_digest(const lanes *h, int lane, unsigned char *to, size_t size)
{
	uint64_t digest[8];

	for (int i = 0; i < 8; i++)
		digest[i] = htole64(h[i][lane]);
	memcpy(to, digest, size);
}

void
blake2b_lanes(unsigned char *to, size_t size, const struct str *texts, size_t count)
{
	uint64_t words[WORDS][BLAKE2B_LANES] = {{0}};
	struct lane all[BLAKE2B_LANES] = {0};
	lanes h[8] = {{0}}, t = {0}, f = {0};
	size_t next = 0, done = 0;

	while (done < count) {
		for (int lane = 0; lane < BLAKE2B_LANES; lane++) {
			struct lane *l = &all[lane];
			if (l->to == NULL && next < count) {
				*l = (struct lane){texts[next], to + next * size, 0};
				next++;
				for (int i = 0; i < 8; i++)
					h[i][lane] = iv[i];
				h[0][lane] ^= 0x01010000u ^ (uint64_t)size;
			}
			if (l->to == NULL)
				continue;
			load_block(words, lane, l);
			bool last = l->text.len - l->from <= BLOCK;
			l->from = last ? l->text.len : l->from + BLOCK;
			t[lane] = l->from;
			f[lane] = last ? UINT64_MAX : 0;
		}
		compress(h, words, &t, &f);
		for (int lane = 0; lane < BLAKE2B_LANES; lane++)
			if (all[lane].to != NULL && f[lane] != 0) {
				store_digest(h, lane, all[lane].to, size);
				all[lane].to = NULL;
				done++;
			}
	}
}
