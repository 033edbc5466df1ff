/*
 * language_guess.c -- from words to a language.
 *
 * The script with most letters decides at once, or chooses the classifier that is asked. Where that
 * one's answer is among look-alikes, a second classifier shares out anew what the first gave to
 * them together. Each word's part in the answer is kept, and with them it is seen afterwards
 * whether all of the text speaks for the same language: spans.
 */
#include "language_guess.h"

#include "base/mem.h"
#include "laughter.h"
#include "text/utf8.h"
#include "text_words.h"
#include "word_sums.h"
#include <assert.h>
#include <math.h>

#define CANDIDATES      3
#define RANKED          6 /* classes that are put in order */
#define CONTENDER_LEAST 3e-6f
#define CONTENDERS      4   /* languages that may share a text */
#define SPAN_WORDS      256 /* of the text; spans end there */
#define SWITCH_COSTS                                                                               \
	7.0f               /* in logarithms of probabilities: what must speak for another language \
			    */
#define WORD_AGAINST -5.0f /* at least: no single word decides alone */
#define SCRIPT_SURE  0.995 /* how sure a script makes that only one language uses */
#define LAUGH_SURE   0.6
#define ONE_CHINESE  0.75 /* of the signs' evidence for one of both ways to write them */
#define RELIABLE     0.8
#define DIGITS       10000 /* more would only be noise */

struct ranking {
	size_t count;
	uint8_t best[RANKED]; /* classes, the likeliest first */
};

struct language_scratch {
	struct text_words text;
	struct word_look looks[TEXT_LETTERS]; /* at words of the script that is looked at */
	size_t count;
	struct word_grams grams;
	float p[CLASSIFIER_CLASSES];
	struct ranking ranking;
	classifier_four columns[CLASSIFIER_DIM + 1];
	classifier_four says[SPAN_WORDS];
	uint8_t came_from[SPAN_WORDS][CONTENDERS], course[SPAN_WORDS];
	size_t contenders[CONTENDERS];
	struct str codes[SPAN_WORDS]; /* of all words of the text; .ptr NULL: its neighbour's */
	struct language_span spans[SPAN_WORDS];
	struct language_candidate candidates[CANDIDATES];
};

struct language_scratch *
language_scratch_new(void)
{
	return mem_zero(1, sizeof(struct language_scratch));
}

void
language_scratch_free(struct language_scratch *s)
{
	free(s);
}

/* Languages that have their script for themselves. */
static struct str
language_of_script(enum script script)
{
	static const char *const codes[SCRIPT_COUNT] = {
		[SCRIPT_KANA] = "ja",      [SCRIPT_HANGUL] = "ko",    [SCRIPT_GREEK] = "el",
		[SCRIPT_ARMENIAN] = "hy",  [SCRIPT_GEORGIAN] = "ka",  [SCRIPT_GURMUKHI] = "pa",
		[SCRIPT_GUJARATI] = "gu",  [SCRIPT_ORIYA] = "or",     [SCRIPT_TAMIL] = "ta",
		[SCRIPT_TELUGU] = "te",    [SCRIPT_KANNADA] = "kn",   [SCRIPT_MALAYALAM] = "ml",
		[SCRIPT_SINHALA] = "si",   [SCRIPT_THAI] = "th",      [SCRIPT_LAO] = "lo",
		[SCRIPT_TIBETAN] = "bo",   [SCRIPT_MYANMAR] = "my",   [SCRIPT_KHMER] = "km",
		[SCRIPT_THAANA] = "dv",    [SCRIPT_SYRIAC] = "syr",   [SCRIPT_MONGOLIAN] = "mn",
		[SCRIPT_TIFINAGH] = "zgh", [SCRIPT_CHEROKEE] = "chr", [SCRIPT_HEBREW] = "he",
	};

	return codes[script] != NULL ? str_of(codes[script]) : STR("und");
}

/* Yiddish has letters of its own: two vavs, vav and yod, two yods in one. */
static bool
is_yiddish(const struct text_words *text)
{
	for (size_t i = 0; i < text->letter_count; i++) {
		if (text->letters[i] >= 0x5F0 && text->letters[i] <= 0x5F2)
			return true;
	}
	return false;
}

static enum script
main_script(const struct text_words *text)
{
	enum script best = text->words[0].script;
	size_t most = text->by_script[best];

	for (int i = SCRIPT_LATIN; most < text->letter_count && i < SCRIPT_COUNT; i++) {
		if (text->by_script[i] > most) {
			best = (enum script)i;
			most = text->by_script[i];
		}
	}
	/* Japanese may have more Han than kana, Chinese has no kana */
	if (best == SCRIPT_HAN && text->by_script[SCRIPT_KANA] * 8 >= text->by_script[SCRIPT_HAN])
		return SCRIPT_KANA;
	return best;
}

static void
choose_words(struct language_scratch *s, enum script script)
{
	s->count = 0;
	for (size_t i = 0; i < s->text.word_count; i++) {
		if (s->text.words[i].script != script)
			continue;
		struct word_look *w = &s->looks[s->count++];
		w->word = (uint32_t)i;
		w->hash = text_word_hash(&s->text, i);
	}
}

/* Scores of a part of the model by what the chosen words say; what each of them does stays. */
static void
weigh_text(const struct classifier *c, struct language_scratch *s, enum script script,
	   float *scores)
{
	int32_t total[CLASSIFIER_DIM];
	size_t said = word_sums(c, &s->text, s->looks, s->count, &s->grams, total);

	classifier_scores(c, total, said == 0 ? 0 : 1 / (WORD_SUM_ONE * sqrtf((float)said)),
			  s->text.by_script[script], scores);
}

/* The likeliest of the classes that have a probability, best first. By looking for the best again
 * and again, as what a branch could be on is not foreseen. */
static void
rank(struct ranking *to, const float *p, const uint8_t *likely, size_t count)
{
	float left[CLASSIFIER_CLASSES];

	for (size_t i = 0; i < count; i++)
		left[i] = p[likely[i]];
	to->count = count < RANKED ? count : RANKED;
	for (size_t n = 0; n < to->count; n++) {
		size_t best = 0;
		float most = left[0];
		for (size_t i = 1; i < count; i++) {
			best = left[i] > most ? i : best;
			most = left[i] > most ? left[i] : most;
		}
		if (most < CONTENDER_LEAST && n >= CANDIDATES)
			to->count = n;
		to->best[n] = likely[best];
		left[best] = -1;
	}
}

/* Asks the part for a script about the words in it: probabilities of its classes. */
static void
look(const struct language_model *m, struct language_scratch *s, enum script script)
{
	const struct classifier *c = &m->parts[m->first[script]].classifier;
	uint8_t likely[CLASSIFIER_CLASSES];

	choose_words(s, script);
	weigh_text(c, s, script, s->p);
	size_t count = classifier_probabilities(s->p, c->classes, likely);
	rank(&s->ranking, s->p, likely, count);
}

/* The second look shares out anew what the first gave to the look-alikes together. */
static void
look_again(const struct model_part *second, struct language_scratch *s, enum script script,
	   float *p)
{
	const struct classifier *c = &second->classifier;
	uint8_t likely[CLASSIFIER_CLASSES];
	float again[CLASSIFIER_CLASSES], together = 0;

	for (size_t i = 0; i < c->classes; i++)
		together += second->place[i] == MODEL_NONE ? 0 : p[second->place[i]];
	weigh_text(c, s, script, again);
	(void)classifier_probabilities(again, c->classes, likely);
	for (size_t i = 0; i < c->classes; i++) {
		if (second->place[i] != MODEL_NONE)
			p[second->place[i]] = together * again[i];
	}
}

/* By the first look, and by the second where the likeliest has look-alikes. */
static void
choose_candidates(const struct language_model *m, struct language_scratch *s, enum script script,
		  struct language_guess *guess)
{
	const struct model_part *first = &m->parts[m->first[script]];
	uint8_t second = m->second[script][first->labels[s->ranking.best[0]]],
		likely[CLASSIFIER_CLASSES];
	struct ranking ranking = s->ranking;
	float p[CLASSIFIER_CLASSES];
	size_t count = 0;

	memcpy(p, s->p, first->classifier.classes * sizeof(*p));
	if (second != MODEL_NONE) {
		look_again(&m->parts[second], s, script, p);
		for (size_t k = 0; k < first->classifier.classes; k++) {
			likely[count] = (uint8_t)k;
			count += p[k] > 0;
		}
		rank(&ranking, p, likely, count);
	}
	guess->candidate_count = ranking.count < CANDIDATES ? ranking.count : CANDIDATES;
	for (size_t i = 0; i < guess->candidate_count; i++)
		s->candidates[i] = (struct language_candidate){
			m->labels[first->labels[ranking.best[i]]], (double)p[ranking.best[i]]};
}

static bool
is_chinese(struct str code)
{
	return str_starts(code, STR("zh-"));
}

/* Signs that both ways of writing Chinese share leave it open which one this is. */
static void
join_chinese(struct language_scratch *s, struct language_guess *guess)
{
	struct language_candidate *c = s->candidates;

	for (size_t i = 1; i < guess->candidate_count; i++) {
		if (!is_chinese(c[0].code) || !is_chinese(c[i].code) ||
		    c[0].confidence >= ONE_CHINESE * (c[0].confidence + c[i].confidence))
			continue;
		c[0].code = STR("zh");
		c[0].confidence += c[i].confidence;
		for (; i + 1 < guess->candidate_count; i++)
			c[i] = c[i + 1];
		guess->candidate_count--;
	}
}

static void
only_candidate(struct language_scratch *s, struct language_guess *guess, struct str code,
	       double confidence)
{
	s->candidates[0] = (struct language_candidate){code, confidence};
	guess->candidate_count = 1;
}

/* Contenders: those that the first look found likeliest, but one only of those that look alike. */
static size_t
choose_contenders(const struct language_model *m, const struct language_scratch *s,
		  enum script script, size_t contenders[CONTENDERS])
{
	const struct model_part *part = &m->parts[m->first[script]];
	const uint8_t *groups = m->second[script];
	size_t count = 0;

	for (size_t i = 0; i < s->ranking.count && count < CONTENDERS &&
			   s->p[s->ranking.best[i]] >= CONTENDER_LEAST;
	     i++) {
		uint8_t group = groups[part->labels[s->ranking.best[i]]];
		size_t k = 0;
		while (k < count &&
		       (group == MODEL_NONE || groups[part->labels[contenders[k]]] != group))
			k++;
		if (k == count)
			contenders[count++] = s->ranking.best[i];
	}
	return count;
}

typedef int32_t four_flags __attribute__((vector_size(16)));
static_assert(CONTENDERS == 4, "they are weighed four at a time");

static size_t
best_of(const float *costs, size_t count)
{
	size_t best = 0;

	for (size_t k = 1; k < count; k++)
		best = costs[k] > costs[best] ? k : best;
	return best;
}

/* How far behind the best contender each of them is by each word's evidence; of all words together,
 * how far the first. */
static float
weigh_words(const struct classifier *c, struct language_scratch *s, const size_t *contenders,
	    size_t count)
{
	size_t words = s->count < SPAN_WORDS ? s->count : SPAN_WORDS;
	size_t four[CONTENDERS];
	float against = 0;

	for (size_t k = 0; k < CONTENDERS; k++)
		four[k] = contenders[k < count ? k : 0];
	classifier_columns(c, four, s->columns);
	for (size_t i = 0; i < words; i++) {
		const struct word_look *w = &s->looks[i];
		classifier_four says = classifier_score_four(
			c, w->sum, 1.0f / WORD_SUM_ONE, s->text.words[w->word].count, s->columns);
		float left = says[0] > says[1] ? says[0] : says[1],
		      right = says[2] > says[3] ? says[2] : says[3];
		says -= left > right ? left : right;
		four_flags above = says > WORD_AGAINST;
		classifier_four least = {WORD_AGAINST, WORD_AGAINST, WORD_AGAINST, WORD_AGAINST};
		says = (classifier_four)((above & (four_flags)says) | (~above & (four_flags)least));
		s->says[i] = says;
		against -= says[0];
	}
	return against;
}

/* The likeliest course through the words, where each change of the language has its cost (Viterbi):
 * for each word that was looked at its contender. Whether there was a change. */
static bool
follow_words(struct language_scratch *s, size_t count, uint8_t *course)
{
	float cost[CONTENDERS] = {0};
	size_t n = s->count < SPAN_WORDS ? s->count : SPAN_WORDS, best = 0;
	bool changes = false;

	for (size_t i = 0; i < n; i++) {
		best = best_of(cost, count);
		float after_change = cost[best] - SWITCH_COSTS;
		for (size_t k = 0; k < count; k++) {
			bool stays = i == 0 || cost[k] >= after_change;
			s->came_from[i][k] = (uint8_t)(stays ? k : best);
			cost[k] = (stays ? cost[k] : after_change) + s->says[i][k];
		}
	}
	best = best_of(cost, count);
	for (size_t i = n; i-- > 0;) {
		course[i] = (uint8_t)best;
		changes |= s->came_from[i][best] != best;
		best = s->came_from[i][best];
	}
	return changes;
}

static bool
belongs_to(enum script script, enum script main)
{
	return script == main || (script == SCRIPT_HAN && main == SCRIPT_KANA) ||
	       (script == SCRIPT_HAN && main == SCRIPT_HANGUL);
}

static size_t
spanned_words(const struct language_scratch *s)
{
	return s->text.word_count < SPAN_WORDS ? s->text.word_count : SPAN_WORDS;
}

/* The code of the whole text, for all words of its script. */
static void
spread_code(struct language_scratch *s, enum script script, struct str code)
{
	for (size_t i = 0; i < spanned_words(s); i++)
		s->codes[i] = belongs_to(s->text.words[i].script, script) ? code : (struct str){0};
}

/* Whether the words that were just looked at change their language; then their course stays. */
static bool
find_course(const struct language_model *m, struct language_scratch *s, enum script script)
{
	if (s->count < 2 || script == SCRIPT_HAN)
		return false;
	size_t count = choose_contenders(m, s, script, s->contenders);
	/* all that the words say against the first would not pay for one change */
	return count >= 2 &&
	       weigh_words(&m->parts[m->first[script]].classifier, s, s->contenders, count) >=
		       SWITCH_COSTS &&
	       follow_words(s, count, s->course);
}

/* The languages of the main script's words, into their codes. */
static void
tell_words_apart(const struct language_model *m, struct language_scratch *s, enum script script)
{
	const struct model_part *part = &m->parts[m->first[script]];

	for (size_t i = 0; i < s->count && s->looks[i].word < SPAN_WORDS; i++) {
		if (s->course[i] != 0)
			s->codes[s->looks[i].word] =
				m->labels[part->labels[s->contenders[s->course[i]]]];
	}
}

/* What is written in another script than most of the text: its language as if it stood alone. */
static struct str
language_aside(const struct language_model *m, struct language_scratch *s, enum script script)
{
	if (m->first[script] == MODEL_NONE)
		return language_of_script(script);
	look(m, s, script);
	return m->labels[m->parts[m->first[script]].labels[s->ranking.best[0]]];
}

/* Words in other scripts, into their codes; a letter alone is a sign, no language. */
static bool
tell_scripts_apart(const struct language_model *m, struct language_scratch *s, enum script main)
{
	bool found = false;

	for (int script = SCRIPT_LATIN; script < SCRIPT_COUNT; script++) {
		if (s->text.by_script[script] < 2 || belongs_to((enum script)script, main))
			continue;
		struct str code = language_aside(m, s, (enum script)script);
		for (size_t i = 0; i < spanned_words(s); i++) {
			const struct text_word *word = &s->text.words[i];
			if ((int)word->script == script && word->count > 1) {
				s->codes[i] = code;
				found = true;
			}
		}
	}
	return found;
}

/* Neighbours with the same code become a span. */
static void
make_spans(struct language_scratch *s, struct language_guess *guess)
{
	size_t n = 0;

	for (size_t i = 0; i < spanned_words(s); i++) {
		const struct text_word *word = &s->text.words[i];
		if (s->codes[i].ptr == NULL)
			continue;
		if (n == 0 || !str_equal(s->spans[n - 1].code, s->codes[i]))
			s->spans[n++] = (struct language_span){.start = (int32_t)word->start,
							       .code = s->codes[i]};
		s->spans[n - 1].end = (int32_t)word->end;
	}
	guess->span_count = n > 1 ? n : 0;
}

static bool
has_other_scripts(const struct language_scratch *s, enum script main)
{
	for (size_t i = 0; i < spanned_words(s); i++) {
		if (!belongs_to(s->text.words[i].script, main))
			return true;
	}
	return false;
}

static void
find_spans(const struct language_model *m, struct language_scratch *s, enum script script,
	   bool changes, struct language_guess *guess)
{
	bool scripts = has_other_scripts(s, script);

	if (!changes && !scripts)
		return;
	spread_code(s, script, s->candidates[0].code);
	if (changes)
		tell_words_apart(m, s, script);
	if (scripts && tell_scripts_apart(m, s, script))
		changes = true;
	if (changes)
		make_spans(s, guess);
}

static struct language_guess
guess_without_words(struct language_scratch *s, struct str text, struct str laugh)
{
	struct language_guess guess = {.code = STR("und"), .confidence = 1, .spans = s->spans};

	if (laugh.len == 0 && laughter_is_fives(text))
		laugh = STR("th");
	if (laugh.len > 0) {
		guess.code = laugh;
		guess.confidence = LAUGH_SURE;
	}
	only_candidate(s, &guess, guess.code, guess.confidence);
	guess.candidates = s->candidates;
	return guess;
}

struct language_guess
language_guess(const struct language_model *m, struct language_scratch *s, struct str text,
	       double confident)
{
	struct language_guess guess = {.spans = s->spans};
	struct str laugh = {0};
	bool changes = false;

	text_words_read(&s->text, text);
	if (s->text.word_count == 0 || laughter_remove(&s->text, &laugh))
		return guess_without_words(s, text, laugh);
	enum script script = main_script(&s->text);
	guess.script = script_name(script);
	if (m->first[script] == MODEL_NONE) {
		struct str code = language_of_script(script);
		if (script == SCRIPT_HEBREW && is_yiddish(&s->text))
			code = STR("yi");
		only_candidate(s, &guess, code, SCRIPT_SURE);
	} else {
		look(m, s, script);
		changes = find_course(m, s, script); /* before a second look at the same words */
		choose_candidates(m, s, script, &guess);
		join_chinese(s, &guess);
	}
	for (size_t i = 0; i < guess.candidate_count; i++)
		s->candidates[i].confidence = round(s->candidates[i].confidence * DIGITS) / DIGITS;
	guess.candidates = s->candidates;
	guess.code = s->candidates[0].code;
	guess.confidence = s->candidates[0].confidence;
	find_spans(m, s, script, changes, &guess);
	guess.reliable = guess.confidence >= RELIABLE;
	if (guess.confidence < confident)
		guess.code = (struct str){0};
	return guess;
}
