#include "check.h"
#include "rendered_chat.h"
#include <stdio.h>

#define IDS 16

struct ids {
	char message[IDS][33], slot[IDS][64];
	size_t count;
};

static void
keep_ids(void *with, const struct message *m)
{
	struct ids *ids = with;

	assert_true(ids->count < IDS && m->message_id.len == 32);
	assert_true(m->slot_id.len < sizeof(ids->slot[0]));
	memcpy(ids->message[ids->count], m->message_id.ptr, 32);
	memcpy(ids->slot[ids->count], m->slot_id.ptr, m->slot_id.len);
	ids->count++;
}

static struct ids
ids_of(const char *zone, const char *text)
{
	struct ids ids = {0};
	struct chat_reader r = {0};
	struct reader_output out = {&ids, keep_ids, render_refused};
	struct err err;

	assert_ok(local_time_set_zone(zone, &err), err);
	assert_ok(read_chat(&r, str_of(text), (struct reading){.piece = 1 << 18}, &out, &err), err);
	chat_reader_free(&r);
	return ids;
}

static void
the_same_message_has_the_same_id(const struct ids *a, size_t i, const struct ids *b, size_t k)
{
	assert_string_equal(a->message[i], b->message[k]);
	assert_string_equal(a->slot[i], b->slot[k]);
}

static const char android[] = "13/06/2018, 13:55 - Kim: hello\n"
			      "13/06/2018, 13:55 - Lee: IMG-20180613-WA0001.jpg (file attached)\n"
			      "13/06/2018, 13:56 - Kim: This message was deleted\n"
			      "13/06/2018, 13:56 - Kim: ok\n"
			      "13/06/2018, 13:56 - Kim: ok\n";

static void
a_longer_export_repeats_the_ids_of_a_shorter_one(void **state)
{
	char longer[1024];
	struct ids a = ids_of("Europe/Berlin", android);

	(void)state;
	(void)snprintf(longer, sizeof(longer), "12/06/2018, 08:00 - Kim: earlier\n%s%s", android,
		       "14/06/2018, 09:00 - Lee: later\n");
	struct ids b = ids_of("Europe/Berlin", longer);
	assert_int_equal(b.count, a.count + 2);
	for (size_t i = 0; i < a.count; i++)
		the_same_message_has_the_same_id(&a, i, &b, i + 1);
}

static void
another_zone_or_form_changes_no_id(void **state)
{
	struct ids a = ids_of("Europe/Berlin", android);
	struct ids b = ids_of("America/New_York", android);
	struct ids ios =
		ids_of("Europe/Berlin",
		       "[13.06.18, 13:55:07] Kim: hello\r\n"
		       "\u200e[13.06.18, 13:55:40] Lee: \u200eimage omitted\r\n"
		       "[13.06.18, 13:56:01] Kim: \u200eDiese Nachricht wurde gelöscht.\r\n"
		       "[13.06.18, 13:56:20] Kim: ok\r\n"
		       "[13.06.18, 13:56:59] Kim: ok\r\n");

	(void)state;
	assert_int_equal(ios.count, a.count);
	for (size_t i = 0; i < a.count; i++) {
		the_same_message_has_the_same_id(&a, i, &b, i);
		the_same_message_has_the_same_id(&a, i, &ios, i);
	}
}

static void
equal_texts_in_a_minute_have_ids_of_their_own(void **state)
{
	struct ids a = ids_of("Europe/Berlin", android);

	(void)state;
	for (size_t i = 0; i < a.count; i++)
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(a.message[i], a.message[k]);
			assert_string_not_equal(a.slot[i], a.slot[k]);
		}
}

struct tally {
	size_t messages, refused;
};

static void
count_message(void *with, const struct message *m)
{
	struct tally *tally = with;

	assert_int_equal(m->message_id.len, 32);
	tally->messages++;
}

static void
count_refused(void *with, struct str bytes, int64_t line, const char *why)
{
	struct tally *tally = with;

	assert_true(str_starts(bytes, STR("13/06/2018, 13:55 - Kim: ok")) && line > 65535);
	assert_non_null(strstr(why, "equal messages"));
	tally->refused++;
}

static void
what_would_have_the_id_of_another_is_refused(void **state)
{
	struct tally tally = {0};
	struct chat_reader r = {0};
	struct reader_output out = {&tally, count_message, count_refused};
	struct buf text = {0};
	struct err err;

	(void)state;
	for (size_t i = 0; i < 65540; i++)
		buf_add(&text, STR("13/06/2018, 13:55 - Kim: ok\n"));
	assert_ok(read_chat(&r, buf_str(&text), (struct reading){.piece = 1 << 18}, &out, &err),
		  err);
	assert_int_equal(tally.messages, 65535);
	assert_int_equal(tally.refused, 5);
	chat_reader_free(&r);
	buf_free(&text);
}

static void
a_minute_that_comes_again_goes_on_counting(void **state)
{
	struct ids a = ids_of("Europe/Berlin", "13/06/2018, 13:55 - Kim: ok\n"
					       "13/06/2018, 13:58 - Kim: ok\n"
					       "13/06/2018, 13:55 - Kim: ok\n");

	(void)state;
	assert_string_not_equal(a.message[0], a.message[2]);
	assert_string_not_equal(a.slot[0], a.slot[2]);
}

static void
an_edited_text_keeps_its_slot(void **state)
{
	struct ids a = ids_of("Europe/Berlin", "13/06/2018, 13:55 - Kim: at five\n"
					       "13/06/2018, 13:55 - Kim: or so\n");
	struct ids b = ids_of("Europe/Berlin",
			      "13/06/2018, 13:55 - Kim: at six <This message was edited>\n"
			      "13/06/2018, 13:55 - Kim: or so\n");

	(void)state;
	assert_string_not_equal(a.message[0], b.message[0]);
	assert_string_equal(a.slot[0], b.slot[0]);
	the_same_message_has_the_same_id(&a, 1, &b, 1);
}

static struct buf
rendered(struct str text, struct reading how)
{
	struct chat_reader r = {0};
	struct buf lines = {0};
	struct reader_output out = {&lines, render_message, render_refused};
	struct err err;

	assert_ok(local_time_set_zone("UTC", &err), err);
	assert_ok(read_chat(&r, text, how, &out, &err), err);
	chat_reader_free(&r);
	return lines;
}

static void
a_header_with_nothing_behind_it_is_a_line_of_no_text(void **state)
{
	static const char *const texts[] = {
		"13/03/2024, 18:00 - Ann: hi\n13/03/2024, 18:01 - \n",
		"13/03/2024, 18:01 - \n",
		"13/03/2024, 18:01 -\n",
		"[13/03/24, 18:05:34] \n[13/03/24, 18:05:35] Ann: hi\n",
		"[13/03/24, 18:05:34] \u200e\n[13/03/24, 18:05:35] \u200e: \u200e\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf lines = rendered(str_of(texts[i]), (struct reading){.piece = 1 << 18});
		struct str wanted = STR("\t-\tsystem\t-\t event=unknown line=\n");
		assert_true(str_find(buf_str(&lines), wanted) < lines.len);
		buf_free(&lines);
	}
}

static void
an_iphone_of_old_marks_the_lines_of_the_system_too(void **state)
{
	struct buf lines = rendered(
		STR("8/13/14, 1:55:00 PM: Ada: hi\n"
		    "8/13/14, 1:57:00 PM: Ada: \u200eMessages to this chat and calls are now "
		    "secured with end-to-end encryption.\n"),
		(struct reading){.piece = 1 << 18});

	(void)state;
	assert_true(str_find(buf_str(&lines), STR("\tAda\ttext\thi\t")) < lines.len);
	assert_true(str_find(buf_str(&lines), STR("\t-\tsystem\t-\t event=")) < lines.len);
	buf_free(&lines);
}

static void
a_line_longer_than_a_piece_is_whole(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_printf(&text, "13/06/2018, 13:55 - Kim: ");
	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "13/06/2018, 13:56 - Lee: ");
	buf_printf(&text, "\n13/06/2018, 13:57 - Kim: end\n");
	struct buf whole = rendered(buf_str(&text), (struct reading){.piece = 1 << 22});
	struct buf cut = rendered(buf_str(&text), (struct reading){.piece = 1 << 18, .cut = true});
	assert_true(str_find(buf_str(&whole), STR("refused\t1451450 bytes at line 1")) < whole.len);
	assert_true(str_find(buf_str(&whole), STR("end\t\n")) < whole.len);
	assert_true(str_find(buf_str(&cut), STR("end\t\n")) < cut.len);
	buf_free(&whole);
	buf_free(&cut);

	buf_clear(&text);
	buf_printf(&text, "13/06/2018, 13:55 - Kim: ");
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "13/06/2018, 13:56 - Lee: ");
	buf_printf(&text, "\n13/06/2018, 13:57 - Kim: end\n");
	whole = rendered(buf_str(&text), (struct reading){.piece = 1 << 22});
	cut = rendered(buf_str(&text), (struct reading){.piece = 1 << 16, .cut = true});
	assert_true(str_equal(buf_str(&whole), buf_str(&cut)));
	assert_true(whole.len > 500000);
	buf_free(&whole);
	buf_free(&cut);
	buf_free(&text);
}

static void
a_message_without_end_is_bounded_and_nothing_is_dropped_silently(void **state)
{
	struct buf text = {0};

	(void)state;
	buf_printf(&text, "13/06/2018, 13:55 - Kim: begin\n");
	while (text.len < 3 << 20)
		buf_printf(&text, "a line of a text that never ends\n");
	size_t lines = (text.len - 31) / 33;
	buf_printf(&text, "13/06/2018, 13:57 - Kim: end\n");
	struct buf got = rendered(buf_str(&text), (struct reading){.piece = 1 << 18});
	size_t kept = 0, refused = 0;
	for (struct str rest = buf_str(&got); rest.len > 0;) {
		struct str line = str_cut(&rest, '\n');
		if (str_starts(line, STR("refused\t")))
			refused += (size_t)strtoul(line.ptr + 8, NULL, 10);
		else
			for (size_t at; (at = str_find(line, STR("\\na line"))) < line.len; kept++)
				line = str_tail(line, at + 2);
	}
	assert_int_equal(kept + refused / 33, lines);
	assert_true(str_find(buf_str(&got), STR("end\t\n")) < got.len);
	buf_free(&got);
	buf_free(&text);
}

static void
a_damaged_snapshot_is_refused(void **state)
{
	struct chat_reader r = {0};
	struct buf life = {0};
	struct err err;

	(void)state;
	chat_reader_start(&r, INT64_MAX);
	chat_reader_add_entry(&r,
			      &(struct body_entry){STR("media/IMG-1.jpg"), 5, STR("m/IMG-1.jpg")});
	chat_reader_save(&r, &life);
	chat_reader_free(&r);
	assert_ok(chat_reader_restore(&r, buf_str(&life), &err), err);
	const struct body_entry *entry = map_get(&r.entries, STR("IMG-1.jpg"));
	assert_non_null(entry);
	assert_str(entry->name, "media/IMG-1.jpg");
	for (size_t n = 0; n < life.len; n += 7)
		assert_int_equal(chat_reader_restore(&r, str_head(buf_str(&life), n), &err), -1);
	buf_free(&life);
}

RUN_TESTS(TEST(a_longer_export_repeats_the_ids_of_a_shorter_one),
	  TEST(another_zone_or_form_changes_no_id),
	  TEST(equal_texts_in_a_minute_have_ids_of_their_own),
	  TEST(what_would_have_the_id_of_another_is_refused),
	  TEST(a_minute_that_comes_again_goes_on_counting), TEST(an_edited_text_keeps_its_slot),
	  TEST(a_header_with_nothing_behind_it_is_a_line_of_no_text),
	  TEST(an_iphone_of_old_marks_the_lines_of_the_system_too),
	  TEST(a_line_longer_than_a_piece_is_whole),
	  TEST(a_message_without_end_is_bounded_and_nothing_is_dropped_silently),
	  TEST(a_damaged_snapshot_is_refused))
