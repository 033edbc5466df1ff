/* fuzz_tokens.c -- any bytes as a text, in a language that its first byte chooses, and as a
 * segmenter's model; with a segmenter of a few weights. */
#include "../lib/language/analyser_checks.h"
#include "language/segmenter.h"
#include "text/graphemes.h"
#include "text/word_breaks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Four languages with 2^8 weights each, as good as any for this, the first with words. */
static struct segmenter *
small_segmenter(void)
{
	static const char *const codes[] = {"zh", "ja", "th", "vi"};
	static struct buf model;
	struct err err;

	buf_add(&model, STR("chatmill segmenter 1\n\n"));
	for (size_t n = 0; n < 4; n++) {
		buf_add(&model, str_of(codes[n]));
		buf_add(&model, STR("\x08\0\0\0\0"));
		for (unsigned i = 0; i < 256; i++)
			buf_add_byte(&model, (char)(i * 37 % 256 - 128));
		buf_add_byte(&model, n == 0 ? 8 : 0);
		for (unsigned i = 0; n == 0 && i < 3 << 8; i++)
			buf_add_byte(&model, (char)(i % 3 == 2 ? 7 : i % 5 * 51));
	}
	return segmenter_open(buf_str(&model), &err);
}

static void
check(struct analyser *analyser, const struct analyser_input *input)
{
	const struct token *tokens;
	size_t count;
	struct err err;
	bool valid = utf8_valid(input->text);

	if (analyser_run(analyser, input, &tokens, &count, &err) != 0) {
		if (valid || err.class != ERR_INPUT)
			abort();
		return;
	}
	if (!valid || wrong_with_tokens(input->text, tokens, count) != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct str languages[] = {STR(""),      STR("en"), STR("it"), STR("vi"),
					       STR("ja-JP"), STR("zh"), STR("sv"), STR("x")};
	static struct analyser *with, *without;
	struct str bytes = {(const char *)data, size};
	struct segmenter *other;
	struct err err;

	if (with == NULL) {
		struct segmenter *small = small_segmenter();
		if (small == NULL)
			abort();
		with = analyser_new(small, true);
		without = analyser_new(NULL, false);
	}
	if (size == 0)
		return 0;
	struct analyser_input input = {.text = str_tail(bytes, 1),
				       .language = languages[data[0] % 8],
				       .mentions = &languages[1],
				       .mention_count = 2};
	check(with, &input);
	check(without, &input);
	for (struct str rest = input.text; utf8_valid(input.text) && rest.len > 0;)
		rest = str_tail(rest, grapheme_size(rest));
	if ((other = segmenter_open(bytes, &err)) != NULL)
		segmenter_close(other);
	return 0;
}
