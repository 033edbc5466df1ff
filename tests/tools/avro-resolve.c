/*
 * avro-resolve -- schemas and data between them, for tests: each line of standard input is
 *
 *   WRITER'S SCHEMA <tab> READER'S SCHEMA <tab> DATUM IN HEX
 *
 * and becomes the writer's canonical form, its fingerprint, and the datum as the reader has it, in
 * hex, or "!" and what is wrong.
 */
#include "avro/resolve.h"
#include "avro/schema.h"
#include "base/log.h"
#include <stdio.h>
#include <stdlib.h>

static const char digits[] = "0123456789abcdef";

static void
add_hex(struct buf *out, struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		buf_add_byte(out, digits[(unsigned char)bytes.ptr[i] >> 4]);
		buf_add_byte(out, digits[bytes.ptr[i] & 15]);
	}
}

static struct buf
from_hex(struct str hex)
{
	struct buf bytes = {0};

	for (size_t i = 0; i + 1 < hex.len; i += 2) {
		const char *high = strchr(digits, hex.ptr[i]),
			   *low = strchr(digits, hex.ptr[i + 1]);
		if (high == NULL || low == NULL)
			break;
		buf_add_byte(&bytes, (char)((high - digits) << 4 | (low - digits)));
	}
	return bytes;
}

static int
resolve(const struct avro_schema *writer, const struct avro_schema *reader, struct str hex,
	struct buf *out, struct err *err)
{
	struct avro_resolver *resolver =
		avro_resolver_compile(avro_schema_root(writer), avro_schema_root(reader), err);
	struct buf datum = from_hex(hex), resolved = {0};
	struct str bytes = buf_str(&datum);
	int status = -1;

	if (resolver != NULL)
		status = avro_resolve(resolver, &bytes, &resolved, err);
	if (status == 0 && bytes.len > 0)
		status = err_set(err, ERR_INPUT, "%zu bytes are left", bytes.len);
	if (status == 0)
		add_hex(out, buf_str(&resolved));
	avro_resolver_free(resolver);
	buf_free(&datum);
	buf_free(&resolved);
	return status;
}

static void
take_line(struct str line, struct buf *out)
{
	struct err err = {0};
	struct str writer_json = str_cut(&line, '\t'), reader_json = str_cut(&line, '\t');
	struct avro_schema *writer = avro_schema_parse(writer_json, &err);
	struct avro_schema *reader = writer == NULL ? NULL : avro_schema_parse(reader_json, &err);

	if (writer != NULL) {
		avro_schema_canonical(writer, out);
		buf_printf(out, "\t%016llx", (unsigned long long)avro_schema_fingerprint(writer));
	}
	buf_add_byte(out, '\t');
	if (reader == NULL || resolve(writer, reader, line, out, &err) != 0)
		buf_printf(out, "!%s", err.text);
	buf_add_byte(out, '\n');
	avro_schema_free(writer);
	avro_schema_free(reader);
}

int
main(void)
{
	struct buf out = {0};
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	log_set_program("avro-resolve");
	while ((length = getline(&line, &room, stdin)) > 0) {
		buf_clear(&out);
		take_line(str_trim((struct str){line, (size_t)length}), &out);
		if (fwrite(out.ptr, 1, out.len, stdout) != out.len || fflush(stdout) != 0) {
			log_error("could not write");
			return 1;
		}
	}
	free(line);
	buf_free(&out);
	return 0;
}
