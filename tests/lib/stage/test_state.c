#include "stage/state_snapshot.h"

#include "check.h"
#include <stdlib.h>

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

static struct person *
person_of(struct state_store *store, const char *key, const char *part)
{
	return state_store_block(store, state_store_key(store, str_of(key)), PERSON, str_of(part))
		->bytes;
}

static void
blocks_come_in_the_order_of_their_parts(void **state)
{
	struct state_store *store = state_store_new(states);
	struct state_key *key = state_store_key(store, STR("chat"));
	static const char *const parts[] = {"m", "", "z", "a", "mm"};
	struct str at = {0};
	char seen[32] = "";

	(void)state;
	for (size_t i = 0; i < 5; i++)
		person_of(store, "chat", parts[i])->messages = (int64_t)i;
	((struct word *)state_store_block(store, key, WORD, STR("b"))->bytes)->text = strdup("x");
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
		struct state_key *key = state_store_key(store, STR("chat"));
		state_store_forget(store, state_store_find(store, STR("chat"), PERSON, STR("a")));
		state_store_release(store, key);
	}
	state_store_all(store, &all);
	assert_int_equal(all.len, 0);
	struct state_key *key = state_store_key(store, STR("chat"));
	state_key_advance(key, 7);
	state_store_release(store, key);
	assert_int_equal(state_key_watermark(state_store_key(store, STR("chat"))), 7);
	state_store_free(store);
}

static void
timers_are_due_by_time_and_not_before_the_watermark(void **state)
{
	struct state_store *store = state_store_new(states);
	struct state_key *key = state_store_key(store, STR("chat"));

	(void)state;
	for (int i = 0; i < 3; i++)
		state_store_block(store, key, PERSON, (struct str){&"cab"[i], 1})->timer =
			(struct state_timer){true, EVENT_TIME, 10 * (3 - i)};
	assert_null(state_key_due(key));
	state_key_advance(key, 25);
	assert_str(state_key_due(key)->part, "b");
	state_key_due(key)->timer.armed = false;
	assert_str(state_key_due(key)->part, "a");
	state_key_due(key)->timer.armed = false;
	assert_null(state_key_due(key));
	state_store_free(store);
}

static struct state_store *
make_store(void)
{
	struct state_store *store = state_store_new(states);
	struct state_key *key = state_store_key(store, STR("chat"));
	struct person *p = person_of(store, "chat", "Ada");

	*p = (struct person){.messages = -5,
			     .words = 1LL << 40,
			     .colour = GREEN,
			     .seen = true,
			     .mean = 0.5,
			     .hours = {[23] = 9}};
	buf_add(&p->last, STR("caf\xC3\xA9\0!"));
	((struct word *)state_store_block(store, key, WORD, STR(""))->bytes)->text =
		strdup("hello");
	state_store_find(store, STR("chat"), PERSON, STR("Ada"))->timer =
		(struct state_timer){true, PROCESSING_TIME, 77};
	state_key_advance(key, 1234);
	person_of(store, "other", "")->messages = 1;
	return store;
}

static void
a_snapshot_brings_everything_back(void **state)
{
	struct state_store *store = make_store(), *back = state_store_new(states);
	struct buf snapshot = {0}, again = {0};
	struct err err = {0};

	(void)state;
	assert_ok(state_snapshot(store, &snapshot, &err), err);
	assert_ok(state_restore(back, buf_str(&snapshot), &err), err);
	assert_ok(state_snapshot(back, &again, &err), err);
	assert_true(str_equal(buf_str(&snapshot), buf_str(&again)));
	struct person *p = person_of(back, "chat", "Ada");
	assert_int_equal(p->messages, -5);
	assert_int_equal(p->words, 1LL << 40);
	assert_int_equal(p->colour, GREEN);
	assert_true(p->seen && p->mean == 0.5 && p->hours[23] == 9);
	assert_true(str_equal(buf_str(&p->last), STR("caf\xC3\xA9\0!")));
	assert_int_equal(state_store_find(back, STR("chat"), PERSON, STR("Ada"))->timer.at_ms, 77);
	assert_int_equal(state_key_watermark(state_store_key(back, STR("chat"))), 1234);
	struct word *w = state_store_find(back, STR("chat"), WORD, STR(""))->bytes;
	assert_string_equal(w->text, "hello");
	buf_free(&snapshot);
	buf_free(&again);
	state_store_free(store);
	state_store_free(back);
}

static void
a_field_that_is_new_since_the_snapshot_is_zero(void **state)
{
	struct state_store *store = state_store_new(younger_states);
	struct state_store *back = state_store_new(states);
	struct buf snapshot = {0};
	struct err err = {0};

	(void)state;
	person_of(store, "chat", "Ada")->messages = 12;
	assert_ok(state_snapshot(store, &snapshot, &err), err);
	assert_ok(state_restore(back, buf_str(&snapshot), &err), err);
	struct person *p = person_of(back, "chat", "Ada");
	assert_int_equal(p->messages, 12);
	assert_int_equal(p->words, 0);
	assert_int_equal(p->colour, NONE);
	assert_true(p->mean == 0 && p->hours[0] == 0 && !p->seen);
	buf_free(&snapshot);
	state_store_free(store);
	state_store_free(back);
}

static void
two_snapshots_merge_where_the_stage_says_how(void **state)
{
	struct state_store *store = make_store(), *back = state_store_new(states);
	struct buf snapshot = {0};
	struct err err = {0};

	(void)state;
	state_store_forget(store, state_store_find(store, STR("chat"), WORD, STR("")));
	assert_ok(state_snapshot(store, &snapshot, &err), err);
	assert_ok(state_restore(back, buf_str(&snapshot), &err), err);
	assert_ok(state_restore(back, buf_str(&snapshot), &err), err);
	assert_int_equal(person_of(back, "chat", "Ada")->messages, -10);
	state_store_free(store);
	store = make_store();
	buf_clear(&snapshot);
	assert_ok(state_snapshot(store, &snapshot, &err), err);
	assert_ok(state_restore(back, buf_str(&snapshot), &err), err);
	assert_int_equal(state_restore(back, buf_str(&snapshot), &err), -1);
	assert_non_null(strstr(err.text, "cannot be merged"));
	buf_free(&snapshot);
	state_store_free(store);
	state_store_free(back);
}

static void
a_damaged_snapshot_is_refused_wherever_it_is_cut(void **state)
{
	struct state_store *store = make_store();
	struct buf snapshot = {0};
	struct err err = {0};

	(void)state;
	assert_ok(state_snapshot(store, &snapshot, &err), err);
	for (size_t cut = 0; cut < snapshot.len; cut++) {
		struct state_store *back = state_store_new(states);
		/* A copy of its own size: a read behind it is seen by the sanitizer. */
		char *part = malloc(cut == 0 ? 1 : cut);
		memcpy(part, snapshot.ptr, cut);
		assert_int_equal(state_restore(back, (struct str){part, cut}, &err), -1);
		assert_int_equal(err.class, ERR_FATAL);
		free(part);
		state_store_free(back);
	}
	buf_free(&snapshot);
	state_store_free(store);
}

RUN_TESTS(TEST(blocks_come_in_the_order_of_their_parts),
	  TEST(a_key_without_blocks_is_dropped_unless_its_watermark_tells_what_is_late),
	  TEST(timers_are_due_by_time_and_not_before_the_watermark),
	  TEST(a_snapshot_brings_everything_back),
	  TEST(a_field_that_is_new_since_the_snapshot_is_zero),
	  TEST(two_snapshots_merge_where_the_stage_says_how),
	  TEST(a_damaged_snapshot_is_refused_wherever_it_is_cut))
