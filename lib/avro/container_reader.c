/*
 * Bytes come in through a window over the file:
 *
 *   file    ... base                                      base + window.len ...
 *   window      | passed | from: may be read again | at: not taken yet |
 *
 * from == at unless damage is to be passed over: then from stays at the beginning of the block that
 * is being read, as the search for the next marker begins there when the block turns out damaged.
 * Bytes of a large block never pass through the window otherwise: they are read where they belong.
 *
 * Nothing is allocated because the file says that much will come: room grows with what has come.
 */
#include "avro/container_reader.h"

#include "avro/codec.h"
#include "avro/datum.h"
#include "avro/limits.h"
#include "avro/varint.h"
#include "base/map.h"
#include "base/mem.h"
#include "text/utf8.h"
#include <assert.h>

#define SYNC_BYTES   16
#define WINDOW_BYTES ((size_t)64 * 1024)
#define SIP_BYTES    ((size_t)4 * 1024) /* of it, where blocks are larger than the window */

/* While it searches, the reader may check this many times the bytes it has read, and not more:
 * markers can be forged within a text, and each would ask for a whole block to be checked. */
#define SEARCH_EFFORT 16

struct entry {
	struct str key, value;
};

struct container_reader {
	struct byte_source source;
	char *name;
	bool skip_corrupt;

	struct buf window;
	uint64_t base;
	size_t from, at;
	size_t last_size; /* of the last block: what the window reads of the next one is copied */
	bool source_ended;

	struct buf metadata; /* keys and values, one after another */
	struct entry *entries;
	size_t entry_count, entry_room;
	struct map by_key; /* of entries */
	char sync[SYNC_BYTES];
	struct avro_schema *schema;
	struct codec *codec;

	bool end_is_marked;  /* the header promises an empty block at the end */
	bool after_end_mark; /* the last block was empty */
	bool failed;
	struct buf packed;
	uint64_t blocks, records; /* that were there so far */
	struct container_damage damage;
	uint64_t search_effort; /* bytes that were checked in vain */
};

enum outcome {
	OK,
	EMPTY,   /* a block without records */
	ENDED,   /* no byte follows */
	DAMAGED, /* err says how, not yet where */
	SPOILED, /* the same, inside a block with a marker where it should be */
	FAILED,  /* the source did; err is its own */
};

uint64_t
container_reader_offset(const struct container_reader *r)
{
	return r->base + r->at;
}

static enum outcome
damaged_by_end(const struct container_reader *r, struct err *err)
{
	err_set(err, ERR_INPUT, "the input ends within it, at byte %llu%s",
		(unsigned long long)(r->base + r->window.len),
		r->end_is_marked ? ": the program before this one failed or was stopped" : "");
	return DAMAGED;
}

static enum outcome
read_source(struct container_reader *r, char *to, size_t room, size_t *got, struct err *err)
{
	ssize_t n = r->source_ended ? 0 : r->source.read(r->source.with, to, room, err);

	if (n < 0)
		return FAILED;
	r->source_ended = n == 0;
	*got = (size_t)n;
	return n == 0 ? ENDED : OK;
}

/* Drops what nobody will read again; as the window at least halves or grows, each byte is moved
 * only so often. */
static void
make_room(struct container_reader *r)
{
	struct buf *w = &r->window;
	size_t kept = w->len - r->from;

	if (kept <= r->from) {
		if (kept > 0)
			memmove(w->ptr, w->ptr + r->from, kept);
		r->base += r->from;
		r->at -= r->from;
		r->from = 0;
		w->len = kept;
	}
	if (w->room == w->len)
		buf_room(w, w->room == 0 ? WINDOW_BYTES : 1);
}

/* Takes care that the window has n bytes not taken yet. ENDED: the input has not. */
static enum outcome
need(struct container_reader *r, size_t n, struct err *err)
{
	while (r->window.len - r->at < n) {
		size_t got;
		if (!r->skip_corrupt)
			r->from = r->at;
		if (r->window.room == r->window.len || r->from == r->window.len)
			make_room(r);
		size_t room = r->window.room - r->window.len;
		if (!r->skip_corrupt && r->last_size > WINDOW_BYTES && room > SIP_BYTES)
			room = SIP_BYTES;
		enum outcome outcome =
			read_source(r, r->window.ptr + r->window.len, room, &got, err);
		if (outcome != OK)
			return outcome;
		r->window.len += got;
	}
	return OK;
}

/* The same, within something: the input must not end there. */
static enum outcome
must_have(struct container_reader *r, size_t n, struct err *err)
{
	enum outcome outcome = need(r, n, err);

	return outcome == ENDED ? damaged_by_end(r, err) : outcome;
}

static enum outcome
take_number(struct container_reader *r, const char *what, int64_t *value, struct err *err)
{
	for (size_t len = 1;; len++) {
		enum outcome outcome = must_have(r, len, err);
		if (outcome != OK)
			return outcome;
		const char *p = r->window.ptr + r->at, *end = p + len;
		if (len < 10 && (end[-1] & 0x80) != 0)
			continue;
		if (!varint_read(&p, end, value)) {
			err_set(err, ERR_INPUT, "%s is not a number", what);
			return DAMAGED;
		}
		r->at += len;
		return OK;
	}
}

/* Reads into *to without a detour, as the window is empty. */
static enum outcome
take_directly(struct container_reader *r, size_t size, struct buf *to, size_t *got, struct err *err)
{
	size_t room = to->room - to->len;

	if (room < to->len)
		room = to->len;
	if (room < WINDOW_BYTES)
		room = WINDOW_BYTES;
	if (room > size)
		room = size;
	r->base += r->window.len;
	r->from = r->at = r->window.len = 0;
	enum outcome outcome = read_source(r, buf_room(to, room), room, got, err);
	if (outcome == OK) {
		to->len += *got;
		r->base += *got;
	}
	return outcome;
}

/* Appends the next bytes to *to. */
static enum outcome
take(struct container_reader *r, size_t size, struct buf *to, struct err *err)
{
	while (size > 0) {
		enum outcome outcome = OK;
		size_t got = r->window.len - r->at;
		if (got > 0) {
			if (got > size)
				got = size;
			buf_add(to, (struct str){r->window.ptr + r->at, got});
			r->at += got;
		} else if (size < WINDOW_BYTES || r->skip_corrupt) {
			outcome = need(r, 1, err);
		} else {
			outcome = take_directly(r, size, to, &got, err);
		}
		if (outcome != OK)
			return outcome == ENDED ? damaged_by_end(r, err) : outcome;
		size -= got;
	}
	return OK;
}

static enum outcome
take_sync(struct container_reader *r, char *sync, struct err *err)
{
	enum outcome outcome = must_have(r, SYNC_BYTES, err);

	if (outcome != OK)
		return outcome;
	memcpy(sync, r->window.ptr + r->at, SYNC_BYTES);
	r->at += SYNC_BYTES;
	return OK;
}

/* -- the header ---------------------------------------------------------------------------------*/

/* What people give us instead of a container, most often. */
static enum outcome
take_magic(struct container_reader *r, struct err *err)
{
	enum outcome outcome = need(r, 4, err);
	struct str head = {r->window.ptr, r->window.len < 4 ? r->window.len : 4};

	if (outcome == FAILED)
		return FAILED;
	if (head.len == 0) {
		err_set(err, ERR_INPUT, "%s is empty: an Avro container was expected", r->name);
		return DAMAGED;
	}
	if (str_equal(head, STR("Obj\1"))) {
		r->at += 4;
		return OK;
	}
	struct str begin = {r->window.ptr, r->window.len < 64 ? r->window.len : 64};
	bool text = utf8_valid_prefix(begin) + 4 > begin.len; /* the last may be cut */
	for (size_t i = 0; i < begin.len; i++)
		text = text && ((unsigned char)begin.ptr[i] >= ' ' || begin.ptr[i] == '\t' ||
				begin.ptr[i] == '\n' || begin.ptr[i] == '\r');
	err_set(err, ERR_INPUT, "%s is not an Avro container: its first bytes are not \"Obj\\1\"%s",
		r->name,
		str_equal(head, STR("PK\3\4"))
			? "; it looks like a zip archive: give it to chatmill fetch and parse first"
		: text ? "; it looks like text: give it to chatmill fetch and parse first"
		       : "");
	return DAMAGED;
}

static enum outcome
take_text(struct container_reader *r, struct err *err)
{
	int64_t len;
	enum outcome outcome = take_number(r, "a length", &len, err);

	if (outcome != OK)
		return outcome;
	if (len < 0 || (uint64_t)len > AVRO_MAX_METADATA - r->metadata.len) {
		err_set(err, ERR_INPUT, "a length of %lld bytes, where %zu are allowed",
			(long long)len, AVRO_MAX_METADATA - r->metadata.len);
		return DAMAGED;
	}
	return take(r, (size_t)len, &r->metadata, err);
}

/* The strings' addresses come when all are there: until then the bytes may move. */
static enum outcome
take_entry(struct container_reader *r, struct err *err)
{
	struct buf *m = &r->metadata;
	size_t key = m->len;
	enum outcome outcome = take_text(r, err);
	size_t value = m->len;

	if (outcome == OK)
		outcome = take_text(r, err);
	if (outcome != OK)
		return outcome;
	MEM_GROW(r->entries, r->entry_count, r->entry_room);
	r->entries[r->entry_count++] = (struct entry){{NULL, value - key}, {NULL, m->len - value}};
	return OK;
}

static enum outcome
take_entries(struct container_reader *r, struct err *err)
{
	for (;;) {
		int64_t count, size = -1;
		enum outcome outcome = take_number(r, "a count of entries", &count, err);
		if (outcome != OK || count == 0)
			return outcome;
		if (count < 0)
			outcome = take_number(r, "a size of entries", &size, err);
		if (outcome != OK)
			return outcome;
		uint64_t left = count < 0 ? -(uint64_t)count : (uint64_t)count;
		uint64_t start = container_reader_offset(r);
		if (left > AVRO_MAX_ENTRIES - r->entry_count) {
			err_set(err, ERR_INPUT, "%llu entries, where %d are allowed",
				(unsigned long long)left, AVRO_MAX_ENTRIES);
			return DAMAGED;
		}
		for (; left > 0 && outcome == OK; left--)
			outcome = take_entry(r, err);
		if (outcome != OK)
			return outcome;
		if (count < 0 && (uint64_t)size != container_reader_offset(r) - start) {
			err_set(err, ERR_INPUT, "its entries do not have the %lld bytes it says",
				(long long)size);
			return DAMAGED;
		}
	}
}

static enum outcome
index_entries(struct container_reader *r, struct err *err)
{
	const char *p = buf_cstr(&r->metadata);

	for (size_t i = 0; i < r->entry_count; i++) {
		struct entry *e = &r->entries[i];
		e->key.ptr = p;
		e->value.ptr = p + e->key.len;
		p = e->value.ptr + e->value.len;
		void **place = map_place(&r->by_key, e->key);
		if (*place != NULL || utf8_valid_prefix(e->key) != e->key.len) {
			err_set(err, ERR_INPUT, "the key of its entry %zu %s", i,
				*place != NULL ? "was there before" : "is not UTF-8");
			return DAMAGED;
		}
		*place = e;
	}
	return OK;
}

static int
understand_entries(struct container_reader *r, struct err *err)
{
	struct str schema = container_reader_metadata(r, STR("avro.schema"));

	if (schema.ptr == NULL)
		return err_set(err, ERR_INPUT, "it has no entry \"avro.schema\"");
	r->schema = avro_schema_parse(schema, err);
	if (r->schema == NULL)
		return -1;
	r->codec = codec_new(container_reader_codec(r), err);
	if (r->codec == NULL)
		return -1;
	r->end_is_marked =
		str_equal(container_reader_metadata(r, STR("stream.end")), STR("empty-block"));
	return 0;
}

static int
read_header(struct container_reader *r, struct err *err)
{
	enum outcome outcome = take_magic(r, err);

	if (outcome != OK)
		return -1;
	outcome = take_entries(r, err);
	if (outcome == OK)
		outcome = index_entries(r, err);
	if (outcome == OK)
		outcome = take_sync(r, r->sync, err);
	if (outcome == OK && understand_entries(r, err) != 0)
		outcome = DAMAGED;
	if (outcome == DAMAGED)
		err_prefix(err, "%s: header: ", r->name);
	return outcome == OK ? 0 : -1;
}

struct container_reader *
container_reader_open(struct byte_source source, const char *name, bool skip_corrupt,
		      struct err *err)
{
	struct container_reader *r = mem_zero(1, sizeof(*r));

	r->source = source;
	r->name = str_dup(str_of(name));
	r->skip_corrupt = skip_corrupt;
	if (read_header(r, err) == 0)
		return r;
	container_reader_close(r);
	return NULL;
}

void
container_reader_close(struct container_reader *r)
{
	if (r == NULL)
		return;
	codec_free(r->codec);
	avro_schema_free(r->schema);
	map_free(&r->by_key);
	free(r->entries);
	buf_free(&r->metadata);
	buf_free(&r->packed);
	buf_free(&r->window);
	free(r->name);
	free(r);
}

const struct avro_schema *
container_reader_schema(const struct container_reader *r)
{
	return r->schema;
}

struct str
container_reader_codec(const struct container_reader *r)
{
	struct str codec = container_reader_metadata(r, STR("avro.codec"));

	return codec.len == 0 ? STR("null") : codec;
}

struct str
container_reader_metadata(const struct container_reader *r, struct str key)
{
	const struct entry *e = map_get(&r->by_key, key);

	return e == NULL ? (struct str){0} : e->value;
}

bool
container_reader_entry(const struct container_reader *r, size_t i, struct str *key,
		       struct str *value)
{
	if (i >= r->entry_count)
		return false;
	*key = r->entries[i].key;
	*value = r->entries[i].value;
	return true;
}

struct container_damage
container_reader_damage(const struct container_reader *r)
{
	return r->damage;
}

/* -- blocks -------------------------------------------------------------------------------------*/

static enum outcome
take_counts(struct container_reader *r, uint64_t *count, size_t *size, struct err *err)
{
	int64_t records, bytes;
	enum outcome outcome = need(r, 4, err);

	if (outcome == FAILED)
		return outcome;
	if (r->window.len == r->at)
		return ENDED;
	if (outcome == OK && memcmp(r->window.ptr + r->at, "Obj\1", 4) == 0) {
		err_set(err, ERR_INPUT, "another container begins here: give each on its own");
		return DAMAGED;
	}
	outcome = take_number(r, "its count of records", &records, err);
	if (outcome == OK)
		outcome = take_number(r, "its size", &bytes, err);
	if (outcome != OK)
		return outcome;
	if (records < 0 || bytes < 0 || bytes > AVRO_MAX_BLOCK) {
		err_set(err, ERR_INPUT, "it says %lld records in %lld bytes; %d bytes are allowed",
			(long long)records, (long long)bytes, AVRO_MAX_BLOCK);
		return DAMAGED;
	}
	*count = (uint64_t)records;
	*size = (size_t)bytes;
	return OK;
}

static enum outcome
no_marker(size_t size, struct err *err)
{
	err_set(err, ERR_INPUT, "behind its %zu bytes there is no sync marker", size);
	return DAMAGED;
}

/* The block's bytes, as they are in the file, and the marker behind them. */
static enum outcome
take_packed(struct container_reader *r, size_t size, struct buf *to, struct err *err)
{
	char sync[SYNC_BYTES];
	enum outcome outcome;

	if (r->skip_corrupt) { /* the marker first: a forged size then costs no copy */
		outcome = must_have(r, size + SYNC_BYTES, err);
		if (outcome != OK)
			return outcome;
		if (memcmp(r->window.ptr + r->at + size, r->sync, SYNC_BYTES) != 0)
			return no_marker(size, err);
	}
	buf_clear(to);
	r->last_size = size;
	outcome = take(r, size, to, err);
	if (outcome == OK)
		outcome = take_sync(r, sync, err);
	if (outcome == OK && memcmp(sync, r->sync, SYNC_BYTES) != 0)
		return no_marker(size, err);
	return outcome;
}

static int
check_count(const struct container_reader *r, uint64_t count, size_t bytes, struct err *err)
{
	size_t smallest = avro_schema_root(r->schema)->min_bytes;
	uint64_t most = smallest == 0 ? AVRO_MAX_FREE_ITEMS : bytes / smallest;

	if (count > most)
		return err_set(err, ERR_INPUT, "it says %llu records, and has room for %llu",
			       (unsigned long long)count, (unsigned long long)most);
	if (count == 0 && bytes > 0)
		return err_set(err, ERR_INPUT, "it says no records, and has %zu bytes", bytes);
	return 0;
}

/* A text that is not UTF-8 is for whoever reads it to refuse, with its record alone. */
static int
check_records(const struct container_reader *r, uint64_t count, struct str bytes, struct err *err)
{
	const struct avro_node *record = avro_schema_root(r->schema);

	for (uint64_t i = 0; i < count; i++) {
		size_t before = bytes.len;
		if (avro_datum_check_frame(record, &bytes, err) != 0)
			return err_prefix(err, "record %llu: ", (unsigned long long)i);
		if (bytes.len == before)
			break; /* it takes no bytes, and so don't all that follow */
	}
	if (bytes.len > 0)
		return err_set(err, ERR_INPUT, "%zu bytes are left over behind its records",
			       bytes.len);
	return 0;
}

static enum outcome
read_block(struct container_reader *r, struct container_block *b, struct err *err)
{
	bool plain = codec_is_null(r->codec);
	size_t size;
	enum outcome outcome;

	b->offset = container_reader_offset(r);
	outcome = take_counts(r, &b->count, &size, err);
	if (outcome == OK)
		outcome = take_packed(r, size, plain ? &b->bytes : &r->packed, err);
	if (outcome != OK)
		return outcome;
	b->size = container_reader_offset(r) - b->offset;
	buf_room(&b->bytes, 1); /* an address even where records take no bytes */
	if (size == 0 && b->count == 0)
		return EMPTY;
	if ((!plain &&
	     codec_unpack(r->codec, buf_str(&r->packed), AVRO_MAX_BLOCK, &b->bytes, err) != 0) ||
	    check_count(r, b->count, b->bytes.len, err) != 0 ||
	    (r->skip_corrupt && check_records(r, b->count, buf_str(&b->bytes), err) != 0)) {
		r->search_effort += size + b->bytes.len;
		return SPOILED;
	}
	return b->count == 0 ? EMPTY : OK;
}

/* Moves behind the next marker; ENDED: there is none. */
static enum outcome
find_marker(struct container_reader *r, struct err *err)
{
	for (;;) {
		size_t left = r->window.len - r->at;
		const char *start = r->window.ptr + r->at;
		const char *found = memmem(start, left, r->sync, SYNC_BYTES);
		if (found != NULL)
			r->at += (size_t)(found - start) + SYNC_BYTES;
		else if (left >= SYNC_BYTES)
			r->at += left - (SYNC_BYTES - 1); /* a marker's beginning may be there */
		r->from = r->at;
		if (found != NULL)
			return OK;
		enum outcome outcome = need(r, r->window.len - r->at + 1, err);
		if (outcome != OK)
			return outcome;
	}
}

/* From the beginning of a block that is damaged to the first one that is not. */
static enum outcome
pass_over(struct container_reader *r, struct container_block *b, struct err *err)
{
	uint64_t start = r->base + r->from;
	enum outcome outcome;

	r->at = r->from;
	do {
		outcome = find_marker(r, err);
		if (outcome == OK)
			outcome = read_block(r, b, err);
		if (outcome == SPOILED && r->search_effort / SEARCH_EFFORT > r->base + r->at)
			r->from = r->at - SYNC_BYTES; /* its frame is right: go by that */
		if (outcome == DAMAGED || outcome == SPOILED)
			r->at = r->from;
	} while (outcome == DAMAGED || outcome == SPOILED);
	if (outcome == FAILED)
		return outcome;
	if (outcome == ENDED)
		r->from = r->at = r->window.len;
	r->damage.places++;
	r->damage.bytes += r->base + r->from - start;
	if (outcome == ENDED)
		r->after_end_mark = true; /* what is missing is counted already */
	return outcome;
}

static int
finish(struct container_reader *r, struct err *err)
{
	if (!r->end_is_marked || r->after_end_mark)
		return 0;
	if (r->skip_corrupt) {
		r->damage.places++;
		r->after_end_mark = true; /* once is enough */
		return 0;
	}
	return err_set(err, ERR_INPUT,
		       "%s: the input ended without its end mark: the program before this one "
		       "failed or was stopped",
		       r->name);
}

int
container_reader_next(struct container_reader *r, struct container_block *b, struct err *err)
{
	enum outcome outcome;

	assert(!r->failed);
	do {
		r->from = r->at;
		b->number = r->blocks;
		b->first_record = r->records;
		outcome = read_block(r, b, err);
		if ((outcome == DAMAGED || outcome == SPOILED) && r->skip_corrupt)
			outcome = pass_over(r, b, err);
		if (outcome == OK || outcome == EMPTY)
			r->blocks++;
		if (outcome != ENDED)
			r->after_end_mark = outcome == EMPTY;
	} while (outcome == EMPTY);
	if (outcome == OK) {
		r->records += b->count;
		return 1;
	}
	if (outcome == ENDED && finish(r, err) == 0)
		return 0;
	r->failed = true;
	if (outcome == DAMAGED || outcome == SPOILED)
		err_prefix(err, "%s: block %llu at byte %llu: ", r->name,
			   (unsigned long long)b->number, (unsigned long long)b->offset);
	return -1;
}
