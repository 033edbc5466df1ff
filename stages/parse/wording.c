#include "wording.h"
#include "text_marks.h"
#include "wording_table.h"

static enum wording_place
place_of(uint8_t wording)
{
	switch ((enum wording)wording) {
	case WORDING_FILE_ATTACHED:
	case WORDING_ATTACHED:
		return WORDING_BESIDE_FILE;
	case WORDING_EDITED:
		return WORDING_BEHIND;
	case WORDING_LOCATION:
		return WORDING_BEFORE;
	case WORDING_POLL:
	case WORDING_POLL_OPTION:
		return WORDING_IN_POLL;
	case WORDING_UNANSWERED:
	case WORDING_CALL_BACK:
	case WORDING_JOINED:
	case WORDING_SECOND:
	case WORDING_MINUTE:
	case WORDING_HOUR:
		return WORDING_OF_CALL;
	case WORDING_DELETED_BY_ADMIN:
		return WORDING_BEFORE_NAME;
	case WORDING_SELF:
		return WORDING_AS_NAME;
	default:
		return WORDING_BODY;
	}
}

/* Bytes of the full stop or the space that ends s; 0: none. */
static size_t
stop_at_end(struct str s)
{
	static const struct str stops[] = {{"。", 3}, {"।", 3}, {"۔", 2}, {"\xC2\xA0", 2}};

	if (s.len > 0 && (s.ptr[s.len - 1] == '.' || s.ptr[s.len - 1] == ' '))
		return 1;
	if (s.len == 0 || (unsigned char)s.ptr[s.len - 1] < 0x80)
		return 0;
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		if (str_ends(s, stops[i]))
			return stops[i].len;
	return 0;
}

static unsigned char
small(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
}

static size_t
bit_of(struct str phrase)
{
	size_t bit = phrase.len * 1031 + small(phrase.ptr[0]) * 257u +
		     (unsigned char)phrase.ptr[phrase.len / 2] * 31u +
		     (unsigned char)phrase.ptr[phrase.len - 1] * 7u;

	return bit % WORDING_BITS;
}

/* Most texts are told here from all phrases. build-aux/wording2h counts the same way. */
static bool
may_be_known(size_t bit)
{
	return wording_bits[bit / 8] >> bit % 8 & 1;
}

bool
wording_may_begin_call(struct str text)
{
	if (text.len < 3)
		return false;
	size_t bit = small(text.ptr[0]) * 961u + (unsigned char)text.ptr[1] * 31u +
		     (unsigned char)text.ptr[2];
	bit %= WORDING_CALL_BITS;
	return wording_call_bits[bit / 8] >> bit % 8 & 1;
}

static int
order_of(const char *text, struct str phrase)
{
	size_t at = phrase.ptr[0] == '<' && phrase.len > 1 ? 1 : 0;
	int order = at == 1 ? (unsigned char)text[0] - '<' : 0;

	if (order == 0)
		order = (unsigned char)text[at] - small(phrase.ptr[at]);
	return order != 0 ? order : memcmp(text + at + 1, phrase.ptr + at + 1, phrase.len - at - 1);
}

/* The row of the phrase, or where it would be. */
static const struct wording_row *
find_row(enum wording_place place, struct str phrase)
{
	size_t low = wording_first[phrase.len], high = wording_first[phrase.len + 1];

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct wording_row *row = &wording_rows[middle];
		int order = order_of(row->text, phrase);
		if (order < 0 || (order == 0 && place_of(row->wording) < place))
			low = middle + 1;
		else
			high = middle;
	}
	return &wording_rows[low];
}

static bool
is_row(const struct wording_row *row, enum wording_place place, struct str phrase)
{
	return row->len == phrase.len && place_of(row->wording) == place &&
	       order_of(row->text, phrase) == 0;
}

#define FOUND_BEFORE 64 /* a power of two */

enum wording
wording_find(enum wording_place place, struct str phrase, uint8_t *locale)
{
	/* A chat has few phrases, each again and again: by their bits, which row each was. */
	static _Thread_local uint16_t found_before[FOUND_BEFORE];

	for (size_t n; (n = stop_at_end(phrase)) > 0;)
		phrase.len -= n;
	if (phrase.len == 0 || phrase.len > WORDING_LONGEST)
		return WORDING_NONE;
	size_t bit = bit_of(phrase);
	if (!may_be_known(bit))
		return WORDING_NONE;
	uint16_t *before = &found_before[bit % FOUND_BEFORE];
	const struct wording_row *row = &wording_rows[*before];
	if (!is_row(row, place, phrase)) {
		row = find_row(place, phrase);
		if (row == &wording_rows[wording_first[phrase.len + 1]] ||
		    !is_row(row, place, phrase))
			return WORDING_NONE;
		*before = (uint16_t)(row - wording_rows);
	}
	if (locale != NULL)
		*locale = row->locale;
	return (enum wording)row->wording;
}

struct str
wording_first_sentence(struct str text)
{
	static const struct str stops[] = {{".", 1}, {"。", 3}, {"।", 3}, {"۔", 2}};
	size_t len = text.len < WORDING_LONGEST + 8 ? text.len : WORDING_LONGEST + 8;

	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		size_t at = str_find(str_head(text, len), stops[i]);
		len = at < len ? at : len;
	}
	return str_head(text, len);
}

uint8_t
wording_locale_of(struct str text)
{
	struct str line = str_cut(&text, '\n');
	uint8_t locale = 0;

	if (line.len == 0)
		return 0;
	if (wording_find(WORDING_BODY, line, &locale) != WORDING_NONE)
		return locale;
	if (wording_find(WORDING_BODY, wording_first_sentence(line), &locale) != WORDING_NONE)
		return locale;
	if (line.ptr[line.len - 1] == ')') {
		for (size_t i = line.len - 1; i-- > 0;)
			if (line.ptr[i] == '(') {
				struct str inner = {line.ptr + i + 1, line.len - i - 2};
				(void)wording_find(WORDING_BESIDE_FILE, inner, &locale);
				return locale;
			}
	}
	size_t open = str_find(line, STR("<"));
	if (open < line.len) {
		struct str inner = str_tail(line, open + 1);
		inner.len = str_find(inner, STR(":"));
		(void)wording_find(WORDING_BESIDE_FILE, inner, &locale);
	}
	return locale;
}

const char *
wording_locale_name(uint8_t locale)
{
	return wording_locales[locale];
}

bool
wording_locale_has(uint8_t locale, enum wording wording)
{
	return locale != 0 && (wording_kinds[locale] >> wording & 1) != 0;
}

/* The bytes that both end in, from a space on; in scripts without spaces, 12 bytes or more. */
static size_t
same_end(struct str a, struct str b)
{
	size_t most = a.len < b.len ? a.len : b.len, same = 0;

	while (same < most && a.ptr[a.len - same - 1] == b.ptr[b.len - same - 1])
		same++;
	struct str end = str_tail(a, a.len - same);
	size_t space = str_find(end, STR(" "));
	return space < end.len ? end.len - space : same >= 12 && (*end.ptr & 0x80) != 0 ? same : 0;
}

bool
wording_ends_like_omission(struct str phrase, uint8_t locale)
{
	for (size_t n; (n = stop_at_end(phrase)) > 0;)
		phrase.len -= n;
	if (locale == 0)
		return false;
	for (size_t i = 0; i < wording_first[WORDING_LONGEST + 1]; i++) {
		const struct wording_row *row = &wording_rows[i];
		struct str known = {row->text, row->len};
		if (row->wording >= WORDING_OMITTED_IMAGE &&
		    row->wording <= WORDING_OMITTED_CONTACT &&
		    str_starts(str_of(wording_locales[row->locale]),
			       str_head(str_of(wording_locales[locale]), 2)) &&
		    same_end(phrase, known) >= 6)
			return true;
	}
	return false;
}

bool
wording_locale_is_month_first(uint8_t locale)
{
	struct str name = str_of(wording_locales[locale]);

	return str_equal(name, STR("en")) || str_equal(name, STR("tl"));
}
