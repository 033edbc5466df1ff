#include "../../../stages/sink/csv.h"
#include "../../../stages/sink/row.h"
#include "records.h"

#define RECORD(fields) "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"

/* The CSV of one record, header included. */
static void
csv_is(const char *schema_json, const char *record_json, bool guard, const char *expected)
{
	struct avro_schema *schema = schema_of(schema_json);
	struct row *row = row_new(avro_schema_root(schema), ROW_FOR_PEOPLE);
	struct buf record = {0}, csv = {0};
	struct err err = {0};

	csv_add_header(&csv, row);
	assert_ok(row_read(row, record_of(schema, record_json, &record), &err), err);
	csv_add_row(&csv, row, guard);
	assert_str(buf_str(&csv), expected);
	buf_free(&csv);
	buf_free(&record);
	row_free(row);
	avro_schema_free(schema);
}

static void
scalars_are_cells_as_they_are(void **state)
{
	(void)state;
	csv_is(RECORD("{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"i\",\"type\":\"int\"},"
		      "{\"name\":\"l\",\"type\":\"long\"},{\"name\":\"d\",\"type\":\"double\"},"
		      "{\"name\":\"s\",\"type\":\"string\"},{\"name\":\"e\",\"type\":{\"type\":"
		      "\"enum\",\"name\":\"E\",\"symbols\":[\"X\",\"Y\"]}}"),
	       "{\"b\":true,\"i\":-1,\"l\":9007199254740993,\"d\":0.1,\"s\":\"\xC3\xA4\","
	       "\"e\":\"Y\"}",
	       false, "b,i,l,d,s,e\ntrue,-1,9007199254740993,0.1,\xC3\xA4,Y\n");
}

static void
a_number_has_the_fewest_digits_that_its_type_needs(void **state)
{
	(void)state;
	csv_is(RECORD("{\"name\":\"a\",\"type\":\"float\"},{\"name\":\"b\",\"type\":\"float\"},"
		      "{\"name\":\"c\",\"type\":\"double\"},{\"name\":\"d\",\"type\":\"float\"}"),
	       "{\"a\":0.1,\"b\":16777216,\"c\":0.10000000149011612,\"d\":1.17549435e-38}", false,
	       "a,b,c,d\n0.1,16777216,0.10000000149011612,1.1754944e-38\n");
}

static void
null_is_nothing_and_an_empty_text_is_quoted(void **state)
{
	(void)state;
	csv_is(RECORD("{\"name\":\"a\",\"type\":[\"null\",\"string\"]},"
		      "{\"name\":\"b\",\"type\":[\"string\",\"null\"]},"
		      "{\"name\":\"c\",\"type\":\"null\"}"),
	       "{\"a\":null,\"b\":\"\",\"c\":null}", false, "a,b,c\n,\"\",\n");
}

static void
quotes_commas_and_line_breaks_are_quoted(void **state)
{
	(void)state;
	csv_is(RECORD("{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"b\",\"type\":\"string\"},"
		      "{\"name\":\"c\",\"type\":\"string\"},{\"name\":\"d\",\"type\":\"string\"}"),
	       "{\"a\":\"x,y\",\"b\":\"say \\\"hi\\\"\",\"c\":\"1\\n2\",\"d\":\"\\\"\"}", false,
	       "a,b,c,d\n\"x,y\",\"say \"\"hi\"\"\",\"1\n2\",\"\"\"\"\n");
}

static void
records_lie_flat_and_lists_are_json(void **state)
{
	(void)state;
	csv_is(RECORD("{\"name\":\"source\",\"type\":{\"type\":\"record\",\"name\":\"S\","
		      "\"fields\":[{\"name\":\"uri\",\"type\":\"string\"},{\"name\":\"at\","
		      "\"type\":[\"null\",{\"type\":\"record\",\"name\":\"A\",\"fields\":["
		      "{\"name\":\"line\",\"type\":\"long\"},{\"name\":\"col\",\"type\":\"int\"}]}"
		      "]}]}},{\"name\":\"tags\",\"type\":{\"type\":\"array\",\"items\":"
		      "\"string\"}},{\"name\":\"any\",\"type\":[\"null\",\"int\",\"string\"]}"),
	       "{\"source\":{\"uri\":\"u\",\"at\":{\"line\":7,\"col\":1}},\"tags\":[\"a\",\"b\"],"
	       "\"any\":5}",
	       false,
	       "source.uri,source.at.line,source.at.col,tags,any\n"
	       "u,7,1,\"[\"\"a\"\",\"\"b\"\"]\",5\n");
	csv_is(RECORD("{\"name\":\"m\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"S\","
		      "\"fields\":[{\"name\":\"x\",\"type\":\"int\"},{\"name\":\"y\",\"type\":"
		      "\"int\"}]}]}"),
	       "{\"m\":null}", false, "m.x,m.y\n,\n");
}

static void
times_and_bytes_are_shown_as_in_json(void **state)
{
	(void)state;
	csv_is(RECORD("{\"name\":\"t\",\"type\":{\"type\":\"long\",\"logicalType\":"
		      "\"timestamp-millis\"}},{\"name\":\"b\",\"type\":\"bytes\"},"
		      "{\"name\":\"d\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"}}"),
	       "{\"t\":1700000000123,\"b\":\"\\u00ff\\u00fe\\u00fd\",\"d\":0}", false,
	       "t,b,d\n2023-11-14T22:13:20.123Z,//79,1970-01-01\n");
}

static void
a_formula_is_kept_from_running_when_asked(void **state)
{
	const char *schema = RECORD("{\"name\":\"a\",\"type\":\"string\"},"
				    "{\"name\":\"n\",\"type\":\"int\"}");
	(void)state;

	csv_is(schema, "{\"a\":\"=1+1\",\"n\":-3}", false, "a,n\n=1+1,-3\n");
	csv_is(schema, "{\"a\":\"=1+1\",\"n\":-3}", true, "a,n\n'=1+1,-3\n");
	csv_is(schema, "{\"a\":\"@A(\\\"x\\\")\",\"n\":1}", true, "a,n\n\"'@A(\"\"x\"\")\",1\n");
	csv_is(schema, "{\"a\":\"1=1\",\"n\":1}", true, "a,n\n1=1,1\n");
}

static void
a_record_inside_itself_is_json(void **state)
{
	(void)state;
	csv_is(RECORD("{\"name\":\"v\",\"type\":\"int\"},{\"name\":\"next\",\"type\":"
		      "[\"null\",\"R\"],\"default\":null}"),
	       "{\"v\":1,\"next\":{\"v\":2,\"next\":null}}", false,
	       "v,next\n1,\"{\"\"v\"\":2,\"\"next\"\":null}\"\n");
}

static void
a_database_gets_times_as_numbers_and_bytes_as_bytes(void **state)
{
	(void)state;
	struct avro_schema *schema =
		schema_of(RECORD("{\"name\":\"t\",\"type\":{\"type\":\"long\",\"logicalType\":"
				 "\"timestamp-millis\"}},{\"name\":\"b\",\"type\":\"bytes\"}"));
	struct row *row = row_new(avro_schema_root(schema), ROW_FOR_DATABASE);
	struct buf record = {0};
	struct err err = {0};

	assert_ok(row_read(row,
			   record_of(schema, "{\"t\":5,\"b\":\"\\u00ff\\u00fe\\u00fd\"}", &record),
			   &err),
		  err);
	assert_int_equal(row->cells[0].type, CELL_INTEGER);
	assert_int_equal(row->cells[0].integer, 5);
	assert_int_equal(row->cells[1].type, CELL_BYTES);
	assert_str(row->cells[1].text, "\xFF\xFE\xFD");
	buf_free(&record);
	row_free(row);
	avro_schema_free(schema);
}

static void
a_wide_record_in_a_wide_record_does_not_multiply(void **state)
{
	struct buf json = {0};
	(void)state;

	/* Each level holds the one below 40 times: flat, it were 40^6 columns. */
	buf_add(&json, STR("\"int\""));
	for (int level = 0; level < 6; level++) {
		struct buf outer = {0};
		buf_printf(&outer, "{\"type\":\"record\",\"name\":\"L%d\",\"fields\":[", level);
		for (int i = 0; i < 40; i++) {
			buf_printf(&outer, "%s{\"name\":\"f%d\",\"type\":", i > 0 ? "," : "", i);
			if (i == 0)
				buf_add(&outer, buf_str(&json));
			else if (level == 0)
				buf_add(&outer, STR("\"int\""));
			else
				buf_printf(&outer, "\"L%d\"", level - 1);
			buf_add_byte(&outer, '}');
		}
		buf_add(&outer, STR("]}"));
		buf_free(&json);
		json = outer;
	}
	struct avro_schema *schema = schema_of(buf_cstr(&json));
	struct row *row = row_new(avro_schema_root(schema), ROW_FOR_DATABASE);
	assert_true(row->column_count <= 500);
	assert_int_equal(row->field_count, 40);
	row_free(row);
	avro_schema_free(schema);
	buf_free(&json);
}

static void
damage_names_the_field(void **state)
{
	(void)state;
	struct avro_schema *schema =
		schema_of(RECORD("{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"s\",\"type\":"
				 "[\"null\",{\"type\":\"record\",\"name\":\"S\",\"fields\":["
				 "{\"name\":\"t\",\"type\":\"string\"}]}]}"));
	struct row *row = row_new(avro_schema_root(schema), ROW_FOR_PEOPLE);
	struct err err = {0};

	assert_int_equal(row_read(row, STR("\x02\x02\x04\xC3"), &err), -1);
	assert_int_equal(err.class, ERR_INPUT);
	assert_string_equal(err.text, "field \"s\": field \"t\": the record is damaged");
	assert_int_equal(row_read(row, STR("\x02\x02\x04\xC3\xC3"), &err), -1);
	assert_string_equal(err.text, "field \"s\": field \"t\": its text is not valid UTF-8");
	assert_int_equal(row_read(row, STR("\x02\x06"), &err), -1);
	assert_int_equal(row_read(row, STR("\x02\x00\x00"), &err), -1);
	assert_int_equal(row_read(row, STR(""), &err), -1);
	assert_int_equal(row_read(row, STR("\x02\x00"), &err), 0);
	row_free(row);
	avro_schema_free(schema);
}

RUN_TESTS(TEST(scalars_are_cells_as_they_are),
	  TEST(a_number_has_the_fewest_digits_that_its_type_needs),
	  TEST(null_is_nothing_and_an_empty_text_is_quoted),
	  TEST(quotes_commas_and_line_breaks_are_quoted), TEST(records_lie_flat_and_lists_are_json),
	  TEST(times_and_bytes_are_shown_as_in_json),
	  TEST(a_formula_is_kept_from_running_when_asked), TEST(a_record_inside_itself_is_json),
	  TEST(a_database_gets_times_as_numbers_and_bytes_as_bytes),
	  TEST(a_wide_record_in_a_wide_record_does_not_multiply), TEST(damage_names_the_field))
