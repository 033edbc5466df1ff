#include "../../../stages/parse/message_body.h"
#include "../../../stages/parse/system_event.h"
#include "../../../stages/parse/wording.h"
#include "check.h"

static struct body_scratch scratch;

static struct message
body(const char *raw, bool of_iphone)
{
	struct body_source from = {.raw = str_of(raw), .of_iphone = of_iphone};
	struct message m = {0};

	message_body_read(&scratch, &from, &m);
	return m;
}

static void
expect_kind(const char *raw, enum message_kind kind, const char *text)
{
	struct message m = body(raw, false);

	assert_string_equal(message_kind_names[m.kind], message_kind_names[kind]);
	if (text == NULL)
		assert_null(m.text.ptr);
	else
		assert_str(m.text, text);
}

static void
words_of_many_languages_are_known(void **state)
{
	(void)state;
	expect_kind("<Media omitted>", KIND_MEDIA, NULL);
	expect_kind("<Medien ausgeschlossen>\nUnterschrift", KIND_MEDIA, "Unterschrift");
	expect_kind("\u200eimage omitted", KIND_IMAGE, NULL);
	expect_kind("\u200eизображение отсутствует", KIND_IMAGE, NULL);
	expect_kind("\u200eNOTES.pdf • \u200e2 pages \u200edocument omitted", KIND_DOCUMENT, NULL);
	expect_kind("このメッセージは削除されました。", KIND_DELETED, NULL);
	expect_kind("live location shared", KIND_LIVE_LOCATION, NULL);
	expect_kind("Missed group voice call", KIND_CALL, NULL);
	expect_kind("<View once voice message omitted>", KIND_VIEW_ONCE, NULL);
	expect_kind("", KIND_EMPTY, NULL);
}

static void
what_only_resembles_them_is_text(void **state)
{
	(void)state;
	expect_kind("Media omitted", KIND_TEXT, "Media omitted");
	expect_kind("<b>bold</b>", KIND_TEXT, "<b>bold</b>");
	expect_kind("see you (maybe)", KIND_TEXT, "see you (maybe)");
	expect_kind("v1.2 (beta)", KIND_TEXT, "v1.2 (beta)");
	expect_kind("TODO:\nmilk\nbread", KIND_TEXT, "TODO:\nmilk\nbread");
	expect_kind("This message was deleted\nwas what it said", KIND_TEXT,
		    "This message was deleted\nwas what it said");
	expect_kind("look: https://maps.google.com/?q=pizza", KIND_TEXT,
		    "look: https://maps.google.com/?q=pizza");
	expect_kind("Voice call. Me", KIND_TEXT, "Voice call. Me");
}

static void
an_open_bracket_alone_encloses_nothing(void **state)
{
	struct body_source from = {
		.raw = STR("\u200e<attaché"), .line_marked = true, .of_iphone = true};
	struct message m = {0};

	(void)state;
	message_body_read(&scratch, &from, &m);
	assert_int_equal(m.kind, KIND_MEDIA);
	assert_str(m.text, "<attaché");
	assert_null(m.attachments[0].name.ptr);
}

static void
a_caption_of_several_lines_has_its_attachment_at_the_end(void **state)
{
	struct message m;

	(void)state;
	m = body("line one\r\nline two \u200e<attached: 00000012-PHOTO-2024-03-12-18-05-33.jpg>",
		 true);
	assert_int_equal(m.kind, KIND_IMAGE);
	assert_str(m.text, "line one\nline two");
	assert_str(m.attachments[0].name, "00000012-PHOTO-2024-03-12-18-05-33.jpg");
	m = body("one\ntwo\n\u200e<Anhang: 00000013-VIDEO-2024-03-12-18-05-33.mp4>\n", true);
	assert_int_equal(m.kind, KIND_VIDEO);
	assert_str(m.text, "one\ntwo");
	m = body("one\ntwo \u200e<attached: 00000013-VIDEO-2024-03-12-18-05-33.mp4> "
		 "\u200e<This message was edited>",
		 true);
	assert_int_equal(m.kind, KIND_VIDEO);
	assert_true(m.edited);
	assert_str(m.text, "one\ntwo");
	expect_kind("nice\nview\n\u200eimage omitted", KIND_IMAGE, "nice\nview");
	expect_kind("nice\nview \u200eimage omitted", KIND_IMAGE, "nice\nview");
	expect_kind("nice\nview image omitted", KIND_TEXT, "nice\nview image omitted");
	expect_kind("nice\nview \u200eof it", KIND_TEXT, "nice\nview of it");
}

static void
a_placeholder_of_an_unknown_language_is_no_text(void **state)
{
	(void)state;
	struct message m = body("<Médiá vynecháné>", false);
	assert_int_equal(m.kind, KIND_MEDIA);
	assert_null(m.text.ptr);
	assert_str(m.attachments[0].name, "Médiá vynecháné");
	assert_true(scratch.by_structure);
}

static void
a_sort_that_is_new_is_media_by_its_end(void **state)
{
	struct body_source from = {
		.raw = STR("\u200eHologramm weggelassen"), .line_marked = true, .of_iphone = true};
	struct message m = {0};

	(void)state;
	assert_int_equal(wording_find(WORDING_BODY, STR("Bild weggelassen"), &from.locale),
			 WORDING_OMITTED_IMAGE);
	message_body_read(&scratch, &from, &m);
	assert_int_equal(m.kind, KIND_MEDIA);
	assert_true(scratch.by_structure);
	assert_str(m.text, "Hologramm weggelassen");
	from.raw = STR("\u200eHologramm verloren");
	message_body_read(&scratch, &from, &m);
	assert_int_equal(m.kind, KIND_TEXT);
	assert_int_equal(wording_find(WORDING_BODY, STR("画像は含まれていません"), &from.locale),
			 WORDING_OMITTED_IMAGE);
	from.raw = STR("\u200e動画は含まれていません");
	message_body_read(&scratch, &from, &m);
	assert_int_equal(m.kind, KIND_MEDIA);
}

static void
attachments_have_names_and_captions(void **state)
{
	(void)state;
	struct message m = body("\u200eIMG-20210428-WA0001.jpg (file attached)\nfrost", false);
	assert_int_equal(m.kind, KIND_IMAGE);
	assert_str(m.attachments[0].name, "IMG-20210428-WA0001.jpg");
	assert_false(m.attachments[0].omitted);
	assert_str(m.text, "frost");
	m = body("seen\u200e <attached: 00000012-GIF-2020-06-07-15-13-20.mp4>", true);
	assert_int_equal(m.kind, KIND_GIF);
	assert_str(m.text, "seen");
	m = body("\u200e<00000012-PHOTO-2020-06-07-15-13-20.jpg eklendi>", true);
	assert_str(m.attachments[0].name, "00000012-PHOTO-2020-06-07-15-13-20.jpg");
	m = body("2015-08-04-PHOTO-00004762.jpg <\u200eattached>", true);
	assert_str(m.attachments[0].name, "2015-08-04-PHOTO-00004762.jpg");
	assert_int_equal(m.kind, KIND_IMAGE);
	m = body("Ada Lovelace.vcf (file attached)", false);
	assert_str(m.contact->name, "Ada Lovelace");
	/* No word is known here: the name alone tells. */
	m = body("VID-20210428-WA0001.mp4 (fitxategia)", false);
	assert_int_equal(m.kind, KIND_VIDEO);
	assert_true(scratch.by_structure);
}

static void
documents_may_have_no_suffix(void **state)
{
	(void)state;
	struct message m = body("DOC-20240313-WA0001. (file attached)", false);
	assert_int_equal(m.kind, KIND_DOCUMENT);
	assert_str(m.attachments[0].name, "DOC-20240313-WA0001.");
	m = body("Vertrag v1.2 final (file attached)", false);
	assert_int_equal(m.kind, KIND_DOCUMENT);
	assert_str(m.attachments[0].name, "Vertrag v1.2 final");
	expect_kind("Hi Bo, this is it (file attached)", KIND_TEXT,
		    "Hi Bo, this is it (file attached)");
}

static void
a_name_that_is_only_a_suffix_says_its_sort(void **state)
{
	(void)state;
	struct message m = body(".jpg (file attached)", false);
	assert_int_equal(m.kind, KIND_IMAGE);
	assert_str(m.attachments[0].name, ".jpg");
	assert_int_equal(body(".PNG (Datei angehängt)", false).kind, KIND_IMAGE);
	assert_int_equal(body(".mp4 (file attached)", false).kind, KIND_VIDEO);
	assert_int_equal(body("\u200e<attached: .opus>", true).kind, KIND_VOICE);
	assert_int_equal(body(".profile (file attached)", false).kind, KIND_DOCUMENT);
	m = body(".vcf (file attached)", false);
	assert_int_equal(m.kind, KIND_CONTACT);
	assert_null(m.contact->name.ptr);
	expect_kind(".jpg (a suffix)", KIND_TEXT, ".jpg (a suffix)");
}

static void
expect_place(const char *raw, const char *name, const char *address)
{
	struct message m = body(raw, false);

	assert_int_equal(m.kind, KIND_LOCATION);
	assert_true(str_equal(m.location->name, str_of(name)));
	assert_true(str_equal(m.location->address, str_of(address)));
}

static void
places_have_names_and_addresses(void **state)
{
	(void)state;
	expect_place("Café Foo (12 Main St, Town): https://maps.google.com/?q=1.1,2.2", "Café Foo",
		     "12 Main St, Town");
	expect_place("\u200eLocation: Café Foo (12 Main St): https://maps.google.com/?q=1.5,2.5",
		     "Café Foo", "12 Main St");
	expect_place("Café Foo (12 Main St): https://foursquare.com/v/4b05", "Café Foo",
		     "12 Main St");
	expect_place("Café Foo: https://foursquare.com/v/4b05", "Café Foo", NULL);
	expect_place("location: https://foursquare.com/v/4b058804", NULL, NULL);
	expect_place("location: https://maps.google.com/?q=1.5,2.5", NULL, NULL);
	expect_place("Kokapena: https://maps.google.com/?q=1.5,2.5", NULL, NULL);
}

static void
edited_texts_say_so(void **state)
{
	(void)state;
	struct message m = body("at six <This message was edited>", false);
	assert_true(m.edited);
	assert_str(m.text, "at six");
	m = body("IMG-20210428-WA0001.jpg (file attached)\nfrost <This message was edited>", false);
	assert_true(m.edited);
	assert_str(m.text, "frost");
	m = body("zazpietan \u200e<Mezu hau editatu da>", true);
	assert_true(m.edited);
	assert_str(m.text, "zazpietan");
	assert_false(body("2 <3 and 4 > 3", false).edited);
}

static void
polls_have_votes(void **state)
{
	(void)state;
	struct message m = body("\u200ePOLL:\r\nWhen, exactly?\r\n\u200eOPTION: 5 (2 votes)\r\n"
				"\u200eOPTION: 6 (pm) (1 vote)\r\n",
				true);
	assert_int_equal(m.kind, KIND_POLL);
	assert_str(m.poll->question, "When, exactly?");
	assert_int_equal(m.poll->option_count, 2);
	assert_str(m.poll->options[1].text, "6 (pm)");
	assert_int_equal(m.poll->options[0].votes, 2);
	m = body("SONDAGE\u00a0:\nQuand ?\nOPTION\u00a0: midi (3 votes)", false);
	assert_int_equal(m.kind, KIND_POLL);
	assert_str(m.poll->options[0].text, "midi");
	/* By structure: these words are not known. */
	m = body("投票：\nいつ\n候補：正午（３票）\n候補：夜（０票）", false);
	assert_int_equal(m.kind, KIND_POLL);
	assert_int_equal(m.poll->options[0].votes, 3);
	m = body("سؤال:\nمتى\nجواب: الآن (١٢ أصوات)\nجواب: غدا (٠ أصوات)", false);
	assert_int_equal(m.poll->options[0].votes, 12);
	expect_kind("Steps:\nfirst\nA: one (1)\nB: two (2)", KIND_TEXT,
		    "Steps:\nfirst\nA: one (1)\nB: two (2)");
}

static void
expect_call(const char *raw, const char *medium, bool missed, bool group, int64_t seconds)
{
	struct message m = body(raw, true);

	assert_int_equal(m.kind, KIND_CALL);
	assert_str(m.call->medium, medium);
	assert_int_equal(m.call->missed, missed);
	assert_int_equal(m.call->group, group);
	assert_int_equal(m.call->duration_seconds, seconds);
}

static void
calls_have_a_medium_and_what_became_of_them(void **state)
{
	(void)state;
	expect_call("Missed voice call", "voice", true, false, INT64_MIN);
	expect_call("\u200eMissed group video call", "video", true, true, INT64_MIN);
	expect_call("\u200eMissed voice call, \u200eTap to call back", "voice", true, false,
		    INT64_MIN);
	expect_call("Silenced voice call, Focus mode", "voice", true, false, INT64_MIN);
	expect_call("\u200eVideo call, \u200eNo answer", "video", true, false, INT64_MIN);
	expect_call("\u200eVoice call. \u200e2 min", "voice", false, false, 120);
	expect_call("\u200eVoice call, \u200e1 hr 5 min", "voice", false, false, 3900);
	expect_call("\u200eSprachanruf. \u200e45\u00a0Sek.", "voice", false, false, 45);
	expect_call("\u200eVideoanruf. \u200eKeine Antwort", "video", true, false, INT64_MIN);
	expect_call("\u200eビデオ通話、\u200e5分30秒", "video", false, false, 330);
	expect_call("\u200eVoice call, \u200e3 joined", "voice", false, true, INT64_MIN);
	expect_call("Nieodebrane poł. głosowe", "voice", true, false, INT64_MIN);
	expect_call("\u200eAppel vidéo. \u200eSans réponse", "video", true, false, INT64_MIN);
	expect_call("\u200eGroup video call. \u200e3 joined", "video", false, true, INT64_MIN);
	expect_call("Group call, 3 joined", "voice", false, true, INT64_MIN);
	expect_call("Nieodebrane połączenie głosowe", "voice", true, false, INT64_MIN);
	expect_kind("Group call, 3 of us", KIND_TEXT, "Group call, 3 of us");
	expect_kind("Missed voice call, sorry", KIND_TEXT, "Missed voice call, sorry");
	expect_kind("Video call, 9 o'clock?", KIND_TEXT, "Video call, 9 o'clock?");
	expect_kind("Voice call", KIND_TEXT, "Voice call");
}

static void
mentions_are_found(void **state)
{
	(void)state;
	struct message m = body("@\u2068Ada L.\u2069 and @4915112345678, not a@b.de or @1", true);
	assert_str(m.text, "@Ada L. and @4915112345678, not a@b.de or @1");
	assert_int_equal(m.mention_count, 2);
	assert_str(m.mentions[0], "Ada L.");
	assert_str(m.mentions[1], "4915112345678");
}

static void
events_have_actor_targets_and_value(void **state)
{
	struct system_event_read e;

	(void)state;
	assert_true(system_event_find(STR("Ada added Bo, Cy and Di"), &e));
	assert_str(e.event.event, "member_added");
	assert_str(e.event.actor, "Ada");
	assert_int_equal(e.event.target_count, 3);
	assert_str(e.event.targets[2], "Di");
	assert_true(system_event_find(
		STR("Ada hat den Gruppennamen von „Alt: eins“ zu „Neu“ geändert."), &e));
	assert_str(e.event.event, "subject_changed");
	assert_str(e.event.value, "Neu");
	assert_int_equal(e.said, 3);
	assert_true(system_event_find(
		STR("You turned on disappearing messages. New messages will disappear from this "
		    "chat 7 days after they're sent, except when kept. Tap to change."),
		&e));
	assert_str(e.event.event, "disappearing_on");
	assert_str(e.event.value, "7 days");
	assert_true(system_event_find(STR("Сообщения и звонки защищены сквозным шифрованием. "
					  "Третьи лица не могут прочитать"),
				      &e));
	assert_str(e.event.event, "encryption_notice");
	assert_false(system_event_find(STR("the kettle boiled"), &e));
	assert_false(system_event_find(STR(""), &e));
}

static void
expect_event(const char *line, const char *event, const char *actor, const char *target,
	     const char *value)
{
	struct system_event_read e;

	assert_true(system_event_find(str_of(line), &e));
	assert_str(e.event.event, event);
	assert_int_equal(e.event.actor.ptr == NULL, actor == NULL);
	if (actor != NULL)
		assert_str(e.event.actor, actor);
	assert_int_equal(e.event.target_count, target != NULL);
	if (target != NULL)
		assert_str(e.event.targets[0], target);
	assert_int_equal(e.event.value.ptr == NULL, value == NULL);
	if (value != NULL)
		assert_str(e.event.value, value);
}

static void
events_of_other_languages_have_them_too(void **state)
{
	(void)state;
	expect_event("Añadiste a Ana María", "member_added", "You", "Ana María", NULL);
	expect_event("Ana te añadió", "member_added", "Ana", "You", NULL);
	expect_event("Ana cambió el nombre del grupo de “Viaje a Roma” a “Viaje a Oslo”",
		     "subject_changed", "Ana", NULL, "Viaje a Oslo");
	expect_event("Ana cambió el asunto de \"Ida a pie\" a \"Ida a caballo\"", "subject_changed",
		     "Ana", NULL, "Ida a caballo");
	expect_event("Você mudou a descrição do grupo", "description_changed", "You", NULL, NULL);
	expect_event("Votre code de sécurité avec Zoé a changé. Appuyez pour en savoir plus.",
		     "security_code_changed", NULL, "Zoé", NULL);
	expect_event("Hai creato il gruppo \"Gita\"", "group_created", "You", NULL, "Gita");
	expect_event("Jan heeft de groep verlaten", "member_left", "Jan", NULL, NULL);
	expect_event("Иван изменил(-а) тему с «Дача» на «Лето»", "subject_changed", "Иван", NULL,
		     "Лето");
	expect_event("田中が「旅行」を追加しました", "member_added", "田中", "「旅行」", NULL);
	expect_event("Ada Bo changed from +44 7700 900001 to +44 7700 900002", "number_changed",
		     "Ada Bo", NULL, "+44 7700 900002");
	expect_event("Ana activó los mensajes temporales. Los mensajes nuevos desaparecerán de "
		     "este chat después de 90 días de haber sido enviados.",
		     "disappearing_on", "Ana", NULL, "90 días");
	/* Only words within it are known. */
	expect_event("Wegen Umzugs: der Sicherheitscode ist neu", "security_code_changed", NULL,
		     NULL, NULL);
}

static void
expect_no_people(const char *line)
{
	struct system_event_read e;

	if (system_event_find(str_of(line), &e)) {
		assert_null(e.event.actor.ptr);
		assert_int_equal(e.event.target_count, 0);
	}
}

static void
sentences_are_nobodys_names(void **state)
{
	struct system_event_read e;

	(void)state;
	expect_kind(
		"\u200eYou received a view once message. For added privacy, you can only open it "
		"on your phone.",
		KIND_VIEW_ONCE, NULL);
	expect_kind(
		"\u200eYou sent a view once message. For added privacy, you can only open it on "
		"your phone.",
		KIND_VIEW_ONCE, NULL);
	expect_no_people(
		"You received a view once message. For added privacy, open it on your phone.");
	expect_no_people(
		"You got a new sort of message. For added privacy, open it on your phone.");
	expect_no_people(
		"This chat has added privacy for your profile and phone number. Tap to learn");
	expect_no_people("Anyone in the community can request to be added to this group");
	expect_no_people(
		"You started a chat in the \"Foo\" community. Bob removed the limit of it");
	expect_event("You were added by someone not in your contacts. Group info", "member_added",
		     NULL, "You", NULL);
	expect_event("Dr. Ada B. Bo added Prof. Cy from work", "member_added", "Dr. Ada B. Bo",
		     "Prof. Cy from work", NULL);
	assert_true(system_event_find(STR("Ada added Bob, Carl, and 3 others"), &e));
	assert_int_equal(e.event.target_count, 2);
	assert_str(e.event.targets[1], "Carl");
}

static void
whoever_exported_the_chat_is_you_in_all_languages(void **state)
{
	(void)state;
	expect_event("Du hast Bo hinzugefügt.", "member_added", "You", "Bo", NULL);
	expect_event("Ada hat dich hinzugefügt.", "member_added", "Ada", "You", NULL);
	expect_event("太郎があなたを追加しました", "member_added", "太郎", "You", NULL);
	expect_event("Анна добавил(а) вас", "member_added", "Анна", "You", NULL);
	expect_event("Ada added you", "member_added", "Ada", "You", NULL);
}

static void
places_hold_what_they_say_and_no_more(void **state)
{
	(void)state;
	expect_event("Ali grup adını \"Maç: salı\" iken \"Maç\" olarak değiştirdi",
		     "subject_changed", "Ali", NULL, "Maç");
	expect_event("Zoé a changé le nom du groupe de «\u00a0A\u00a0» en «\u00a0Ski\u00a0: "
		     "fin\u202f»",
		     "subject_changed", "Zoé", NULL, "Ski\u00a0: fin");
	expect_event("غادر خالد المجموعة", "member_left", "خالد", NULL, NULL);
	expect_event("太郎さんが花子さんを追加しました", "member_added", "太郎", "花子", NULL);
	expect_event("Hans ist der Gruppe über deren Einladungslink beigetreten.",
		     "member_joined_by_link", "Hans", NULL, NULL);
	expect_event("Jan heeft de groepsnaam gewijzigd van \"A\" naar \"B\"", "subject_changed",
		     "Jan", NULL, "B");
	expect_event("Åsa ändrade gruppikonen", "icon_changed", "Åsa", NULL, NULL);
	expect_event("Kasia zmienił(a) ikonę grupy", "icon_changed", "Kasia", NULL, NULL);
	expect_event("The message timer was updated. New messages will disappear from this chat 7 "
		     "days after they're sent.",
		     "disappearing_on", NULL, NULL, "7 days");
	expect_event("New members need admin approval to join this group. Tap to change.",
		     "join_approval_on", NULL, NULL, NULL);
	expect_event("Hans hat zu einer neuen Nummer gewechselt.", "number_changed", "Hans", NULL,
		     NULL);
	expect_event("रवि ने सीता को जोड़ा", "member_added", "रवि", "सीता", NULL);
	expect_event("Оля додає вас", "member_added", "Оля", "You", NULL);
	expect_event("小明建立了「登山」群組", "group_created", "小明", NULL, "登山");
	expect_event("小明已將您加入", "member_added", "小明", "You", NULL);
	expect_event("Veli, bu grubun davet bağlantısını kullanarak katıldı",
		     "member_joined_by_link", "Veli", NULL, NULL);
	expect_event("Ваш код безопасности с Иван изменился. Нажмите, чтобы узнать больше.",
		     "security_code_changed", NULL, "Иван", NULL);
	expect_event(
		"Ali ile olan güvenlik kodunuz değişti. Daha fazla bilgi edinmek için dokunun.",
		"security_code_changed", NULL, "Ali", NULL);
}

static void
free_scratch(void **state)
{
	(void)state;
	body_scratch_free(&scratch);
}

RUN_TESTS(TEST(words_of_many_languages_are_known), TEST(what_only_resembles_them_is_text),
	  TEST(a_sort_that_is_new_is_media_by_its_end), TEST(attachments_have_names_and_captions),
	  TEST(a_caption_of_several_lines_has_its_attachment_at_the_end),
	  TEST(an_open_bracket_alone_encloses_nothing),
	  TEST(a_placeholder_of_an_unknown_language_is_no_text), TEST(edited_texts_say_so),
	  TEST(polls_have_votes), TEST(mentions_are_found),
	  TEST(calls_have_a_medium_and_what_became_of_them),
	  TEST(events_of_other_languages_have_them_too), TEST(events_have_actor_targets_and_value),
	  TEST(documents_may_have_no_suffix), TEST(a_name_that_is_only_a_suffix_says_its_sort),
	  TEST(places_have_names_and_addresses), TEST(sentences_are_nobodys_names),
	  TEST(whoever_exported_the_chat_is_you_in_all_languages),
	  TEST(places_hold_what_they_say_and_no_more), TEST(free_scratch))
