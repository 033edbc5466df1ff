#include "language/chat_patterns.h"

#include "language/ascii.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define LABEL_MOST  63  /* bytes, as in DNS */
#define LOCAL_MOST  64  /* bytes before an @ */
#define NAME_MOST   400 /* bytes of a name between marks */
#define LABELS_MOST 12

static const struct str schemes[] = {STR("https://"), STR("http://"), STR("ftp://"), STR("www.")};

/* Of domains that are written without a scheme. Others need a path: "ok.so" is no link, "bit.ly/x"
 * is one. */
static const struct str top_levels[] = {STR("com"),  STR("org"),   STR("net"), STR("edu"),
					STR("gov"),  STR("info"),  STR("biz"), STR("io"),
					STR("app"),  STR("dev"),   STR("xyz"), STR("online"),
					STR("shop"), STR("co.uk"), STR("tv"),  STR("com.br")};

static size_t
label_size(struct str text, size_t at)
{
	size_t n = 0;

	while (n <= LABEL_MOST &&
	       (is_wordlike(byte_at(text, at + n)) || (n > 0 && byte_at(text, at + n) == '-')))
		n++;
	while (n > 0 && byte_at(text, at + n - 1) == '-')
		n--;
	return n > LABEL_MOST ? 0 : n;
}

/* A domain's size; *last is its last label, *labels how many it has. */
static size_t
domain_size(struct str text, size_t at, struct str *last, size_t *labels)
{
	size_t size = 0, n;

	*labels = 0;
	*last = (struct str){0};
	while (*labels < LABELS_MOST && (n = label_size(text, at + size)) > 0) {
		*last = (struct str){text.ptr + at + size, n};
		size += n;
		++*labels;
		if (byte_at(text, at + size) != '.' || label_size(text, at + size + 1) == 0)
			break;
		size++;
	}
	return size;
}

static bool
is_top_level(struct str label)
{
	for (size_t i = 0; i < sizeof(top_levels) / sizeof(*top_levels); i++)
		if (label.len == top_levels[i].len && has_word_at(label, 0, top_levels[i]))
			return true;
	return false;
}

static bool
is_alphabetic(struct str label)
{
	for (size_t i = 0; i < label.len; i++)
		if (!is_letter((unsigned char)label.ptr[i]))
			return false;
	return label.len >= 2;
}

/* Where a link ends that may go on to `end`: what closes or ends a sentence is the sentence's, but
 * a bracket that the link opened is its own. */
static size_t
without_tail(struct str text, size_t at, size_t end)
{
	int64_t round = 0, square = 0; /* brackets that are open at the end */

	for (size_t i = at; i < end; i++) {
		round += (text.ptr[i] == '(') - (text.ptr[i] == ')');
		square += (text.ptr[i] == '[') - (text.ptr[i] == ']');
	}
	for (; end > at; end--) {
		char c = text.ptr[end - 1];
		bool closes = (c == ')' && round < 0) || (c == ']' && square < 0);
		if (!closes && strchr(".,;:!?'\"*_~>}|", c) == NULL)
			break;
		round += c == ')';
		square += c == ']';
	}
	return end;
}

/* Whether a link may hold it: what Unicode calls a letter, a mark, a number; of ASCII all but
 * spaces and < > ". */
static bool
goes_into_link(uint32_t c)
{
	unsigned category = unicode_of(c)->category;

	if (c < 0x80)
		return c > ' ' && c != 0x7F && strchr("<>\"", (int)c) == NULL;
	return category == CATEGORY_LETTER || category == CATEGORY_MARK ||
	       category == CATEGORY_NUMBER;
}

static size_t
path_end(struct str text, size_t at)
{
	struct str rest = str_tail(text, at);

	while (rest.len > 0) {
		struct str next = rest;
		if (!goes_into_link(utf8_next(&next)))
			break;
		rest = next;
	}
	return text.len - rest.len;
}

size_t
chat_url_size(struct str text, size_t at)
{
	struct str last;
	size_t labels, domain, end;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		if (!has_word_at(text, at, schemes[i]))
			continue;
		size_t from = at + schemes[i].len;
		if (!is_wordlike(byte_at(text, from)))
			return 0;
		return without_tail(text, from, path_end(text, from)) - at;
	}
	domain = domain_size(text, at, &last, &labels);
	if (labels < 2 || !is_alphabetic(last))
		return 0;
	end = at + domain;
	if (byte_at(text, end) == '/' && is_alnum(byte_at(text, end + 1)))
		return without_tail(text, at, path_end(text, end)) - at;
	if (!is_top_level(last) && !(labels >= 3 && last.len == 2))
		return 0;
	for (size_t i = at; i < end; i++) /* P.S.no, a.b.de: no domain's labels are letters */
		if (labels >= 3 && (i == at || text.ptr[i - 1] == '.') && text.ptr[i + 1] == '.')
			return 0;
	if (byte_at(text, end) == '/' || byte_at(text, end) == ':' || byte_at(text, end) == '?')
		end = without_tail(text, at, path_end(text, end));
	return end - at;
}

size_t
chat_email_size(struct str text, size_t at)
{
	struct str last;
	size_t labels, n = 0, domain;

	while (n <= LOCAL_MOST &&
	       (is_alnum(byte_at(text, at + n)) ||
		(byte_at(text, at + n) != 0 && strchr("._%+-", byte_at(text, at + n)) != NULL)))
		n++;
	if (n == 0 || byte_at(text, at + n) != '@')
		return 0;
	domain = domain_size(text, at + n + 1, &last, &labels);
	return labels >= 2 && is_alphabetic(last) ? n + 1 + domain : 0;
}

/* Letters, marks, digits and _, of any script: what may follow # and @. Who is mentioned ends, and
 * so does what begins with a digit, where a script without spaces goes on behind another. */
static size_t
name_size(struct str text, size_t at, bool mention, bool *letters)
{
	bool spaced = false, one_script = mention || is_digit(byte_at(text, at));

	struct str rest = str_tail(text, at), next;

	*letters = false;
	for (; rest.len > 0; rest = next) {
		if (is_letter((unsigned char)rest.ptr[0])) {
			spaced = *letters = true;
			next = str_tail(rest, 1);
			continue;
		}
		next = rest;
		const struct unicode_character *u = unicode_of(utf8_next(&next));
		bool letter = u->category == CATEGORY_LETTER || rest.ptr[0] == '_' ||
			      (*letters && u->category == CATEGORY_MARK);
		if (!letter && u->category != CATEGORY_NUMBER)
			break;
		bool unspaced = u->script >= SCRIPT_HAN && u->script <= SCRIPT_MYANMAR;
		if (one_script && spaced && unspaced)
			break;
		spaced |= !unspaced;
		*letters |= letter;
	}
	return text.len - at - rest.len;
}

size_t
chat_hashtag_size(struct str text, size_t at)
{
	bool letters;
	size_t n = name_size(text, at + 1, false, &letters);

	return letters ? n + 1 : 0;
}

size_t
chat_mention_size(struct str text, size_t at)
{
	const struct str opens = STR("\u2068"), closes = STR("\u2069");
	struct str rest = str_tail(text, at + 1);
	bool letters;

	if (str_starts(rest, opens)) {
		if (rest.len > NAME_MOST)
			rest.len = NAME_MOST;
		size_t end = str_find(rest, closes), line = str_find(rest, STR("\n"));
		return end < rest.len && end > opens.len && line > end ? 1 + end + closes.len : 0;
	}
	size_t n = name_size(text, at + 1, true, &letters);
	return n > 0 ? n + 1 : 0;
}

/* Two or three numbers with the same / . or - between them: a date, when three; a fraction or a
 * day, when two. */
static size_t
date_size(struct str text, size_t at)
{
	size_t first = digits_at(text, at), second, third;
	unsigned char mark = byte_at(text, at + first);

	if (first > 4 || (mark != '/' && mark != '-' && mark != '.'))
		return 0;
	second = digits_at(text, at + first + 1);
	size_t end = at + first + 1 + second;
	if (second == 0 || second > 4)
		return 0;
	third = byte_at(text, end) == mark ? digits_at(text, end + 1) : 0;
	if (third > 0 && third <= 4 && second <= 2 && (first <= 2 || third <= 2))
		end += 1 + third;
	else if (mark != '/' || byte_at(text, end) == '/')
		return 0;
	return is_wordlike(byte_at(text, end)) || byte_at(text, end) == mark ? 0 : end - at;
}

/*
 * Groups of digits with one separator between each two. Which of them are a phone's and not a
 * date's, a range's or a sum's: those that begin with +, 00, 0 or a bracket; and America's, three,
 * three and four. Of those that stand beside each other the most that are a phone's.
 */
#define GROUPS_MOST 12
struct groups {
	size_t count;
	size_t digits[GROUPS_MOST], end[GROUPS_MOST]; /* of each */
	bool slashes;                                 /* between some */
};

static void
read_groups(struct str text, size_t at, struct groups *g)
{
	bool open = false;

	*g = (struct groups){0};
	while (g->count < GROUPS_MOST) {
		if (byte_at(text, at) == '(' && !open) {
			open = true;
			at++;
		}
		size_t n = digits_at(text, at);
		if (n == 0)
			return;
		at += n;
		if (byte_at(text, at) == ')' && open) {
			open = false;
			at++;
		}
		if (open)
			return;
		g->digits[g->count] = n;
		g->end[g->count++] = at;
		unsigned char c = byte_at(text, at);
		g->slashes |= c == '/';
		if (c == ' ' || c == '-' || c == '.' || c == '/')
			at++;
		else if (c != '(' && !is_digit(c))
			return;
	}
}

/* Whether the first `count` groups are a phone's; `first` is the byte in front of them all. */
static bool
are_phone(const struct groups *g, size_t count, unsigned char first)
{
	size_t all = 0;

	for (size_t i = 0; i < count; i++) {
		all += g->digits[i];
		if (i > 0 && g->digits[i] < 2)
			return false;
	}
	if (all < 7 || all > 15)
		return false;
	if (first == '+' || (first == '(' && count > 1))
		return true;
	const size_t *last = &g->digits[count - 1];
	if (count >= 3 && last[0] == 4 && last[-1] == 3 && last[-2] == 3)
		return count == 3 || (count == 4 && g->digits[0] == 1);
	bool date = g->slashes || (count == 3 && g->digits[0] == 2 && g->digits[1] == 2);
	return first == '0' && all >= 9 && all <= 14 && g->digits[0] >= 2 && !(date && count > 2);
}

/* A letter of a script that needs no space behind a number: 010-1234-5678로. */
static bool
is_unspaced_at(struct str text, size_t at)
{
	if (byte_at(text, at) < 0xE0)
		return false;
	struct str rest = str_tail(text, at);
	unsigned script = unicode_of(utf8_next(&rest))->script;
	return script >= SCRIPT_HAN && script <= SCRIPT_HANGUL;
}

size_t
chat_phone_size(struct str text, size_t at)
{
	unsigned char first = byte_at(text, at);
	struct groups g;

	if (is_wordlike(byte_at(text, at - 1)) || date_size(text, at) > 0)
		return 0;
	read_groups(text, at + (first == '+'), &g);
	for (size_t n = g.count; n > 0; n--)
		if (are_phone(&g, n, first) && (!is_wordlike(byte_at(text, g.end[n - 1])) ||
						is_unspaced_at(text, g.end[n - 1])))
			return g.end[n - 1] - at;
	return 0;
}

static bool
is_number_in(struct str text, size_t at, size_t digits, unsigned most)
{
	unsigned n = 0;

	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (unsigned)(text.ptr[at + i] - '0');
	return n <= most;
}

/* a.m., pm, Uhr's h: what may stand at a time's last digit. */
static size_t
half_of_day_size(struct str text, size_t at)
{
	static const struct str halves[] = {STR("a.m."), STR("p.m."), STR("am"), STR("pm"),
					    STR("h")};

	for (size_t i = 0; i < sizeof(halves) / sizeof(*halves); i++)
		if (has_word_at(text, at, halves[i]) &&
		    !is_wordlike(byte_at(text, at + halves[i].len)))
			return halves[i].len;
	return 0;
}

size_t
chat_time_size(struct str text, size_t at)
{
	size_t hours = digits_at(text, at), end = at + hours;
	unsigned char mark = byte_at(text, end);

	if (hours == 0 || hours > 2 || !is_number_in(text, at, hours, 24))
		return 0;
	if (mark != ':' && (mark | 32) != 'h')
		return half_of_day_size(text, end) > 1 ? hours + half_of_day_size(text, end) : 0;
	if (digits_at(text, end + 1) != 2 || !is_number_in(text, end + 1, 2, 59))
		return 0;
	end += 3;
	if (mark == ':' && byte_at(text, end) == ':' && digits_at(text, end + 1) == 2)
		end += 3;
	end += half_of_day_size(text, end);
	if (is_alnum(byte_at(text, end)) ||
	    (byte_at(text, end) == ':' && is_digit(byte_at(text, end + 1))))
		return 0;
	return end - at;
}

/* How many digits, of any script, from *at on, which then is behind them. */
static size_t
native_digits(struct str text, size_t *at)
{
	size_t n = 0;

	for (struct str rest; *at < text.len; n++) {
		rest = str_tail(text, *at);
		if (unicode_of(utf8_next(&rest))->word != WORD_NUMERIC)
			break;
		*at = text.len - rest.len;
	}
	return n;
}

size_t
chat_native_time_size(struct str text, size_t at)
{
	size_t end = at, hours = native_digits(text, &end);

	if (hours == 0 || hours > 2 || byte_at(text, end) != ':')
		return 0;
	end++;
	return native_digits(text, &end) == 2 && byte_at(text, end) != ':' ? end - at : 0;
}

/* Whether what stands at a number's last digit is a unit, which is a word of its own. */
bool
chat_unit_at(struct str text, size_t at)
{
	static const struct str units[] = {
		STR("cm"),  STR("mm"),  STR("km"),   STR("kg"),  STR("mg"),
		STR("ml"),  STR("gb"),  STR("mb"),   STR("tb"),  STR("kb"),
		STR("db"),  STR("hz"),  STR("mhz"),  STR("ghz"), STR("hr"),
		STR("hrs"), STR("min"), STR("mins"), STR("sec"), STR("secs"),
		STR("mln"), STR("mld"), STR("mila"), STR("lbs"), STR("mph")};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (has_word_at(text, at, units[i]) && !is_alnum(byte_at(text, at + units[i].len)))
			return true;
	return false;
}

size_t
chat_number_size(struct str text, size_t at)
{
	size_t n = date_size(text, at);

	if (n > 0)
		return n;
	n = digits_at(text, at);
	for (unsigned char c; (c = byte_at(text, at + n)) == '.' || c == ',' || c == '\'';) {
		size_t more = digits_at(text, at + n + 1);
		if (more == 0)
			break;
		n += 1 + more;
	}
	return n;
}
