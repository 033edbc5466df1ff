/*
 * A pattern (wording.tsv) is WhatsApp's own words with places for what changes:
 *   %A the actor, %T the targets ("A, B and C"), %V a value, %* anything.
 * A place takes the least that lets the rest match, the last one all there is. Quotation marks
 * around a value are taken off, whichever they are. Of the patterns that fit, the one with most
 * words of its own wins.
 */
#include "system_event.h"
#include "base/mem.h"
#include "event_names.h"
#include "text_marks.h"
#include "wording.h"
#include "wording_table.h"
#include <pthread.h>
#include <stdlib.h>

/* Of 'Rome" to "Oslo"', which was cut where "to" is a word of the old name, too: the last one. */
static bool
take_last_quoted(struct str *s, struct str open, struct str close)
{
	size_t quotes = 0, last = 0;

	for (size_t i = 0; i + close.len < s->len; i++)
		if (str_starts(str_tail(*s, i), open)) {
			last = i + open.len;
			quotes++;
		}
	bool stray = str_equal(open, close) ? quotes % 2 == 0 && quotes > 0
					    : last > 0 && str_find(*s, close) < str_find(*s, open);
	if (stray)
		*s = (struct str){s->ptr + last, s->len - last - close.len};
	return stray;
}

static size_t
space_at_end(struct str s)
{
	size_t n = s.len < 3 ? s.len : 3;

	while (n > 0 && space_at(s.ptr + s.len - n, s.ptr + s.len) != n)
		n--;
	return n;
}

/* French puts spaces that don't break a line inside its quotation marks. */
static struct str
trim_spaces(struct str s)
{
	for (size_t n; (n = space_at(s.ptr, s.ptr + s.len)) > 0;)
		s = str_tail(s, n);
	for (size_t n; (n = space_at_end(s)) > 0;)
		s.len -= n;
	return s;
}

static struct str
without_quotes(struct str s)
{
	static const struct {
		struct str open, close;
	} quotes[] = {
		{{"\"", 1}, {"\"", 1}}, {{"“", 3}, {"”", 3}},   {{"„", 3}, {"“", 3}},
		{{"„", 3}, {"”", 3}},   {{"”", 3}, {"”", 3}},   {{"«", 2}, {"»", 2}},
		{{"»", 2}, {"«", 2}},   {{"「", 3}, {"」", 3}}, {{"『", 3}, {"』", 3}},
		{{"《", 3}, {"》", 3}}, {{"‘", 3}, {"’", 3}},   {{"'", 1}, {"'", 1}},
	};

	s = str_trim(s);
	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		struct str open = quotes[i].open, close = quotes[i].close, inner = s;
		if (str_ends(inner, STR(".")))
			inner.len--;
		if (inner.len < open.len + close.len || !str_ends(inner, close))
			continue;
		if (take_last_quoted(&inner, open, close))
			return trim_spaces(inner);
		if (str_starts(inner, open))
			return trim_spaces((struct str){inner.ptr + open.len,
							inner.len - open.len - close.len});
	}
	return s;
}

/* false: what stands there is nobody's name. */
static bool
take_place(struct system_event_read *to, char place, struct str found, const char *begin)
{
	switch (place) {
	case 'A':
		to->event.actor = event_name_of(found);
		return event_name_is_likely(to->event.actor);
	case 'T':
		to->event.target_count = event_names_split(found, to->targets, EVENT_TARGETS);
		for (size_t i = 0; i < to->event.target_count; i++)
			if (!event_name_is_likely(to->targets[i]))
				return false;
		return true;
	case 'V':
		if (found.ptr > begin &&
		    found.ptr[-1] == '+') { /* of a number: the pattern has it as a word */
			found.ptr--;
			found.len++;
		}
		to->event.value = without_quotes(found);
		return true;
	default: /* anything */
		return true;
	}
}

static bool
matches(const char *pattern, struct str line, struct system_event_read *to)
{
	const char *begin = line.ptr;
	bool said = false;

	to->event = (struct system_event){0};
	while (*pattern != '\0') {
		char place = 0;
		if (*pattern == '%') {
			place = pattern[1];
			pattern += 2;
		}
		struct str words = {pattern, strcspn(pattern, "%")};
		pattern += words.len;
		bool last = *pattern == '\0' && place != 0 && words.len > 0;
		size_t at = last && str_ends(line, words) ? line.len - words.len
							  : str_find(line, words);
		if (words.len == 0)
			at = line.len;
		else if (at == line.len || (place == 0 && at != 0) ||
			 (place != 0 && place != '*' && at == 0))
			return false;
		if (words.len > 0 && !said) {
			to->said = (size_t)(line.ptr - begin) + at;
			said = true;
		}
		if (!take_place(to, place, str_head(line, at), begin))
			return false;
		line = str_tail(line, at + words.len);
	}
	return line.len == 0;
}

/* The pairs of bytes in s, as bits. A line that lacks one of a pattern's is not looked at. */
struct pairs {
	uint64_t bits[4];
};

static unsigned
pair_at(const char *p)
{
	return ((unsigned char)p[0] * 251u + (unsigned char)p[1]) % 4096;
}

static void
add_pairs(struct pairs *pairs, struct str s)
{
	for (size_t i = 1; i < s.len; i++) {
		unsigned pair = pair_at(s.ptr + i - 1) % 256;
		pairs->bits[pair / 64] |= 1ull << pair % 64;
	}
}

static bool
pairs_hold(const struct pairs *all, const struct pairs *needed)
{
	uint64_t missing = 0;

	for (size_t i = 0; i < 4; i++)
		missing |= needed->bits[i] & ~all->bits[i];
	return missing == 0;
}

/* Patterns by the rarest pair of bytes that each of them needs, made once. */
static struct {
	struct pairs *needed;     /* of a row */
	uint16_t *rows;           /* those of a pair together, the better ones first */
	uint16_t first[4096 + 1]; /* of a pair, in rows */
} patterns;
static pthread_once_t patterns_once = PTHREAD_ONCE_INIT;

/* The pattern's next words; false: there are none. */
static bool
next_words(const char **pattern, struct str *words)
{
	while (**pattern == '%')
		*pattern += 2;
	*words = (struct str){*pattern, strcspn(*pattern, "%")};
	*pattern += words->len;
	return words->len > 0;
}

static unsigned
rarest_pair(const char *pattern, const uint16_t *counts)
{
	unsigned rarest = 0;
	bool any = false;

	for (struct str words; next_words(&pattern, &words);)
		for (size_t k = 1; k < words.len; k++) {
			unsigned pair = pair_at(words.ptr + k - 1);
			if (!any || counts[pair] < counts[rarest])
				rarest = pair;
			any = true;
		}
	return rarest;
}

static void
index_patterns(void)
{
	uint16_t *counts = mem_zero(4096, sizeof(*counts));
	uint16_t *pair_of = mem_zero(event_row_count, sizeof(*pair_of));

	patterns.needed = mem_zero(event_row_count, sizeof(*patterns.needed));
	patterns.rows = mem_zero(event_row_count, sizeof(*patterns.rows));
	for (size_t i = 0; i < event_row_count; i++) {
		const char *pattern = event_rows[i].pattern;
		for (struct str words; next_words(&pattern, &words);) {
			add_pairs(&patterns.needed[i], words);
			for (size_t k = 1; k < words.len; k++)
				counts[pair_at(words.ptr + k - 1)]++;
		}
	}
	for (size_t i = 0; i < event_row_count; i++) {
		pair_of[i] = (uint16_t)rarest_pair(event_rows[i].pattern, counts);
		patterns.first[pair_of[i] + 1]++;
	}
	for (size_t i = 0; i < 4096; i++)
		patterns.first[i + 1] = (uint16_t)(patterns.first[i + 1] + patterns.first[i]);
	memset(counts, 0, 4096 * sizeof(*counts));
	for (size_t i = 0; i < event_row_count; i++)
		patterns.rows[patterns.first[pair_of[i]] + counts[pair_of[i]]++] = (uint16_t)i;
	free(counts);
	free(pair_of);
}

/* The first row that fits; event_row_count: none. */
static size_t
find_row(struct str line, struct system_event_read *to)
{
	struct pairs pairs = {0};
	size_t best = event_row_count;

	add_pairs(&pairs, line);
	for (size_t i = 1; i < line.len; i++) {
		unsigned pair = pair_at(line.ptr + i - 1);
		for (size_t k = patterns.first[pair]; k < patterns.first[pair + 1]; k++) {
			size_t row = patterns.rows[k];
			if (row >= best)
				break;
			if (pairs_hold(&pairs, &patterns.needed[row]) &&
			    matches(event_rows[row].pattern, line, to))
				best = row;
		}
	}
	return best;
}

/* "7 days", wherever a language puts it: a number and the word behind it. */
static struct str
duration_in(struct str s)
{
	size_t begin = 0;

	while (begin < s.len && !(s.ptr[begin] >= '0' && s.ptr[begin] <= '9'))
		begin++;
	size_t end = begin;
	while (end < s.len && s.ptr[end] >= '0' && s.ptr[end] <= '9')
		end++;
	if (end == begin || end - begin > 3 || end + 1 >= s.len || s.ptr[end] != ' ')
		return (struct str){0};
	size_t word = end + 1;
	while (word < s.len && memchr(" .,;()", s.ptr[word], 6) == NULL)
		word++;
	return word > end + 1 ? (struct str){s.ptr + begin, word - begin} : (struct str){0};
}

bool
system_event_find(struct str line, struct system_event_read *to)
{
	struct str whole = line;

	if (line.len > 4096)
		return false;
	pthread_once(&patterns_once, index_patterns);
	while (line.len > 0 && (line.ptr[line.len - 1] == '.' || line.ptr[line.len - 1] == ' '))
		line.len--;
	if (str_ends(line, STR("。")))
		line.len -= 3;
	to->said = 0;
	to->by_stem = false;
	switch (wording_find(WORDING_BODY, wording_first_sentence(line), NULL)) {
	case WORDING_ENCRYPTION:
		to->event = (struct system_event){.event = STR("encryption_notice"), .text = whole};
		return true;
	case WORDING_VIEW_ONCE: /* "You received a view once message. For added privacy, …" */
		return false;
	default:
		break;
	}
	if (wording_find(WORDING_BODY, line, NULL) != WORDING_NONE)
		return false; /* "You removed this message" is a message that was */
	size_t best = find_row(line, to);
	if (best == event_row_count)
		return false;
	const struct event_row *row = &event_rows[best];
	(void)matches(row->pattern, line, to); /* again: others were tried since */
	to->by_stem = row->pattern[0] == '%' && row->pattern[1] == '*';
	to->event.event = str_of(row->event);
	to->event.text = whole;
	to->event.targets = to->targets;
	if (row->who & EVENT_BY_EXPORTER)
		to->event.actor = STR("You");
	if (row->who & EVENT_TO_EXPORTER) {
		to->targets[0] = STR("You");
		to->event.target_count = 1;
	}
	if (to->event.value.ptr == NULL && str_equal(to->event.event, STR("disappearing_on")))
		to->event.value = duration_in(str_tail(line, to->said));
	return true;
}
