/* rendered_chat.h -- a chat's text read in pieces, its messages as lines of text for tests. */
#ifndef RENDERED_CHAT_H
#define RENDERED_CHAT_H

#include "../../../stages/parse/chat_reader.h"
#include "text/utf8.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

/* What the schema asks for: a string there, and all of them UTF-8; else no record can be made. */
static inline void
render_string(struct buf *to, struct str s)
{
	if (s.ptr == NULL || !utf8_valid(s))
		abort();
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '\n')
			buf_add(to, STR("\\n"));
		else if (s.ptr[i] == '\t')
			buf_add(to, STR("\\t"));
		else
			buf_add_byte(to, s.ptr[i]);
}

static inline void
render_required(struct buf *to, const char *name, struct str s)
{
	buf_printf(to, " %s=", name);
	render_string(to, s);
}

static inline void
render_part(struct buf *to, const char *name, struct str s)
{
	if (s.ptr != NULL)
		render_required(to, name, s);
}

static inline void
render_details(struct buf *to, const struct message *m)
{
	for (size_t i = 0; i < m->attachment_count; i++) {
		render_part(to, "file", m->attachments[i].name);
		if (m->attachments[i].omitted)
			buf_printf(to, " omitted");
	}
	if (m->location != NULL) {
		if (!isnan(m->location->latitude))
			buf_printf(to, " at=%.6f,%.6f", m->location->latitude,
				   m->location->longitude);
		render_part(to, "name", m->location->name);
		render_part(to, "address", m->location->address);
	}
	if (m->poll != NULL) {
		render_required(to, "question", m->poll->question);
		for (size_t i = 0; i < m->poll->option_count; i++) {
			render_required(to, "option", m->poll->options[i].text);
			buf_printf(to, "(%d)", m->poll->options[i].votes);
		}
	}
	if (m->call != NULL) {
		render_required(to, "medium", m->call->medium);
		buf_printf(to, "%s%s", m->call->missed ? " missed" : "",
			   m->call->group ? " group" : "");
		if (m->call->duration_seconds != INT64_MIN)
			buf_printf(to, " seconds=%" PRId64, m->call->duration_seconds);
	}
	if (m->deleted != NULL)
		render_required(to, "by", m->deleted->by);
	if (m->contact != NULL)
		render_part(to, "contact", m->contact->name);
	if (m->system_event != NULL) {
		render_required(to, "event", m->system_event->event);
		render_part(to, "actor", m->system_event->actor);
		for (size_t i = 0; i < m->system_event->target_count; i++)
			render_required(to, "target", m->system_event->targets[i]);
		render_part(to, "value", m->system_event->value);
		render_required(to, "line", m->system_event->text);
	}
	for (size_t i = 0; i < m->mention_count; i++)
		render_required(to, "mention", m->mentions[i]);
	if (m->edited)
		buf_printf(to, " edited");
	if (m->invalid_bytes > 0)
		buf_printf(to, " repaired=%d", m->invalid_bytes);
}

/* time and offset, sender, kind, text, the rest: parted by tabs. */
static inline void
render_message(void *with, const struct message *m)
{
	struct buf *to = with;
	time_t t = (time_t)(m->sent_at / 1000 + (int64_t)m->utc_offset_minutes * 60);
	struct tm tm;
	char when[32];

	(void)gmtime_r(&t, &tm);
	(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	buf_printf(to, "%s%+03d:%02d\t", when, m->utc_offset_minutes / 60,
		   abs(m->utc_offset_minutes % 60));
	render_string(to, m->sender.ptr == NULL ? STR("-") : m->sender);
	buf_printf(to, "\t%s\t", message_kind_names[m->kind]);
	render_string(to, m->text.ptr == NULL ? STR("-") : m->text);
	buf_add_byte(to, '\t');
	render_details(to, m);
	buf_add_byte(to, '\n');
}

static inline void
render_refused(void *with, struct str bytes, int64_t line, const char *why)
{
	if (strstr(why, "cut within a letter") != NULL)
		abort(); /* what follows in production, not what may happen */
	buf_printf(with, "refused\t%zu bytes at line %" PRId64 "\t%s\n", bytes.len, line, why);
}

/* Bytes of the piece that begins here: whole lines, one at least; `cut` cuts longer ones. */
static inline size_t
chat_piece(struct str all, size_t at, size_t most, bool cut)
{
	struct str rest = str_tail(all, at);
	size_t n = rest.len < most ? rest.len : most;

	for (size_t whole = n; whole > 0; whole--)
		if (rest.ptr[whole - 1] == '\n')
			return whole;
	size_t line = str_find(rest, STR("\n"));
	return cut ? n : line < rest.len ? line + 1 : rest.len;
}

struct reading {
	size_t piece; /* bytes; a longer line is cut where `cut` says so */
	bool cut;
	bool reborn; /* from its snapshot, before each piece */
	enum date_order order;
};

/* Reads from where the rest begins; of that, what begins another part is left. */
static inline int
read_chat_part(struct chat_reader *r, struct str all, struct reading how, struct reader_rest *rest,
	       const struct reader_output *out, struct err *err)
{
	size_t from = (size_t)rest->offset, held = from, n;
	int64_t line = rest->line;
	bool enough = false;

	for (; !enough && (n = chat_piece(all, held, how.piece, how.cut)) > 0; held += n)
		enough = chat_reader_learn(r, (struct str){all.ptr + held, n},
					   all.ptr[held + n - 1] != '\n');
	if (chat_reader_decide(r, how.order, err) != 0)
		return -1;
	for (size_t at = from; at < held; at += n) {
		n = chat_piece(all, at, how.piece, how.cut);
		chat_reader_meet(r, (struct str){all.ptr + at, n}, all.ptr[at + n - 1] != '\n');
	}
	r->at.mid_line = false;
	*rest = (struct reader_rest){0};
	for (size_t at = from; rest->bytes.len == 0; at += n) {
		n = chat_piece(all, at, how.piece, how.cut);
		if (n == 0)
			break;
		struct str part = {all.ptr + at, n};
		if (how.reborn) {
			struct buf life = {0};
			chat_reader_save(r, &life);
			chat_reader_free(r);
			if (chat_reader_restore(r, buf_str(&life), err) != 0)
				return -1;
			buf_free(&life);
		}
		*rest = chat_reader_read(r, part, (int64_t)at, line, part.ptr[n - 1] != '\n',
					 at < held, out);
		for (size_t i = 0; i < n; i++)
			line += part.ptr[i] == '\n';
	}
	return 0;
}

/* Reads a whole chat, as the stage does. -1: it is not one. The reader is the caller's to free. */
static inline int
read_chat(struct chat_reader *r, struct str all, struct reading how,
	  const struct reader_output *out, struct err *err)
{
	struct reader_rest rest = {.offset = 0};

	chat_reader_start(r, INT64_MAX);
	identity_name_conversation(&r->identity, STR("a chat"));
	do {
		if (read_chat_part(r, all, how, &rest, out, err) != 0)
			return -1;
		if (rest.bytes.len == 0)
			rest = chat_reader_end(r, out);
	} while (rest.bytes.len > 0);
	return 0;
}

#endif
