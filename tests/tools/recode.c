/* recode CODEC RECORDS PIECE: a container from stdin, read in pieces of at most PIECE bytes, comes
 * out on stdout with another codec and blocks of RECORDS records. Each record is checked. */
#include "avro/container_reader.h"
#include "avro/container_writer.h"
#include "avro/datum.h"
#include "base/file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static uint64_t piece;

static ssize_t
read_stdin(void *with, char *to, size_t room, struct err *err)
{
	ssize_t n = read(STDIN_FILENO, to, room < piece ? room : (size_t)piece);

	(void)with;
	if (n < 0)
		err_set(err, ERR_FATAL, "could not read standard input: %s", strerror(errno));
	return n;
}

static int
write_stdout(void *with, struct str bytes, struct err *err)
{
	(void)with;
	return file_write_all(STDOUT_FILENO, bytes, NULL, err);
}

/* The records of one block, in blocks of `most`. */
static int
write_records(struct container_writer *w, const struct avro_node *type,
	      const struct container_block *b, uint64_t most, struct err *err)
{
	struct str left = buf_str(&b->bytes), first = left;
	uint64_t count = 0;

	for (uint64_t i = 0; i < b->count; i++) {
		if (avro_datum_check(type, &left, err) != 0)
			return err_prefix(
				err, "record %llu: ", (unsigned long long)(b->first_record + i));
		if (++count == most || i + 1 == b->count) {
			first.len -= left.len;
			if (container_writer_block(w, count, first, err) != 0)
				return -1;
			first = left;
			count = 0;
		}
	}
	if (left.len > 0)
		return err_set(err, ERR_INPUT, "%zu bytes are left over", left.len);
	return 0;
}

static int
recode(struct str codec, uint64_t most, struct err *err)
{
	struct container_reader *r = container_reader_open((struct byte_source){read_stdin, NULL},
							   "standard input", false, err);
	struct container_writer *w = NULL;
	struct container_block b = {0};
	int status = -1;

	if (r == NULL)
		goto done;
	w = container_writer_open((struct byte_sink){write_stdout, NULL},
				  avro_schema_json(container_reader_schema(r)), codec, NULL, 0,
				  true, err);
	if (w == NULL)
		goto done;
	while ((status = container_reader_next(r, &b, err)) == 1)
		if (write_records(w, avro_schema_root(container_reader_schema(r)), &b, most, err) !=
		    0) {
			status = -1;
			break;
		}
	if (status == 0)
		status = container_writer_end(w, err);
done:
	container_writer_close(w);
	container_reader_close(r);
	buf_free(&b.bytes);
	return status;
}

int
main(int argc, char **argv)
{
	uint64_t most;
	struct err err;

	if (argc != 4 || !str_to_u64(str_of(argv[2]), &most) || most == 0 ||
	    !str_to_u64(str_of(argv[3]), &piece) || piece == 0) {
		fprintf(stderr, "usage: recode CODEC RECORDS PIECE\n");
		return 2;
	}
	if (recode(str_of(argv[1]), most, &err) != 0) {
		fprintf(stderr, "recode: %s\n", err.text);
		return 1;
	}
	return 0;
}
