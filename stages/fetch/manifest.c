#include "manifest.h"

#include "base/clock.h"
#include "base/hash.h"
#include "chat_text.h"
#include "chat_titles.h"
#include "source_list.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ID_SIZE 16 /* bytes; twice as many characters */

struct name {
	struct str name;
	bool copied; /* a file manager may have put a number behind it */
};

/* Of the names, the first that is worded; else, unless it is unnamed, what remains of the first, in
 * the order of `otherwise`, of which something remains. */
static struct str
title_of(struct manifest *m, const struct name *names, const int *otherwise, int count,
	 struct arena *arena)
{
	struct buf title = {0};
	bool found = false;

	for (int i = 0; i < count && !found; i++)
		found = names[i].name.len > 0 && chat_title(names[i].name, names[i].copied, &title);
	m->unnamed &= !found;
	for (int i = 0; i < count && !found && !m->unnamed; i++) {
		const struct name *n = &names[otherwise[i]];
		buf_clear(&title);
		if (n->name.len > 0)
			chat_title(n->name, n->copied, &title);
		found = title.len > 0;
	}
	struct str result = found ? arena_copy(arena, buf_str(&title)) : (struct str){0};
	buf_free(&title);
	return result;
}

/* The last part of a path; empty for what says nothing. */
static struct str
name_of(struct str path)
{
	struct str name = str_tail(path, chat_text_folder(path).len);

	if (str_equal(name, STR(".")) || str_equal(name, STR("..")) ||
	    chat_text_name(name) == CHAT_TEXT_CHAT)
		return STR("");
	return name;
}

static struct str
folder_name_of(struct str path)
{
	struct str folder = chat_text_folder(path);

	return folder.len == 0 ? folder : name_of(str_head(folder, folder.len - 1));
}

/* For a text whose path says nothing ("_chat.txt", "../_chat.txt"): how the disk calls its folder.
 */
static struct str
folder_name_on_disk(struct str path, struct arena *arena)
{
	struct str name = STR("");
	struct buf folder = {0};

	buf_add(&folder, chat_text_folder(path));
	buf_add_byte(&folder, '.');
	char *real = realpath(buf_cstr(&folder), NULL);
	if (real != NULL)
		name = arena_copy(arena, name_of(str_of(real)));
	free(real);
	buf_free(&folder);
	return name;
}

void
manifest_from_file(struct manifest *m, const char *path, bool with_folder, struct arena *arena)
{
	struct str text = path == NULL ? STR("") : str_of(path);
	struct str name = name_of(text), folder = folder_name_of(text);

	*m = (struct manifest){.unnamed = chat_text_is_chat(text) && source_chats_beside(path) > 0};
	if (path != NULL && name.len == 0 && folder.len == 0)
		folder = folder_name_on_disk(text, arena);
	m->title =
		title_of(m, (struct name[]){{name, true}, {folder, true}}, (int[]){0, 1}, 2, arena);
	if (with_folder)
		m->entries = source_entries(path, arena, &m->entry_count);
}

void
manifest_from_zip(struct manifest *m, const char *path, const struct zip_member *members,
		  const struct str *unpacked, size_t count, size_t chat, struct arena *arena)
{
	struct str zip = path == NULL ? STR("") : str_of(path);
	struct str text = members[chat].name, folder = chat_text_folder(text);
	struct manifest_entry *entries;
	size_t entry_count = 0;

	*m = (struct manifest){.unnamed = members[chat].unnamed};
	m->title = title_of(m,
			    (struct name[]){{name_of(text), false},
					    {folder_name_of(text), false},
					    {name_of(zip), true}},
			    (int[]){1, 2, 0}, 3, arena);
	for (size_t i = 0; i < count; i++)
		entry_count += members[i].role == ZIP_MEMBER_MEDIA;
	entries = arena_alloc(arena, entry_count * sizeof(*entries));
	for (size_t i = 0; i < count; i++)
		if (members[i].role == ZIP_MEMBER_MEDIA && str_starts(members[i].name, folder))
			entries[m->entry_count++] = (struct manifest_entry){
				members[i].name, (int64_t)members[i].size,
				unpacked == NULL ? (struct str){0} : unpacked[i]};
	m->entries = entries;
}

void
manifest_complete(struct manifest *m, struct str uri, int64_t modified_at, int64_t size,
		  struct arena *arena)
{
	char *id = arena_alloc(arena, 2 * ID_SIZE + 1), length[24] = "", fetched[24];

	m->fetched_at = clock_now_ms();
	m->modified_at = modified_at;
	m->size = size;
	if (size != INT64_MIN)
		snprintf(length, sizeof(length), "%" PRId64, size);
	snprintf(fetched, sizeof(fetched), "%" PRId64, m->fetched_at);
	hash_digest_hex(id, ID_SIZE, (struct str[]){uri, str_of(length), str_of(fetched)}, 3);
	m->import_id = str_of(id);
}
