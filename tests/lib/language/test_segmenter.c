#include "base/buf.h"
#include "base/mem.h"
#include "check.h"
#include "language/segment_words.h"
#include "language/segmenter.h"
#include "text/utf8.h"

/* A model of one language, with 2^8 weights that are all alike, and 2^4 slots for words. */
static void
make_model(struct buf *model, const char *code, char weight)
{
	unsigned char slots[3 << 4] = {0};

	segment_words_add(slots, 4, (const uint32_t[]){'a', 'b'}, 2, 9);
	buf_clear(model);
	buf_add(model, STR("chatmill segmenter 1\nlearned from nothing\n\n"));
	buf_add(model, str_of(code));
	buf_add(model, STR("\x08\0\0\0\0"));
	for (int i = 0; i < 256; i++)
		buf_add_byte(model, weight);
	buf_add_byte(model, 4);
	buf_add(model, (struct str){(const char *)slots, sizeof(slots)});
}

static void
a_model_cut_anywhere_is_refused(void **state)
{
	struct buf model = {0};
	struct segmenter *s;
	struct err err;
	size_t card;

	(void)state;
	make_model(&model, "zh", 1);
	card = str_find(buf_str(&model), STR("\n\n")) + 2;
	for (size_t len = 0; len < model.len; len++) {
		s = segmenter_open(str_head(buf_str(&model), len), &err);
		assert_true((s != NULL) == (len == card)); /* a card alone: it knows no language */
		segmenter_close(s);
	}
	buf_free(&model);
}

static void
weights_decide_and_only_of_the_languages_that_are_there(void **state)
{
	const uint32_t run[4 + 3 + 4] = {[4] = 0x6211, 0x7231, 0x4F60};
	struct buf model = {0};
	struct err err;

	(void)state;
	for (int weight = -1; weight <= 1; weight += 2) {
		bool breaks[3] = {0};
		make_model(&model, "zh", (char)weight);
		struct segmenter *s = segmenter_open(buf_str(&model), &err);
		assert_non_null(s);
		assert_true(segmenter_knows(s, SEGMENTER_CHINESE));
		assert_false(segmenter_knows(s, SEGMENTER_THAI));
		segmenter_cut(s, SEGMENTER_CHINESE, run + 4, 3, breaks);
		assert_int_equal(breaks[1], weight > 0);
		assert_int_equal(breaks[2], weight > 0);
		segmenter_close(s);
	}
	assert_false(segmenter_knows(NULL, SEGMENTER_CHINESE));
	buf_free(&model);
}

static void
words_are_found_wherever_they_stand(void **state)
{
	unsigned char *slots = mem_zero(3 << 10, 1);
	const struct segment_words words = {slots, 10};
	const uint32_t text[] = {'x', 'a', 'b', 'c', 'a', 'b'};
	uint8_t found[6][SEGMENT_WORD_MOST];

	(void)state;
	segment_words_add(slots, 10, (const uint32_t[]){'a', 'b'}, 2, 7);
	segment_words_add(slots, 10, (const uint32_t[]){'b', 'c', 'a'}, 3, 8);
	for (uint32_t c = 1000; c < 1700; c++)
		segment_words_add(slots, 10, &c, 1, 1);
	segment_words_find(&words, text, 6, found);
	for (size_t from = 0; from < 6; from++)
		for (size_t n = 1; n <= SEGMENT_WORD_MOST; n++)
			assert_int_equal(found[from][n - 1], n == 2 && (from == 1 || from == 4) ? 7
							     : n == 3 && from == 2              ? 8
										   : 0);
	free(slots);
}

RUN_TESTS(TEST(a_model_cut_anywhere_is_refused),
	  TEST(weights_decide_and_only_of_the_languages_that_are_there),
	  TEST(words_are_found_wherever_they_stand))
