#include "dead_choice.h"

#include <time.h>

static int64_t
unit_ms(const char *text)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(units[i].name, text) == 0)
			return units[i].ms;
	return 0;
}

static bool
take_ago(const char *text, int64_t now_ms, int64_t *ms)
{
	size_t digits = strspn(text, "0123456789");
	int64_t unit = unit_ms(text + digits);
	uint64_t count;

	if (unit == 0 || !str_to_u64((struct str){text, digits}, &count) || count > 1000000)
		return false;
	*ms = now_ms - (int64_t)count * unit;
	return true;
}

int
dead_choice_time(const char *text, int64_t now_ms, int64_t *ms, struct err *err)
{
	static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};

	if (take_ago(text, now_ms, ms))
		return 0;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm = {0};
		const char *end = strptime(text, forms[i], &tm);
		if (end != NULL && (*end == '\0' || strcmp(end, "Z") == 0)) {
			*ms = (int64_t)timegm(&tm) * 1000;
			return 0;
		}
	}
	return err_set(err, ERR_INPUT,
		       "\"%s\" is no time: 2026-11-28, 2026-11-28T20:15 (UTC), or 2h for two hours "
		       "ago",
		       text);
}

static bool
is(struct str text, const char *wanted)
{
	return wanted == NULL || str_equal(text, str_of(wanted));
}

bool
dead_choice_has(const struct dead_choice *c, const struct dead_reason *why, int64_t at_ms)
{
	return is(why->stage, c->stage) && is(why->class, c->class) && at_ms >= c->since_ms &&
	       at_ms < c->until_ms &&
	       (c->reason == NULL || str_find(why->reason, str_of(c->reason)) < why->reason.len);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void
dead_choice_sort(struct str reason, struct buf *sort)
{
	for (size_t i = 0; i < reason.len; i++)
		if (!is_digit(reason.ptr[i]))
			buf_add_byte(sort, reason.ptr[i]);
		else if (i == 0 || !is_digit(reason.ptr[i - 1]))
			buf_add_byte(sort, '#');
}
