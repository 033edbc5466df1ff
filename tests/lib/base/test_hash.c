#include "base/hash.h"
#include "check.h"

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

/* The first and the last of the 64 vectors that SipHash's authors give for 128 bits. */
static void
short_hashes_are_siphash_and_stay_what_they_are(void **state)
{
	static const unsigned char empty[16] = {0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
						0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93};
	static const unsigned char last[16] = {0x51, 0x50, 0xd1, 0x77, 0x2f, 0x50, 0x83, 0x4a,
					       0x50, 0x3e, 0x06, 0x9a, 0x97, 0x3f, 0xbd, 0x7c};
	unsigned char key[HASH_KEY], text[63], out[16];

	(void)state;
	for (unsigned char i = 0; i < sizeof(text); i++) {
		text[i] = i;
		key[i % HASH_KEY] = i < HASH_KEY ? i : key[i % HASH_KEY];
	}
	hash_short(out, key, (struct str){0});
	assert_memory_equal(out, empty, sizeof(out));
	hash_short(out, key, (struct str){(const char *)text, sizeof(text)});
	assert_memory_equal(out, last, sizeof(out));
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
	  TEST(a_keyed_hash_is_that_of_the_bytes_alone))
