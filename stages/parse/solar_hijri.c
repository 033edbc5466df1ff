#include "solar_hijri.h"
#include "civil_time.h"

/* In these years, as astronomers reckon them: every fourth, and now and then every fifth. */
static bool
is_leap(int64_t year)
{
	return (25 * year + 11) % 33 < 8;
}

bool
solar_hijri_days(int64_t year, int month, int day, int64_t *days)
{
	if (year < SOLAR_HIJRI_FIRST || year > SOLAR_HIJRI_LAST || month < 1 || month > 12)
		return false;
	int length = month <= 6 ? 31 : month < 12 || is_leap(year) ? 30 : 29;
	if (day < 1 || day > length)
		return false;
	*days = civil_days(2001, 3, 21) + (month <= 7 ? (month - 1) * 31 : 6 + (month - 1) * 30) +
		day - 1;
	for (int64_t y = SOLAR_HIJRI_FIRST; y < year; y++)
		*days += is_leap(y) ? 366 : 365;
	return true;
}
