#include "sampler.h"

#include "base/buf.h"
#include "base/mem.h"
#include <math.h>

#define HELD_BACK_EVERY 40  /* lines: one of so many is kept from training, for calibration */
#define WORDS_LEAST     300 /* in a list that is drawn from */

/* Cumulative weights, to draw an index by a number. */
struct lottery {
	double *upto;
	size_t count;
};
struct class_draw {
	const struct pool *pool;
	double by_source[SOURCE_COUNT]; /* cumulative, the last is 1 */
	struct lottery words, rare_words;
};
struct sampler {
	const struct lesson *lesson;
	struct lottery classes;
	struct class_draw *draws;
	struct text_words text;
	struct buf made;
	uint64_t state;
	bool held_back;
};

static uint64_t
draw_bits(struct sampler *s) /* SplitMix64 */
{
	uint64_t z = s->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

double
sampler_uniform(struct sampler *s)
{
	return (double)(draw_bits(s) >> 11) / 9007199254740992.0;
}

static size_t
draw_below(struct sampler *s, size_t bound)
{
	return (size_t)(sampler_uniform(s) * (double)bound);
}

static void
lottery_fill(struct lottery *l, size_t count, const double *weights, double power)
{
	double sum = 0;

	l->upto = mem_zero(count + 1, sizeof(*l->upto));
	l->count = count;
	for (size_t i = 0; i < count; i++)
		l->upto[i] = sum += pow(weights[i], power);
}

static size_t
lottery_draw(struct sampler *s, const struct lottery *l)
{
	double at = sampler_uniform(s) * l->upto[l->count - 1];
	size_t low = 0, high = l->count - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (l->upto[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Sources that every label of the lesson has, where it tells look-alikes apart: the news of one
 * against the talk of another would teach the difference between news and talk. */
static void
weigh_sources(struct sampler *s, size_t class, const struct pools *pools)
{
	static const double most[SOURCE_COUNT] = {
		[SOURCE_SPEECH] = 1,   [SOURCE_SUBTITLES] = 1,  [SOURCE_NEWS] = 0.6,
		[SOURCE_TWEETS] = 0.7, [SOURCE_DOUBTFUL] = 0.4, [SOURCE_WORDS] = 0};
	const struct lesson *lesson = s->lesson;
	struct class_draw *d = &s->draws[class];
	double weight[SOURCE_COUNT] = {0}, sum = 0;

	for (int source = 0; source < SOURCE_COUNT; source++) {
		size_t fewest = d->pool->lines[source].count;
		for (size_t i = 0; lesson->alike && i < lesson->classes; i++) {
			const struct pool *other =
				&pools->by_script[lesson->script][lesson->labels[i]];
			if (other->lines[source].count < fewest)
				fewest = other->lines[source].count;
		}
		if (fewest < 2 * HELD_BACK_EVERY)
			fewest = 0;
		weight[source] = most[source] * sqrt((double)fewest);
		sum += weight[source];
	}
	if (sum == 0) { /* too few of all: what there is */
		for (int source = 0; source < SOURCE_COUNT; source++)
			sum += weight[source] = (double)d->pool->lines[source].count;
	}
	if (d->pool->words.length >= WORDS_LEAST || sum == 0) {
		weight[SOURCE_WORDS] = sum > 0 ? sum * (lesson->alike ? 0.4 : 0.6) : 1;
		sum += weight[SOURCE_WORDS];
	}
	double upto = 0;
	for (int source = 0; source < SOURCE_COUNT; source++)
		d->by_source[source] = upto += weight[source] / sum;
}

struct sampler *
sampler_new(const struct pools *pools, const struct lesson *lesson, uint64_t seed, bool held_back)
{
	struct sampler *s = mem_zero(1, sizeof(*s));

	s->lesson = lesson;
	s->state = seed;
	s->held_back = held_back;
	s->draws = mem_zero(lesson->classes, sizeof(*s->draws));
	lottery_fill(&s->classes, lesson->classes, lesson->weight, 1);
	for (size_t i = 0; i < lesson->classes; i++) {
		const struct pool *pool = &pools->by_script[lesson->script][lesson->labels[i]];
		s->draws[i].pool = pool;
		weigh_sources(s, i, pools);
		lottery_fill(&s->draws[i].words, pool->words.length, pool->words.count, 0.9);
		lottery_fill(&s->draws[i].rare_words, pool->words.length, pool->words.count, 0.45);
	}
	return s;
}

void
sampler_free(struct sampler *s)
{
	for (size_t i = 0; i < s->lesson->classes; i++) {
		free(s->draws[i].words.upto);
		free(s->draws[i].rare_words.upto);
	}
	free(s->classes.upto);
	free(s->draws);
	buf_free(&s->made);
	free(s);
}

static struct str
draw_words(struct sampler *s, const struct class_draw *d)
{
	double u = sampler_uniform(s);
	size_t count = u < 0.45 ? 1 : u < 0.75 ? 2 : u < 0.88 ? 3 : 4 + draw_below(s, 4);
	const struct lottery *l = sampler_uniform(s) < 0.5 ? &d->words : &d->rare_words;

	buf_clear(&s->made);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_byte(&s->made, ' ');
		buf_add(&s->made, d->pool->words.at[lottery_draw(s, l)]);
	}
	return buf_str(&s->made);
}

static struct str
draw_line(struct sampler *s, const struct pool_lines *lines)
{
	size_t blocks = lines->count / HELD_BACK_EVERY, i;

	if (blocks < 2)
		i = draw_below(s, lines->count);
	else if (s->held_back)
		i = draw_below(s, blocks) * HELD_BACK_EVERY;
	else
		i = draw_below(s, blocks) * HELD_BACK_EVERY + 1 +
		    draw_below(s, HELD_BACK_EVERY - 1);
	return lines->at[i];
}

/* Whole lines are a part only: what is short must be learned from what is short. */
static void
draw_piece(struct sampler *s, size_t *from, size_t *to)
{
	size_t count = s->text.word_count, length;
	double u = sampler_uniform(s);

	*from = 0;
	*to = count;
	if (u < (s->lesson->alike ? 0.45 : 0.25) && count <= 20)
		return;
	if (u < 0.6)
		length = 1 + draw_below(s, 3);
	else
		length = 1 + draw_below(s, count < 14 ? count : 14);
	if (length >= count)
		return;
	*from = draw_below(s, count - length + 1);
	*to = *from + length;
}

const struct text_words *
sampler_next(struct sampler *s, size_t *from, size_t *to, size_t *class)
{
	for (;;) {
		*class = lottery_draw(s, &s->classes);
		const struct class_draw *d = &s->draws[*class];
		double u = sampler_uniform(s);
		int source = 0;
		while (source < SOURCE_WORDS && u >= d->by_source[source])
			source++;
		struct str text = source == SOURCE_WORDS ? draw_words(s, d)
							 : draw_line(s, &d->pool->lines[source]);
		text_words_read(&s->text, text);
		if (s->text.word_count == 0)
			continue;
		*from = 0;
		*to = s->text.word_count;
		if (source != SOURCE_WORDS)
			draw_piece(s, from, to);
		return &s->text;
	}
}
