#include "stage/state_entry.h"

#include "avro/varint.h"
#include "base/hash.h"

#define DIGEST 32
enum { END_WHOLE = 0, END_CUT = 1, ESCAPED = 0xFF }; /* behind a NUL */

bool
state_entry_add_key(struct buf *to, struct str key)
{
	size_t begin = to->len;

	buf_add_byte(to, 'b');
	for (size_t i = 0; i < key.len && to->len - begin <= ENTRY_KEY_MOST; i++) {
		buf_add_byte(to, key.ptr[i]);
		if (key.ptr[i] == '\0')
			buf_add_byte(to, (char)ESCAPED);
	}
	bool cut = to->len - begin > ENTRY_KEY_MOST;
	buf_add_byte(to, '\0');
	buf_add_byte(to, cut ? END_CUT : END_WHOLE);
	if (cut) {
		hash_digest(buf_room(to, DIGEST), DIGEST, &key, 1);
		to->len += DIGEST;
	}
	return cut;
}

void
state_entry_add_block(struct buf *to, struct str state, struct str part)
{
	buf_add(to, state);
	buf_add_byte(to, '\0');
	buf_add(to, part);
}

void
state_entry_add_kind(struct buf *to, const char id[KIND_ID])
{
	buf_add_byte(to, 'k');
	buf_add(to, (struct str){id, KIND_ID});
}

/* Where the key ends; 0: nowhere. */
static size_t
key_end(struct str entry)
{
	for (size_t i = 1; i + 1 < entry.len; i++) {
		if (entry.ptr[i] != '\0')
			continue;
		unsigned char mark = (unsigned char)entry.ptr[i + 1];
		size_t end = i + 2 + (mark == END_CUT ? DIGEST : 0);
		if (mark == END_WHOLE || mark == END_CUT)
			return end < entry.len ? end : 0;
		if (mark != ESCAPED)
			return 0;
		i++;
	}
	return 0;
}

enum entry_sort
state_entry_split(struct str entry, struct str *prefix, struct str *state, struct str *part)
{
	if (entry.len == 1 + KIND_ID && entry.ptr[0] == 'k') {
		*prefix = str_tail(entry, 1);
		return ENTRY_KIND;
	}
	if (entry.len == 0 || entry.len > ENTRY_MOST || entry.ptr[0] != 'b')
		return ENTRY_BAD;
	size_t end = key_end(entry);
	struct str rest = str_tail(entry, end);
	const char *nul = end == 0 ? NULL : memchr(rest.ptr, '\0', rest.len);
	if (nul == NULL)
		return ENTRY_BAD;
	*prefix = str_head(entry, end);
	*state = str_head(rest, (size_t)(nul - rest.ptr));
	*part = str_tail(rest, state->len + 1);
	if (state->len > 0)
		return state->len <= ENTRY_STATE_MOST && part->len <= 255 ? ENTRY_BLOCK : ENTRY_BAD;
	return part->len == 0 ? ENTRY_KEY : ENTRY_BAD;
}

bool
state_entry_key(struct str prefix, struct buf *key)
{
	for (size_t i = 1; i + 1 < prefix.len; i++) {
		if (prefix.ptr[i] != '\0') {
			buf_add_byte(key, prefix.ptr[i]);
			continue;
		}
		if (prefix.ptr[i + 1] == END_WHOLE)
			return true;
		if (prefix.ptr[i + 1] == END_CUT)
			return false;
		buf_add_byte(key, '\0');
		i++;
	}
	return false;
}

/* ---- values */

void
state_value_add_timer(struct buf *to, const struct state_timer *timer)
{
	varint_add(to, timer->armed ? (int64_t)timer->clock + 1 : 0);
	if (timer->armed)
		varint_add(to, timer->at_ms);
}

bool
state_value_take_timer(struct str *value, struct state_timer *timer)
{
	int64_t clock;

	*timer = (struct state_timer){0};
	if (!varint_take(value, &clock) || clock < 0 || clock > WAITING_TIME + 1)
		return false;
	if (clock == 0)
		return true;
	timer->armed = true;
	timer->clock = (enum stage_clock)(clock - 1);
	return varint_take(value, &timer->at_ms);
}

void
state_value_add_key(struct buf *to, int64_t watermark, struct str key)
{
	varint_add(to, watermark);
	buf_add(to, key);
}

bool
state_value_take_key(struct str *value, int64_t *watermark, struct str *key)
{
	if (!varint_take(value, watermark))
		return false;
	*key = *value;
	return true;
}
