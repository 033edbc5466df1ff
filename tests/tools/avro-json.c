/*
 * avro-json -- Avro containers and lines of JSON, one into the other, for tests.
 *
 *   avro-json show [--tagged] < file.avro            a line per record
 *   avro-json schema < file.avro                     the schema, one line
 *   avro-json meta KEY < file.avro                   one entry of the metadata
 *   avro-json make SCHEMA.avsc [BLOCK] [CODEC] < lines   a container, BLOCK records a block (1000)
 *   avro-json blocks < file.avro                     count and size of each block, a line each
 */
#include "avro/container_reader.h"
#include "avro/container_writer.h"
#include "avro/datum.h"
#include "base/file.h"
#include "base/log.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static ssize_t
read_stdin(void *with, char *to, size_t room, struct err *err)
{
	ssize_t n = read(STDIN_FILENO, to, room);

	(void)with;
	if (n < 0)
		err_set(err, ERR_FATAL, "could not read: %s", strerror(errno));
	return n;
}

static int
write_stdout(void *with, struct str bytes, struct err *err)
{
	(void)with;
	return file_write_all(STDOUT_FILENO, bytes, NULL, err);
}

static _Noreturn void
die(const struct err *err)
{
	fflush(stdout);
	log_error("%s", err->text);
	exit(1);
}

static void
show_block(const struct avro_node *root, const struct container_block *block, enum avro_json form)
{
	struct str bytes = buf_str(&block->bytes);
	struct buf line = {0};
	struct err err = {0};

	for (uint64_t i = 0; i < block->count; i++) {
		buf_clear(&line);
		if (avro_datum_add_json(root, &bytes, form, &line, &err) != 0)
			die(&err);
		buf_add_byte(&line, '\n');
		fwrite(line.ptr, 1, line.len, stdout);
	}
	buf_free(&line);
}

static int
read_container(const char *verb, const char *argument)
{
	struct container_block block = {0};
	struct err err = {0};
	struct container_reader *reader = container_reader_open(
		(struct byte_source){read_stdin, NULL}, "standard input", false, &err);
	int more;

	if (reader == NULL)
		die(&err);
	if (strcmp(verb, "schema") == 0 || strcmp(verb, "meta") == 0) {
		struct str value = verb[0] == 's'
					   ? avro_schema_json(container_reader_schema(reader))
					   : container_reader_metadata(reader, str_of(argument));
		fwrite(value.ptr, 1, value.len, stdout);
		putchar('\n');
	}
	while ((more = container_reader_next(reader, &block, &err)) > 0)
		if (strcmp(verb, "show") == 0)
			show_block(avro_schema_root(container_reader_schema(reader)), &block,
				   argument == NULL ? AVRO_JSON_PLAIN : AVRO_JSON_TAGGED);
		else if (strcmp(verb, "blocks") == 0)
			printf("%llu %zu\n", (unsigned long long)block.count, block.bytes.len);
	if (more < 0)
		die(&err);
	container_reader_close(reader);
	buf_free(&block.bytes);
	return 0;
}

static void
read_file(const char *path, struct buf *to)
{
	FILE *f = fopen(path, "r");
	struct err err = {0};
	size_t n;

	if (f == NULL) {
		err_set(&err, ERR_FATAL, "could not open \"%s\": %s", path, strerror(errno));
		die(&err);
	}
	while ((n = fread(buf_room(to, 65536), 1, 65536, f)) > 0)
		to->len += n;
	fclose(f);
}

static int
make_container(const char *schema_path, uint64_t per_block, const char *codec)
{
	struct buf text = {0}, bytes = {0};
	struct err err = {0};
	char *line = NULL;
	size_t room = 0;
	uint64_t count = 0;

	read_file(schema_path, &text);
	struct avro_schema *schema = avro_schema_parse(buf_str(&text), &err);
	if (schema == NULL)
		die(&err);
	struct container_writer *writer = container_writer_open(
		(struct byte_sink){write_stdout, NULL}, avro_schema_json(schema), str_of(codec),
		NULL, 0, false, &err);
	if (writer == NULL)
		die(&err);
	while (getline(&line, &room, stdin) > 0) {
		json_t *json = json_loads(line, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		if (json == NULL)
			err_set(&err, ERR_INPUT, "line %llu is no JSON",
				(unsigned long long)count + 1);
		if (json == NULL ||
		    avro_datum_from_json(avro_schema_root(schema), json, &bytes, &err) != 0)
			die(&err);
		json_decref(json);
		if (++count % per_block == 0) {
			if (container_writer_block(writer, per_block, buf_str(&bytes), &err) != 0)
				die(&err);
			buf_clear(&bytes);
		}
	}
	if (count % per_block != 0 &&
	    container_writer_block(writer, count % per_block, buf_str(&bytes), &err) != 0)
		die(&err);
	if (container_writer_end(writer, &err) != 0)
		die(&err);
	container_writer_close(writer);
	avro_schema_free(schema);
	buf_free(&text);
	buf_free(&bytes);
	free(line);
	return 0;
}

int
main(int argc, char **argv)
{
	log_set_program("avro-json");
	if (argc >= 3 && strcmp(argv[1], "make") == 0)
		return make_container(argv[2], argc > 3 ? strtoull(argv[3], NULL, 10) : 1000,
				      argc > 4 ? argv[4] : "null");
	if (argc >= 2)
		return read_container(argv[1], argc > 2 ? argv[2] : NULL);
	log_error(
		"usage: avro-json show [--tagged] | schema | meta KEY | blocks | make SCHEMA.avsc "
		"[BLOCK] [CODEC]");
	return 2;
}
