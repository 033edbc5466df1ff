#include "romanise.h"

#include "romanise_tables.h"
#include "text/utf8.h"

/* One text's way of spelling. */
struct hand {
	const struct romanisation *how;
	uint64_t seed;
	struct buf *to;
};

static uint64_t
mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

/* One of "this|that|other": the first in half of the hands, and the same in all of a text. */
static void
add_spelling(struct hand *h, const char *spellings, uint64_t what)
{
	struct str rest = str_of(spellings), chosen = str_cut(&rest, '|');
	uint64_t choice = mix(h->seed ^ what * UINT64_C(0x9E3779B97F4A7C15));

	while (rest.len > 0 && (choice & 3) >= 2) {
		chosen = str_cut(&rest, '|');
		choice >>= 2;
	}
	buf_add(h->to, chosen);
}

static const struct letter_spelling *
find(const struct letter_spelling *table, struct str text, size_t *at)
{
	for (*at = 0; table[*at].from != NULL; ++*at) {
		if (str_starts(text, str_of(table[*at].from)))
			return &table[*at];
	}
	return NULL;
}

static bool
is_vowel(char c)
{
	return strchr("aeiouwy", c) != NULL;
}

/* Scripts that leave short vowels out: people write some that they hear. */
static void
add_heard_vowel(struct hand *h, size_t begins, const char *spelling, size_t at)
{
	const char *vowels = h->how->unwritten;

	if (vowels == NULL || h->to->len == begins || is_vowel(h->to->ptr[h->to->len - 1]) ||
	    spelling[0] == '\0' || is_vowel(spelling[0]))
		return;
	uint64_t choice = mix(h->seed + at * 77 + h->to->len * 1031);
	if (choice % 10 < 7)
		buf_add_byte(h->to, vowels[choice / 16 % strlen(vowels)]);
}

static bool
is_kind(const struct romanisation *how, struct str text, enum letter_kind kind)
{
	size_t at;
	const struct letter_spelling *s = find(how->letters, text, &at);

	return s != NULL && s->kind == kind;
}

/* An inherent vowel is heard before another consonant, not at the end; in Hindi not where a vowel
 * follows the next consonant, either, when one stands before. */
static bool
inherent_is_heard(const struct romanisation *how, struct str rest, bool vowel_before)
{
	size_t at;
	const struct letter_spelling *next = find(how->letters, rest, &at);

	if (next == NULL)
		return how->final_inherent;
	if (next->kind == SIGN || next->kind == KILLER)
		return false;
	if (next->kind != CONSONANT || !how->drops_inherent || !vowel_before)
		return true;
	return !is_kind(how, str_tail(rest, strlen(next->from)), SIGN);
}

static void
add_word(struct hand *h, struct str word)
{
	size_t begins = h->to->len, at;

	for (const struct letter_spelling *w = h->how->words; w != NULL && w->from != NULL; w++) {
		if (str_equal(word, str_of(w->from))) {
			add_spelling(h, w->to, (uint64_t)(w - h->how->words) + 5000);
			return;
		}
	}
	while (word.len > 0) {
		const struct letter_spelling *s = find(h->how->letters, word, &at);
		if (s == NULL) {
			(void)utf8_next(&word); /* a mark that nobody writes */
			continue;
		}
		bool vowel_before = h->to->len > begins && is_vowel(h->to->ptr[h->to->len - 1]);
		word = str_tail(word, strlen(s->from));
		add_heard_vowel(h, begins, s->to, at);
		add_spelling(h, s->to, at);
		if (s->kind == CONSONANT && h->how->inherent != NULL &&
		    inherent_is_heard(h->how, word, vowel_before))
			add_spelling(h, h->how->inherent, 4000);
	}
}

static bool
ends_word(unsigned char c)
{
	return c < 0x80 && !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z');
}

bool
romanise(struct str code, struct str text, uint64_t seed, struct buf *to)
{
	struct hand h = {.seed = mix(seed + 1), .to = to};

	for (const struct romanisation *r = romanisations; r->code != NULL; r++) {
		if (str_equal(code, str_of(r->code)))
			h.how = r;
	}
	if (h.how == NULL)
		return false;
	buf_clear(to);
	while (text.len > 0) {
		size_t len = 0;
		while (len < text.len && !ends_word((unsigned char)text.ptr[len]))
			len++;
		add_word(&h, str_head(text, len));
		text = str_tail(text, len);
		if (text.len > 0) {
			buf_add_byte(to, text.ptr[0]);
			text = str_tail(text, 1);
		}
	}
	return true;
}
