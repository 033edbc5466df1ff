#include "language/script_runs.h"

#include "base/mem.h"
#include "language/icu_words.h"
#include "language/segmenter.h"
#include "text/utf8.h"
#include <assert.h>

#define AT_ONCE   SEGMENTER_POINTS /* characters */
#define KANA_LOOK 4096             /* bytes in which kana tells Japanese from Chinese */

struct script_runs {
	const struct segmenter *segmenter;
	struct icu_words *icu; /* made when first needed; NULL: nobody can */
	bool icu_tried;
	struct str text;
	enum segmenter_language han;
	size_t count, next; /* characters in the run; the first of the next word */
	uint32_t context[SEGMENTER_CONTEXT + AT_ONCE + SEGMENTER_CONTEXT];
	size_t byte_at[AT_ONCE + 1];
	bool breaks[AT_ONCE + 1]; /* a word begins at the character */
};

struct script_runs *
script_runs_new(const struct segmenter *segmenter)
{
	struct script_runs *r = mem_zero(1, sizeof(*r));

	r->segmenter = segmenter;
	return r;
}

void
script_runs_free(struct script_runs *r)
{
	icu_words_free(r->icu);
	free(r);
}

void
script_runs_begin(struct script_runs *r, struct str text, struct str language)
{
	r->text = text;
	r->han = str_starts(language, STR("ja"))   ? SEGMENTER_JAPANESE
		 : str_starts(language, STR("zh")) ? SEGMENTER_CHINESE
						   : SEGMENTER_NONE;
}

static enum segmenter_language
language_of_han(struct str text)
{
	struct str rest = text.len > KANA_LOOK ? str_whole(str_head(text, KANA_LOOK)) : text;

	while (rest.len > 0) {
		unsigned script = unicode_of(utf8_next(&rest))->script;
		if (script == SCRIPT_HIRAGANA || script == SCRIPT_KATAKANA)
			return SEGMENTER_JAPANESE;
	}
	return SEGMENTER_CHINESE;
}

static enum segmenter_language
language_of(struct script_runs *r, unsigned script)
{
	switch (script) {
	case SCRIPT_THAI:
		return SEGMENTER_THAI;
	case SCRIPT_LAO:
	case SCRIPT_KHMER:
	case SCRIPT_MYANMAR:
		return SEGMENTER_NONE;
	default:
		if (r->han == SEGMENTER_NONE)
			r->han = language_of_han(r->text);
		return r->han;
	}
}

/* Han, kana and what belongs to them are one script here. */
static unsigned
group_of(unsigned script)
{
	return script == SCRIPT_HIRAGANA || script == SCRIPT_KATAKANA || script == SCRIPT_OTHER
		       ? SCRIPT_HAN
		       : script;
}

static_assert(AT_ONCE <= ICU_WORDS_MOST, "ICU takes a run whole, too");

static void
cut_by_icu(struct script_runs *r, const uint32_t *points)
{
	if (r->icu == NULL && !r->icu_tried)
		r->icu = icu_words_new();
	r->icu_tried = true;
	if (r->icu != NULL)
		icu_words_cut(r->icu, points, r->count, r->breaks);
}

/* The characters in front of a byte, the nearest last; 0 where there are none. */
static void
look_behind(struct str text, size_t at, uint32_t *context)
{
	for (size_t i = SEGMENTER_CONTEXT; i-- > 0;) {
		context[i] = 0;
		if (at == 0)
			continue;
		at--;
		while (((unsigned char)text.ptr[at] & 0xC0) == 0x80)
			at--;
		struct str rest = str_tail(text, at);
		context[i] = utf8_next(&rest);
	}
}

size_t
script_runs_take(struct script_runs *r, size_t from)
{
	struct str rest = str_tail(r->text, from), next;
	uint32_t *points = r->context + SEGMENTER_CONTEXT;
	unsigned group = 0;
	bool whole = true;
	enum segmenter_language language;

	look_behind(r->text, from, r->context);
	for (r->count = 0; rest.len > 0; rest = next, r->count++) {
		next = rest;
		uint32_t c = utf8_next(&next);
		const struct unicode_character *u = unicode_of(c);
		if (!script_is_unspaced(u, c) && !(r->count > 0 && u->word == WORD_EXTEND))
			break;
		if (r->count == 0)
			group = group_of(u->script);
		else if (u->word != WORD_EXTEND && group_of(u->script) != group)
			break;
		if (r->count == AT_ONCE) {
			whole = false;
			break;
		}
		points[r->count] = c;
		r->byte_at[r->count] = r->text.len - rest.len;
		r->breaks[r->count] = false;
	}
	r->byte_at[r->count] = r->text.len - rest.len;
	for (size_t i = 0; i < SEGMENTER_CONTEXT; i++)
		points[r->count + i] = rest.len > 0 ? utf8_next(&rest) : 0;
	language = language_of(r, group);
	if (segmenter_knows(r->segmenter, language))
		segmenter_cut(r->segmenter, language, points, r->count, r->breaks);
	else
		cut_by_icu(r, points);
	for (size_t i = 1; i < r->count; i++) /* a mark is never alone */
		r->breaks[i] &= unicode_of(points[i])->grapheme != GRAPHEME_EXTEND;
	r->breaks[r->count] = true;
	if (!whole) { /* its last word may go on */
		size_t last = r->count - 1;
		while (last > AT_ONCE / 2 && !r->breaks[last])
			last--;
		if (r->breaks[last])
			r->count = last;
	}
	r->next = 0;
	return r->byte_at[r->count];
}

size_t
script_runs_next(struct script_runs *r)
{
	do {
		r->next++;
	} while (!r->breaks[r->next]);
	return r->byte_at[r->next];
}
