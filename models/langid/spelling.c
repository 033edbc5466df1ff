#include "spelling.h"

#include "text/utf8.h"
#include <stdlib.h>

#define SIGNS    0x10000
#define ONE_SIDE 12 /* times as frequent in one list as in the other: it belongs to that one */

static double chinese[2][SIGNS];

static void
count_signs(FILE *list, double *counts)
{
	char line[1024];
	double total = 0;

	if (list == NULL)
		return;
	while (fgets(line, sizeof(line), list) != NULL) {
		struct str rest = str_trim(str_of(line)), word = str_cut(&rest, ' ');
		uint64_t n;
		if (!str_to_u64(rest, &n) || utf8_valid_prefix(word) < word.len)
			continue;
		while (word.len > 0) {
			uint32_t c = utf8_next(&word);
			if (c < SIGNS && letter_of(c).script == SCRIPT_HAN) {
				counts[c] += (double)n;
				total += (double)n;
			}
		}
	}
	for (size_t i = 0; i < SIGNS; i++)
		counts[i] = (counts[i] + 0.1) / (total + 1);
	fclose(list);
}

void
spelling_learn_chinese(FILE *simplified, FILE *traditional)
{
	count_signs(simplified, chinese[0]);
	count_signs(traditional, chinese[1]);
}

struct str
spelling_chinese(struct str text)
{
	size_t simplified = 0, traditional = 0;

	while (text.len > 0) {
		uint32_t c = utf8_next(&text);
		if (c >= SIGNS)
			continue;
		simplified += chinese[0][c] > ONE_SIDE * chinese[1][c];
		traditional += chinese[1][c] > ONE_SIDE * chinese[0][c];
	}
	if (simplified > 2 * traditional)
		return STR("zh-Hans");
	return traditional > 2 * simplified ? STR("zh-Hant") : (struct str){0};
}

static bool
is_south_slavic_latin(struct str code)
{
	return str_equal(code, STR("sr")) || str_equal(code, STR("hr")) ||
	       str_equal(code, STR("bs")) || str_equal(code, STR("sl"));
}

void
spelling_repair(struct str code, struct str text, struct buf *to)
{
	static const struct {
		uint32_t wrong, right;
	} letters[] = {{0xE6, 0x107}, {0xC6, 0x106}, {0xE8, 0x10D},
		       {0xC8, 0x10C}, {0xF0, 0x111}, {0xD0, 0x110}};
	bool mend = is_south_slavic_latin(code);

	while (text.len > 0) {
		if (text.ptr[0] == '[') { /* [PERSON] */
			size_t end = str_find(text, STR("]"));
			if (end < text.len) {
				text = str_tail(text, end + 1);
				buf_add_byte(to, ' ');
				continue;
			}
		}
		uint32_t c = utf8_next(&text);
		for (size_t i = 0; mend && i < sizeof(letters) / sizeof(*letters); i++) {
			if (c == letters[i].wrong) {
				c = letters[i].right;
				break;
			}
		}
		utf8_add(to, c);
	}
}

/* Longest first where one begins with another. */
struct spelling {
	const char *from, *to;
};
static const struct spelling serbian_to_latin[] = {
	{"љ", "lj"}, {"њ", "nj"}, {"џ", "dž"}, {"а", "a"}, {"б", "b"}, {"в", "v"}, {"г", "g"},
	{"д", "d"},  {"ђ", "đ"},  {"е", "e"},  {"ж", "ž"}, {"з", "z"}, {"и", "i"}, {"ј", "j"},
	{"к", "k"},  {"л", "l"},  {"м", "m"},  {"н", "n"}, {"о", "o"}, {"п", "p"}, {"р", "r"},
	{"с", "s"},  {"т", "t"},  {"ћ", "ć"},  {"у", "u"}, {"ф", "f"}, {"х", "h"}, {"ц", "c"},
	{"ч", "č"},  {"ш", "š"},  {0}};
static const struct spelling serbian_to_cyrillic[] = {
	{"lj", "љ"}, {"nj", "њ"}, {"dž", "џ"}, {"a", "а"}, {"b", "б"}, {"v", "в"}, {"g", "г"},
	{"d", "д"},  {"đ", "ђ"},  {"e", "е"},  {"ž", "ж"}, {"z", "з"}, {"i", "и"}, {"j", "ј"},
	{"k", "к"},  {"l", "л"},  {"m", "м"},  {"n", "н"}, {"o", "о"}, {"p", "п"}, {"r", "р"},
	{"s", "с"},  {"t", "т"},  {"ć", "ћ"},  {"u", "у"}, {"f", "ф"}, {"h", "х"}, {"c", "ц"},
	{"č", "ч"},  {"š", "ш"},  {0}};
static const struct spelling uzbek_to_cyrillic[] = {
	{"o'", "ў"}, {"g'", "ғ"},  {"sh", "ш"}, {"ch", "ч"}, {"ya", "я"}, {"yo", "ё"}, {"yu", "ю"},
	{"ye", "е"}, {"ng", "нг"}, {"a", "а"},  {"b", "б"},  {"d", "д"},  {"e", "е"},  {"f", "ф"},
	{"g", "г"},  {"h", "ҳ"},   {"i", "и"},  {"j", "ж"},  {"k", "к"},  {"l", "л"},  {"m", "м"},
	{"n", "н"},  {"o", "о"},   {"p", "п"},  {"q", "қ"},  {"r", "р"},  {"s", "с"},  {"t", "т"},
	{"u", "у"},  {"v", "в"},   {"x", "х"},  {"y", "й"},  {"z", "з"},  {"'", "ъ"},  {0}};

static void
respell(const struct spelling *table, struct str text, struct buf *to)
{
	struct buf small = {0};

	while (text.len > 0)
		utf8_add(&small, letter_of(utf8_next(&text)).lower);
	text = buf_str(&small);
	while (text.len > 0) {
		const struct spelling *s = table;
		while (s->from != NULL && !str_starts(text, str_of(s->from)))
			s++;
		if (s->from != NULL) {
			buf_add(to, str_of(s->to));
			text = str_tail(text, strlen(s->from));
		} else {
			utf8_add(to, utf8_next(&text));
		}
	}
	buf_free(&small);
}

bool
spelling_in_other_script(struct str code, enum script script, struct str text, struct buf *to)
{
	const struct spelling *table = NULL;

	if (str_equal(code, STR("sr")))
		table = script == SCRIPT_CYRILLIC ? serbian_to_latin : serbian_to_cyrillic;
	else if (str_equal(code, STR("uz")) && script == SCRIPT_LATIN)
		table = uzbek_to_cyrillic;
	if (table == NULL)
		return false;
	buf_clear(to);
	respell(table, text, to);
	return true;
}
