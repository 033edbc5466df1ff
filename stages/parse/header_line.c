/*
 *   marks [ '[' ] marks  DATE  [','] [word] [half]  TIME  [half]  close
 *   marks [ '[' ] marks  TIME  [half]  ','  DATE  close
 *
 *   DATE   number sep number sep number ['.'], sep one of / . -, each followed by a space or none;
 *          or with a month's name (worded_date.h)
 *   TIME   number (':' | '.' | 'h') number [ the same, number ] [' ' unit]
 *   close  "] " | " - " | " – " | ": " | " "
 *
 * Marks may stand anywhere, and any of four spaces where a space may stand. A line is refused at
 * the first byte that does not fit, most of them at their first.
 */
#include "header_line.h"
#include "text_marks.h"
#include "worded_date.h"

struct cursor {
	const char *p, *end;
};

/* Between date and time, or behind a year. */
static const char *const header_words[] = {
	"BE", "B.E.", "พ.ศ.", "г.", "klo", "à", "às", "um", "р.", "at", "AP",
};

bool
header_word_is_buddhist(uint8_t word)
{
	return word >= 1 && word <= 3;
}

static void
skip_marks(struct cursor *c)
{
	for (size_t n; (n = mark_at(c->p, c->end)) > 0;)
		c->p += n;
}

/* In front of a header some programs leave a space of no width (U+200B), too. */
static void
skip_marks_in_front(struct cursor *c)
{
	for (;;) {
		skip_marks(c);
		if (c->end - c->p < 3 || memcmp(c->p, "\xE2\x80\x8B", 3) != 0)
			return;
		c->p += 3;
	}
}

static bool
skip_spaces(struct cursor *c)
{
	const char *from = c->p;

	for (;;) {
		size_t n = space_at(c->p, c->end);
		if (n == 0)
			n = mark_at(c->p, c->end);
		if (n == 0)
			return c->p > from;
		c->p += n;
	}
}

static bool
take(struct cursor *c, char byte)
{
	if (c->p == c->end || *c->p != byte)
		return false;
	c->p++;
	return true;
}

/* The digit at p, its bytes in *n, its script in *digits; -1: none. */
static int
digit_at(const char *p, const char *end, size_t *n, uint8_t *digits)
{
	const unsigned char *u = (const unsigned char *)p;

	if (p == end)
		return -1;
	if (u[0] < 0x80) {
		*n = 1;
		*digits = DIGITS_LATIN;
		return u[0] >= '0' && u[0] <= '9' ? u[0] - '0' : -1;
	}
	if (end - p >= 2 && u[0] == 0xD9 && u[1] >= 0xA0 && u[1] <= 0xA9) {
		*n = 2;
		*digits = DIGITS_ARABIC;
		return u[1] - 0xA0;
	}
	if (end - p >= 2 && u[0] == 0xDB && u[1] >= 0xB0 && u[1] <= 0xB9) {
		*n = 2;
		*digits = DIGITS_PERSIAN;
		return u[1] - 0xB0;
	}
	if (end - p >= 3 && u[0] == 0xE0 && (u[1] == 0xA5 || u[1] == 0xA7) && u[2] >= 0xA6 &&
	    u[2] <= 0xAF) {
		*n = 3;
		*digits = u[1] == 0xA5 ? DIGITS_DEVANAGARI : DIGITS_BENGALI;
		return u[2] - 0xA6;
	}
	return -1;
}

/* A number of one to four digits of one script; its width, 0 when there is none. */
static uint8_t
take_number(struct cursor *c, uint16_t *value, uint8_t *digits, bool *zero)
{
	unsigned number = 0;
	uint8_t width = 0, script = 0;
	size_t n = 0;

	for (int digit; (digit = digit_at(c->p, c->end, &n, &script)) >= 0; width++) {
		if (width == 4 || (width > 0 && script != *digits))
			return 0;
		if (width == 0) {
			*digits = script;
			*zero = digit == 0;
		}
		number = number * 10 + (unsigned)digit;
		c->p += n;
	}
	*value = (uint16_t)number;
	return width;
}

/* A date with a month's name. Its digits are Latin. */
static bool
take_worded_date(struct cursor *c, struct header *h)
{
	struct header_shape *shape = &h->shape;
	struct worded_date date;
	size_t len = worded_date_scan((struct str){c->p, (size_t)(c->end - c->p)}, &date);

	if (len == 0)
		return false;
	shape->separator = ' ';
	shape->month = date.month + 1;
	shape->digits = DIGITS_LATIN;
	shape->year_slot = date.parts == 3 ? 3 : 2;
	shape->year = date.parts == 3 ? YEAR_SHORT : YEAR_NONE;
	for (int i = 0; i < 3; i++) {
		h->number[i] = date.number[i];
		h->width[i] = date.width[i];
		if (date.width[i] != 4)
			continue;
		if (shape->year_slot != 3)
			return false;
		shape->year_slot = (uint8_t)i;
		shape->year = YEAR_LONG;
	}
	c->p += len;
	skip_marks(c);
	return true;
}

static bool
take_date(struct cursor *c, struct header *h)
{
	struct header_shape *shape = &h->shape;

	if (take_worded_date(c, h))
		return true;
	shape->year_slot = 3;
	for (int i = 0; i < 3; i++) {
		bool zero = false;
		uint8_t digits = shape->digits;
		bool era = c->p < c->end && *c->p >= 'A' && *c->p <= 'Z';
		if (era)
			h->era = *c->p++;
		h->width[i] = take_number(c, &h->number[i], &digits, &zero);
		if (h->width[i] == 0 || h->width[i] == 3 || (i > 0 && digits != shape->digits))
			return false;
		shape->digits = digits;
		h->zeros |= (uint8_t)(zero << i);
		if (era || h->width[i] == 4) {
			if (shape->year_slot != 3)
				return false;
			shape->year_slot = (uint8_t)i;
			shape->year = era ? YEAR_ERA : YEAR_LONG;
		}
		skip_marks(c);
		if (i == 2)
			break;
		if (c->p == c->end || (*c->p != '/' && *c->p != '.' && *c->p != '-') ||
		    (i > 0 && *c->p != (char)shape->separator))
			return false;
		shape->separator = (uint8_t)*c->p++;
		bool spaced = skip_spaces(c) && shape->separator == '.';
		if (i > 0 && spaced != shape->spaced)
			return false;
		shape->spaced = spaced;
	}
	if (shape->separator == '.' && take(c, '.'))
		shape->spaced |= 2; /* "13. 6. 2018. " */
	return true;
}

static bool
take_two_digits(struct cursor *c, uint8_t *value, uint8_t digits)
{
	uint16_t number;
	uint8_t script = digits;
	bool zero;

	if (take_number(c, &number, &script, &zero) != 2 || script != digits || number > 60)
		return false;
	*value = (uint8_t)number;
	return true;
}

/* What stands between hour and minute, or minute and second; 0: nothing known. */
static char
take_clock(struct cursor *c)
{
	if (take(c, ':'))
		return ':';
	if (take(c, '.'))
		return '.';
	/* French Canada: 18 h 05, 18 h 05 min 30 s */
	struct cursor at = *c;
	if (!skip_spaces(&at))
		return take(c, 'h') ? 'h' : 0; /* 18h05 */
	if (at.end - at.p >= 3 && memcmp(at.p, "min", 3) == 0)
		at.p += 3;
	else if (!take(&at, 'h'))
		return 0;
	skip_spaces(&at);
	*c = at;
	return 'h';
}

static bool
take_time(struct cursor *c, struct header *h)
{
	struct header_shape *shape = &h->shape;
	uint8_t digits = shape->digits;
	uint16_t hour;
	bool zero = false;

	h->hour_width = take_number(c, &hour, &digits, &zero);
	if (h->hour_width == 0 || h->hour_width > 2 || hour > 24)
		return false;
	h->hour = (uint8_t)hour;
	h->zeros |= (uint8_t)(zero << 3);
	shape->digits = digits;
	shape->clock = (uint8_t)take_clock(c);
	if (shape->clock == 0 || !take_two_digits(c, &h->minute, digits) || h->minute > 59)
		return false;
	struct cursor at = *c;
	if (take_clock(&at) == (char)shape->clock && take_two_digits(&at, &h->second, digits)) {
		shape->seconds = 1;
		*c = at;
		if (shape->clock == 'h' && skip_spaces(&at) && take(&at, 's'))
			*c = at;
	} else {
		h->second = 0;
	}
	return true;
}

/* Comma, word and half of the day, in any number of pieces, before the second of date and time. */
static bool
take_between(struct cursor *c, struct header *h)
{
	bool apart = false; /* something stood between the numbers */

	for (int pieces = 0; pieces < 5; pieces++) {
		size_t n;
		uint8_t script;
		apart |= skip_spaces(c);
		if (c->p == c->end)
			return false;
		if (digit_at(c->p, c->end, &n, &script) >= 0)
			return apart;
		if (take(c, ',')) {
			h->shape.comma = 1;
			apart = true;
			continue;
		}
		if (c->end - c->p >= 2 && memcmp(c->p, "\xD8\x8C", 2) == 0) { /* U+060C */
			c->p += 2;
			h->shape.comma = 2;
			apart = true;
			continue;
		}
		const char *from = c->p;
		while (c->p < c->end && space_at(c->p, c->end) == 0 && *c->p != ',' &&
		       digit_at(c->p, c->end, &n, &script) < 0)
			if (++c->p - from > 30)
				return false;
		struct str word = {from, (size_t)(c->p - from)};
		size_t i = 0;
		while (i < sizeof(header_words) / sizeof(header_words[0]) &&
		       !str_equal(word, str_of(header_words[i])))
			i++;
		if (i < sizeof(header_words) / sizeof(header_words[0])) {
			h->shape.word = (uint8_t)(i + 1);
		} else {
			h->half = clock_half_of(word);
			if (h->half == HALF_NONE || h->shape.half != 0)
				return false;
			h->shape.half = 1;
		}
	}
	return false;
}

/* The half of the day that stands before `stop`: what is left when there is none. */
static bool
take_half(struct cursor *c, struct header *h, struct str stop)
{
	struct cursor at = *c;
	size_t room = (size_t)(c->end - c->p) < 40 ? (size_t)(c->end - c->p) : 40;
	size_t found = str_find((struct str){c->p, room}, stop);

	if (found == room || found == 0)
		return false;
	skip_spaces(&at);
	const char *from = at.p, *to = c->p + found;
	if (from >= to)
		return false;
	struct str word = {from, (size_t)(to - from)};
	h->half = clock_half_of(word);
	if (h->half == HALF_NONE)
		return false;
	h->half_capital = clock_word_is_capital(word);
	h->shape.half = 2;
	c->p = to;
	return true;
}

/* "18:05 ч.", "18:05 น.": hours, which says nothing. */
static void
skip_unit(struct cursor *c)
{
	static const struct str units[] = {{"ч.", 3}, {"น.", 4}};
	struct cursor at = *c;

	if (!skip_spaces(&at))
		return;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (str_starts((struct str){at.p, (size_t)(at.end - at.p)}, units[i])) {
			c->p = at.p + units[i].len;
			return;
		}
}

/* What ends the header; the half of the day may stand before it. */
static bool
take_close(struct cursor *c, struct header *h)
{
	static const struct {
		enum header_frame frame;
		struct str text;
	} closes[] = {
		{FRAME_DASH, {" - ", 3}},
		{FRAME_LONG_DASH, {" – ", 5}},
		{FRAME_LONG_DASH, {" — ", 5}},
		{FRAME_COLON, {": ", 2}},
	};
	bool may_have_half = h->shape.half == 0 && !h->shape.time_first;

	skip_unit(c);
	if (h->shape.frame == FRAME_BRACKET) {
		if (may_have_half && c->p < c->end && *c->p != ']')
			(void)take_half(c, h, STR("]"));
		skip_marks(c);
		if (!take(c, ']'))
			return false;
		skip_marks(c);
		if (c->p < c->end && !take(c, ' '))
			return false;
		return true;
	}
	for (size_t i = 0; i < sizeof(closes) / sizeof(closes[0]); i++) {
		struct str rest = {c->p, (size_t)(c->end - c->p)};
		if (str_starts(rest, closes[i].text) ||
		    (may_have_half && take_half(c, h, closes[i].text))) {
			c->p += closes[i].text.len;
			h->shape.frame = (uint8_t)closes[i].frame;
			return true;
		}
	}
	/* An empty line of the system: nothing stands behind the dash. */
	if (str_equal((struct str){c->p, (size_t)(c->end - c->p)}, STR(" -"))) {
		c->p += 2;
		h->shape.frame = FRAME_DASH;
		return true;
	}
	h->shape.frame = FRAME_SPACE;
	return h->shape.seconds && h->shape.month == 0 && take(c, ' ');
}

static bool
take_time_first(struct cursor *c, struct header *h)
{
	h->shape.time_first = 1;
	if (!take_time(c, h))
		return false;
	if (!take(c, ','))
		(void)take_half(c, h, STR(","));
	struct cursor at = *c; /* behind it a month's name may stand */
	(void)take(&at, ',');
	skip_spaces(&at);
	if (take_worded_date(&at, h)) {
		*c = at;
		return true;
	}
	return take_between(c, h) && take_date(c, h);
}

bool
header_scan(struct str line, struct header *h)
{
	struct cursor c = {line.ptr, line.ptr + (line.len < HEADER_MAX ? line.len : HEADER_MAX)};
	struct worded_date worded;
	size_t n;
	uint8_t script;

	if (line.len < HEADER_LEAST)
		return false;
	skip_marks_in_front(&c);
	bool bracket = take(&c, '[');
	if (bracket)
		skip_marks(&c);
	if (digit_at(c.p, c.end, &n, &script) < 0 &&
	    worded_date_scan((struct str){c.p, (size_t)(c.end - c.p)}, &worded) == 0)
		return false;
	*h = (struct header){.shape.frame = bracket ? FRAME_BRACKET : 0};

	struct cursor from = c;
	struct header none = *h;
	if (!take_date(&c, h) || !take_between(&c, h) || !take_time(&c, h)) {
		*h = none; /* a time may be printed as a date is: 17.06.07, 3/4/21 */
		c = from;
		if (!take_time_first(&c, h))
			return false;
	}
	if (!take_close(&c, h))
		return false;
	h->length = (size_t)(c.p - line.ptr);
	return true;
}
