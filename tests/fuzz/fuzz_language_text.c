/* links: stages/detect-lang */
/* fuzz_language_text.c -- any text under a small model: words, laughter, spans that lie in it. */
#include "../../stages/detect-lang/language_guess.h"
#include "../stages/detect-lang/small_model.h"
#include "text/utf8.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf bytes;
	static struct language_model *model;
	static struct language_scratch *scratch;
	struct buf text = {0};
	struct err err;

	if (model == NULL) {
		small_model_make(&bytes);
		model = language_model_open(buf_str(&bytes), &err);
		scratch = language_scratch_new();
	}
	(void)utf8_repair(&text, (struct str){(const char *)data, size});
	struct language_guess g = language_guess(model, scratch, buf_str(&text), 0);
	int32_t after = 0, length = (int32_t)utf8_length(buf_str(&text));
	for (size_t i = 0; i < g.span_count; i++) {
		if (g.spans[i].start < after || g.spans[i].end <= g.spans[i].start ||
		    g.spans[i].end > length)
			abort();
		after = g.spans[i].end;
	}
	if (!(g.confidence >= 0 && g.confidence <= 1.0001) || g.candidate_count < 1)
		abort();
	buf_free(&text);
	return 0;
}
