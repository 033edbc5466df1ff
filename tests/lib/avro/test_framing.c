#include "avro/framing.h"
#include "check.h"

static void
a_single_object_says_its_fingerprint(void **state)
{
	struct buf b = {0};
	enum avro_framing framing;
	struct err err = {0};
	uint64_t id;

	(void)state;
	avro_single_object_add(&b, UINT64_C(0x0123456789ABCDEF));
	buf_add(&b, STR("datum"));
	assert_memory_equal(b.ptr, "\xC3\x01\xEF\xCD\xAB\x89\x67\x45\x23\x01", 10);
	struct str bytes = buf_str(&b);
	assert_ok(avro_framing_read(&bytes, &framing, &id, &err), err);
	assert_int_equal(framing, AVRO_FRAMING_SINGLE_OBJECT);
	assert_true(id == UINT64_C(0x0123456789ABCDEF));
	assert_str(bytes, "datum");
	buf_free(&b);
}

static void
confluent_s_frame_says_its_schema_s_id(void **state)
{
	struct buf b = {0};
	enum avro_framing framing;
	struct err err = {0};
	uint64_t id;

	(void)state;
	avro_confluent_add(&b, 0x81020304);
	buf_add(&b, STR("datum"));
	assert_memory_equal(b.ptr, "\0\x81\2\3\4", 5);
	struct str bytes = buf_str(&b);
	assert_ok(avro_framing_read(&bytes, &framing, &id, &err), err);
	assert_int_equal(framing, AVRO_FRAMING_CONFLUENT);
	assert_int_equal(id, 0x81020304);
	assert_str(bytes, "datum");
	buf_free(&b);
}

static void
bytes_without_a_whole_frame_are_refused_and_stay(void **state)
{
	static const struct str cases[] = {
		{NULL, 0},
		{"", 0},
		{"\0\0\0\1", 4},
		{"\1\0\0\0\1datum", 10},
		{"\xC3\1\1\2\3\4\5\6\7", 9},
		{"\xC3\2\1\2\3\4\5\6\7\x8", 10},
		{"{\"json\": true}", 14},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str bytes = cases[i];
		enum avro_framing framing;
		struct err err = {0};
		uint64_t id;
		assert_int_equal(avro_framing_read(&bytes, &framing, &id, &err), -1);
		assert_int_equal(err.class, ERR_INPUT);
		assert_ptr_equal(bytes.ptr, cases[i].ptr);
	}
}

RUN_TESTS(TEST(a_single_object_says_its_fingerprint), TEST(confluent_s_frame_says_its_schema_s_id),
	  TEST(bytes_without_a_whole_frame_are_refused_and_stay))
