#include "avro/container_window.h"

#include "avro/codec.h"
#include "avro/datum.h"
#include "avro/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "text/utf8.h"
#include <assert.h>

#define SYNC_BYTES 16

/* While it searches, the reader may check this many times the bytes it has read, and not more:
 * markers can be forged within a text, and each would ask for a whole block to be checked. */
#define SEARCH_EFFORT 16

struct entry {
	struct str key, value;
};

struct container_reader {
	struct container_window window;
	char *name;
	bool skip_corrupt;

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
	uint64_t unpacked;      /* bytes of all blocks so far */
};

uint64_t
container_reader_offset(const struct container_reader *r)
{
	return window_offset(&r->window);
}

static enum outcome
take_sync(struct container_reader *r, char *sync, struct err *err)
{
	enum outcome outcome = window_must_have(&r->window, SYNC_BYTES, err);

	if (outcome != OK)
		return outcome;
	memcpy(sync, window_left(&r->window).ptr, SYNC_BYTES);
	r->window.at += SYNC_BYTES;
	return OK;
}

/* -- the header ---------------------------------------------------------------------------------*/

/* What people give us instead of a container, most often. */
static enum outcome
take_magic(struct container_reader *r, struct err *err)
{
	enum outcome outcome = window_need(&r->window, 4, err);
	struct str begin = window_left(&r->window), head;

	begin.len = begin.len < 64 ? begin.len : 64;
	head = str_head(begin, begin.len < 4 ? begin.len : 4);
	if (outcome == FAILED)
		return FAILED;
	if (head.len == 0) {
		err_set(err, ERR_INPUT, "%s is empty: an Avro container was expected", r->name);
		return DAMAGED;
	}
	if (str_equal(head, STR("Obj\1"))) {
		r->window.at += 4;
		return OK;
	}
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
	enum outcome outcome = window_take_number(&r->window, "a length", &len, err);

	if (outcome != OK)
		return outcome;
	if (len < 0 || (uint64_t)len > AVRO_MAX_METADATA - r->metadata.len) {
		err_set(err, ERR_INPUT, "a length of %lld bytes, where %zu are allowed",
			(long long)len, AVRO_MAX_METADATA - r->metadata.len);
		return DAMAGED;
	}
	return window_take(&r->window, (size_t)len, &r->metadata, err);
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
		enum outcome outcome =
			window_take_number(&r->window, "a count of entries", &count, err);
		if (outcome != OK || count == 0)
			return outcome;
		if (count < 0)
			outcome = window_take_number(&r->window, "a size of entries", &size, err);
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
	if (r->end_is_marked)
		r->window.ended = ": the program before this one failed or was stopped";
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

	r->window = (struct container_window){.source = source, .keeps = skip_corrupt, .ended = ""};
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
	buf_free(&r->window.bytes);
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
	enum outcome outcome = window_need(&r->window, 4, err);

	if (outcome == FAILED)
		return outcome;
	if (window_left(&r->window).len == 0)
		return ENDED;
	if (outcome == OK && str_starts(window_left(&r->window), STR("Obj\1"))) {
		err_set(err, ERR_INPUT, "another container begins here: give each on its own");
		return DAMAGED;
	}
	outcome = window_take_number(&r->window, "its count of records", &records, err);
	if (outcome == OK)
		outcome = window_take_number(&r->window, "its size", &bytes, err);
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
		outcome = window_must_have(&r->window, size + SYNC_BYTES, err);
		if (outcome != OK)
			return outcome;
		if (memcmp(window_left(&r->window).ptr + size, r->sync, SYNC_BYTES) != 0)
			return no_marker(size, err);
	}
	buf_clear(to);
	r->window.last_size = size;
	outcome = window_take(&r->window, size, to, err);
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

	most = most < AVRO_MAX_RECORDS ? most : AVRO_MAX_RECORDS;
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
	uint64_t values = 0;

	for (uint64_t i = 0; i < count; i++) {
		size_t before = bytes.len;
		if (avro_datum_check_frame(record, &bytes, &values, err) != 0)
			return err_prefix(err, "record %llu: ", (unsigned long long)i);
		if (bytes.len == before)
			break; /* it takes no bytes, and so don't all that follow */
	}
	if (bytes.len > 0)
		return err_set(err, ERR_INPUT, "%zu bytes are left over behind its records",
			       bytes.len);
	return 0;
}

/* A block's size alone would not do: a small file may hold thousands that are as large as may be.
 */
static int
unpack(struct container_reader *r, struct buf *to, struct err *err)
{
	if (r->unpacked > AVRO_MAX_BLOCK + container_reader_offset(r) * AVRO_MAX_RATIO)
		return err_set(err, ERR_INPUT,
			       "what is before it unpacks to more than %d times its size",
			       AVRO_MAX_RATIO);
	if (codec_unpack(r->codec, buf_str(&r->packed), AVRO_MAX_BLOCK, to, err) != 0)
		return -1;
	r->unpacked += to->len;
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
	if ((!plain && unpack(r, &b->bytes, err) != 0) ||
	    check_count(r, b->count, b->bytes.len, err) != 0 ||
	    (r->skip_corrupt && check_records(r, b->count, buf_str(&b->bytes), err) != 0)) {
		r->search_effort += size + b->bytes.len;
		return SPOILED;
	}
	return b->count == 0 ? EMPTY : OK;
}

/* From the beginning of a block that is damaged to the first one that is not. */
static enum outcome
pass_over(struct container_reader *r, struct container_block *b, struct err *err)
{
	uint64_t start = r->window.base + r->window.from;
	enum outcome outcome;

	r->window.at = r->window.from;
	do {
		outcome = window_find(&r->window, (struct str){r->sync, SYNC_BYTES}, err);
		if (outcome == OK)
			outcome = read_block(r, b, err);
		if (outcome == SPOILED &&
		    r->search_effort / SEARCH_EFFORT > container_reader_offset(r))
			r->window.from =
				r->window.at - SYNC_BYTES; /* its frame is right: go by that */
		if (outcome == DAMAGED || outcome == SPOILED)
			r->window.at = r->window.from;
	} while (outcome == DAMAGED || outcome == SPOILED);
	if (outcome == FAILED)
		return outcome;
	if (outcome == ENDED)
		r->window.from = r->window.at = r->window.bytes.len;
	r->damage.places++;
	r->damage.bytes += r->window.base + r->window.from - start;
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
		r->window.from = r->window.at;
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
