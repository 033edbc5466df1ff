/*
 *   facts, as the struct lies in memory
 *   pending, title, import_id, conversation_id: strings
 *   authors: count, { label, label of the longer one, lines, unmarked, continued, person,
 *            settled }
 *   occurrences of messages, then of slots: twice (older first) count, { key, seen }
 *   entries: count, { name, size }
 *
 * Numbers are 64 bits of this machine; a string is its length and its bytes.
 */
#include "chat_reader.h"

static void
add_number(struct buf *to, uint64_t number)
{
	buf_add(to, (struct str){(const char *)&number, sizeof(number)});
}

static void
add_string(struct buf *to, struct str s)
{
	add_number(to, s.len);
	if (s.len > 0)
		buf_add(to, s);
}

static void
add_occurrences(struct buf *to, const struct occurrence *table)
{
	uint64_t count = 0;

	for (size_t i = 0; table != NULL && i < 2 * OCCURRENCES; i++)
		count += table[i].seen != 0;
	add_number(to, count);
	for (size_t i = 0; table != NULL && i < 2 * OCCURRENCES; i++)
		if (table[i].seen != 0)
			buf_add(to, (struct str){(const char *)&table[i], sizeof(table[i])});
}

void
chat_reader_save(const struct chat_reader *r, struct buf *to)
{
	buf_add(to, (struct str){(const char *)&r->at, sizeof(r->at)});
	add_string(to, buf_str(&r->pending));
	add_string(to, buf_str(&r->title));
	add_string(to, buf_str(&r->import_id));
	add_string(to, identity_conversation(&r->identity));
	add_number(to, r->authors.map.count);
	for (size_t i = 0; i < r->authors.map.used; i++) {
		const struct author *a = r->authors.map.entries[i].value;
		add_string(to, a->label);
		add_string(to, a->longer == NULL ? (struct str){0} : a->longer->label);
		add_number(to, a->lines);
		add_number(to, a->unmarked);
		add_number(to, a->continued);
		add_number(to, a->person);
		add_number(to, a->settled);
	}
	add_occurrences(to, r->identity.messages.before);
	add_occurrences(to, r->identity.messages.now);
	add_occurrences(to, r->identity.slots.before);
	add_occurrences(to, r->identity.slots.now);
	add_number(to, r->entries.count);
	for (size_t i = 0; i < r->entries.used; i++) {
		const struct body_entry *entry = r->entries.entries[i].value;
		add_string(to, entry->name);
		add_number(to, (uint64_t)entry->size);
		add_string(to, entry->path);
	}
}

struct taking {
	struct str rest;
	bool short_of; /* something was missing: all else is zeroes */
};

static uint64_t
take_number(struct taking *t)
{
	uint64_t number = 0;

	if (t->rest.len < sizeof(number))
		t->short_of = true;
	if (t->short_of)
		return 0;
	memcpy(&number, t->rest.ptr, sizeof(number));
	t->rest = str_tail(t->rest, sizeof(number));
	return number;
}

static struct str
take_string(struct taking *t)
{
	uint64_t len = take_number(t);

	if (len > t->rest.len)
		t->short_of = true;
	if (t->short_of)
		return (struct str){"", 0};
	struct str s = str_head(t->rest, len);
	t->rest = str_tail(t->rest, len);
	return s;
}

static void
take_occurrences(struct taking *t, struct occurrences *to)
{
	for (int older = 1; older >= 0; older--) {
		uint64_t n = take_number(t);
		if (n > OCCURRENCES)
			t->short_of = true;
		for (; n > 0 && !t->short_of; n--) {
			uint64_t key = take_number(t), seen = take_number(t);
			occurrences_restore(to, older == 1, (struct occurrence){key, seen});
		}
	}
}

int
chat_reader_restore(struct chat_reader *r, struct str bytes, struct err *err)
{
	struct taking t = {bytes, bytes.len < sizeof(r->at)};

	chat_reader_free(r);
	if (t.short_of)
		goto fail;
	memcpy(&r->at, bytes.ptr, sizeof(r->at));
	t.rest = str_tail(bytes, sizeof(r->at));
	buf_add(&r->pending, take_string(&t));
	buf_add(&r->title, take_string(&t));
	buf_add(&r->import_id, take_string(&t));
	struct str id = take_string(&t);
	if (id.len > CONVERSATION_LONGEST)
		goto fail;
	identity_set_conversation(&r->identity, id);
	for (uint64_t n = take_number(&t); n > 0 && !t.short_of; n--) {
		struct author *a = chat_authors_place(&r->authors, take_string(&t));
		struct str longer = take_string(&t);
		a->longer = longer.len > 0 ? chat_authors_place(&r->authors, longer) : NULL;
		a->lines = take_number(&t);
		a->unmarked = take_number(&t);
		a->continued = take_number(&t);
		a->person = take_number(&t) != 0;
		a->settled = take_number(&t) != 0;
	}
	take_occurrences(&t, &r->identity.messages);
	take_occurrences(&t, &r->identity.slots);
	for (uint64_t n = take_number(&t); n > 0 && !t.short_of; n--) {
		struct body_entry entry = {.name = take_string(&t)};
		entry.size = (int64_t)take_number(&t);
		entry.path = take_string(&t);
		chat_reader_add_entry(r, &entry);
	}
	if (!t.short_of && t.rest.len == 0)
		return 0;

fail:
	chat_reader_free(r);
	return err_set(err, ERR_FATAL, "the state of a source is damaged");
}
