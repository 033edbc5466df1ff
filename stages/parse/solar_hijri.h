/* solar_hijri.h -- the calendar of Iran and Afghanistan: six months of 31 days, five of 30, and one
 * of 29, or 30 in leap years. Year 1403 began on 2024-03-20. */
#ifndef SOLAR_HIJRI_H
#define SOLAR_HIJRI_H

#include <stdbool.h>
#include <stdint.h>

#define SOLAR_HIJRI_FIRST 1380 /* years that messages may be of: 2001 to 2051 */
#define SOLAR_HIJRI_LAST  1429

/* Days since 1970-01-01. False: there is no such date in those years. */
bool solar_hijri_days(int64_t year, int month, int day, int64_t *days);

#endif
