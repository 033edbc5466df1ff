#include "avro/datum_json.h"
#include "avro/json_text.h"
#include "avro/limits.h"
#include "avro/varint.h"
#include "text/utf8.h"

#include <endian.h>
#include <math.h>

#define DECIMAL_BYTES 128 /* a longer decimal is shown as bytes: nobody reads 300 digits */

struct writer {
	const char *at, *end; /* checked data: nothing here runs past its end */
	enum avro_json style;
	struct buf *out;
	size_t limit; /* of out->len */
};

static int write_value(struct writer *, const struct avro_node *);

static int64_t
take_number(struct writer *w)
{
	int64_t value = 0;

	(void)varint_read(&w->at, w->end, &value); /* checked */
	return value;
}

static struct str
take_bytes(struct writer *w, size_t count)
{
	struct str bytes = {w->at, count};

	w->at += count;
	return bytes;
}

static void
add_base64(struct buf *out, struct str bytes)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (; bytes.len > 0; bytes = str_tail(bytes, bytes.len < 3 ? bytes.len : 3)) {
		const unsigned char *p = (const unsigned char *)bytes.ptr;
		unsigned bits = (unsigned)p[0] << 16;
		if (bytes.len > 1)
			bits |= (unsigned)p[1] << 8;
		if (bytes.len > 2)
			bits |= p[2];
		char four[] = {digits[bits >> 18], digits[bits >> 12 & 63],
			       bytes.len > 1 ? digits[bits >> 6 & 63] : '=',
			       bytes.len > 2 ? digits[bits & 63] : '='};
		buf_add(out, (struct str){four, sizeof(four)});
	}
}

/* Two's complement, most significant byte first; bytes.len is 1..DECIMAL_BYTES. */
static void
add_decimal(struct buf *out, struct str bytes, size_t scale)
{
	unsigned char left[DECIMAL_BYTES];
	char digits[DECIMAL_BYTES * 3];
	size_t count = 0, from = 0;
	bool negative = (bytes.ptr[0] & 0x80) != 0;

	memcpy(left, bytes.ptr, bytes.len);
	if (negative) { /* invert and add one */
		unsigned carry = 1;
		for (size_t i = bytes.len; i > 0; i--) {
			carry += (unsigned char)~left[i - 1];
			left[i - 1] = (unsigned char)carry;
			carry >>= 8;
		}
	}
	while (from < bytes.len) { /* divide by ten, digit by digit from the right */
		unsigned rest = 0;
		for (size_t i = from; i < bytes.len; i++) {
			rest = rest << 8 | left[i];
			left[i] = (unsigned char)(rest / 10);
			rest %= 10;
		}
		digits[count++] = (char)('0' + rest);
		while (from < bytes.len && left[from] == 0)
			from++;
	}
	if (negative)
		buf_add_byte(out, '-');
	if (count <= scale)
		buf_add(out, STR("0."));
	for (size_t i = count; i < scale; i++)
		buf_add_byte(out, '0');
	for (size_t i = count; i > 0; i--) {
		if (i == scale && i < count)
			buf_add_byte(out, '.');
		buf_add_byte(out, digits[i - 1]);
	}
}

/* Bytes as text whose code points are the bytes' values. */
static void
add_latin(struct buf *out, struct str bytes)
{
	struct buf text = {0};

	for (size_t i = 0; i < bytes.len; i++)
		utf8_add(&text, (unsigned char)bytes.ptr[i]);
	json_text_add_string(out, buf_str(&text));
	buf_free(&text);
}

static void
write_bytes(struct writer *w, const struct avro_node *node, struct str bytes)
{
	if (w->style == AVRO_JSON_TAGGED) {
		add_latin(w->out, bytes);
		return;
	}
	buf_add_byte(w->out, '"');
	if (str_equal(node->logical, STR("decimal")) && bytes.len > 0 &&
	    bytes.len <= DECIMAL_BYTES && node->scale <= 3 * DECIMAL_BYTES)
		add_decimal(w->out, bytes, (size_t)node->scale);
	else
		add_base64(w->out, bytes);
	buf_add_byte(w->out, '"');
}

static void
write_integer(struct writer *w, const struct avro_node *node)
{
	int64_t value = take_number(w);
	size_t before = w->out->len;

	if (w->style == AVRO_JSON_PLAIN) {
		buf_add_byte(w->out, '"');
		if (datum_time_add(w->out, node->logical, value)) {
			buf_add_byte(w->out, '"');
			return;
		}
		w->out->len = before;
	}
	json_text_add_integer(w->out, value);
}

static bool
write_unreal(struct writer *w, double value)
{
	if (isfinite(value))
		return false;
	if (w->style == AVRO_JSON_PLAIN)
		buf_add(w->out, STR("null"));
	else if (isnan(value))
		buf_add(w->out, STR("\"NaN\""));
	else
		buf_add(w->out, value > 0 ? STR("\"Infinity\"") : STR("\"-Infinity\""));
	return true;
}

static void
write_double(struct writer *w)
{
	uint64_t bits;
	double value;

	memcpy(&bits, take_bytes(w, sizeof(bits)).ptr, sizeof(bits));
	bits = le64toh(bits);
	memcpy(&value, &bits, sizeof(value));
	if (!write_unreal(w, value))
		json_text_add_double(w->out, value);
}

static void
write_float(struct writer *w)
{
	uint32_t bits;
	float value;

	memcpy(&bits, take_bytes(w, sizeof(bits)).ptr, sizeof(bits));
	bits = le32toh(bits);
	memcpy(&value, &bits, sizeof(value));
	if (!write_unreal(w, (double)value))
		json_text_add_float(w->out, value);
}

static int
write_items(struct writer *w, const struct avro_node *node)
{
	char before = node->type == AVRO_MAP ? '{' : '[';
	int64_t count;

	for (buf_add_byte(w->out, before); (count = take_number(w)) != 0;) {
		if (count < 0) {
			count = -count;
			(void)take_number(w); /* the block's size */
		}
		for (; count > 0; count--) {
			if (before == ',')
				buf_add_byte(w->out, ',');
			before = ',';
			if (node->type == AVRO_MAP) {
				json_text_add_string(w->out, take_bytes(w, (size_t)take_number(w)));
				buf_add_byte(w->out, ':');
			}
			if (write_value(w, node->items) != 0)
				return -1;
		}
	}
	buf_add_byte(w->out, node->type == AVRO_MAP ? '}' : ']');
	return 0;
}

static int
write_record(struct writer *w, const struct avro_node *node)
{
	buf_add_byte(w->out, '{');
	for (size_t i = 0; i < node->count; i++) {
		if (i > 0)
			buf_add_byte(w->out, ',');
		json_text_add_string(w->out, node->fields[i].name);
		buf_add_byte(w->out, ':');
		if (write_value(w, node->fields[i].type) != 0)
			return -1;
	}
	buf_add_byte(w->out, '}');
	return 0;
}

static int
write_union(struct writer *w, const struct avro_node *node)
{
	const struct avro_node *branch = node->branches[take_number(w)];
	bool tag = w->style == AVRO_JSON_TAGGED && branch->type != AVRO_NULL;

	if (tag) {
		buf_add_byte(w->out, '{');
		json_text_add_string(w->out, branch->name.ptr != NULL
						     ? branch->name
						     : str_of(avro_type_name(branch->type)));
		buf_add_byte(w->out, ':');
	}
	if (write_value(w, branch) != 0)
		return -1;
	if (tag)
		buf_add_byte(w->out, '}');
	return 0;
}

/* -1: the JSON is too large. What one value adds by itself is bounded by its bytes. */
static int
write_value(struct writer *w, const struct avro_node *node)
{
	switch (node->type) {
	case AVRO_NULL:
		buf_add(w->out, STR("null"));
		break;
	case AVRO_BOOLEAN:
		buf_add(w->out, *take_bytes(w, 1).ptr != 0 ? STR("true") : STR("false"));
		break;
	case AVRO_INT:
	case AVRO_LONG:
		write_integer(w, node);
		break;
	case AVRO_FLOAT:
		write_float(w);
		break;
	case AVRO_DOUBLE:
		write_double(w);
		break;
	case AVRO_BYTES:
		write_bytes(w, node, take_bytes(w, (size_t)take_number(w)));
		break;
	case AVRO_STRING:
		json_text_add_string(w->out, take_bytes(w, (size_t)take_number(w)));
		break;
	case AVRO_FIXED:
		write_bytes(w, node, take_bytes(w, node->size));
		break;
	case AVRO_ENUM:
		json_text_add_string(w->out, node->symbols[take_number(w)]);
		break;
	case AVRO_ARRAY:
	case AVRO_MAP:
		if (write_items(w, node) != 0)
			return -1;
		break;
	case AVRO_RECORD:
		if (write_record(w, node) != 0)
			return -1;
		break;
	case AVRO_UNION:
		if (write_union(w, node) != 0)
			return -1;
		break;
	}
	return w->out->len > w->limit ? -1 : 0;
}

int
avro_datum_add_json(const struct avro_node *node, struct str *bytes, enum avro_json style,
		    struct buf *out, struct err *err)
{
	struct str rest = *bytes;
	size_t before = out->len;

	if (avro_datum_check(node, &rest, err) != 0)
		return -1;
	struct writer w = {rest.ptr - (bytes->len - rest.len), rest.ptr, style, out,
			   before + AVRO_MAX_JSON};
	if (write_value(&w, node) != 0) {
		out->len = before;
		return err_set(err, ERR_INPUT, "as JSON it is larger than %d bytes", AVRO_MAX_JSON);
	}
	*bytes = rest;
	return 0;
}
