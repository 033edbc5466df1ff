#include "poll_lines.h"
#include "wording.h"

/* "WORD: text (3 votes)": the parts; the word is the same in all options of a poll. */
static bool
read_option(struct str line, struct str *word, struct poll_option *to)
{
	size_t colon = str_find(line, STR(": "));

	if (colon == line.len || colon == 0 || colon > 40 || line.ptr[line.len - 1] != ')')
		return false;
	size_t open = line.len;
	while (open > 0 && line.ptr[open - 1] != '(')
		open--;
	if (open < colon + 3)
		return false;
	int64_t votes = 0;
	size_t digits = 0;
	while (line.ptr[open + digits] >= '0' && line.ptr[open + digits] <= '9' && digits < 9)
		votes = votes * 10 + line.ptr[open + digits++] - '0';
	if (digits == 0 || line.ptr[open + digits] != ' ')
		return false;
	*word = str_head(line, colon);
	to->text = str_trim((struct str){line.ptr + colon + 2, open - 1 - (colon + 2)});
	to->votes = (int32_t)votes;
	return true;
}

bool
poll_lines_read(struct str text, struct poll *poll, struct poll_option *options, bool *by_structure)
{
	struct str rest = text, head = str_trim(str_cut(&rest, '\n'));
	struct str word, first = {0};
	size_t count = 0;
	const char *options_begin = NULL;

	if (head.len < 2 || head.len > 64 || head.ptr[head.len - 1] != ':' || rest.len == 0)
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
	head.len--;
	bool known = wording_find(WORDING_IN_POLL, head, NULL) == WORDING_POLL;
	if (count == 0 || (!known && count < 2) || options_begin == question)
		return false;
	*by_structure = !known;
	poll->question = str_trim((struct str){question, (size_t)(options_begin - question)});
	poll->options = options;
	poll->option_count = count;
	return true;
}
