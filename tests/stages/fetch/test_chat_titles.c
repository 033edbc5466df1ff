#include "../../../stages/fetch/chat_titles.h"
#include "check.h"

#define assert_title(name, worded, title) title_is(name, true, worded, title)
static void
title_is(const char *name, bool copied, bool worded, const char *expected)
{
	struct buf title = {0};

	assert_int_equal(chat_title(str_of(name), copied, &title), worded);
	assert_str(buf_str(&title), expected);
	buf_free(&title);
}

static void
titles_are_found_in_many_languages(void **state)
{
	(void)state;
	assert_title("WhatsApp Chat with Ada.txt", true, "Ada");
	assert_title("WhatsApp Chat - Ada & Co.zip", true, "Ada & Co");
	assert_title("exports/WhatsApp Chat mit Ada Müller.txt", true, "Ada Müller");
	assert_title("Ada ile WhatsApp Sohbeti.txt", true, "Ada");
	assert_title("WhatsApp-keskustelu henkilön Ada kanssa.txt", true, "Ada");
	assert_title("Чат WhatsApp с контактом Ада.txt", true, "Ада");
	assert_title("Чат WhatsApp с Ада.txt", true, "Ада");
	assert_title("与艾达的WhatsApp聊天.txt", true, "艾达");
	assert_title("艾达とのWhatsAppチャット.txt", true, "艾达");
	assert_title("whatsapp chat with Ada.TXT", true, "Ada");
}

static void
direction_marks_around_the_wording_are_no_part_of_it(void **state)
{
	(void)state;
	assert_title("\u200Fگفتگوی WhatsApp با آدا.txt", true, "آدا");
	assert_title("WhatsApp Chat with \u202A+1 555 0100\u202C.txt", true, "+1 555 0100");
}

static void
what_moves_a_terminal_is_no_part_of_a_title(void **state)
{
	(void)state;
	assert_title("WhatsApp Chat with \033[31mA\nd\xC2\x9B"
		     "a\x7F\xC2\x85.txt",
		     true, "[31mAda");
}

static void
what_file_managers_and_browsers_did_is_undone(void **state)
{
	(void)state;
	assert_title("WhatsApp Chat with Ada (1).txt", true, "Ada");
	assert_title("WhatsApp Chat with Ada.txt (12).zip", true, "Ada");
	assert_title("WhatsApp_Chat_with_Ada_Lovelace.txt", true, "Ada Lovelace");
	assert_title("WhatsApp%20Chat%20with%20Z%C3%B6e.txt", true, "Zöe");
	assert_title("WhatsApp Chat with a_b.txt", true, "a_b");
	assert_title("WhatsApp Chat with 100%25.txt", true, "100%25");
}

static void
a_number_inside_a_zip_is_the_chat_s_own(void **state)
{
	(void)state;
	title_is("WhatsApp Chat with Class (2).txt", false, true, "Class (2)");
}

static void
names_of_a_mac_give_the_same_title(void **state)
{
	(void)state;
	assert_title("WhatsApp Chat with Zoe\u0308.txt", true, "Zo\u00EB");
	assert_title("Chat WhatsApp s uz\u030Civatelem Eva.txt", true, "Eva");
}

static void
other_names_leave_what_remains_of_them(void **state)
{
	(void)state;
	assert_title("family.txt", false, "family");
	assert_title("dir/our class (3).zip", false, "our class");
	assert_title("WhatsApp Chat with .txt", false, "WhatsApp Chat with");
	assert_title("", false, "");
	assert_title("bad\xFF.txt", false, "bad\uFFFD");
}

RUN_TESTS(TEST(titles_are_found_in_many_languages),
	  TEST(direction_marks_around_the_wording_are_no_part_of_it),
	  TEST(what_moves_a_terminal_is_no_part_of_a_title),
	  TEST(what_file_managers_and_browsers_did_is_undone),
	  TEST(a_number_inside_a_zip_is_the_chat_s_own), TEST(names_of_a_mac_give_the_same_title),
	  TEST(other_names_leave_what_remains_of_them))
