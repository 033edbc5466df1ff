/* manifest.h -- what is known about a chat before its first line: how its source is called, what
 * lies beside it. */
#ifndef MANIFEST_H
#define MANIFEST_H

#include "base/arena.h"
#include "zip_export.h"

struct manifest_entry {
	struct str name; /* valid UTF-8 */
	int64_t size;    /* bytes, unpacked */
	struct str path; /* of its file on the disk; ptr NULL: there is none */
};
struct manifest {                              /* as the record Raw has it (schemas/raw.avsc) */
	struct str import_id, title;           /* title.ptr NULL: unknown */
	int64_t fetched_at, modified_at, size; /* ms, ms, bytes; INT64_MIN: unknown */
	const struct manifest_entry *entries;
	size_t entry_count;
	bool unnamed; /* other _chat texts lie beside it: the folder's name is the title of none */
};

/* Names are looked at in this order until one is worded as WhatsApp words it: the text's (not
 * _chat.txt), its folder's, the zip's. What they give lives in the arena. */

/* path: of the text; NULL: a stream, without a name. with_folder: what lies beside it in its folder
 * is listed. */
void manifest_from_file(struct manifest *, const char *path, bool with_folder, struct arena *);

/* path: of the zip, or NULL. unpacked: for each member its file; NULL: none was. chat: of them. */
void manifest_from_zip(struct manifest *, const char *path, const struct zip_member *members,
		       const struct str *unpacked, size_t count, size_t chat, struct arena *);

/* The rest. modified_at, size: as in the struct. */
void manifest_complete(struct manifest *, struct str uri, int64_t modified_at, int64_t size,
		       struct arena *);

#endif
