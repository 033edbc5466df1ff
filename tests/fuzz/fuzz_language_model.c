/* links: stages/detect-lang */
/* fuzz_language_model.c -- any bytes as a model; what is accepted must guess. */
#include "../../stages/detect-lang/language_guess.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct language_scratch *scratch;
	struct err err;
	char *own = mem_copy(data, size);
	struct language_model *model = language_model_open((struct str){own, size}, &err);

	if (scratch == NULL)
		scratch = language_scratch_new();
	if (model != NULL) {
		struct language_guess g = language_guess(
			model, scratch, STR("Some words, and слова, and more words then"), 0.5);
		if (g.candidate_count < 1 || g.candidate_count > 3)
			abort();
	}
	language_model_free(model);
	free(own);
	return 0;
}
