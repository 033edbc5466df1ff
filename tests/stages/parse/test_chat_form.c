#include "../../../stages/parse/chat_form.h"
#include "../../../stages/parse/civil_time.h"
#include "base/buf.h"
#include "check.h"

static int
decide(const char *text, enum date_order wanted, int64_t latest_day, struct chat_form *form,
       struct err *err)
{
	struct form_evidence evidence;

	form_evidence_init(&evidence, latest_day);
	form_evidence_add(&evidence, str_of(text), false);
	return form_decide(&evidence, wanted, form, err);
}

static void
expect(const char *text, enum date_order order, bool sure)
{
	struct chat_form form;
	struct err err;

	assert_ok(decide(text, ORDER_AUTO, INT64_MAX, &form, &err), err);
	assert_string_equal(date_order_names[form.order], date_order_names[order]);
	assert_int_equal(form.confidence >= 0.95F, sure);
}

static void
expect_refused(const char *text, const char *why)
{
	struct chat_form form;
	struct err err;

	assert_int_equal(decide(text, ORDER_AUTO, INT64_MAX, &form, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	assert_string_equal(err.text, why);
}

static void
a_number_above_12_is_no_month(void **state)
{
	(void)state;
	expect("13/6/18, 13:55 - a: x\n", ORDER_DMY, true);
	expect("6/13/18, 13:55 - a: x\n", ORDER_MDY, true);
	expect("[06.13.18 21:25:15] a: m\n", ORDER_MDY, true);
	expect("[06/2018/13, 21:25:15] a: m\n", ORDER_MYD, true);
}

static void
the_order_of_time_speaks(void **state)
{
	(void)state;
	expect("1/4/23, 07:02 - a: x\n1/5/23, 07:02 - a: x\n1/6/23, 07:02 - a: x\n", ORDER_MDY,
	       true);
	expect("4/1/23, 07:02 - a: x\n5/1/23, 07:02 - a: x\n6/1/23, 07:02 - a: x\n", ORDER_DMY,
	       true);
}

/* A message or two a day, of the days around the turn of a month, as `format` prints a date. */
static void
write_days(struct buf *to, const char *format)
{
	for (int day = 0; day < 24; day++) {
		int year = 23, month = day < 11 ? 11 : 12,
		    of_month = day < 11 ? 20 + day : day - 10;
		buf_printf(to, format, year, month, of_month);
	}
}

static void
two_digits_of_a_year_may_stand_in_front(void **state)
{
	static const char *const formats[] = {
		"%02d/%02d/%02d 下午3:00 - Bob: m\n",
		"%02d/%02d/%02d 15:00 - Bob: m\n",
		"%02d-%02d-%02d 15 h 00 - Bob: m\n",
		"%02d/%02d/%02d, 15:00 - Bob: m\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct buf text = {0};
		write_days(&text, formats[i]);
		expect(buf_cstr(&text), ORDER_YMD, true);
		buf_free(&text);
	}
	expect("23/11/20, 15:00 - a: x\n24/11/20, 15:00 - a: x\n25/11/20, 15:00 - a: x\n",
	       ORDER_DMY, true);
	expect("23/11/20 15:00 - a: x\n", ORDER_DMY, false);
	expect("23/11/20 15:00 - a: x\n23/11/21 15:00 - a: x\n", ORDER_YMD, false);
}

static void
year_first_is_obeyed(void **state)
{
	struct chat_form form;
	struct err err;

	(void)state;
	assert_ok(decide("23/11/20 15:00 - a: x\n", ORDER_YMD, INT64_MAX, &form, &err), err);
	assert_int_equal(form.order, ORDER_YMD);
	assert_int_equal(form.basis, BASIS_OPTION);
	assert_ok(decide("13/06/18, 15:00 - a: x\n", ORDER_YMD, INT64_MAX, &form, &err), err);
	assert_int_equal(form.order, ORDER_YMD);
	assert_ok(decide("13/06/18, 15:00 - a: x\n", ORDER_MDY, INT64_MAX, &form, &err), err);
	assert_int_equal(form.order, ORDER_DMY);
}

static void
the_hour_is_told_in_the_words_of_each_language(void **state)
{
	static const struct {
		const char *line;
		int minute; /* of the day */
	} cases[] = {
		{"12.03.24 г. 18:05 ч. - a: x", 18 * 60 + 5},
		{"12/3/2567 18:05 น. - a: x", 18 * 60 + 5},
		{"13/03/24 18h05 - a: x", 18 * 60 + 5},
		{"13/3/24, பிற்பகல் 6:05 - a: x", 18 * 60 + 5},
		{"13/3/24, ප.ව. 6:05 - a: x", 18 * 60 + 5},
		{"13-03-24, 6:05 సా - a: x", 18 * 60 + 5},
		{"13/3/24, 6:05 সন্ধ্যা - a: x", 18 * 60 + 5},
		{"13/3/24, 12:05 রাত - a: x", 5},
		{"13/3/24, 9:05 রাত - a: x", 21 * 60 + 5},
		{"13.3.24, 6:05 e pasdites - a: x", 18 * 60 + 5},
		{"13/3/24, 6:05 de la tarde - a: x", 18 * 60 + 5},
		{"13/3/24, 6:05 de la mañana - a: x", 6 * 60 + 5},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chat_form form;
		struct chat_header header;
		struct err err;
		assert_ok(decide(cases[i].line, ORDER_AUTO, INT64_MAX, &form, &err), err);
		assert_true(chat_form_header(&form, str_of(cases[i].line), &header));
		assert_int_equal(header.minute % 1440, cases[i].minute);
		assert_int_equal(header.length, strlen(cases[i].line) - strlen("a: x"));
	}
}

static void
names_of_files_carry_the_date(void **state)
{
	(void)state;
	expect("3/6/18, 13:55 - a: IMG-20180306-WA0002.jpg (file attached)\n"
	       "3/6/18, 13:56 - a: IMG-20180306-WA0003.jpg (file attached)\n",
	       ORDER_MDY, true);
	expect("[3/6/18, 13:55:00] a: <attached: 00000035-PHOTO-2018-06-03-13-55-00.jpg>\n",
	       ORDER_DMY, true);
}

static void
without_evidence_the_order_is_a_guess(void **state)
{
	(void)state;
	expect("3/6/18, 13:55 - a: x\n", ORDER_DMY, false);
	expect("3/6/18, 1:55 PM - a: x\n", ORDER_MDY, false);
	expect("3/6/18, 1:55 p.m. - a: x\n", ORDER_DMY, false);
}

static void
one_late_message_is_no_proof(void **state)
{
	(void)state;
	expect("2/11/19, 14:48 - a: x\n10/11/19, 14:25 - b: x\n2/11/19, 14:50 - a: x\n", ORDER_DMY,
	       false);
}

static void
a_quoted_date_does_not_turn_the_order(void **state)
{
	(void)state;
	expect("04.01.18, 11:53 - a: x\n04.13.18, 11:54 - b: forged\n05.01.18, 11:55 - a: x\n",
	       ORDER_DMY, true);
}

static void
the_option_decides(void **state)
{
	struct chat_form form;
	struct chat_header header;
	struct err err;

	(void)state;
	assert_ok(decide("3/6/18, 13:55 - a: x\n", ORDER_MDY, INT64_MAX, &form, &err), err);
	assert_int_equal(form.order, ORDER_MDY);
	assert_true(form.confidence == 1);
	assert_true(chat_form_header(&form, STR("3/6/18, 13:55 - a: x"), &header));
	assert_int_equal(header.minute / 1440, 17596); /* 2018-03-06 */
	/* A year in front leaves nothing to decide. */
	assert_ok(decide("2018-03-06, 13:55 - a: x\n", ORDER_DMY, INT64_MAX, &form, &err), err);
	assert_int_equal(form.order, ORDER_YMD);
}

static void
the_future_speaks_against_an_order(void **state)
{
	struct chat_form form;
	struct err err;

	(void)state;
	/* Read on 2018-03-10: the third of June has not come. */
	assert_ok(decide("3/6/18, 13:55 - a: x\n", ORDER_AUTO, 17600, &form, &err), err);
	assert_int_equal(form.order, ORDER_MDY);
	assert_true(form.confidence >= 0.95F);
}

static void
buddhist_years_of_two_digits_are_told_by_the_future(void **state)
{
	struct chat_form form;
	struct chat_header header;
	struct err err;

	(void)state;
	assert_ok(decide("16/3/65 09:15 - a: x\n", ORDER_AUTO, 19500, &form, &err), err);
	assert_int_equal(form.calendar, CALENDAR_BUDDHIST_SHORT);
	assert_true(chat_form_header(&form, STR("16/3/65 09:15 - a: x"), &header));
	assert_int_equal(header.minute / 1440, 19067); /* 2022-03-16 */
}

static void
a_calendar_that_is_not_known_is_refused(void **state)
{
	(void)state;
	expect_refused("[5784/3/1, 10:00:00] a: x\n",
		       "its years (5784) are of a calendar that is not known");
	expect_refused("[1444/8/15, 10:00:00] a: x\n",
		       "its years (1444) are of the lunar Hijri calendar, which phones reckon in "
		       "several ways: export the chat with another calendar set");
}

/* Of a chat of one line: its day since 1970, in the form that is found. */
static int64_t
day_of(const char *line, struct chat_form *form)
{
	struct chat_header header;
	struct err err;

	assert_ok(decide(line, ORDER_AUTO, INT64_MAX, form, &err), err);
	assert_true(chat_form_header(form, str_of(line), &header));
	return header.minute / 1440;
}

static void
solar_hijri_years_are_told_by_themselves(void **state)
{
	struct chat_form form;
	struct err err;
	struct chat_header header;

	(void)state;
	assert_int_equal(day_of("[۱۴۰۳/۱/۱, ۱۰:۰۰:۰۰] a: x", &form), civil_days(2024, 3, 20));
	assert_int_equal(form.calendar, CALENDAR_SOLAR_HIJRI);
	assert_int_equal(day_of("1399/12/30, 10:00 - a: x", &form), civil_days(2021, 3, 20));
	assert_int_equal(day_of("[2/31/1401 AP, 21:41:35] a: x", &form), civil_days(2022, 5, 21));
	assert_int_equal(form.order, ORDER_MDY);
	/* No such day: it is no header. */
	assert_ok(decide("1402/11/1, 10:00 - a: x\n1402/11/2, 10:00 - a: x\n", ORDER_AUTO,
			 INT64_MAX, &form, &err),
		  err);
	assert_false(chat_form_header(&form, STR("1402/12/30, 10:00 - a: x"), &header));
}

static void
months_may_have_names(void **state)
{
	static const char *const lines[] = {
		"Aug 13, 2014, 10:04 AM - a: x",    "August 13, 2014 at 10:04 AM - a: x",
		"13 Aug 2014, 10:04 - a: x",        "Wednesday, 13 August 2014, 10:04 - a: x",
		"13. Aug. 2014, 10:04 - a: x",      "13 de ago. de 2014 10:04 - a: x",
		"13 août 2014 à 10:04 - a: x",      "[13 авг. 2014 г., 10:04:05] a: x",
		"[10:04:05, 13 Ağu 2014] a: x",     "[10:04:05, Aug 13, 2014] a: x",
		"[10:04:05 PM, Aug 13, 2014] a: x", "2014 Aug 13, 10:04 - a: x",
	};
	struct chat_form form;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(day_of(lines[i], &form), civil_days(2014, 8, 13));
		assert_int_equal(form.basis, BASIS_ONLY_ONE);
	}
	expect_refused("Wait 13, 2014, 10:04 AM - a: x\n",
		       "no line begins as the messages of a WhatsApp export do");
}

static void
dates_without_a_year_are_not_guessed(void **state)
{
	(void)state;
	expect_refused("13 Aug, 10:04 - a: x\n14 Aug, 10:04 - b: y\n",
		       "its dates have no year: they would be guessed; put one into each, as in "
		       "\"13 Aug 2014, 10:05 - \"");
	expect_refused("[13/05, 10:15] a: x\n[5.14, 10:15 PM] b: y\n",
		       "its messages were copied from the screen, and their dates have no year; "
		       "export the chat instead");
}

static void
a_timetable_is_no_other_chat(void **state)
{
	struct chat_form form;
	struct err err;

	(void)state;
	assert_false(chat_form_is_foreign(STR("13 May, 10:00 - 11:30 history")));
	assert_true(chat_form_is_foreign(STR("13 May 2014, 10:00 - a: x")));
	assert_ok(decide("13 May, 10:00 - 11:30 history\n13/06/18, 13:55 - a: x\n", ORDER_AUTO,
			 INT64_MAX, &form, &err),
		  err);
	assert_int_equal(form.shape.separator, '/');
}

static void
what_is_no_chat_is_refused(void **state)
{
	struct form_evidence evidence;
	struct chat_form form;
	struct err err;

	(void)state;
	expect_refused("13/6/18, 13:55 - a: x\r13/6/18, 13:56 - b: y\r",
		       "its lines end with CR alone; try tr '\\r' '\\n' < FILE");
	expect_refused("2024-03-12 18:05:33 - INFO: started\n2024-03-12 18:05:34 - server up\n"
		       "2024-03-12 18:05:34 - ERROR: no: way\n",
		       "it is a log: levels (INFO, ERROR) stand where people would");
	expect("[2024-03-12, 18:05:33] INFO: it is a channel's name\n", ORDER_YMD, true);
	expect_refused("", "it is empty");
	expect_refused("Dear diary,\n12:30 lunch\n", "no line begins as the messages of a WhatsApp "
						     "export do");
	form_evidence_init(&evidence, INT64_MAX);
	form_evidence_add(&evidence, STR("%PDF-1.4\0\n"), false);
	assert_int_equal(form_decide(&evidence, ORDER_AUTO, &form, &err), -1);
	assert_string_equal(err.text, "it is not text");
}

static void
a_header_of_another_form_is_text(void **state)
{
	struct chat_form form;
	struct chat_header header;
	struct err err;

	(void)state;
	assert_ok(decide("04.01.18, 11:53 - a: x\n14.01.18, 09:05 - a: x\n", ORDER_AUTO, INT64_MAX,
			 &form, &err),
		  err);
	assert_true(chat_form_header(&form, STR("15.01.18, 10:00 - b: y"), &header));
	assert_int_equal(header.length, 18);
	assert_false(chat_form_header(&form, STR("15.01.2018, 10:00 - b: y"), &header));
	assert_false(chat_form_header(&form, STR("15.1.18, 10:00 - b: y"), &header));
	assert_false(chat_form_header(&form, STR("15.01.18, 9:00 - b: y"), &header));
	assert_false(chat_form_header(&form, STR("15.01.18 10:00 - b: y"), &header));
	assert_false(chat_form_header(&form, STR("[15.01.18, 10:00] b: y"), &header));
	assert_false(chat_form_header(&form, STR("15.13.18, 10:00 - b: y"), &header));
	assert_false(chat_form_header(&form, STR("15.01.18, 10:60 - b: y"), &header));
	assert_false(chat_form_header(&form, STR("15.01.18, 10:00"), &header));
}

static void
evidence_suffices_once_more_of_it_changes_nothing(void **state)
{
	struct form_evidence evidence;

	(void)state;
	form_evidence_init(&evidence, INT64_MAX);
	for (int i = 0; i < 100; i++)
		form_evidence_add(&evidence, STR("3/6/18, 13:55 - a: x\n"), false);
	assert_false(form_evidence_suffices(&evidence));
	for (int i = 0; i < 4; i++)
		form_evidence_add(&evidence, STR("13/6/18, 13:55 - a: x\n"), false);
	assert_true(form_evidence_suffices(&evidence));
}

RUN_TESTS(TEST(a_number_above_12_is_no_month), TEST(the_order_of_time_speaks),
	  TEST(two_digits_of_a_year_may_stand_in_front), TEST(year_first_is_obeyed),
	  TEST(the_hour_is_told_in_the_words_of_each_language), TEST(names_of_files_carry_the_date),
	  TEST(without_evidence_the_order_is_a_guess), TEST(one_late_message_is_no_proof),
	  TEST(a_quoted_date_does_not_turn_the_order), TEST(the_option_decides),
	  TEST(the_future_speaks_against_an_order),
	  TEST(buddhist_years_of_two_digits_are_told_by_the_future),
	  TEST(a_calendar_that_is_not_known_is_refused),
	  TEST(solar_hijri_years_are_told_by_themselves), TEST(months_may_have_names),
	  TEST(dates_without_a_year_are_not_guessed), TEST(a_timetable_is_no_other_chat),
	  TEST(what_is_no_chat_is_refused), TEST(a_header_of_another_form_is_text),
	  TEST(evidence_suffices_once_more_of_it_changes_nothing))
