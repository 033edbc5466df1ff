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

#define LISTS 11

static void
many_digests_at_once_are_the_same(void **state)
{
	char text[5000];
	struct buf lists[LISTS] = {{0}};

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7 + i / 256);
	for (size_t n = 0; n < 420; n++) {
		unsigned char many[LISTS][16], alone[16];
		struct str parts[LISTS][2], encoded[LISTS];
		size_t count = n % (LISTS + 1);
		for (size_t i = 0; i < count; i++) {
			parts[i][0] = (struct str){text + i,
						   (n * (i + 1) * 37) % (n % 9 == 0 ? 4500 : 500)};
			parts[i][1] = (struct str){text, i == 3 ? 0 : n};
			buf_clear(&lists[i]);
			hash_add_part(&lists[i], parts[i][0]);
			hash_add_part(&lists[i], parts[i][1]);
			encoded[i] = buf_str(&lists[i]);
		}
		hash_digest_many(many, sizeof(*many), encoded, count);
		for (size_t i = 0; i < count; i++) {
			hash_digest(alone, sizeof(alone), parts[i], 2);
			assert_memory_equal(many[i], alone, sizeof(alone));
		}
	}
	for (size_t i = 0; i < LISTS; i++)
		buf_free(&lists[i]);
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
	  TEST(many_digests_at_once_are_the_same), TEST(a_keyed_hash_is_that_of_the_bytes_alone))
