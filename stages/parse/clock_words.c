#include "clock_words.h"
#include "text_marks.h"
#include <stddef.h>

/*
 * Without dots, spaces, quotes and marks; ASCII in lower case. The words are CLDR's (short
 * "abbreviated" day periods), and those that public parsers met in exports.
 */
static const struct clock_word {
	const char *word;
	enum clock_half half;
} clock_words[] = {
	{"am", HALF_MORNING},
	{"pm", HALF_AFTERNOON},
	{"in the morning", HALF_MORNING},
	{"in the afternoon", HALF_AFTERNOON},
	{"vm", HALF_MORNING}, /* af */
	{"nm", HALF_AFTERNOON},
	{"ص", HALF_MORNING}, /* ar */
	{"م", HALF_AFTERNOON},
	{"morgens", HALF_MORNING}, /* de */
	{"vorm", HALF_MORNING},
	{"mittags", HALF_NOON},
	{"nachm", HALF_AFTERNOON},
	{"abends", HALF_AFTERNOON},
	{"nachts", HALF_NIGHT},
	{"dop", HALF_MORNING}, /* cs, sl */
	{"odp", HALF_AFTERNOON},
	{"pop", HALF_AFTERNOON},
	{"πμ", HALF_MORNING}, /* el */
	{"μμ", HALF_AFTERNOON},
	{"قظ", HALF_MORNING}, /* fa */
	{"بظ", HALF_AFTERNOON},
	{"ap", HALF_MORNING}, /* fi */
	{"ip", HALF_AFTERNOON},
	{"rn", HALF_MORNING}, /* ga */
	{"in", HALF_AFTERNOON},
	{"לפנהצ", HALF_MORNING}, /* he */
	{"אחהצ", HALF_AFTERNOON},
	{"de", HALF_MORNING}, /* hu */
	{"du", HALF_AFTERNOON},
	{"午前", HALF_MORNING}, /* ja */
	{"午後", HALF_AFTERNOON},
	{"오전", HALF_MORNING}, /* ko */
	{"오후", HALF_AFTERNOON},
	{"priešpiet", HALF_MORNING}, /* lt */
	{"popiet", HALF_AFTERNOON},
	{"priekšp", HALF_MORNING}, /* lv */
	{"pēcp", HALF_AFTERNOON},
	{"претпл", HALF_MORNING}, /* mk */
	{"попл", HALF_AFTERNOON},
	{"pg", HALF_MORNING}, /* ms */
	{"ptg", HALF_AFTERNOON},
	{"ਪੂਦੁ", HALF_MORNING}, /* pa */
	{"ਬਾਦੁ", HALF_AFTERNOON},
	{"pd", HALF_MORNING}, /* sq */
	{"md", HALF_AFTERNOON},
	{"fm", HALF_MORNING}, /* sv */
	{"em", HALF_AFTERNOON},
	{"ÖÖ", HALF_MORNING}, /* tr */
	{"Ös", HALF_AFTERNOON},
	{"дп", HALF_MORNING}, /* uk */
	{"пп", HALF_AFTERNOON},
	{"to", HALF_MORNING}, /* uz */
	{"tk", HALF_AFTERNOON},
	{"sa", HALF_MORNING}, /* vi */
	{"ch", HALF_AFTERNOON},
	{"上午", HALF_MORNING}, /* zh, and its flexible periods */
	{"下午", HALF_AFTERNOON},
	{"午夜", HALF_MORNING},
	{"凌晨", HALF_MORNING},
	{"清晨", HALF_MORNING},
	{"早上", HALF_MORNING},
	{"中午", HALF_NOON},
	{"晚上", HALF_AFTERNOON},
	{"ভোর", HALF_MORNING}, /* bn */
	{"সকাল", HALF_MORNING},
	{"দুপুর", HALF_NOON},
	{"বিকাল", HALF_AFTERNOON},
	{"সন্ধ্যা", HALF_AFTERNOON},
	{"রাত", HALF_NIGHT},
	{"de la madrugada", HALF_MORNING}, /* es */
	{"de la mañana", HALF_MORNING},
	{"del mediodía", HALF_NOON},
	{"delatarde", HALF_AFTERNOON},
	{"delanoche", HALF_AFTERNOON},
	{"da madrugada", HALF_MORNING}, /* pt */
	{"damanhã", HALF_MORNING},
	{"datarde", HALF_AFTERNOON},
	{"danoite", HALF_AFTERNOON},
	{"පෙව", HALF_MORNING}, /* si */
	{"පව", HALF_AFTERNOON},
	{"පාන්දර", HALF_MORNING},
	{"උදේ", HALF_MORNING},
	{"දවල්", HALF_NOON},
	{"හවස", HALF_AFTERNOON},
	{"රෑ", HALF_AFTERNOON},
	{"emëngjesit", HALF_MORNING}, /* sq */
	{"eparadites", HALF_MORNING},
	{"epasdites", HALF_AFTERNOON},
	{"embrëmjes", HALF_AFTERNOON},
	{"முற்பகல்", HALF_MORNING}, /* ta */
	{"பிற்பகல்", HALF_AFTERNOON},
	{"அதிகாலை", HALF_MORNING},
	{"காலை", HALF_MORNING},
	{"மதியம்", HALF_NOON},
	{"மாலை", HALF_AFTERNOON},
	{"இரவு", HALF_NIGHT},
	{"ఉ", HALF_MORNING}, /* te */
	{"ఉదయం", HALF_MORNING},
	{"మ", HALF_NOON},
	{"మధ్యాహ్నం", HALF_NOON},
	{"సా", HALF_AFTERNOON},
	{"సాయంత్రం", HALF_AFTERNOON},
	{"రా", HALF_NIGHT},
	{"రాత్రి", HALF_NIGHT},
};

/* Bytes at p that say nothing: spaces, marks, dots, quotes. */
static size_t
empty_at(const char *p, const char *end)
{
	size_t n = mark_at(p, end);

	if (n == 0)
		n = space_at(p, end);
	if (n > 0)
		return n;
	if (*p == '.' || *p == '"' || *p == '\'')
		return 1;
	/* U+05F4 gershayim, as Hebrew writes its abbreviations */
	return end - p >= 2 && memcmp(p, "\xD7\xB4", 2) == 0 ? 2 : 0;
}

enum clock_half
clock_half_of(struct str word)
{
	char bare[32];
	size_t len = 0;

	if (word.len == 2 && (word.ptr[1] | 32) == 'm' &&
	    ((word.ptr[0] | 32) == 'a' || (word.ptr[0] | 32) == 'p'))
		return (word.ptr[0] | 32) == 'a' ? HALF_MORNING : HALF_AFTERNOON;
	for (const char *p = word.ptr, *end = p + word.len; p < end;) {
		size_t skip = empty_at(p, end);
		if (skip == 1 && *p == ' ' && word.len > 12) /* "in the morning" */
			skip = 0;
		if (skip == 0) {
			if (len == sizeof(bare))
				return HALF_NONE;
			bare[len++] = *p >= 'A' && *p <= 'Z' ? (char)(*p | 32) : *p;
			skip = 1;
		}
		p += skip;
	}
	for (size_t i = 0; i < sizeof(clock_words) / sizeof(clock_words[0]); i++)
		if (str_equal((struct str){bare, len}, str_of(clock_words[i].word)))
			return clock_words[i].half;
	return HALF_NONE;
}

bool
clock_word_is_capital(struct str word)
{
	return str_equal(word, STR("AM")) || str_equal(word, STR("PM"));
}

int
clock_hour(int hour, enum clock_half half)
{
	switch (half) {
	case HALF_MORNING:
		return hour == 12 ? 0 : hour;
	case HALF_AFTERNOON:
		return hour < 12 ? hour + 12 : hour;
	case HALF_NIGHT:
		return hour == 12 ? 0 : hour >= 6 && hour < 12 ? hour + 12 : hour;
	case HALF_NOON:
		return hour < 10 ? hour + 12 : hour;
	case HALF_NONE:
		break;
	}
	return hour;
}
