/* source_list.h -- what the user named, folders replaced by the exports in them, in order of
 * their names' bytes. Nothing is read yet but folders and the beginnings of texts in them. */
#ifndef SOURCE_LIST_H
#define SOURCE_LIST_H

#include "base/str.h"
#include "manifest.h"

#define SOURCE_MAX_DEPTH   16     /* folders in folders */
#define SOURCE_MAX_FILES   100000 /* in one folder named by the user, all below it counted */
#define SOURCE_MAX_ENTRIES 100000 /* files beside a chat that its manifest lists */

struct source {
	char *path;    /* "-": standard input */
	char *problem; /* why it cannot be read, as a sentence; NULL: nothing known */
	uint64_t size; /* bytes */
	bool stream;   /* standard input, a pipe: no size, read once */
	bool found;    /* in a folder: one that turns out to be no export is passed over */
};
struct source_list {
	struct source *at;
	size_t count, room;
};

void source_list_add(struct source_list *, const char *named);
void source_list_free(struct source_list *);

/* The files beside a text found in a folder, in order of their names: what was sent in the chat.
 * They live in the arena. */
const struct manifest_entry *source_entries(const char *text_path, struct arena *, size_t *count);

/* How many other texts in its folder are called _chat.txt, or as its copies are. */
size_t source_chats_beside(const char *text_path);

#endif
