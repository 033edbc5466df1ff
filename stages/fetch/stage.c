/* fetch -- files, folders and zip exports become pieces of whole lines. */
#include "stage.h"
#include "archive.h"
#include "raw.avsc.h"
#include <stdlib.h>

struct options {
	struct stage_arguments sources;
	const char *title, *media;
};
static const struct stage_option options[] = {
	OPTION(ARGUMENTS, options, sources, "-",
	       "texts, zip exports, folders of them, or - for standard input"),
	OPTION(TEXT, options, title, NULL, "the chat's title, in place of the one in its name"),
	OPTION(PATH, options, media, NULL, "unpack the media of zips into this folder",
	       .tuning = true),
	{0}};
static const char *const parts[] = {"manifest", "lines", "end", NULL};
static const struct field entry[] = {
	FIELD(manifest_entry, name), FIELD(manifest_entry, size), FIELD(manifest_entry, path), {0}};
static const struct field manifest[] = {FIELD(manifest, import_id),
					FIELD(manifest, title),
					FIELD(manifest, fetched_at),
					FIELD(manifest, modified_at),
					FIELD(manifest, size),
					FIELD_LIST(manifest, entries, entry_count, entry),
					{0}};
static const struct field writes[] = {FIELD_AT("source.uri", archive_piece, uri),
				      FIELD_AT("source.offset", archive_piece, offset),
				      FIELD_AT("source.line", archive_piece, line),
				      FIELD_ENUM(archive_piece, part, parts),
				      FIELD_RECORD("manifest", archive_piece, manifest, manifest),
				      FIELD(archive_piece, bytes),
				      FIELD(archive_piece, continues),
				      FIELD(archive_piece, error),
				      {0}};

struct fetch {
	struct archive *archive;
};

/* The times of a zip's files are local: without TZ the C library looks at /etc/localtime anew for
 * each of them, with this value it has read it once. Before there are threads that may read the
 * environment. */
static void *
load(const void *given, struct err *err)
{
	static char nothing;
	(void)given;
	(void)err;

	(void)setenv("TZ", ":/etc/localtime", 0);
	return &nothing;
}

static int
open_archive(struct stage *st, struct err *err)
{
	const struct options *o = stage_options(st);
	struct fetch *f = stage_self(st);

	f->archive = archive_open(o->sources.at, o->sources.count,
				  &(struct archive_options){o->title, o->media}, err);
	if (f->archive == NULL)
		return -1;
	return stage_committed(st).len > 0 ? archive_seek(f->archive, stage_committed(st), err) : 0;
}

static enum stage_verdict
poll_archive(struct stage *st)
{
	struct fetch *f = stage_self(st);
	struct archive_piece piece;
	struct err err = {0};
	uint64_t done, total;
	enum archive_step step = archive_read(f->archive, &piece, &err);

	archive_progress(f->archive, &done, &total);
	stage_progress(st, done, total);
	switch (step) {
	case ARCHIVE_PIECE:
		stage_emit(st, &piece);
		stage_position(st, archive_tell(f->archive));
		return STAGE_PASS;
	case ARCHIVE_FAULT: /* the other sources go on */
		stage_reject_source(st, STR(""), NULL, "%s", err.text);
		return STAGE_PASS;
	case ARCHIVE_BUSY:
	case ARCHIVE_WAIT: /* an end will come: who stops it before cuts it off */
		return STAGE_PASS;
	case ARCHIVE_DONE:
		return STAGE_END;
	case ARCHIVE_FAILED:
		break;
	}
	return stage_error(st, &err);
}

static void
close_archive(struct stage *st)
{
	struct fetch *f = stage_self(st);

	archive_close(f->archive);
}

static const struct stage_def fetch = {
	.api = STAGE_API,
	.name = "fetch",
	.version = CHATMILL_VERSION,
	.summary = "read files, folders and zip exports",
	.options = options,
	.self_size = sizeof(struct fetch),
	.emits = raw_avsc,
	.writes = writes,
	.partition_by = "source.uri",
	.resumes = true,
	.load = load,
	.open = open_archive,
	.poll = poll_archive,
	.close = close_archive,
};
STAGE_MAIN(fetch)
