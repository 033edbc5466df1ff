/*
 * train-segmenter -- trains segmenter.model.
 *
 *   train-segmenter MODEL CARD LANGUAGE:BITS:CORPUS[:WORDS]...
 *
 * A corpus has a text a line, its words with a tab between (for vi, where a tab stands for a space
 * in the text; elsewhere for nothing, and white space is a word of its own). CARD is the text that
 * goes to the model's front. Logistic regression by AdaGrad over hashed features, of which those
 * seen once are left out; the weights are rounded to a byte. The same corpora give the same file.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "language/analyser.h"
#include "language/script_runs.h"
#include "language/segment_features.h"
#include "language/syllables.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include <math.h>
#include <stdio.h>

#define EPOCHS      6
#define RATE        0.1f
#define SHRINK      1e-7f /* of weights, at each step: what is not needed, fades */
#define SEEN_LEAST  2
#define LINE_POINTS 16384

struct example {
	bool breaks;
	uint8_t count;
	uint32_t features[SEGMENT_FEATURES_MOST];
};
struct examples {
	struct example *at;
	size_t count, room;
};

static struct example *
add_example(struct examples *all, bool breaks)
{
	MEM_GROW(all->at, all->count, all->room);
	all->at[all->count] = (struct example){.breaks = breaks};
	return &all->at[all->count++];
}

/* Places within a run of scripts without spaces, where a word may begin or not. */
static void
learn_run(struct examples *all, const struct segment_words *words, const uint32_t *points,
	  const bool *begins, size_t count)
{
	static uint8_t found[LINE_POINTS][SEGMENT_WORD_MOST];

	segment_words_find(words, points, count, found);
	for (size_t i = 1; i < count; i++) {
		if (unicode_of(points[i])->grapheme == GRAPHEME_EXTEND)
			continue;
		struct example *e = add_example(all, begins[i]);
		size_t n = segment_features_of_points(points + i, e->features);
		if (words->slots != NULL)
			n = segment_features_of_words((const uint8_t(*)[SEGMENT_WORD_MOST])found, i,
						      e->features, n);
		e->count = (uint8_t)n;
	}
}

static void
learn_points(struct examples *all, const struct segment_words *words, struct str line)
{
	static uint32_t points[LINE_POINTS + 2 * SEGMENTER_CONTEXT];
	static bool begins[LINE_POINTS + 2 * SEGMENTER_CONTEXT];
	size_t n = SEGMENTER_CONTEXT;

	memset(points, 0, sizeof(points));
	for (bool first = true; line.len > 0 && n < LINE_POINTS;) {
		uint32_t c = utf8_next(&line);
		if (c != '\t') {
			begins[n] = first;
			points[n++] = c;
		}
		first = c == '\t';
	}
	memset(points + n, 0, SEGMENTER_CONTEXT * sizeof(*points));
	for (size_t i = SEGMENTER_CONTEXT, end; i < n; i = end + 1) {
		for (end = i; end < n && script_is_unspaced(unicode_of(points[end]), points[end]);
		     end++)
			;
		learn_run(all, words, points + i, begins + i, end - i);
	}
}

/* Places between two words of the analyser, of which a word of the corpus may have several. */
static void
learn_syllables(struct examples *all, struct analyser *analyser, const struct segment_words *words,
		struct str line)
{
	static struct segmenter_syllable syllables[LINE_POINTS + 6];
	static uint32_t hashes[LINE_POINTS];
	static uint8_t found[LINE_POINTS][SEGMENT_WORD_MOST];
	struct buf text = {0};
	const struct token *tokens;
	size_t count, byte = 0;
	int32_t point = 0;
	bool *breaks = mem_zero(line.len + 1, 1);
	struct err err;

	for (size_t i = 0; i < line.len; i++) {
		breaks[text.len] = i == 0 || line.ptr[i - 1] == '\t';
		buf_add_byte(&text, line.ptr[i] == '\t' ? ' ' : line.ptr[i]);
	}
	memset(syllables, 0, sizeof(syllables));
	const struct analyser_input input = {buf_str(&text), .language = STR("vi")};
	if (analyser_run(analyser, &input, &tokens, &count, &err) != 0 || count > LINE_POINTS)
		goto end;
	for (int pass = 0; pass < 2; pass++, byte = 0, point = 0) {
		for (size_t i = 0; i < count; i++) {
			for (; point < tokens[i].start; point++)
				byte += utf8_size((unsigned char)text.ptr[byte]);
			size_t begin = byte;
			for (; point < tokens[i].end; point++)
				byte += utf8_size((unsigned char)text.ptr[byte]);
			if (pass == 0) {
				syllables[3 + i] =
					syllable_of((struct str){text.ptr + begin, byte - begin},
						    tokens[i].norm);
				if (tokens[i].kind != TOKEN_WORD)
					syllables[3 + i].shape = 0;
				hashes[i] = syllables[3 + i].hash;
			} else if (i > 0 && tokens[i].kind == TOKEN_WORD &&
				   tokens[i - 1].kind == TOKEN_WORD &&
				   tokens[i].start == tokens[i - 1].end + 1) {
				struct example *e = add_example(all, breaks[begin]);
				size_t n = segment_features_of_syllables(syllables + 3 + i,
									 e->features);
				if (words->slots != NULL)
					n = segment_features_of_words(
						(const uint8_t(*)[SEGMENT_WORD_MOST])found, i,
						e->features, n);
				e->count = (uint8_t)n;
			}
		}
		if (pass == 0)
			segment_words_find(words, hashes, count, found);
	}
end:
	buf_free(&text);
	free(breaks);
}

static int
read_corpus(struct examples *all, const struct segment_words *words, const char *path,
	    bool syllables)
{
	FILE *f = fopen(path, "r");
	struct analyser *analyser = analyser_new(NULL, false);
	char *line = NULL;
	size_t room = 0;

	if (f == NULL)
		return -1;
	for (ssize_t len; (len = getline(&line, &room, f)) > 0;) {
		struct str text = {line, (size_t)len - (line[len - 1] == '\n')};
		if (!utf8_valid(text))
			continue;
		if (syllables)
			learn_syllables(all, analyser, words, text);
		else
			learn_points(all, words, text);
	}
	free(line);
	analyser_free(analyser);
	return fclose(f);
}

/* Leaves out features that were seen less than SEEN_LEAST times, by counts in a table of 2^26. */
static void
drop_rare(struct examples *all)
{
	uint8_t *seen = mem_zero((size_t)1 << 26, 1);

	for (size_t i = 0; i < all->count; i++)
		for (size_t k = 0; k < all->at[i].count; k++) {
			uint8_t *n = &seen[all->at[i].features[k] >> 6];
			*n = *n < 255 ? (uint8_t)(*n + 1) : 255;
		}
	for (size_t i = 0; i < all->count; i++) {
		struct example *e = &all->at[i];
		size_t kept = 0;
		for (size_t k = 0; k < e->count; k++)
			if (seen[e->features[k] >> 6] >= SEEN_LEAST)
				e->features[kept++] = e->features[k];
		e->count = (uint8_t)kept;
	}
	free(seen);
}

static void
shuffle(struct examples *all, uint64_t seed)
{
	for (size_t i = all->count; i > 1; i--) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		size_t j = (size_t)((seed >> 32) * i >> 32);
		struct example e = all->at[i - 1];
		all->at[i - 1] = all->at[j];
		all->at[j] = e;
	}
}

struct learner {
	float *weight, *square; /* of each slot, and its sum of squared steps */
	float bias, bias_square;
	unsigned shift;
};

static void
step(float *weight, float *square, float gradient)
{
	*square += gradient * gradient;
	*weight = *weight * (1 - SHRINK) - RATE * gradient / sqrtf(*square + 1e-6f);
}

static bool
learn(struct learner *l, const struct example *e)
{
	float sum = l->bias;

	for (size_t k = 0; k < e->count; k++)
		sum += l->weight[e->features[k] >> l->shift];
	float gradient = 1 / (1 + expf(-sum)) - (e->breaks ? 1.0f : 0.0f);
	step(&l->bias, &l->bias_square, gradient);
	for (size_t k = 0; k < e->count; k++)
		step(&l->weight[e->features[k] >> l->shift], &l->square[e->features[k] >> l->shift],
		     gradient);
	return (sum > 0) == e->breaks;
}

static void
write_weights(const struct learner *l, size_t size, const char *code, unsigned bits,
	      struct buf *model)
{
	float most = 1e-6f;

	for (size_t i = 0; i < size; i++)
		most = fmaxf(most, fabsf(l->weight[i]));
	float scale = 127 / most;
	int32_t bias = (int32_t)lrintf(l->bias * scale);
	buf_add(model, (struct str){code, 2});
	buf_add_byte(model, (char)bits);
	for (unsigned i = 0; i < 32; i += 8)
		buf_add_byte(model, (char)((uint32_t)bias >> i & 0xFF));
	for (size_t i = 0; i < size; i++)
		buf_add_byte(model, (char)lrintf(l->weight[i] * scale));
}

/* A word's characters or, in Vietnamese, its syllables' hashes; 0: there are too many. */
static size_t
points_of(struct str word, bool syllables, uint32_t points[static SEGMENT_WORD_MOST])
{
	size_t n = 0;

	if (!utf8_valid(word))
		return 0;
	while (word.len > 0 && n < SEGMENT_WORD_MOST)
		points[n++] = syllables ? syllable_of(str_cut(&word, ' '), (struct str){0}).hash
					: utf8_next(&word);
	return word.len == 0 ? n : 0;
}

/* A list of words, "word<tab>class" a line, as slots of which at most three quarters are taken. */
static int
read_words(struct segment_words *words, const char *path, bool syllables)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0, count = 0;

	if (f == NULL)
		return -1;
	while (getline(&line, &room, f) > 0)
		count++;
	for (words->bits = 8; ((size_t)3 << words->bits) / 4 < count; words->bits++)
		;
	unsigned char *slots = mem_zero((size_t)3 << words->bits, 1);
	rewind(f);
	for (ssize_t len; (len = getline(&line, &room, f)) > 0;) {
		struct str class = {line, (size_t)len - (line[len - 1] == '\n')},
			   word = str_cut(&class, '\t');
		uint32_t points[SEGMENT_WORD_MOST];
		uint64_t number;
		size_t n = points_of(word, syllables, points);
		if (n > 0 && str_to_u64(class, &number) && number > 0 && number < 256)
			segment_words_add(slots, words->bits, points, n, (uint8_t)number);
	}
	words->slots = slots;
	free(line);
	return fclose(f);
}

static int
train(char *what, struct buf *model)
{
	char code[3] = {what[0], what[1], 0};
	char *path;
	unsigned bits = (unsigned)strtoul(what + 3, &path, 10);
	char *list = *path == ':' ? strchr(path + 1, ':') : NULL;
	struct examples all = {0};
	struct segment_words words = {0};
	bool syllables = strcmp(code, "vi") == 0;

	if (list != NULL)
		*list++ = '\0';
	if (bits < 8 || bits > 24 || *path != ':' ||
	    (list != NULL && read_words(&words, list, syllables) != 0) ||
	    read_corpus(&all, &words, path + 1, syllables) != 0) {
		perror(what);
		return -1;
	}
	drop_rare(&all);
	size_t size = (size_t)1 << bits;
	struct learner l = {.weight = mem_zero(size, sizeof(float)),
			    .square = mem_zero(size, sizeof(float)),
			    .shift = 32 - bits};
	for (unsigned epoch = 0; epoch < EPOCHS; epoch++) {
		size_t right = 0;
		shuffle(&all, epoch + 1);
		for (size_t i = 0; i < all.count; i++)
			right += learn(&l, &all.at[i]);
		if (epoch + 1 == EPOCHS)
			(void)fprintf(stderr, "%s: %zu of %zu places right while learning\n", code,
				      right, all.count);
	}
	write_weights(&l, size, code, bits, model);
	buf_add_byte(model, (char)words.bits);
	if (words.slots != NULL)
		buf_add(model, (struct str){(const char *)words.slots, (size_t)3 << words.bits});
	free((void *)(uintptr_t)words.slots);
	free(l.weight);
	free(l.square);
	free(all.at);
	return 0;
}

int
main(int argc, char **argv)
{
	struct buf model = {0};
	FILE *f;

	if (argc < 4) {
		(void)fputs("usage: train-segmenter MODEL CARD LANGUAGE:BITS:CORPUS[:WORDS]...\n",
			    stderr);
		return 2;
	}
	buf_add(&model, STR("chatmill segmenter 1\n"));
	f = fopen(argv[2], "r");
	if (f == NULL) {
		perror(argv[2]);
		return 1;
	}
	for (int c; (c = getc(f)) != EOF;)
		buf_add_byte(&model, (char)c);
	(void)fclose(f);
	buf_add_byte(&model, '\n');
	for (int i = 3; i < argc; i++)
		if (train(argv[i], &model) != 0)
			return 1;
	f = fopen(argv[1], "wb");
	if (f == NULL || fwrite(model.ptr, 1, model.len, f) != model.len || fclose(f) != 0) {
		perror(argv[1]);
		return 1;
	}
	buf_free(&model);
	return 0;
}
