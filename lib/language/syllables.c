#include "language/syllables.h"

#include "language/token_norm.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define AT_ONCE     512  /* tokens */
#define CONTEXT     3    /* of them on both sides */
#define LOOK        4096 /* bytes in which Vietnamese letters are looked for */
#define JOINED_MOST 8    /* syllables in a word */

static bool
is_vietnamese(struct str text, struct str language)
{
	struct str rest = text.len > LOOK ? str_whole(str_head(text, LOOK)) : text;

	if (language.len >= 2)
		return str_starts(language, STR("vi"));
	while (rest.len > 0) {
		uint32_t c = utf8_next(&rest);
		if ((c >= 0x1EA0 && c <= 0x1EF9) || c == 0x1A0 || c == 0x1A1 || c == 0x1AF ||
		    c == 0x1B0)
			return true;
	}
	return false;
}

struct segmenter_syllable
syllable_of(struct str word, struct str norm)
{
	struct str folded = norm.ptr == NULL ? word : norm, rest = word;
	struct segmenter_syllable s = {.hash = 0x811C9DC5u, .shape = 1};

	for (size_t i = 0; i < folded.len; i++)
		s.hash = (s.hash ^ (unsigned char)folded.ptr[i]) * 0x01000193u;
	if (unicode_of(utf8_next(&rest))->flags & UNICODE_FOLDS_TO_LOWER)
		s.shape = rest.len > 0 && (unicode_of(utf8_next(&rest))->flags &
					   UNICODE_FOLDS_TO_LOWER)
				  ? 3
				  : 2;
	return s;
}

/* Tokens in the order of the text, with their bytes. */
struct walk {
	struct str text;
	size_t byte;
	int32_t point;
};

static size_t
byte_of(struct walk *w, int32_t point)
{
	while (w->point < point) {
		w->byte += utf8_size((unsigned char)w->text.ptr[w->byte]);
		w->point++;
	}
	return w->byte;
}

/* One stretch of tokens; they end up at `to`, which is not behind them. */
static size_t
join_stretch(const struct segmenter *s, struct arena *norms, struct buf *scratch, struct walk *walk,
	     const struct token *from, size_t count, struct token *to)
{
	struct segmenter_syllable syllables[CONTEXT + AT_ONCE + CONTEXT] = {0};
	size_t begin[AT_ONCE], end[AT_ONCE], made = 0, joined = 0;
	bool breaks[AT_ONCE] = {0};

	for (size_t i = 0; i < count; i++) {
		begin[i] = byte_of(walk, from[i].start);
		end[i] = byte_of(walk, from[i].end);
		struct str word = {walk->text.ptr + begin[i], end[i] - begin[i]};
		syllables[CONTEXT + i] = syllable_of(word, from[i].norm);
		if (from[i].kind != TOKEN_WORD)
			syllables[CONTEXT + i].shape = 0;
	}
	segmenter_join(s, syllables + CONTEXT, count, breaks);
	for (size_t i = 0; i < count; i++) {
		struct token t = from[i];
		bool spaced =
			i > 0 && begin[i] == end[i - 1] + 1 && walk->text.ptr[end[i - 1]] == ' ';
		if (i == 0 || breaks[i] || !spaced || t.kind != TOKEN_WORD ||
		    from[i - 1].kind != TOKEN_WORD || joined + 1 == JOINED_MOST) {
			joined = 0;
			to[made++] = t;
			continue;
		}
		joined++;
		to[made - 1].end = t.end;
		struct str word = {walk->text.ptr + begin[i - joined], end[i] - begin[i - joined]};
		to[made - 1].norm = token_norm(norms, scratch, word, TOKEN_WORD);
	}
	return made;
}

size_t
syllables_join(const struct segmenter *s, struct arena *norms, struct buf *scratch, struct str text,
	       struct str language, struct token *tokens, size_t count)
{
	struct walk walk = {.text = text};
	size_t made = 0;

	if (!segmenter_knows(s, SEGMENTER_VIETNAMESE) || !is_vietnamese(text, language))
		return count;
	for (size_t at = 0, n; at < count; at += n) {
		n = count - at < AT_ONCE ? count - at : AT_ONCE;
		made += join_stretch(s, norms, scratch, &walk, tokens + at, n, tokens + made);
	}
	return made;
}
