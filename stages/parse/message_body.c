#include "message_body.h"
#include "base/mem.h"
#include "call_line.h"
#include "file_name.h"
#include "poll_lines.h"
#include "text/utf8.h"
#include "text_marks.h"
#include "text_signs.h"
#include "wording.h"
#include <math.h>
#include <stdlib.h>

const char *const message_kind_names[] = {
	"unknown", "text", "image",    "video",     "video_note", "audio",    "voice",
	"sticker", "gif",  "document", "media",     "contact",    "location", "live_location",
	"poll",    "call", "deleted",  "view_once", "empty",      "system",   NULL};

void
body_scratch_free(struct body_scratch *b)
{
	buf_free(&b->text);
	free(b->options);
	b->options = NULL;
}

static struct str
cut_end(struct str s)
{
	for (;;) {
		if (s.len > 0 && (s.ptr[s.len - 1] == '\n' || s.ptr[s.len - 1] == '\r' ||
				  s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
			s.len--;
		else if (s.len >= 3 && mark_at(s.ptr + s.len - 3, s.ptr + s.len) == 3)
			s.len -= 3;
		else
			return s;
	}
}

static bool
holds_mark(struct str s)
{
	for (const char *p = s.ptr, *end = p + s.len; p < end; p++)
		if (((unsigned char)*p == 0xE2 || (unsigned char)*p == 0xEF) && mark_at(p, end) > 0)
			return true;
	return false;
}

/* Broken UTF-8 and NUL, at which many a program ends a text, become U+FFFD; how many they were. */
static int32_t
repair(struct buf *to, struct str raw)
{
	size_t count = 0;

	buf_clear(to);
	while (raw.len > 0) {
		size_t len = raw.len;
		struct str before = str_cut(&raw, '\0');
		count += utf8_repair(to, before);
		if (before.len < len) {
			utf8_add(to, 0xFFFD);
			count++;
		}
	}
	return (int32_t)count;
}

struct str
body_clean(struct body_scratch *b, struct str raw, int32_t *invalid)
{
	raw = cut_end(raw);
	b->signs = text_signs(raw);
	if (raw.len == 0)
		return (struct str){"", 0};
	if (!(b->signs & (SIGN_BEYOND_ASCII | SIGN_RETURN | SIGN_NUL)))
		return raw;
	if (b->signs & (SIGN_NUL | SIGN_BROKEN)) {
		*invalid += repair(&b->text, raw);
	} else if (!(b->signs & SIGN_RETURN) && !(b->signs & SIGN_MARK && holds_mark(raw))) {
		return raw;
	} else {
		buf_clear(&b->text);
		buf_add(&b->text, raw);
	}
	/* In place: nothing grows. */
	char *to = b->text.ptr;
	bool line_begins = true;
	for (const char *p = b->text.ptr, *end = p + b->text.len; p < end;) {
		size_t mark = mark_at(p, end);
		bool kept = mark == 0 || (memcmp(p, "\xE2\x80\x8F", 3) == 0 && !line_begins);
		if (*p == '\r' && p + 1 < end && p[1] == '\n')
			kept = false;
		if (mark == 0) {
			line_begins = *p == '\n';
			mark = 1;
		}
		if (kept) {
			memmove(to, p, mark);
			to += mark;
		}
		p += mark;
	}
	b->text.len = (size_t)(to - b->text.ptr);
	return cut_end(buf_str(&b->text));
}

static void
attach(struct body_scratch *b, const struct body_source *from, struct message *m, struct str name,
       enum message_kind kind, bool omitted)
{
	b->attachment = (struct attachment){
		.name = name, .kind = kind, .size = INT64_MIN, .omitted = omitted};
	const struct body_entry *entry =
		from->entries == NULL || name.ptr == NULL ? NULL : map_get(from->entries, name);
	if (entry != NULL) {
		b->attachment.size = entry->size;
		b->attachment.entry = entry->name;
		b->attachment.path = entry->path;
	}
	m->kind = kind;
	m->attachments = &b->attachment;
	m->attachment_count = 1;
	if (kind == KIND_CONTACT) {
		struct str who = name.ptr != NULL ? file_name_of_contact(name) : name;
		b->contact = (struct contact){.name = who.len > 0 ? who : (struct str){0}};
		m->contact = &b->contact;
	}
}

static void
set_text(struct message *m, struct str text)
{
	m->text = text.len > 0 ? text : (struct str){0};
}

static enum message_kind
kind_of_omitted(enum wording wording)
{
	static const enum message_kind kinds[] = {
		[WORDING_OMITTED_MEDIA] = KIND_MEDIA,
		[WORDING_OMITTED_IMAGE] = KIND_IMAGE,
		[WORDING_OMITTED_VIDEO] = KIND_VIDEO,
		[WORDING_OMITTED_VIDEO_NOTE] = KIND_VIDEO_NOTE,
		[WORDING_OMITTED_AUDIO] = KIND_AUDIO,
		[WORDING_OMITTED_STICKER] = KIND_STICKER,
		[WORDING_OMITTED_GIF] = KIND_GIF,
		[WORDING_OMITTED_DOCUMENT] = KIND_DOCUMENT,
		[WORDING_OMITTED_CONTACT] = KIND_CONTACT,
	};
	return kinds[wording];
}

static bool
is_omitted(enum wording wording)
{
	return wording >= WORDING_OMITTED_MEDIA && wording <= WORDING_OMITTED_CONTACT;
}

static void
set_deleted(struct body_scratch *b, struct message *m, struct str by)
{
	b->deleted.by = by;
	m->kind = KIND_DELETED;
	m->deleted = &b->deleted;
}

/* A first line that is WhatsApp's from end to end; rest: the lines behind it. */
static bool
read_phrase(struct body_scratch *b, const struct body_source *from, struct message *m,
	    struct str line, struct str rest)
{
	enum wording wording = wording_find(WORDING_BODY, line, NULL);

	if (wording == WORDING_NONE && line.len > 2 && line.ptr[0] == '<' &&
	    line.ptr[line.len - 1] == '>') { /* "<Contact card omitted>": of old iPhones */
		wording =
			wording_find(WORDING_BODY, (struct str){line.ptr + 1, line.len - 2}, NULL);
		wording = is_omitted(wording) ? wording : WORDING_NONE;
	}
	if (is_omitted(wording)) {
		attach(b, from, m, (struct str){0}, kind_of_omitted(wording), true);
		set_text(m, rest);
		return true;
	}
	if (wording == WORDING_NONE && b->marked &&
	    wording_find(WORDING_BODY, wording_first_sentence(line), NULL) == WORDING_VIEW_ONCE)
		wording = WORDING_VIEW_ONCE; /* what stands behind it explains it */
	switch (wording) {
	case WORDING_VIEW_ONCE:
		m->kind = KIND_VIEW_ONCE;
		set_text(m, rest);
		return true;
	case WORDING_WAITING:
		m->kind = KIND_EMPTY;
		return true;
	case WORDING_LIVE_LOCATION:
		m->kind = KIND_LIVE_LOCATION;
		set_text(m, rest);
		return true;
	default:
		break;
	}
	if (rest.len > 0)
		return false;
	if (wording == WORDING_DELETED || wording == WORDING_DELETED_BY_EXPORTER) {
		set_deleted(b, m, wording == WORDING_DELETED ? STR("sender") : STR("exporter"));
		return true;
	}
	/* "This message was deleted by admin Ada": English, Portuguese */
	if (line.ptr[0] == 'T' || line.ptr[0] == 'E') {
		struct str words = STR(" admin");
		size_t at = str_find(line, words);
		if (at < line.len &&
		    wording_find(WORDING_BEFORE_NAME, str_head(line, at + words.len), NULL) !=
			    WORDING_NONE) {
			set_deleted(b, m, STR("admin"));
			return true;
		}
	}
	return false;
}

/* Of a document that was sent without a suffix; not a sentence that somebody wrote. */
static bool
may_be_a_title(struct str name)
{
	return file_name_is_whatsapp(name) ||
	       (name.len > 0 && name.len <= 80 && memchr(name.ptr, ',', name.len) == NULL &&
		memchr(".?!:", name.ptr[name.len - 1], 4) == NULL &&
		str_find(name, STR(". ")) == name.len && str_find(name, STR(": ")) == name.len);
}

/* NAME (file attached): the words in known languages, or the name as only WhatsApp makes it. */
static bool
read_file_attached(struct body_scratch *b, const struct body_source *from, struct message *m,
		   struct str line, struct str rest)
{
	struct str name = {0};
	bool known = false;

	if (line.ptr[line.len - 1] == ')') {
		size_t open = line.len;
		while (open > 0 && line.ptr[open - 1] != '(')
			open--;
		if (open < 2 || line.ptr[open - 2] != ' ')
			return false;
		name = str_trim(str_head(line, open - 1));
		known = wording_find(WORDING_BESIDE_FILE,
				     (struct str){line.ptr + open, line.len - open - 1},
				     NULL) != WORDING_NONE;
	} else {
		/* Tamil behind the name, Persian in front of it, without parentheses. */
		const struct str behind = STR(" இணைக்கப்பட்டது");
		const struct str before = STR("فایل پیوست شد ");
		if (str_ends(line, behind))
			name = str_head(line, line.len - behind.len);
		else if (str_starts(line, before))
			name = str_tail(line, before.len);
		else
			return false;
		known = true;
	}
	if (!file_name_has_extension(name) && !(known && may_be_a_title(name)))
		return false;
	if (!known && !b->marked && !file_name_is_whatsapp(name))
		return false;
	b->by_structure = !known;
	attach(b, from, m, name, file_name_kind(name), false);
	set_text(m, rest);
	return true;
}

/* "[caption or title ]<attached: NAME>", "<NAME eklendi>", "NAME <attached>"; any language. */
static bool
read_tag(struct body_scratch *b, const struct body_source *from, struct message *m, struct str line,
	 struct str rest)
{
	size_t open = line.len - 1;
	while (open > 0 && line.ptr[open] != '<')
		open--;
	if (line.ptr[open] != '<')
		return false;
	struct str inner = {line.ptr + open + 1, line.len - open - 2};
	struct str before = str_trim(str_head(line, open));
	struct str name = {0}, word = inner;
	if (wording_find(WORDING_BODY, inner, NULL) == WORDING_OMITTED_DOCUMENT) {
		attach(b, from, m, str_head(before, str_find(before, STR(" •"))), KIND_DOCUMENT,
		       true);
		set_text(m, rest);
		return true;
	}
	size_t colon = str_find(inner, STR(": ")), wide = str_find(inner, STR("："));
	if (colon < inner.len || wide < inner.len) {
		word = str_head(inner, colon < wide ? colon : wide);
		name = str_trim(str_tail(inner, colon < wide ? colon + 1 : wide + 3));
	} else if (before.len > 0 &&
		   wording_find(WORDING_BESIDE_FILE, inner, NULL) != WORDING_NONE) {
		name = before;
		before.len = 0;
	} else {
		for (size_t i = inner.len; i-- > 0 && name.len == 0;)
			if (inner.ptr[i] == ' ') {
				word = str_tail(inner, i + 1);
				name = str_head(inner, i);
			}
	}
	for (size_t n;
	     word.len > 2 && (n = space_at(word.ptr + word.len - 2, word.ptr + word.len)) == 2;)
		word.len -= n; /* French: "pièce jointe :" */
	bool known = wording_find(WORDING_BESIDE_FILE, word, NULL) != WORDING_NONE;
	if (!file_name_has_extension(name) ||
	    (!known && !b->marked && !file_name_is_whatsapp(name)))
		return false;
	b->by_structure = !known;
	attach(b, from, m, name, file_name_kind(name), false);
	/* Documents carry their title and pages in front: no caption. */
	struct str title = file_name_original(name);
	if (str_starts(before, title) &&
	    (before.len == title.len || str_starts(str_tail(before, title.len), STR(" •"))))
		before.len = 0;
	set_text(m, before.len > 0 ? before : rest);
	return true;
}

/* Without the spaces and marks at its end, of which Arabic has both. */
static struct str
trim_end(struct str text)
{
	for (;;) {
		struct str before = text = str_trim(text);
		for (size_t n = 2; n <= 3 && n < text.len; n++)
			if (mark_at(text.ptr + text.len - n, text.ptr + text.len) == n)
				text.len -= n;
		if (text.len == before.len)
			return text;
	}
}

/* "NAME.pdf • 2 pages document omitted": what WhatsApp wrote stands behind the last mark. */
static bool
read_titled_omission(struct body_scratch *b, const struct body_source *from, struct message *m,
		     struct str line, struct str rest)
{
	struct str raw = from->raw;
	size_t end = str_find(raw, STR("\n"));

	while (end > 0 && raw.ptr[end - 1] == '\r')
		end--;
	for (size_t i = end; i-- > 3;) {
		if (mark_at(raw.ptr + i, raw.ptr + end) == 0)
			continue;
		struct str phrase = {raw.ptr + i + 3, end - i - 3};
		enum wording wording = wording_find(WORDING_BODY, phrase, NULL);
		if (!is_omitted(wording) || phrase.len >= line.len)
			return false;
		struct str title = trim_end(str_head(line, line.len - phrase.len));
		size_t dot = str_find(title, STR(" •"));
		if (wording != WORDING_OMITTED_DOCUMENT) {
			attach(b, from, m, (struct str){0}, kind_of_omitted(wording), true);
			set_text(m, title);
			return true;
		}
		attach(b, from, m, str_head(title, dot), KIND_DOCUMENT, true);
		set_text(m, rest);
		return true;
	}
	return false;
}

/* A caption of several lines with the attachment behind it: "two\nlines MARK<attached: NAME>". A
 * person writes no such mark in front of WhatsApp's words. */
static bool
read_marked_end(struct body_scratch *b, const struct body_source *from, struct message *m,
		struct str text)
{
	struct str raw = cut_end(from->raw);
	size_t begin = text.len, at = raw.len;

	while (begin > 0 && text.ptr[begin - 1] != '\n')
		begin--;
	if (m->edited) { /* behind the attachment, and cut off the text */
		while (raw.len > 0 && raw.ptr[raw.len - 1] != '<')
			raw.len--;
		at = (raw = cut_end(str_head(raw, raw.len > 0 ? raw.len - 1 : 0))).len;
	}
	while (at > 3 && raw.ptr[at - 1] != '\n' && mark_at(raw.ptr + at - 3, raw.ptr + at) != 3)
		at--;
	struct str line = str_tail(text, begin), phrase = str_tail(raw, at);
	if (begin == 0 || at <= 3 || raw.ptr[at - 1] == '\n' || phrase.len == 0 || line.len > 512 ||
	    !str_ends(line, phrase))
		return false;
	if (phrase.ptr[0] == '<' && line.ptr[line.len - 1] == '>') {
		bool marked = b->marked;
		b->marked = true;
		bool read = read_tag(b, from, m, line, (struct str){0});
		b->marked = marked;
		if (!read)
			return false;
	} else {
		enum wording wording = wording_find(WORDING_BODY, phrase, NULL);
		struct str title = trim_end(str_head(line, line.len - phrase.len));
		if (!is_omitted(wording))
			return false;
		bool document = wording == WORDING_OMITTED_DOCUMENT && title.len > 0;
		attach(b, from, m,
		       document ? str_head(title, str_find(title, STR(" •"))) : (struct str){0},
		       kind_of_omitted(wording), true);
		set_text(m, document ? (struct str){0} : title);
	}
	const char *end = m->text.ptr != NULL ? m->text.ptr + m->text.len : line.ptr;
	set_text(m, cut_end((struct str){text.ptr, (size_t)(end - text.ptr)}));
	return true;
}

static bool
read_degrees(struct str s, double limit, double *value)
{
	char text[32], *end;

	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (strchr("-.0123456789", s.ptr[i]) == NULL)
			return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	*value = strtod(text, &end);
	return *end == '\0' && *value >= -limit && *value <= limit;
}

/* "Location", "Name (address)", or one behind the other; false: neither. A name alone is taken for
 * one where the link is a place's. */
static bool
name_place(struct location *to, struct str s, bool is_place)
{
	bool known = wording_find(WORDING_BEFORE, s, NULL) != WORDING_NONE;

	if (known)
		return true;
	size_t colon = str_find(s, STR(": "));
	if (colon < s.len &&
	    wording_find(WORDING_BEFORE, str_head(s, colon), NULL) != WORDING_NONE) {
		s = str_tail(s, colon + 2);
		known = true;
	}
	size_t open = str_find(s, STR(" ("));
	bool has_address = open > 0 && open < s.len && str_ends(s, STR(")"));
	if (has_address)
		to->address = (struct str){s.ptr + open + 2, s.len - open - 3};
	if (open > 0 && (has_address || known || is_place))
		to->name = str_head(s, open);
	return has_address || known || is_place;
}

static bool
read_location(struct body_scratch *b, struct message *m, struct str text)
{
	static const struct str map = {"https://maps.google.com/?q=", 27};
	static const struct str place = {"https://foursquare.com/v/", 25};
	struct location *to = &b->location;

	*to = (struct location){.latitude = NAN, .longitude = NAN};
	if (text.len > 1024)
		return false;
	size_t at = str_find(text, STR("https://"));
	if (at == text.len)
		return false;
	struct str before = str_head(text, at), url = str_tail(text, at);
	bool is_map = str_starts(url, map);
	if (is_map) {
		struct str degrees = str_tail(url, map.len);
		struct str latitude = str_cut(&degrees, ',');
		if (at > 512 || memchr(before.ptr, '\n', before.len) != NULL ||
		    !str_ends(before, STR(": ")) || !read_degrees(latitude, 90, &to->latitude) ||
		    !read_degrees(degrees, 180, &to->longitude))
			return false;
	} else if (!str_starts(url, place) || at < 2 || at > 512 ||
		   memchr(url.ptr, ' ', url.len) != NULL ||
		   memchr(url.ptr, '\n', url.len) != NULL) {
		return false;
	}
	if (str_ends(before, STR("\n"))) { /* name, address and link on a line each */
		before.len--;
		to->name = str_cut(&before, '\n');
		if (memchr(before.ptr, '\n', before.len) != NULL)
			return false;
		if (before.len > 0)
			to->address = before;
	} else if (str_ends(before, STR(": "))) {
		before.len -= 2;
		b->by_structure = !name_place(to, before, !is_map) && is_map;
		if (is_map && b->by_structure && before.len > 62)
			return false;
	} else {
		return false;
	}
	to->url = url;
	m->kind = KIND_LOCATION;
	m->location = to;
	return true;
}

/* Cuts "<This message was edited>" off the end. */
static struct str
cut_edited(struct body_scratch *b, const struct body_source *from, struct str text, bool *edited)
{
	if (text.len < 3 || text.ptr[text.len - 1] != '>')
		return text;
	size_t open = text.len - 1, floor = text.len > 200 ? text.len - 200 : 0;
	while (open > floor && text.ptr[open] != '<')
		open--;
	if (text.ptr[open] != '<' || open == 0)
		return text;
	struct str inner = {text.ptr + open + 1, text.len - open - 2};
	bool known = wording_find(WORDING_BEHIND, inner, NULL) != WORDING_NONE;
	if (!known) {
		/* A mark in front of it, and no name of a file in it: WhatsApp wrote it. */
		struct str raw = from->raw;
		size_t at = raw.len;
		while (at > 0 && raw.ptr[at - 1] != '<')
			at--;
		if (at < 4 || mark_at(raw.ptr + at - 4, raw.ptr + raw.len) == 0 ||
		    str_find(inner, STR(":")) < inner.len ||
		    str_find(inner, STR(".")) + 1 < inner.len)
			return text;
		b->by_structure = true;
	}
	*edited = true;
	return str_trim(str_head(text, open));
}

/* @Name between marks, or @ and a number. */
static void
find_mentions(struct body_scratch *b, const struct body_source *from, struct message *m,
	      struct str text)
{
	static const struct str open = {"@\xE2\x81\xA8", 4}, close = {"\xE2\x81\xA9", 3};
	struct str raw = from->raw;

	if (memchr(text.ptr, '@', text.len) == NULL)
		return;
	for (size_t at; m->mention_count < BODY_MENTIONS && (at = str_find(raw, open)) < raw.len;) {
		raw = str_tail(raw, at + open.len);
		size_t most = raw.len < 256 ? raw.len : 256;
		size_t len = str_find(str_head(raw, most), close);
		if (len == most || len == 0 || utf8_valid_prefix(str_head(raw, len)) < len)
			continue;
		b->mentions[m->mention_count++] = str_head(raw, len);
		raw = str_tail(raw, len);
	}
	for (size_t i = 0; i < text.len && m->mention_count < BODY_MENTIONS; i++) {
		const char *p = memchr(text.ptr + i, '@', text.len - i);
		if (p == NULL)
			break;
		i = (size_t)(p - text.ptr);
		size_t digits = 0;
		while (i + 1 + digits < text.len && p[1 + digits] >= '0' && p[1 + digits] <= '9')
			digits++;
		if (digits >= 7 && digits <= 15 && (i == 0 || p[-1] == ' ' || p[-1] == '\n'))
			b->mentions[m->mention_count++] = (struct str){p + 1, digits};
	}
	m->mentions = m->mention_count > 0 ? b->mentions : NULL;
}

/* <words> and nothing else, in a language that is not known: something was left out. */
static bool
is_unknown_omission(struct str line, struct str rest)
{
	if (rest.len > 0 || line.len < 8 || line.len > 120 || line.ptr[0] != '<' ||
	    line.ptr[line.len - 1] != '>')
		return false;
	bool foreign = false;
	for (size_t i = 1; i + 1 < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];
		if (c < 0x80 && strchr("<>/=:.\"0123456789", (char)c) != NULL)
			return false;
		foreign |= c >= 0x80;
	}
	return foreign;
}

static bool
read_poll(struct body_scratch *b, struct message *m, struct str text)
{
	struct poll_option options[POLL_OPTIONS];

	if (!poll_lines_read(text, &b->poll, options, &b->by_structure))
		return false;
	if (b->options == NULL)
		b->options = mem_resize(NULL, sizeof(options));
	memcpy(b->options, options, b->poll.option_count * sizeof(options[0]));
	b->poll.options = b->options;
	m->kind = KIND_POLL;
	m->poll = &b->poll;
	return true;
}

void
message_body_read(struct body_scratch *b, const struct body_source *from, struct message *m)
{
	b->by_structure = false;
	b->marked = marks_begin(from->raw);
	message_begin(m, KIND_TEXT);

	struct str text = body_clean(b, from->raw, &m->invalid_bytes);
	text = cut_edited(b, from, text, &m->edited);
	if (text.len == 0) {
		m->kind = KIND_EMPTY;
		return;
	}
	struct str line = text, rest = {text.ptr + text.len, 0};
	if (b->signs & SIGN_LINE) {
		rest = text;
		line = str_cut(&rest, '\n');
	}
	line = str_trim(line);
	char last = line.len > 0 ? line.ptr[line.len - 1] : '\0';

	if (line.len > 0 && line.len <= 512) {
		if (read_phrase(b, from, m, line, rest))
			return;
		if ((last == ')' || (unsigned char)line.ptr[0] >= 0x80 ||
		     (unsigned char)last >= 0x80) &&
		    read_file_attached(b, from, m, line, rest))
			return;
		if (last == '>' && read_tag(b, from, m, line, rest))
			return;
		if (text.ptr != from->raw.ptr && read_titled_omission(b, from, m, line, rest))
			return;
		if (rest.len == 0 && call_line_read(line, b->marked, &b->call)) {
			m->kind = KIND_CALL;
			m->call = &b->call;
			return;
		}
		if (!from->of_iphone && str_equal(text, STR("null")))
			m->kind = KIND_EMPTY; /* what Android prints for media seen once */
		if (b->signs & SIGN_COLON && read_location(b, m, text))
			return;
		if (b->signs & (SIGN_COLON | SIGN_MARK) && rest.len > 0 && read_poll(b, m, text))
			return;
		if (is_unknown_omission(line, rest) ||
		    (from->line_marked && b->marked && rest.len == 0 && line.len <= 80 &&
		     (!wording_locale_has(from->locale, WORDING_OMITTED_IMAGE) ||
		      wording_ends_like_omission(line, from->locale)))) {
			/* What it says nobody here can read: it is kept, as text where a person may
			 * have written it. */
			bool placeholder = line.ptr[0] == '<' && last == '>';
			attach(b, from, m,
			       placeholder ? (struct str){line.ptr + 1, line.len - 2}
					   : (struct str){0},
			       KIND_MEDIA, true);
			b->by_structure = true;
			if (!placeholder)
				set_text(m, text);
			return;
		}
	}
	if (b->signs & SIGN_MARK && b->signs & SIGN_LINE && read_marked_end(b, from, m, text))
		return;
	set_text(m, text);
	if (b->signs & SIGN_AT)
		find_mentions(b, from, m, text);
}
