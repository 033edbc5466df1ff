#include "laughter.h"

#include "text/utf8.h"

/* Laughs are a sound or two over and over: the letters that may be in them, for a single letter how
 * often it must be there, and who laughs so. */
static const struct {
	const char *consonants, *vowels;
	size_t least;
	const char *code;
} laughs[] = {
	{"h", "aeiouäöéáа", 0, ""}, {"j", "aeiá", 0, "es"}, {"k", "", 3, "pt"},
	{"rs", "", 0, "pt"},        {"wk", "", 0, "id"},    {"w", "", 3, "ja"},
	{"x", "aei", 0, ""},        {"х", "аеиоэ", 0, ""},  {"ㅋ", "", 2, "ko"},
	{"ㅎ", "", 2, "ko"},        {"ه", "", 3, "ar"},     {"خ", "", 3, "fa"},
	{"哈", "", 2, "zh"},        {"呵", "", 2, "zh"},    {"h", "", 3, ""},
	{"χ", "αε", 0, "el"},       {"ח", "", 3, "he"},     {"笑", "", 1, "ja"},
	{"草", "", 2, "ja"},
};
/* Others, of two to five letters. */
static const struct {
	char word[6], code[3];
} words[] = {{"lol", ""}, {"lmao", ""}, {"rofl", ""},  {"lmfao", ""},  {"xd", ""},
	     {"xdd", ""}, {"hah", ""},  {"mdr", "fr"}, {"ptdr", "fr"}, {"asg", "sv"}};

/* Second letters of those words, by the first. */
#define LETTER(c) (1u << ((c) - 'a'))
static const uint32_t second_letters[32] = {['a' - 'a'] = LETTER('s'),
					    ['h' - 'a'] = LETTER('a'),
					    ['l' - 'a'] = LETTER('o') | LETTER('m'),
					    ['m' - 'a'] = LETTER('d'),
					    ['p' - 'a'] = LETTER('t'),
					    ['r' - 'a'] = LETTER('o'),
					    ['x' - 'a'] = LETTER('d')};

static bool
is_among(uint32_t letter, struct str set)
{
	while (set.len > 0) {
		if (utf8_next(&set) == letter)
			return true;
	}
	return false;
}

static bool
is_laugh(const uint32_t *letters, size_t count, size_t length, size_t which)
{
	struct str consonants = str_of(laughs[which].consonants),
		   vowels = str_of(laughs[which].vowels);
	size_t sounds = 0, runs = 1;

	for (size_t i = 0; i < count; i++) {
		bool consonant = is_among(letters[i], consonants);
		if (!consonant && !is_among(letters[i], vowels))
			return false;
		sounds += consonant;
		runs += i > 0 && letters[i] != letters[i - 1];
	}
	if (vowels.len > 0 || utf8_length(consonants) > 1)
		return sounds >= 2 && runs >= 4;
	return length >= laughs[which].least;
}

static bool
is_word(const uint32_t *letters, size_t count, const char *word)
{
	size_t i = 0;

	while (i < count && letters[i] == (unsigned char)word[i] && word[i] != '\0')
		i++;
	return i == count && word[i] == '\0';
}

/* Nearly no word is like these, so what is dearer is seldom asked. No branches: nobody could
 * foresee them. */
static inline bool
may_be_sounds(const uint32_t *l, size_t count, size_t length)
{
	return ((count >= 4) & (l[0] == l[2]) & (l[1] == l[3])) | ((count == 2) & (l[0] == l[1])) |
	       ((count == 1) & ((length > 1) | (l[0] >= LETTERS_IN_TABLE)));
}

static inline bool
may_be_word(const uint32_t *l, size_t count)
{
	bool small = (l[0] - 'a' <= 'z' - 'a') & (l[1] - 'a' <= 'z' - 'a');

	return small & (count >= 2) & (count <= 5) &
	       (second_letters[(l[0] - 'a') & 31] >> ((l[1] - 'a') & 31));
}

static bool
is_one(const uint32_t *letters, size_t count, size_t length, struct str *code)
{
	if (may_be_sounds(letters, count, length)) {
		for (size_t i = 0; i < sizeof(laughs) / sizeof(*laughs); i++) {
			if (is_laugh(letters, count, length, i)) {
				*code = str_of(laughs[i].code);
				return true;
			}
		}
	}
	for (size_t i = 0; may_be_word(letters, count) && i < sizeof(words) / sizeof(*words); i++) {
		if (is_word(letters, count, words[i].word)) {
			*code = str_of(words[i].code);
			return true;
		}
	}
	return false;
}

bool
laughter_is_fives(struct str text)
{
	size_t fives = 0;

	while (text.len > 0) {
		uint32_t c = utf8_next(&text);
		if (c == '5')
			fives++;
		else if ((c >= '0' && c <= '9') || letter_of(c).script != SCRIPT_NONE)
			return false;
	}
	return fives >= 3;
}

bool
laughter_is(const uint32_t *letters, size_t count, size_t length, struct str *code)
{
	return (may_be_sounds(letters, count, length) | may_be_word(letters, count)) &&
	       is_one(letters, count, length, code);
}

bool
laughter_remove(struct text_words *text, struct str *code)
{
	size_t kept = 0, count = text->word_count;
	struct str whose = {0};

	for (size_t i = 0; i < count; i++) {
		const struct text_word *word = &text->words[i];
		if (laughter_is(text->letters + word->first, word->count, word->end - word->start,
				&whose)) {
			if (code->ptr == NULL || code->len == 0)
				*code = whose;
			text->by_script[word->script] -= word->count;
			continue;
		}
		if (kept < i)
			text->words[kept] = *word;
		kept++;
	}
	text->word_count = kept;
	return kept == 0 && count > 0;
}
