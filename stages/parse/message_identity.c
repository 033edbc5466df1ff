#include "message_identity.h"
#include "base/hash.h"
#include "base/mem.h"
#include "message_body.h"
#include "text_marks.h"
#include <assert.h>
#include <endian.h>

#define PLACES (2 * OCCURRENCES)
#define DIGEST 16 /* bytes of a message's id, before they are hex */

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

/* The tables are larger than the nearest cache: a key that will be counted soon is sent for. */
static void
expect(const struct occurrences *o, uint64_t key)
{
	size_t i = key >> 40 & (PLACES - 1);

	if (o->now != NULL)
		__builtin_prefetch(&o->now[i]);
	if (o->before != NULL)
		__builtin_prefetch(&o->before[i]);
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
}

void
message_ids_free(struct message_ids *ids)
{
	buf_free(&ids->essence);
}

void
identity_set_conversation(struct identity *id, struct str given)
{
	assert(given.len < sizeof(id->conversation_id));
	memcpy(id->conversation_id, given.ptr, given.len);
	id->conversation_id[given.len] = '\0';
	id->conversation_len = given.len;
}

void
identity_name_conversation(struct identity *id, struct str title)
{
	char hex[33];

	hash_digest_hex(hex, 16, &title, 1);
	identity_set_conversation(id, str_of(hex));
}

/* What of a message stays the same from one export to another: not the wording of a language, not
 * the votes of a poll, not the name of a file. */
static void
add_essence(struct buf *b, const struct message *m)
{
	struct str text = m->text;

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
		return;
	case KIND_EMPTY:
	case KIND_DELETED:
	case KIND_LOCATION:
	case KIND_LIVE_LOCATION:
	case KIND_CALL:
	case KIND_VIEW_ONCE:
		buf_add(b, str_of(message_kind_names[m->kind]));
		return;
	default:
		break;
	}
	if (text.len == 0 || memchr(text.ptr, 0xE2, text.len) == NULL) {
		buf_add(b, text);
		return;
	}
	for (const char *p = text.ptr, *end = p + text.len; p < end;) {
		size_t mark = mark_at(p, end);
		if (mark == 0)
			buf_add_byte(b, *p++);
		p += mark;
	}
}

static void
add_parts(struct message_ids *ids, const struct message *m)
{
	const uint64_t numbers[] = {htole64((uint64_t)ids->minute), htole64(ids->sender_hash)};
	struct buf *b = &ids->essence;

	hash_add_part(b, (struct str){(const char *)numbers, sizeof(numbers)});
	hash_add_part(b, str_of(message_kind_class(m->kind)));
	hash_add_part(b, (struct str){0}); /* its length is known when it stands there */
	size_t begin = b->len;
	add_essence(b, m);
	uint64_t length = htole64(b->len - begin);
	memcpy(b->ptr + begin - sizeof(length), &length, sizeof(length));
}

/* Four bytes, eight digits: each half of a byte gets a byte of its own, and all of them become
 * letters or digits at once. */
static void
write_hex(char *to, const unsigned char *bytes)
{
	uint32_t four;
	uint64_t halves;

	memcpy(&four, bytes, sizeof(four));
	halves = le32toh(four);
	halves = (halves | halves << 16) & 0x0000FFFF0000FFFFu;
	halves = (halves | halves << 8) & 0x00FF00FF00FF00FFu;
	halves = (halves >> 4 & 0x000F000F000F000Fu) | (halves & 0x000F000F000F000Fu) << 8;
	uint64_t letters = (halves + 0x0606060606060606u) >> 4 & 0x0101010101010101u;
	halves = htole64(halves + 0x3030303030303030u + letters * ('a' - '9' - 1));
	memcpy(to, &halves, sizeof(halves));
}

void
identity_begin(struct identity *id, struct message_ids *ids, const struct message *m)
{
	buf_clear(&ids->essence);
	if (id->conversation_len == 0) {
		unsigned char digest[DIGEST];
		char hex[2 * DIGEST];
		add_parts(ids, m);
		struct str list = buf_str(&ids->essence);
		hash_digest_many(digest, DIGEST, &list, 1);
		for (size_t i = 0; i < DIGEST; i += 4)
			write_hex(hex + 2 * i, digest + i);
		identity_set_conversation(id, (struct str){hex, sizeof(hex)});
		buf_clear(&ids->essence);
	}
	hash_add_part(&ids->essence, (struct str){id->conversation_id, id->conversation_len});
	add_parts(ids, m);
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
write_slot(const struct identity *id, struct message_ids *ids, uint32_t ordinal)
{
	char *to = ids->slot_id;
	int64_t minute = ids->minute;

	memcpy(to, id->conversation_id, id->conversation_len);
	to += id->conversation_len;
	*to++ = ':';
	if (minute < 0)
		*to++ = '-';
	to = write_number(to, (uint64_t)(minute < 0 ? -minute : minute));
	*to++ = ':';
	memcpy(to, ids->sender_hex, sizeof(ids->sender_hex));
	to += sizeof(ids->sender_hex);
	*to++ = ':';
	return (size_t)(write_number(to, ordinal) - ids->slot_id);
}

static uint64_t
message_key(const unsigned char *digest)
{
	uint64_t key;

	memcpy(&key, digest, sizeof(key)); /* in memory and our own snapshots only */
	return key;
}

static uint64_t
slot_key(const struct message_ids *ids)
{
	return mix((uint64_t)ids->minute * 0x9E3779B97F4A7C15u ^ ids->sender_hash);
}

static void
finish_one(struct identity *id, struct message_ids *ids, unsigned char *digest, struct message *m)
{
	uint32_t ordinal = occurrences_count(&id->messages, message_key(digest));

	ids->refused = ordinal == COUNT_MOST;
	if (ids->refused)
		return;
	if (ordinal > 0) {
		uint64_t number = htole64(ordinal);
		hash_add_part(&ids->essence, (struct str){(const char *)&number, sizeof(number)});
		struct str list = buf_str(&ids->essence);
		hash_digest_many(digest, DIGEST, &list, 1);
	}
	for (size_t i = 0; i < DIGEST; i += 4)
		write_hex(ids->message_id + 2 * i, digest + i);
	uint32_t slot = occurrences_count(&id->slots, slot_key(ids));
	size_t length = write_slot(id, ids, slot);
	m->conversation_id = (struct str){id->conversation_id, id->conversation_len};
	m->message_id = (struct str){ids->message_id, sizeof(ids->message_id)};
	m->slot_id = (struct str){ids->slot_id, length};
}

void
identity_finish(struct identity *id, struct message_ids *const *ids, struct message *const *m,
		size_t count)
{
	struct str lists[IDENTITIES_MOST];
	unsigned char digests[IDENTITIES_MOST][DIGEST];

	assert(count <= IDENTITIES_MOST);
	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++)
		lists[i] = buf_str(&ids[i]->essence);
	hash_digest_many(digests, DIGEST, lists, count);
	for (size_t i = 0; i < count; i++) {
		expect(&id->messages, message_key(digests[i]));
		expect(&id->slots, slot_key(ids[i]));
	}
	for (size_t i = 0; i < count; i++)
		finish_one(id, ids[i], digests[i], m[i]);
}
