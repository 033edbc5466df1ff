/*
 * guess_text -- lines of text on stdin, of each its code, confidence, script, candidates and spans,
 * apart by tabs, on stdout, without a runtime.
 *
 *   guess_text MODEL
 *
 * For the tests and scores of detect-lang alone.
 */
#include "../stages/detect-lang/language_guess.h"
#include "text/utf8.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void
print_guess(const struct language_guess *g)
{
	printf("%.*s\t%.4f\t%.*s\t", STR_ARG(g->code), g->confidence, STR_ARG(g->script));
	for (size_t i = 0; i < g->candidate_count; i++)
		printf("%s%.*s:%.3f", i > 0 ? " " : "", STR_ARG(g->candidates[i].code),
		       g->candidates[i].confidence);
	putchar('\t');
	for (size_t i = 0; i < g->span_count; i++)
		printf("%s%d-%d:%.*s", i > 0 ? " " : "", (int)g->spans[i].start,
		       (int)g->spans[i].end, STR_ARG(g->spans[i].code));
	printf("\t%d\n", g->reliable);
}

int
main(int argc, char **argv)
{
	struct stat about;
	struct err err;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0 || fstat(fd, &about) != 0)
		return 2;
	void *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return 1;
	struct language_model *model =
		language_model_open((struct str){bytes, (size_t)about.st_size}, &err);
	if (model == NULL) {
		fprintf(stderr, "guess_text: %s\n", err.text);
		return 1;
	}
	struct language_scratch *scratch = language_scratch_new();
	while ((len = getline(&line, &room, stdin)) > 0) {
		struct str text = {line, (size_t)len - (line[len - 1] == '\n')};
		if (!utf8_valid(text))
			continue;
		struct language_guess g = language_guess(model, scratch, text, 0);
		print_guess(&g);
	}
	free(line);
	language_scratch_free(scratch);
	language_model_free(model);
	return 0;
}
