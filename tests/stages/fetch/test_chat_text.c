#include "../../../stages/fetch/chat_text.h"
#include "check.h"

static void
headers_of_all_forms_look_like_a_chat(void **state)
{
	static const char *const headers[] = {
		"12/07/2017, 22:35 - You created group \"x\"",
		"[20.06.19, 15:58:47] Ada: hi",
		"\uFEFF[\uFEFF29.01.18, 12:24:03] Ada: hi",
		"18.03.22 15:10 - Ada: ahoj",
		"[\u200F18\u200F/3\u200F/2022\u060C 14:56:01] Ada: hi",
		"\u0662\u0667\u200F/\u0663\u200F/\u0662\u0660\u0662\u0662\u060C "
		"\u0669:\u0665\u0663 \u0645 - Ada: hi",
		"2021. 3. 4. \uC624\uD6C4 5:05, Ada : hi",
		"[14:56:01, 3/18/22] Ada: hi",
		"[3/18/R4, 14:56:01] Ada: hi",
		"3/4/16 17:05: Ada: hi",
		"28/3/2025, 9:29\u202Fp.\u00A0m. - Ada: hola",
		"WhatsApp Chat - Ada\n01.01.2024, 10:00 - Ada: Hi",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		if (!chat_text_looks_like(str_of(headers[i])))
			fail_msg("%s", headers[i]);
}

static void
other_texts_do_not_look_like_a_chat(void **state)
{
	static const char *const texts[] = {
		"",
		"\xFF\xD8\xFF\xE0",
		"Dear Ada,\nsee you on 3/4/16 at 17:05.\n",
		"1, 2, 3, 4, 5, 6, 7, 8, 9\n",
		"%PDF-1.4\n1 0 obj\n",
		"name;1;2;3;4;5;6\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (chat_text_looks_like(str_of(texts[i])))
			fail_msg("%s", texts[i]);
}

static void
names_say_how_surely_a_text_is_the_chat(void **state)
{
	(void)state;
	assert_int_equal(chat_text_name(STR("_chat.txt")), CHAT_TEXT_CHAT);
	assert_int_equal(chat_text_name(STR("_chat (1).txt")), CHAT_TEXT_CHAT);
	assert_int_equal(chat_text_name(STR("_chat_2.txt")), CHAT_TEXT_CHAT);
	assert_int_equal(chat_text_name(STR("_chatter.txt")), CHAT_TEXT_MAYBE);
	assert_int_equal(chat_text_name(STR("a/_chat.txt")), CHAT_TEXT_CHAT);
	assert_int_equal(chat_text_name(STR("WhatsApp Chat with Ada.txt")), CHAT_TEXT_TITLED);
	assert_int_equal(chat_text_name(STR("notes.txt")), CHAT_TEXT_MAYBE);
	assert_int_equal(chat_text_name(STR("IMG-20220323-WA0002.jpg")), CHAT_TEXT_NO);
	assert_int_equal(chat_text_name(STR("__MACOSX/._chat.txt")), CHAT_TEXT_NO);
	assert_int_equal(chat_text_name(STR("a/.hidden/_chat.txt")), CHAT_TEXT_NO);
	assert_int_equal(chat_text_name(STR("./_chat.txt")), CHAT_TEXT_CHAT);
	assert_int_equal(chat_text_name(STR("")), CHAT_TEXT_NO);
}

RUN_TESTS(TEST(headers_of_all_forms_look_like_a_chat), TEST(other_texts_do_not_look_like_a_chat),
	  TEST(names_say_how_surely_a_text_is_the_chat))
