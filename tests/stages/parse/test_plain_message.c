#include "../../../stages/parse/message_fields.h"
#include "../../../stages/parse/plain_message.h"
#include "avro/encoder.h"
#include "check.h"
#include "message.avsc.h"

static struct message
a_message(void)
{
	return (struct message){
		.message_id = STR("0123456789abcdef0123456789abcdef"),
		.slot_id = STR("0123456789abcdef0123456789abcdef:26666666:1234567890abcdef:0"),
		.conversation_id = STR("0123456789abcdef0123456789abcdef"),
		.conversation_title = STR("Family"),
		.import_id = STR("an import"),
		.seq = 7,
		.sent_at = 1600000000000,
		.utc_offset_minutes = 120,
		.sender = STR("Grace Hopper"),
		.kind = KIND_TEXT,
		.text = STR("hello"),
		.uri = STR("file:///chats/family.txt"),
		.line = 8,
		.offset = 1234567,
	};
}

/* By the table, and straight: each is what the other is. */
static void
assert_same(struct plain_source *source, const struct message *m)
{
	struct err err;
	struct avro_schema *schema = avro_schema_parse(str_of(message_avsc), &err);
	struct avro_encoder *encoder =
		avro_encoder_new(avro_schema_root(schema), message_fields, &err);
	struct buf expected = {0};

	assert_non_null(encoder);
	assert_ok(avro_encode(encoder, m, 1, &expected, &err), err);
	size_t room = plain_message_room(source, m);
	assert_true(room >= expected.len);
	char *to = test_malloc(room); /* which tells where it ends */
	assert_int_equal(plain_message_write(source, m, to), expected.len);
	assert_memory_equal(to, expected.ptr, expected.len);
	test_free(to);
	buf_free(&expected);
	avro_encoder_free(encoder);
	avro_schema_free(schema);
}

static void
a_plain_message_is_written_as_the_table_has_it(void **state)
{
	static char text[70000];
	struct plain_source source = {0};

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t len = 0; len < 300; len++) {
		struct message m = a_message();
		m.text = (struct str){text, len};
		m.sender = (struct str){text, 300 - len};
		m.seq = (int64_t)(len * len * len * len * len);
		m.line = m.seq + 1;
		m.offset = m.seq * 100;
		m.sent_at -= m.seq;
		m.utc_offset_minutes = (int32_t)len - 150;
		assert_same(&source, &m);
	}
	struct message m = a_message();
	m.text = (struct str){text, sizeof(text)};
	m.seq = m.sent_at = m.line = m.offset = INT64_MAX;
	m.utc_offset_minutes = INT32_MAX;
	assert_same(&source, &m);
}

static void
names_of_a_source_are_of_any_length_or_the_table_writes_them(void **state)
{
	static char name[PLAIN_READY + 1];
	size_t plain = 0;

	(void)state;
	memset(name, 'n', sizeof(name));
	for (size_t len = 0; len <= sizeof(name); len++)
		for (int which = 0; which < 4; which++) {
			struct plain_source source = {0};
			struct message m = a_message();
			*(which == 0   ? &m.conversation_title
			  : which == 1 ? &m.import_id
			  : which == 2 ? &m.uri
				       : &m.conversation_id) = (struct str){name, len};
			if (plain_message_room(&source, &m) == 0)
				continue;
			assert_same(&source, &m);
			plain++;
		}
	assert_true(plain > 1000);
	struct plain_source source = {0};
	struct message m = a_message();
	m.conversation_title = (struct str){0};
	assert_same(&source, &m);
}

static void
what_a_person_adds_is_written_as_the_table_has_it(void **state)
{
	static char long_name[10000];
	static const struct str mentions[] = {{"Ada", 3}, {"447700900123", 12}, {long_name, 70}};
	static const struct deleted deleted = {{"exporter", 8}};
	static const struct str names[] = {
		{0}, {"IMG-20200913-WA0001.jpg", 23}, {long_name, sizeof(long_name)}};

	(void)state;
	memset(long_name, 'n', sizeof(long_name));
	for (unsigned bits = 0; bits < 1 << 9; bits++) {
		struct plain_source source = {0};
		struct attachment attachment = {.name = names[bits % 3],
						.kind = (enum message_kind)(bits % 20),
						.size = bits & 1 ? INT64_MIN : 1 << bits % 30,
						.entry = names[bits / 3 % 3],
						.omitted = bits & 2,
						.path = names[bits / 9 % 3]};
		struct message m = a_message();
		m.kind = (enum message_kind)(bits % (KIND_SYSTEM + 1));
		if (bits & 1)
			m.sender = (struct str){0};
		if (bits & 2)
			m.text = (struct str){0};
		m.edited = bits & 4;
		m.attachments = &attachment;
		m.attachment_count = bits >> 3 & 1;
		m.deleted = bits & 16 ? &deleted : NULL;
		m.mentions = mentions;
		m.mention_count = bits >> 5 & 3;
		m.invalid_bytes = bits & 128 ? INT32_MAX : (int32_t)(bits >> 8);
		assert_same(&source, &m);
	}
}

static void
what_is_seldom_is_not_plain(void **state)
{
	static const struct attachment attachments[2];
	static const struct location location;
	static const struct poll poll;
	static const struct call call;
	static const struct contact contact;
	static const struct system_event event;
	static const struct source_reading reading;
	struct message m[7];
	size_t count = sizeof(m) / sizeof(m[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		m[i] = a_message();
	m[0].location = &location;
	m[1].poll = &poll;
	m[2].call = &call;
	m[3].contact = &contact;
	m[4].system_event = &event;
	m[5].reading = &reading;
	m[6].attachments = attachments;
	m[6].attachment_count = 2;
	for (size_t i = 0; i < count; i++) {
		struct plain_source source = {0};
		assert_int_equal(plain_message_room(&source, &m[i]), 0);
	}
}

RUN_TESTS(TEST(a_plain_message_is_written_as_the_table_has_it),
	  TEST(names_of_a_source_are_of_any_length_or_the_table_writes_them),
	  TEST(what_a_person_adds_is_written_as_the_table_has_it),
	  TEST(what_is_seldom_is_not_plain))
