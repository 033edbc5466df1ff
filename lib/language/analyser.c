/*
 * One walk over the bytes. What begins at a byte is told by its class; ASCII is never decoded. A
 * word is as long as UAX #29 says, and is then made shorter or longer by what chats have on top.
 * Words of scripts without spaces are cut afterwards, a run of such a script at a time.
 */
#include "language/analyser.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "language/ascii.h"
#include "language/byte_masks.h"
#include "language/chat_patterns.h"
#include "language/emoticons.h"
#include "language/plain_words.h"
#include "language/script_runs.h"
#include "language/stems.h"
#include "language/syllables.h"
#include "language/token_norm.h"
#include "language/word_shapes.h"
#include "text/graphemes.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include "text/word_breaks.h"

#define WORD_LOOK     256 /* bytes of a word in which it may be cut after all */
#define MENTIONS_MOST 256
#define KEEP_TOKENS   4096 /* room that is kept from one text to the next */

const char *const token_kind_names[] = {"",         "word", "number", "punctuation", "emoji",
					"emoticon", "url",  "email",  "phone",       "mention",
					"hashtag",  "time", "symbol", NULL};

struct analyser {
	const struct analyser_input *input;
	struct str text, language; /* of it */
	struct token *tokens;
	size_t count, room;
	size_t beyond;           /* bytes in front of the place in hand that begin no character */
	bool full;               /* more tokens than there may be */
	struct byte_masks masks; /* of what is near the place in hand */
	struct arena norms;
	struct buf scratch[2];
	struct script_runs *runs;
	const struct segmenter *segmenter;
	struct stems *stems; /* NULL: none asked for */
};

enum byte_class { BLANK, SIGN, WORD, DIGIT, HIGH };
#define SIGNS(a, b) [a... b] = SIGN
static const uint8_t class_of[256] = {
	SIGNS('!', '/'), ['0' ... '9'] = DIGIT, SIGNS(':', '@'), ['A' ... 'Z'] = WORD,
	SIGNS('[', '`'), ['a' ... 'z'] = WORD,  SIGNS('{', '~'), [0x80 ... 0xFF] = HIGH,
};

struct analyser *
analyser_new(const struct segmenter *segmenter, bool stem)
{
	struct analyser *a = mem_zero(1, sizeof(*a));

	a->segmenter = segmenter;
	a->runs = script_runs_new(segmenter);
	if (stem)
		a->stems = stems_new();
	return a;
}

void
analyser_free(struct analyser *a)
{
	if (a == NULL)
		return;
	free(a->tokens);
	arena_free(&a->norms);
	buf_free(&a->scratch[0]);
	buf_free(&a->scratch[1]);
	script_runs_free(a->runs);
	stems_free(a->stems);
	free(a);
}

static bool
grow(struct analyser *a)
{
	a->full = a->count == ANALYSER_TOKENS;
	if (!a->full)
		MEM_GROW(a->tokens, a->count, a->room);
	return !a->full;
}

static inline size_t
add(struct analyser *a, enum token_kind kind, size_t from, size_t to, size_t beyond,
    struct str norm)
{
	struct token *t;

	if ((a->count == a->room || a->count == ANALYSER_TOKENS) && !grow(a))
		return a->text.len;
	t = &a->tokens[a->count++];
	t->start = (int32_t)(from - a->beyond);
	a->beyond += beyond;
	t->end = (int32_t)(to - a->beyond);
	t->kind = kind;
	t->norm = norm;
	return to;
}

/* A word's norm, or its stem. */
static struct str
stem_of(struct analyser *a, struct str word, struct str norm)
{
	return a->stems == NULL ? norm : stems_norm(a->stems, a->language, &a->norms, word, norm);
}

/* Whether a stretch that is near is its own norm, by its bytes; *beyond as in add(). */
static inline bool
is_its_norm(struct analyser *a, size_t from, size_t to, size_t *beyond)
{
	const struct byte_masks *m = &a->masks;
	size_t size = to - from, at = from - m->base;

	if (size >= BYTE_MASKS_WIDTH)
		return false;
	if (at >= BYTE_MASKS_WIDTH || at + size > BYTE_MASKS_WIDTH) {
		byte_masks_take(&a->masks, a->text, from);
		at = 0;
	}
	uint64_t inside = ((uint64_t)1 << size) - 1, leads = m->leads >> at & inside;
	if (((m->letters & ~m->small) | m->capital) >> at & inside || leads & ~(m->plain >> at) ||
	    m->alike >> at & inside >> 2 || m->twins >> at & leads & inside >> 5)
		return false;
	*beyond = (size_t)__builtin_popcountll(leads);
	return true;
}

/* A token begins at the place in hand; where it ends. */
static size_t
add_token(struct analyser *a, enum token_kind kind, size_t from, size_t to)
{
	struct str text = {a->text.ptr + from, to - from}, norm = {0};
	size_t beyond = 0;

	if (kind == TOKEN_EMOJI || kind == TOKEN_PHONE || !is_its_norm(a, from, to, &beyond)) {
		norm = token_norm(&a->norms, a->scratch, text, kind);
		for (size_t i = from; i < to; i += 8) {
			uint64_t bytes = plain_word_bytes(str_head(a->text, to), i);
			beyond += (size_t)__builtin_popcountll(bytes & ~(bytes << 1) &
							       0x8080808080808080u);
		}
	}
	return add(a, kind, from, to, beyond, kind == TOKEN_WORD ? stem_of(a, text, norm) : norm);
}

/* Nothing to see at the place in hand. */
static size_t
pass_over(struct analyser *a, size_t from, size_t size)
{
	a->beyond += size - 1;
	return from + size;
}

/* Where a token ends that may have marks behind it that are not seen, of direction and the like. */
static size_t
without_marks(struct analyser *a, size_t from, size_t to)
{
	while (to > from && (unsigned char)a->text.ptr[to - 1] >= 0x80) {
		size_t at = to - 1;
		while (((unsigned char)a->text.ptr[at] & 0xC0) == 0x80)
			at--;
		struct str last = str_tail(a->text, at);
		if (unicode_of(utf8_next(&last))->word != WORD_FORMAT)
			break;
		to = at;
	}
	return to;
}

/* Where a word of UAX #29 is cut after all: at a point behind which a sentence begins without a
 * space. */
static size_t
inner_end(struct analyser *a, size_t from, size_t to)
{
	size_t begun = from;

	for (size_t i = from + 1; i < to; i++) {
		if (a->text.ptr[i] != '.')
			continue;
		if (i - begun > 2 && is_upper(byte_at(a->text, i + 1)))
			return i;
		begun = i + 1;
	}
	return to;
}

/* Where a word ends by UAX #29, and by what chats have on top: a colon ends it, but in languages
 * that write one in words. A very long one is left whole: to look for its end again and again,
 * behind each place where it is cut, would take for ever. */
static size_t
word_end(struct analyser *a, size_t from)
{
	bool colons = str_starts(a->language, STR("sv")) || str_starts(a->language, STR("fi"));
	struct str rest = str_tail(a->text, from), near = rest;

	if (near.len > WORD_LOOK)
		near = str_whole(str_head(rest, WORD_LOOK));
	struct str word = str_head(near, colons ? near.len : str_find(near, STR(":")));
	size_t size = word_break_size(word);
	if (size == near.len && size < rest.len)
		return without_marks(a, from, from + word_break_size(rest));
	return inner_end(a, from, without_marks(a, from, from + size));
}

static size_t
take_word(struct analyser *a, size_t from, size_t end)
{
	struct str text = a->text;
	unsigned char next = byte_at(text, end);
	size_t n;

	if ((next == ':' || next == '.') && (n = chat_url_size(text, from)) > 0)
		return add_token(a, TOKEN_URL, from, from + n);
	if ((next == '@' || next == '.' || next == '-' || next == '+' || next == '_') &&
	    (n = chat_email_size(text, from)) > 0)
		return add_token(a, TOKEN_EMAIL, from, from + n);
	if (end - from <= 3 && (n = emoticon_size(text, from)) > 0 && from + n >= end)
		return add_token(a, TOKEN_EMOTICON, from, from + n);
	if (next == '$' && word_is_of_dollar(str_tail(text, from), end - from))
		return add_token(a, TOKEN_SYMBOL, from, end + 1);
	if (next == '&' && (n = word_ampersand_size(str_tail(text, from), end - from)) > 0)
		return add_token(a, TOKEN_WORD, from, from + n);
	end = word_end(a, from);
	while (end > from + 1 && text.ptr[end - 1] == '_')
		end--;
	struct str rest = str_tail(text, from), word = str_head(rest, end - from);
	if ((n = word_elision_size(rest, word.len, a->language)) > 0)
		end = from + n;
	else
		end += word_tail_size(rest, word.len);
	return add_token(a, TOKEN_WORD, from, end);
}

/* Whether a word ends for sure in front of this: none of what joins words, and not beyond ASCII. */
static const bool ends_word[256] = {
	[0 ... ' '] = true,   ['!'] = true,          ['#'] = true,         ['%'] = true,
	['(' ... '*'] = true, [','] = true,          [';' ... '?'] = true, ['[' ... '^'] = true,
	['`'] = true,         ['{' ... 0x7F] = true,
};

/* What may stand behind a point at the end of a sentence. */
static const bool ends_sentence[256] = {
	['!'] = true, ['"'] = true, [')'] = true, [','] = true, ['?'] = true, [']'] = true,
};

/* The same of what may join words, where it does not. Faces of letters have two or three. */
static bool
ends_word_here(struct analyser *a, size_t from, size_t end)
{
	struct str text = a->text, rest;
	unsigned char next = byte_at(text, end), beyond = byte_at(text, end + 1);

	if (next >= 0xC0) {
		rest = str_tail(text, end);
		unsigned word = unicode_of(utf8_next(&rest))->word;
		return word == WORD_OTHER ||
		       (word == WORD_MID_NUM && !is_digit(byte_at(text, end - 1)));
	}
	switch (next) {
	case '.':
		for (size_t at = end + 1; beyond == '.'; beyond = byte_at(text, ++at))
			;
		return (class_of[beyond] == BLANK || ends_sentence[beyond]) &&
		       word_tail_size(str_tail(text, from), end - from) == 0;
	case ':':
		return end - from > 3 && class_of[beyond] == BLANK;
	case '/':
		return end - from > 1;
	case '-':
		return chat_email_size(text, from) == 0;
	case '"':
		return !word_has_geresh(text, end);
	case '$':
		return !word_is_of_dollar(str_tail(text, from), end - from);
	case '&':
		return word_ampersand_size(str_tail(text, from), end - from) == 0;
	case '\'':
		rest = str_tail(text, from);
		if (word_has_geresh(text, end) && byte_at(text, from - 1) != '\'')
			return false;
		return !is_wordlike(beyond) &&
		       word_elision_size(rest, end - from, a->language) == 0 &&
		       word_tail_size(rest, end - from) == 0;
	default:
		return false;
	}
}

static inline bool
is_plain(struct analyser *a, size_t from, size_t end)
{
	if ((a->text.ptr[from] | 32) == 'x' && end - from == 2 &&
	    has_word_at(a->text, from, STR("xd")))
		return false;
	return ends_word[byte_at(a->text, end)] || ends_word_here(a, from, end);
}

/* Most words are what they look like. `from`: none begins there. */
static size_t
take_letters(struct analyser *a, size_t from)
{
	struct plain_word w = plain_word_scan(a->text, from);
	struct str word = {a->text.ptr + from, w.end - from}, norm = {0};

	if (w.end == from)
		return from;
	size_t n = word_currency_size(str_tail(a->text, from));
	if (n > 0)
		return add_token(a, TOKEN_WORD, from, from + n);
	if (!w.laughs && !is_plain(a, from, w.end))
		return take_word(a, from, w.end);
	if (w.elongated || (w.flags & UNICODE_FOLDS_FURTHER) != 0 || word.len > NORM_MOST)
		return add_token(a, TOKEN_WORD, from, w.end);
	if ((w.flags & UNICODE_FOLDS_TO_LOWER) != 0)
		norm = plain_word_fold(&a->norms, word);
	size_t end = add(a, TOKEN_WORD, from, w.end, w.beyond, stem_of(a, word, norm));
	return end + (byte_at(a->text, end) == ' ');
}

/* A keycap: a digit, # or *, as an emoji. */
static bool
is_keycap(struct analyser *a, size_t at)
{
	struct str rest = str_tail(a->text, at + 1);

	return str_starts(rest, STR("\uFE0F\u20E3")) || str_starts(rest, STR("\u20E3"));
}

static size_t
take_number(struct analyser *a, size_t from)
{
	struct str text = a->text;
	size_t n, end;

	end = from + digits_at(text, from);
	if (end - from < 7 && class_of[byte_at(text, end)] == BLANK &&
	    (byte_at(text, end) != ' ' || class_of[byte_at(text, end + 1)] == WORD))
		return add(a, TOKEN_NUMBER, from, end, 0, (struct str){0});
	if (is_keycap(a, from))
		return add_token(a, TOKEN_EMOJI, from, from + grapheme_size(str_tail(text, from)));
	if ((n = chat_time_size(text, from)) > 0)
		return add_token(a, TOKEN_TIME, from, from + n);
	if ((n = chat_phone_size(text, from)) > 0)
		return add_token(a, TOKEN_PHONE, from, from + n);
	if ((n = chat_email_size(text, from)) > 0)
		return add_token(a, TOKEN_EMAIL, from, from + n);
	n = chat_number_size(text, from);
	if (!is_wordlike(byte_at(text, from + n)) || chat_unit_at(text, from + n))
		return add_token(a, TOKEN_NUMBER, from, from + n);
	if ((end = chat_url_size(text, from)) > 0)
		return add_token(a, TOKEN_URL, from, from + end);
	end = word_end(a, from);
	return add_token(a, TOKEN_NUMBER, from, end > from + n ? end : from + n);
}

/* -->, <--, ==>, <== and their like, of two bytes at least. */
static size_t
arrow_size(struct str text, size_t from)
{
	unsigned char first = byte_at(text, from);
	size_t at = from + (first == '<'), shaft = 0, n;

	while (shaft < 16 && (byte_at(text, at) == '-' || byte_at(text, at) == '=')) {
		shaft++;
		at++;
	}
	for (n = 0; n < 16 && byte_at(text, at) == '>'; n++)
		at++;
	return shaft > 0 && (first == '<' || n > 0) ? at - from : 0;
}

static bool
is_cry(unsigned char c) /* ?! and !!?? are one */
{
	return c == '?' || c == '!';
}

static const bool is_symbol[256] = {
	['$'] = true, ['+'] = true, ['<'] = true, ['='] = true, ['>'] = true,
	['^'] = true, ['`'] = true, ['|'] = true, ['~'] = true};

/* At an @: with one that the input names, the longest, or any other without spaces. */
static size_t
mention_size(struct analyser *a, size_t from)
{
	size_t longest = chat_mention_size(a->text, from);
	struct str rest = str_tail(a->text, from + 1);

	for (size_t i = 0; i < a->input->mention_count && i < MENTIONS_MOST; i++) {
		struct str name = a->input->mentions[i];
		if (name.len + 1 > longest && str_starts(rest, name) &&
		    !is_wordlike(byte_at(rest, name.len)))
			longest = name.len + 1;
	}
	return longest;
}

static size_t
take_sign(struct analyser *a, size_t from)
{
	struct str text = a->text;
	unsigned char c = byte_at(text, from);
	size_t n, end = from + 1;

	if (c == ',' || c == '"' || (c == '.' && byte_at(text, end) != '_'))
		goto run; /* the most frequent, and never more than themselves */
	if (c == '#' && (n = chat_hashtag_size(text, from)) > 0)
		return add_token(a, TOKEN_HASHTAG, from, from + n);
	if (c == '@' && (n = mention_size(a, from)) > 0)
		return add_token(a, TOKEN_MENTION, from, from + n);
	if ((c == '#' || c == '*') && is_keycap(a, from))
		return add_token(a, TOKEN_EMOJI, from, from + grapheme_size(str_tail(text, from)));
	if ((c == '+' || c == '(') && (n = chat_phone_size(text, from)) > 0)
		return add_token(a, TOKEN_PHONE, from, from + n);
	if (c == '\'' && class_of[byte_at(text, from - 1)] == BLANK &&
	    (n = word_clitic_size(str_tail(text, from))) > 0)
		return add_token(a, TOKEN_WORD, from, from + n);
	if ((n = arrow_size(text, from)) > 0)
		return add_token(a, TOKEN_SYMBOL, from, from + n);
	if ((n = emoticon_size(text, from)) > 0)
		return add_token(a, TOKEN_EMOTICON, from, from + n);
run:
	while (byte_at(text, end) == c || (is_cry(c) && is_cry(byte_at(text, end))))
		end++;
	end = add(a, is_symbol[c] ? TOKEN_SYMBOL : TOKEN_PUNCTUATION, from, end, 0,
		  (struct str){0});
	return end + (byte_at(text, end) == ' ');
}

/* Emoji that are shown as such, or are not, but are pictures all the same: hearts, the sun; others
 * where a mark behind them says so. */
static bool
is_emoji(const struct unicode_character *u, uint32_t c, struct str rest)
{
	if (u->flags & (UNICODE_EMOJI_PRESENTATION | UNICODE_EMOJI_MODIFIER))
		return true;
	if (c >= 0x1F1E6 && c <= 0x1F1FF)
		return true;
	return (u->flags & UNICODE_EMOJI) != 0 && (c >= 0x2300 || str_starts(rest, STR("\uFE0F")));
}

/* The same character once and again. */
static size_t
run_end(struct str text, size_t from, size_t size)
{
	size_t end = from + size;

	while (text.len - end >= size && memcmp(text.ptr + from, text.ptr + end, size) == 0)
		end += size;
	return end;
}

static size_t
cut_run(struct analyser *a, size_t from)
{
	size_t end = script_runs_take(a->runs, from), word;

	for (; from < end && !a->full; from = word) {
		word = script_runs_next(a->runs);
		(void)add_token(a, TOKEN_WORD, from, word);
	}
	return a->full ? a->text.len : end;
}

static size_t
take_other(struct analyser *a, size_t from)
{
	struct str rest = str_tail(a->text, from);
	uint32_t c = utf8_next(&rest);
	const struct unicode_character *u = unicode_of(c);
	size_t size = a->text.len - from - rest.len, n;

	if (script_is_unspaced(u, c))
		return cut_run(a, from);
	if (u->word == WORD_KATAKANA)
		return take_word(a, from, from + size);
	if (is_emoji(u, c, rest))
		return add_token(a, TOKEN_EMOJI, from,
				 from + grapheme_size(str_tail(a->text, from)));
	if (c == 0xAF && (n = emoticon_size(a->text, from)) > 0)
		return add_token(a, TOKEN_EMOTICON, from, from + n);
	switch (u->category) {
	case CATEGORY_LETTER:
		return add_token(
			a, TOKEN_WORD, from,
			without_marks(a, from, from + word_break_size(str_tail(a->text, from))));
	case CATEGORY_NUMBER:
		if ((n = chat_native_time_size(a->text, from)) > 0)
			return add_token(a, TOKEN_TIME, from, from + n);
		return add_token(
			a, TOKEN_NUMBER, from,
			without_marks(a, from, from + word_break_size(str_tail(a->text, from))));
	case CATEGORY_PUNCTUATION:
		return add_token(a, TOKEN_PUNCTUATION, from, run_end(a->text, from, size));
	case CATEGORY_SYMBOL:
		return add_token(a, TOKEN_SYMBOL, from, run_end(a->text, from, size));
	case CATEGORY_MARK: /* without a letter: of how an emoji is shown, or by mistake */
		return c == 0xFE0F || c == 0xFE0E ? pass_over(a, from, size)
						  : add_token(a, TOKEN_SYMBOL, from, from + size);
	case CATEGORY_SEPARATOR:
		return pass_over(a, from, size);
	default: /* controls are not seen; what is private or of tomorrow may be */
		return u->grapheme == GRAPHEME_CONTROL || u->word == WORD_FORMAT ||
				       u->word == WORD_ZWJ || u->word == WORD_EXTEND
			       ? pass_over(a, from, size)
			       : add_token(a, TOKEN_SYMBOL, from, from + size);
	}
}

/* The letters from a place on, of characters of one byte or two, as bytes; 0: there are too many,
 * or others behind them. */
static inline size_t
near_letters(struct analyser *a, size_t from)
{
	size_t at = from - a->masks.base, size;

	for (;; at = 0) {
		if (at < BYTE_MASKS_WIDTH) {
			uint64_t none = ~(a->masks.letters | a->masks.high) >> at;
			if (none != 0) {
				size = (size_t)__builtin_ctzll(none);
				break;
			}
		}
		if (at == 0)
			return 0;
		byte_masks_take(&a->masks, a->text, from);
	}
	return size;
}

/* Letters of two bytes that the masks do not know, at the bits of `odd`: how many bytes of a word
 * they leave, whose bits are `inside`; 0: it is not for this. *folds is set where one has a small
 * letter. */
static inline size_t
size_by_pairs(const unsigned char *word, size_t size, uint64_t odd, bool *folds)
{
	for (; odd != 0; odd &= odd - 1) {
		const unsigned char *p = word + __builtin_ctzll(odd);
		unsigned kind = unicode_word_kinds_of_two[(p[0] & 0x1F) << 6 | (p[1] & 0x3F)];
		if ((kind & (UNICODE_WORD_LETTER | UNICODE_WORD_MARK)) == 0)
			return (size_t)(p - word);
		if ((kind & (UNICODE_WORD_MARK | UNICODE_FOLDS_FURTHER)) != 0)
			return 0;
		*folds |= (kind & UNICODE_FOLDS_TO_LOWER) != 0;
	}
	return size;
}

/* Letters of ASCII and apostrophes, which have a small letter's bit, too. */
static inline struct str
fold_ascii(struct arena *arena, struct str text, size_t at, size_t size)
{
	char *to = arena_alloc(arena, size + 8);

	for (size_t i = 0; i < size; i += 8) {
		uint64_t bytes = htole64(plain_word_bytes(text, at + i) | 0x2020202020202020u);
		memcpy(to + i, &bytes, sizeof(bytes));
	}
	return (struct str){to, size};
}

/* An apostrophe behind a word's letters, and the letters behind it, in bytes; 0: it is not within
 * the word. *elided: it is the word's end, and another begins behind it. */
static inline size_t
contraction_size(struct analyser *a, size_t from, size_t size, bool *elided)
{
	size_t at = from - a->masks.base + size + 1;
	unsigned char behind = byte_at(a->text, from + size + 1);
	uint64_t none = at < BYTE_MASKS_WIDTH ? ~a->masks.letters >> at : 0;

	if (none == 0 || (!is_letter(behind) && behind < 0xC3))
		return 0;
	*elided = word_elision_size(str_tail(a->text, from), size + 2, a->language) > 0;
	return *elided ? 1 : none & 1 ? 0 : 1 + (size_t)__builtin_ctzll(none);
}

/* The same for letters of ASCII with a typographic apostrophe behind them, which the norm has
 * straight: an elided word, or a contraction. `size` letters are in front of it. */
static size_t
take_apostrophe(struct analyser *a, size_t from, size_t size)
{
	const size_t mark = STR("\u2019").len;
	struct str text = a->text, rest = str_tail(text, from);
	size_t behind = from + size + mark, at = from - a->masks.base, end = behind, all;

	if (!is_letter(byte_at(text, behind)) && byte_at(text, behind) < 0xC3)
		return from;
	if (word_elision_size(rest, size + mark + 1, a->language) == 0) {
		while (is_letter(byte_at(text, end)))
			end++;
		if (end == behind || !is_plain(a, from, end))
			return from;
	}
	all = end - from;
	if (at + all >= BYTE_MASKS_WIDTH ||
	    (a->masks.alike >> at & (((uint64_t)1 << all) - 1) >> 2) != 0)
		return from;
	char *norm = arena_alloc(&a->norms, all);
	for (size_t i = 0; i < size; i++)
		norm[i] = (char)(rest.ptr[i] | 32);
	norm[size] = '\'';
	for (size_t i = behind; i < end; i++)
		norm[i - from - mark + 1] = (char)(text.ptr[i] | 32);
	return add(a, TOKEN_WORD, from, end, mark - 1,
		   stem_of(a, str_head(rest, all), (struct str){norm, all - mark + 1}));
}

/* The same, in a few steps, for a word of letters of one byte or two, perhaps with an apostrophe in
 * it; where it can't be, nothing is done. */
static inline size_t
take_near_word(struct analyser *a, size_t from)
{
	const struct str text = a->text;
	size_t size = near_letters(a, from), at = from - a->masks.base;
	struct str norm = {0};
	bool elided = false, folds = false;

	if (byte_at(text, from + size) == '\'')
		size += contraction_size(a, from, size, &elided);
	uint64_t inside = ((uint64_t)1 << size) - 1, leads = a->masks.leads >> at & inside;
	if (leads != 0) { /* what is no letter, may end the word */
		uint64_t wide = a->masks.wide >> at & leads;
		if (wide != 0)
			size = (size_t)__builtin_ctzll(wide);
		uint64_t odd = leads & (((uint64_t)1 << size) - 1) & ~(a->masks.plain >> at);
		size = size_by_pairs((const unsigned char *)text.ptr + from, size, odd, &folds);
		inside = ((uint64_t)1 << size) - 1;
		leads &= inside;
		if (wide != 0 && leads == 0 && size > 0 &&
		    str_starts(str_tail(text, from + size), STR("\u2019")))
			return take_apostrophe(a, from, size);
	}
	if (size == 0 || (a->masks.alike >> at & inside >> 2) != 0 ||
	    (a->masks.twins >> at & leads & inside >> 5) != 0)
		return from;
	folds |= (~(a->masks.small | a->masks.high) >> at & inside) != 0;
	size_t beyond = 0;
	if (leads != 0) {
		folds |= (leads & a->masks.capital >> at) != 0;
		beyond = leads == (inside & 0x5555555555555555u)
				 ? size / 2
				 : (size_t)__builtin_popcountll(leads);
	}
	if (!elided && !is_plain(a, from, from + size))
		return from;
	struct str word = {text.ptr + from, size};
	if (folds)
		norm = beyond == 0          ? fold_ascii(&a->norms, text, from, size)
		       : 2 * beyond == size ? plain_word_fold_pairs(&a->norms, text, from, size)
					    : plain_word_fold(&a->norms, word);
	size_t end = add(a, TOKEN_WORD, from, from + size, beyond, stem_of(a, word, norm));
	return end + (byte_at(text, end) == ' ');
}

static void
cut(struct analyser *a)
{
	struct str text = a->text;
	size_t at = 0, end;

	while (at < text.len) {
		switch (class_of[(unsigned char)text.ptr[at]]) {
		case BLANK:
			at++;
			break;
		case DIGIT:
			at = take_number(a, at);
			break;
		case SIGN:
			at = take_sign(a, at);
			break;
		default:
			end = take_near_word(a, at);
			if (end == at)
				end = take_letters(a, at);
			at = end > at ? end : take_other(a, at);
		}
	}
}

int
analyser_run(struct analyser *a, const struct analyser_input *input, const struct token **tokens,
	     size_t *count, struct err *err)
{
	struct str text = input->text;

	if (text.len > INT32_MAX)
		return err_set(err, ERR_INPUT, "the text has more than %d bytes", INT32_MAX);
	if (utf8_valid_prefix(text) != text.len)
		return err_set(err, ERR_INPUT, "the text is not valid UTF-8 at byte %zu",
			       utf8_valid_prefix(text));
	if (a->room > KEEP_TOKENS) {
		free(a->tokens);
		a->tokens = NULL;
		a->room = 0;
	}
	arena_reset(&a->norms);
	a->text = text;
	a->input = input;
	a->language = input->language;
	a->count = a->beyond = 0;
	a->masks.base = (size_t)0 - BYTE_MASKS_WIDTH; /* far from any place */
	a->masks.horned = false;
	a->full = false;
	script_runs_begin(a->runs, text, a->language);
	cut(a);
	if (a->full)
		return err_set(err, ERR_INPUT, "the text has more than %d tokens", ANALYSER_TOKENS);
	if (a->beyond > 0 && (a->language.len >= 2 || a->masks.horned))
		a->count = syllables_join(a->segmenter, &a->norms, a->scratch, text, a->language,
					  a->tokens, a->count);
	*tokens = a->tokens;
	*count = a->count;
	return 0;
}
