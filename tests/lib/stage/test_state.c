#include "stage/state_disk.h"
#include "stage/state_store.h"

#include "check.h"
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Three kinds of block: a table, the same table as it was a version ago, a structure of its own. */
enum colour { NONE, RED, GREEN };
static const char *const colours[] = {"", "red", "green", NULL};

struct person {
	int64_t messages, words;
	struct buf last;
	enum colour colour;
	bool seen;
	int32_t hours[24];
	double mean;
};
static const struct field person[] = {FIELD(person, messages), FIELD(person, words),
				      FIELD(person, last),     FIELD_ENUM(person, colour, colours),
				      FIELD(person, seen),     FIELD_FIXED(person, hours),
				      FIELD(person, mean),     {0}};
static const struct field younger_person[] = {FIELD(person, messages), FIELD(person, last), {0}};

static void
merge_person(void *into, void *from)
{
	((struct person *)into)->messages += ((struct person *)from)->messages;
}

struct word {
	char *text;
};

static void
encode_word(const void *block, struct buf *out)
{
	buf_add(out, str_of(((const struct word *)block)->text));
}

static int
decode_word(void *block, unsigned version, struct str bytes, struct err *err)
{
	if (version != 3)
		return err_set(err, ERR_FATAL, "version %u is unknown", version);
	if (str_equal(bytes, STR("unreadable")))
		return err_set(err, ERR_INPUT, "it cannot be read");
	((struct word *)block)->text = str_dup(bytes);
	return 0;
}

static void
clear_word(void *block)
{
	free(((struct word *)block)->text);
}

enum { PERSON, WORD };
static const struct stage_state states[] = {[PERSON] = {.name = "person",
							.size = sizeof(struct person),
							.version = 2,
							.fields = person,
							.merge = merge_person},
					    [WORD] = {.name = "word",
						      .size = sizeof(struct word),
						      .version = 3,
						      .encode = encode_word,
						      .decode = decode_word,
						      .clear = clear_word},
					    {0}};
static const struct stage_state younger_states[] = {[PERSON] = {.name = "person",
								.size = sizeof(struct person),
								.version = 1,
								.fields = younger_person},
						    {0}};

static struct state_key *
key_of(struct state_store *store, const char *key)
{
	struct err err = {0};
	struct state_key *k = state_store_key(store, str_of(key), &err);

	assert_ok(k == NULL ? -1 : 0, err);
	return k;
}

static struct state_block *
find(struct state_store *store, const char *key, int state, const char *part)
{
	return state_key_find(key_of(store, key), state, str_of(part));
}

static struct word *
word_of(struct state_store *store, const char *key, const char *part)
{
	struct state_block *block =
		state_store_block(store, key_of(store, key), WORD, str_of(part));

	state_store_touch(store, block);
	return (struct word *)(void *)block->bytes;
}

static struct person *
person_of(struct state_store *store, const char *key, const char *part)
{
	struct state_block *block =
		state_store_block(store, key_of(store, key), PERSON, str_of(part));

	state_store_touch(store, block);
	return (struct person *)(void *)block->bytes;
}

static void
blocks_come_in_the_order_of_their_parts(void **state)
{
	struct state_store *store = state_store_new(states);
	struct state_key *key = key_of(store, "chat");
	static const char *const parts[] = {"m", "", "z", "a", "mm"};
	struct str at = {0};
	char seen[32] = "";

	(void)state;
	for (size_t i = 0; i < 5; i++)
		person_of(store, "chat", parts[i])->messages = (int64_t)i;
	word_of(store, "chat", "b")->text = strdup("x");
	for (struct state_block *b; (b = state_store_next(key, PERSON, at)) != NULL; at = b->part) {
		strncat(seen, b->part.ptr, 10);
		strcat(seen, ",");
	}
	assert_string_equal(seen, ",a,m,mm,z,");
	assert_int_equal(person_of(store, "chat", "a")->messages, 3);
	state_store_free(store);
}

static void
a_key_without_blocks_is_dropped_unless_its_watermark_tells_what_is_late(void **state)
{
	struct state_store *store = state_store_new(states);
	struct buf all = {0};

	(void)state;
	for (int round = 0; round < 3; round++) {
		person_of(store, "chat", "a");
		struct state_key *key = key_of(store, "chat");
		state_store_forget(store, find(store, "chat", PERSON, "a"));
		state_store_release(store, key);
	}
	state_store_all(store, &all);
	assert_int_equal(all.len, 0);
	struct state_key *key = key_of(store, "chat");
	state_store_advance(store, key, 7);
	state_store_release(store, key);
	assert_int_equal(state_key_watermark(key_of(store, "chat")), 7);
	state_store_free(store);
}

static void
timers_are_due_by_time_and_not_before_the_watermark(void **state)
{
	struct state_store *store = state_store_new(states);
	struct state_key *key = key_of(store, "chat");
	char seen[512] = "";

	(void)state;
	for (int i = 0; i < 100; i++) { /* set, and then moved, in an order of their own */
		char part[16];
		snprintf(part, sizeof(part), "%02d", i);
		struct state_block *b = state_store_block(store, key, PERSON, str_of(part));
		state_block_arm(b, (struct state_timer){true, EVENT_TIME, i * 37 % 100});
		state_block_arm(b, (struct state_timer){true, EVENT_TIME, i * 61 % 100});
	}
	state_store_forget(store, find(store, "chat", PERSON, "05"));                /* at 5 */
	state_block_arm(find(store, "chat", PERSON, "41"), (struct state_timer){0}); /* at 1 */
	assert_null(state_key_due(key));
	state_store_advance(store, key, 6);
	for (struct state_block *b; (b = state_key_due(key)) != NULL;) {
		snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%d:%s ",
			 (int)b->timer.at_ms, b->part.ptr);
		state_block_arm(b, (struct state_timer){0});
	}
	assert_string_equal(seen, "0:00 2:82 3:23 4:64 6:46 ");
	state_store_free(store);
}

/* ---- on disk */

static char folder[64];

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static int
make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/chatmill-state-XXXXXX");
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH);
}

static struct state_disk *
open_disk(const struct stage_state *declared)
{
	struct err err = {0};
	struct state_disk *disk = state_disk_open(folder, "tally", declared, &err);

	assert_ok(disk == NULL ? -1 : 0, err);
	return disk;
}

static struct state_store *
store_on(struct state_disk *disk, const struct stage_state *declared)
{
	struct state_store *store = state_store_new(declared);

	state_store_keep(store, disk, 1 << 20);
	return store;
}

static void
flush(struct state_store *store)
{
	struct err err = {0};

	assert_ok(state_store_flush(store, &err), err);
}

static void
commit(struct state_store *store, const char *checkpoint)
{
	struct err err = {0};

	flush(store);
	assert_ok(state_disk_commit(state_store_disk(store), str_of(checkpoint), &err), err);
}

static void
remember(struct state_store *store)
{
	struct person *p = person_of(store, "chat", "Ada");

	*p = (struct person){.messages = -5,
			     .words = 1LL << 40,
			     .colour = GREEN,
			     .seen = true,
			     .mean = 0.5,
			     .hours = {[23] = 9}};
	buf_add(&p->last, STR("caf\xC3\xA9\0!"));
	word_of(store, "chat", "")->text = strdup("hello");
	state_block_arm(find(store, "chat", PERSON, "Ada"),
			(struct state_timer){true, PROCESSING_TIME, 77});
	state_store_advance(store, key_of(store, "chat"), 1234);
	person_of(store, "other", "")->messages = 1;
}

static void
what_was_committed_is_there_when_the_folder_is_opened_again(void **state)
{
	struct state_disk *disk = open_disk(states);
	struct state_store *store = store_on(disk, states);

	(void)state;
	remember(store);
	commit(store, "offset 7");
	state_store_free(store);
	state_disk_close(disk);

	disk = open_disk(states);
	store = store_on(disk, states);
	assert_str(state_disk_checkpoint(disk), "offset 7");
	struct person *p = person_of(store, "chat", "Ada");
	assert_int_equal(p->messages, -5);
	assert_int_equal(p->words, 1LL << 40);
	assert_int_equal(p->colour, GREEN);
	assert_true(p->seen && p->mean == 0.5 && p->hours[23] == 9);
	assert_true(str_equal(buf_str(&p->last), STR("caf\xC3\xA9\0!")));
	struct state_timer timer = find(store, "chat", PERSON, "Ada")->timer;
	assert_true(timer.armed && timer.clock == PROCESSING_TIME && timer.at_ms == 77);
	assert_int_equal(state_key_watermark(key_of(store, "chat")), 1234);
	assert_string_equal(word_of(store, "chat", "")->text, "hello");
	assert_int_equal(person_of(store, "other", "")->messages, 1);
	state_store_free(store);
	state_disk_close(disk);
}

/* What is in the folder, in order, as text. */
static void
show(struct state_disk *disk, char *to, size_t room)
{
	struct state_store *store = store_on(disk, states);
	static const char *const keys[] = {"a", "b", "c"}, *const parts[] = {"x", "y"};

	*to = '\0';
	for (size_t k = 0; k < 3; k++)
		for (size_t p = 0; p < 2; p++) {
			struct state_block *b = find(store, keys[k], PERSON, parts[p]);
			if (b != NULL)
				snprintf(to + strlen(to), room - strlen(to), "%s%s=%d@%d ", keys[k],
					 parts[p],
					 (int)((struct person *)(void *)b->bytes)->messages,
					 b->timer.armed ? (int)b->timer.at_ms : -1);
		}
	state_store_free(store);
}

/* The timers that are set, as text. */
static void
show_timers(struct state_disk *disk, enum stage_clock clock, int64_t until_ms, char *to)
{
	struct err err = {0};
	struct state_timers *timers = state_timers_begin(disk, clock, until_ms, &err);
	struct str entry, key, prefix, name, part;

	*to = '\0';
	while (state_timers_next(timers, &entry, &key, &err) > 0) {
		assert_int_equal(state_entry_split(entry, &prefix, &name, &part), ENTRY_BLOCK);
		sprintf(to + strlen(to), "%.*s%.*s ", STR_ARG(key), STR_ARG(part));
	}
	assert_int_equal(err.class, ERR_NONE);
	state_timers_end(timers);
}

static void
arm(struct state_store *store, const char *key, const char *part, enum stage_clock clock,
    int64_t at_ms)
{
	person_of(store, key, part);
	state_block_arm(find(store, key, PERSON, part), (struct state_timer){true, clock, at_ms});
}

static void
what_was_written_since_the_commit_is_gone_after_a_rewind_and_after_a_death(void **state)
{
	struct state_disk *disk = open_disk(states);
	struct state_store *store = store_on(disk, states);
	struct err err = {0};
	char before[256], now[256], timers[256];

	(void)state;
	person_of(store, "a", "x")->messages = 1;
	person_of(store, "b", "x")->messages = 2;
	arm(store, "b", "x", PROCESSING_TIME, 50);
	commit(store, "one");
	show(disk, before, sizeof(before));
	assert_string_equal(before, "ax=1@-1 bx=2@50 ");
	for (int death = 0; death < 2; death++) {
		person_of(store, "a", "x")->messages = 100;
		arm(store, "a", "y", PROCESSING_TIME, 10);
		state_store_forget(store, find(store, "b", PERSON, "x"));
		flush(store);
		person_of(store, "a", "x")->messages = 101;
		person_of(store, "b", "x")->messages = 7;
		person_of(store, "c", "x")->messages = 3;
		flush(store);
		show(disk, now, sizeof(now));
		assert_string_equal(now, "ax=101@-1 ay=0@10 bx=7@-1 cx=3@-1 ");
		show_timers(disk, PROCESSING_TIME, 1000, timers);
		assert_string_equal(timers, "ay ");
		if (death == 0) {
			state_store_drop(store);
			assert_ok(state_disk_rewind(disk, &err), err);
		} else {
			state_store_free(store);
			state_disk_close(disk);
			disk = open_disk(states);
			store = store_on(disk, states);
		}
		show(disk, now, sizeof(now));
		assert_string_equal(now, before);
		show_timers(disk, PROCESSING_TIME, 1000, timers);
		assert_string_equal(timers, "bx ");
		assert_str(state_disk_checkpoint(disk), "one");
	}
	state_store_free(store);
	state_disk_close(disk);
}

static void
timers_on_disk_are_found_by_clock_and_time_and_long_keys_by_their_names(void **state)
{
	struct state_disk *disk = open_disk(states);
	struct state_store *store = store_on(disk, states);
	char timers[4096], want[4096], name[2][1001];

	(void)state;
	for (int i = 0; i < 2; i++) { /* they differ behind what an entry holds of them */
		memset(name[i], 'n', 1000);
		name[i][999] = (char)('0' + i);
		name[i][1000] = '\0';
		arm(store, name[i], "p", WAITING_TIME, 5 - i);
	}
	arm(store, "a", "x", PROCESSING_TIME, 20);
	arm(store, "b", "x", PROCESSING_TIME, -20);
	arm(store, "b", "y", EVENT_TIME, 1);
	arm(store, "c", "y", PROCESSING_TIME, 30);
	flush(store);
	show_timers(disk, PROCESSING_TIME, 20, timers);
	assert_string_equal(timers, "bx ax ");
	show_timers(disk, EVENT_TIME, INT64_MAX, timers);
	assert_string_equal(timers, "by ");
	show_timers(disk, WAITING_TIME, INT64_MAX, timers);
	snprintf(want, sizeof(want), "%sp %sp ", name[1], name[0]);
	assert_string_equal(timers, want);
	state_store_free(store);
	state_disk_close(disk);
}

struct log { /* of changes, in order; taken over by another folder */
	struct buf text, changes;
	int fail_at;
};

static int
note(void *with, struct str key, struct str value, struct err *err)
{
	struct log *log = with;
	struct str prefix, name, part;

	if (log->fail_at > 0 && --log->fail_at == 0)
		return err_set(err, ERR_DOWN, "the broker is away");
	if (state_entry_split(key, &prefix, &name, &part) == ENTRY_BLOCK)
		buf_printf(&log->text, "%c%.*s%s ", prefix.ptr[1], STR_ARG(part),
			   value.ptr == NULL ? " gone" : "");
	uint32_t sizes[2] = {(uint32_t)key.len,
			     value.ptr == NULL ? UINT32_MAX : (uint32_t)value.len};
	buf_add(&log->changes, (struct str){(const char *)sizes, sizeof(sizes)});
	buf_add(&log->changes, key);
	if (value.ptr != NULL)
		buf_add(&log->changes, value);
	return 0;
}

static void
only_what_changed_is_told_and_whoever_applies_it_has_the_same(void **state)
{
	struct state_disk *disk = open_disk(states);
	struct state_store *store = store_on(disk, states);
	struct log log = {0};
	struct err err = {0};
	char one[256], other[256];

	(void)state;
	state_disk_when_changed(disk, note, &log);
	person_of(store, "a", "x")->messages = 1;
	arm(store, "b", "x", PROCESSING_TIME, 9);
	commit(store, "1");
	assert_str(buf_str(&log.text), "ax bx ");
	buf_clear(&log.text);
	person_of(store, "a", "x"); /* touched, and as it was */
	person_of(store, "a", "y")->messages = 2;
	state_store_forget(store, find(store, "b", PERSON, "x"));
	person_of(store, "c", "x"); /* came and went */
	state_store_forget(store, find(store, "c", PERSON, "x"));
	commit(store, "2");
	assert_str(buf_str(&log.text), "ay bx gone ");
	show(disk, one, sizeof(one));
	state_store_free(store);
	state_disk_close(disk);

	remove_folder(NULL);
	disk = open_disk(states);
	for (size_t at = 0; at < log.changes.len;) {
		uint32_t sizes[2];
		memcpy(sizes, log.changes.ptr + at, sizeof(sizes));
		at += sizeof(sizes);
		struct str key = {log.changes.ptr + at, sizes[0]}, value = {0};
		at += sizes[0];
		if (sizes[1] != UINT32_MAX)
			value = (struct str){log.changes.ptr + at, sizes[1]};
		at += value.len;
		assert_ok(state_disk_apply(disk, key, value, &err), err);
	}
	assert_ok(state_disk_commit(disk, STR("2"), &err), err);
	show(disk, other, sizeof(other));
	assert_string_equal(one, "ax=1@-1 ay=2@-1 ");
	assert_string_equal(other, one);
	show_timers(disk, PROCESSING_TIME, INT64_MAX, other);
	assert_string_equal(other, "");
	assert_int_equal(state_disk_apply(disk, STR("nonsense"), STR("x"), &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	state_disk_close(disk);
	buf_free(&log.text);
	buf_free(&log.changes);
}

static void
a_change_that_could_not_be_told_is_not_written(void **state)
{
	struct state_disk *disk = open_disk(states);
	struct state_store *store = store_on(disk, states);
	struct log log = {.fail_at = 4}; /* behind two kinds and a block */
	struct err err = {0};
	char now[256];

	(void)state;
	state_disk_when_changed(disk, note, &log);
	person_of(store, "a", "x")->messages = 1;
	person_of(store, "b", "x")->messages = 1;
	assert_int_equal(state_store_flush(store, &err), -1);
	assert_int_equal(err.class, ERR_DOWN);
	state_store_drop(store);
	assert_ok(state_disk_rewind(disk, &err), err);
	show(disk, now, sizeof(now));
	assert_string_equal(now, "");
	person_of(store, "a", "x")->messages = 1;
	commit(store, "");
	show(disk, now, sizeof(now));
	assert_string_equal(now, "ax=1@-1 ");
	state_store_free(store);
	state_disk_close(disk);
	buf_free(&log.text);
	buf_free(&log.changes);
}

static void
memory_that_is_full_is_written_and_given_back(void **state)
{
	struct state_disk *disk = open_disk(states);
	struct state_store *store = store_on(disk, states);
	struct err err = {0};
	int spills = 0;

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 10000; i++) {
			char key[16];
			snprintf(key, sizeof(key), "key %d", i * 7919 % 10000);
			struct person *p = person_of(store, key, "");
			assert_int_equal(p->messages, round * (i + 1));
			p->messages = i + 1;
			if (!state_store_full(store))
				continue;
			assert_ok(state_store_spill(store, &err), err);
			assert_false(state_store_full(store));
			spills++;
		}
	assert_true(spills > 4);
	commit(store, "");
	state_store_free(store);
	state_disk_close(disk);
}

/* ---- older, newer, and other folders */

static void
a_field_that_is_new_since_is_zero(void **state)
{
	struct state_disk *disk = open_disk(younger_states);
	struct state_store *store = store_on(disk, younger_states);

	(void)state;
	person_of(store, "chat", "Ada")->messages = 12;
	commit(store, "");
	state_store_free(store);
	state_disk_close(disk);
	disk = open_disk(states);
	store = store_on(disk, states);
	struct person *p = person_of(store, "chat", "Ada");
	assert_int_equal(p->messages, 12);
	assert_int_equal(p->words, 0);
	assert_int_equal(p->colour, NONE);
	assert_true(p->mean == 0 && p->hours[0] == 0 && !p->seen);
	state_store_free(store);
	state_disk_close(disk);
}

static void
refuses(const char *stage, const struct stage_state *declared, const char *said)
{
	struct err err = {0};

	assert_null(state_disk_open(folder, stage, declared, &err));
	assert_int_equal(err.class, ERR_FATAL);
	if (strstr(err.text, said) == NULL)
		fail_msg("\"%s\" is not \"%s\"", err.text, said);
}

static void
what_is_in_use_of_another_stage_or_newer_is_refused(void **state)
{
	const struct stage_state older[] = {younger_states[0], states[WORD], {0}};
	static const struct stage_state words[] = {[0] = {.name = "word",
							  .size = sizeof(struct word),
							  .version = 3,
							  .encode = encode_word,
							  .decode = decode_word,
							  .clear = clear_word},
						   {0}};
	struct state_disk *disk = open_disk(states);
	struct state_store *store = store_on(disk, states);

	(void)state;
	refuses("tally", states, "is in use by another process");
	person_of(store, "chat", "Ada")->messages = 12;
	commit(store, "");
	state_store_free(store);
	state_disk_close(disk);
	refuses("other", states, "is of stage \"tally\", not \"other\"");
	refuses("tally", older, "is of version 2, and this program knows 1");
	refuses("tally", words, "a state \"person\", which the stage does not have");
	state_disk_close(open_disk(states));
}

static void
a_file_that_was_cut_or_is_none_is_refused(void **state)
{
	struct state_disk *disk = open_disk(states);
	struct state_store *store = store_on(disk, states);
	char path[128];

	(void)state;
	for (int i = 0; i < 200; i++) {
		char key[16];
		snprintf(key, sizeof(key), "key %d", i);
		person_of(store, key, "x")->messages = i;
	}
	commit(store, "");
	state_store_free(store);
	state_disk_close(disk);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	for (off_t size = 40960; size > 0; size -= 4096) {
		assert_int_equal(truncate(path, size), 0);
		refuses("tally", states, "is damaged");
	}
	int fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, path, sizeof(path)), sizeof(path));
	close(fd);
	refuses("tally", states, "state in");
}

static void
a_key_that_cannot_be_read_is_refused_again_and_never_half_there(void **state)
{
	struct state_disk *disk = open_disk(states);
	struct state_store *store = store_on(disk, states);

	(void)state;
	person_of(store, "chat", "Ada")->messages = 12;
	word_of(store, "chat", "")->text = strdup("unreadable");
	commit(store, "");
	state_store_drop(store);
	for (int i = 0; i < 2; i++) {
		struct err err = {0};
		assert_null(state_store_key(store, STR("chat"), &err));
		assert_int_equal(err.class, ERR_FATAL);
		assert_non_null(strstr(err.text, "it cannot be read"));
	}
	state_store_free(store);
	state_disk_close(disk);
}

static void
entries_are_taken_apart_as_they_were_made_and_others_refused(void **state)
{
	static const struct str keys[] = {{"", 0}, {"a", 1}, {"a\0", 2}, {"a\0b", 3}, {"b", 1}};
	struct buf last = {0}, entry = {0}, key = {0};
	struct str prefix, name, part;

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		buf_clear(&entry);
		assert_false(state_entry_add_key(&entry, keys[i]));
		state_entry_add_block(&entry, STR("person"), STR("p\0\xFF"));
		assert_int_equal(state_entry_split(buf_str(&entry), &prefix, &name, &part),
				 ENTRY_BLOCK);
		buf_clear(&key);
		assert_true(state_entry_key(prefix, &key));
		assert_true(str_equal(buf_str(&key), keys[i]));
		assert_str(name, "person");
		assert_true(str_equal(part, STR("p\0\xFF")));
		assert_true(str_compare(buf_str(&last), buf_str(&entry)) < 0);
		buf_clear(&last);
		buf_add(&last, buf_str(&entry));
	}
	for (size_t cut = 0; cut < entry.len; cut++) {
		char *copy = malloc(cut == 0 ? 1 : cut); /* of its own size, for the sanitizer */
		memcpy(copy, entry.ptr, cut);
		enum entry_sort sort =
			state_entry_split((struct str){copy, cut}, &prefix, &name, &part);
		assert_true(sort == (cut < entry.len - 3 ? ENTRY_BAD : ENTRY_BLOCK));
		free(copy);
	}
	buf_free(&last);
	buf_free(&entry);
	buf_free(&key);
}

#define DISK_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

RUN_TESTS(TEST(blocks_come_in_the_order_of_their_parts),
	  TEST(a_key_without_blocks_is_dropped_unless_its_watermark_tells_what_is_late),
	  TEST(timers_are_due_by_time_and_not_before_the_watermark),
	  TEST(entries_are_taken_apart_as_they_were_made_and_others_refused),
	  DISK_TEST(what_was_committed_is_there_when_the_folder_is_opened_again),
	  DISK_TEST(what_was_written_since_the_commit_is_gone_after_a_rewind_and_after_a_death),
	  DISK_TEST(timers_on_disk_are_found_by_clock_and_time_and_long_keys_by_their_names),
	  DISK_TEST(only_what_changed_is_told_and_whoever_applies_it_has_the_same),
	  DISK_TEST(a_change_that_could_not_be_told_is_not_written),
	  DISK_TEST(memory_that_is_full_is_written_and_given_back),
	  DISK_TEST(a_field_that_is_new_since_is_zero),
	  DISK_TEST(a_key_that_cannot_be_read_is_refused_again_and_never_half_there),
	  DISK_TEST(what_is_in_use_of_another_stage_or_newer_is_refused),
	  DISK_TEST(a_file_that_was_cut_or_is_none_is_refused))
