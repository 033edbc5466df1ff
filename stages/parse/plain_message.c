#include "plain_message.h"

#include "avro/varint.h"
#include "base/copy.h"

/* Behind what is ready, and behind a message: copies end at the next multiple of it. */
#define SLACK 16

/* Of unions: each is of null and one other, but for the details'. */
enum { IS_NULL = 0, NOT_NULL = 2, IS_DELETED = 10 };

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

static inline char *
put_optional(char *to, struct str s)
{
	if (s.ptr == NULL) {
		*to++ = IS_NULL;
		return to;
	}
	*to++ = NOT_NULL;
	return put_str(to, s);
}

static size_t
begin_ids(char *to, const struct message *m)
{
	char *end = put_optional(put_str(to, m->conversation_id), m->conversation_title);

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

static inline bool
is_plain(const struct message *m)
{
	const uintptr_t others = (uintptr_t)m->location | (uintptr_t)m->poll | (uintptr_t)m->call |
				 (uintptr_t)m->contact | (uintptr_t)m->system_event |
				 (uintptr_t)m->reading;

	return (others | (m->attachment_count > 1)) == 0;
}

static inline bool
says_more(const struct message *m)
{
	return ((uintptr_t)m->deleted | m->attachment_count | m->mention_count |
		(uint32_t)m->invalid_bytes | (size_t)m->edited) != 0;
}

#define NUMBERS 192 /* bytes at most, of all numbers, lengths and tags but the mentions' */

static size_t
room_for_more(const struct message *m)
{
	size_t room = m->deleted != NULL ? m->deleted->by.len : 0;

	if (m->attachment_count > 0)
		room += m->attachments->name.len + m->attachments->entry.len +
			m->attachments->path.len;
	for (size_t i = 0; i < m->mention_count; i++)
		room += m->mentions[i].len + LENGTHS;
	return room;
}

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
	       m->sender.len + m->text.len + (says_more(m) ? room_for_more(m) : 0) + NUMBERS +
	       SLACK;
}

/* The schema has the unknown one last. */
static char
kind_symbol(enum message_kind kind)
{
	return (char)(2 * (kind == KIND_UNKNOWN ? KIND_SYSTEM : kind - 1));
}

/* Behind the items of a list, whose size has had one byte kept free at `size`, as it mostly takes:
 * what follows them. */
static char *
end_list(char *size, char *to)
{
	char bytes[10];
	int64_t items = to - (size + 1);
	size_t n = (size_t)(varint_write(bytes, items) - bytes);

	if (n > 1)
		memmove(size + n, size + 1, (size_t)items);
	memcpy(size, bytes, n);
	to += n - 1;
	*to++ = 0; /* no more of them */
	return to;
}

static char *
put_attachment(char *to, const struct attachment *a)
{
	char *size = varint_write(to, -1);

	to = size + 1;
	to = put_optional(to, a->name);
	*to++ = kind_symbol(a->kind);
	if (a->size == INT64_MIN) {
		*to++ = IS_NULL;
	} else {
		*to++ = NOT_NULL;
		to = varint_write(to, a->size);
	}
	to = put_optional(to, a->entry);
	*to++ = (char)a->omitted;
	return end_list(size, put_optional(to, a->path));
}

static char *
put_mentions(char *to, const struct str *mentions, size_t count)
{
	char *size = varint_write(to, -(int64_t)count);

	to = size + 1;
	for (size_t i = 0; i < count; i++)
		to = put_str(to, mentions[i]);
	return end_list(size, to);
}

/* From `edited` to `invalid_bytes`. */
static char *
put_more(char *to, const struct message *m)
{
	*to++ = (char)m->edited;
	if (m->attachment_count > 0)
		to = put_attachment(to, m->attachments);
	else
		*to++ = 0;
	if (m->deleted == NULL) {
		*to++ = IS_NULL;
	} else {
		*to++ = IS_DELETED;
		to = put_str(to, m->deleted->by);
	}
	if (m->mention_count > 0)
		to = put_mentions(to, m->mentions, m->mention_count);
	else
		*to++ = 0;
	*to++ = IS_NULL; /* no reply */
	return varint_write(to, m->invalid_bytes);
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
	at = put_optional(at, m->sender);
	*at++ = kind_symbol(m->kind);
	at = put_optional(at, m->text);
	if (says_more(m)) {
		at = put_more(at, m);
	} else {
		memset(at, 0, NOTHING_MORE);
		at += NOTHING_MORE;
	}
	at = put_ready(at, source->uri, source->uri_size);
	at = varint_write(at, m->line);
	at = varint_write(at, m->offset);
	*at++ = IS_NULL; /* no reading */
	return (size_t)(at - to);
}
