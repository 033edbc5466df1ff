#include "chat_reader.h"
#include "base/mem.h"
#include "call_line.h"
#include "text/utf8.h"
#include "text_marks.h"
#include "text_signs.h"
#include "wording.h"

#define SCRATCH_KEEPS (64 << 10) /* bytes of a buf that a message needed */

static void
free_scratch(struct chat_reader *r)
{
	for (size_t i = 0; i < CLAIMS; i++) {
		body_scratch_free(&r->drafts[i].body);
		buf_free(&r->drafts[i].system_text);
	}
	identity_free_scratch(&r->identity);
}

/* What was needed for long messages. */
static void
free_large_scratch(struct chat_reader *r)
{
	size_t greatest = 0;

	for (size_t i = 0; i < CLAIMS; i++) {
		size_t rooms[] = {r->drafts[i].body.text.room, r->drafts[i].system_text.room,
				  r->identity.claims[i].essence.room};
		for (size_t k = 0; k < sizeof(rooms) / sizeof(rooms[0]); k++)
			greatest = rooms[k] > greatest ? rooms[k] : greatest;
	}
	if (greatest > SCRATCH_KEEPS)
		free_scratch(r);
}

void
chat_reader_start(struct chat_reader *r, int64_t latest_day)
{
	chat_reader_free(r);
	r->at.started = true;
	form_evidence_init(&r->at.evidence, latest_day);
}

void
chat_reader_free(struct chat_reader *r)
{
	buf_free(&r->pending);
	buf_free(&r->rest);
	buf_free(&r->title);
	buf_free(&r->import_id);
	chat_authors_free(&r->authors);
	identity_free(&r->identity);
	map_free(&r->entries);
	arena_free(&r->entry_arena);
	free_scratch(r);
	free(r->headers);
	*r = (struct chat_reader){0};
}

void
chat_reader_add_entry(struct chat_reader *r, const struct body_entry *given)
{
	if (!utf8_valid(given->name)) /* no text names it */
		return;
	struct body_entry *entry = arena_alloc(&r->entry_arena, sizeof(*entry));
	struct str base = arena_copy(&r->entry_arena, given->name);

	*entry = (struct body_entry){base, given->size, {0}};
	if (given->path.len > 0 && utf8_valid(given->path))
		entry->path = arena_copy(&r->entry_arena, given->path);
	for (size_t i = base.len; i-- > 0;)
		if (base.ptr[i] == '/') {
			base = str_tail(base, i + 1);
			break;
		}
	*map_place(&r->entries, base) = entry;
}

bool
chat_reader_learn(struct chat_reader *r, struct str bytes, bool continues)
{
	form_evidence_add(&r->at.evidence, bytes, r->at.mid_line);
	r->at.mid_line = continues;
	return form_evidence_suffices(&r->at.evidence);
}

int
chat_reader_decide(struct chat_reader *r, enum date_order wanted, struct err *err)
{
	if (form_decide(&r->at.evidence, wanted, &r->at.form, err) != 0)
		return -1;
	r->at.decided = true;
	r->at.mid_line = false;
	return 0;
}

static struct str
first_line_of(struct str text)
{
	struct str line = str_cut(&text, '\n');

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* An opening quotation mark without its end: the colon that follows is in what somebody quotes. */
static bool
quotes_something(struct str label)
{
	static const struct {
		const char *open, *close;
	} quotes[] = {{"“", "”"}, {"„", "“"}, {"«", "»"}, {"「", "」"}};
	size_t straight = 0;

	for (size_t i = 0; i < label.len; i++)
		straight += label.ptr[i] == '"';
	if (straight % 2 == 1)
		return true;
	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++)
		if (str_find(label, str_of(quotes[i].open)) < label.len &&
		    str_find(label, str_of(quotes[i].close)) == label.len)
			return true;
	return false;
}

/* A line of the system as text: marks of every sort removed. */
static struct str
system_text_of(struct reader_draft *d, struct str raw, int32_t *invalid)
{
	struct str text = body_clean(&d->body, raw, invalid);

	buf_clear(&d->system_text);
	for (const char *p = text.ptr, *end = p + text.len; p < end;) {
		size_t mark = mark_at(p, end);
		if (mark == 0)
			buf_add_byte(&d->system_text, *p++);
		p += mark;
	}
	text = str_trim(buf_str(&d->system_text));
	return text.len > 0 ? text : (struct str){"", 0}; /* never null: a line of no text is one */
}

/* Whether the words before the colon are WhatsApp's, not a name: "A changed the subject to "B".
 * Asked of a person once. */
static bool
label_is_system(struct chat_reader *r, struct reader_draft *d, struct author *author,
		struct str raw)
{
	struct system_event_read event;
	int32_t invalid = 0;

	if (r->at.form.shape.frame == FRAME_BRACKET)
		return false;
	if (quotes_something(author->name))
		return true;
	if (memchr(author->name.ptr, ' ', author->name.len) != NULL &&
	    system_event_find(system_text_of(d, raw, &invalid), &event) &&
	    event.said < author->name.len &&
	    map_get(&r->authors.map, str_trim(str_head(event.event.text, event.said))) != author)
		return true;
	author->person = true;
	return false;
}

/* With brackets, or as until 2017 without them: "13.06.18, 13:55:07: ". */
static bool
is_of_iphone(const struct chat_form *form)
{
	return form->shape.frame == FRAME_BRACKET ||
	       (form->shape.frame == FRAME_COLON && form->shape.seconds);
}

/* An iPhone's notice behind a label that is the group's or the actor's, in a language whose words
 * are not known. */
static bool
is_unknown_notice(const struct chat_reader *r, const struct author *author, bool marked,
		  const struct message *m)
{
	if (!is_of_iphone(&r->at.form) || !marked || m->kind != KIND_TEXT || m->edited)
		return false;
	if (author->name.len > 0 && m->text.len > author->name.len &&
	    str_find(m->text, author->name) < m->text.len)
		return true;
	return author->lines >= 2 && author->unmarked == 0;
}

/* The marks of an iPhone's notices are lost where a text went through other programs. What nobody
 * writes: the first lines' sentence about encryption, and "Ada: Ada changed this group's icon". */
#define FIRST_LINES 16
static bool
is_unmarked_notice(struct chat_reader *r, struct reader_draft *d, const struct author *author,
		   struct str raw)
{
	struct system_event_read *event = &r->event;
	bool named = author->name.len > 0 && str_starts(raw, author->name);
	int32_t invalid = 0;

	if (r->at.marks_seen || (!named && r->at.seq >= FIRST_LINES))
		return false;
	struct str text = system_text_of(d, raw, &invalid);
	if (memchr(text.ptr, '\n', text.len) != NULL || !system_event_find(text, event) ||
	    event->by_stem)
		return false;
	return str_equal(event->event.event, STR("encryption_notice")) ||
	       (named && str_equal(event->event.actor, author->name));
}

struct message_parts {
	struct str raw; /* from its header on */
	const struct reader_header *at;
	int64_t offset;
};

static struct source_reading
reading_of(const struct chat_form *f, char form[64])
{
	chat_form_describe(f, form);
	return (struct source_reading){
		.form = str_of(form),
		.date_order = str_of(date_order_names[f->order]),
		.other_order = f->next_order == ORDER_AUTO
				       ? (struct str){0}
				       : str_of(date_order_names[f->next_order]),
		.basis = str_of(order_basis_names[f->basis]),
		.calendar = str_of(calendar_names[f->calendar]),
		.locale = f->locale == 0 ? (struct str){0} : str_of(wording_locale_name(f->locale)),
		.confidence = (double)f->confidence};
}

static void
give_draft(struct chat_reader *r, size_t i, const struct reader_output *out)
{
	struct reader_draft *d = &r->drafts[i];
	struct message *m = &d->message;
	struct source_reading reading;
	char form[64];

	if (!identity_give(&r->identity, i, m)) {
		out->refused(out->with, d->raw, m->line,
			     "65535 equal messages came before it in its minute");
		return;
	}
	if (message_has_parts(m) && !message_details_are_valid(m)) {
		out->refused(out->with, d->raw, m->line, "a name in it is cut within a letter");
		return;
	}
	if (!r->at.reading_told) {
		reading = reading_of(&r->at.form, form);
		m->reading = &reading;
	}
	r->at.reading_told = true;
	r->at.messages++;
	r->at.system_lines += m->kind == KIND_SYSTEM;
	r->at.by_structure += d->body.by_structure;
	r->at.invalid_bytes +=
		(uint64_t)m->invalid_bytes + (d->author == NULL ? 0 : d->author->repaired);
	out->message(out->with, m);
}

/* All drafts get their ids, and go on: before what they point to changes. */
static void
give_drafts(struct chat_reader *r, const struct reader_output *out)
{
	if (r->drafted == 0)
		return;
	identity_digest(&r->identity);
	for (size_t i = 0; i < r->drafted; i++)
		give_draft(r, i, out);
	r->drafted = 0;
}

/* The message is whole but for what every one has; author NULL: the system says it. */
static void
emit(struct chat_reader *r, const struct message_parts *parts, const struct author *author,
     const struct reader_output *out)
{
	struct reader_draft *d = &r->drafts[r->drafted++];
	struct message *m = &d->message;
	int64_t wall = parts->at->header.minute * 60 + parts->at->header.second;

	m->sent_at = local_time_instant(&r->at.clock, wall, &m->utc_offset_minutes) * 1000;
	m->sender = author == NULL ? (struct str){0} : author->name;
	m->conversation_title = r->title.len > 0 ? buf_str(&r->title) : (struct str){0};
	m->import_id = buf_str(&r->import_id);
	m->uri = r->uri;
	m->line = parts->at->line;
	m->offset = parts->offset;
	m->seq = r->at.seq++;
	d->raw = parts->raw;
	d->author = author;
	identity_claim(&r->identity, parts->at->header.minute,
		       author == NULL ? &sender_id_system : &author->id, m,
		       d->body.signs & SIGN_MARK);
	if (r->drafted == CLAIMS || author == &r->authors.spare)
		give_drafts(r, out);
}

/* "A added Kaya, Cem" named one person, if that is who writes here. */
static void
join_known_names(const struct chat_reader *r, struct system_event_read *read)
{
	struct str *names = read->targets;
	size_t count = 0;

	for (size_t i = 0; i < read->event.target_count; count++) {
		struct str name = names[i++];
		for (size_t k = i; k < read->event.target_count && k < i + 2; k++) {
			const char *end = names[k].ptr + names[k].len;
			struct str whole = {name.ptr, (size_t)(end - name.ptr)};
			if (map_get(&r->authors.map, whole) != NULL) {
				name = whole;
				i = k + 1;
			}
		}
		names[count] = name;
	}
	read->event.target_count = count;
}

static void
emit_system(struct chat_reader *r, const struct message_parts *parts, struct str raw,
	    const struct reader_output *out)
{
	struct reader_draft *d = &r->drafts[r->drafted];
	struct message *m = &d->message;

	message_begin(m, KIND_SYSTEM);
	struct str text = system_text_of(d, raw, &m->invalid_bytes);
	d->body.by_structure = false;
	if (call_line_read(text, false, &d->body.call)) { /* Android's, whoever called */
		m->kind = KIND_CALL;
		m->call = &d->body.call;
		emit(r, parts, NULL, out);
		return;
	}
	d->body.by_structure = !system_event_find(text, &r->event);
	if (d->body.by_structure)
		r->event.event = (struct system_event){.event = STR("unknown"), .text = text};
	if (r->event.event.target_count > 1)
		join_known_names(r, &r->event);
	d->event = r->event.event;
	m->system_event = &d->event;
	emit(r, parts, NULL, out);
	if (d->event.target_count > 0) /* of which the next event has others */
		give_drafts(r, out);
}

static void
read_message(struct chat_reader *r, const struct message_parts *parts,
	     const struct reader_output *out)
{
	const struct reader_header *h = parts->at;
	struct str behind = str_tail(parts->raw, h->header.length);
	struct str first_line = {behind.ptr, h->line_length - h->header.length};
	struct reader_draft *d = &r->drafts[r->drafted];
	size_t label = 0;
	struct author *author = chat_authors_find(&r->authors, first_line, h->guess, &label);

	if (author == NULL || (!author->person && label_is_system(r, d, author, behind))) {
		emit_system(r, parts, behind, out);
		return;
	}
	struct body_source from = {.raw = str_tail(behind, label),
				   .line_marked = marks_begin(parts->raw),
				   .of_iphone = is_of_iphone(&r->at.form),
				   .locale = r->at.form.locale,
				   .entries = &r->entries};
	if (from.of_iphone && marks_begin(from.raw)) {
		int32_t invalid = 0;
		r->at.marks_seen = true;
		struct str text = system_text_of(d, from.raw, &invalid);
		if (system_event_find(text, &r->event) &&
		    (!r->event.by_stem || author->unmarked == 0 ||
		     str_find(text, author->name) < text.len)) {
			emit_system(r, parts, from.raw, out);
			return;
		}
	}
	if (from.of_iphone && is_unmarked_notice(r, d, author, from.raw)) {
		emit_system(r, parts, from.raw, out);
		return;
	}
	message_body_read(&d->body, &from, &d->message);
	if (is_unknown_notice(r, author, d->body.marked, &d->message)) {
		emit_system(r, parts, from.raw, out);
		return;
	}
	emit(r, parts, author, out);
}

/* Lines before the first message: kept, as the file's own words. */
static void
emit_preamble(struct chat_reader *r, struct chat_header header, const struct reader_output *out)
{
	struct reader_draft *d = &r->drafts[r->drafted];
	struct message *m = &d->message;
	struct reader_header at = {.header = header, .line = 1};

	message_begin(m, KIND_UNKNOWN);
	struct str text = body_clean(&d->body, buf_str(&r->pending), &m->invalid_bytes);
	d->body.by_structure = false;
	if (text.len == 0)
		return;
	d->event = (struct system_event){.event = STR("preamble"), .text = text};
	m->system_event = &d->event;
	emit(r, &(struct message_parts){.at = &at}, NULL, out);
}

/* Of a message whose parts are not known yet, in the pending or cut off. */
static void
read_whole(struct chat_reader *r, struct str raw, struct chat_header header, int64_t line,
	   int64_t offset, const struct reader_output *out)
{
	struct str first = first_line_of(str_tail(raw, header.length));
	struct reader_header at = {.begin = raw.ptr,
				   .line_length = header.length + first.len,
				   .line = line,
				   .header = header,
				   .guess = chat_authors_guess(&r->authors, first)};

	read_message(r, &(struct message_parts){raw, &at, offset}, out);
}

static void
finish_pending(struct chat_reader *r, struct chat_header next, const struct reader_output *out)
{
	if (r->at.overflowing)
		r->at.overflowing = false;
	else if (!r->at.has_pending)
		emit_preamble(r, next, out);
	else
		read_whole(r, buf_str(&r->pending), r->at.pending_header, r->at.pending_line,
			   r->at.pending_offset, out);
	give_drafts(r, out);
	r->at.has_pending = false;
	buf_clear(&r->pending);
}

/* How much of bytes may stand in a message that has `room` left: whole lines, or, where not even
 * one fits into a message, as much of it as does. */
static size_t
fitting(struct str bytes, size_t room)
{
	if (bytes.len <= room)
		return bytes.len;
	for (size_t n = room; n > 0; n--)
		if (bytes.ptr[n - 1] == '\n')
			return n;
	return room == READER_MESSAGE_MOST ? room : 0;
}

static void
refuse_rest(struct str rest, int64_t line, const struct reader_output *out)
{
	if (rest.len > 0)
		out->refused(out->with, rest, line, "the message is longer than 1048576 bytes");
}

static int64_t
line_ends(struct str s)
{
	int64_t count = 0;

	for (size_t at; (at = str_find(s, STR("\n"))) < s.len; count++)
		s = str_tail(s, at + 1);
	return count;
}

/* What goes on the message at the end of the piece before, or begins the one at the end of this. */
static void
extend_pending(struct chat_reader *r, struct str bytes, int64_t line,
	       const struct reader_output *out)
{
	size_t keep = r->at.overflowing ? 0 : fitting(bytes, READER_MESSAGE_MOST - r->pending.len);
	struct str rest = str_tail(bytes, keep);

	buf_add(&r->pending, str_head(bytes, keep));
	if (rest.len == 0)
		return;
	if (!r->at.overflowing && r->at.has_pending) {
		finish_pending(r, (struct chat_header){0}, out);
	} else if (!r->at.overflowing) {
		out->refused(out->with, buf_str(&r->pending), 1,
			     "too much stands before the first message");
		buf_clear(&r->pending);
	}
	r->at.overflowing = true;
	refuse_rest(rest, line + line_ends(str_head(bytes, keep)), out);
}

/* A run that began where the part does is what decided the part's form, or will never be read. */
static bool
is_other_part(const struct chat_reader *r, uint64_t enough)
{
	const struct reader_run *run = &r->at.run;

	return run->count >= enough && run->offset > r->at.part_offset && !r->at.overflowing;
}

static bool
note_foreign_header(struct chat_reader *r, int64_t line, int64_t offset)
{
	struct reader_run *run = &r->at.run;

	r->at.foreign_headers++;
	if (run->count++ == 0) {
		run->line = line;
		run->offset = offset;
	}
	return is_other_part(r, OTHER_FORM_MOST);
}

/* True: another part begins at the run; what comes after was not looked at. */
static bool
find_headers(struct chat_reader *r, struct str bytes, int64_t offset, int64_t line, bool meeting,
	     bool met)
{
	bool mid_line = r->at.mid_line;

	r->header_count = 0;
	for (const char *p = bytes.ptr, *end = p + bytes.len, *next; p < end; p = next, line++) {
		size_t left = (size_t)(end - p);
		const char *stop = memchr(p, '\n', left);
		struct str text = {p, stop == NULL ? left : (size_t)(stop - p)};
		next = stop == NULL ? end : stop + 1;
		if (text.len > 0 && text.ptr[text.len - 1] == '\r')
			text.len--;
		if (mid_line) {
			mid_line = false;
			continue;
		}
		MEM_GROW(r->headers, r->header_count, r->header_room);
		struct reader_header *h = &r->headers[r->header_count];
		if (chat_form_next_header(&r->at.form, &r->memory, text, left, &h->header)) {
			struct str behind = str_tail(text, h->header.length);
			h->begin = p;
			h->line_length = text.len;
			h->line = line + 1;
			h->guess = met ? chat_authors_guess(&r->authors, behind)
				       : chat_authors_learn(&r->authors, behind);
			r->header_count++;
			r->at.run.count = 0;
		} else if (!meeting && chat_form_is_foreign(text) &&
			   note_foreign_header(r, line, offset + (p - bytes.ptr))) {
			return true;
		}
	}
	return false;
}

void
chat_reader_meet(struct chat_reader *r, struct str bytes, bool continues)
{
	(void)find_headers(r, bytes, 0, 0, true, false);
	r->at.mid_line = continues;
}

/* The messages of a piece, up to where another part begins. */
static void
read_piece(struct chat_reader *r, struct str bytes, int64_t offset, int64_t line,
	   const struct reader_output *out)
{
	const char *end = bytes.ptr + bytes.len;
	const struct reader_header *h = r->headers;
	size_t count = r->header_count;
	size_t before = count == 0 ? bytes.len : (size_t)(h[0].begin - bytes.ptr);

	extend_pending(r, str_head(bytes, before), line + 1, out);
	if (count == 0)
		return;
	if (r->at.has_pending || r->at.overflowing || r->pending.len > 0)
		finish_pending(r, h[0].header, out);
	for (size_t i = 0; i + 1 < count; i++) {
		struct str raw = {h[i].begin, (size_t)(h[i + 1].begin - h[i].begin)};
		int64_t at = offset + (h[i].begin - bytes.ptr);
		if (raw.len <= READER_MESSAGE_MOST) {
			read_message(r, &(struct message_parts){raw, &h[i], at}, out);
			continue;
		}
		size_t keep = fitting(raw, READER_MESSAGE_MOST);
		read_whole(r, str_head(raw, keep), h[i].header, h[i].line, at, out);
		refuse_rest(str_tail(raw, keep), h[i].line + line_ends(str_head(raw, keep)), out);
	}
	give_drafts(r, out);
	const struct reader_header *last = &h[count - 1];
	r->at.has_pending = true;
	r->at.pending_header = last->header;
	r->at.pending_line = last->line;
	r->at.pending_offset = offset + (last->begin - bytes.ptr);
	extend_pending(r, (struct str){last->begin, (size_t)(end - last->begin)}, last->line, out);
}

/* Ends the part in hand where the run of other headers began: in what is pending, if not in the
 * piece, which is whole lines up to the rest of it. */
static struct reader_rest
end_part(struct chat_reader *r, struct str rest, int64_t rest_offset,
	 const struct reader_output *out)
{
	int64_t at = r->at.run.offset, line = r->at.run.line;

	buf_clear(&r->rest);
	if (at < rest_offset) {
		size_t keep = r->pending.len - (size_t)(rest_offset - at);
		buf_add(&r->rest, str_tail(buf_str(&r->pending), keep));
		r->pending.len = keep;
	}
	buf_add(&r->rest, rest);
	finish_pending(r, (struct chat_header){0}, out);
	form_evidence_init(&r->at.evidence, r->at.evidence.latest_day);
	r->memory = (struct form_memory){0};
	r->at.run = (struct reader_run){0};
	r->at.decided = r->at.mid_line = r->at.reading_told = false;
	r->at.part_offset = at;
	r->at.parts++;
	return (struct reader_rest){buf_str(&r->rest), at, line};
}

struct reader_rest
chat_reader_read(struct chat_reader *r, struct str bytes, int64_t offset, int64_t line,
		 bool continues, bool met, const struct reader_output *out)
{
	if (bytes.len == 0)
		return (struct reader_rest){0};
	bool other_part = find_headers(r, bytes, offset, line, false, met);
	r->at.mid_line = continues;
	free_large_scratch(r);
	if (!other_part) {
		read_piece(r, bytes, offset, line, out);
		return (struct reader_rest){0};
	}
	size_t own = r->at.run.offset > offset ? (size_t)(r->at.run.offset - offset) : 0;
	if (own > 0)
		read_piece(r, str_head(bytes, own), offset, line, out);
	return end_part(r, str_tail(bytes, own), offset + (int64_t)own, out);
}

struct reader_rest
chat_reader_end(struct chat_reader *r, const struct reader_output *out)
{
	int64_t end = r->at.pending_offset + (int64_t)r->pending.len;

	if (r->at.has_pending && is_other_part(r, OTHER_FORM_LAST))
		return end_part(r, (struct str){"", 0}, end, out);
	if (r->at.has_pending || r->at.overflowing)
		finish_pending(r, (struct chat_header){0}, out);
	else if (r->pending.len > 0)
		out->refused(out->with, buf_str(&r->pending), 1, "no message begins before it");
	buf_clear(&r->pending);
	return (struct reader_rest){0};
}
