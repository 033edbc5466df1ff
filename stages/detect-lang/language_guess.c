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
#include <math.h>

#define CANDIDATES      3
#define RANKED          8 /* classes that are put in order */
#define WORTH_RANKING   1e-6f
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

struct language_scratch {
	struct text_words text;
	uint64_t features[TEXT_FEATURES];
	uint32_t slots[TEXT_FEATURES];
	int32_t sums[SPAN_WORDS][CLASSIFIER_DIM]; /* of each word that was looked at */
	uint16_t found[SPAN_WORDS];               /* its features that are known */
	uint16_t words[SPAN_WORDS];               /* which one of the text it is */
	size_t looked_at;
	float p[CLASSIFIER_CLASSES];
	float columns[CONTENDERS][CLASSIFIER_DIM + 1];
	uint8_t came_from[SPAN_WORDS][CONTENDERS];
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
	enum script best = SCRIPT_OTHER;

	for (int i = SCRIPT_LATIN; i < SCRIPT_COUNT; i++) {
		if (text->by_script[i] > text->by_script[best])
			best = (enum script)i;
	}
	/* Japanese may have more Han than kana, Chinese has no kana */
	if (best == SCRIPT_HAN && text->by_script[SCRIPT_KANA] * 8 >= text->by_script[SCRIPT_HAN])
		return SCRIPT_KANA;
	return best;
}

/* Finds the features of the words of a script: of those that are kept apart for spans, how many
 * each has; the rest together. How many features there are; they stay, for a second look. */
static size_t
find_words(const struct classifier *c, struct language_scratch *s, enum script script,
	   size_t *found)
{
	uint64_t before = 0;
	size_t features = 0;

	*found = 0;
	s->looked_at = 0;
	for (size_t i = 0; i < s->text.word_count; i++) {
		if (s->text.words[i].script != script)
			continue;
		size_t n = text_word_features(&s->text, i, &before, s->features + features);
		size_t known = classifier_find(c, s->features + features, n, s->slots + *found);
		features += n;
		*found += known;
		if (s->looked_at < SPAN_WORDS) {
			s->found[s->looked_at] = (uint16_t)known;
			s->words[s->looked_at++] = (uint16_t)i;
		}
	}
	return features;
}

static void
add_up(int32_t *total, const int32_t *sum, size_t dim)
{
	for (size_t d = 0; d < dim; d += 8) {
		for (size_t k = 0; k < 8; k++)
			total[d + k] += sum[d + k];
	}
}

/* Asks a part about the words of its script: probabilities of its classes, and each word's sum. */
static size_t
look(const struct model_part *part, struct language_scratch *s, enum script script, float *p)
{
	const struct classifier *c = &part->classifier;
	int32_t total[CLASSIFIER_DIM] = {0}, rest[CLASSIFIER_DIM];
	size_t found, summed = 0, features = find_words(c, s, script, &found);

	for (size_t i = 0; i < s->looked_at; i++) {
		classifier_sum(c, s->slots + summed, s->found[i], s->sums[i]);
		add_up(total, s->sums[i], c->dim);
		summed += s->found[i];
	}
	if (summed < found) {
		classifier_sum(c, s->slots + summed, found - summed, rest);
		add_up(total, rest, c->dim);
	}
	classifier_scores(c, total, found, p);
	classifier_probabilities(p, c->classes);
	return features;
}

static size_t
best_class(const float *p, size_t classes)
{
	size_t best = 0;

	for (size_t k = 1; k < classes; k++)
		best = p[k] > p[best] ? k : best;
	return best;
}

/* The second look shares out anew what the first gave to the look-alikes together. */
static void
look_again(const struct language_model *m, struct language_scratch *s,
	   const struct model_part *first, uint8_t at, size_t features, float *p)
{
	const struct model_part *second = &m->parts[at];
	const struct classifier *c = &second->classifier;
	size_t place[CLASSIFIER_CLASSES];
	float again[CLASSIFIER_CLASSES], together = 0;
	int32_t sum[CLASSIFIER_DIM];

	for (size_t i = 0; i < c->classes; i++) {
		place[i] = CLASSIFIER_CLASSES;
		for (size_t k = 0; k < first->classifier.classes; k++) {
			if (first->labels[k] == second->labels[i]) {
				place[i] = k;
				together += p[k];
				break;
			}
		}
	}
	size_t n = classifier_find(c, s->features, features, s->slots);
	classifier_sum(c, s->slots, n, sum);
	classifier_scores(c, sum, n, again);
	classifier_probabilities(again, c->classes);
	for (size_t i = 0; i < c->classes; i++) {
		if (place[i] < CLASSIFIER_CLASSES)
			p[place[i]] = together * again[i];
	}
}

/* The likeliest classes, best first; how many. */
static size_t
choose_best(const float *p, size_t classes, size_t best[RANKED])
{
	size_t count = 0;

	for (size_t k = 0; k < classes; k++) {
		if (p[k] < WORTH_RANKING && count >= CANDIDATES)
			continue;
		if (count == RANKED && p[k] <= p[best[RANKED - 1]])
			continue;
		size_t at = count < RANKED ? count++ : RANKED - 1;
		for (; at > 0 && p[best[at - 1]] < p[k]; at--)
			best[at] = best[at - 1];
		best[at] = k;
	}
	return count;
}

static void
choose_candidates(const struct language_model *m, struct language_scratch *s,
		  const struct model_part *part, const float *p, struct language_guess *guess)
{
	size_t best[RANKED], count = choose_best(p, part->classifier.classes, best);

	guess->candidate_count = count < CANDIDATES ? count : CANDIDATES;
	for (size_t i = 0; i < guess->candidate_count; i++)
		s->candidates[i] = (struct language_candidate){m->labels[part->labels[best[i]]],
							       (double)p[best[i]]};
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
choose_contenders(const struct language_model *m, const struct model_part *part, enum script script,
		  const float *p, size_t contenders[CONTENDERS])
{
	const uint8_t *groups = m->second[script];
	size_t best[RANKED], ranked = choose_best(p, part->classifier.classes, best), count = 0;

	for (size_t i = 0; i < ranked && count < CONTENDERS && p[best[i]] >= CONTENDER_LEAST; i++) {
		uint8_t group = groups[part->labels[best[i]]];
		size_t k = 0;
		while (k < count &&
		       (group == MODEL_NONE || groups[part->labels[contenders[k]]] != group))
			k++;
		if (k == count)
			contenders[count++] = best[i];
	}
	return count;
}

/* How far behind the best contender each of them is by one word's evidence. */
static void
weigh_word(const struct classifier *c, const struct language_scratch *s, size_t word, size_t count,
	   float *says)
{
	float top = 0;

	for (size_t k = 0; k < count; k++) {
		says[k] = classifier_score(c, s->sums[word], s->found[word], s->columns[k]);
		top = k == 0 || says[k] > top ? says[k] : top;
	}
	for (size_t k = 0; k < count; k++)
		says[k] = says[k] - top > WORD_AGAINST ? says[k] - top : WORD_AGAINST;
}

/* The likeliest course through the words, where each change of the language has its cost (Viterbi):
 * for each word that was looked at its contender. Whether there was a change. */
static bool
follow_words(const struct classifier *c, struct language_scratch *s, const size_t *contenders,
	     size_t count, uint8_t *course)
{
	float cost[CONTENDERS] = {0}, says[CONTENDERS];
	size_t n = s->looked_at, best = 0;
	bool changes = false;

	for (size_t k = 0; k < count; k++)
		classifier_column(c, contenders[k], s->columns[k]);
	for (size_t i = 0; i < n; i++) {
		weigh_word(c, s, i, count, says);
		best = best_class(cost, count);
		float after_change = cost[best] - SWITCH_COSTS;
		for (size_t k = 0; k < count; k++) {
			bool stays = i == 0 || cost[k] >= after_change;
			s->came_from[i][k] = (uint8_t)(stays ? k : best);
			cost[k] = (stays ? cost[k] : after_change) + says[k];
		}
	}
	best = best_class(cost, count);
	for (size_t i = n; i-- > 0;) {
		course[i] = (uint8_t)best;
		changes |= s->came_from[i][best] != best;
		best = s->came_from[i][best];
	}
	return changes;
}

/* The languages of the main script's words, into their codes. */
static bool
tell_words_apart(const struct language_model *m, struct language_scratch *s,
		 const struct model_part *part, enum script script, struct str code)
{
	size_t contenders[CONTENDERS];
	uint8_t course[SPAN_WORDS];

	if (s->looked_at < 2 || script == SCRIPT_HAN)
		return false;
	size_t count = choose_contenders(m, part, script, s->p, contenders);
	if (count < 2 || !follow_words(&part->classifier, s, contenders, count, course))
		return false;
	for (size_t i = 0; i < s->looked_at; i++) {
		if (s->words[i] < SPAN_WORDS)
			s->codes[s->words[i]] =
				course[i] == 0 ? code
					       : m->labels[part->labels[contenders[course[i]]]];
	}
	return true;
}

/* What is written in another script than most of the text: its language as if it stood alone. */
static struct str
language_aside(const struct language_model *m, struct language_scratch *s, enum script script)
{
	if (m->first[script] == MODEL_NONE)
		return language_of_script(script);
	const struct model_part *part = &m->parts[m->first[script]];
	float p[CLASSIFIER_CLASSES];
	(void)look(part, s, script, p);
	return m->labels[part->labels[best_class(p, part->classifier.classes)]];
}

static bool
belongs_to(enum script script, enum script main)
{
	return script == main || (script == SCRIPT_HAN && main == SCRIPT_KANA) ||
	       (script == SCRIPT_HAN && main == SCRIPT_HANGUL);
}

/* Words in other scripts, into their codes; a letter alone is a sign, no language. */
static bool
tell_scripts_apart(const struct language_model *m, struct language_scratch *s, enum script main)
{
	size_t words = s->text.word_count < SPAN_WORDS ? s->text.word_count : SPAN_WORDS;
	bool found = false;

	for (int script = SCRIPT_LATIN; script < SCRIPT_COUNT; script++) {
		if (s->text.by_script[script] < 2 || belongs_to((enum script)script, main))
			continue;
		struct str code = language_aside(m, s, (enum script)script);
		for (size_t i = 0; i < words; i++) {
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
	size_t words = s->text.word_count < SPAN_WORDS ? s->text.word_count : SPAN_WORDS, n = 0;

	for (size_t i = 0; i < words; i++) {
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

static void
find_spans(const struct language_model *m, struct language_scratch *s, enum script script,
	   struct language_guess *guess)
{
	size_t words = s->text.word_count < SPAN_WORDS ? s->text.word_count : SPAN_WORDS;
	struct str code = s->candidates[0].code;
	bool mixed = false, scripts = false;

	for (size_t i = 0; i < words; i++)
		scripts |= !belongs_to(s->text.words[i].script, script);
	for (size_t i = 0; i < words; i++)
		s->codes[i] = belongs_to(s->text.words[i].script, script) ? code : (struct str){0};
	if (m->first[script] != MODEL_NONE)
		mixed = tell_words_apart(m, s, &m->parts[m->first[script]], script, code);
	if (scripts)
		mixed |= tell_scripts_apart(m, s, script);
	if (mixed)
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
		const struct model_part *first = &m->parts[m->first[script]];
		float p[CLASSIFIER_CLASSES];
		size_t features = look(first, s, script, s->p);
		uint8_t second =
			m->second[script]
				 [first->labels[best_class(s->p, first->classifier.classes)]];
		memcpy(p, s->p, sizeof(p));
		if (second != MODEL_NONE)
			look_again(m, s, first, second, features, p);
		choose_candidates(m, s, first, p, &guess);
		join_chinese(s, &guess);
	}
	for (size_t i = 0; i < guess.candidate_count; i++)
		s->candidates[i].confidence = round(s->candidates[i].confidence * DIGITS) / DIGITS;
	guess.candidates = s->candidates;
	guess.code = s->candidates[0].code;
	guess.confidence = s->candidates[0].confidence;
	find_spans(m, s, script, &guess);
	guess.reliable = guess.confidence >= RELIABLE;
	if (guess.confidence < confident)
		guess.code = (struct str){0};
	return guess;
}
