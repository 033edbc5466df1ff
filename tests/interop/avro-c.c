/*
 * avro-c -- data through avro-c, which is an oracle for tests and crashes on a schema that contains
 * itself: each line of standard input is
 *
 *   SCHEMA <tab> DATUM IN HEX
 *
 * and becomes the datum as avro-c writes what it has read, in hex, or "!" and what is wrong.
 */
#include <avro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM (1 << 20) /* bytes of a datum */

static char bytes[ROOM];

static size_t
from_hex(const char *hex)
{
	size_t count = 0;
	unsigned byte;

	while (count < ROOM && sscanf(hex + 2 * count, "%2x", &byte) == 1)
		bytes[count++] = (char)byte;
	return count;
}

/* Through `bytes`: their new count, or -1. */
static int64_t
recode(avro_schema_t schema, size_t count)
{
	avro_value_iface_t *class = avro_generic_class_from_schema(schema);
	avro_reader_t reader = avro_reader_memory(bytes, (int64_t)count);
	avro_writer_t writer = avro_writer_memory(bytes, ROOM);
	int64_t written = -1;
	avro_value_t value;

	if (class != NULL && avro_generic_value_new(class, &value) == 0) {
		if (avro_value_read(reader, &value) == 0 && avro_value_write(writer, &value) == 0)
			written = avro_writer_tell(writer);
		avro_value_decref(&value);
	}
	avro_writer_free(writer);
	avro_reader_free(reader);
	if (class != NULL)
		avro_value_iface_decref(class);
	return written;
}

int
main(void)
{
	char *line = NULL, *hex;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0 && (hex = strchr(line, '\t')) != NULL) {
		avro_schema_t schema;
		int64_t count = -1;
		*hex++ = '\0';
		if (avro_schema_from_json_length(line, strlen(line), &schema) == 0) {
			count = recode(schema, from_hex(hex));
			avro_schema_decref(schema);
		}
		if (count < 0)
			printf("!%s", avro_strerror());
		for (int64_t i = 0; i < count; i++)
			printf("%02x", (unsigned char)bytes[i]);
		if (putchar('\n') == EOF || fflush(stdout) != 0)
			return 1;
	}
	free(line);
	return 0;
}
