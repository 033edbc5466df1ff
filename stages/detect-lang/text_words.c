#include "text_words.h"

#include "text/utf8.h"
#include <assert.h>

#define HAN_LONGEST 3
#define MULTIPLIER  UINT64_C(0x9E3779B97F4A7C15)
#define EDGE        1 /* stands for the edge of a word among its letters */

/* Reading: what is left of the text, where in it we are, and the word that is being read. */
struct reading {
	struct text_words *to;
	struct str left;
	uint32_t at;            /* code points before `left` */
	struct text_word *word; /* the next one of `to` */
	bool within;            /* a word was begun */
	bool apostrophe;        /* its last letter is one */
};

static void
end_word(struct reading *r)
{
	struct text_words *to = r->to;

	if (!r->within)
		return;
	r->within = false;
	if (r->apostrophe) {
		to->letter_count--;
		r->word->end--;
	}
	r->apostrophe = false;
	r->word->count = (uint32_t)to->letter_count - r->word->first;
	to->by_script[r->word->script] += r->word->count;
	to->word_count++;
	r->word++;
}

static void
drop_word(struct reading *r)
{
	if (r->within)
		r->to->letter_count = r->word->first;
	r->within = r->apostrophe = false;
}

static void
add_letter(struct reading *r, struct letter letter)
{
	struct text_words *to = r->to;
	enum script script = letter.script;

	if (script == SCRIPT_MARK) {
		if (!r->within)
			return;
		script = r->word->script;
	}
	if (r->within &&
	    (script != r->word->script || to->letter_count - r->word->first >= WORD_LONGEST))
		end_word(r);
	if (!r->within) {
		*r->word = (struct text_word){
			.first = (uint32_t)to->letter_count, .start = r->at, .script = script};
		r->within = true;
	}
	r->word->end = r->at + 1;
	r->apostrophe = letter.lower == '\'';
	size_t n = to->letter_count - r->word->first;
	const uint32_t *end = to->letters + to->letter_count;
	if (n >= 2 && end[-1] == letter.lower && end[-2] == letter.lower)
		return;
	to->letters[to->letter_count++] = letter.lower;
}

static bool
begins_link(struct str s)
{
	return str_starts(s, STR("http://")) || str_starts(s, STR("https://")) ||
	       str_starts(s, STR("www.")) || str_starts(s, STR("HTTP://")) ||
	       str_starts(s, STR("HTTPS://")) || str_starts(s, STR("Http")) ||
	       str_starts(s, STR("Www."));
}

/* Up to the next white space; a mention in direction marks up to their end. */
static void
skip_token(struct reading *r)
{
	bool isolated = str_starts(r->left, STR("@\xE2\x81\xA8"));

	while (r->left.len > 0) {
		unsigned char c = (unsigned char)r->left.ptr[0];
		if (!isolated && c <= ' ')
			return;
		uint32_t point = utf8_next(&r->left);
		r->at++;
		if (isolated && point == 0x2069)
			return;
	}
}

/* A digit is a letter where letters stand beside it: Arabic "3andi", "ma3lesh". */
static bool
digit_is_letter(const struct reading *r)
{
	if (r->within)
		return r->word->script == SCRIPT_LATIN;
	if (r->left.len < 2)
		return false;
	char next = (char)(r->left.ptr[1] | 32);
	return next >= 'a' && next <= 'z';
}

/* As utf8_next(), the commonest length first. */
static inline uint32_t
next_beyond_ascii(struct str *left)
{
	const unsigned char *p = (const unsigned char *)left->ptr;

	if (p[0] >= 0xE0)
		return utf8_next(left);
	*left = str_tail(*left, 2);
	return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
}

/* The rest of a run of letters of the word's script: most of most texts. */
static void
take_letters(struct reading *r)
{
	const unsigned char *p = (const unsigned char *)r->left.ptr, *end = p + r->left.len;
	uint32_t *first = r->to->letters + r->word->first,
		 *to = r->to->letters + r->to->letter_count, *full = first + WORD_LONGEST,
		 taken = 0, c;
	size_t len;

	for (; p < end && to < full; p += len, taken++) {
		if (p[0] < 0x80) {
			len = 1;
			c = p[0];
		} else if (p[0] < 0xE0) {
			len = 2;
			c = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
		} else {
			len = 3;
			c = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
			if (c >= LETTERS_IN_TABLE || p[0] >= 0xF0)
				break;
		}
		struct letter letter = letters_table[c];
		if (letter.script != r->word->script)
			break;
		*to = letter.lower;
		to += to < first + 2 || to[-1] != letter.lower || to[-2] != letter.lower;
	}
	if (taken == 0)
		return;
	r->to->letter_count = (size_t)(to - r->to->letters);
	r->left = str_tail(r->left, (size_t)(p - (const unsigned char *)r->left.ptr));
	r->at += taken;
	r->word->end = r->at;
	r->apostrophe = false;
}

void
text_words_read(struct text_words *to, struct str text)
{
	struct reading r = {.to = to, .left = text, .word = to->words};
	bool token_begins = true;

	to->letter_count = to->word_count = 0;
	memset(to->by_script, 0, sizeof(to->by_script));
	while (to->letter_count + WORD_LONGEST < TEXT_LETTERS &&
	       to->word_count + 1 < TEXT_LETTERS) {
		if (r.within)
			take_letters(&r);
		if (r.left.len == 0)
			break;
		unsigned char c = (unsigned char)r.left.ptr[0];
		if (c == '@' || (token_begins && (c | 32) >= 'h' && begins_link(r.left))) {
			drop_word(&r);
			skip_token(&r);
			continue;
		}
		token_begins = c <= ' ' || c == '(';
		struct letter letter;
		if (c < 0x80) {
			letter = letters_table[c];
			if (c >= '0' && c <= '9' && digit_is_letter(&r))
				letter.script = SCRIPT_LATIN;
			if (letter.script == SCRIPT_NONE)
				end_word(&r);
			else
				add_letter(&r, letter);
			r.left = str_tail(r.left, 1);
		} else {
			letter = letter_of(next_beyond_ascii(&r.left));
			if (letter.script == SCRIPT_NONE)
				end_word(&r);
			else if (letter.script != SCRIPT_JOIN)
				add_letter(&r, letter);
		}
		r.at++;
	}
	end_word(&r);
}

/* Each n-gram continues the hash of the one that is a letter shorter. */
static inline uint64_t
longer(uint64_t hash, uint32_t letter)
{
	hash = (hash + letter) * MULTIPLIER;
	return hash ^ hash >> 32;
}

static size_t
han_grams(const uint32_t *letters, size_t count, uint64_t *to)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		size_t end = i + HAN_LONGEST < count ? i + HAN_LONGEST : count;
		uint64_t hash = 0;
		for (size_t j = i; j < end; j++)
			to[n++] = hash = longer(hash, letters[j]);
	}
	return n;
}

/* Eight letters at once, zeroes behind the last: most words have no more, and nobody could foresee
 * where a loop over their letters ends. */
static inline uint64_t
eight_hash(const uint32_t *letters, size_t count)
{
	static const uint32_t mask[2 * LETTERS_AT_ONCE] = {~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u};
	typedef uint32_t eight __attribute__((vector_size(32)));
	static_assert(sizeof(eight) == LETTERS_AT_ONCE * sizeof(*letters), "eight at once");
	eight some, which;
	uint64_t two[4];

	memcpy(&some, letters, sizeof(some));
	memcpy(&which, mask + LETTERS_AT_ONCE - count, sizeof(which));
	some &= which;
	memcpy(two, &some, sizeof(two));
	return two[0] * MULTIPLIER + two[1] * UINT64_C(0xD6E8FEB86659FD93) +
	       two[2] * UINT64_C(0xA0761D6478BD642F) + two[3] * UINT64_C(0xE7037ED1A0B428DB);
}

uint64_t
text_word_hash(const struct text_words *text, size_t at)
{
	const struct text_word *word = &text->words[at];
	const uint32_t *letters = text->letters + word->first;
	size_t left = word->count;
	uint64_t hash = word->count;

	if (word->script == SCRIPT_HAN)
		return 0;
	for (; left > LETTERS_AT_ONCE; left -= LETTERS_AT_ONCE, letters += LETTERS_AT_ONCE) {
		hash = (hash + eight_hash(letters, LETTERS_AT_ONCE)) * MULTIPLIER;
		hash ^= hash >> 32;
	}
	hash = (hash + eight_hash(letters, left)) * MULTIPLIER;
	return (hash ^ hash >> 32) | 1;
}

/* Three letters of 21 bits each. */
static inline uint64_t
gram_hash(uint64_t three)
{
	three *= MULTIPLIER;
	three = (three ^ three >> 32) * MULTIPLIER;
	return three ^ three >> 32;
}

size_t
text_word_grams(const struct text_words *text, size_t at, uint64_t features[WORD_FEATURES])
{
	const struct text_word *word = &text->words[at];
	const uint32_t *letters = text->letters + word->first;
	size_t n = 0, count = word->count;

	if (word->script == SCRIPT_HAN)
		return han_grams(letters, count, features);
	uint64_t three = (uint64_t)EDGE << 21 | (uint64_t)letters[0] << 42;
	for (size_t i = 1; i <= count; i++) { /* which letter ends the three */
		uint32_t last = i < count ? letters[i] : EDGE;
		three = three >> 21 | (uint64_t)last << 42;
		uint64_t hash = features[n++] = gram_hash(three);
		if (i < count)
			features[n++] = hash = longer(hash, i + 1 < count ? letters[i + 1] : EDGE);
		if (i == 1 && count > 2)
			features[n++] = longer(hash, count > 3 ? letters[3] : EDGE);
	}
	return n;
}
