#include "chat_form.h"
#include "civil_time.h"
#include "solar_hijri.h"
#include <stdio.h>

const char *const date_order_names[] = {"auto", "dmy", "mdy", "ymd", "myd", "dym", NULL};
const char *const calendar_names[] = {"gregorian", "buddhist",    "buddhist",
				      "japanese",  "solar_hijri", NULL};
const char *const order_basis_names[] = {"option",   "only_one", "numbers",
					 "evidence", "habit",    NULL};

/* Which of the date's three numbers is the year, the month, the day. */
static const uint8_t slots[ORDER_COUNT][3] = {
	[ORDER_DMY] = {2, 1, 0}, [ORDER_MDY] = {2, 0, 1}, [ORDER_YMD] = {0, 1, 2},
	[ORDER_MYD] = {1, 0, 2}, [ORDER_DYM] = {1, 2, 0},
};

/* The Gregorian year, or the Solar Hijri one where days are reckoned by that calendar; 0: none. */
static int64_t
year_of(enum calendar calendar, uint16_t number, uint8_t width, char era)
{
	switch (calendar) {
	case CALENDAR_GREGORIAN:
		return width == 4 ? number : 2000 + number;
	case CALENDAR_SOLAR_HIJRI:
		return number;
	case CALENDAR_BUDDHIST:
		return number - 543;
	case CALENDAR_BUDDHIST_SHORT:
		return 2500 + number - 543;
	case CALENDAR_JAPANESE:
		return era == 'R' ? 2018 + number : era == 'H' ? 1988 + number : 0;
	}
	return 0;
}

static bool
follows_rule(enum digit_rule rule, uint8_t width, bool zero)
{
	switch (rule) {
	case DIGITS_ANY:
		return true;
	case DIGITS_BARE:
		return width > 1 ? !zero : true;
	case DIGITS_PADDED:
		return width >= 2;
	}
	return true;
}

/* Days since 1970 of a date that the form allows. */
static bool
read_date(const struct chat_form *f, const struct header *h, int64_t *days)
{
	if (memcmp(&h->shape, &f->shape, sizeof(h->shape)) != 0)
		return false;
	for (int i = 0; i < 3; i++)
		if (!follows_rule(f->rules[i], h->width[i], h->zeros >> i & 1))
			return false;
	const uint8_t *slot = slots[f->order];
	int64_t year = year_of(f->calendar, h->number[slot[0]], h->width[slot[0]], h->era);
	int month = h->number[slot[1]], day = h->number[slot[2]];
	if (f->calendar == CALENDAR_SOLAR_HIJRI)
		return solar_hijri_days(year, month, day, days);
	if (year == 0 || !civil_date_exists(year, month, day))
		return false;
	*days = civil_days(year, month, day);
	return true;
}

/* Minutes since 1970, of date and hour as the form allows them. */
static bool
read_hour(const struct chat_form *f, const struct header *h, int64_t *minutes)
{
	int64_t day;

	if (!read_date(f, h, &day) || !follows_rule(f->rules[3], h->hour_width, h->zeros >> 3 & 1))
		return false;
	int hour = h->half == HALF_NONE ? h->hour : clock_hour(h->hour, h->half);
	*minutes = day * 1440 + (hour < 24 ? hour : hour - 24) * 60;
	return true;
}

static inline void
read_minute(const struct header *h, int64_t hour, struct chat_header *to)
{
	to->minute = hour + h->minute;
	to->second = h->second < 60 ? h->second : 59;
	to->length = h->length;
}

/* Most lines of a text say with their first byte that they are none. */
static bool
may_be_header(const struct chat_form *f, struct str line)
{
	if (line.len == 0)
		return false;
	unsigned char first = (unsigned char)line.ptr[0];
	if (first >= 0x80 || (f->shape.month != 0 && f->shape.frame != FRAME_BRACKET))
		return true;
	return f->shape.frame == FRAME_BRACKET ? first == '[' : first >= '0' && first <= '9';
}

bool
chat_form_header(const struct chat_form *f, struct str line, struct chat_header *to)
{
	struct header h;
	int64_t hour;

	if (!may_be_header(f, line) || !header_scan(line, &h) || !read_hour(f, &h, &hour))
		return false;
	read_minute(&h, hour, to);
	return true;
}

bool
chat_form_next_header(const struct chat_form *f, struct form_memory *m, struct str line,
		      size_t readable, struct chat_header *to)
{
	bool same_hour;

	if (!may_be_header(f, line))
		return false;
	const struct header *h = header_layouts_scan(&m->layouts, line, readable, &same_hour);
	if (h == NULL)
		return false;
	if (h != m->dated || !same_hour) {
		m->dated = NULL;
		if (!read_hour(f, h, &m->hour))
			return false;
		m->dated = h;
	}
	read_minute(h, m->hour, to);
	return true;
}

bool
chat_form_is_foreign(struct str line)
{
	struct header h;
	unsigned char first = line.len == 0 ? 'a' : (unsigned char)line.ptr[0];

	if ((first < '0' || first > '9') && first != '[' && first < 0x80)
		return false;
	return header_scan(line, &h) && h.shape.year != YEAR_NONE; /* timetables are no chats */
}

static void
describe_date(const struct chat_form *f, char *to, size_t size)
{
	static const char letters[] = "ymd";
	char separator[3] = {(char)f->shape.separator, f->shape.spaced & 1 ? ' ' : '\0'};
	char names[3][5] = {"", "", ""};

	for (int i = 0; i < 3; i++) {
		int slot = slots[f->order][i];
		int width = i == 0 ? (f->shape.year == YEAR_LONG ? 4 : 2)
				   : (f->rules[slot] == DIGITS_PADDED ? 2 : 1);
		memset(names[slot], letters[i], (size_t)width);
		if (f->shape.month == slot + 1)
			memcpy(names[slot], "mmm", 4);
	}
	(void)snprintf(to, size, "%s%s%s%s%s", names[0], separator, names[1], separator, names[2]);
}

void
chat_form_describe(const struct chat_form *f, char text[64])
{
	static const char *const open[] = {"", "[", "", "", "", ""};
	static const char *const close[] = {"", "]", " -", " –", ":", ""};
	static const char *const commas[] = {"", ",", "،"};
	char date[24], time[24];

	describe_date(f, date, sizeof(date));
	(void)snprintf(time, sizeof(time), "%s%s%smm%s%s", f->shape.half == 1 ? "pm " : "",
		       f->rules[3] == DIGITS_PADDED ? "hh" : "h",
		       f->shape.clock == ':'   ? ":"
		       : f->shape.clock == '.' ? "."
					       : " h ",
		       !f->shape.seconds       ? ""
		       : f->shape.clock == '.' ? ".ss"
					       : ":ss",
		       f->shape.half == 2 ? " pm" : "");
	(void)snprintf(text, 64, "%s%s%s %s%s", open[f->shape.frame],
		       f->shape.time_first ? time : date,
		       f->shape.time_first ? "," : commas[f->shape.comma],
		       f->shape.time_first ? date : time, close[f->shape.frame]);
}
