/*
 * The rules look at two characters before a place and two behind it, none of which is a mark: what
 * WB4 lets pass (Extend, Format, ZWJ) belongs to the character before it. Everything between two
 * boundaries can be decided from the first of them on.
 */
#include "text/word_breaks.h"

#include "text/unicode.h"
#include "text/utf8.h"

static bool
is_line_end(unsigned w)
{
	return w == WORD_CR || w == WORD_LF || w == WORD_NEWLINE;
}

static bool
is_passed_over(unsigned w) /* WB4 */
{
	return w == WORD_EXTEND || w == WORD_FORMAT || w == WORD_ZWJ;
}

static bool
is_letter(unsigned w)
{
	return w == WORD_ALETTER || w == WORD_HEBREW_LETTER;
}

static bool
is_ascii_word(char c)
{
	return (unsigned)((c | 32) - 'a') < 26 || (unsigned)(c - '0') < 10 || c == '_';
}

/* The first of rest that is not passed over; WORD_OTHER, which no rule looks for, at the end. */
static unsigned
beyond(struct str rest)
{
	while (rest.len > 0) {
		unsigned w = unicode_of(utf8_next(&rest))->word;
		if (!is_passed_over(w))
			return w;
	}
	return WORD_OTHER;
}

/* WB6 and WB7, WB7b and c, WB11 and WB12: `mid` joins what is on both sides of it. */
static bool
joins(unsigned before, unsigned mid, struct str rest)
{
	bool quote = mid == WORD_MID_NUM_LET || mid == WORD_SINGLE_QUOTE;

	if (is_letter(before) && (quote || mid == WORD_MID_LETTER))
		return is_letter(beyond(rest));
	if (before == WORD_HEBREW_LETTER && mid == WORD_DOUBLE_QUOTE)
		return beyond(rest) == WORD_HEBREW_LETTER;
	if (before == WORD_NUMERIC && (quote || mid == WORD_MID_NUM))
		return beyond(rest) == WORD_NUMERIC;
	return false;
}

/* WB5, WB8 to WB10, WB13: two that stand beside each other and are of one word. */
static bool
goes_on(unsigned before, unsigned after)
{
	bool before_letter = is_letter(before) || before == WORD_NUMERIC;
	bool after_letter = is_letter(after) || after == WORD_NUMERIC;

	if (before_letter && after_letter)
		return true;
	if (before == WORD_KATAKANA && after == WORD_KATAKANA)
		return true;
	if (after == WORD_EXTEND_NUM_LET)
		return before_letter || before == WORD_KATAKANA || before == WORD_EXTEND_NUM_LET;
	if (before == WORD_EXTEND_NUM_LET)
		return after_letter || after == WORD_KATAKANA;
	return false;
}

size_t
word_break_size(struct str text)
{
	struct str rest = text;
	unsigned before = unicode_of(utf8_next(&rest))->word; /* without what is passed over */
	unsigned last = before, after;                        /* with it */
	size_t indicators = before == WORD_REGIONAL_INDICATOR, size = text.len - rest.len;

	if (is_line_end(before)) /* WB3, WB3a */
		return before == WORD_CR && rest.len > 0 && rest.ptr[0] == '\n' ? 2 : size;
	for (; rest.len > 0; last = after, size = text.len - rest.len) {
		while (goes_on(before, WORD_ALETTER) && rest.len > 0 &&
		       is_ascii_word(rest.ptr[0])) {
			before = rest.ptr[0] == '_'                   ? WORD_EXTEND_NUM_LET
				 : (unsigned)(rest.ptr[0] - '0') < 10 ? WORD_NUMERIC
								      : WORD_ALETTER;
			last = before;
			rest = str_tail(rest, 1);
		}
		size = text.len - rest.len;
		if (rest.len == 0)
			break;
		const struct unicode_character *next = unicode_of(utf8_next(&rest));
		after = next->word;
		if (is_line_end(after)) /* WB3b */
			break;
		if (last == WORD_ZWJ && (next->flags & UNICODE_EXTENDED_PICTOGRAPHIC)) /* WB3c */
			before = after;
		else if (last == WORD_SEG_SPACE && after == WORD_SEG_SPACE) /* WB3d */
			before = after;
		else if (is_passed_over(after) || joins(before, after, rest))
			continue;
		else if (before == WORD_HEBREW_LETTER && after == WORD_SINGLE_QUOTE) /* WB7a */
			before = after;
		else if (goes_on(before, after))
			before = after;
		else if (before == WORD_REGIONAL_INDICATOR && after == before && indicators == 1)
			indicators = 2; /* WB15, WB16 */
		else
			break;
	}
	return size;
}
