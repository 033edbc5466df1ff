/* token-spans [MODEL] -- for each line "LANGUAGE<tab>TEXT" of its input, where the tokens are: "0-3
 * 4-7 ...". */
#include "base/buf.h"
#include "base/mem.h"
#include "language/analyser.h"
#include "language/segmenter.h"
#include <inttypes.h>
#include <stdio.h>

static int
read_model(const char *path, struct buf *model)
{
	FILE *f = fopen(path, "rb");
	size_t n = 0;

	if (f == NULL)
		return -1;
	do {
		model->len += n;
		n = fread(buf_room(model, 1 << 20), 1, 1 << 20, f);
	} while (n > 0);
	return ferror(f) | fclose(f);
}

int
main(int argc, char **argv)
{
	struct segmenter *segmenter = NULL;
	struct buf model = {0};
	struct err err;
	char *line = NULL;
	size_t room = 0, count;
	const struct token *tokens;

	if (argc > 1 && read_model(argv[1], &model) != 0) {
		perror(argv[1]);
		return 1;
	}
	if (argc > 1 && (segmenter = segmenter_open(buf_str(&model), &err)) == NULL) {
		(void)fprintf(stderr, "token-spans: %s\n", err.text);
		return 1;
	}
	struct analyser *analyser = analyser_new(segmenter, false);
	for (ssize_t len; (len = getline(&line, &room, stdin)) > 0;) {
		struct analyser_input input = {
			.text = {line, (size_t)len - (line[len - 1] == '\n')}};
		input.language = str_cut(&input.text, '\t');
		if (analyser_run(analyser, &input, &tokens, &count, &err) != 0) {
			(void)fprintf(stderr, "token-spans: %s\n", err.text);
			return 1;
		}
		for (size_t i = 0; i < count; i++)
			printf("%s%" PRId32 "-%" PRId32, i == 0 ? "" : " ", tokens[i].start,
			       tokens[i].end);
		putchar('\n');
	}
	free(line);
	analyser_free(analyser);
	segmenter_close(segmenter);
	buf_free(&model);
	return fflush(stdout) == 0 ? 0 : 1;
}
