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

#define LETTER(c) (1u << ((c) - 'a'))
#define FIRST_LETTERS                                                                              \
	(LETTER('a') | LETTER('h') | LETTER('l') | LETTER('m') | LETTER('p') | LETTER('r') |       \
	 LETTER('x'))

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

/* Sounds over and over: each letter comes back after two, or it is one letter alone. Nearly no
 * other word is like that, so what is dearer is seldom asked. */
static bool
repeats(const uint32_t *letters, size_t count, size_t length)
{
	if (count >= 4)
		return letters[0] == letters[2] && letters[1] == letters[3];
	return count == 2 ? letters[0] == letters[1]
			  : count == 1 && (length > 1 || letters[0] >= LETTERS_IN_TABLE);
}

bool
laughter_is(const uint32_t *letters, size_t count, size_t length, struct str *code)
{
	if (repeats(letters, count, length)) {
		for (size_t i = 0; i < sizeof(laughs) / sizeof(*laughs); i++) {
			if (is_laugh(letters, count, length, i)) {
				*code = str_of(laughs[i].code);
				return true;
			}
		}
	}
	if (count < 2 || count > 5 || letters[0] - 'a' > 'z' - 'a' ||
	    (FIRST_LETTERS >> (letters[0] - 'a') & 1) == 0)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
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
laughter_remove(struct text_words *text, struct str *code)
{
	size_t kept = 0, letters[SCRIPT_COUNT] = {0};
	struct str whose = {0};

	for (size_t i = 0; i < text->word_count; i++) {
		const struct text_word *word = &text->words[i];
		if (laughter_is(text->letters + word->first, word->count, word->end - word->start,
				&whose)) {
			if (code->ptr == NULL || code->len == 0)
				*code = whose;
			continue;
		}
		letters[word->script] += word->count;
		text->words[kept++] = *word;
	}
	if (kept == text->word_count)
		return false;
	text->word_count = kept;
	memcpy(text->by_script, letters, sizeof(letters));
	return kept == 0;
}
