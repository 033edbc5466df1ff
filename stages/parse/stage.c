/*
 * parse -- pieces of exports become messages.
 *
 * A source's pieces are held, each a block of state of its own, until its form is decided; then
 * they are read in order and forgotten, and later pieces are read as they come.
 */
#include "stage.h"

#include "base/log.h"
#include "chat_reader.h"
#include "message.avsc.h"
#include "message_fields.h"
#include "plain_message.h"
#include "text/utf8.h"
#include "wording.h"
#include <inttypes.h>
#include <stdio.h>

#define HELD_MOST  (8 << 20)             /* bytes; WhatsApp's own exports end at about 10 MB */
#define SILENCE_MS (24 * 60 * 60 * 1000) /* a source that says no more for so long has ended */
#define DAY_MS     (24 * 60 * 60 * 1000LL)
#define FIRST_DAY  14245 /* 2009-01-01: before WhatsApp; a clock that says so is not set */
#define SURE       0.95  /* below, the reader is told that the order of dates is a guess */

struct options {
	const char *timezone, *conversation, *title;
	unsigned date_order;
};
static const char *const orders[] = {"auto", "dmy", "mdy", "ymd", NULL};
static const struct stage_option options[] = {
	OPTION(TEXT, options, timezone, NULL,
	       "zone of the phone that exported, as in Europe/Berlin; else this machine's"),
	OPTION(CHOICE, options, date_order, "auto", "order of dates that can be read in two ways",
	       .choices = orders),
	OPTION(TEXT, options, conversation, NULL, "id of the conversation; else made of its title"),
	OPTION(TEXT, options, title, NULL, "title of the chat; else from the file's name"),
	{0}};

struct manifest {
	struct str import_id, title;
	int64_t fetched_at, modified_at;
	const struct body_entry *entries;
	size_t entry_count;
};
enum part { PART_UNKNOWN, PART_MANIFEST, PART_LINES, PART_END };
static const char *const parts[] = {"", "manifest", "lines", "end", NULL};
struct piece {
	struct str uri, bytes, error;
	int64_t offset, line;
	enum part part;
	const struct manifest *manifest;
	bool continues;
};
static const struct field entry[] = {
	FIELD(body_entry, name), FIELD(body_entry, size), FIELD(body_entry, path), {0}};
static const struct field manifest[] = {FIELD(manifest, import_id),
					FIELD(manifest, title),
					FIELD(manifest, fetched_at),
					FIELD(manifest, modified_at),
					FIELD_LIST(manifest, entries, entry_count, entry),
					{0}};
static const struct field reads[] = {FIELD_AT("source.uri", piece, uri),
				     FIELD_AT("source.offset", piece, offset),
				     FIELD_AT("source.line", piece, line),
				     FIELD_ENUM(piece, part, parts),
				     FIELD_RECORD("manifest.Manifest", piece, manifest, manifest),
				     FIELD(piece, bytes),
				     FIELD(piece, continues),
				     FIELD(piece, error),
				     {0}};

struct held {
	struct buf bytes;
	int64_t offset, line;
	bool continues;
};
static const struct field held[] = {
	FIELD(held, bytes), FIELD(held, offset), FIELD(held, line), FIELD(held, continues), {0}};

enum { READER, HELD };

struct emitter { /* of what one call makes of one source */
	struct stage *stage;
	struct plain_source plain;
};

static void
emit(void *with, const struct message *m)
{
	struct emitter *e = with;
	size_t most = plain_message_room(&e->plain, m);

	if (most == 0)
		stage_emit(e->stage, m);
	else
		stage_emit_written(e->stage, plain_message_write(&e->plain, m,
								 stage_emit_room(e->stage, most)));
}

static void
reject_lines(struct stage *st, struct str bytes, int64_t line, const char *why)
{
	char place[32];

	(void)snprintf(place, sizeof(place), "line %" PRId64, line);
	stage_reject_part(st, bytes, place, "%s", why);
}

static void
refuse_lines(void *with, struct str bytes, int64_t line, const char *why)
{
	reject_lines(((struct emitter *)with)->stage, bytes, line, why);
}

/* One held piece after another: NULL after the last. */
static struct held *
next_held(struct stage *st, struct str *part)
{
	return state_next(st, HELD, part);
}

static void
forget_source(struct stage *st, struct chat_reader *r)
{
	for (struct str part = {0}; next_held(st, &part) != NULL; part = (struct str){0})
		state_forget(st, state_of(st, HELD, part));
	state_forget(st, r);
}

static const char *
words_of(enum date_order order)
{
	return order == ORDER_MDY ? "month first" : order == ORDER_YMD ? "year first" : "day first";
}

enum { SOURCES, PARTS, GUESSED_PARTS, BY_STRUCTURE, FOREIGN_HEADERS, IMPOSSIBLE_TIMES };
static const struct stage_counter counters[] = {
	[SOURCES] = {"sources", "Chats read to their end."},
	[PARTS] = {"parts", "Parts of chats, each of one form."},
	[GUESSED_PARTS] = {"guessed_parts", "Parts whose order of dates is a guess."},
	[BY_STRUCTURE] = {"by_structure", "Messages told by their structure alone."},
	[FOREIGN_HEADERS] = {"foreign_headers", "Lines that look like messages of another form."},
	[IMPOSSIBLE_TIMES] = {"impossible_times", "Messages at times that a clock skipped."},
	{0}};

static void
count_and_warn(struct stage *st, const struct chat_reader *r)
{
	const struct options *o = stage_options(st);
	const struct chat_form *form = &r->at.form;

	if (o->date_order != ORDER_AUTO && form->order != o->date_order &&
	    form->basis != BASIS_ONLY_ONE)
		log_error("%.*s: --date-order %s is not followed: its dates don't exist %s",
			  STR_ARG(r->uri), date_order_names[o->date_order],
			  words_of((enum date_order)o->date_order));
	stage_count(st, PARTS, 1);
	stage_count(st, GUESSED_PARTS, form->confidence < (float)SURE);
	if (form->confidence < (float)SURE)
		log_error(
			"%.*s: its dates could be read %s or %s; taken as %s; --date-order decides",
			STR_ARG(r->uri), words_of((enum date_order)form->order),
			words_of((enum date_order)form->next_order),
			words_of((enum date_order)form->order));
}

/* A part of a source, in front of another of another form: two exports were put into one file. */
static void
report_part(struct stage *st, const struct chat_reader *r, int64_t line)
{
	char form[64];

	chat_form_describe(&r->at.form, form);
	log_error("%.*s: from line %" PRId64 " on, it is of another form than \"%s\": each part is "
		  "read by its own",
		  STR_ARG(r->uri), line, form);
	count_and_warn(st, r);
}

/* Once a source: what was found out about it, or about its last part. */
static void
report(struct stage *st, const struct chat_reader *r)
{
	const struct reader_facts *at = &r->at;
	char form[64];

	chat_form_describe(&at->form, form);
	log_event("source",
		  "uri=\"%.*s\" form=\"%s\" date_order=%s basis=%s confidence=%.2f calendar=%s "
		  "locale=%s messages=%" PRIu64 " system_lines=%" PRIu64 " by_structure=%" PRIu64
		  " invalid_bytes=%" PRIu64 " impossible_times=%" PRIu64 " parts=%" PRIu64
		  " foreign_headers=%" PRIu64,
		  STR_ARG(r->uri), form, date_order_names[at->form.order],
		  order_basis_names[at->form.basis], (double)at->form.confidence,
		  calendar_names[at->form.calendar], wording_locale_name(at->form.locale),
		  at->messages, at->system_lines, at->by_structure, at->invalid_bytes,
		  at->clock.impossible, at->parts + 1, at->foreign_headers);
	if (at->invalid_bytes > 0)
		log_error("%.*s: %" PRIu64
			  " parts that are not UTF-8 became U+FFFD; if letters are "
			  "missing, try iconv -f WINDOWS-1252 -t UTF-8 FILE",
			  STR_ARG(r->uri), at->invalid_bytes);
	stage_count(st, SOURCES, 1);
	stage_count(st, BY_STRUCTURE, at->by_structure);
	stage_count(st, FOREIGN_HEADERS, at->foreign_headers);
	stage_count(st, IMPOSSIBLE_TIMES, at->clock.impossible);
	count_and_warn(st, r);
}

static void
hold(struct stage *st, const struct piece *p)
{
	char name[24];

	(void)snprintf(name, sizeof(name), "%020" PRId64, p->offset);
	struct held *h = state_of(st, HELD, str_of(name));
	buf_clear(&h->bytes);
	buf_add(&h->bytes, p->bytes);
	h->offset = p->offset;
	h->line = p->line;
	h->continues = p->continues;
}

/* Another part of the source begins: what is there of it is held, and learned from. True: enough.
 */
static bool
begin_part(struct stage *st, struct chat_reader *r, const struct reader_rest *rest, bool continues)
{
	struct held *h;
	bool enough = false;

	report_part(st, r, rest->line + 1);
	hold(st, &(struct piece){.bytes = rest->bytes,
				 .offset = rest->offset,
				 .line = rest->line,
				 .continues = continues});
	for (struct str part = {0}; (h = next_held(st, &part)) != NULL;)
		enough = chat_reader_learn(r, buf_str(&h->bytes), h->continues);
	return enough;
}

/* What is held of a part whose form is decided. True: another part began in it, and enough of that
 * is held. */
static bool
read_held(struct stage *st, struct chat_reader *r, const struct reader_output *out)
{
	struct held *h;
	struct reader_rest rest = {0};
	bool continues = false;

	for (struct str part = {0}; (h = next_held(st, &part)) != NULL;)
		chat_reader_meet(r, buf_str(&h->bytes), h->continues);
	r->at.mid_line = false;
	for (struct str part = {0}; rest.bytes.len == 0 && (h = next_held(st, &part)) != NULL;
	     part = (struct str){0}) {
		continues = h->continues;
		rest = chat_reader_read(r, buf_str(&h->bytes), h->offset, h->line, continues, true,
					out);
		state_forget(st, h);
	}
	return rest.bytes.len > 0 && begin_part(st, r, &rest, continues);
}

/* It is no chat: all that is held of it goes to the dead letters. */
static void
refuse_source(struct stage *st, struct chat_reader *r, const struct err *why)
{
	size_t size = 0, at = 0;
	struct held *h;

	for (struct str part = {0}; (h = next_held(st, &part)) != NULL;)
		size += h->bytes.len;
	char *all = stage_alloc(st, size + 1);
	for (struct str part = {0}; (h = next_held(st, &part)) != NULL;) {
		if (h->bytes.len > 0)
			memcpy(all + at, h->bytes.ptr, h->bytes.len);
		at += h->bytes.len;
	}
	char place[1024];
	(void)snprintf(place, sizeof(place), "%.*s", STR_ARG(r->uri));
	stage_reject_source(st, (struct str){all, size}, place, "it is not a chat: %s", why->text);
	for (struct str part = {0}; (h = next_held(st, &part)) != NULL; part = (struct str){0})
		state_forget(st, h);
	r->at.refused = true;
}

static void
decide(struct stage *st, struct chat_reader *r, const struct reader_output *out)
{
	const struct options *o = stage_options(st);
	struct err err;

	do {
		if (chat_reader_decide(r, (enum date_order)o->date_order, &err) != 0) {
			refuse_source(st, r, &err);
			return;
		}
	} while (read_held(st, r, out));
}

static void
end_source(struct stage *st, struct chat_reader *r)
{
	struct emitter emitter = {.stage = st};
	const struct reader_output out = {&emitter, emit, refuse_lines};

	for (;;) {
		while (!r->at.decided && !r->at.refused)
			decide(st, r, &out);
		if (!r->at.decided)
			break;
		struct reader_rest rest = chat_reader_end(r, &out);
		if (rest.bytes.len == 0) {
			report(st, r);
			break;
		}
		(void)begin_part(st, r, &rest, false);
	}
	forget_source(st, r);
}

static int64_t
latest_day(const struct manifest *m)
{
	int64_t day = m->fetched_at / DAY_MS + 1;

	if (m->modified_at != INT64_MIN && m->modified_at / DAY_MS + 1 < day &&
	    m->modified_at / DAY_MS >= FIRST_DAY)
		day = m->modified_at / DAY_MS + 1;
	return day < FIRST_DAY ? INT64_MAX : day;
}

static struct chat_reader *
start_source(struct stage *st, const struct manifest *m)
{
	const struct options *o = stage_options(st);
	struct chat_reader *r = state_of(st, READER, (struct str){0});

	if (r->at.started) { /* the same source again, without an end between */
		r->uri = stage_key(st);
		end_source(st, r);
		r = state_of(st, READER, (struct str){0});
	}
	chat_reader_start(r, m == NULL ? INT64_MAX : latest_day(m));
	struct str title = o->title != NULL ? str_of(o->title)
			   : m != NULL      ? m->title
					    : (struct str){0};
	if (title.len > 0)
		buf_add(&r->title, title);
	r->at.alone = m == NULL;
	buf_add(&r->import_id, m != NULL ? m->import_id : stage_key(st));
	for (size_t i = 0; m != NULL && i < m->entry_count; i++)
		chat_reader_add_entry(r, &m->entries[i]);
	if (o->conversation != NULL)
		identity_set_conversation(&r->identity, str_of(o->conversation));
	else if (title.len > 0)
		identity_name_conversation(&r->identity, title);
	return r;
}

static void
take_lines(struct stage *st, struct chat_reader *r, const struct piece *p)
{
	struct emitter emitter = {.stage = st};
	const struct reader_output out = {&emitter, emit, refuse_lines};

	if (p->bytes.len == 0)
		return;
	if (r->at.refused) {
		reject_lines(st, p->bytes, p->line + 1, "the source is not a chat");
		return;
	}
	bool enough = false;
	if (r->at.decided) {
		struct reader_rest rest = chat_reader_read(r, p->bytes, p->offset, p->line,
							   p->continues, false, &out);
		if (rest.bytes.len > 0)
			enough = begin_part(st, r, &rest, p->continues);
	} else {
		enough = chat_reader_learn(r, p->bytes, p->continues);
		hold(st, p);
	}
	if (!r->at.decided &&
	    (enough || p->offset + (int64_t)p->bytes.len - r->at.part_offset >= HELD_MOST))
		decide(st, r, &out);
}

/* NULL: nothing is wrong with it. */
static const char *
fault_of_piece(const struct piece *p)
{
	if (p->offset < 0 || p->line < 0)
		return "its place in the source is negative";
	if (p->part == PART_UNKNOWN)
		return "it is neither manifest nor lines nor end";
	if (p->part == PART_MANIFEST && p->manifest == NULL)
		return "the manifest is missing";
	if (!utf8_valid(p->uri) || (p->manifest != NULL && (!utf8_valid(p->manifest->title) ||
							    !utf8_valid(p->manifest->import_id))))
		return "its uri, title or import_id is not UTF-8";
	return NULL;
}

/* Hundreds of messages may be in it: as much as a source is lost. */
static enum stage_verdict
refuse_piece(struct stage *st, const struct piece *p, const char *why)
{
	stage_reject_source(st, (struct str){"", 0}, NULL, "a piece of %zu bytes is refused: %s",
			    p->bytes.len, why);
	return stage_reject(st, "%s", why);
}

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	const struct piece *p = record_read(rec);
	const struct options *o = stage_options(st);
	const char *fault = fault_of_piece(p);

	if (fault != NULL)
		return refuse_piece(st, p, fault);
	struct chat_reader *r = state_of(st, READER, (struct str){0});
	if (p->part != PART_MANIFEST && !r->at.started && o->title == NULL &&
	    o->conversation == NULL)
		return refuse_piece(st, p,
				    "its manifest is not there; --title, or --conversation, says "
				    "of which chat it is");
	if (p->part == PART_MANIFEST || !r->at.started)
		r = start_source(st, p->manifest);
	r->uri = p->uri;
	if (p->part == PART_END) {
		if (p->error.ptr != NULL)
			log_event("source_ended_early", "uri=\"%.*s\"", STR_ARG(p->uri));
		end_source(st, r);
		return STAGE_PASS;
	}
	if (p->part == PART_LINES)
		take_lines(st, r, p);
	state_timer(st, r, WAITING_TIME, stage_now(st) + SILENCE_MS);
	return STAGE_PASS;
}

/* The input ended, or was silent for a day, within a source: what there is of it is kept. */
static enum stage_verdict
source_broke_off(struct stage *st, void *block, struct str part)
{
	struct chat_reader *r = block;
	char place[1024];

	(void)part;
	r->uri = stage_key(st);
	(void)snprintf(place, sizeof(place), "%.*s", STR_ARG(r->uri));
	bool alone = r->at.alone;
	end_source(st, r);
	if (alone)
		return STAGE_PASS;
	stage_reject_source(st, (struct str){"", 0}, place,
			    "it ended before its end: the program before this one failed");
	return STAGE_PASS;
}

static void
save_reader(const void *block, struct buf *to)
{
	chat_reader_save(block, to);
}

static int
restore_reader(void *block, unsigned version, struct str bytes, struct err *err)
{
	if (version != READER_SNAPSHOT)
		return err_set(err, ERR_FATAL, "the state of a source is of version %u", version);
	return chat_reader_restore(block, bytes, err);
}

static void
clear_reader(void *block)
{
	chat_reader_free(block);
}

static const struct stage_state states[] = {
	[READER] = {.name = "reader",
		    .size = sizeof(struct chat_reader),
		    .version = READER_SNAPSHOT,
		    .encode = save_reader,
		    .decode = restore_reader,
		    .clear = clear_reader,
		    .timer = source_broke_off},
	[HELD] = {.name = "held", .size = sizeof(struct held), .version = 1, .fields = held},
	{0}};

/* The zone is the process's, so it is set before there are threads. */
static void *
load(const void *from, struct err *err)
{
	const struct options *o = from;
	static const char nothing_shared[] = "";
	char zone[ZONE_LONGEST];

	if (o->conversation != NULL &&
	    (o->conversation[0] == '\0' || strlen(o->conversation) > CONVERSATION_LONGEST ||
	     utf8_valid_prefix(str_of(o->conversation)) < strlen(o->conversation))) {
		err_set(err, ERR_FATAL, "--conversation takes 1 to %d bytes of UTF-8",
			CONVERSATION_LONGEST);
		return NULL;
	}
	if (o->title != NULL && utf8_valid_prefix(str_of(o->title)) < strlen(o->title)) {
		err_set(err, ERR_FATAL, "--title is not UTF-8");
		return NULL;
	}
	if (local_time_set_zone(o->timezone, err) != 0)
		return NULL;
	if (o->timezone == NULL)
		log_event("timezone", "zone=\"%s\" from=machine", local_time_machine_zone(zone));
	return (void *)nothing_shared;
}

static const struct stage_def parse = {
	.api = STAGE_API,
	.name = "parse",
	.version = CHATMILL_VERSION,
	.summary = "turn exports into messages",
	.options = options,
	.reads = reads,
	.emits = message_avsc,
	.writes = message_fields,
	.partition_by = "conversation_id",
	.key = "source.uri",
	.counters = counters,
	.states = states,
	.load = load,
	.process = process,
};
STAGE_MAIN(parse)
