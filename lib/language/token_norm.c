#include "language/token_norm.h"

#include "language/ascii.h"
#include "language/plain_words.h"
#include "text/casefold.h"
#include "text/unicode.h"
#include "text/utf8.h"

/* English words that are written with what else would be one letter: "cooool", "goooood". Others
 * keep one. */
static const char *const doubled[] = {
	"aww",    "all",    "baby",   "ball",   "been",    "bee",    "beer",   "boo",    "book",
	"boom",   "boss",   "bull",   "call",   "cool",    "coffee", "deep",   "dress",  "ee",
	"eww",    "fall",   "feel",   "feet",   "fell",    "food",   "fool",   "foot",   "free",
	"full",   "funny",  "girll",  "good",   "goodbye", "green",  "happy",  "hell",   "hello",
	"hill",   "hmm",    "hood",   "hurry",  "keep",    "kill",   "kiss",   "look",   "loop",
	"loose",  "matter", "meet",   "mess",   "miss",    "moon",   "mood",   "need",   "noon",
	"off",    "oops",   "ooh",    "pee",    "pissed",  "poor",   "pool",   "pretty", "really",
	"roof",   "room",   "root",   "school", "see",     "seem",   "seen",   "sell",   "sheesh",
	"shoot",  "skill",  "sleep",  "small",  "smell",   "soon",   "sorry",  "speed",  "spell",
	"still",  "stress", "street", "sweet",  "tall",    "teen",   "tell",   "three",  "too",
	"took",   "tooth",  "tree",   "tweet",  "wall",    "week",   "well",   "will",   "woo",
	"wood",   "yell",   "yoo",    "yummy",  "zoo",     "sunny",  "summer", "dinner", "better",
	"little", "bitter", "egg",    "butt",   "ass",     "pass",   "class",  "guess",  "less",
	"loss",   "bless",  "stuff",  "add",
};

/* Takes runs of three letters and more down to `keep`. */
static void
shorten(const char *from, size_t len, struct buf *to, size_t keep)
{
	struct str rest = {from, len}, next;
	size_t run = 0;
	uint32_t before = 0, c;

	buf_clear(to);
	while (rest.len > 0) {
		size_t ahead = 1;
		next = rest;
		c = utf8_next(&next);
		run = c == before ? run + 1 : 1;
		for (struct str more = next; run == 1 && ahead < 3 && more.len > 0; ahead++)
			if (utf8_next(&more) != c)
				break;
		if (run == 1)
			before = ahead >= 3 ? c : 0;
		if (run <= keep || before == 0)
			buf_add(to, str_head(rest, rest.len - next.len));
		rest = next;
	}
}

/* Whether a letter stands three times in a row; *only: nothing else does. Digits are no letters. */
static bool
is_elongated(struct str word, bool *only)
{
	uint32_t before = 0;
	size_t run = 0, longest = 0, count = 0;

	while (word.len > 0) {
		uint32_t c = utf8_next(&word);
		bool letter = c < 0x80 ? is_letter((unsigned char)c)
				       : unicode_of(c)->category == CATEGORY_LETTER;
		run = c == before && letter ? run + 1 : 1;
		longest = run > longest ? run : longest;
		before = c;
		count++;
	}
	*only = run == count;
	return longest >= 3;
}

static void
fold_elongation(struct buf *word, struct buf *scratch)
{
	bool only;

	if (!is_elongated(buf_str(word), &only))
		return;
	if (only) {
		shorten(word->ptr, word->len, scratch, 3);
	} else {
		shorten(word->ptr, word->len, scratch, 2);
		bool known = false;
		for (size_t i = 0; !known && i < sizeof(doubled) / sizeof(*doubled); i++)
			known = str_equal(buf_str(scratch), str_of(doubled[i]));
		if (!known)
			shorten(word->ptr, word->len, scratch, 1);
	}
	buf_clear(word);
	buf_add(word, buf_str(scratch));
}

/* And takes the stroke away that stretches words of Arabic, where it is not all. */
static void
straighten_apostrophes(struct buf *word)
{
	size_t to = 0, from = 0;

	while (from < word->len) {
		struct str rest = {word->ptr + from, word->len - from};
		if (str_starts(rest, STR("\u0640")) && (to > 0 || rest.len > 2)) {
			from += 2;
			continue;
		}
		bool curly = str_starts(rest, STR("\u2019")) || str_starts(rest, STR("\u2018"));
		word->ptr[to++] = curly ? '\'' : word->ptr[from];
		from += curly ? 3 : 1;
	}
	word->len = to;
}

/* Keeps the code points for which `keeps` says so. */
static void
filter(struct buf *to, struct str text, bool (*keeps)(uint32_t))
{
	while (text.len > 0) {
		uint32_t c = utf8_next(&text);
		if (keeps(c))
			utf8_add(to, c);
	}
}

static bool
is_of_emoji(uint32_t c)
{
	return c != 0xFE0F && c != 0xFE0E && (unicode_of(c)->flags & UNICODE_EMOJI_MODIFIER) == 0;
}

static bool
is_of_phone(uint32_t c)
{
	return c == '+' || c - '0' < 10;
}

/* A token of ASCII, by far the most, eight bytes at a time: false where more has to be done than
 * small letters. */
static bool
fold_ascii(struct arena *arena, struct str text, struct str *norm)
{
	const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
	uint64_t all = 0, capitals = 0, bytes, small, letters, alike;

	for (size_t i = 0; i < text.len; i += 6) { /* what overlaps may be three alike */
		bytes = plain_word_bytes(text, i);
		small = (bytes | 0x20 * ones) & ~tops;
		letters = (small + (0x80 - 'a') * ones) & ~(small + (0x7F - 'z') * ones) & tops;
		alike = (small ^ small >> 8) | (small ^ small >> 16);
		if (((alike - ones) & ~alike & letters & tops >> 16) != 0)
			return false;
		all |= bytes;
		capitals |= letters & ~bytes << 2;
	}
	if ((all & tops) != 0)
		return false;
	*norm = (struct str){0};
	if ((capitals & tops) == 0)
		return true;
	char *to = arena_alloc(arena, text.len + 8);
	for (size_t i = 0; i < text.len; i += 8) {
		bytes = plain_word_bytes(text, i);
		small = (bytes + (0x80 - 'A') * ones) & ~(bytes + (0x7F - 'Z') * ones) & tops;
		bytes = htole64(bytes | small >> 2);
		memcpy(to + i, &bytes, sizeof(bytes));
	}
	*norm = (struct str){to, text.len};
	return true;
}

struct str
token_norm(struct arena *arena, struct buf *scratch, struct str text, enum token_kind kind)
{
	struct str norm = {0};
	struct buf *to = &scratch[0];
	unsigned flags;

	if (text.len > NORM_MOST || kind == TOKEN_URL || kind == TOKEN_EMOTICON)
		return norm;
	if (kind != TOKEN_EMOJI && kind != TOKEN_PHONE && fold_ascii(arena, text, &norm))
		return norm;
	if (kind == TOKEN_PUNCTUATION && str_equal(text, STR("\u2026")))
		return STR("...");
	if (kind != TOKEN_EMOJI && kind != TOKEN_PHONE) {
		flags = plain_text_flags(text);
		if ((flags & UNICODE_FOLDS_FURTHER) == 0)
			return (flags & UNICODE_FOLDS_TO_LOWER) == 0 ? norm
								     : plain_word_fold(arena, text);
	}
	buf_clear(to);
	if (kind == TOKEN_EMOJI) {
		filter(to, text, is_of_emoji);
	} else if (kind == TOKEN_PHONE) {
		filter(to, text, is_of_phone);
	} else {
		casefold_add(to, text);
		straighten_apostrophes(to);
	}
	if (kind == TOKEN_WORD || kind == TOKEN_HASHTAG)
		fold_elongation(to, &scratch[1]);
	return str_equal(buf_str(to), text) || to->len == 0 ? norm : arena_copy(arena, buf_str(to));
}
