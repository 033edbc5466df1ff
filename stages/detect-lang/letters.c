#include "letters.h"

#include <utf8proc.h>

/* By Unicode's blocks: what in them is no letter, its category tells. */
static const struct {
	uint32_t first, last;
	enum script script;
} ranges[] = {
	{0x0041, 0x024F, SCRIPT_LATIN},     {0x0250, 0x02AF, SCRIPT_LATIN},
	{0x02B0, 0x02FF, SCRIPT_LATIN},     {0x0300, 0x036F, SCRIPT_MARK},
	{0x0370, 0x03FF, SCRIPT_GREEK},     {0x0400, 0x052F, SCRIPT_CYRILLIC},
	{0x0530, 0x058F, SCRIPT_ARMENIAN},  {0x0591, 0x05F4, SCRIPT_HEBREW},
	{0x0600, 0x06FF, SCRIPT_ARABIC},    {0x0700, 0x074F, SCRIPT_SYRIAC},
	{0x0750, 0x077F, SCRIPT_ARABIC},    {0x0780, 0x07BF, SCRIPT_THAANA},
	{0x08A0, 0x08FF, SCRIPT_ARABIC},    {0x0900, 0x097F, SCRIPT_DEVANAGARI},
	{0x0980, 0x09FF, SCRIPT_BENGALI},   {0x0A00, 0x0A7F, SCRIPT_GURMUKHI},
	{0x0A80, 0x0AFF, SCRIPT_GUJARATI},  {0x0B00, 0x0B7F, SCRIPT_ORIYA},
	{0x0B80, 0x0BFF, SCRIPT_TAMIL},     {0x0C00, 0x0C7F, SCRIPT_TELUGU},
	{0x0C80, 0x0CFF, SCRIPT_KANNADA},   {0x0D00, 0x0D7F, SCRIPT_MALAYALAM},
	{0x0D80, 0x0DFF, SCRIPT_SINHALA},   {0x0E00, 0x0E7F, SCRIPT_THAI},
	{0x0E80, 0x0EFF, SCRIPT_LAO},       {0x0F00, 0x0FFF, SCRIPT_TIBETAN},
	{0x1000, 0x109F, SCRIPT_MYANMAR},   {0x10A0, 0x10FF, SCRIPT_GEORGIAN},
	{0x1100, 0x11FF, SCRIPT_HANGUL},    {0x1200, 0x139F, SCRIPT_ETHIOPIC},
	{0x13A0, 0x13FF, SCRIPT_CHEROKEE},  {0x1780, 0x17FF, SCRIPT_KHMER},
	{0x1800, 0x18AF, SCRIPT_MONGOLIAN}, {0x1C80, 0x1C8F, SCRIPT_CYRILLIC},
	{0x1C90, 0x1CBF, SCRIPT_GEORGIAN},  {0x1D00, 0x1DBF, SCRIPT_LATIN},
	{0x1E00, 0x1EFF, SCRIPT_LATIN},     {0x1F00, 0x1FFF, SCRIPT_GREEK},
	{0x2C60, 0x2C7F, SCRIPT_LATIN},     {0x2D00, 0x2D2F, SCRIPT_GEORGIAN},
	{0x2D30, 0x2D7F, SCRIPT_TIFINAGH},  {0x2D80, 0x2DDF, SCRIPT_ETHIOPIC},
	{0x2DE0, 0x2DFF, SCRIPT_CYRILLIC},  {0x2E80, 0x2FDF, SCRIPT_HAN},
	{0x3005, 0x3007, SCRIPT_HAN},       {0x3041, 0x30FF, SCRIPT_KANA},
	{0x3130, 0x318F, SCRIPT_HANGUL},    {0x31F0, 0x31FF, SCRIPT_KANA},
	{0x3400, 0x4DBF, SCRIPT_HAN},       {0x4E00, 0x9FFF, SCRIPT_HAN},
	{0xA640, 0xA69F, SCRIPT_CYRILLIC},  {0xA720, 0xA7FF, SCRIPT_LATIN},
	{0xA960, 0xA97F, SCRIPT_HANGUL},    {0xAA60, 0xAA7F, SCRIPT_MYANMAR},
	{0xAB00, 0xAB2F, SCRIPT_ETHIOPIC},  {0xAB30, 0xAB6F, SCRIPT_LATIN},
	{0xAB70, 0xABBF, SCRIPT_CHEROKEE},  {0xAC00, 0xD7FF, SCRIPT_HANGUL},
	{0xF900, 0xFAFF, SCRIPT_HAN},       {0xFB00, 0xFB06, SCRIPT_LATIN},
	{0xFB13, 0xFB17, SCRIPT_ARMENIAN},  {0xFB1D, 0xFB4F, SCRIPT_HEBREW},
	{0xFB50, 0xFDFF, SCRIPT_ARABIC},    {0xFE70, 0xFEFC, SCRIPT_ARABIC},
	{0xFF21, 0xFF5A, SCRIPT_LATIN},     {0xFF66, 0xFF9F, SCRIPT_KANA},
	{0x1B000, 0x1B16F, SCRIPT_KANA},    {0x20000, 0x3FFFF, SCRIPT_HAN},
};

/* Signs within words, all of them for the apostrophe: French l’eau, Uzbek oʻzbek, Ukrainian п'ять.
 */
static const uint32_t apostrophes[] = {0x27,  0x60,  0xB4,   0x2B9,  0x2BB,  0x2BC,  0x2BD, 0x2BE,
				       0x2BF, 0x2C8, 0x2018, 0x2019, 0x201B, 0x2032, 0x55A};

struct letter letters_table[LETTERS_IN_TABLE];

struct str
script_name(enum script script)
{
	static const char names[SCRIPT_COUNT][5] = {
		[SCRIPT_LATIN] = "Latn",     [SCRIPT_CYRILLIC] = "Cyrl",
		[SCRIPT_ARABIC] = "Arab",    [SCRIPT_DEVANAGARI] = "Deva",
		[SCRIPT_BENGALI] = "Beng",   [SCRIPT_HEBREW] = "Hebr",
		[SCRIPT_ETHIOPIC] = "Ethi",  [SCRIPT_HAN] = "Hani",
		[SCRIPT_KANA] = "Jpan",      [SCRIPT_HANGUL] = "Kore",
		[SCRIPT_GREEK] = "Grek",     [SCRIPT_ARMENIAN] = "Armn",
		[SCRIPT_GEORGIAN] = "Geor",  [SCRIPT_GURMUKHI] = "Guru",
		[SCRIPT_GUJARATI] = "Gujr",  [SCRIPT_ORIYA] = "Orya",
		[SCRIPT_TAMIL] = "Taml",     [SCRIPT_TELUGU] = "Telu",
		[SCRIPT_KANNADA] = "Knda",   [SCRIPT_MALAYALAM] = "Mlym",
		[SCRIPT_SINHALA] = "Sinh",   [SCRIPT_THAI] = "Thai",
		[SCRIPT_LAO] = "Laoo",       [SCRIPT_TIBETAN] = "Tibt",
		[SCRIPT_MYANMAR] = "Mymr",   [SCRIPT_KHMER] = "Khmr",
		[SCRIPT_THAANA] = "Thaa",    [SCRIPT_SYRIAC] = "Syrc",
		[SCRIPT_MONGOLIAN] = "Mong", [SCRIPT_TIFINAGH] = "Tfng",
		[SCRIPT_CHEROKEE] = "Cher",  [SCRIPT_OTHER] = "Zzzz",
	};

	return script < SCRIPT_LATIN ? (struct str){0} : str_of(names[script]);
}

static bool
says_nothing(uint32_t c)
{
	return c == 0x640 || (c >= 0x64B && c <= 0x65F) || c == 0x670 ||
	       (c >= 0x591 && c <= 0x5BD) || c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
	       c == 0x2060;
}

static struct letter
look_up(uint32_t code_point)
{
	uint32_t c = code_point & 0xFFFFFF;
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
	size_t low = 0, high = sizeof(ranges) / sizeof(*ranges);
	enum script script = SCRIPT_OTHER;

	for (size_t i = 0; i < sizeof(apostrophes) / sizeof(*apostrophes); i++) {
		if (c == apostrophes[i])
			return (struct letter){'\'', SCRIPT_MARK};
	}
	if (says_nothing(c))
		return (struct letter){c & 0xFFFFFF, SCRIPT_JOIN};
	if (category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_ME)
		return (struct letter){c & 0xFFFFFF, SCRIPT_NONE};
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (c < ranges[middle].first)
			high = middle;
		else if (c > ranges[middle].last)
			low = middle + 1;
		else {
			script = ranges[middle].script;
			break;
		}
	}
	if (c == 0x130) /* the one capital whose small form is two code points */
		return (struct letter){'i', SCRIPT_LATIN};
	return (struct letter){(uint32_t)utf8proc_tolower((utf8proc_int32_t)c) & 0xFFFFFF, script};
}

void
letters_prepare(void)
{
	for (uint32_t c = 0; c < LETTERS_IN_TABLE; c++)
		letters_table[c] = look_up(c);
}

struct letter
letter_beyond_table(uint32_t c)
{
	if (c >= 0x4E00 && c <= 0x9FFF)
		return (struct letter){c & 0xFFFFFF, SCRIPT_HAN};
	if (c >= 0x3041 && c <= 0x30FF && c != 0x30FB)
		return (struct letter){c & 0xFFFFFF, SCRIPT_KANA};
	if (c >= 0xAC00 && c <= 0xD7A3)
		return (struct letter){c & 0xFFFFFF, SCRIPT_HANGUL};
	return look_up(c);
}
