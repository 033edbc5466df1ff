#include "stage/option_value.h"

#include "base/hash.h"
#include "stage/option_names.h"
#include "text/utf8.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <strings.h>

struct unit {
	const char *name;
	int64_t factor;
};
/* The largest first, as the first that divides a value is the one to show it in. */
static const struct unit durations[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000},
					{"s", 1000},     {"ms", 1},      {0}};
static const struct unit sizes[] = {{"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}, {0}};

/* "must be WORDS in its range HINT, not" */
static const struct {
	const char *type, *placeholder, *words, *hint;
} types[] = {
	[OPT_FLAG] = {"flag", "", "on or off", ""},
	[OPT_INT] = {"int", "COUNT", "a whole number", ""},
	[OPT_REAL] = {"real", "NUMBER", "a number", ""},
	[OPT_DURATION] = {"duration", "TIME", "a time", " (such as 500ms, 90s, 15m, 2h or 1d)"},
	[OPT_SIZE] = {"size", "SIZE", "a size", " (such as 64K, 8M or 1G)"},
	[OPT_CHOICE] = {"choice", "WORD", "one of ", ""},
	[OPT_TEXT] = {"text", "TEXT", "", ""},
	[OPT_PATH] = {"path", "PATH", "a path", ""},
	[OPT_FILE] = {"file", "FILE", "", ""},
	[OPT_SECRET] = {"secret", "FILE", "", ""},
	[OPT_LIST] = {"list", "TEXT", "", ""},
	[OPT_ARGUMENTS] = {"arguments", "", "", ""},
};

const char *
option_value_type(const struct stage_option *row)
{
	return types[row->type].type;
}

const char *
option_value_placeholder(const struct stage_option *row)
{
	return types[row->type].placeholder;
}

void
option_value_name(const struct stage_option *row, struct buf *to)
{
	for (const char *c = row->name; *c != '\0'; c++)
		buf_add_byte(to, *c == '_' ? '-' : *c);
}

void
option_value_variable(const struct stage_option *row, struct buf *to)
{
	buf_add(to, STR("CHATMILL_"));
	for (const char *c = row->name; *c != '\0'; c++)
		buf_add_byte(to, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
}

bool
option_value_has_min(const struct stage_option *row)
{
	return row->min != 0 || row->max != 0;
}

bool
option_value_has_max(const struct stage_option *row)
{
	return option_value_has_min(row) && row->max >= row->min;
}

static void
add_number(const struct stage_option *row, double value, struct buf *to)
{
	const struct unit *units = row->type == OPT_DURATION ? durations
				   : row->type == OPT_SIZE   ? sizes
							     : NULL;

	if (value == 0)
		units = NULL; /* nothing is nothing in every unit */
	while (units != NULL && units[1].name != NULL && fmod(value, (double)units->factor) != 0)
		units++;
	if (units == NULL)
		buf_printf(to, "%.15g", value);
	else
		buf_printf(to, "%.15g%s", value / (double)units->factor, units->name);
}

void
option_value_range(const struct stage_option *row, struct buf *to)
{
	if (!option_value_has_min(row))
		return;
	if (row->min == row->max) {
		buf_add(to, STR("exactly "));
		add_number(row, row->min, to);
	} else if (option_value_has_max(row)) {
		buf_add(to, STR("between "));
		add_number(row, row->min, to);
		buf_add(to, STR(" and "));
		add_number(row, row->max, to);
	} else {
		buf_add(to, STR("at least "));
		add_number(row, row->min, to);
	}
}

static bool
in_range(const struct stage_option *row, double value)
{
	return !((option_value_has_min(row) && value < row->min) ||
		 (option_value_has_max(row) && value > row->max));
}

/* Digits, perhaps with a minus in front: the next thing to read is at *end. */
static bool
read_whole(const char *text, int64_t *value, const char **end)
{
	bool negative = *text == '-';
	int64_t n = 0;

	text += negative;
	*end = text;
	for (; **end >= '0' && **end <= '9'; ++*end)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_sub_overflow(n, **end - '0', &n)) /* below zero reaches further */
			return false;
	return *end != text && !__builtin_mul_overflow(n, negative ? 1 : -1, value);
}

static bool
read_with_unit(const char *text, const struct unit *units, int64_t *value)
{
	const char *end;

	if (!read_whole(text, value, &end))
		return false;
	if (*value == 0 && *end == '\0')
		return true;
	for (; units->name != NULL; units++)
		if (strcasecmp(end, units->name) == 0)
			return !__builtin_mul_overflow(*value, units->factor, value);
	return false;
}

/* A number as people write it: strtod() would take "0x1p3", "inf" and " 1", too. */
static bool
read_real(const char *text, double *value)
{
	char *end;

	if (text[0] == '\0' || text[strspn(text, "0123456789.eE+-")] != '\0')
		return false;
	*value = strtod(text, &end);
	return *end == '\0' && isfinite(*value);
}

static int
refuse(const struct stage_option *row, const char *text, struct err *err)
{
	struct buf name = {0}, wanted = {0};
	const char *meant = NULL;

	option_value_name(row, &name);
	buf_add(&wanted, str_of(types[row->type].words));
	for (size_t i = 0; row->type == OPT_CHOICE && row->choices[i] != NULL; i++)
		buf_printf(&wanted, "%s%s", i == 0 ? "" : ", ", row->choices[i]);
	if (row->type == OPT_CHOICE)
		meant = option_names_nearest(row->choices, text);
	if (option_value_has_min(row))
		buf_add(&wanted, option_value_has_max(row) ? STR(" ") : STR(" of "));
	option_value_range(row, &wanted);
	buf_add(&wanted, str_of(types[row->type].hint));
	err_set(err, ERR_INPUT, "option \"--%s\" must be %s, not \"%s\"%s%s%s", buf_cstr(&name),
		buf_cstr(&wanted), text, meant == NULL ? "" : "; did you mean \"",
		meant == NULL ? "" : meant, meant == NULL ? "" : "\"?");
	buf_free(&name);
	buf_free(&wanted);
	return -1;
}

static bool
read_choice(const struct stage_option *row, const char *text, unsigned *value)
{
	for (unsigned i = 0; row->choices[i] != NULL; i++)
		if (strcmp(row->choices[i], text) == 0) {
			*value = i;
			return true;
		}
	return false;
}

int
option_value_set(const struct stage_option *row, void *values, const char *text, struct err *err)
{
	void *member = (char *)values + row->at;
	const char *end;
	int64_t whole = 0;
	bool good = true;

	assert(row->type < OPT_FILE);
	switch (row->type) {
	case OPT_FLAG:
		*(bool *)member = strcmp(text, "on") == 0;
		return *(bool *)member || strcmp(text, "off") == 0 ? 0 : refuse(row, text, err);
	case OPT_REAL:
		good = read_real(text, member) && in_range(row, *(double *)member);
		return good ? 0 : refuse(row, text, err);
	case OPT_CHOICE:
		return read_choice(row, text, member) ? 0 : refuse(row, text, err);
	case OPT_INT:
		good = read_whole(text, &whole, &end) && *end == '\0';
		break;
	case OPT_DURATION:
		good = read_with_unit(text, durations, &whole);
		break;
	case OPT_SIZE:
		good = read_with_unit(text, sizes, &whole);
		break;
	case OPT_TEXT:
	case OPT_PATH:
		*(const char **)member = text;
		good = row->type == OPT_TEXT || text[0] != '\0';
		return good ? 0 : refuse(row, text, err);
	case OPT_FILE:
	case OPT_SECRET:
	case OPT_LIST:
	case OPT_ARGUMENTS:
		break;
	}
	*(int64_t *)member = whole;
	if (row->type != OPT_INT && whole < 0)
		good = false;
	return good && in_range(row, (double)whole) ? 0 : refuse(row, text, err);
}

/* What stands on a command line need not be UTF-8; what stands in JSON must be. */
static json_t *
text_json(const char *text)
{
	struct buf clean = {0};
	json_t *json;

	if (text == NULL)
		return json_null();
	(void)utf8_repair(&clean, str_of(text));
	json = json_string(buf_cstr(&clean));
	buf_free(&clean);
	return json;
}

static json_t *
arguments_json(const struct stage_arguments *arguments)
{
	json_t *list = json_array();

	for (size_t i = 0; i < arguments->count; i++)
		(void)json_array_append_new(list, text_json(arguments->at[i]));
	return list;
}

static json_t *
file_json(struct str bytes)
{
	char hex[33];

	if (bytes.ptr == NULL)
		return json_null();
	hash_digest_hex(hex, 16, &bytes, 1);
	return json_string(hex);
}

json_t *
option_value_json(const struct stage_option *row, const void *values)
{
	const void *member = (const char *)values + row->at;

	switch (row->type) {
	case OPT_FLAG:
		return json_boolean(*(const bool *)member);
	case OPT_REAL:
		return json_real(*(const double *)member);
	case OPT_INT:
	case OPT_DURATION:
	case OPT_SIZE:
		return json_integer(*(const int64_t *)member);
	case OPT_CHOICE:
		return json_string(row->choices[*(const unsigned *)member]);
	case OPT_TEXT:
	case OPT_PATH:
		return text_json(*(const char *const *)member);
	case OPT_FILE:
		return file_json(*(const struct str *)member);
	case OPT_LIST:
	case OPT_ARGUMENTS:
		return arguments_json(member);
	case OPT_SECRET:
		break;
	}
	return json_null();
}
