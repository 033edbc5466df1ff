/*
 * peer-avro-c FIELD SCHEMA < in > out: what chatmill-mark does as FIELD, with avro-c's generic
 * values: each record is read, its fields are copied into a record of the wider schema, which is in
 * the file SCHEMA, and the new field is set.
 */
#include <avro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK (256 * 1024) /* bytes; its blocks are counted in them */

static void
must(int failed)
{
	if (failed) {
		fprintf(stderr, "peer-avro-c: %s\n", avro_strerror());
		exit(1);
	}
}

static avro_schema_t
read_schema(const char *path)
{
	static char json[65536];
	avro_schema_t schema;
	FILE *f = fopen(path, "r");
	size_t length;

	if (f == NULL || (length = fread(json, 1, sizeof(json), f)) == 0) {
		perror(path);
		exit(1);
	}
	fclose(f);
	must(avro_schema_from_json_length(json, length, &schema));
	return schema;
}

static void
set_mark(avro_value_t *record, const char *name, const char *text, size_t length)
{
	avro_value_t field, branch, value;

	must(avro_value_get_by_name(record, name, &field, NULL));
	must(avro_value_set_branch(&field, 1, &branch));
	must(avro_value_get_by_name(&branch, "share", &value, NULL));
	must(avro_value_set_double(&value, (double)length / 1000));
	must(avro_value_get_by_name(&branch, "early", &value, NULL));
	must(avro_value_set_boolean(&value, length > 0 && text[0] < 'n'));
}

int
main(int argc, char **argv)
{
	avro_file_reader_t reader;
	avro_file_writer_t writer;
	avro_value_t in, out, from, to, branch;
	size_t fields, text_at;
	int status;

	if (argc != 3)
		return 2;
	avro_schema_t wider = read_schema(argv[2]);
	must(avro_file_reader_fp(stdin, "standard input", 0, &reader));
	avro_schema_t narrow = avro_file_reader_get_writer_schema(reader);
	avro_value_iface_t *in_class = avro_generic_class_from_schema(narrow);
	avro_value_iface_t *out_class = avro_generic_class_from_schema(wider);
	must(avro_generic_value_new(in_class, &in));
	must(avro_generic_value_new(out_class, &out));
	must(avro_file_writer_create_with_codec_fp(stdout, "standard output", 0, wider, &writer,
						   "null", BLOCK));
	must(avro_value_get_size(&in, &fields));
	must(avro_value_get_by_name(&in, "text", &from, &text_at));

	while ((status = avro_file_reader_read_value(reader, &in)) == 0) {
		const char *text = "";
		size_t length = 1;
		int some;

		must(avro_value_reset(&out));
		for (size_t i = 0; i < fields; i++) {
			must(avro_value_get_by_index(&in, i, &from, NULL));
			must(avro_value_get_by_index(&out, i, &to, NULL));
			must(avro_value_copy(&to, &from));
		}
		must(avro_value_get_by_index(&in, text_at, &from, NULL));
		must(avro_value_get_discriminant(&from, &some));
		if (some == 1) {
			must(avro_value_get_current_branch(&from, &branch));
			must(avro_value_get_string(&branch, &text, &length));
		}
		set_mark(&out, argv[1], text, length - 1); /* avro-c counts the NUL */
		must(avro_file_writer_append_value(writer, &out));
		must(avro_value_reset(&in));
	}
	must(status != EOF);
	must(avro_file_writer_close(writer));
	avro_file_reader_close(reader);
	avro_value_decref(&in);
	avro_value_decref(&out);
	avro_value_iface_decref(in_class);
	avro_value_iface_decref(out_class);
	avro_schema_decref(narrow);
	avro_schema_decref(wider);
	return 0;
}
