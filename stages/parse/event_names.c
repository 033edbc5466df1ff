#include "event_names.h"
#include "wording.h"

#define NAME_LONGEST  120 /* bytes of a name */
#define SENTENCE_WORD 5   /* bytes of a word that a full stop does not abbreviate */

static bool
is_one_of(struct str word, const char *const *words)
{
	while (*words != NULL && !str_equal(word, str_of(*words)))
		words++;
	return *words != NULL;
}

static struct str
first_word(struct str s)
{
	return str_head(s, str_find(s, STR(" ")));
}

static struct str
last_word(struct str s)
{
	size_t begin = s.len;

	while (begin > 0 && s.ptr[begin - 1] != ' ')
		begin--;
	return str_tail(s, begin);
}

/* "message. For": but "Dr. Ada" and "Ada B. Lovelace" are names. */
static bool
holds_sentence_end(struct str s)
{
	size_t word = 0;

	for (size_t i = 0; i + 1 < s.len; i++) {
		if (s.ptr[i] == ' ')
			word = i + 1;
		if (s.ptr[i] == '\n')
			return true;
		if (s.ptr[i + 1] == ' ' && i - word >= SENTENCE_WORD &&
		    memchr(".?!", s.ptr[i], 3) != NULL)
			return true;
	}
	return str_find(s, STR("。")) < s.len || str_find(s, STR("। ")) < s.len;
}

bool
event_name_is_likely(struct str name)
{
	/* English: other languages have a verb of two parts, or one that ends the line. */
	static const char *const never_last[] = {
		"a",   "an",   "and",  "are",   "be",   "been", "by",   "can",   "could",
		"for", "from", "had",  "has",   "have", "if",   "in",   "is",    "just",
		"not", "of",   "on",   "or",    "our",  "the",  "that", "their", "this",
		"to",  "was",  "were", "which", "will", "with", "you",  "your",  NULL};
	static const char *const never_first[] = {"by", "from", "in", "to", NULL};

	if (name.len == 0 || name.len > NAME_LONGEST || holds_sentence_end(name))
		return false;
	struct str first = first_word(name), last = last_word(name);
	return first.len == name.len ||
	       (!is_one_of(last, never_last) && !is_one_of(first, never_first));
}

struct str
event_name_of(struct str name)
{
	name = str_trim(name);
	return wording_find(WORDING_AS_NAME, name, NULL) == WORDING_SELF ? STR("You") : name;
}

static bool
is_number_of_others(struct str s)
{
	static const char *const others[] = {"other",   "others", "more",   "weitere", "andere",
					     "anderen", "autre",  "autres", "otro",    "otros",
					     "altri",   "altro",  "outro",  "outros",  "другие",
					     "других",  NULL};
	size_t digits = 0;

	while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
		digits++;
	return digits > 0 && digits <= 4 && digits < s.len &&
	       is_one_of(first_word(str_trim(str_tail(s, digits))), others);
}

/* The commas part them, and the word before the last one is taken off where it is known. A name
 * with a comma in it comes apart. */
size_t
event_names_split(struct str list, struct str *names, size_t most)
{
	static const struct str commas[] = {{", ", 2}, {"، ", 3}, {"、", 3}, {"，", 3}};
	static const struct str words[] = {{" and ", 5}, {" und ", 5}, {" y ", 3},  {" et ", 4},
					   {" e ", 3},   {" en ", 4},  {" и ", 4},  {" ve ", 4},
					   {" dan ", 5}, {" och ", 5}, {" og ", 4}, {" ja ", 4},
					   {" și ", 5},  {" és ", 5},  {" và ", 5}};
	size_t count = 0;

	while (list.len > 0 && count < most) {
		size_t at = list.len, skip = 0;
		for (size_t i = 0; i < sizeof(commas) / sizeof(commas[0]); i++) {
			size_t found = str_find(list, commas[i]);
			if (found < at) {
				at = found;
				skip = commas[i].len;
			}
		}
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && skip == 0; i++) {
			size_t found = str_find(list, words[i]);
			if (found < list.len) {
				at = found;
				skip = words[i].len;
			}
		}
		struct str name = str_trim(str_head(list, at));
		if (str_starts(name, STR("and "))) /* behind a comma */
			name = str_trim(str_tail(name, 4));
		if (name.len > 0 && !is_number_of_others(name))
			names[count++] = event_name_of(name);
		list = str_tail(list, at + skip);
	}
	return count;
}
