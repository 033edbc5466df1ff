/*
 * How the form of a file is found out.
 *
 * Each shape of header that occurs is a candidate; the file's own is the one of its first header,
 * unless that is rare and another much more frequent (a chat may quote another chat, a preamble may
 * look like one). The order of the date is settled by log odds: a date that does not exist in an
 * order speaks against it (numbers above 12 do that), so do time that runs backwards, leaps of
 * months from day to day and dates in the future, or, where the year is printed with two digits,
 * before there was WhatsApp; an attachment's name that carries the line's date speaks for it. What
 * is left to habit is the table in habit_of().
 */
#include "chat_form.h"
#include "civil_time.h"
#include "solar_hijri.h"
#include "text_marks.h"
#include "wording.h"
#include <math.h>

#define IMPOSSIBLE    6.0  /* a date that does not exist: or a text that looks like a header */
#define PROOF         20.0 /* no later line will turn this over */
#define HABIT_MOST    2.5  /* of slashes: what people are used to is never certain (92 %) */
#define OUT_OF_TIME   6.0  /* newer than the file, older than WhatsApp */
#define FIRST_YEAR    2009 /* of WhatsApp */
#define DATED_NAME    4.0
#define YEAR_IN_FRONT -6.0 /* of two digits, in a form that never had it there */
#define FIRST_FEW     3    /* headers that show that the file begins in their shape */
#define LONGEST_LEAP  3.5  /* a month or a year: one late or early message is no more than this */

void
form_evidence_init(struct form_evidence *ev, int64_t latest_day)
{
	*ev = (struct form_evidence){.latest_day = latest_day};
}

static struct form_candidate *
candidate_of(struct form_evidence *ev, const struct header_shape *shape)
{
	struct form_candidate *least = &ev->candidates[0];

	for (size_t i = 0; i < ev->count; i++) {
		struct form_candidate *c = &ev->candidates[i];
		if (memcmp(&c->shape, shape, sizeof(*shape)) == 0)
			return c;
		if (i == 1 || (i > 0 && c->lines < least->lines))
			least = c; /* never the first */
	}
	if (ev->count < FORM_CANDIDATES)
		least = &ev->candidates[ev->count++];
	*least = (struct form_candidate){.shape = *shape, .first_line = ev->lines};
	for (int order = 0; order < ORDER_COUNT; order++)
		least->last_day[order] = INT64_MIN;
	for (int i = 0; i < 3; i++)
		least->least[i] = UINT16_MAX;
	return least;
}

/* Where the year stands in an order. */
static int
year_slot(enum date_order order)
{
	return order == ORDER_YMD ? 0 : order == ORDER_DMY || order == ORDER_MDY ? 2 : 1;
}

static int
month_slot(enum date_order order)
{
	return order == ORDER_MDY || order == ORDER_MYD ? 0 : order == ORDER_DYM ? 2 : 1;
}

static bool
order_fits(enum date_order order, const struct header_shape *shape)
{
	if (order == ORDER_AUTO)
		return false;
	if (shape->month != 0 && month_slot(order) != shape->month - 1)
		return false;
	if (shape->year_slot == 3) /* of two digits: never in the middle */
		return year_slot(order) != 1;
	return year_slot(order) == shape->year_slot;
}

/* Days since 1970 of a header's date in this order; INT64_MIN: no such date. Years of other
 * calendars are taken as they are: only differences matter here. */
static int64_t
day_in_order(const struct header *h, enum date_order order)
{
	static const uint8_t slots[ORDER_COUNT][2] = {[ORDER_DMY] = {1, 0},
						      [ORDER_MDY] = {0, 1},
						      [ORDER_YMD] = {1, 2},
						      [ORDER_MYD] = {0, 2},
						      [ORDER_DYM] = {2, 0}};
	int year = h->number[year_slot(order)];
	int month = h->number[slots[order][0]], day = h->number[slots[order][1]];

	if (h->width[year_slot(order)] == 4 && year >= SOLAR_HIJRI_FIRST &&
	    year <= SOLAR_HIJRI_LAST) {
		int64_t days = INT64_MIN;
		return solar_hijri_days(year, month, day, &days) ? days : INT64_MIN;
	}
	if (h->width[year_slot(order)] <= 2)
		year += h->era == 'H' ? 1988 : h->era == 'R' ? 2018 : 2000;
	if (year > 2400)
		year -= 543;
	return civil_date_exists(year, month, day) ? civil_days(year, month, day) : INT64_MIN;
}

static double
leap_score(int64_t from, int64_t to)
{
	double days = (double)(to - from);
	double score = days >= 0 ? log1p(days) : log1p(-days) + 2;

	return score < LONGEST_LEAP ? score : LONGEST_LEAP;
}

/* The date that an attachment's name carries: ...-20220327-WA..., ...-2022-03-27-21-...;
 * INT64_MIN: none. */
static int64_t
day_of_name(struct str text)
{
	for (size_t i = 0; i + 11 < text.len; i++) {
		const char *p = text.ptr + i;
		int n[8], digits = 0;
		if (p[0] != '-' || p[1] != '2' || p[2] != '0')
			continue;
		bool dashes = p[5] == '-' && p[8] == '-' && p[11] == '-';
		if (!dashes && p[9] != '-')
			continue;
		for (size_t k = 1; k < (dashes ? 11u : 9u); k++) {
			if (dashes && (k == 5 || k == 8))
				continue;
			if (p[k] < '0' || p[k] > '9')
				break;
			n[digits++] = p[k] - '0';
		}
		if (digits != 8)
			continue;
		int year = n[0] * 1000 + n[1] * 100 + n[2] * 10 + n[3];
		if (civil_date_exists(year, n[4] * 10 + n[5], n[6] * 10 + n[7]))
			return civil_days(year, n[4] * 10 + n[5], n[6] * 10 + n[7]);
	}
	return INT64_MIN;
}

/* "2024-03-12 18:05:33 - INFO: started": a log looks as a chat does. */
static bool
is_log_level(struct str label)
{
	static const char *const levels[] = {"TRACE",   "DEBUG", "INFO",  "NOTICE", "WARN",
					     "WARNING", "ERROR", "FATAL", "CRIT",   "CRITICAL"};

	label = str_trim(label);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (str_equal(label, str_of(levels[i])))
			return true;
	return false;
}

/* No export has seconds without brackets or a colon. */
static bool
is_log(const struct form_candidate *c)
{
	return c->log_levels * 2 > c->lines && c->shape.seconds &&
	       c->shape.frame != FRAME_BRACKET && c->shape.frame != FRAME_COLON;
}

/* What the text behind a header says about language and date. */
static void
add_text(struct form_evidence *ev, struct form_candidate *c, const int64_t *days, struct str text)
{
	size_t label = str_find(str_head(text, text.len < 256 ? text.len : 256), STR(": "));

	if (text.len > 256)
		text.len = 256;
	if (label < text.len) {
		c->log_levels += is_log_level(str_head(text, label));
		text = str_tail(text, label + 2);
	}
	text = marks_skip(text);
	ev->locale_votes[wording_locale_of(text)]++;
	if (text.len < 20 || (text.ptr[text.len - 1] != ')' && text.ptr[text.len - 1] != '>'))
		return;
	int64_t named = day_of_name(text);
	for (int order = 1; named != INT64_MIN && order < ORDER_COUNT; order++)
		c->dated_names[order] += days[order] == named;
}

/* Of one or two; 0: none. */
static size_t
digits_at(const char *p)
{
	return p[0] < '0' || p[0] > '9' ? 0 : p[1] < '0' || p[1] > '9' ? 1 : 2;
}

static bool
is_copied(struct str line)
{
	if (line.len < HEADER_LEAST || line.ptr[0] != '[')
		return false;
	const char *p = line.ptr + 1;
	size_t digits = digits_at(p);
	if (digits == 0 || memchr("/.-", p[digits], 3) == NULL)
		return false;
	p += digits + 1;
	digits = digits_at(p);
	return digits > 0 && p[digits] == ',';
}

static void
add_line(struct form_evidence *ev, struct str line)
{
	struct header h;
	int64_t days[ORDER_COUNT];

	ev->lines++;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (!header_scan(line, &h)) {
		ev->copied_lines += is_copied(line);
		return;
	}
	struct form_candidate *c = candidate_of(ev, &h.shape);
	c->lines++;
	c->capital_halves += h.half_capital;
	for (int i = 0; i < 4; i++) {
		uint8_t width = i < 3 ? h.width[i] : h.hour_width;
		c->zero_led[i] += width == 2 && (h.zeros >> i & 1);
		c->one_digit[i] += width == 1;
	}
	for (int i = 0; i < 3; i++) {
		c->least[i] = h.number[i] < c->least[i] ? h.number[i] : c->least[i];
		c->greatest[i] = h.number[i] > c->greatest[i] ? h.number[i] : c->greatest[i];
	}
	for (int order = 0; order < ORDER_COUNT; order++) {
		days[order] = INT64_MIN;
		if (!order_fits((enum date_order)order, &c->shape))
			continue;
		days[order] = day_in_order(&h, (enum date_order)order);
		if (days[order] == INT64_MIN) {
			c->impossible[order]++;
			c->order_score[order] -= LONGEST_LEAP; /* as if it had leapt */
			continue;
		}
		if (c->last_day[order] != INT64_MIN && days[order] != c->last_day[order])
			c->order_score[order] -= leap_score(c->last_day[order], days[order]);
		if (days[order] > ev->latest_day && days[order] - ev->latest_day < 100 * 365)
			c->order_score[order] -= OUT_OF_TIME;
		if (c->shape.year == YEAR_SHORT && days[order] < civil_days(FIRST_YEAR, 1, 1))
			c->order_score[order] -= OUT_OF_TIME;
		c->last_day[order] = days[order];
	}
	add_text(ev, c, days, str_tail(line, h.length));
}

/* Of a Mac before OS X, or of a program that "converted" the file. */
static uint64_t
hidden_headers_of(struct str line)
{
	uint64_t count = 0;
	struct header h;

	(void)str_cut(&line, '\r');
	for (; line.len > 0; (void)str_cut(&line, '\r'))
		count += header_scan(line, &h);
	return count;
}

void
form_evidence_add(struct form_evidence *ev, struct str bytes, bool mid_line)
{
	while (bytes.len > 0) {
		struct str line = str_cut(&bytes, '\n');
		ev->nul_bytes += line.len > 0 && memchr(line.ptr, '\0', line.len) != NULL;
		ev->hidden_headers += hidden_headers_of(line);
		if (!mid_line)
			add_line(ev, line);
		mid_line = false;
	}
}

/* The file's own shape; NULL: no line is a header. */
static const struct form_candidate *
best_candidate(const struct form_evidence *ev)
{
	const struct form_candidate *best = NULL;

	for (size_t i = 0; i < ev->count; i++) {
		const struct form_candidate *c = &ev->candidates[i];
		bool yearless = c->shape.year == YEAR_NONE;
		if (best == NULL || (best->shape.year == YEAR_NONE && !yearless) ||
		    (!yearless && best->lines < FIRST_FEW && c->lines > 8 * best->lines))
			best = c;
	}
	return best;
}

static bool
is_padded(const struct form_candidate *c, int i)
{
	return c->zero_led[i] > c->one_digit[i];
}

static uint8_t
likeliest_locale(const struct form_evidence *ev)
{
	uint8_t best = 0;

	for (int i = 1; i < 256; i++)
		if (ev->locale_votes[i] > (best == 0 ? 0 : ev->locale_votes[best]))
			best = (uint8_t)i;
	return best;
}

/*
 * Log odds for an order from how phones print dates: with slashes, only English (US) and Filipino
 * put the month first, neither padded (M/d/yy); dots and dashes are day first wherever the year is
 * not in front; two digits of a year in front are Korean (yy. M. d.), of French Canada (yy-MM-dd,
 * 18 h 05), and, never with a comma, of older Chinese and of Basque. A language other than English
 * is weaker evidence on an iPhone, where region and language are set apart.
 */
static double
habit_of(const struct form_evidence *ev, const struct form_candidate *c, enum date_order order)
{
	double odds = 0;

	if (order == ORDER_YMD && c->shape.year_slot == 3) {
		if (c->shape.spaced)
			return c->shape.half == 1 ? 16 : 8;
		if (c->shape.separator == '-' && c->shape.clock == 'h')
			return 12;
		return c->shape.half == 1 ? 2 : c->shape.comma == 0 ? -1 : YEAR_IN_FRONT;
	}
	if (order != ORDER_DMY)
		return 0;
	if (c->shape.separator != '/')
		return 8;
	bool padded = is_padded(c, 0) || is_padded(c, 1);
	if (padded && c->one_digit[0] + c->one_digit[1] == 0)
		odds += 3;
	else if (c->shape.half != 0 && c->capital_halves > 0)
		odds -= c->shape.year == YEAR_SHORT ? 2 : 0.5;
	else if (c->shape.half != 0)
		odds += 2;
	else if (c->shape.year == YEAR_LONG)
		odds += 1;
	if (c->shape.year == YEAR_ERA)
		odds -= 2; /* seen where the region is the United States */
	uint8_t locale = likeliest_locale(ev);
	if (locale != 0 && !wording_locale_is_month_first(locale))
		odds += c->shape.frame == FRAME_BRACKET ? 0.7 : 2;
	odds = odds < HABIT_MOST ? odds : HABIT_MOST;
	if (c->shape.digits != DIGITS_LATIN || c->shape.comma == 2)
		odds += 4;
	return odds;
}

struct verdict {
	enum date_order order, next;
	double lead;      /* log odds over the next one; infinite: there is no other */
	double lead_seen; /* without habit */
	bool by_numbers;
};

static struct verdict
judge_order(const struct form_evidence *ev, const struct form_candidate *c)
{
	struct verdict v = {ORDER_AUTO, ORDER_AUTO, INFINITY, INFINITY, false};
	double seen[ORDER_COUNT], odds[ORDER_COUNT];

	for (int order = 1; order < ORDER_COUNT; order++) {
		odds[order] = -INFINITY;
		if (!order_fits((enum date_order)order, &c->shape) ||
		    c->impossible[order] == c->lines)
			continue;
		seen[order] = c->order_score[order] + DATED_NAME * (double)c->dated_names[order] -
			      IMPOSSIBLE * (double)c->impossible[order];
		odds[order] = seen[order] + habit_of(ev, c, (enum date_order)order);
		if (v.order == ORDER_AUTO || odds[order] > odds[v.order])
			v.order = (enum date_order)order;
	}
	for (int order = 1; order < ORDER_COUNT; order++) {
		if (order == (int)v.order || isinf(odds[order]))
			continue;
		if (odds[v.order] - odds[order] < v.lead) {
			v.next = (enum date_order)order;
			v.lead = odds[v.order] - odds[order];
			v.lead_seen = seen[v.order] - seen[order];
		}
	}
	/* Of the orders that the shape allows, the others have dates that don't exist. */
	v.by_numbers = v.order != ORDER_AUTO && c->impossible[v.order] * 100 < c->lines;
	for (int order = 1; order < ORDER_COUNT; order++)
		if (order != (int)v.order && order_fits((enum date_order)order, &c->shape) &&
		    c->impossible[order] <= c->impossible[v.order] &&
		    (order != ORDER_YMD || odds[v.order] - odds[order] < -YEAR_IN_FRONT / 2))
			v.by_numbers = false;
	return v;
}

bool
form_evidence_suffices(const struct form_evidence *ev)
{
	const struct form_candidate *c = best_candidate(ev);

	if (c == NULL || c->lines < 64)
		return false;
	struct verdict v = judge_order(ev, c);
	return v.by_numbers ? v.lead >= PROOF : v.lead_seen >= PROOF;
}

static bool
is_only_order(const struct header_shape *shape)
{
	int fitting = 0;

	for (int order = 1; order < ORDER_COUNT; order++)
		fitting += order_fits((enum date_order)order, shape);
	return fitting == 1;
}

/* Which calendar the years are of; -1: none that we know. Solar Hijri years and lunar ones, which
 * are of no fixed length, are 45 apart: no message is of a time when either could be meant. */
static int
find_calendar(const struct form_evidence *ev, const struct form_candidate *c, int slot)
{
	uint16_t year = c->greatest[slot];

	if (c->shape.year == YEAR_ERA)
		return CALENDAR_JAPANESE;
	if (c->shape.year == YEAR_SHORT) {
		/* A Buddhist year of two digits lies 43 years ahead of the century's. */
		int64_t printed = civil_days(2000 + c->least[slot], 1, 1);
		if (header_word_is_buddhist(c->shape.word) ||
		    (ev->latest_day != INT64_MAX && printed > ev->latest_day + 366 &&
		     civil_days(2500 + year - 543, 1, 1) <= ev->latest_day))
			return CALENDAR_BUDDHIST_SHORT;
		return CALENDAR_GREGORIAN;
	}
	if (header_word_is_buddhist(c->shape.word) || (year >= 2500 && year < 2700))
		return CALENDAR_BUDDHIST;
	if (c->least[slot] >= SOLAR_HIJRI_FIRST && year <= SOLAR_HIJRI_LAST)
		return CALENDAR_SOLAR_HIJRI;
	return year >= 1970 && year < 2200 ? CALENDAR_GREGORIAN : -1;
}

/* Whether an order that was asked for can be followed: dates that don't exist in it cannot be read.
 */
static bool
decides(enum date_order wanted, const struct form_candidate *c, const struct verdict *v)
{
	if (wanted == v->order)
		return !v->by_numbers && v->next != ORDER_AUTO;
	bool disproved = c->impossible[v->order] * 100 < c->lines &&
			 c->impossible[wanted] > c->impossible[v->order];
	return order_fits(wanted, &c->shape) && !disproved && c->impossible[wanted] < c->lines;
}

int
form_decide(const struct form_evidence *ev, enum date_order wanted, struct chat_form *f,
	    struct err *err)
{
	const struct form_candidate *c = best_candidate(ev);

	if (ev->lines == 0)
		return err_set(err, ERR_INPUT, "it is empty");
	if (c == NULL && ev->copied_lines > 0)
		return err_set(err, ERR_INPUT,
			       "its messages were copied from the screen, and their dates have no "
			       "year; export the chat instead");
	if (c == NULL)
		return err_set(err, ERR_INPUT,
			       ev->nul_bytes > 0
				       ? "it is not text"
				       : "no line begins as the messages of a WhatsApp export do");
	if (ev->hidden_headers >= c->lines)
		return err_set(err, ERR_INPUT,
			       "its lines end with CR alone; try tr '\\r' '\\n' < FILE");
	if (is_log(c))
		return err_set(err, ERR_INPUT,
			       "it is a log: levels (INFO, ERROR) stand where people would");
	struct verdict v = judge_order(ev, c);
	if (v.order == ORDER_AUTO || c->impossible[v.order] * 2 > c->lines)
		return err_set(err, ERR_INPUT, "its dates don't exist in any order");
	*f = (struct chat_form){.shape = c->shape,
				.next_order = (uint8_t)v.next,
				.order = (uint8_t)v.order,
				.locale = likeliest_locale(ev),
				.confidence = (float)(1 / (1 + exp(-v.lead))),
				.basis = is_only_order(&c->shape) ? BASIS_ONLY_ONE
					 : v.by_numbers           ? BASIS_NUMBERS
					 : v.lead_seen > 3        ? BASIS_EVIDENCE
								  : BASIS_HABIT};
	if (wanted != ORDER_AUTO && decides(wanted, c, &v)) {
		if (wanted != v.order)
			f->next_order = (uint8_t)v.order;
		f->order = (uint8_t)wanted;
		f->basis = BASIS_OPTION;
		f->confidence = 1;
	}
	int slot = year_slot((enum date_order)f->order);
	if (c->shape.year == YEAR_NONE)
		return err_set(err, ERR_INPUT,
			       "its dates have no year: they would be guessed; put one into each, "
			       "as in \"13 Aug 2014, 10:05 - \"");
	int calendar = find_calendar(ev, c, slot);
	if (calendar < 0 && c->greatest[slot] > SOLAR_HIJRI_LAST && c->greatest[slot] < 1500)
		return err_set(
			err, ERR_INPUT,
			"its years (%u) are of the lunar Hijri calendar, which phones reckon "
			"in several ways: export the chat with another calendar set",
			(unsigned)c->greatest[slot]);
	if (calendar < 0)
		return err_set(err, ERR_INPUT, "its years (%u) are of a calendar that is not known",
			       (unsigned)c->greatest[slot]);
	f->calendar = (uint8_t)calendar;
	for (int i = 0; i < 4; i++)
		f->rules[i] = c->zero_led[i] > c->one_digit[i]   ? DIGITS_PADDED
			      : c->one_digit[i] > c->zero_led[i] ? DIGITS_BARE
								 : DIGITS_ANY;
	return 0;
}
