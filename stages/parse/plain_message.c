#include "plain_message.h"

#include "avro/varint.h"
#include "base/copy.h"

/* Behind what is ready, and behind a message: copies end at the next multiple of it. */
#define SLACK 16

/* Unions are of null and one other. */
enum { NOT_NULL = 2, NO_READING = 0, KIND_IS_TEXT = 0 };

/* From `edited` to `invalid_bytes`: false, no attachments, details, mentions, reply; 0. */
#define NOTHING_MORE 6

/* In line, so that each string's length is guessed by what it was in the message before. */
static inline __attribute__((always_inline)) char *
put_str(char *to, struct str s)
{
	to = varint_write(to, (int64_t)s.len);
	if (s.len <= COPY_SHORT)
		copy_short(to, s.ptr, s.len);
	else
		memcpy(to, s.ptr, s.len);
	return to + s.len;
}

static size_t
begin_ids(char *to, const struct message *m)
{
	char *end = put_str(to, m->conversation_id);

	if (m->conversation_title.ptr == NULL) {
		*end++ = 0;
	} else {
		*end++ = NOT_NULL;
		end = put_str(end, m->conversation_title);
	}
	return (size_t)(put_str(end, m->import_id) - to);
}

#define LENGTHS 32 /* bytes at most, of three lengths and a tag */

static void
begin(struct plain_source *source, const struct message *m)
{
	size_t ids = m->conversation_id.len + m->conversation_title.len + m->import_id.len;

	source->begun = true;
	if (m->import_id.ptr == NULL || m->uri.ptr == NULL || ids > PLAIN_READY - LENGTHS - SLACK ||
	    m->uri.len > PLAIN_READY - LENGTHS - SLACK)
		return;
	source->ids_size = begin_ids(source->ids, m);
	source->uri_size = (size_t)(put_str(source->uri, m->uri) - source->uri);
}

static bool
is_plain(const struct message *m)
{
	const void *details[] = {m->location, m->poll,         m->call,    m->contact,
				 m->deleted,  m->system_event, m->reading, NULL};
	uintptr_t any = 0;

	for (size_t i = 0; i < sizeof(details) / sizeof(details[0]); i++)
		any |= (uintptr_t)details[i];
	return m->kind == KIND_TEXT && m->text.ptr != NULL && m->sender.ptr != NULL && any == 0 &&
	       (m->attachment_count | m->mention_count | (uint32_t)m->invalid_bytes |
		(size_t)m->edited) == 0;
}

#define NUMBERS 128 /* bytes at most, of all numbers, lengths and tags */

size_t
plain_message_room(struct plain_source *source, const struct message *m)
{
	if (!is_plain(m))
		return 0;
	if (!source->begun)
		begin(source, m);
	if (source->ids_size == 0)
		return 0;
	return source->ids_size + source->uri_size + m->message_id.len + m->slot_id.len +
	       m->sender.len + m->text.len + NUMBERS + SLACK;
}

/* What is ready has room behind it, and so has what it is written to. */
static char *
put_ready(char *to, const char *ready, size_t size)
{
	for (size_t i = 0; i < size; i += sizeof(copy_lanes))
		memcpy(to + i, ready + i, sizeof(copy_lanes));
	return to + size;
}

size_t
plain_message_write(const struct plain_source *source, const struct message *m, char *to)
{
	char *at = put_str(to, m->message_id);

	at = put_str(at, m->slot_id);
	at = put_ready(at, source->ids, source->ids_size);
	at = varint_write(at, m->seq);
	at = varint_write(at, m->sent_at);
	at = varint_write(at, m->utc_offset_minutes);
	*at++ = NOT_NULL;
	at = put_str(at, m->sender);
	*at++ = KIND_IS_TEXT;
	*at++ = NOT_NULL;
	at = put_str(at, m->text);
	memset(at, 0, NOTHING_MORE);
	at = put_ready(at + NOTHING_MORE, source->uri, source->uri_size);
	at = varint_write(at, m->line);
	at = varint_write(at, m->offset);
	*at++ = NO_READING;
	return (size_t)(at - to);
}
