#include "source_list.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "chat_text.h"
#include "text/utf8.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct names {
	char **at;
	size_t count, room;
};

static void
names_free(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->at[i]);
	free(n->at);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All but what begins with a dot and __MACOSX. -1: errno. */
static int
names_of(const char *folder, struct names *names)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (dir == NULL)
		return -1;
	errno = 0;
	while ((entry = readdir(dir)) != NULL && names->count <= SOURCE_MAX_FILES) {
		if (entry->d_name[0] != '.' && !chat_text_is_litter(str_of(entry->d_name))) {
			MEM_GROW(names->at, names->count, names->room);
			names->at[names->count++] = str_dup(str_of(entry->d_name));
		}
		errno = 0;
	}
	int error = errno;
	closedir(dir);
	if (error == 0 && names->count > 0)
		qsort(names->at, names->count, sizeof(*names->at), by_bytes);
	errno = error;
	return error == 0 ? 0 : -1;
}

static char *
join(const char *folder, const char *name)
{
	struct buf path = {0};

	buf_add(&path, str_of(folder));
	if (path.len > 0 && path.ptr[path.len - 1] != '/')
		buf_add_byte(&path, '/');
	buf_add(&path, str_of(name));
	buf_cstr(&path);
	return path.ptr;
}

static void
add(struct source_list *list, struct source source)
{
	MEM_GROW(list->at, list->count, list->room);
	list->at[list->count++] = source;
}

/* Takes path over. */
static void
add_problem(struct source_list *list, char *path, const char *doing, const char *why)
{
	struct buf text = {0};

	buf_printf(&text, "could not %s \"%s\": %s", doing, path, why);
	buf_cstr(&text);
	add(list, (struct source){.path = path, .problem = text.ptr});
}

/* A file that cannot be read is taken: reading it will say why. */
static bool
looks_like_chat(const char *path)
{
	char beginning[CHAT_TEXT_BEGINNING];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return true;
	ssize_t n = read(fd, beginning, sizeof(beginning));
	close(fd);
	return n < 0 || chat_text_looks_like((struct str){beginning, (size_t)n});
}

struct walk {
	struct source_list *list;
	size_t files;
	bool full;
};

static void walk_folder(struct walk *, const char *folder, int depth);

/* chat_beside: the folder has a _chat.txt, so that other texts in it are documents. */
static void
walk_name(struct walk *w, const char *folder, const char *name, bool chat_beside, int depth)
{
	char *path = join(folder, name);
	struct stat st;

	if (lstat(path, &st) != 0) {
		free(path); /* gone since the folder was read */
	} else if (S_ISDIR(st.st_mode)) {
		walk_folder(w, path, depth + 1);
		free(path);
	} else if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
		free(path);
	} else if (++w->files > SOURCE_MAX_FILES) {
		w->full = true;
		free(path);
	} else {
		enum chat_text_name text = chat_text_name(str_of(name));
		if (chat_text_has_ending(str_of(name), ".zip") || text == CHAT_TEXT_CHAT ||
		    (!chat_beside && (text == CHAT_TEXT_TITLED ||
				      (text == CHAT_TEXT_MAYBE && looks_like_chat(path)))))
			add(w->list, (struct source){.path = path,
						     .size = (uint64_t)st.st_size,
						     .found = true});
		else
			free(path);
	}
}

static void
walk_folder(struct walk *w, const char *folder, int depth)
{
	struct names names = {0};
	bool chat_beside = false;

	if (depth > SOURCE_MAX_DEPTH) {
		add_problem(w->list, str_dup(str_of(folder)), "search", "too many nested folders");
		return;
	}
	if (names_of(folder, &names) != 0) {
		add_problem(w->list, str_dup(str_of(folder)), "open", strerror(errno));
		names_free(&names);
		return;
	}
	for (size_t i = 0; i < names.count; i++)
		chat_beside |= chat_text_name(str_of(names.at[i])) == CHAT_TEXT_CHAT;
	for (size_t i = 0; i < names.count && !w->full; i++)
		walk_name(w, folder, names.at[i], chat_beside, depth);
	names_free(&names);
}

void
source_list_add(struct source_list *list, const char *named)
{
	struct walk w = {list, 0, false};
	size_t before = list->count;
	struct stat st;

	if (strcmp(named, "-") == 0) {
		add(list, (struct source){.path = str_dup(str_of(named)), .stream = true});
	} else if (stat(named, &st) != 0) {
		add_problem(list, str_dup(str_of(named)), "open", strerror(errno));
	} else if (!S_ISDIR(st.st_mode)) {
		bool stream = !S_ISREG(st.st_mode);
		add(list, (struct source){.path = str_dup(str_of(named)),
					  .size = stream ? 0 : (uint64_t)st.st_size,
					  .stream = stream});
	} else {
		walk_folder(&w, named, 1);
		if (w.full)
			add_problem(list, str_dup(str_of(named)), "search", "too many files");
		else if (list->count == before)
			add_problem(list, str_dup(str_of(named)), "read",
				    "no chat and no zip in this folder");
	}
}

void
source_list_free(struct source_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->at[i].path);
		free(list->at[i].problem);
	}
	free(list->at);
	*list = (struct source_list){0};
}

/* The folder a text is in, and the names in it: of one that cannot be read, what could be. */
static char *
folder_of(const char *text_path, struct names *names)
{
	struct str folder = chat_text_folder(str_of(text_path));
	char *path = str_dup(folder.len == 0 ? STR("./") : folder);

	*names = (struct names){0};
	if (names_of(path, names) != 0)
		log_debug("folder", "path=\"%s\" error=\"%s\"", path, strerror(errno));
	return path;
}

size_t
source_chats_beside(const char *text_path)
{
	const char *name = text_path + chat_text_folder(str_of(text_path)).len;
	struct names names;
	char *folder = folder_of(text_path, &names);
	size_t count = 0;

	for (size_t i = 0; i < names.count; i++)
		count += chat_text_is_chat(str_of(names.at[i])) && strcmp(names.at[i], name) != 0;
	names_free(&names);
	free(folder);
	return count;
}

/* One that is not UTF-8 has no form there that would lead to it. */
static struct str
path_in_manifest(const char *path, struct arena *arena)
{
	struct str given = str_of(path);

	return utf8_valid_prefix(given) == given.len ? arena_copy(arena, given) : (struct str){0};
}

const struct manifest_entry *
source_entries(const char *text_path, struct arena *arena, size_t *count)
{
	const char *own_name = text_path + chat_text_folder(str_of(text_path)).len;
	struct names names;
	char *path = folder_of(text_path, &names);
	struct buf name = {0};

	*count = 0;
	struct manifest_entry *entries = arena_alloc(arena, names.count * sizeof(*entries));
	for (size_t i = 0; i < names.count && *count < SOURCE_MAX_ENTRIES; i++) {
		struct stat st;
		char *beside = join(path, names.at[i]);
		if (strcmp(names.at[i], own_name) != 0 && stat(beside, &st) == 0 &&
		    S_ISREG(st.st_mode)) {
			buf_clear(&name);
			utf8_repair(&name, str_of(names.at[i]));
			entries[(*count)++] = (struct manifest_entry){
				arena_copy(arena, buf_str(&name)), (int64_t)st.st_size,
				path_in_manifest(beside, arena)};
		}
		free(beside);
	}
	buf_free(&name);
	names_free(&names);
	free(path);
	return entries;
}
