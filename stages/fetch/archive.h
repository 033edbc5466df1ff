/*
 * archive.h -- files, folders, zip exports and standard input as one series of pieces. Each chat
 * gives a manifest, its lines and its end; one that breaks off says so in its end. What cannot be
 * read at all gives nothing but a fault, and the next one follows.
 */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include "base/err.h"
#include "base/str.h"
#include "manifest.h"

/* As the record Raw has them (schemas/raw.avsc). */
enum archive_part { ARCHIVE_MANIFEST, ARCHIVE_LINES, ARCHIVE_END };
struct archive_piece {  /* until the next call */
	struct str uri; /* NUL-terminated, too */
	int64_t offset, line;
	enum archive_part part;
	const struct manifest *manifest; /* NULL: not the manifest */
	struct str bytes;
	bool continues;
	struct str error; /* ptr NULL: none */
};

struct archive_options {
	const char *title; /* of every chat; NULL: from its name */
	const char *media; /* the folder that media of zips are written into; NULL: they are not */
};

/* Names are kept, not copied. ERR_FATAL: the folder for media cannot be had. */
struct archive;
struct archive *archive_open(const char *const *names, size_t count, const struct archive_options *,
			     struct err *);
void archive_close(struct archive *); /* NULL is fine */

enum archive_step {
	ARCHIVE_FAILED = -1, /* err: ERR_FATAL */
	ARCHIVE_PIECE,
	ARCHIVE_FAULT, /* err: ERR_INPUT; a whole sentence about piece->uri; read on */
	ARCHIVE_BUSY,  /* nothing yet, but something was done; read on */
	ARCHIVE_WAIT,  /* nothing to read on standard input for 50 ms */
	ARCHIVE_DONE,
};
enum archive_step archive_read(struct archive *, struct archive_piece *, struct err *);

/* Bytes of files, packed where they are; total 0: unknown. */
void archive_progress(const struct archive *, uint64_t *done, uint64_t *total);

/* After the last piece: a short text, until the next call. */
struct str archive_tell(struct archive *);
/* Reads on from there, by reading up to there; media on the way are extracted again, which changes
 * nothing. ERR_FATAL when the same names no longer lead there. Before anything else is read. */
int archive_seek(struct archive *, struct str position, struct err *);

#endif
