#include "avro/datum.h"

#include "avro/limits.h"
#include "avro/varint.h"
#include "text/utf8.h"
#include <stdarg.h>
#include <stdio.h>

/* How the value at hand was reached: on the C stack, for messages alone. */
struct step {
	const struct step *above;
	struct str field; /* no ptr: an item */
	uint64_t item;
};
struct check {
	const char *at, *end;
	uint64_t free_items; /* that took no bytes, in all of the datum */
	uint64_t *values;    /* looked at so far */
	int depth;
	bool any_text; /* strings need not be UTF-8 */
	struct err *err;
};

static int check(struct check *, const struct avro_node *, const struct step *);

static void
add_path(struct buf *path, const struct step *step)
{
	if (step == NULL)
		return;
	add_path(path, step->above);
	if (step->field.ptr == NULL)
		buf_printf(path, "[%llu]", (unsigned long long)step->item);
	else
		buf_printf(path, "%s%.*s", path->len > 0 ? "." : "", STR_ARG(step->field));
}

static int __attribute__((format(printf, 3, 4)))
fail(struct check *c, const struct step *step, const char *fmt, ...)
{
	struct buf path = {0};
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(c->err, ERR_INPUT, "%s", text);
	add_path(&path, step);
	if (path.len > 0)
		err_prefix(c->err, "field \"%.*s\": ", STR_ARG(buf_str(&path)));
	buf_free(&path);
	return -1;
}

static int
take_number(struct check *c, const struct step *step, const char *what, int64_t *value)
{
	if (!varint_read(&c->at, c->end, value))
		return fail(c, step, "%s is cut off or longer than 10 bytes", what);
	return 0;
}

static int
take_bytes(struct check *c, const struct step *step, int64_t length, struct str *bytes)
{
	if (length < 0 || length > c->end - c->at)
		return fail(c, step, "%lld bytes are announced, %td are left", (long long)length,
			    c->end - c->at);
	*bytes = (struct str){c->at, (size_t)length};
	c->at += length;
	return 0;
}

static int
take_string(struct check *c, const struct step *step, bool text)
{
	struct str bytes;
	int64_t length;

	if (take_number(c, step, "a length", &length) != 0 ||
	    take_bytes(c, step, length, &bytes) != 0)
		return -1;
	if (text && !c->any_text && utf8_valid_prefix(bytes) < bytes.len)
		return fail(c, step, "the string is not UTF-8 at its byte %zu",
			    utf8_valid_prefix(bytes));
	return 0;
}

/* An index among `count`. */
static int
take_index(struct check *c, const struct step *step, const char *what, size_t count, size_t *index)
{
	int64_t value;

	if (take_number(c, step, what, &value) != 0)
		return -1;
	if (value < 0 || (uint64_t)value >= count)
		return fail(c, step, "%s is %lld of %zu", what, (long long)value, count);
	*index = (size_t)value;
	return 0;
}

static int
check_items(struct check *c, const struct avro_node *node, const struct step *above, uint64_t count,
	    uint64_t first)
{
	size_t smallest = node->items->min_bytes + (node->type == AVRO_MAP);
	uint64_t most = smallest == 0 ? AVRO_MAX_FREE_ITEMS - c->free_items
				      : (uint64_t)(c->end - c->at) / smallest;

	if (count > most)
		return fail(c, above, "a block announces %llu items where at most %llu fit",
			    (unsigned long long)count, (unsigned long long)most);
	if (smallest == 0) {
		c->free_items += count;
		return 0;
	}
	for (uint64_t i = 0; i < count; i++) {
		struct step step = {.above = above, .item = first + i};
		if (node->type == AVRO_MAP && take_string(c, &step, true) != 0)
			return -1;
		if (check(c, node->items, &step) != 0)
			return -1;
	}
	return 0;
}

static int
check_blocks(struct check *c, const struct avro_node *node, const struct step *above)
{
	uint64_t seen = 0;

	for (;;) {
		const char *end = c->end;
		struct str block = {0};
		int64_t count, size;

		if (take_number(c, above, "a block's count", &count) != 0)
			return -1;
		if (count == 0)
			return 0;
		if (count == INT64_MIN)
			return fail(c, above, "a block's count has no positive");
		if (count < 0) {
			count = -count;
			if (take_number(c, above, "a block's size", &size) != 0 ||
			    take_bytes(c, above, size, &block) != 0)
				return -1;
			c->at = block.ptr;
			c->end = block.ptr + block.len;
			if (check_items(c, node, above, (uint64_t)count, seen) != 0)
				return -1;
			if (c->at != c->end)
				return fail(c, above, "a block leaves %td of its bytes over",
					    c->end - c->at);
			c->end = end;
		} else if (check_items(c, node, above, (uint64_t)count, seen) != 0) {
			return -1;
		}
		seen += (uint64_t)count;
	}
}

static int
check_nested(struct check *c, const struct avro_node *node, const struct step *above)
{
	int status = 0;

	if (c->depth == AVRO_MAX_DEPTH)
		return fail(c, above, "the data is nested more than %d deep", AVRO_MAX_DEPTH);
	c->depth++;
	if (node->type == AVRO_RECORD) {
		for (size_t i = 0; i < node->count && status == 0; i++) {
			struct step step = {.above = above, .field = node->fields[i].name};
			status = check(c, node->fields[i].type, &step);
		}
	} else {
		status = check_blocks(c, node, above);
	}
	c->depth--;
	return status;
}

static int
check(struct check *c, const struct avro_node *node, const struct step *step)
{
	struct str bytes;
	int64_t number;
	size_t index;

	if (*c->values == AVRO_MAX_CHECKED)
		return fail(c, step, "there are more than %d values to be checked",
			    AVRO_MAX_CHECKED);
	++*c->values;
	/* A record that holds itself often ends here, long before the depth is used up. */
	if ((size_t)(c->end - c->at) < node->min_bytes)
		return fail(c, step, "%td bytes are left, %s takes at least %zu", c->end - c->at,
			    avro_type_name(node->type), node->min_bytes);
	if (node->min_bytes == 0) /* then no datum of it has any */
		return 0;
	switch (node->type) {
	case AVRO_NULL:
		return 0;
	case AVRO_BOOLEAN:
		if ((unsigned char)*c->at > 1)
			return fail(c, step, "a boolean is neither 0 nor 1");
		c->at++;
		return 0;
	case AVRO_INT:
		if (take_number(c, step, "an int", &number) != 0)
			return -1;
		if (number < INT32_MIN || number > INT32_MAX)
			return fail(c, step, "an int takes more than 32 bits");
		return 0;
	case AVRO_LONG:
		return take_number(c, step, "a long", &number);
	case AVRO_FLOAT:
	case AVRO_DOUBLE:
	case AVRO_FIXED:
		return take_bytes(c, step, (int64_t)node->min_bytes, &bytes);
	case AVRO_BYTES:
	case AVRO_STRING:
		return take_string(c, step, node->type == AVRO_STRING);
	case AVRO_ENUM:
		return take_index(c, step, "a symbol's index", node->count, &index);
	case AVRO_UNION:
		if (take_index(c, step, "a branch's index", node->count, &index) != 0)
			return -1;
		return check(c, node->branches[index], step);
	case AVRO_ARRAY:
	case AVRO_MAP:
	case AVRO_RECORD:
		return check_nested(c, node, step);
	}
	return 0;
}

static int
check_datum(const struct avro_node *node, struct str *bytes, bool any_text, uint64_t *values,
	    struct err *err)
{
	/* An empty str may have no ptr at all. */
	const char *start = bytes->ptr == NULL ? "" : bytes->ptr;
	struct check c = {.at = start,
			  .end = start + bytes->len,
			  .values = values,
			  .any_text = any_text,
			  .err = err};

	if (check(&c, node, NULL) != 0)
		return -1;
	*bytes = (struct str){c.at, (size_t)(c.end - c.at)};
	return 0;
}

int
avro_datum_check(const struct avro_node *node, struct str *bytes, struct err *err)
{
	uint64_t values = 0;

	return check_datum(node, bytes, false, &values, err);
}

int
avro_datum_check_frame(const struct avro_node *node, struct str *bytes, uint64_t *values,
		       struct err *err)
{
	return check_datum(node, bytes, true, values, err);
}

void
avro_block_close(struct buf *out, size_t start, uint64_t count)
{
	size_t size = out->len - start, head;
	char header[20], *at;

	if (count > 0) {
		at = varint_write(varint_write(header, -(int64_t)count), (int64_t)size);
		head = (size_t)(at - header);
		(void)buf_room(out, head);
		memmove(out->ptr + start + head, out->ptr + start, size);
		memcpy(out->ptr + start, header, head);
		out->len += head;
	}
}
