/* verb_cat.c -- any Avro container, for people's eyes and for jq: a line of JSON for each record.
 */
#include "avro/container_reader.h"
#include "avro/datum.h"
#include "base/file.h"
#include "base/log.h"
#include "transport/pipe.h"
#include "verb_options.h"
#include "verbs.h"
#include <unistd.h>

struct values {
	struct stage_arguments files;
	bool help, schema, header;
};
static const struct stage_option rows[] = {
	OPTION(ARGUMENTS, values, files, "-", "FILE..."),
	OPTION(FLAG, values, schema, NULL, "print the schema instead"),
	OPTION(FLAG, values, header, NULL,
	       "print the rest of the header instead: how it came to be"),
	OPTION(FLAG, values, help, NULL, "print this text"),
	{0}};
static const char *const examples[] = {
	"chatmill cat ada/dead/parse.avro | jq .dead_letter.reason",
	"chatmill fetch chat.zip | chatmill parse | chatmill cat --schema", NULL};

/* What stands in the header beside schema and codec, as one object. */
static void
add_header(struct buf *out, const struct container_reader *reader)
{
	json_t *object = json_object();
	struct str key, value;

	for (size_t i = 0; container_reader_entry(reader, i, &key, &value); i++) {
		json_t *json = json_loadb(value.ptr, value.len, 0, NULL);
		if (json == NULL)
			json = json_stringn(value.ptr, value.len); /* NULL: not UTF-8 */
		if (!str_equal(key, STR("avro.schema")))
			json_object_setn_new(object, key.ptr, key.len,
					     json == NULL ? json_null() : json);
		else
			json_decref(json);
	}
	char *text = json_dumps(object, JSON_INDENT(1));
	buf_printf(out, "%s\n", text);
	free(text);
	json_decref(object);
}

static int
write_out(struct buf *out, struct err *err)
{
	int result = file_write_all(STDOUT_FILENO, buf_str(out), NULL, err);

	buf_clear(out);
	return result == 0 ? 0 : err_prefix(err, "standard output: ");
}

static int
show_block(const struct avro_node *root, const struct container_block *block, const char *name,
	   struct buf *out, struct err *err)
{
	struct str bytes = buf_str(&block->bytes);

	for (uint64_t i = 0; i < block->count; i++) {
		if (avro_datum_add_json(root, &bytes, AVRO_JSON_PLAIN, out, err) != 0)
			return err_prefix(err, "%s: block %llu, record %llu: ", name,
					  (unsigned long long)block->number,
					  (unsigned long long)(block->first_record + i));
		buf_add_byte(out, '\n');
		if (out->len >= 65536 && write_out(out, err) != 0)
			return -1;
	}
	if (write_out(out, err) != 0) /* a live stream is seen as it comes */
		return -1;
	if (bytes.len > 0)
		return err_set(err, ERR_INPUT,
			       "%s: block %llu: %zu bytes are left over behind its records", name,
			       (unsigned long long)block->number, bytes.len);
	return 0;
}

static int
show_file(const char *path, const struct values *values, struct err *err)
{
	struct pipe_in *in = pipe_in_open(path, -1, err);
	struct container_reader *reader = NULL;
	struct container_block block = {0};
	struct buf out = {0};
	int more = -1;

	if (in != NULL)
		reader = container_reader_open((struct byte_source){pipe_in_read, in},
					       pipe_in_name(in), false, err);
	if (reader == NULL)
		goto done;
	const struct avro_schema *schema = container_reader_schema(reader);
	if (values->schema) {
		buf_add(&out, avro_schema_json(schema));
		buf_add_byte(&out, '\n');
	} else if (values->header) {
		add_header(&out, reader);
	}
	if (values->schema || values->header) {
		more = write_out(&out, err);
		goto done;
	}
	while ((more = container_reader_next(reader, &block, err)) > 0)
		if (show_block(avro_schema_root(schema), &block, pipe_in_name(in), &out, err) !=
		    0) {
			more = -1;
			break;
		}

done:
	container_reader_close(reader);
	pipe_in_close(in);
	buf_free(&block.bytes);
	buf_free(&out);
	return more;
}

int
verb_cat(int argc, char **argv)
{
	struct values values;
	struct verb_options verb = {
		.help = {.program = "chatmill cat",
			 .summary = "show the records of any Avro container, dead letters too, as "
				    "lines of JSON",
			 .examples = examples},
		.rows = rows,
		.values = &values};
	int status = verb_options_parse(&verb, argc, argv);

	if (status >= 0)
		return status;
	status = 0;
	for (size_t i = 0; i < values.files.count; i++) {
		struct err err = {0};
		if (show_file(values.files.at[i], &values, &err) == 0)
			continue;
		log_error("%s", err.text);
		status = 1;
	}
	options_free(verb.parsed);
	return status;
}
