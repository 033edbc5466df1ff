#include "base/hash.h"

#include <assert.h>
#include <endian.h>
#include <pthread.h>
#include <sodium.h>

static unsigned char process_key[crypto_shorthash_KEYBYTES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
start(void)
{
	if (sodium_init() < 0)
		abort(); /* no source of randomness: nothing here could be trusted */
	randombytes_buf(process_key, sizeof(process_key));
}

static char *
put_length(char *to, size_t len)
{
	uint64_t length = htole64(len);

	memcpy(to, &length, sizeof(length));
	return to + sizeof(length);
}

/* What is short is put together first: one call costs a third less than several. */
#define SHORT 512

void
hash_digest(void *to, size_t size, const struct str *parts, size_t count)
{
	size_t total = 0;
	char whole[SHORT], *end = whole;

	assert(size >= crypto_generichash_BYTES_MIN && size <= crypto_generichash_BYTES_MAX);
	pthread_once(&once, start);
	for (size_t i = 0; i < count && total <= SHORT; i++)
		total += sizeof(uint64_t) + (parts[i].len < SHORT ? parts[i].len : SHORT);
	if (total <= SHORT) {
		for (size_t i = 0; i < count; i++) {
			end = put_length(end, parts[i].len);
			if (parts[i].len > 0)
				memcpy(end, parts[i].ptr, parts[i].len);
			end += parts[i].len;
		}
		crypto_generichash(to, size, (unsigned char *)whole, total, NULL, 0);
		return;
	}
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, size);
	for (size_t i = 0; i < count; i++) {
		(void)put_length(whole, parts[i].len);
		crypto_generichash_update(&state, (unsigned char *)whole, sizeof(uint64_t));
		crypto_generichash_update(&state, (const unsigned char *)parts[i].ptr,
					  parts[i].len);
	}
	crypto_generichash_final(&state, to, size);
}

void
hash_digest_hex(char *to, size_t size, const struct str *parts, size_t count)
{
	unsigned char digest[crypto_generichash_BYTES_MAX];

	hash_digest(digest, size, parts, count);
	sodium_bin2hex(to, 2 * size + 1, digest, size);
}

uint64_t
hash_keyed(struct str s)
{
	unsigned char out[crypto_shorthash_BYTES];
	uint64_t value;

	pthread_once(&once, start);
	crypto_shorthash(out, (const unsigned char *)s.ptr, s.len, process_key);
	memcpy(&value, out, sizeof(value));
	return value;
}
