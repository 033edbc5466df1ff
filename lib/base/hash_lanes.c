/*
 * SipHash-2-4 of 128 bits (Aumasson and Bernstein, 2012), of several messages at a time. Each round
 * waits for the one before it, and there are two for eight bytes: what one message leaves idle
 * others can use, so each has a lane of the four numbers of the state, in step with its neighbours.
 * The shorter ones wait behind a mask until all have had their last whole word; it is there from
 * the beginning, which costs less than to guess where it is needed first.
 */
#include "base/hash.h"
#include "base/wide.h"
#include <assert.h>
#include <endian.h>

typedef uint64_t lanes __attribute__((vector_size(8 * HASH_LANES)));

#define ROTATE(x, n) ((x) << (n) | (x) >> (64 - (n)))
#define ROUND(a, b, c, d)                                                                          \
	do {                                                                                       \
		a += b;                                                                            \
		c += d;                                                                            \
		b = ROTATE(b, 13) ^ a;                                                             \
		d = ROTATE(d, 16) ^ c;                                                             \
		a = ROTATE(a, 32);                                                                 \
		c += b;                                                                            \
		a += d;                                                                            \
		b = ROTATE(b, 17) ^ c;                                                             \
		d = ROTATE(d, 21) ^ a;                                                             \
		c = ROTATE(c, 32);                                                                 \
	} while (0)
#define COMPRESS(word)                                                                             \
	do {                                                                                       \
		d ^= word;                                                                         \
		ROUND(a, b, c, d);                                                                 \
		ROUND(a, b, c, d);                                                                 \
		a ^= word;                                                                         \
	} while (0)
#define FINISH()                                                                                   \
	do {                                                                                       \
		ROUND(a, b, c, d);                                                                 \
		ROUND(a, b, c, d);                                                                 \
		ROUND(a, b, c, d);                                                                 \
		ROUND(a, b, c, d);                                                                 \
	} while (0)

static uint64_t
word_at(const void *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return le64toh(word);
}

/* What is left of the text behind its whole words, and the length of all of it. */
static inline uint64_t
last_word(const struct hash_message *m)
{
	size_t left = m->text.len % 8, total = sizeof(m->head) + m->text.len;
	uint64_t word = 0;

	if (m->text.len >= 8)
		word = word_at(m->text.ptr + m->text.len - 8) >> 8 * (7 - left) >> 8;
	else
		for (size_t i = left; i-- > 0;)
			word = word << 8 | (unsigned char)m->text.ptr[i];
	return word | (uint64_t)total << 56;
}

/* Of each one value, from registers: stored one by one, they could not be loaded together soon. */
#define EACH(f, ...)                                                                               \
	(lanes)                                                                                    \
	{                                                                                          \
		f(&from[0], ##__VA_ARGS__), f(&from[1], ##__VA_ARGS__),                            \
			f(&from[2], ##__VA_ARGS__), f(&from[3], ##__VA_ARGS__)                     \
	}
static_assert(HASH_LANES == 4, "as EACH() takes them");

static inline uint64_t
head_word(const struct hash_message *m, size_t n)
{
	return le64toh(m->head[n]);
}

static inline uint64_t
word_count(const struct hash_message *m)
{
	return m->text.len / 8;
}

/* The n-th word of the text; its last one, or none, where there are not so many. Without a branch,
 * for nobody could tell which way it goes. */
static inline uint64_t
text_word(const struct hash_message *m, size_t n)
{
	static const char none[8];
	size_t count = word_count(m), last = count - (count > 0);
	const char *text = count > 0 ? m->text.ptr : none;

	return word_at(text + 8 * (n < last ? n : last));
}

/* One lane goes on over the words of its text from one on: a long text that is left over would keep
 * all lanes waiting, and alone each round takes less. state: its number of the first of four. */
static void
go_on_alone(const struct hash_message *m, size_t from, uint64_t *state)
{
	uint64_t a = state[0], b = state[HASH_LANES], c = state[2 * HASH_LANES],
		 d = state[3 * HASH_LANES];

	for (size_t n = from; n < word_count(m); n++) {
		uint64_t word = word_at(m->text.ptr + 8 * n);
		COMPRESS(word);
	}
	state[0] = a;
	state[HASH_LANES] = b;
	state[2 * HASH_LANES] = c;
	state[3 * HASH_LANES] = d;
}

#define LEFT_OVER 64 /* words; fewer are not worth to change over */

WIDE void
hash_short(unsigned char to[HASH_LANES][HASH_SHORT], const unsigned char key[HASH_KEY],
	   const struct hash_message from[HASH_LANES])
{
	uint64_t k0 = word_at(key), k1 = word_at(key + 8);
	lanes zero = {0}, word, words = EACH(word_count);
	lanes a = (k0 ^ 0x736f6d6570736575) + zero;
	lanes b = (k1 ^ 0x646f72616e646f6d ^ 0xee) + zero;
	lanes c = (k0 ^ 0x6c7967656e657261) + zero;
	lanes d = (k1 ^ 0x7465646279746573) + zero;
	size_t most = 0, next = 0, longest = 0;

	for (size_t i = 0; i < HASH_LANES; i++) {
		size_t count = word_count(&from[i]);
		next = count > most ? most : count > next ? count : next;
		longest = count > most ? i : longest;
		most = count > most ? count : most;
	}
	size_t together = most - next < LEFT_OVER ? most : next;
	for (size_t n = 0; n < 2; n++) {
		word = EACH(head_word, n);
		COMPRESS(word);
	}
	for (size_t n = 0; n < together; n++) {
		lanes mask = (lanes)(words > n), a0 = a, b0 = b, c0 = c, d0 = d;
		word = EACH(text_word, n);
		COMPRESS(word);
		a = a0 ^ ((a ^ a0) & mask);
		b = b0 ^ ((b ^ b0) & mask);
		c = c0 ^ ((c ^ c0) & mask);
		d = d0 ^ ((d ^ d0) & mask);
	}
	if (together < most) {
		lanes state[] = {a, b, c, d};
		go_on_alone(&from[longest], together, (uint64_t *)state + longest);
		a = state[0];
		b = state[1];
		c = state[2];
		d = state[3];
	}
	word = EACH(last_word);
	COMPRESS(word);
	c ^= 0xee + zero;
	FINISH();
	lanes first = a ^ b ^ c ^ d;
	b ^= 0xdd + zero;
	FINISH();
	lanes second = a ^ b ^ c ^ d;
	for (int i = 0; i < HASH_LANES; i++) {
		uint64_t digest[2] = {htole64(first[i]), htole64(second[i])};
		memcpy(to[i], digest, sizeof(digest));
	}
}
