#include "local_time.h"
#include "base/str.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAY 86400

/* libc takes a zone that it does not know for UTC, without a word: look first. */
int
local_time_set_zone(const char *zone, struct err *err)
{
	char path[512], magic[4];
	const char *folder = getenv("TZDIR");

	if (zone == NULL) {
		tzset();
		return 0;
	}
	if (zone[0] == '\0' || zone[0] == '/' || strstr(zone, "..") != NULL || strlen(zone) > 200)
		return err_set(err, ERR_FATAL, "\"%.64s\" is not the name of a time zone", zone);
	(void)snprintf(path, sizeof(path), "%.255s/%s",
		       folder != NULL ? folder : "/usr/share/zoneinfo", zone);
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		return err_set(err, ERR_FATAL, "could not open time zone \"%s\": %s", path,
			       strerror(errno));
	size_t got = fread(magic, 1, sizeof(magic), f);
	if (fclose(f) != 0 || got != sizeof(magic) || memcmp(magic, "TZif", 4) != 0)
		return err_set(err, ERR_FATAL, "\"%s\" is not a time zone", path);
	if (setenv("TZ", zone, 1) != 0)
		return err_set(err, ERR_FATAL, "could not set the time zone: %s", strerror(errno));
	tzset();
	return 0;
}

const char *
local_time_machine_zone(char name[ZONE_LONGEST])
{
	static const char folder[] = "/zoneinfo/";
	const char *zone = getenv("TZ");
	ssize_t len = -1;

	if (zone == NULL)
		len = readlink("/etc/localtime", name, ZONE_LONGEST - 1);
	if (len > 0) {
		name[len] = '\0';
		zone = strstr(name, folder);
		if (zone != NULL)
			return zone + strlen(folder);
	}
	(void)snprintf(name, ZONE_LONGEST, "%s",
		       zone != NULL && zone[0] != '\0' ? zone : tzname[0]);
	return name;
}

static int32_t
offset_at(int64_t instant)
{
	struct tm tm;
	time_t t = (time_t)instant;

	return localtime_r(&t, &tm) == NULL ? 0 : (int32_t)tm.tm_gmtoff;
}

/* The clock's offset on a day and in the one before and after it; two changes in three days are
 * not known of any zone. */
static void
look_up(struct local_time *lt, int64_t day)
{
	int64_t from = (day - 1) * DAY, to = (day + 2) * DAY;

	lt->known = 1;
	lt->day = day;
	lt->before = offset_at(from);
	lt->after = offset_at(to);
	lt->change = INT64_MAX;
	if (lt->before == lt->after)
		return;
	while (to - from > 1) {
		int64_t middle = from + (to - from) / 2;
		if (offset_at(middle) == lt->before)
			from = middle;
		else
			to = middle;
	}
	lt->change = to;
}

/* Near a change of the clock: the offset before it and the one after it are the only candidates. */
static int32_t
offset_near_change(struct local_time *lt, int64_t wall)
{
	int64_t first = wall - lt->before, second = wall - lt->after;
	bool fits_before = first < lt->change, fits_after = second >= lt->change;

	/* Twice: the second time, once the first would lie before what was read already, which has
	 * just been in that hour. */
	if (fits_before && fits_after)
		return lt->last > first + 59 && lt->last <= second + 3600 ? lt->after : lt->before;
	lt->impossible += !fits_before && !fits_after;
	return fits_after ? lt->after : lt->before;
}

int64_t
local_time_find(struct local_time *lt, int64_t wall, int32_t *offset_minutes)
{
	if (!lt->known || (uint64_t)wall - (uint64_t)lt->day * DAY >= DAY)
		look_up(lt, wall / DAY - (wall % DAY < 0));
	int32_t offset = lt->change == INT64_MAX ? lt->before : offset_near_change(lt, wall);
	lt->last = wall - offset;
	*offset_minutes = offset / 60;
	return lt->last;
}
