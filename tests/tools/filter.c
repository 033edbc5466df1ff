/*
 * filter -- an Avro filter that is not ours to trust: passes records on, and does something with
 * those whose bytes hold a word.
 *
 *   filter pass | hang | die | crash | away | none | twice | other | garbage  WORD
 *   filter late WORD        writes nothing before its input ends
 *   filter once FILE WORD   hangs at the word unless FILE is there, which it makes
 */
#include "avro/container_reader.h"
#include "avro/container_writer.h"
#include "avro/datum.h"
#include "transport/pipe.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

static struct buf held;
static uint64_t held_count;

static void
fail(const char *why)
{
	fprintf(stderr, "filter: %s\n", why);
	exit(1);
}

static void
put(struct container_writer *writer, uint64_t count, struct str records)
{
	struct err err = {0};

	if (count > 0 && container_writer_block(writer, count, records, &err) != 0)
		fail(err.text);
}

static void
misbehave(const char *mode, const char *file, struct container_writer *writer, struct str record,
	  struct str first)
{
	if (strcmp(mode, "once") == 0) {
		int fd = open(file, O_CREAT | O_EXCL | O_WRONLY, 0666);
		if (fd < 0) {
			put(writer, 1, record);
			return;
		}
		mode = "hang";
	}
	if (strcmp(mode, "hang") == 0)
		for (;;)
			pause();
	if (strcmp(mode, "die") == 0)
		exit(3);
	if (strcmp(mode, "crash") == 0)
		raise(SIGKILL);
	if (strcmp(mode, "away") == 0)
		exit(EX_TEMPFAIL);
	if (strcmp(mode, "garbage") == 0)
		put(writer, 1, STR("\xff\xff\xff"));
	else if (strcmp(mode, "other") == 0)
		put(writer, 1, first);
	else if (strcmp(mode, "none") != 0)
		put(writer, 1, record);
	if (strcmp(mode, "twice") == 0)
		put(writer, 1, record);
}

int
main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "pass", *word = argc > 2 ? argv[argc - 1] : "\n";
	bool late = strcmp(mode, "late") == 0, pass = strcmp(mode, "pass") == 0;
	struct err err = {0};
	struct pipe_in *in = pipe_in_open("-", -1, &err);
	struct pipe_out *out = pipe_out_open("-", &err);
	struct container_reader *reader =
		container_reader_open((struct byte_source){pipe_in_read, in}, "input", false, &err);
	struct container_block block = {0};
	struct buf first = {0};
	int more;

	if (reader == NULL)
		fail(err.text);
	const struct avro_schema *schema = container_reader_schema(reader);
	struct container_writer *writer =
		container_writer_open((struct byte_sink){pipe_out_write, out},
				      avro_schema_json(schema), STR("null"), NULL, 0, true, &err);
	while ((more = container_reader_next(reader, &block, &err)) > 0) {
		struct str rest = buf_str(&block.bytes);
		for (uint64_t i = 0; i < block.count; i++) {
			struct str record = rest;
			if (avro_datum_check(avro_schema_root(schema), &rest, &err) != 0)
				fail(err.text);
			record.len -= rest.len;
			if (first.len == 0)
				buf_add(&first, record);
			if (late) {
				buf_add(&held, record);
				held_count++;
			} else if (!pass && str_find(record, str_of(word)) < record.len) {
				misbehave(mode, argv[2], writer, record, buf_str(&first));
			} else {
				put(writer, 1, record);
			}
		}
	}
	if (more < 0)
		fail(err.text);
	put(writer, held_count, buf_str(&held));
	int status = container_writer_end(writer, &err) == 0 ? 0 : 1;
	container_writer_close(writer);
	container_reader_close(reader);
	buf_free(&block.bytes);
	buf_free(&held);
	buf_free(&first);
	pipe_in_close(in);
	return pipe_out_commit(out, &err) == 0 ? status : 1;
}
