/*
 * A slot (a sender's minute) mostly holds one message, so messages are counted only from the second
 * one in a slot on: until then the slot remembers its first. Time goes on in a file, and places of
 * both are in order of it: what is asked for next lies where it was looked at last. Only those of a
 * minute with many are anywhere.
 */
#include "message_identity.h"
#include "base/mem.h"
#include "text_marks.h"
#include <assert.h>
#include <endian.h>

#define PLACES     (2 * OCCURRENCES)
#define KEY_HASH   38 /* bits of a key that are a hash's, below a minute */
#define ROW        4  /* places of a minute, and of what found no place in its own */
#define ROWS       (PLACES / ROW)
#define COUNT_MOST 0xFFFFu
#define DIGEST     HASH_SHORT /* bytes of a message's id, before they are hex */

const struct sender_id sender_id_system = {0, "0000000000000000"};

/* Where a key's place is, unless others have all of it. */
static size_t
first_row(uint64_t key)
{
	return key >> KEY_HASH & (ROWS - 1);
}

static inline unsigned
fits(const struct occurrence *place, uint64_t key)
{
	return (place->key == key) | (place->seen == 0);
}

/* The key's place, or the free one where it would be: the first that is either, without a branch on
 * which, for nobody could tell. */
static inline struct occurrence *
place_of(struct occurrence *table, uint64_t key)
{
	size_t row = first_row(key), step = (key & (ROWS - 1)) | 1;

	for (;; row = (row + step) & (ROWS - 1)) {
		struct occurrence *places = table + row * ROW;
		unsigned fit = fits(places, key) | fits(places + 1, key) << 1 |
			       fits(places + 2, key) << 2 | fits(places + 3, key) << 3;
		static_assert(ROW == 4, "as it takes them");
		if (fit != 0)
			return places + __builtin_ctz(fit);
	}
}

static void
turn_over(struct occurrences *o)
{
	struct occurrence *oldest = o->before;

	o->before = o->now;
	o->greatest_before = o->greatest;
	o->now = oldest != NULL ? memset(oldest, 0, PLACES * sizeof(*oldest))
				: mem_zero(PLACES, sizeof(*oldest));
	o->used = 0;
}

/* What is known of the key; what is new has not been seen, and must be now. */
static struct occurrence *
find_occurrence(struct occurrences *o, uint64_t key)
{
	if (o->now == NULL)
		o->now = mem_zero(PLACES, sizeof(*o->now));
	struct occurrence *here = place_of(o->now, key);
	if (here->seen != 0)
		return here;
	uint64_t seen =
		o->before == NULL || key > o->greatest_before ? 0 : place_of(o->before, key)->seen;
	if (o->used == OCCURRENCES) {
		turn_over(o);
		here = place_of(o->now, key);
	}
	o->used++;
	o->greatest = key > o->greatest ? key : o->greatest;
	*here = (struct occurrence){key, seen};
	return here;
}

static uint32_t
count_occurrence(struct occurrence *o)
{
	uint32_t before = o->seen & COUNT_MOST;

	o->seen += before < COUNT_MOST;
	return before;
}

void
occurrences_restore(struct occurrences *o, bool older, struct occurrence place)
{
	struct occurrence **table = older ? &o->before : &o->now;
	uint64_t *greatest = older ? &o->greatest_before : &o->greatest;

	if (*table == NULL)
		*table = mem_zero(PLACES, sizeof(**table));
	if ((place.seen & COUNT_MOST) == 0 || (!older && o->used == OCCURRENCES))
		return;
	*place_of(*table, place.key) = place;
	*greatest = place.key > *greatest ? place.key : *greatest;
	o->used += !older;
}

static void
free_occurrences(struct occurrences *o)
{
	free(o->now);
	free(o->before);
	*o = (struct occurrences){0};
}

void
identity_free_scratch(struct identity *id)
{
	for (size_t i = 0; i < CLAIMS; i++)
		buf_free(&id->claims[i].essence);
}

void
identity_free(struct identity *id)
{
	free_occurrences(&id->messages);
	free_occurrences(&id->slots);
	identity_free_scratch(id);
}

/* Each half of a byte gets a byte of its own, and all of them become letters or digits at once. */
static void
write_hex(char *to, const unsigned char *digest)
{
	typedef unsigned char lanes __attribute__((vector_size(DIGEST)));
	lanes bytes, high, low;

	memcpy(&bytes, digest, sizeof(bytes));
	high = bytes >> 4;
	low = bytes & 0xF;
	high += '0' + ((lanes)(high > 9) & ('a' - '9' - 1));
	low += '0' + ((lanes)(low > 9) & ('a' - '9' - 1));
	bytes = __builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22,
					7, 23);
	memcpy(to, &bytes, sizeof(bytes));
	bytes = __builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14,
					30, 15, 31);
	memcpy(to + sizeof(bytes), &bytes, sizeof(bytes));
}

struct sender_id
sender_id_of(struct str name)
{
	unsigned char digest[DIGEST];
	char hex[2 * DIGEST];
	struct sender_id id;

	hash_digest(digest, sizeof(digest), &name, 1);
	memcpy(&id.hash, digest, sizeof(id.hash));
	id.hash = be64toh(id.hash);
	write_hex(hex, digest);
	memcpy(id.hex, hex, sizeof(id.hex));
	return id;
}

void
identity_set_conversation(struct identity *id, struct str given)
{
	assert(given.len <= CONVERSATION_LONGEST);
	if (given.len > 0)
		memcpy(id->slot_id, given.ptr, given.len);
	id->slot_id[given.len] = ':';
	id->conversation_len = given.len;
	id->minute_end = 0;
	hash_digest(id->key, sizeof(id->key), &given, 1);
}

void
identity_name_conversation(struct identity *id, struct str title)
{
	char hex[2 * DIGEST + 1];

	hash_digest_hex(hex, DIGEST, &title, 1);
	identity_set_conversation(id, str_of(hex));
}

struct str
identity_conversation(const struct identity *id)
{
	return (struct str){id->slot_id, id->conversation_len};
}

static void
add_without_marks(struct buf *b, struct str text)
{
	while (text.len > 0) {
		const char *p = memchr(text.ptr, 0xE2, text.len);
		size_t before = p == NULL ? text.len : (size_t)(p - text.ptr);
		buf_add(b, str_head(text, before));
		text = str_tail(text, before);
		if (text.len == 0)
			break;
		size_t mark = mark_at(text.ptr, text.ptr + text.len);
		if (mark == 0)
			buf_add_byte(b, *text.ptr);
		text = str_tail(text, mark > 0 ? mark : 1);
	}
}

static struct str
without_marks(struct buf *b, struct str text)
{
	if (memchr(text.ptr, 0xE2, text.len) == NULL)
		return text;
	add_without_marks(b, text);
	return buf_str(b);
}

/* What of a message stays the same from one export to another: not the wording of a language, not
 * the votes of a poll, not the name of a file. It lies in the message, or in b. */
static struct str
essence_of(struct buf *b, const struct message *m, bool may_hold_marks)
{
	struct str text = m->text;

	buf_clear(b);
	switch (m->kind) {
	case KIND_SYSTEM:
	case KIND_UNKNOWN:
		if (m->system_event != NULL)
			text = m->system_event->text;
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
		return str_of(message_kind_names[m->kind]);
	default:
		break;
	}
	return text.len > 0 && may_hold_marks ? without_marks(b, text) : text;
}

/* iPhones name the sort of an omitted medium, Android does not: both are media. */
static uint64_t
class_of(enum message_kind kind)
{
	if (kind == KIND_TEXT)
		return 't';
	if (kind >= KIND_IMAGE && kind <= KIND_CONTACT)
		return 'm';
	return kind == KIND_SYSTEM ? 's' : 'o';
}

/* Of a sender or a message in a minute, which is first: later keys are greater. The minute says in
 * which row its place is, the hash how far apart those are that it tries next. */
static uint64_t
key_in(int64_t minute, uint64_t hash)
{
	return (uint64_t)minute << KEY_HASH | hash >> (64 - KEY_HASH);
}

static uint32_t
count_equal(struct occurrences *messages, struct occurrence *slot, int64_t minute, uint64_t hash)
{
	uint32_t count = slot->seen & COUNT_MOST;

	if (count == 0) {
		slot->seen = hash;
		return 0;
	}
	if (count == 1)
		(void)count_occurrence(find_occurrence(messages, key_in(minute, slot->seen)));
	return count_occurrence(find_occurrence(messages, key_in(minute, hash)));
}

static char *
write_number(char *to, uint64_t number)
{
	char digits[20];
	size_t n = sizeof(digits);

	for (; number >= 100; number /= 100) {
		unsigned two = (unsigned)(number % 100);
		digits[--n] = (char)('0' + two % 10);
		digits[--n] = (char)('0' + two / 10);
	}
	if (number >= 10)
		digits[--n] = (char)('0' + number % 10);
	digits[--n] = (char)('0' + (number >= 10 ? number / 10 : number));
	memcpy(to, digits + n, sizeof(digits) - n);
	return to + (sizeof(digits) - n);
}

static void
write_minute(struct identity *id, int64_t minute)
{
	char *to = id->slot_id + id->minute_end;
	uint64_t last = (uint64_t)minute - (uint64_t)id->hundred;

	if (id->minute_end > 0 && last < 100) { /* as after most others */
		to[-2] = (char)('0' + last / 10);
		to[-1] = (char)('0' + last % 10);
		return;
	}
	to = id->slot_id + id->conversation_len + 1;
	if (minute < 0)
		*to++ = '-';
	to = write_number(to, (uint64_t)(minute < 0 ? -minute : minute));
	*to = ':';
	id->hundred = minute >= 100 ? minute - minute % 100 : INT64_MAX;
	id->minute_end = (size_t)(to - id->slot_id);
}

/* CONVERSATION:MINUTE:SENDER:ORDINAL; printf() would be a fifth of all the work. */
static struct str
write_slot(struct identity *id, int64_t minute, const struct sender_id *sender, uint32_t ordinal)
{
	write_minute(id, minute);
	char *to = id->slot_id + id->minute_end + 1;
	memcpy(to, sender->hex, sizeof(sender->hex));
	to += sizeof(sender->hex);
	*to++ = ':';
	if (ordinal < 10)
		*to++ = (char)('0' + ordinal);
	else
		to = write_number(to, ordinal);
	return (struct str){id->slot_id, (size_t)(to - id->slot_id)};
}

/* What a digest is remembered by, in memory and in our own snapshots only; a slot counts below. */
static uint64_t
message_hash(const unsigned char *digest)
{
	uint64_t hash;

	memcpy(&hash, digest, sizeof(hash));
	return hash & ~(uint64_t)COUNT_MOST;
}

/* In front of the essence, where nothing of it can be taken for them: the sender; of the minute 40
 * bits, then 16 of the ordinal, which is known only later, and 8 of the class. */
void
identity_claim(struct identity *id, int64_t minute, const struct sender_id *sender,
	       const struct message *m, bool may_hold_marks)
{
	struct identity_claim *claim = &id->claims[id->claimed];
	struct hash_message *essence = &id->essences[id->claimed++];

	claim->minute = minute;
	claim->sender = sender;
	essence->head[0] = htole64(sender->hash);
	essence->head[1] = htole64((uint64_t)minute << 24 | class_of(m->kind));
	essence->text = essence_of(&claim->essence, m, may_hold_marks);
	if (id->conversation_len == 0) {
		struct buf first = {0};
		buf_add(&first, (struct str){(const char *)essence->head, sizeof(essence->head)});
		buf_add(&first, essence->text);
		identity_name_conversation(id, buf_str(&first));
		buf_free(&first);
	}
	/* By the time that it is asked for, it will have come from memory. */
	if (id->slots.now != NULL)
		__builtin_prefetch(id->slots.now + ROW * first_row(key_in(minute, sender->hash)));
}

#define LENGTHS 32 /* in words, about: longer ones are as this one */

/* Claims in the order of their lengths, so that those hashed side by side are alike. */
static void
sort_claims(const struct identity *id, uint8_t order[CLAIMS])
{
	uint8_t length[CLAIMS], place[LENGTHS + 1] = {0};

	for (size_t i = 0; i < id->claimed; i++) {
		size_t words = id->essences[i].text.len / 8;
		length[i] = (uint8_t)(words < LENGTHS ? words : LENGTHS - 1);
		place[length[i] + 1]++;
	}
	for (size_t i = 1; i < LENGTHS; i++)
		place[i] = (uint8_t)(place[i] + place[i - 1]);
	for (size_t i = 0; i < id->claimed; i++)
		order[place[length[i]]++] = (uint8_t)i;
}

static void
digest_claims(struct identity *id)
{
	unsigned char digests[HASH_LANES][HASH_SHORT];
	uint8_t order[CLAIMS];

	sort_claims(id, order);
	for (size_t first = 0; first < id->claimed; first += HASH_LANES) {
		struct hash_message together[HASH_LANES] = {0};
		size_t left = id->claimed - first, n = left < HASH_LANES ? left : HASH_LANES;
		for (size_t i = 0; i < n; i++)
			together[i] = id->essences[order[first + i]];
		hash_short(digests, id->key, together);
		for (size_t i = 0; i < n; i++)
			memcpy(id->digests[order[first + i]], digests[i], HASH_SHORT);
	}
}

void
identity_digest(struct identity *id)
{
	digest_claims(id);
	id->claimed = 0;
}

/* The digest of one that equals others that came before it. */
static void
digest_again(struct identity *id, size_t claim, uint32_t ordinal)
{
	struct hash_message again[HASH_LANES] = {id->essences[claim]};
	unsigned char digests[HASH_LANES][HASH_SHORT];

	again[0].head[1] |= htole64((uint64_t)ordinal << 8);
	hash_short(digests, id->key, again);
	memcpy(id->digests[claim], digests[0], DIGEST);
}

bool
identity_give(struct identity *id, size_t claim, struct message *m)
{
	int64_t minute = id->claims[claim].minute;
	const struct sender_id *sender = id->claims[claim].sender;
	struct occurrence *slot = find_occurrence(&id->slots, key_in(minute, sender->hash));
	uint32_t ordinal =
		count_equal(&id->messages, slot, minute, message_hash(id->digests[claim]));
	uint32_t slot_ordinal = count_occurrence(slot);
	if (ordinal == COUNT_MOST)
		return false;
	if (ordinal > 0)
		digest_again(id, claim, ordinal);
	write_hex(id->message_id, id->digests[claim]);
	m->conversation_id = identity_conversation(id);
	m->message_id = (struct str){id->message_id, sizeof(id->message_id)};
	m->slot_id = write_slot(id, minute, sender, slot_ordinal);
	return true;
}
