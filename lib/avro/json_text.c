#include "avro/json_text.h"

#include "base/mem.h"
#include <stdio.h>

/* jansson's memory is always there, too. */
static void __attribute__((constructor)) give_memory(void)
{
	json_set_alloc_funcs(mem_alloc, free);
}

json_t *
json_text_read(struct str text, struct err *err)
{
	json_error_t why;
	/* NUL is a byte like any other in the default of a bytes field. */
	json_t *json = json_loadb(text.len == 0 ? "" : text.ptr, text.len,
				  JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);

	/* jansson's text may quote the input: its place is enough, and safe to log. */
	if (json == NULL)
		err_set(err, ERR_INPUT, "not JSON, at byte %d of %zu",
			why.position < 0 ? 0 : why.position, text.len);
	return json;
}

/* One begins it; each other one stands behind one of these. */
size_t
json_text_values(struct str text)
{
	size_t values = 1;
	bool in_string = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '"')
			in_string = !in_string;
		else if (in_string)
			i += c == '\\';
		else
			values += c == '[' || c == '{' || c == ',' || c == ':';
	}
	return values;
}

struct str
json_text_str(const json_t *json)
{
	if (!json_is_string(json))
		return (struct str){0};
	return (struct str){json_string_value(json), json_string_length(json)};
}

void
json_text_add_string(struct buf *b, struct str s)
{
	static const char hex[] = "0123456789abcdef";
	size_t plain = 0; /* where the bytes begin that are not written yet */

	buf_add_byte(b, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
			continue;
		buf_add(b, (struct str){s.ptr + plain, i - plain});
		plain = i + 1;
		if (c == '"' || c == '\\') {
			buf_add(b, (struct str){(char[]){'\\', (char)c}, 2});
		} else if (c == '\n') {
			buf_add(b, STR("\\n"));
		} else {
			buf_add(b, STR("\\u00"));
			buf_add_byte(b, hex[c >> 4]);
			buf_add_byte(b, hex[c & 15]);
		}
	}
	if (s.len > plain)
		buf_add(b, (struct str){s.ptr + plain, s.len - plain});
	buf_add_byte(b, '"');
}

void
json_text_add_integer(struct buf *b, int64_t value)
{
	if (value < 0)
		buf_add_byte(b, '-');
	buf_add_number(b, value < 0 ? -(uint64_t)value : (uint64_t)value, 1);
}

/* "1" would come back as an integer. */
static void
add_real(struct buf *b, const char *digits)
{
	buf_add(b, str_of(digits));
	if (strpbrk(digits, ".e") == NULL)
		buf_add(b, STR(".0"));
}

void
json_text_add_double(struct buf *b, double value)
{
	char digits[32];

	for (int precision = 15; precision <= 17; precision++) {
		snprintf(digits, sizeof(digits), "%.*g", precision, value);
		if (strtod(digits, NULL) == value)
			break;
	}
	add_real(b, digits);
}

void
json_text_add_float(struct buf *b, float value)
{
	char digits[32];

	for (int precision = 6; precision <= 9; precision++) {
		snprintf(digits, sizeof(digits), "%.*g", precision, (double)value);
		if ((float)strtod(digits, NULL) == value) /* as readers of JSON do */
			break;
	}
	add_real(b, digits);
}

/* jansson reads at most 2048 levels: the recursion is bounded. */
void
json_text_add(struct buf *b, const json_t *json)
{
	const char *key;
	size_t key_length, i;
	json_t *value;
	char before = '{';

	switch (json_typeof(json)) {
	case JSON_OBJECT:
		json_object_keylen_foreach((json_t *)json, key, key_length, value)
		{
			buf_add_byte(b, before);
			json_text_add_string(b, (struct str){key, key_length});
			buf_add_byte(b, ':');
			json_text_add(b, value);
			before = ',';
		}
		buf_add(b, before == '{' ? STR("{}") : STR("}"));
		break;
	case JSON_ARRAY:
		buf_add_byte(b, '[');
		json_array_foreach(json, i, value)
		{
			if (i > 0)
				buf_add_byte(b, ',');
			json_text_add(b, value);
		}
		buf_add_byte(b, ']');
		break;
	case JSON_STRING:
		json_text_add_string(b, json_text_str(json));
		break;
	case JSON_INTEGER:
		json_text_add_integer(b, json_integer_value(json));
		break;
	case JSON_REAL:
		json_text_add_double(b, json_real_value(json));
		break;
	case JSON_TRUE:
		buf_add(b, STR("true"));
		break;
	case JSON_FALSE:
		buf_add(b, STR("false"));
		break;
	case JSON_NULL:
		buf_add(b, STR("null"));
		break;
	}
}
