/*
 * The calendar is the Gregorian one, in both directions without an end; days are counted from
 * 1970-01-01, in eras of 400 years that begin with March, so that leap days come last.
 */
#include "avro/datum_json.h"

#define DAY_SECONDS 86400

/* How a logical type counts. */
struct clock {
	const char *name;
	int digits; /* of a second's fraction: 3 of millis; -1: days */
	bool date, time, zone;
};
static const struct clock clocks[] = {
	{"date", -1, true, false, false},
	{"time-millis", 3, false, true, false},
	{"time-micros", 6, false, true, false},
	{"timestamp-millis", 3, true, true, true},
	{"timestamp-micros", 6, true, true, true},
	{"timestamp-nanos", 9, true, true, true},
	{"local-timestamp-millis", 3, true, true, false},
	{"local-timestamp-micros", 6, true, true, false},
	{"local-timestamp-nanos", 9, true, true, false},
};

static const struct clock *
find_clock(struct str logical)
{
	for (size_t i = 0; logical.ptr != NULL && i < sizeof(clocks) / sizeof(*clocks); i++)
		if (str_equal(logical, str_of(clocks[i].name)))
			return &clocks[i];
	return NULL;
}

static int64_t
units_in_second(const struct clock *clock)
{
	int64_t units = 1;

	for (int i = 0; i < clock->digits; i++)
		units *= 10;
	return units;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
days_of_date(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = floor_div(y, 400), of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719468;
}

static void
date_of_days(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t shifted = days + 719468, era = floor_div(shifted, 146097);
	int64_t of_era = shifted - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t day_of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * day_of_year + 2) / 153;

	*day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = y + era * 400 + (*month <= 2);
}

bool
datum_time_add(struct buf *out, struct str logical, int64_t value)
{
	const struct clock *clock = find_clock(logical);

	if (clock == NULL)
		return false;
	int64_t second = units_in_second(clock), units_in_day = second * DAY_SECONDS;
	int64_t days = clock->digits < 0 ? value : floor_div(value, units_in_day);
	int64_t of_day = clock->digits < 0 ? 0 : value % units_in_day, year;
	int month, day;

	of_day += of_day < 0 ? units_in_day : 0;
	if (!clock->date && days != 0)
		return false;
	if (days < -719528 || days > 2932896) /* 0000-01-01, 9999-12-31 */
		return false;
	date_of_days(days, &year, &month, &day);
	if (clock->date) {
		buf_add_number(out, (uint64_t)year, 4);
		buf_add_byte(out, '-');
		buf_add_number(out, (uint64_t)month, 2);
		buf_add_byte(out, '-');
		buf_add_number(out, (uint64_t)day, 2);
	}
	if (clock->date && clock->time)
		buf_add_byte(out, 'T');
	if (clock->time) {
		uint64_t s = (uint64_t)(of_day / second), fraction = (uint64_t)(of_day % second);
		buf_add_number(out, s / 3600, 2);
		buf_add_byte(out, ':');
		buf_add_number(out, s / 60 % 60, 2);
		buf_add_byte(out, ':');
		buf_add_number(out, s % 60, 2);
		if (fraction != 0) {
			buf_add_byte(out, '.');
			buf_add_number(out, fraction, clock->digits);
		}
	}
	if (clock->zone)
		buf_add_byte(out, 'Z');
	return true;
}

/* Takes `digits` digits off the front. */
static bool
take_digits(struct str *text, size_t digits, int *value)
{
	uint64_t number;

	if (text->len < digits || !str_to_u64(str_head(*text, digits), &number))
		return false;
	*value = (int)number;
	*text = str_tail(*text, digits);
	return true;
}

static bool
take_byte(struct str *text, char byte)
{
	if (text->len == 0 || text->ptr[0] != byte)
		return false;
	*text = str_tail(*text, 1);
	return true;
}

static bool
take_date(struct str *text, int64_t *days)
{
	static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day;

	if (!take_digits(text, 4, &year) || !take_byte(text, '-') ||
	    !take_digits(text, 2, &month) || !take_byte(text, '-') || !take_digits(text, 2, &day) ||
	    month < 1 || month > 12 || day < 1 || day > lengths[month - 1])
		return false;
	if (month == 2 && day == 29 && (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0)))
		return false;
	*days = days_of_date(year, month, day);
	return true;
}

/* HH:MM:SS, and a fraction of at most the clock's digits. */
static bool
take_time(struct str *text, const struct clock *clock, int64_t *units)
{
	int64_t unit = units_in_second(clock);
	int hour, minute, second;

	if (!take_digits(text, 2, &hour) || !take_byte(text, ':') ||
	    !take_digits(text, 2, &minute) || !take_byte(text, ':') ||
	    !take_digits(text, 2, &second) || hour > 23 || minute > 59 || second > 59)
		return false;
	*units = (hour * 3600 + minute * 60 + second) * unit;
	if (take_byte(text, '.')) {
		int digit;
		if (!take_digits(text, 1, &digit))
			return false;
		do {
			if (unit == 1)
				return false;
			unit /= 10;
			*units += digit * unit;
		} while (take_digits(text, 1, &digit));
	}
	return true;
}

/* Z, or an offset from it. */
static bool
take_zone(struct str *text, int64_t *seconds)
{
	int hours, minutes, sign = 1;

	*seconds = 0;
	if (take_byte(text, 'Z'))
		return true;
	if (take_byte(text, '-'))
		sign = -1;
	else if (!take_byte(text, '+'))
		return false;
	if (!take_digits(text, 2, &hours) || !take_byte(text, ':') ||
	    !take_digits(text, 2, &minutes) || minutes > 59)
		return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
datum_time_read(struct str logical, struct str text, int64_t *value)
{
	const struct clock *clock = find_clock(logical);
	int64_t days = 0, units = 0, zone = 0;

	if (clock == NULL || (clock->date && !take_date(&text, &days)) ||
	    (clock->date && clock->time && !take_byte(&text, 'T')) ||
	    (clock->time && !take_time(&text, clock, &units)) ||
	    (clock->zone && !take_zone(&text, &zone)) || text.len > 0)
		return false;
	if (clock->digits < 0) {
		*value = days;
		return true;
	}
	/* Nanoseconds reach from 1677 to 2262 only. */
	int64_t second = units_in_second(clock), seconds = days * DAY_SECONDS - zone;
	return !__builtin_mul_overflow(seconds, second, value) &&
	       !__builtin_add_overflow(*value, units, value);
}
