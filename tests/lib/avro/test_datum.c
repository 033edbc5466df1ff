#include "avro/datum.h"
#include "avro/limits.h"
#include "avro/varint.h"
#include "check.h"
#include "parse_schema.h"

static void
refuse(const char *schema, struct str datum, const char *why)
{
	struct avro_schema *s = parse(schema);
	struct str bytes = datum;
	struct err err = {0};

	assert_int_equal(avro_datum_check(avro_schema_root(s), &bytes, &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	if (strstr(err.text, why) == NULL)
		print_error("\"%s\" does not say \"%s\"\n", err.text, why);
	assert_non_null(strstr(err.text, why));
	assert_ptr_equal(bytes.ptr, datum.ptr);
	avro_schema_free(s);
}

/* The datum is sound, and shown in both styles; the tagged one becomes a datum again that is shown
 * alike. */
static void
shows(const char *schema, struct str datum, const char *plain, const char *tagged)
{
	struct avro_schema *s = parse(schema);
	const struct avro_node *root = avro_schema_root(s);
	struct buf json = {0}, again = {0};
	struct str bytes = datum;
	struct err err = {0};

	assert_ok(avro_datum_add_json(root, &bytes, AVRO_JSON_PLAIN, &json, &err), err);
	assert_int_equal(bytes.len, 0);
	assert_str(buf_str(&json), plain);
	buf_clear(&json);
	bytes = datum;
	assert_ok(avro_datum_add_json(root, &bytes, AVRO_JSON_TAGGED, &json, &err), err);
	assert_str(buf_str(&json), tagged);
	json_t *value = json_loadb(json.ptr, json.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	assert_non_null(value);
	assert_ok(avro_datum_from_json(root, value, &again, &err), err);
	json_decref(value);
	bytes = buf_str(&again);
	buf_clear(&json);
	assert_ok(avro_datum_add_json(root, &bytes, AVRO_JSON_TAGGED, &json, &err), err);
	assert_int_equal(bytes.len, 0);
	assert_str(buf_str(&json), tagged);
	buf_free(&json);
	buf_free(&again);
	avro_schema_free(s);
}

#define B(bytes)               ((struct str){bytes, sizeof(bytes) - 1})
#define FIXED(n)               "{\"type\":\"fixed\",\"name\":\"F\",\"size\":" #n "}"
#define LOGICAL(type, logical) "{\"type\":\"" type "\",\"logicalType\":\"" logical "\"}"
#define ARRAY(items)           "{\"type\":\"array\",\"items\":" items "}"
#define MAP(values)            "{\"type\":\"map\",\"values\":" values "}"

static void
every_type_is_shown_as_json(void **state)
{
	(void)state;
	shows("\"null\"", B(""), "null", "null");
	shows("\"boolean\"", B("\1"), "true", "true");
	shows("\"int\"", B("\xFF\xFF\xFF\xFF\xF"), "-2147483648", "-2147483648");
	shows("\"long\"", B("\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"), "9223372036854775807",
	      "9223372036854775807");
	shows("\"float\"", B("\xCD\xCC\xCC\x3D"), "0.1", "0.1");
	shows("\"float\"", B("\0\0\0\x40"), "2.0", "2.0");
	shows("\"double\"", B("\x9A\x99\x99\x99\x99\x99\xB9\x3F"), "0.1", "0.1");
	shows("\"double\"", B("\0\0\0\0\0\0\xF8\x7F"), "null", "\"NaN\"");
	shows("\"double\"", B("\0\0\0\0\0\0\xF0\x7F"), "null", "\"Infinity\"");
	shows("\"double\"", B("\0\0\0\0\0\0\xF0\xFF"), "null", "\"-Infinity\"");
	shows("\"bytes\"", B("\4\0\xFF"), "\"AP8=\"", "\"\\u0000\xC3\xBF\"");
	shows("\"bytes\"", B("\6abc"), "\"YWJj\"", "\"abc\"");
	shows("\"bytes\"", B("\0"), "\"\"", "\"\"");
	shows("\"string\"", B("\12\"\\\n\xC3\xA9"), "\"\\\"\\\\\\n\xC3\xA9\"",
	      "\"\\\"\\\\\\n\xC3\xA9\"");
	shows(FIXED(1), B("a"), "\"YQ==\"", "\"a\"");
	shows("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a\",\"b\"]}", B("\2"), "\"b\"",
	      "\"b\"");
	shows(ARRAY("\"int\""), B("\2\2\3\4\4\6\0"), "[1,2,3]", "[1,2,3]");
	shows(ARRAY("\"null\""), B("\1\0\4\0"), "[null,null,null]", "[null,null,null]");
	shows(MAP("\"int\""), B("\2\2a\2\1\6\2b\4\0"), "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}");
	shows("[\"null\",\"string\",\"long\"]", B("\0"), "null", "null");
	shows("[\"null\",\"string\",\"long\"]", B("\2\2x"), "\"x\"", "{\"string\":\"x\"}");
	shows("{\"type\":\"record\",\"name\":\"n.R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
	      "{\"name\":\"next\",\"type\":[\"null\",\"R\"]}]}",
	      B("\2\2\4\0"), "{\"a\":1,\"next\":{\"a\":2,\"next\":null}}",
	      "{\"a\":1,\"next\":{\"n.R\":{\"a\":2,\"next\":null}}}");
}

static void
logical_types_are_shown_as_people_write_them(void **state)
{
	(void)state;
	shows(LOGICAL("long", "timestamp-millis"), B("\0"), "\"1970-01-01T00:00:00Z\"", "0");
	shows(LOGICAL("long", "timestamp-millis"), B("\1"), "\"1969-12-31T23:59:59.999Z\"", "-1");
	shows(LOGICAL("long", "timestamp-micros"), B("\2"), "\"1970-01-01T00:00:00.000001Z\"", "1");
	shows(LOGICAL("long", "local-timestamp-millis"), B("\0"), "\"1970-01-01T00:00:00\"", "0");
	shows(LOGICAL("int", "date"), B("\xAE\xA9\2"), "\"2022-02-08\"", "19031");
	shows(LOGICAL("int", "date"), B("\1"), "\"1969-12-31\"", "-1");
	shows(LOGICAL("int", "time-millis"), B("\x02"), "\"00:00:00.001\"", "1");
	shows(LOGICAL("long", "time-micros"), B("\1"), "-1", "-1");
	/* Beyond four digits a year is no year: the number. */
	shows(LOGICAL("long", "timestamp-millis"), B("\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"),
	      "9223372036854775807", "9223372036854775807");
	shows(LOGICAL("long", "timestamp-millis"), B("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"),
	      "-9223372036854775808", "-9223372036854775808");
	shows(LOGICAL("long", "timestamp-nanos"), B("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"),
	      "\"1677-09-21T00:12:43.145224192Z\"", "-9223372036854775808");
#define DECIMAL(scale)                                                                             \
	"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":" #scale "}"
	shows(DECIMAL(2), B("\4\4\xD2"), "\"12.34\"", "\"\\u0004\xC3\x92\"");
	shows(DECIMAL(0), B("\2\xFF"), "\"-1\"", "\"\xC3\xBF\"");
	shows(DECIMAL(3), B("\4\xFF\x80"), "\"-0.128\"", "\"\xC3\xBF\xC2\x80\"");
	shows(DECIMAL(1), B("\6\0\0\0"), "\"0.0\"", "\"\\u0000\\u0000\\u0000\"");
	shows(LOGICAL("string", "uuid"), B("\2u"), "\"u\"", "\"u\"");
}

/* A million items of no bytes, whose fields have long names. */
static void
json_that_would_be_too_large_is_refused(void **state)
{
	struct buf schema = {0}, name = {0}, json = {0};
	struct err err = {0};
	struct str bytes = B("\x80\x89\x7A\0");

	(void)state;
	memset(buf_room(&name, AVRO_MAX_NAME), 'a', AVRO_MAX_NAME);
	name.len = AVRO_MAX_NAME;
	buf_printf(&schema,
		   ARRAY("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"%s\","
			 "\"type\":\"null\"}]}"),
		   buf_cstr(&name));
	struct avro_schema *s = parse(buf_cstr(&schema));
	buf_add(&json, STR("before"));
	assert_int_equal(
		avro_datum_add_json(avro_schema_root(s), &bytes, AVRO_JSON_PLAIN, &json, &err), -1);
	assert_str(str_of(err.text), "as JSON it is larger than 134217728 bytes");
	assert_str(buf_str(&json), "before");
	assert_int_equal(bytes.len, 4);
	avro_schema_free(s);
	buf_free(&schema);
	buf_free(&name);
	buf_free(&json);
}

static void
dates_are_right_over_four_centuries(void **state)
{
	struct avro_schema *s = parse(LOGICAL("int", "date"));
	int year = 1800, month = 1, day = 1;
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct buf datum = {0}, json = {0}, again = {0};
	struct err err = {0};

	(void)state;
	for (int64_t days = -62091; year < 2201; days++) { /* 1800-01-01 */
		char expected[32];
		snprintf(expected, sizeof(expected), "\"%04d-%02d-%02d\"", year, month, day);
		buf_clear(&datum);
		buf_clear(&json);
		buf_clear(&again);
		varint_add(&datum, days);
		struct str bytes = buf_str(&datum);
		assert_ok(avro_datum_add_json(avro_schema_root(s), &bytes, AVRO_JSON_PLAIN, &json,
					      &err),
			  err);
		assert_str(buf_str(&json), expected);
		json_t *text = json_loadb(json.ptr, json.len, JSON_DECODE_ANY, NULL);
		assert_ok(avro_datum_from_json(avro_schema_root(s), text, &again, &err), err);
		json_decref(text);
		assert_true(str_equal(buf_str(&again), buf_str(&datum)));
		bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
		if (++day > lengths[month - 1] + (month == 2 && leap)) {
			day = 1;
			if (++month > 12) {
				month = 1;
				year++;
			}
		}
	}
	buf_free(&datum);
	buf_free(&json);
	buf_free(&again);
	avro_schema_free(s);
}

static void
from_json(const char *schema, const char *json, struct str datum)
{
	struct avro_schema *s = parse(schema);
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
	struct buf out = {0};
	struct err err = {0};

	assert_non_null(value);
	assert_ok(avro_datum_from_json(avro_schema_root(s), value, &out, &err), err);
	assert_true(str_equal(buf_str(&out), datum));
	json_decref(value);
	buf_free(&out);
	avro_schema_free(s);
}

static void
not_from_json(const char *schema, const char *json, const char *why)
{
	struct avro_schema *s = parse(schema);
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
	struct buf out = {0};
	struct err err = {0};

	assert_non_null(value);
	buf_add(&out, STR("before"));
	assert_int_equal(avro_datum_from_json(avro_schema_root(s), value, &out, &err), -1);
	if (strstr(err.text, why) == NULL)
		print_error("\"%s\" does not say \"%s\"\n", err.text, why);
	assert_non_null(strstr(err.text, why));
	assert_str(buf_str(&out), "before");
	json_decref(value);
	buf_free(&out);
	avro_schema_free(s);
}

static void
plain_json_takes_the_first_branch_that_fits(void **state)
{
	(void)state;
	from_json("[\"null\",\"string\",\"long\"]", "3", B("\4\6"));
	from_json("[\"null\",\"string\",\"long\"]", "{\"long\":3}", B("\4\6"));
	from_json("[\"null\",\"int\",\"long\",\"double\"]", "2147483648",
		  B("\4\x80\x80\x80\x80\x10"));
	from_json("[\"bytes\",\"string\"]", "\"\xE2\x82\xAC\"", B("\2\6\xE2\x82\xAC"));
	from_json(
		"[{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}"
		"]},"
		"{\"type\":\"record\",\"name\":\"B\",\"fields\":[{\"name\":\"b\",\"type\":\"int\"},"
		"{\"name\":\"c\",\"type\":\"int\",\"default\":9}]}]",
		"{\"b\":1}", B("\2\2\22"));
	from_json("[\"string\"," LOGICAL("long", "timestamp-millis") "]", "\"x\"", B("\0\2x"));
	from_json("[" LOGICAL("long", "timestamp-millis") ",\"string\"]",
		  "\"1970-01-01T01:00:00.5+01:00\"", B("\0\xE8\7"));
	not_from_json("[\"null\",\"int\"]", "\"x\"", "none of the branches");
	not_from_json(ARRAY("[\"null\",\"int\"]"), "[null,1,\"x\"]", "item 2");
	not_from_json("{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":"
		      "\"int\"}]}",
		      "{}", "field \"a\": it is missing");
	not_from_json(LOGICAL("int", "date"), "\"2023-02-29\"", "no \"int\"");
	not_from_json(LOGICAL("long", "timestamp-nanos"), "\"9999-01-01T00:00:00Z\"",
		      "no \"long\"");
}

static void
damage_is_named_with_its_field(void **state)
{
	(void)state;
	refuse("\"boolean\"", B("\2"), "neither 0 nor 1");
	refuse("\"boolean\"", B(""), "at least 1");
	refuse("\"int\"", B("\x80\x80\x80\x80\x10"), "32 bits");
	refuse("\"long\"", B("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"), "10 bytes");
	refuse("\"double\"", B("1234567"), "at least 8");
	refuse("\"string\"", B("\1"), "-1 bytes are announced");
	refuse("\"string\"", B("\4a"), "2 bytes are announced, 1 are left");
	refuse("\"string\"", B("\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"), "announced");
	refuse("\"string\"", B("\4\xC3("), "not UTF-8 at its byte 0");
	refuse("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a\"]}", B("\2"),
	       "index is 1 of 1");
	refuse("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[]}", B("\0"), "index is 0 of 0");
	refuse("[\"null\",\"int\"]", B("\4\0"), "index is 2 of 2");
	refuse("[\"null\",\"int\"]", B("\1\0"), "index is -1 of 2");
	refuse("{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"list\",\"type\":"
	       "{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"S\",\"fields\":["
	       "{\"name\":\"flag\",\"type\":\"boolean\"}]}}}]}",
	       B("\2\0\4\0\7\0"), "field \"list[2].flag\": ");
	refuse(MAP("\"boolean\""), B("\2\4me\7\0"), "field \"[0]\"");
}

static void
counts_and_sizes_of_blocks_are_honest(void **state)
{
	(void)state;
	refuse(ARRAY("\"int\""), B("\2\2"), "cut off");
	refuse(ARRAY("\"int\""), B("\6\2\2"), "announces 3 items where at most 2 fit");
	refuse(ARRAY("\"int\""), B("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1\0"), "no positive");
	refuse(ARRAY("\"int\""), B("\1\1\2\0"), "-1 bytes");
	refuse(ARRAY("\"int\""), B("\1\10\2\0"), "4 bytes are announced");
	refuse(ARRAY("\"int\""), B("\1\4\2\2\0"), "leaves 1 of its bytes");
	refuse(ARRAY("\"int\""), B("\3\2\2\2\0"), "announces 2 items where at most 1");
	refuse(ARRAY("\"string\""), B("\1\4\4ab\0"), "announced");
	/* Strings in maps have a key of a byte each. */
	refuse(MAP("\"int\""), B("\4\2a\2"), "announces 2 items where at most 1");
	/* Items of no bytes: 2^40 of them, or a million in each of two blocks. */
	refuse(ARRAY("\"null\""), B("\x80\x80\x80\x80\x80\x80\1\0"), "at most 1000000");
	refuse(ARRAY("\"null\""), B("\x80\x89\x7A\2\0"), "at most 0 fit");
	refuse(ARRAY(FIXED(0)), B("\x80\x89\x7A\2\0"), "at most 0 fit");
}

static void
nesting_has_an_end(void **state)
{
	char datum[4 * AVRO_MAX_DEPTH];
	struct avro_schema *s = parse("{\"type\":\"record\",\"name\":\"R\",\"fields\":["
				      "{\"name\":\"next\",\"type\":[\"null\",\"R\"]}]}");
	struct str bytes;
	struct err err = {0};

	(void)state;
	memset(datum, 2, sizeof(datum));
	datum[AVRO_MAX_DEPTH - 1] = 0;
	bytes = (struct str){datum, sizeof(datum)};
	assert_ok(avro_datum_check(avro_schema_root(s), &bytes, &err), err);
	assert_int_equal(bytes.len, sizeof(datum) - AVRO_MAX_DEPTH);
	datum[AVRO_MAX_DEPTH - 1] = 2;
	bytes = (struct str){datum, sizeof(datum)};
	assert_int_equal(avro_datum_check(avro_schema_root(s), &bytes, &err), -1);
	assert_non_null(strstr(err.text, "deep"));
	avro_schema_free(s);
}

RUN_TESTS(TEST(every_type_is_shown_as_json), TEST(logical_types_are_shown_as_people_write_them),
	  TEST(json_that_would_be_too_large_is_refused), TEST(dates_are_right_over_four_centuries),
	  TEST(plain_json_takes_the_first_branch_that_fits), TEST(damage_is_named_with_its_field),
	  TEST(counts_and_sizes_of_blocks_are_honest), TEST(nesting_has_an_end))
