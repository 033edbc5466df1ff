#include "text/graphemes.h"

#include "text/unicode.h"
#include "text/utf8.h"

static bool
is_control(unsigned g)
{
	return g == GRAPHEME_CR || g == GRAPHEME_LF || g == GRAPHEME_CONTROL;
}

/* The rules of Hangul's syllables: GB6, GB7, GB8. */
static bool
goes_on_in_hangul(unsigned before, unsigned after)
{
	switch (before) {
	case GRAPHEME_L:
		return after == GRAPHEME_L || after == GRAPHEME_V || after == GRAPHEME_LV ||
		       after == GRAPHEME_LVT;
	case GRAPHEME_LV:
	case GRAPHEME_V:
		return after == GRAPHEME_V || after == GRAPHEME_T;
	case GRAPHEME_LVT:
	case GRAPHEME_T:
		return after == GRAPHEME_T;
	default:
		return false;
	}
}

size_t
grapheme_size(struct str text)
{
	struct str rest = text;
	const struct unicode_character *first = unicode_of(utf8_next(&rest)), *next;
	unsigned before = first->grapheme, after;
	bool pictographic = first->flags & UNICODE_EXTENDED_PICTOGRAPHIC; /* with Extend* behind */
	size_t indicators = before == GRAPHEME_REGIONAL_INDICATOR, size = text.len - rest.len;

	for (; rest.len > 0; before = after, size = text.len - rest.len) {
		next = unicode_of(utf8_next(&rest));
		after = next->grapheme;
		if (before == GRAPHEME_CR && after == GRAPHEME_LF) /* GB3 */
			continue;
		if (is_control(before) || is_control(after)) /* GB4, GB5 */
			break;
		if (goes_on_in_hangul(before, after))
			continue;
		if (after == GRAPHEME_EXTEND || after == GRAPHEME_ZWJ) /* GB9 */
			continue;
		if (after == GRAPHEME_SPACING_MARK || before == GRAPHEME_PREPEND) { /* GB9a, b */
			pictographic = next->flags & UNICODE_EXTENDED_PICTOGRAPHIC;
			indicators = after == GRAPHEME_REGIONAL_INDICATOR;
			continue;
		}
		if (before == GRAPHEME_ZWJ && pictographic &&
		    (next->flags & UNICODE_EXTENDED_PICTOGRAPHIC)) /* GB11 */
			continue;
		if (before == GRAPHEME_REGIONAL_INDICATOR && after == before && indicators == 1) {
			indicators = 2; /* GB12, GB13 */
			continue;
		}
		break;
	}
	return size;
}
