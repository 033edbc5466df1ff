#include "text_words.h"

#include "text/utf8.h"

#define FIRST_LONGEST 5 /* letters of a gram at the beginning of a word, its edge among them */
#define INNER_LONGEST 4
#define HAN_LONGEST   3
#define EDGE          1 /* stands for the edge of a word among its letters */
#define MULTIPLIER    UINT64_C(0x9E3779B97F4A7C15)

/* Reading: what is left of the text, where in it we are, and the word that is being read. */
struct reading {
	struct text_words *to;
	struct str left;
	uint32_t at; /* code points before `left` */
	struct text_word word;
	bool within;     /* a word was begun */
	bool apostrophe; /* its last letter is one */
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
		r->word.end--;
	}
	r->apostrophe = false;
	r->word.count = (uint32_t)to->letter_count - r->word.first;
	to->by_script[r->word.script] += r->word.count;
	to->words[to->word_count++] = r->word;
}

static void
drop_word(struct reading *r)
{
	if (r->within)
		r->to->letter_count = r->word.first;
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
		script = r->word.script;
	}
	if (r->within &&
	    (script != r->word.script || to->letter_count - r->word.first >= WORD_LONGEST))
		end_word(r);
	if (!r->within) {
		r->word = (struct text_word){
			.first = (uint32_t)to->letter_count, .start = r->at, .script = script};
		r->within = true;
	}
	r->word.end = r->at + 1;
	r->apostrophe = letter.lower == '\'';
	size_t n = to->letter_count - r->word.first;
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
		return r->word.script == SCRIPT_LATIN;
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

/* The rest of a run of plain letters within a Latin word: most of most texts. */
static void
take_plain_letters(struct reading *r)
{
	struct text_words *to = r->to;
	size_t room = WORD_LONGEST - (to->letter_count - r->word.first), i = 0;
	uint32_t *end = to->letters + to->letter_count;

	for (; i < r->left.len && room > 0; i++) {
		uint32_t small = (unsigned char)r->left.ptr[i] | 32u;
		if (small - 'a' > 'z' - 'a')
			break;
		if (end - to->letters >= r->word.first + 2 && end[-1] == small && end[-2] == small)
			continue;
		*end++ = small;
		room--;
	}
	to->letter_count = (size_t)(end - to->letters);
	r->left = str_tail(r->left, i);
	r->at += (uint32_t)i;
	r->word.end = i > 0 ? r->at : r->word.end;
	r->apostrophe = i > 0 ? false : r->apostrophe;
}

void
text_words_read(struct text_words *to, struct str text)
{
	struct reading r = {.to = to, .left = text};
	bool token_begins = true;

	to->letter_count = to->word_count = 0;
	memset(to->by_script, 0, sizeof(to->by_script));
	while (to->letter_count + WORD_LONGEST < TEXT_LETTERS &&
	       to->word_count + 1 < TEXT_LETTERS) {
		if (r.within && r.word.script == SCRIPT_LATIN)
			take_plain_letters(&r);
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
word_features(const uint32_t *letters, size_t count, uint64_t *to, uint64_t *whole)
{
	uint32_t padded[WORD_LONGEST + 2];
	size_t n = 0, len = count + 2;

	padded[0] = padded[count + 1] = EDGE;
	memcpy(padded + 1, letters, count * sizeof(*letters));
	uint64_t hash = longer(0, EDGE);
	for (size_t i = 1; i < len; i++) { /* from its edge: on to the whole word */
		hash = longer(hash, padded[i]);
		to[n] = hash;
		n += i < FIRST_LONGEST;
	}
	*whole = to[n] = hash;
	n += len > FIRST_LONGEST;
	for (size_t i = 1; i + 1 < len; i++) {
		size_t end = i + INNER_LONGEST < len ? i + INNER_LONGEST : len;
		hash = longer(0, padded[i]);
		for (size_t j = i + 1; j < end; j++)
			to[n++] = hash = longer(hash, padded[j]);
	}
	return n;
}

static size_t
han_features(const uint32_t *letters, size_t count, uint64_t *to)
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

size_t
text_word_features(const struct text_words *text, size_t at, uint64_t *before,
		   uint64_t features[WORD_FEATURES])
{
	const struct text_word *word = &text->words[at];
	const uint32_t *letters = text->letters + word->first;
	uint64_t whole;

	if (word->script == SCRIPT_HAN) {
		*before = 0;
		return han_features(letters, word->count, features);
	}
	size_t n = word_features(letters, word->count, features, &whole);
	if (*before != 0)
		features[n++] = longer(*before * MULTIPLIER, (uint32_t)(whole >> 32));
	*before = whole;
	return n;
}

size_t
text_features(const struct text_words *text, size_t from, size_t to,
	      uint64_t features[TEXT_FEATURES])
{
	uint64_t before = 0;
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += text_word_features(text, i, &before, features + n);
	return n;
}
