/* words-beside-icu FILE MODEL [ROUNDS] -- CPU seconds to cut the lines of a file (its texts), in
 * rounds that are interleaved, their medians: by the analyser with a segmenter's model, as the
 * stage runs it, with kinds, norms and all; by ICU's word iterator, for the tokens' places in code
 * points and their status, the least that a stage would need of it; by the same for nothing but
 * where words begin, in UTF-16. Each reads UTF-8 that nobody has checked. Prints "OURS ICU BARE
 * BYTES TOKENS". */
#include "base/buf.h"
#include "base/mem.h"
#include "language/analyser.h"
#include "language/segmenter.h"
#include <stdio.h>
#include <time.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>

#define ROUNDS_MOST 99

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static size_t
cut_by_analyser(struct analyser *analyser, struct str all)
{
	struct analyser_input input = {0};
	const struct token *tokens;
	size_t total = 0, count;
	struct err err;

	while (all.len > 0) {
		input.text = str_cut(&all, '\n');
		if (analyser_run(analyser, &input, &tokens, &count, &err) == 0)
			total += count;
	}
	return total;
}

struct icu_token {
	int32_t start, end, status;
};

static size_t
cut_by_icu(UBreakIterator *words, UChar *units, int32_t room, struct str all,
	   struct icu_token *tokens)
{
	size_t total = 0;

	while (all.len > 0) {
		struct str line = str_cut(&all, '\n');
		UErrorCode status = U_ZERO_ERROR;
		int32_t size, at = 0, next, point = 0;
		(void)u_strFromUTF8(units, room, &size, line.ptr, (int32_t)line.len, &status);
		ubrk_setText(words, units, size, &status);
		for (size_t n = 0; U_SUCCESS(status) && (next = ubrk_next(words)) != UBRK_DONE;
		     at = next) {
			total++;
			if (tokens == NULL)
				continue;
			struct icu_token t = {.start = point, .status = ubrk_getRuleStatus(words)};
			point += u_countChar32(units + at, next - at);
			t.end = point;
			if (t.status >= UBRK_WORD_NUMBER || !u_isUWhiteSpace(units[at]))
				tokens[n++] = t;
		}
	}
	return total;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int
read_file(const char *path, struct buf *to)
{
	FILE *f = fopen(path, "rb");
	size_t n = 0;

	if (f == NULL)
		return -1;
	do {
		to->len += n;
		n = fread(buf_room(to, 1 << 20), 1, 1 << 20, f);
	} while (n > 0);
	return ferror(f) | fclose(f);
}

int
main(int argc, char **argv)
{
	size_t rounds = argc > 3 ? strtoul(argv[3], NULL, 10) : 9, tokens = 0;
	double ours[ROUNDS_MOST], icu[ROUNDS_MOST], bare[ROUNDS_MOST], began;
	UErrorCode status = U_ZERO_ERROR;
	UBreakIterator *words = ubrk_open(UBRK_WORD, "en", NULL, 0, &status);
	struct buf all = {0}, model = {0};
	struct segmenter *segmenter;
	struct err err;

	if (argc < 3 || U_FAILURE(status) || rounds == 0 || rounds > ROUNDS_MOST ||
	    read_file(argv[1], &all) != 0 || read_file(argv[2], &model) != 0 ||
	    (segmenter = segmenter_open(buf_str(&model), &err)) == NULL) {
		(void)fputs("usage: words-beside-icu FILE MODEL [ROUNDS]\n", stderr);
		return 2;
	}
	struct analyser *analyser = analyser_new(segmenter, false);
	UChar *units = mem_zero(all.len + 1, sizeof(UChar));
	struct icu_token *icu_tokens = mem_zero(all.len + 1, sizeof(*icu_tokens));
	for (size_t round = 0; round < rounds; round++) {
		began = seconds();
		tokens = cut_by_analyser(analyser, buf_str(&all));
		ours[round] = seconds() - began;
		began = seconds();
		(void)cut_by_icu(words, units, (int32_t)all.len + 1, buf_str(&all), icu_tokens);
		icu[round] = seconds() - began;
		began = seconds();
		(void)cut_by_icu(words, units, (int32_t)all.len + 1, buf_str(&all), NULL);
		bare[round] = seconds() - began;
	}
	qsort(ours, rounds, sizeof(*ours), compare);
	qsort(icu, rounds, sizeof(*icu), compare);
	qsort(bare, rounds, sizeof(*bare), compare);
	printf("%.6f %.6f %.6f %zu %zu\n", ours[rounds / 2], icu[rounds / 2], bare[rounds / 2],
	       all.len, tokens);
	analyser_free(analyser);
	segmenter_close(segmenter);
	buf_free(&model);
	ubrk_close(words);
	free(units);
	free(icu_tokens);
	buf_free(&all);
	return 0;
}
