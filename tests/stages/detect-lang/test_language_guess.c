#include "../../../stages/detect-lang/language_guess.h"
#include "base/buf.h"
#include "check.h"
#include <stdio.h>

/* The installed model, as it is in the tree; tests run at its top. */
static struct buf file;
static struct language_model *model;
static struct language_scratch *scratch;

static int
open_model(void **state)
{
	struct err err;
	FILE *from = fopen("models/langid.model", "rb");
	size_t got;

	(void)state;
	if (from == NULL)
		return -1;
	while ((got = fread(buf_room(&file, 1 << 20), 1, 1 << 20, from)) > 0)
		file.len += got;
	(void)fclose(from);
	model = language_model_open(buf_str(&file), &err);
	scratch = language_scratch_new();
	return model == NULL ? -1 : 0;
}

static int
close_model(void **state)
{
	(void)state;
	language_scratch_free(scratch);
	language_model_free(model);
	buf_free(&file);
	return 0;
}

static struct language_guess
guess(const char *text)
{
	return language_guess(model, scratch, str_of(text), 0);
}

static void
plain_sentences_are_known(void **state)
{
	static const struct {
		const char *text, *code, *script;
	} cases[] = {
		{"Good morning, how did you sleep last night?", "en", "Latn"},
		{"Ich komme heute leider etwas später nach Hause", "de", "Latn"},
		{"¿Dónde nos vemos mañana por la tarde?", "es", "Latn"},
		{"Você vai sair com a gente hoje à noite?", "pt", "Latn"},
		{"Jestem już w domu, zadzwoń do mnie", "pl", "Latn"},
		{"Bugün hava çok güzel, dışarı çıkalım mı?", "tr", "Latn"},
		{"Когда ты сегодня придёшь домой?", "ru", "Cyrl"},
		{"Коли ти сьогодні прийдеш додому?", "uk", "Cyrl"},
		{"متى ستعود إلى البيت اليوم؟", "ar", "Arab"},
		{"امروز کی برمی‌گردی خونه؟", "fa", "Arab"},
		{"तुम आज घर कब आओगे?", "hi", "Deva"},
		{"今日は何時に帰ってくるの？", "ja", "Jpan"},
		{"我们明天在哪里见面？", "zh-Hans", "Hani"},
		{"我們明天在哪裡見面？", "zh-Hant", "Hani"},
		{"오늘 몇 시에 집에 와요?", "ko", "Kore"},
		{"Πότε θα γυρίσεις σπίτι;", "el", "Grek"},
		{"วันนี้กลับบ้านกี่โมง", "th", "Thai"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct language_guess g = guess(cases[i].text);
		assert_str(g.code, cases[i].code);
		assert_str(g.script, cases[i].script);
		assert_true(g.reliable);
		assert_int_equal(g.span_count, 0);
	}
}

static void
nothing_linguistic_is_und(void **state)
{
	static const char *const cases[] = {"",
					    "😂😂👍",
					    "https://example.com/a?b=c",
					    "@ada",
					    "+44 20 7946 0958",
					    "!!! ... ???",
					    "hahahaha",
					    "lol",
					    "12:30"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct language_guess g = guess(cases[i]);
		assert_str(g.code, "und");
		assert_false(g.reliable);
	}
}

static void
some_laugh_in_a_way_of_their_own(void **state)
{
	static const struct {
		const char *text, *code;
	} cases[] = {{"jajajaja", "es"}, {"kkkkk", "pt"}, {"wkwkwk", "id"}, {"5555", "th"},
		     {"ㅋㅋㅋ", "ko"},   {"mdr", "fr"},   {"rsrs", "pt"},   {"哈哈哈", "zh"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct language_guess g = guess(cases[i].text);
		assert_str(g.code, cases[i].code);
		assert_false(g.reliable);
	}
}

static void
laughter_does_not_change_what_stands_beside_it(void **state)
{
	(void)state;
	assert_str(guess("jajaja see you tomorrow then").code, "en");
	assert_str(guess("kkkk ich lach mich kaputt").code, "de");
}

static void
unsure_guesses_have_candidates_and_no_code(void **state)
{
	struct language_guess g = language_guess(model, scratch, STR("ok"), 0.999);

	(void)state;
	assert_null(g.code.ptr);
	assert_int_equal(g.candidate_count, 3);
	assert_true(g.candidates[0].confidence >= g.candidates[1].confidence);
	assert_true(g.candidates[1].confidence >= g.candidates[2].confidence);
	assert_true(g.confidence == g.candidates[0].confidence);
}

static void
switches_are_spans_in_code_points(void **state)
{
	struct language_guess g = guess("Жду тебя дома, see you later my friend");

	(void)state;
	assert_int_equal(g.span_count, 2);
	assert_str(g.spans[0].code, "ru");
	assert_int_equal(g.spans[0].start, 0);
	assert_int_equal(g.spans[0].end, 13);
	assert_str(g.spans[1].code, "en");
	assert_int_equal(g.spans[1].start, 15);
	assert_int_equal(g.spans[1].end, 38);
	g = guess("mañana por la tarde vamos a la playa because the weather should be really good");
	assert_int_equal(g.span_count, 2);
	assert_str(g.spans[0].code, "es");
	assert_str(g.spans[1].code, "en");
	assert_int_equal(g.spans[1].end, 78);
}

static void
the_same_text_is_always_guessed_the_same(void **state)
{
	(void)state;
	double first = guess("ma chi sei").confidence;
	(void)guess("something in between, quite long, with many words to leave traces behind");
	assert_true(guess("ma chi sei").confidence == first);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_sentences_are_known),
		cmocka_unit_test(nothing_linguistic_is_und),
		cmocka_unit_test(some_laugh_in_a_way_of_their_own),
		cmocka_unit_test(laughter_does_not_change_what_stands_beside_it),
		cmocka_unit_test(unsure_guesses_have_candidates_and_no_code),
		cmocka_unit_test(switches_are_spans_in_code_points),
		cmocka_unit_test(the_same_text_is_always_guessed_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_model, close_model);
}
