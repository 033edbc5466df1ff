#include "avro/schema.h"
#include "avro/schema_names.h"
#include "base/mem.h"

/* CRC-64-AVRO: the polynomial, which is also the fingerprint of nothing. */
#define EMPTY UINT64_C(0xc15d213aa4d7a795)

static void
add_quoted(struct buf *out, struct str name) /* letters, digits, underscores, dots */
{
	buf_add_byte(out, '"');
	buf_add(out, name);
	buf_add_byte(out, '"');
}

/* A named type is written out where it comes first, which is where it was defined: the recursion is
 * no deeper than the schema's JSON. */
static void
add_type(const struct avro_node *node, bool *written, struct buf *out)
{
	struct str type = str_of(avro_type_name(node->type));

	if (node->name.ptr != NULL && written[node->index]) {
		add_quoted(out, node->name);
		return;
	}
	written[node->index] = true;
	if (schema_type_is_primitive(node->type)) {
		add_quoted(out, type);
		return;
	}
	if (node->type == AVRO_UNION) {
		for (size_t i = 0; i < node->count; i++) {
			buf_add_byte(out, i == 0 ? '[' : ',');
			add_type(node->branches[i], written, out);
		}
		buf_add_byte(out, ']');
		return;
	}
	buf_add_byte(out, '{');
	if (node->name.ptr != NULL) {
		buf_add(out, STR("\"name\":"));
		add_quoted(out, node->name);
		buf_add_byte(out, ',');
	}
	buf_add(out, STR("\"type\":"));
	add_quoted(out, type);
	switch (node->type) {
	case AVRO_RECORD:
		buf_add(out, STR(",\"fields\":["));
		for (size_t i = 0; i < node->count; i++) {
			buf_add(out, i == 0 ? STR("{\"name\":") : STR(",{\"name\":"));
			add_quoted(out, node->fields[i].name);
			buf_add(out, STR(",\"type\":"));
			add_type(node->fields[i].type, written, out);
			buf_add_byte(out, '}');
		}
		buf_add_byte(out, ']');
		break;
	case AVRO_ENUM:
		buf_add(out, STR(",\"symbols\":["));
		for (size_t i = 0; i < node->count; i++) {
			if (i > 0)
				buf_add_byte(out, ',');
			add_quoted(out, node->symbols[i]);
		}
		buf_add_byte(out, ']');
		break;
	case AVRO_FIXED:
		buf_printf(out, ",\"size\":%zu", node->size);
		break;
	default:
		buf_add(out, node->type == AVRO_ARRAY ? STR(",\"items\":") : STR(",\"values\":"));
		add_type(node->items, written, out);
		break;
	}
	buf_add_byte(out, '}');
}

void
avro_schema_canonical(const struct avro_schema *schema, struct buf *out)
{
	bool *written = mem_zero(avro_schema_node_count(schema), sizeof(*written));

	add_type(avro_schema_root(schema), written, out);
	free(written);
}

uint64_t
avro_schema_fingerprint(const struct avro_schema *schema)
{
	struct buf canonical = {0};
	uint64_t table[256], crc = EMPTY;

	for (unsigned byte = 0; byte < 256; byte++) {
		table[byte] = byte;
		for (int bit = 0; bit < 8; bit++)
			table[byte] = table[byte] >> 1 ^ (EMPTY & -(table[byte] & 1));
	}
	avro_schema_canonical(schema, &canonical);
	for (size_t i = 0; i < canonical.len; i++)
		crc = crc >> 8 ^ table[(crc ^ (unsigned char)canonical.ptr[i]) & 0xFF];
	buf_free(&canonical);
	return crc;
}
