#include "poll_lines.h"
#include "text_marks.h"
#include "wording.h"

/* The digit at the front of s and its bytes: ASCII's, full width, Arabic, Persian, Devanagari,
 * Bengali; 0: none. */
static size_t
digit_at(struct str s, int32_t *digit)
{
	static const struct str zeros[] = {{"0", 1}, {"０", 3}, {"٠", 2},
					   {"۰", 2}, {"०", 3},  {"০", 3}};

	for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {
		size_t last = zeros[i].len - 1;
		if (s.len <= last || memcmp(s.ptr, zeros[i].ptr, last) != 0)
			continue;
		int value = (unsigned char)s.ptr[last] - (unsigned char)zeros[i].ptr[last];
		if (value >= 0 && value <= 9) {
			*digit = value;
			return zeros[i].len;
		}
	}
	return 0;
}

/* "3 votes", "3票" */
static bool
read_votes(struct str s, int32_t *votes)
{
	int32_t digit;

	*votes = 0;
	for (size_t n, count = 0; count < 9 && (n = digit_at(s, &digit)) > 0; count++) {
		*votes = *votes * 10 + digit;
		s = str_tail(s, n);
		if (s.len > 0 && (*s.ptr == ' ' || (unsigned char)*s.ptr >= 0x80) &&
		    digit_at(s, &digit) == 0)
			return true;
	}
	return false;
}

/* The words before the first colon, which French parts from them by a space; *behind: the rest. */
static struct str
cut_word(struct str line, struct str *behind)
{
	size_t colon = str_find(line, STR(":")), wide = str_find(line, STR("："));
	size_t at = colon < wide ? colon : wide;
	struct str word = str_trim(str_head(line, at));

	*behind = str_tail(line, at == line.len ? at : at + (colon < wide ? 1 : 3));
	while (word.len >= 2 && space_at(word.ptr + word.len - 2, word.ptr + word.len) == 2)
		word.len -= 2;
	while (word.len >= 3 && space_at(word.ptr + word.len - 3, word.ptr + word.len) == 3)
		word.len -= 3;
	return word;
}

/* "WORD: text (3 votes)": the parts; the word is the same in all options of a poll. */
static bool
read_option(struct str line, struct str *word, struct poll_option *to)
{
	static const struct {
		struct str open, close;
	} marks[] = {{{"(", 1}, {")", 1}}, {{"（", 3}, {"）", 3}}};
	struct str text;

	*word = cut_word(line, &text);
	if (word->len == 0 || word->len > 40 || text.len == 0)
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (!str_ends(text, marks[i].close))
			continue;
		size_t open = text.len - marks[i].close.len;
		while (open > 0 && !str_starts(str_tail(text, open), marks[i].open))
			open--;
		struct str votes = str_tail(text, open);
		if (!str_starts(votes, marks[i].open) ||
		    !read_votes(str_tail(votes, marks[i].open.len), &to->votes))
			return false;
		to->text = str_trim(str_head(text, open));
		return true;
	}
	return false;
}

bool
poll_lines_read(struct str text, struct poll *poll, struct poll_option *options, bool *by_structure)
{
	struct str rest = text, head = str_trim(str_cut(&rest, '\n')), behind;
	struct str word, first = {0};
	size_t count = 0;
	const char *options_begin = NULL;

	if (head.len < 2 || head.len > 64 || rest.len == 0 ||
	    (!str_ends(head, STR(":")) && !str_ends(head, STR("："))))
		return false;
	head = cut_word(head, &behind);
	if (head.len == 0 || behind.len > 0)
		return false;
	const char *question = rest.ptr;
	while (rest.len > 0) {
		struct str line = str_trim(str_cut(&rest, '\n'));
		struct poll_option option;
		if (line.len > 0 && read_option(line, &word, &option) &&
		    (first.ptr == NULL || str_equal(first, word))) {
			if (first.ptr == NULL) {
				first = word;
				options_begin = line.ptr;
			}
			if (count < POLL_OPTIONS)
				options[count++] = option;
		} else if (first.ptr != NULL && line.len > 0 && count > 0) {
			return false; /* text behind the options is no poll's */
		}
	}
	bool known = wording_find(WORDING_IN_POLL, head, NULL) == WORDING_POLL;
	if (count == 0 || (!known && count < 2) || options_begin == question)
		return false;
	*by_structure = !known;
	poll->question = str_trim((struct str){question, (size_t)(options_begin - question)});
	poll->options = options;
	poll->option_count = count;
	return true;
}
