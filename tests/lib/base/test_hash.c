#include "base/hash.h"
#include "check.h"
#include <sodium.h>

static void
assert_digest(size_t size, const struct str *parts, size_t count, const char *expected)
{
	char hex[2 * 64 + 1];

	hash_digest_hex(hex, size, parts, count);
	assert_string_equal(hex, expected);
}

/* The first is the vector of the standard for no bytes at all; the others are Python's hashlib's
 * for the lengths (64 bits, little-endian) and bytes of the parts. Ids in people's databases are
 * made this way: these values can never change. */
static void
digests_are_blake2b_and_stay_what_they_are(void **state)
{
	(void)state;
	assert_digest(64, NULL, 0,
		      "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee"
		      "585313896444934eb04b903a685b1448b755d56f701afe9be2ce");
	assert_digest(16, (struct str[]){STR("abc")}, 1, "10366aba46518e2b9d040dde242bbc5a");
	assert_digest(16, (struct str[]){{0}}, 1, "c804ce198ec337e3dc762bdd1a09aece");
	assert_digest(32, (struct str[]){STR("a"), STR("bc")}, 2,
		      "77bbcab7072b897c548327378f11776f4853104c71bdb95a12ded5d2783523bf");
}

static void
where_one_part_ends_matters(void **state)
{
	(void)state;
	assert_digest(32, (struct str[]){STR("ab"), STR("c")}, 2,
		      "20263e794775e4edf2b306c0f306af9e50175c831c857604b481e847f790bf95");
}

static struct hash_message
message_of(const unsigned char *bytes, size_t size)
{
	struct hash_message m = {.text = {(const char *)bytes + 16, size - 16}};

	memcpy(m.head, bytes, sizeof(m.head));
	return m;
}

/* The last of the 64 vectors that SipHash's authors give for 128 bits. */
static void
short_hashes_are_siphash_and_stay_what_they_are(void **state)
{
	static const unsigned char last[16] = {0x51, 0x50, 0xd1, 0x77, 0x2f, 0x50, 0x83, 0x4a,
					       0x50, 0x3e, 0x06, 0x9a, 0x97, 0x3f, 0xbd, 0x7c};
	unsigned char bytes[63], out[HASH_LANES][HASH_SHORT];
	struct hash_message in[HASH_LANES] = {0};

	(void)state;
	for (unsigned char i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	for (int i = 0; i < HASH_LANES; i++) {
		in[i] = message_of(bytes, sizeof(bytes));
		hash_short(out, bytes, in); /* the key is the first of the same bytes */
		assert_memory_equal(out[i], last, sizeof(last));
		in[i] = (struct hash_message){0};
	}
}

static void
short_hashes_of_any_lengths_side_by_side_are_those_of_libsodium(void **state)
{
	static const size_t steps[HASH_LANES] = {0, 1, 7, 40};
	unsigned char bytes[2000], out[HASH_LANES][HASH_SHORT], one[HASH_SHORT];
	struct hash_message in[HASH_LANES];
	size_t sizes[HASH_LANES];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 151 + 7);
	for (size_t base = 16; base < 200; base++) {
		for (size_t i = 0; i < HASH_LANES; i++) {
			sizes[i] = base + (steps[i] * base) % 177;
			if (i == base % 7) /* alone at its end */
				sizes[i] += 7 * base;
			in[i] = message_of(bytes, sizes[i]);
		}
		hash_short(out, bytes + 99, in);
		for (size_t i = 0; i < HASH_LANES; i++) {
			crypto_shorthash_siphashx24(one, bytes, sizes[i], bytes + 99);
			assert_memory_equal(out[i], one, sizeof(one));
		}
	}
}

static void
a_keyed_hash_is_that_of_the_bytes_alone(void **state)
{
	char a[] = "some key", b[] = "some key";

	(void)state;
	assert_true(hash_keyed(str_of(a)) == hash_keyed(str_of(b)));
	assert_true(hash_keyed(STR("some key")) != hash_keyed(STR("some kez")));
	assert_true(hash_keyed((struct str){0}) == hash_keyed(STR("")));
}

RUN_TESTS(TEST(digests_are_blake2b_and_stay_what_they_are), TEST(where_one_part_ends_matters),
	  TEST(short_hashes_are_siphash_and_stay_what_they_are),
	  TEST(short_hashes_of_any_lengths_side_by_side_are_those_of_libsodium),
	  TEST(a_keyed_hash_is_that_of_the_bytes_alone))
