/* sink -- what came down the pipe, into a database or a file. */
#include "stage.h"
#include "avro_blocks.h"
#include "base/log.h"
#include "base/mem.h"
#include "csv.h"
#include "destination.h"
#include "destination_file.h"
#include "message_store.h"
#include "row.h"

struct options {
	struct stage_arguments destination;
	bool csv_safe;
};
static const struct stage_option options[] = {
	OPTION(ARGUMENTS, options, destination, NULL,
	       "sqlite:FILE, jsonl[:FILE], csv[:FILE] or avro[:FILE]; sqlite:chat.db"),
	OPTION(FLAG, options, csv_safe, NULL, "keep spreadsheets from running texts as formulas"),
	{0}};

struct sink {
	struct message_store *store;   /* sqlite */
	struct destination_file *file; /* the others */
	struct row *row;               /* csv */
	struct avro_blocks *blocks;    /* avro */
	struct buf line;
};

static void *
load(const void *given, struct err *err)
{
	const struct options *o = given;
	struct destination *d = mem_zero(1, sizeof(*d));

	if (o->destination.count > 1)
		err_set(err, ERR_INPUT, "there is one destination to a sink, not %zu",
			o->destination.count);
	else if (destination_parse(o->destination.count == 0 ? NULL : o->destination.at[0], d,
				   err) == 0)
		return d;
	free(d);
	return NULL;
}

static void
unload(void *destination)
{
	free(destination);
}

static const char *const *
needs(const void *destination)
{
	const struct destination *d = destination;

	return d->form == DESTINATION_SQLITE ? message_store_needs : NULL;
}

static int
open_sink(struct stage *st, struct err *err)
{
	const struct destination *d = stage_shared(st);
	const struct avro_schema *schema = stage_input_schema(st);
	const struct avro_node *record = avro_schema_root(schema);
	struct sink *s = stage_self(st);
	struct container_entry trail = {STR("chatmill.trail"), {0}};

	trail.value = stage_input_metadata(st, trail.key);
	if (d->form == DESTINATION_SQLITE) {
		s->store = message_store_open(d->path, record, trail.value, err);
		return s->store == NULL ? -1 : 0;
	}
	if (d->path != NULL && stage_commits_early(st))
		return err_set(
			err, ERR_FATAL,
			"cannot write \"%s\" with --commit-every: it has its name at the end, "
			"all at once; a database or standard output can",
			d->path);
	s->file = destination_file_open(d->path, err);
	if (s->file == NULL)
		return -1;
	switch (d->form) {
	case DESTINATION_CSV:
		s->row = row_new(record, ROW_FOR_PEOPLE);
		csv_add_header(&s->line, s->row);
		return destination_file_write(s->file, buf_str(&s->line), err);
	case DESTINATION_AVRO:
		s->blocks = avro_blocks_open(s->file, avro_schema_json(schema), &trail,
					     trail.value.ptr != NULL, err);
		return s->blocks == NULL ? -1 : 0;
	default:
		return 0;
	}
}

static int
put(struct stage *st, struct record *rec, struct err *err)
{
	const struct destination *d = stage_shared(st);
	const struct options *o = stage_options(st);
	struct sink *s = stage_self(st);

	buf_clear(&s->line);
	switch (d->form) {
	case DESTINATION_SQLITE:
		return message_store_put(s->store, record_bytes(rec), err);
	case DESTINATION_AVRO:
		return avro_blocks_add(s->blocks, record_bytes(rec), err);
	case DESTINATION_CSV:
		if (row_read(s->row, record_bytes(rec), err) != 0)
			return -1;
		csv_add_row(&s->line, s->row, o->csv_safe);
		break;
	case DESTINATION_JSONL:
		if (record_json(rec, &s->line, err) != 0)
			return -1;
		buf_add_byte(&s->line, '\n');
		break;
	}
	return destination_file_write(s->file, buf_str(&s->line), err);
}

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	struct err err = {0};

	return put(st, rec, &err) == 0 ? STAGE_PASS : stage_error(st, &err);
}

/* To standard output, what has come is shown while nothing comes. */
static int
flush(struct stage *st, struct err *err)
{
	struct sink *s = stage_self(st);

	if (s->file == NULL || destination_file_is_named(s->file))
		return 0;
	if (s->blocks != NULL && avro_blocks_flush(s->blocks, err) != 0)
		return -1;
	return destination_file_flush(s->file, err);
}

static int
committed(struct stage *st, struct str input, struct buf *position, struct err *err)
{
	struct sink *s = stage_self(st);

	return s->store == NULL ? 1 : message_store_claim(s->store, input, position, err);
}

static int
commit(struct stage *st, const struct stage_position *positions, size_t count, struct err *err)
{
	const struct destination *d = stage_shared(st);
	struct sink *s = stage_self(st);
	struct message_counts counts;

	if (s->store == NULL) {
		if (s->blocks != NULL && avro_blocks_flush(s->blocks, err) != 0)
			return -1;
		return destination_file_finish(s->file, err);
	}
	for (size_t i = 0; i < count; i++)
		if (message_store_position(s->store, positions[i].input, positions[i].position,
					   err) != 0)
			return -1;
	if (message_store_commit(s->store, &counts, err) != 0)
		return -1;
	log_event("stored", "imports=%llu new=%llu merged=%llu known=%llu",
		  (unsigned long long)counts.imports, (unsigned long long)counts.added,
		  (unsigned long long)counts.merged, (unsigned long long)counts.known);
	if (counts.elsewhere > 0)
		log_error("%llu known messages have other times in this import than in \"%s\", "
			  "which keeps its own: was --timezone another one?",
			  (unsigned long long)counts.elsewhere, d->path);
	return 0;
}

static void
close_sink(struct stage *st)
{
	struct sink *s = stage_self(st);

	message_store_close(s->store);
	avro_blocks_close(s->blocks);
	destination_file_close(s->file);
	row_free(s->row);
	buf_free(&s->line);
}

static const struct stage_def sink = {
	.api = STAGE_API,
	.name = "sink",
	.version = CHATMILL_VERSION,
	.summary = "write records into a database, or as JSON lines, CSV or Avro",
	.options = options,
	.self_size = sizeof(struct sink),
	.serial = true,
	.load = load,
	.unload = unload,
	.needs = needs,
	.open = open_sink,
	.close = close_sink,
	.process = process,
	.commit = commit,
	.committed = committed,
	.flush = flush,
};
STAGE_MAIN(sink)
