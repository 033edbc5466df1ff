#include "../../../stages/parse/message_identity.h"
#include "check.h"

static const struct sender_id ada = {0x1234567890ABCDEF, "1234567890abcdef"};

static struct message
give(struct identity *id, int64_t minute, const struct sender_id *sender, struct str text)
{
	struct message m = {.kind = KIND_TEXT, .text = text};

	identity_claim(id, minute, sender, &m, true);
	identity_digest(id);
	assert_true(identity_give(id, 0, &m));
	return m;
}

static void
assert_slot(struct identity *id, int64_t minute, struct str text, const char *slot)
{
	assert_str(give(id, minute, &ada, text).slot_id, slot);
}

/* As a SipHash and a BLAKE2b make them that were written by others, in Python. Ids in people's
 * databases are made this way: these values can never change. */
static void
ids_stay_what_they_are(void **state)
{
	struct identity id = {0};

	(void)state;
	identity_set_conversation(&id, STR("family"));
	struct message m = give(&id, 26666666, &ada, STR("hello"));
	assert_str(m.conversation_id, "family");
	assert_str(m.slot_id, "family:26666666:1234567890abcdef:0");
	assert_str(m.message_id, "d63c021ac105dc177037ceec6ef7eaf8");
	assert_str(give(&id, 26666666, &ada, STR("hello")).message_id,
		   "8dc6a17b08930ed85045e3d264f435cf");
	identity_free(&id);
}

static void
a_slot_says_its_minute_however_far_from_the_last(void **state)
{
	static const struct {
		int64_t minute;
		const char *slot;
	} slots[] = {{1234567, "c:1234567:1234567890abcdef:0"},
		     {1234599, "c:1234599:1234567890abcdef:0"},
		     {1234600, "c:1234600:1234567890abcdef:0"},
		     {99, "c:99:1234567890abcdef:0"},
		     {100, "c:100:1234567890abcdef:0"},
		     {7, "c:7:1234567890abcdef:0"},
		     {0, "c:0:1234567890abcdef:0"},
		     {-1, "c:-1:1234567890abcdef:0"},
		     {-1050000000, "c:-1050000000:1234567890abcdef:0"},
		     {4200000000, "c:4200000000:1234567890abcdef:0"}};
	struct identity id = {0};

	(void)state;
	identity_set_conversation(&id, STR("c"));
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		assert_slot(&id, slots[i].minute, STR("hello"), slots[i].slot);
	for (int i = 1; i < 12; i++)
		(void)give(&id, 7, &ada, STR("hello"));
	assert_slot(&id, 7, STR("hello"), "c:7:1234567890abcdef:12");
	identity_free(&id);
}

/* Whatever else its sender writes in that minute, and in whatever order. */
static void
an_equal_message_is_told_by_how_many_equal_ones_came_before(void **state)
{
	char first[32], second[32], third[32];
	struct identity id = {0}, other = {0};

	(void)state;
	identity_set_conversation(&id, STR("c"));
	identity_set_conversation(&other, STR("c"));
	memcpy(first, give(&id, 5000, &ada, STR("ok")).message_id.ptr, sizeof(first));
	memcpy(second, give(&id, 5000, &ada, STR("ok")).message_id.ptr, sizeof(second));
	memcpy(third, give(&id, 5000, &ada, STR("ok")).message_id.ptr, sizeof(third));
	assert_memory_not_equal(first, second, sizeof(first));
	assert_memory_not_equal(second, third, sizeof(second));

	(void)give(&other, 5000, &ada, STR("well"));
	assert_memory_equal(give(&other, 5000, &ada, STR("ok")).message_id.ptr, first, 32);
	(void)give(&other, 5000, &sender_id_system, STR("ok"));
	(void)give(&other, 5001, &ada, STR("ok"));
	assert_memory_equal(give(&other, 5000, &ada, STR("ok")).message_id.ptr, second, 32);
	(void)give(&other, 5000, &ada, STR("well"));
	assert_memory_equal(give(&other, 5000, &ada, STR("ok")).message_id.ptr, third, 32);
	identity_free(&id);
	identity_free(&other);
}

static void
a_minute_that_comes_again_goes_on_counting(void **state)
{
	struct identity id = {0};
	char before[32];

	(void)state;
	identity_set_conversation(&id, STR("c"));
	memcpy(before, give(&id, 5000, &ada, STR("ok")).message_id.ptr, sizeof(before));
	for (int64_t minute = 5001; minute < 5000 + OCCURRENCES; minute++)
		(void)give(&id, minute, &ada, STR("ok"));
	struct message m = give(&id, 5000, &ada, STR("ok"));
	assert_str(m.slot_id, "c:5000:1234567890abcdef:1");
	assert_memory_not_equal(m.message_id.ptr, before, sizeof(before));
	identity_free(&id);
}

static void
the_least_minute_and_sender_are_as_any_other(void **state)
{
	struct identity id = {0};

	(void)state;
	identity_set_conversation(&id, STR("c"));
	assert_str(give(&id, 0, &sender_id_system, STR("a")).slot_id, "c:0:0000000000000000:0");
	assert_str(give(&id, 0, &sender_id_system, STR("b")).slot_id, "c:0:0000000000000000:1");
	identity_free(&id);
}

static void
another_conversation_sender_minute_class_or_text_is_another_message(void **state)
{
	struct identity id = {0}, other = {0};
	char ids[6][32];
	struct message media = {.kind = KIND_MEDIA, .text = STR("hello")};

	(void)state;
	identity_set_conversation(&id, STR("c"));
	identity_set_conversation(&other, STR("d"));
	memcpy(ids[0], give(&id, 1, &ada, STR("hello")).message_id.ptr, 32);
	memcpy(ids[1], give(&other, 1, &ada, STR("hello")).message_id.ptr, 32);
	memcpy(ids[2], give(&id, 1, &sender_id_system, STR("hello")).message_id.ptr, 32);
	memcpy(ids[3], give(&id, 2, &ada, STR("hello")).message_id.ptr, 32);
	memcpy(ids[4], give(&id, 1, &ada, STR("hello!")).message_id.ptr, 32);
	identity_claim(&id, 1, &ada, &media, false);
	identity_digest(&id);
	assert_true(identity_give(&id, 0, &media));
	memcpy(ids[5], media.message_id.ptr, 32);
	for (int i = 0; i < 6; i++)
		for (int k = 0; k < i; k++)
			assert_memory_not_equal(ids[i], ids[k], 32);
	identity_free(&id);
	identity_free(&other);
}

static void
together_or_alone_messages_have_the_same_ids(void **state)
{
	static const char letters[] =
		"a text, \xE2\x80\x8E with a mark in it, of which we take a part";
	struct identity id = {0}, alone = {0};
	struct message together[CLAIMS];

	(void)state;
	identity_set_conversation(&id, STR("c"));
	identity_set_conversation(&alone, STR("c"));
	for (size_t count = 1; count <= CLAIMS; count++) {
		for (size_t i = 0; i < count; i++) {
			size_t len = i * 31 % sizeof(letters) / (i % 5 + 1);
			together[i] = (struct message){.kind = KIND_TEXT, .text = {letters, len}};
			identity_claim(&id, 7, &ada, &together[i], true);
		}
		identity_digest(&id);
		for (size_t i = 0; i < count; i++) {
			assert_true(identity_give(&id, i, &together[i]));
			struct message m = give(&alone, 7, &ada, together[i].text);
			assert_memory_equal(together[i].message_id.ptr, m.message_id.ptr, 32);
			assert_int_equal(together[i].slot_id.len, m.slot_id.len);
			assert_memory_equal(together[i].slot_id.ptr, m.slot_id.ptr, m.slot_id.len);
		}
	}
	identity_free(&id);
	identity_free(&alone);
}

RUN_TESTS(TEST(ids_stay_what_they_are), TEST(together_or_alone_messages_have_the_same_ids),
	  TEST(a_slot_says_its_minute_however_far_from_the_last),
	  TEST(an_equal_message_is_told_by_how_many_equal_ones_came_before),
	  TEST(a_minute_that_comes_again_goes_on_counting),
	  TEST(the_least_minute_and_sender_are_as_any_other),
	  TEST(another_conversation_sender_minute_class_or_text_is_another_message))
