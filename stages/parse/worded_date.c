#include "worded_date.h"
#include "text_marks.h"

/* CLDR's names of the months, short and whole, in de, da, en, es, fr, id, it, ms, nb, nl, pl, pt,
 * ro, ru, sv, tr and uk: those whose middle-sized date has one. ASCII in lower case, without dots,
 * a space on both sides. No name is of two months. */
static const char *const month_names[12] = {
	/* clang-format off */
	" ene enero gen gennaio ian ianuarie jan janeiro januar januari january janv "
	"janvier oca ocak sty styczeń stycznia січ січень січня янв январь января ",
	" feb febbraio febrero februar februari februarie february fev fevereiro "
	"févr février lut lutego luty Şub Şubat лют лютий лютого февр февраль "
	"февраля ",
	" maart mac mar marca march maret mars mart martie marts marzec marzo março "
	"mrt mär märz бер березень березня мар март марта ",
	" abr abril apr april aprile aprilie avr avril kwi kwiecień kwietnia nis "
	"nisan апр апрель апреля квіт квітень квітня ",
	" mag maggio mai maio maj maja may mayo mayıs mei май мая трав травень "
	"травня ",
	" cze czerwca czerwiec giu giugno haz haziran iun iunie juin jun june junho "
	"juni junio июн июнь июня черв червень червня ",
	" iul iulie juil juillet jul julai julho juli julio july lip lipca lipiec "
	"lug luglio tem temmuz июл июль июля лип липень липня ",
	" ago agosto agu agustus août aug august augusti augustus ağu ağustos ogo "
	"ogos sie sierpień sierpnia авг август августа серп серпень серпня ",
	" eyl eylül sep sept september septembre septembrie septiembre set setembro "
	"settembre wrz wrzesień września вер вересень вересня сент сентябрь "
	"сентября ",
	" eki ekim oct october octobre octombrie octubre okt oktober ott ottobre out "
	"outubro paź październik października жовт жовтень жовтня окт октябрь "
	"октября ",
	" kas kasım lis listopad listopada noiembrie nov november novembre novembro "
	"noviembre лист листопад листопада нояб ноябрь ноября ",
	" ara aralık dec december decembrie des desember dez dezember dezembro dic "
	"dicembre diciembre dis disember déc décembre gru grudnia grudzień груд "
	"грудень грудня дек декабрь декабря ",
	/* clang-format on */
};
#define NAME_LONGEST 32 /* bytes, of a weekday's, too */

struct cursor {
	const char *p, *end;
};

static bool
is_letter(unsigned char c)
{
	unsigned lower = c | 32u;

	return (lower >= 'a' && lower <= 'z') || c >= 0xC3;
}

/* A word of letters; no bytes: none. */
static struct str
take_word(struct cursor *c)
{
	const char *from = c->p;

	if (c->p < c->end && is_letter((unsigned char)*c->p))
		while (c->p < c->end && c->p - from <= NAME_LONGEST &&
		       (is_letter((unsigned char)*c->p) || (unsigned char)*c->p >= 0x80) &&
		       space_at(c->p, c->end) == 0)
			c->p++;
	return (struct str){from, (size_t)(c->p - from)};
}

static bool
take_space(struct cursor *c)
{
	const char *from = c->p;

	for (size_t n; (n = space_at(c->p, c->end)) > 0;)
		c->p += n;
	return c->p > from;
}

static bool
take(struct cursor *c, char byte)
{
	if (c->p == c->end || *c->p != byte)
		return false;
	c->p++;
	return true;
}

/* 1..12; 0: it is no month's. */
static int
month_of(struct str word)
{
	char name[NAME_LONGEST + 2] = " ";
	size_t len = 1;

	if (word.len < 3 || word.len >= NAME_LONGEST)
		return 0;
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.ptr[i];
		name[len++] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : (char)c;
	}
	name[len++] = ' ';
	for (int month = 1; month <= 12; month++) {
		struct str names = str_of(month_names[month - 1]);
		if (str_find(names, (struct str){name, len}) < names.len)
			return month;
	}
	return 0;
}

/* "de" in "13 de ago. de 2014". */
static void
skip_of(struct cursor *c)
{
	struct cursor at = *c;

	if (str_equal(take_word(&at), STR("de")) && take_space(&at))
		*c = at;
}

static bool
take_number(struct cursor *c, struct worded_date *d, unsigned most)
{
	unsigned number = 0;
	uint8_t width = 0;

	while (width < 5 && c->p < c->end && *c->p >= '0' && *c->p <= '9') {
		number = number * 10 + (unsigned)(*c->p++ - '0');
		width++;
	}
	if (width == 0 || width > most || width == 3)
		return false;
	d->number[d->parts] = (uint16_t)number;
	d->width[d->parts++] = width;
	return true;
}

/* A month's name; what may stand behind it. */
static bool
take_month(struct cursor *c, struct worded_date *d)
{
	int month = month_of(take_word(c));

	if (month == 0)
		return false;
	d->month = d->parts;
	d->number[d->parts] = (uint16_t)month;
	d->width[d->parts++] = 2;
	(void)take(c, '.');
	return true;
}

/* A comma or not, a space, "de": and a number behind it. */
static bool
take_next_number(struct cursor *c, struct worded_date *d)
{
	struct cursor at = *c;
	const char *digits;

	(void)(d->parts > 1 && take(&at, ','));
	if (!take_space(&at))
		return false;
	skip_of(&at);
	digits = at.p;
	if (!take_number(&at, d, 4))
		return false;
	if (at.p < at.end && (*at.p == ':' || *at.p == '.') && at.p - digits <= 2 &&
	    at.end - at.p > 1 && at.p[1] >= '0' && at.p[1] <= '9') {
		d->parts--; /* an hour */
		return false;
	}
	*c = at;
	return true;
}

/* Most texts that begin with a word are told from a date by what follows it. */
static bool
number_follows(struct cursor at)
{
	(void)take(&at, '.');
	return take_space(&at) && at.p < at.end && *at.p >= '0' && *at.p <= '9';
}

size_t
worded_date_scan(struct str text, struct worded_date *d)
{
	struct cursor c = {text.ptr, text.ptr + text.len};

	*d = (struct worded_date){0};
	if (c.p == c.end)
		return 0;
	if (is_letter((unsigned char)*c.p)) {
		struct cursor at = c;
		struct str word = take_word(&at);
		if (take(&at, ',')) { /* a weekday's name */
			if (word.len < 2 || word.len > NAME_LONGEST || !take_space(&at))
				return 0;
			c = at;
		} else if (!number_follows(at)) {
			return 0;
		}
	}
	if (c.p < c.end && is_letter((unsigned char)*c.p)) { /* Aug 13, 2014 */
		if (!take_month(&c, d) || !take_next_number(&c, d))
			return 0;
		(void)take_next_number(&c, d);
	} else { /* 13 Aug 2014, 13. Aug. 2014, 2014 Aug 13 */
		if (!take_number(&c, d, 4))
			return 0;
		(void)take(&c, '.');
		if (!take_space(&c))
			return 0;
		skip_of(&c);
		if (!take_month(&c, d))
			return 0;
		(void)take_next_number(&c, d);
	}
	return (size_t)(c.p - text.ptr);
}
