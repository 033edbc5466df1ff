#include "language/word_shapes.h"

#include "language/ascii.h"
#include "language/plain_words.h"
#include "text/utf8.h"
#include <endian.h>

#define ABBREVIATED_MOST 12 /* bytes */

/* In several languages, without those that are words of their own at the end of a sentence. */
static const char abbreviated[][8] = {
	"approx", "aug",  "av",  "ave",  "avv",  "blvd", "bros", "bzw", "ca",  "capt",
	"col",    "corp", "dec", "dept", "dott", "dr",   "dra",  "ecc", "est", "etc",
	"feb",    "ft",   "gov", "gs",   "hr",   "inc",  "jan",  "jr",  "lt",  "ltd",
	"messrs", "mlle", "mme", "mr",   "mrs",  "ms",   "nov",  "np",  "oct", "pag",
	"ph.d",   "prof", "rep", "rev",  "sen",  "sept", "sgt",  "sig", "sr",  "sra",
	"srta",   "st",   "ths", "tp",   "ts",   "ud",   "uds",  "ul",  "usw", "vs"};
static const char before_numbers[][8] = {"art", "ed", "fig", "jun", "kl",  "mt",
					 "no",  "nr", "p",   "pp",  "tel", "vol"};

/* Elided in Italian, French, Catalan, Occitan. One letter stands for itself. */
static const char elided[][8] = {
	"alcun", "all",  "altr",   "anch", "bell",  "buon",  "c",     "ch",    "ciascun", "coll",
	"com",   "cos",  "d",      "dall", "degl",  "dell",  "dev",   "dov",   "gl",      "j",
	"jusqu", "l",    "lorsqu", "m",    "mezz",  "n",     "negl",  "nell",  "nessun",  "nient",
	"null",  "pov",  "puisqu", "qu",   "qual",  "quand", "quell", "quest", "quoiqu",  "s",
	"sant",  "senz", "sull",   "t",    "trent", "tutt",  "un",    "v",     "vent"};

/* Italian, typed without accents. */
static const char accented[][8] = {"affinche", "caffe",   "citta", "cosi",    "da",     "di",
				   "dov",      "e",       "fa",    "fara",    "finche", "gia",
				   "li",       "liberta", "meta",  "mo",      "perche", "piu",
				   "po",       "poiche",  "puo",   "qualita", "sanita", "sara",
				   "si",       "sta",     "va",    "verita",  "xche"};

/* What stands alone with an apostrophe in front: "'s avonds", "'tis", "get 'em". */
static const char clitics[][8] = {"bout", "cause", "cuz", "d", "em",  "k",   "ll",   "m",
				  "n",    "re",    "s",   "t", "til", "tis", "twas", "ve"};
/* Of currencies, typed without a space in front of the sum. */
static const char currencies[][8] = {"aed", "aud", "bdt", "cad", "eur", "gbp", "idr",
				     "inr", "kes", "ksh", "myr", "ngn", "php", "pkr",
				     "rm",  "rp",  "rs",  "sar", "sgd", "tk",  "usd"};

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

/* "U.S", "p.m", "z.B", "т.е": letters with points between; how many letters, 0: it is something
 * else. */
static size_t
letters_with_points(struct str word)
{
	size_t letters = 0;

	for (bool point = false; word.len > 0; point = !point) {
		uint32_t c = utf8_next(&word);
		if (point ? c != '.' : unicode_of(c)->category != CATEGORY_LETTER)
			return 0;
		letters += !point;
	}
	return letters;
}

static bool
is_abbreviated(struct str text, size_t len, bool before_number)
{
	size_t letters;

	if (len == 0 || len > ABBREVIATED_MOST || text.ptr[len - 1] == '.')
		return false;
	if ((letters = letters_with_points(str_head(text, len))) > 0)
		return letters > 1 || (is_upper((unsigned char)text.ptr[0]) && text.ptr[0] != 'I');
	return IS_AMONG(text, len, abbreviated) ||
	       (before_number && IS_AMONG(text, len, before_numbers));
}

size_t
word_ampersand_size(struct str text, size_t len)
{
	size_t n = 0;

	while (is_upper(byte_at(text, len + 1 + n)))
		n++;
	for (size_t i = 0; i < len; i++)
		if (!is_upper(byte_at(text, i)))
			return 0;
	return byte_at(text, len) == '&' && len <= 2 && n > 0 && n <= 2 &&
			       !is_wordlike(byte_at(text, len + 1 + n))
		       ? len + 1 + n
		       : 0;
}

bool
word_is_of_dollar(struct str text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_upper(byte_at(text, i)))
			return false;
	return len <= 3 && byte_at(text, len) == '$' &&
	       is_digit(byte_at(text, len + 1 + (byte_at(text, len + 1) == ' ')));
}

size_t
word_currency_size(struct str text)
{
	size_t n = is_digit(byte_at(text, 2)) ? 2 : 3;

	return is_digit(byte_at(text, n)) && IS_AMONG(text, n, currencies) ? n : 0;
}

size_t
word_clitic_size(struct str text)
{
	size_t n = 0;

	while (n < 8 && is_letter(byte_at(text, 1 + n)))
		n++;
	return n > 0 && byte_at(text, 1 + n) != '\'' && !is_wordlike(byte_at(text, 1 + n)) &&
			       IS_AMONG(str_tail(text, 1), n, clitics)
		       ? 1 + n
		       : 0;
}

bool
word_has_geresh(struct str text, size_t at)
{
	unsigned char beyond = byte_at(text, at + 1);

	if (byte_at(text, at - 2) != 0xD7 || byte_at(text, at - 1) < 0x90)
		return false;
	return byte_at(text, at) == '"' ? beyond == 0xD7 : byte_at(text, at) == '\'';
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
