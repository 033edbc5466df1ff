#include "analyser_checks.h"
#include "check.h"
#include <stdio.h>

/* What a text is cut into, a token a piece: "word" or, with a norm, "Word=word"; kinds in front
 * where they are not words: "url:www.x.org". */
static void
cuts(const char *text, const char *language, const char *wanted)
{
	struct analyser *analyser = analyser_new(NULL, false);
	const struct str mentions[] = {STR("Ada Lovelace")};
	const struct analyser_input input = {str_of(text), str_of(language), mentions, 1};
	const struct token *tokens;
	size_t count;
	struct err err;
	struct buf got = {0};

	assert_ok(analyser_run(analyser, &input, &tokens, &count, &err), err);
	for (size_t i = 0; i < count; i++) {
		struct str rest = input.text, from;
		for (int32_t n = 0; n < tokens[i].start; n++)
			(void)utf8_next(&rest);
		from = rest;
		for (int32_t n = tokens[i].start; n < tokens[i].end; n++)
			(void)utf8_next(&rest);
		buf_add(&got, i == 0 ? STR("") : STR(" | "));
		if (tokens[i].kind != TOKEN_WORD)
			buf_printf(&got, "%s:", token_kind_names[tokens[i].kind]);
		buf_add(&got, str_head(from, from.len - rest.len));
		if (tokens[i].norm.ptr != NULL) {
			buf_add_byte(&got, '=');
			buf_add(&got, tokens[i].norm);
		}
	}
	if (!str_equal(buf_str(&got), str_of(wanted)))
		fail_msg("\"%s\" is cut into\n  %s\nnot\n  %s", text, buf_cstr(&got), wanted);
	buf_free(&got);
	analyser_free(analyser);
}

static void
contractions_stay_whole_and_elided_articles_do_not(void **state)
{
	(void)state;
	cuts("don't y'all", "en", "don't | y'all");
	cuts("don\u2019t", "", "don\u2019t=don't");
	cuts("l'amico dell'anno", "it", "l' | amico | dell' | anno");
	cuts("L\u2019\u00e9t\u00e9", "", "L\u2019=l' | \u00e9t\u00e9");
	cuts("l'amico", "en", "l'amico");
	cuts("e' vero, po' di piu'", "it", "e' | vero | punctuation:, | po' | di | piu'");
}

static void
elongation_is_in_the_text_and_not_in_the_norm(void **state)
{
	(void)state;
	cuts("soooo", "", "soooo=so");
	cuts("Goooood cooool", "", "Goooood=good | cooool=cool");
	cuts("yessss nooo", "", "yessss=yes | nooo=no");
	cuts("kkkkkkk www", "", "kkkkkkk=kkk | www");
	cuts("bellissimaaaa", "it", "bellissimaaaa=bellissima");
	cuts("\u0430\u0430\u0430\u0430\u0433\u0430", "",
	     "\u0430\u0430\u0430\u0430\u0433\u0430=\u0430\u0433\u0430");
	cuts("1000000", "", "number:1000000");
}

static void
links_leave_the_sentence_its_punctuation(void **state)
{
	(void)state;
	cuts("see https://example.org/a_(b).", "",
	     "see | url:https://example.org/a_(b) | punctuation:.");
	cuts("(www.example.org/x?y=1)", "",
	     "punctuation:( | url:www.example.org/x?y=1 | punctuation:)");
	cuts("example.com, bit.ly/x!", "",
	     "url:example.com | punctuation:, | url:bit.ly/x | punctuation:!");
	cuts("ok.so what", "", "ok.so | what");
	cuts("home.I went", "", "home | punctuation:. | I=i | went");
	cuts("a.b+c@mail.example.com.", "", "email:a.b+c@mail.example.com | punctuation:.");
	cuts("http://", "", "http | punctuation:: | punctuation://");
}

static void
hashtags_and_mentions_are_one_token(void **state)
{
	(void)state;
	cuts("#Berlin_2024 #1", "", "hashtag:#Berlin_2024=#berlin_2024 | punctuation:# | number:1");
	cuts("#\u6771\u4eac", "", "hashtag:#\u6771\u4eac");
	cuts("@user2 @", "", "mention:@user2 | punctuation:@");
	cuts("hi @\u2068Grace Hopper\u2069!", "",
	     "hi | mention:@\u2068Grace Hopper\u2069=@grace hopper | punctuation:!");
	cuts("@Ada Lovelace, hi", "", "mention:@Ada Lovelace=@ada lovelace | punctuation:, | hi");
	cuts("@Ada Lovelaces", "", "mention:@Ada=@ada | Lovelaces=lovelaces");
	cuts("\u200eword\u200f", "", "word");
}

static void
numbers_of_phones_may_have_spaces_and_dates_are_none(void **state)
{
	(void)state;
	cuts("+49 170 1234567 ok", "", "phone:+49 170 1234567=+491701234567 | ok");
	cuts("(713) 555-0100", "", "phone:(713) 555-0100=7135550100");
	cuts("713-555-0100 10/27/2010", "", "phone:713-555-0100=7135550100 | number:10/27/2010");
	cuts("0170 1234567", "", "phone:0170 1234567=01701234567");
	cuts("01.02.2024 2010-10-27 1,000.50", "",
	     "number:01.02.2024 | number:2010-10-27 | number:1,000.50");
	cuts("2010 2011 2012", "", "number:2010 | number:2011 | number:2012");
}

static void
times_are_told_from_numbers(void **state)
{
	(void)state;
	cuts("18:30 6:30pm 18h30 7pm", "", "time:18:30 | time:6:30pm | time:18h30 | time:7pm");
	cuts("25:00", "", "number:25 | punctuation:: | number:00");
	cuts("at 12:05:09.", "", "at | time:12:05:09 | punctuation:.");
}

static void
emoji_are_whole_and_equal_whatever_their_skin(void **state)
{
	(void)state;
	cuts("\U0001F44D\U0001F3FD\U0001F44D", "",
	     "emoji:\U0001F44D\U0001F3FD=\U0001F44D | emoji:\U0001F44D");
	cuts("\u2764\uFE0F", "", "emoji:\u2764\uFE0F=\u2764");
	cuts("1\uFE0F\u20E3 \U0001F1E9\U0001F1EA", "",
	     "emoji:1\uFE0F\u20E3=1\u20E3 | emoji:\U0001F1E9\U0001F1EA");
	cuts("\U0001F469\u200D\U0001F469\u200D\U0001F467!", "",
	     "emoji:\U0001F469\u200D\U0001F469\u200D\U0001F467 | punctuation:!");
	cuts("\u00a9 \u2122", "", "symbol:\u00a9 | symbol:\u2122=tm");
}

static void
emoticons_are_whole_and_words_are_no_faces(void **state)
{
	(void)state;
	cuts("hi :-) :D <3 ^_^ xD", "",
	     "hi | emoticon::-) | emoticon::D | emoticon:<3 | emoticon:^_^ | emoticon:xD");
	cuts("note:Drive", "", "note | punctuation:: | Drive=drive");
	cuts(":))) -_- T_T", "", "emoticon::))) | emoticon:-_- | emoticon:T_T");
}

static void
points_belong_to_abbreviations(void **state)
{
	(void)state;
	cuts("т.е. π.χ. и. ул. Długa", "",
	     "т.е. | π.χ. | и | punctuation:. | ул | punctuation:. | Długa=długa");
	cuts("Dr. U.S. e.g. no.", "", "Dr.=dr. | U.S.=u.s. | e.g. | no | punctuation:.");
	cuts("No. 5 w/o", "", "No.=no. | number:5 | w/o");
	cuts("end...", "", "end | punctuation:...");
	cuts("what?!?", "", "what | punctuation:?!?");
}

static void
scripts_without_spaces_are_cut_by_icu_where_there_is_no_model(void **state)
{
	(void)state;
	cuts("\u0e44\u0e21\u0e48\u0e2d\u0e22\u0e32\u0e01\u0e01\u0e34\u0e19", "",
	     "\u0e44\u0e21\u0e48 | \u0e2d\u0e22\u0e32\u0e01 | \u0e01\u0e34\u0e19");
	cuts("\u6211\u7231\u5317\u4eac2024", "", "\u6211 | \u7231 | \u5317\u4eac | number:2024");
}

static void
broken_utf_8_is_refused_with_its_place(void **state)
{
	struct analyser *analyser = analyser_new(NULL, false);
	const struct analyser_input input = {.text = STR("ab\xFF")};
	const struct token *tokens;
	size_t count;
	struct err err;

	(void)state;
	assert_int_equal(analyser_run(analyser, &input, &tokens, &count, &err), -1);
	assert_string_equal(err.text, "the text is not valid UTF-8 at byte 2");
	analyser_free(analyser);
}

static void
more_tokens_than_a_list_may_have_are_refused(void **state)
{
	struct analyser *analyser = analyser_new(NULL, false);
	size_t size = 2 * (ANALYSER_TOKENS + 1), count;
	char *many = malloc(size);
	struct analyser_input input = {.text = {many, size - 2}};
	const struct token *tokens;
	struct err err;

	(void)state;
	assert_non_null(many);
	for (size_t i = 0; i < size; i++)
		many[i] = i % 2 == 0 ? 'a' : ' ';
	assert_ok(analyser_run(analyser, &input, &tokens, &count, &err), err);
	assert_int_equal(count, ANALYSER_TOKENS);
	input.text.len = size;
	assert_int_equal(analyser_run(analyser, &input, &tokens, &count, &err), -1);
	free(many);
	analyser_free(analyser);
}

static void
a_stem_is_the_norm_where_it_is_asked_for_and_the_language_known(void **state)
{
	struct analyser *analyser = analyser_new(NULL, true);
	struct analyser_input input = {.text = STR("Running"), .language = STR("en")};
	const struct token *tokens;
	size_t count;
	struct err err;

	(void)state;
	assert_ok(analyser_run(analyser, &input, &tokens, &count, &err), err);
	assert_str(tokens[0].norm, "run");
	input.language = STR("tlh");
	assert_ok(analyser_run(analyser, &input, &tokens, &count, &err), err);
	assert_str(tokens[0].norm, "running");
	analyser_free(analyser);
}

/* Texts put together at random from what the analyser looks at. */
static void
tokens_and_what_lies_between_them_are_the_text(void **state)
{
	static const char *const parts[] = {
		" ",
		"  ",
		"\n",
		"a",
		"Word",
		"don't",
		"'",
		"l'",
		"@",
		"#",
		"\u2068",
		"\u2069",
		"\u200e",
		"1",
		"12",
		"+49",
		"(",
		")",
		"-",
		"/",
		".",
		"...",
		":",
		":-)",
		"http://",
		"www.",
		".com",
		"x@y.de",
		"18:30",
		"\u00e9",
		"\u0301",
		"\U0001F469",
		"\u200d",
		"\U0001F1E9",
		"\uFE0F",
		"\u20E3",
		"\u6771",
		"\u304b",
		"\u30ab",
		"\u30fc",
		"\u0e44",
		"\u0e21\u0e48",
		"\u0ea5",
		"\u1780",
		"\u1000",
		"\uac00",
		"\u05d0",
		"\u0623",
		"\u0915\u094d",
		"\u1ec7",
		"Vi\u1ec7t Nam",
		"_",
		"*",
		"<3",
		">",
		"soooo",
		"\u00ad",
		"\u3000",
		"\U0010FFFF",
		"\u2019",
		"%",
		"$",
		"T_T",
		"(^_^)",
		"~",
		"\u00af\\_(\u30c4)_/\u00af",
	};
	struct analyser *analyser = analyser_new(NULL, false);
	struct buf text = {0};
	uint64_t random = 1;
	const struct token *tokens;
	size_t count;
	struct err err;

	(void)state;
	for (size_t round = 0; round < 50000; round++) {
		buf_clear(&text);
		for (size_t i = 0; i < 1 + round % 12; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			buf_add(&text,
				str_of(parts[(random >> 33) % (sizeof(parts) / sizeof(*parts))]));
		}
		const struct analyser_input input = {.text = buf_str(&text)};
		assert_ok(analyser_run(analyser, &input, &tokens, &count, &err), err);
		const char *wrong = wrong_with_tokens(input.text, tokens, count);
		if (wrong != NULL)
			fail_msg("%s: \"%s\"", wrong, buf_cstr(&text));
	}
	buf_free(&text);
	analyser_free(analyser);
}

static void
laughs_of_korean_are_words_of_their_own(void **state)
{
	(void)state;
	cuts("안녕ㅋㅋㅋㅋ", "ko", "안녕 | ㅋㅋㅋㅋ=ᄏᄏᄏ");
	cuts("ㅎㅎ안녕 lolㅋㅋ", "", "ㅎㅎ=ᄒᄒ | 안녕 | lol | ㅋㅋ=ᄏᄏ");
	cuts("010-1234-5678로", "ko", "phone:010-1234-5678=01012345678 | 로");
}

static void
hebrew_keeps_its_gershayim_and_no_quotes(void **state)
{
	(void)state;
	cuts("צה\"ל", "he", "צה\"ל");
	cuts("רח' 5", "", "רח' | number:5");
	cuts("\"שלום\" 'שלום'", "",
	     "punctuation:\" | שלום | punctuation:\" | punctuation:' | שלום | punctuation:'");
}

static void
stretched_arabic_is_equal_and_its_comma_no_letter(void **state)
{
	(void)state;
	cuts("مرحبـــا، ٥:٣٠", "ar", "مرحبـــا=مرحبا | punctuation:، | time:٥:٣٠");
	cuts("ـــ", "", "ـــ=ـ");
}

static void
letters_may_belong_to_a_sign(void **state)
{
	(void)state;
	cuts("R$ 50 US$5 A$AP", "",
	     "symbol:R$=r$ | number:50 | symbol:US$=us$ | number:5 | A=a | symbol:$ | AP=ap");
	cuts("Rp50.000 rs20 mp3", "", "Rp=rp | number:50.000 | rs | number:20 | mp3");
	cuts("AT&T tom&jerry => :)", "",
	     "AT&T=at&t | tom | punctuation:& | jerry | symbol:=> | emoticon::)");
}

static void
an_apostrophe_may_begin_a_word(void **state)
{
	(void)state;
	cuts("'s avonds 'tis 'em", "", "'s | avonds | 'tis | 'em");
	cuts("'hello'", "", "punctuation:' | hello | punctuation:'");
	cuts("aujourd\u2019hui j\u2019arrive", "fr",
	     "aujourd\u2019hui=aujourd'hui | j\u2019=j' | arrive");
}

/* Words are found in stretches of 64 bytes, and otherwise where they do not fit. */
static void
a_text_has_the_same_tokens_wherever_it_stands(void **state)
{
	static const char *const parts[] = {
		"word",
		"Word",
		"don't",
		"l\u2019eau ",
		"a",
		"XD ",
		"soooo",
		"STRASSE",
		"Straße",
		"Ça ",
		"naïve",
		" ",
		"привет",
		"Привет",
		"ааа",
		"йе\u0308",
		"ψυχής",
		"Ω",
		"مرحبا",
		"مُحَمَّد",
		"שלום",
		"नमस्ते",
		"…",
		".",
		", ",
		"#tag_один",
		"@имя ",
		"https://a.de/",
		"12:30 ",
		"1000",
		"\u00a0",
		"\u00ab",
		"ⱥȺ",
		"İi",
		"wordword-word",
		"abcdefghijklmnopqrstuvwxyz",
	};
	struct analyser *analyser = analyser_new(NULL, false), *other = analyser_new(NULL, false);
	struct buf moved = {0};
	const struct token *tokens, *again;
	uint64_t random = 3;
	size_t count, n;
	struct err err;

	(void)state;
	for (int32_t round = 0; round < 20000; round++) {
		int32_t by = round % 71;
		buf_clear(&moved);
		for (int32_t i = 0; i < by; i++)
			buf_add_byte(&moved, ' ');
		for (int32_t i = 0; i < 1 + round % 17; i++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			buf_add(&moved,
				str_of(parts[(random >> 33) % (sizeof(parts) / sizeof(*parts))]));
		}
		const struct analyser_input far = {.text = buf_str(&moved)},
					    near = {.text = str_tail(far.text, (size_t)by)};
		assert_ok(analyser_run(analyser, &far, &tokens, &count, &err), err);
		assert_ok(analyser_run(other, &near, &again, &n, &err), err);
		assert_int_equal(count, n);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(tokens[i].start, again[i].start + by);
			assert_int_equal(tokens[i].end, again[i].end + by);
			assert_int_equal(tokens[i].kind, again[i].kind);
			assert_true(str_equal(tokens[i].norm, again[i].norm));
		}
	}
	buf_free(&moved);
	analyser_free(analyser);
	analyser_free(other);
}

RUN_TESTS(TEST(contractions_stay_whole_and_elided_articles_do_not),
	  TEST(elongation_is_in_the_text_and_not_in_the_norm),
	  TEST(links_leave_the_sentence_its_punctuation), TEST(hashtags_and_mentions_are_one_token),
	  TEST(numbers_of_phones_may_have_spaces_and_dates_are_none),
	  TEST(times_are_told_from_numbers), TEST(emoji_are_whole_and_equal_whatever_their_skin),
	  TEST(emoticons_are_whole_and_words_are_no_faces), TEST(points_belong_to_abbreviations),
	  TEST(scripts_without_spaces_are_cut_by_icu_where_there_is_no_model),
	  TEST(broken_utf_8_is_refused_with_its_place),
	  TEST(more_tokens_than_a_list_may_have_are_refused),
	  TEST(a_stem_is_the_norm_where_it_is_asked_for_and_the_language_known),
	  TEST(tokens_and_what_lies_between_them_are_the_text),
	  TEST(laughs_of_korean_are_words_of_their_own),
	  TEST(hebrew_keeps_its_gershayim_and_no_quotes),
	  TEST(stretched_arabic_is_equal_and_its_comma_no_letter),
	  TEST(letters_may_belong_to_a_sign), TEST(an_apostrophe_may_begin_a_word),
	  TEST(a_text_has_the_same_tokens_wherever_it_stands))
