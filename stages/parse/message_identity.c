#include "message_identity.h"
#include "base/hash.h"
#include "base/mem.h"
#include "message_body.h"
#include "text_marks.h"
#include <assert.h>
#include <endian.h>

#define PLACES (2 * OCCURRENCES)

void
occurrences_free(struct occurrences *o)
{
	free(o->now);
	free(o->before);
	*o = (struct occurrences){0};
}

/* A place holds the upper 48 bits of its key, and below them the count; 0 is free. */
#define COUNT_MOST 0xFFFFu

/* The key's place, or the free one where it would be. Keys are hashes already. */
static uint64_t *
place_of(uint64_t *table, uint64_t key)
{
	size_t i = key >> 40 & (PLACES - 1);

	while (table[i] != 0 && (table[i] ^ key) > COUNT_MOST)
		i = (i + 1) & (PLACES - 1);
	return &table[i];
}

uint32_t
occurrences_count(struct occurrences *o, uint64_t key)
{
	key &= ~(uint64_t)COUNT_MOST;
	if (o->now == NULL)
		o->now = mem_zero(PLACES, sizeof(*o->now));
	uint64_t *here = place_of(o->now, key);
	if (*here != 0) {
		uint32_t count = (uint32_t)(*here & COUNT_MOST);
		*here += count < COUNT_MOST;
		return count;
	}
	uint32_t count = 0;
	if (o->before != NULL)
		count = (uint32_t)(*place_of(o->before, key) & COUNT_MOST);
	if (o->used == OCCURRENCES) {
		uint64_t *oldest = o->before;
		o->before = o->now;
		o->now = oldest != NULL ? memset(oldest, 0, PLACES * sizeof(*oldest))
					: mem_zero(PLACES, sizeof(*o->now));
		o->used = 0;
		here = place_of(o->now, key);
	}
	*here = key | (count < COUNT_MOST ? count + 1 : count);
	o->used++;
	return count;
}

void
occurrences_restore(struct occurrences *o, bool older, uint64_t place)
{
	uint64_t **table = older ? &o->before : &o->now;

	if (*table == NULL)
		*table = mem_zero(PLACES, sizeof(**table));
	if (place == 0 || (!older && o->used == OCCURRENCES))
		return;
	*place_of(*table, place & ~(uint64_t)COUNT_MOST) = place;
	o->used += !older;
}

void
identity_free(struct identity *id)
{
	occurrences_free(&id->messages);
	occurrences_free(&id->slots);
	buf_free(&id->essence);
}

void
identity_set_conversation(struct identity *id, struct str given)
{
	assert(given.len < sizeof(id->conversation_id));
	memcpy(id->conversation_id, given.ptr, given.len);
	id->conversation_id[given.len] = '\0';
}

void
identity_name_conversation(struct identity *id, struct str title)
{
	hash_digest_hex(id->conversation_id, 16, &title, 1);
}

/* What of a message stays the same from one export to another: not the wording of a language, not
 * the votes of a poll, not the name of a file. */
static struct str
essence_of(struct identity *id, const struct message *m)
{
	struct buf *b = &id->essence;
	struct str text = m->text;

	buf_clear(b);
	switch (m->kind) {
	case KIND_SYSTEM:
	case KIND_UNKNOWN:
		text = m->system_event != NULL ? m->system_event->text : text;
		break;
	case KIND_POLL:
		buf_add(b, m->poll->question);
		for (size_t i = 0; i < m->poll->option_count; i++) {
			buf_add_byte(b, '\n');
			buf_add(b, m->poll->options[i].text);
		}
		return buf_str(b);
	case KIND_EMPTY:
	case KIND_DELETED:
	case KIND_LOCATION:
	case KIND_LIVE_LOCATION:
	case KIND_CALL:
	case KIND_VIEW_ONCE:
		buf_add(b, str_of(message_kind_names[m->kind]));
		return buf_str(b);
	default:
		break;
	}
	if (text.len == 0 || memchr(text.ptr, 0xE2, text.len) == NULL)
		return text;
	for (const char *p = text.ptr, *end = p + text.len; p < end;) {
		size_t mark = mark_at(p, end);
		if (mark == 0)
			buf_add_byte(b, *p++);
		p += mark;
	}
	return buf_str(b);
}

static uint64_t
mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xBF58476D1CE4E5B9u;
	x ^= x >> 27;
	x *= 0x94D049BB133111EBu;
	return x ^ x >> 31;
}

static char *
write_number(char *to, uint64_t number)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	while (n > 0)
		*to++ = digits[--n];
	return to;
}

/* CONVERSATION:MINUTE:SENDER:ORDINAL; printf() would be a tenth of all the work. */
static size_t
write_slot(struct identity *id, int64_t minute, const char *sender_hex, uint32_t ordinal)
{
	size_t length = strlen(id->conversation_id);
	char *to = id->slot_id;

	memcpy(to, id->conversation_id, length);
	to += length;
	*to++ = ':';
	if (minute < 0)
		*to++ = '-';
	to = write_number(to, (uint64_t)(minute < 0 ? -minute : minute));
	*to++ = ':';
	memcpy(to, sender_hex, 16);
	to += 16;
	*to++ = ':';
	return (size_t)(write_number(to, ordinal) - id->slot_id);
}

void
identity_set(struct identity *id, int64_t minute, uint64_t sender_hash, const char *sender_hex,
	     struct message *m)
{
	const uint64_t numbers[] = {htole64((uint64_t)minute), htole64(sender_hash)};
	struct str essence = essence_of(id, m);
	struct str class = str_of(message_kind_class(m->kind));
	struct str parts[] = {str_of(id->conversation_id),
			      {(const char *)numbers, sizeof(numbers)},
			      class,
			      essence,
			      {NULL, 0}};
	unsigned char digest[16];
	uint64_t key;

	hash_digest(digest, sizeof(digest), parts, 4);
	memcpy(&key, digest, sizeof(key)); /* in memory and our own snapshots only */
	uint32_t ordinal = occurrences_count(&id->messages, key);
	if (ordinal > 0) {
		uint64_t number = htole64(ordinal);
		parts[4] = (struct str){(const char *)&number, sizeof(number)};
		hash_digest(digest, sizeof(digest), parts, 5);
	}
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < sizeof(digest); i++) {
		id->message_id[2 * i] = hex[digest[i] >> 4];
		id->message_id[2 * i + 1] = hex[digest[i] & 15];
	}
	id->message_id[32] = '\0';
	uint32_t slot = occurrences_count(
		&id->slots, mix((uint64_t)minute * 0x9E3779B97F4A7C15u ^ sender_hash));
	size_t length = write_slot(id, minute, sender_hex, slot);
	m->conversation_id = str_of(id->conversation_id);
	m->message_id = (struct str){id->message_id, 32};
	m->slot_id = (struct str){id->slot_id, length};
}
