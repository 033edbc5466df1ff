#include "language/word_shapes.h"

#include "language/ascii.h"
#include "language/plain_words.h"
#include <endian.h>

/* In several languages, without those that are words of their own at the end of a sentence. */
static const char abbreviated[][8] = {
	"approx", "aug",  "av",  "ave",  "avv",  "blvd", "bros", "bzw", "ca",  "capt",
	"col",    "corp", "dec", "dept", "dott", "dr",   "dra",  "ecc", "est", "etc",
	"feb",    "ft",   "gov", "gs",   "hr",   "inc",  "jan",  "jr",  "lt",  "ltd",
	"messrs", "mlle", "mme", "mr",   "mrs",  "ms",   "nov",  "oct", "pag", "ph.d",
	"prof",   "rep",  "rev", "sen",  "sept", "sgt",  "sig",  "sr",  "sra", "srta",
	"st",     "ths",  "tp",  "ts",   "ud",   "uds",  "usw",  "vs"};
static const char before_numbers[][8] = {"art", "ed", "fig", "jun", "mt", "no",
					 "nr",  "p",  "pp",  "tel", "vol"};

/* Elided in Italian, French, Catalan, Occitan. One letter stands for itself. */
static const char elided[][8] = {
	"alcun",   "all",   "altr",   "anch",   "aujourd", "bell",   "buon",   "c",    "ch",
	"ciascun", "coll",  "com",    "cos",    "d",       "dall",   "degl",   "dell", "dev",
	"dov",     "gl",    "j",      "jusqu",  "l",       "lorsqu", "m",      "mezz", "n",
	"negl",    "nell",  "nessun", "nient",  "null",    "pov",    "puisqu", "qu",   "qual",
	"quand",   "quell", "quest",  "quoiqu", "s",       "sant",   "senz",   "sull", "t",
	"trent",   "tutt",  "un",     "v",      "vent"};

/* Italian, typed without accents. */
static const char accented[][8] = {"affinche", "caffe",   "citta", "cosi",    "da",     "di",
				   "dov",      "e",       "fa",    "fara",    "finche", "gia",
				   "li",       "liberta", "meta",  "mo",      "perche", "piu",
				   "po",       "poiche",  "puo",   "qualita", "sanita", "sara",
				   "si",       "sta",     "va",    "verita",  "xche"};

/* Whether a list, of words in small letters of eight bytes at most and in their order, has the
 * first `len` bytes of a text. */
static bool
is_among(struct str text, size_t len, const char (*list)[8], size_t count)
{
	const uint64_t small =
		0x2020202020202020u; /* and points, apostrophes, digits as they are */
	uint64_t key, entry;

	if (len == 0 || len > sizeof(key))
		return false;
	key = (plain_word_bytes(text, 0) | small) & ~(uint64_t)0 >> 8 * (sizeof(key) - len);
	key = be64toh(htole64(key));
	while (count > 1) { /* without a branch that could go wrong */
		size_t half = count / 2;
		memcpy(&entry, list[half], sizeof(entry));
		list += be64toh(entry) <= key ? half : 0;
		count -= half;
	}
	memcpy(&entry, list[0], sizeof(entry));
	return be64toh(entry) == key;
}
#define IS_AMONG(text, len, list) is_among(text, len, list, sizeof(list) / sizeof(*(list)))

/* "U.S", "p.m", "z.B": letters with points between. */
static bool
is_letters_with_points(struct str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (i % 2 == 0 ? !is_letter((unsigned char)word.ptr[i]) : word.ptr[i] != '.')
			return false;
	return word.len % 2 == 1;
}

static bool
is_abbreviated(struct str text, size_t len, bool before_number)
{
	struct str word = str_head(text, len);

	if (word.len == 0 || word.len > 8)
		return false;
	if (is_letters_with_points(word))
		return word.len > 1 || (is_upper((unsigned char)word.ptr[0]) && word.ptr[0] != 'I');
	return IS_AMONG(text, len, abbreviated) ||
	       (before_number && IS_AMONG(text, len, before_numbers));
}

/* Words that go on behind a slash: w/, w/o, b/c, n/a, a/c, c/o. */
static size_t
slash_tail_size(struct str text, size_t len)
{
	static const char *const pairs[] = {"w/o", "b/c", "n/a", "c/o", "s/o", "r/n"};

	if (len != 1)
		return 0;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (has_word_at(text, 0, str_of(pairs[i])) && !is_wordlike(byte_at(text, 3)))
			return 2;
	return (text.ptr[0] | 32) == 'w' && !is_wordlike(byte_at(text, 2));
}

size_t
word_tail_size(struct str text, size_t len)
{
	unsigned char next = byte_at(text, len), beyond = byte_at(text, len + 1);

	switch (next) {
	case '.':
		return beyond != '.' &&
		       is_abbreviated(text, len,
				      is_digit(beyond == ' ' ? byte_at(text, len + 2) : beyond));
	case '/':
		return slash_tail_size(text, len);
	case '\'':
		return !is_wordlike(beyond) && IS_AMONG(text, len, accented);
	default:
		return 0;
	}
}

/* Bytes of the apostrophe, ' or its typographic form, at `at`; 0: none. */
static size_t
apostrophe_size(struct str word, size_t at)
{
	if (byte_at(word, at) == '\'')
		return 1;
	return at < word.len && str_starts(str_tail(word, at), STR("\u2019")) ? 3 : 0;
}

static bool
begins_with_vowel(struct str word) /* h, or beyond ASCII: è, é, à */
{
	unsigned char c = byte_at(word, 0);

	return c >= 0xC3 || (c != 0 && strchr("aeiouhyAEIOUHY", c) != NULL);
}

size_t
word_elision_size(struct str text, size_t len, struct str language)
{
	size_t n = 0, apostrophe;

	if (language.len >= 2 && !str_starts(language, STR("it")) &&
	    !str_starts(language, STR("fr")) && !str_starts(language, STR("ca")) &&
	    !str_starts(language, STR("oc")))
		return 0;
	while (n < len && n < 8 && is_letter(byte_at(text, n)))
		n++;
	apostrophe = n == 0 ? 0 : apostrophe_size(text, n);
	if (apostrophe == 0 || !IS_AMONG(text, n, elided))
		return 0;
	struct str behind = str_tail(text, n + apostrophe);
	if (len > n && !begins_with_vowel(behind))
		return 0;
	return n + apostrophe;
}
