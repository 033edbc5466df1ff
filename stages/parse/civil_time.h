/* civil_time.h -- days, and what a calendar calls them. */
#ifndef CIVIL_TIME_H
#define CIVIL_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* Days since 1970-01-01 of a date of the Gregorian calendar, which must be one. */
static inline int64_t
civil_days(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2); /* years begin in March, so that leap days end them */
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static inline bool
civil_date_exists(int64_t year, int month, int day)
{
	static const int8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return month != 2 || day < 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

#endif
