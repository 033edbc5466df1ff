#include "zip_export.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "chat_text.h"
#include "text/utf8.h"
#include "zip_view.h"
#include <assert.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#define MAX_NAMES_LOOKED_AT   1000
#define MAX_TEXTS_LOOKED_INTO 100 /* of a zip whose names don't say which text is the chat */

struct zip_export {
	zip_t *zip;
	struct zip_member *members;
	size_t count;
	struct zip_false_names false_names;
	struct arena arena; /* for names that libzip doesn't make UTF-8, and folders */
	zip_file_t *open;
	size_t member;     /* that is open */
	uint64_t unpacked; /* of it, so far */
};

static bool
is_plain_file(zip_t *zip, size_t i, struct str name)
{
	zip_uint8_t system;
	zip_uint32_t attributes;

	if (name.len == 0 || str_ends(name, STR("/")))
		return false;
	if (zip_file_get_external_attributes(zip, i, 0, &system, &attributes) != 0 ||
	    system != ZIP_OPSYS_UNIX)
		return true;
	mode_t sort = (mode_t)(attributes >> 16) & S_IFMT;
	return sort == 0 || sort == S_IFREG;
}

/* libzip takes names that aren't marked as UTF-8 for code page 437, unless they could be UTF-8; but
 * its check lets overlong forms and surrogates through. A name that is marked and isn't may be cut
 * or of any encoding: what is whole of it stays. */
static struct str
valid_name(struct zip_export *z, const char *name)
{
	struct str given = str_of(name);
	struct buf repaired = {0};

	if (utf8_valid_prefix(given) == given.len)
		return given;
	utf8_repair(&repaired, given);
	struct str copy = arena_copy(&z->arena, buf_str(&repaired));
	buf_free(&repaired);
	return copy;
}

static int
read_member(struct zip_export *z, size_t i, bool repaired, struct err *err)
{
	struct zip_member *m = &z->members[i];
	zip_stat_t st;

	zip_stat_init(&st);
	if (zip_stat_index(z->zip, i, repaired ? ZIP_FL_ENC_RAW : ZIP_FL_ENC_GUESS, &st) != 0 ||
	    st.name == NULL)
		return err_set(err, ERR_INPUT, "its directory is damaged: %s",
			       zip_strerror(z->zip));
	*m = (struct zip_member){
		.name = valid_name(z, st.name),
		.size = st.size,
		.packed = st.comp_size,
		.crc = st.crc,
		.modified_ms =
			(st.valid & ZIP_STAT_MTIME) == 0 ? INT64_MIN : (int64_t)st.mtime * 1000,
		.repaired = repaired,
		.encrypted = st.encryption_method != ZIP_EM_NONE,
	};
	if (is_plain_file(z->zip, i, m->name) && !chat_text_is_litter(m->name))
		m->role = ZIP_MEMBER_MEDIA;
	return 0;
}

/* How surely each member is the chat, by its name. A zip may have names without end, and looking
 * at one takes a while: after many, only _chat.txt counts. */
static unsigned char *
judge_names(const struct zip_export *z)
{
	unsigned char *sure = mem_zero(z->count, 1);
	int looked_at = 0;

	for (size_t i = 0; i < z->count; i++) {
		const struct zip_member *m = &z->members[i];
		if (m->role != ZIP_MEMBER_MEDIA || !chat_text_has_ending(m->name, ".txt"))
			continue;
		if (chat_text_is_chat(m->name) || looked_at++ < MAX_NAMES_LOOKED_AT)
			sure[i] = (unsigned char)chat_text_name(m->name);
	}
	return sure;
}

static bool
looks_like_chat(struct zip_export *z, size_t member)
{
	char beginning[CHAT_TEXT_BEGINNING];
	struct err ignored = {0};
	size_t got = 0;
	bool read = zip_export_begin(z, member, &ignored) == 0 &&
		    zip_export_read(z, beginning, sizeof(beginning), &got, &ignored) == 0;

	zip_export_end(z);
	return read && chat_text_looks_like((struct str){beginning, got});
}

struct folder {
	unsigned char surest; /* of its texts, by name */
	bool found;           /* its chat, or one of them */
	size_t called_chat;   /* how many are called _chat */
};

static struct folder *
folder_of(struct zip_export *z, struct map *folders, struct str member)
{
	void **place = map_place(folders, chat_text_folder(member));

	if (*place == NULL)
		*place = arena_zero(&z->arena, sizeof(struct folder));
	return *place;
}

/* In each folder of the zip the texts that are the surest by name; where the names don't say, the
 * first that looks like a chat. A chat beside `_chat.txt` was sent in it, as a document. */
static void
find_chats(struct zip_export *z)
{
	unsigned char *sure = judge_names(z);
	struct map folders = {0};
	int looked_into = 0;

	for (size_t i = 0; i < z->count; i++) {
		if (sure[i] == CHAT_TEXT_NO)
			continue;
		struct folder *f = folder_of(z, &folders, z->members[i].name);
		if (f->surest < sure[i])
			f->surest = sure[i];
	}
	for (size_t i = 0; i < z->count; i++) {
		if (sure[i] == CHAT_TEXT_NO)
			continue;
		struct folder *f = folder_of(z, &folders, z->members[i].name);
		if (sure[i] < f->surest)
			continue;
		if (sure[i] == CHAT_TEXT_MAYBE &&
		    (f->found || looked_into++ >= MAX_TEXTS_LOOKED_INTO || !looks_like_chat(z, i)))
			continue;
		f->found = true;
		f->called_chat += sure[i] == CHAT_TEXT_CHAT;
		z->members[i].role = ZIP_MEMBER_CHAT;
	}
	for (size_t i = 0; i < z->count; i++)
		if (sure[i] == CHAT_TEXT_CHAT)
			z->members[i].unnamed =
				folder_of(z, &folders, z->members[i].name)->called_chat > 1;
	map_free(&folders);
	free(sure);
}

static int
check_sizes(const struct zip_export *z, uint64_t file_size, struct err *err)
{
	uint64_t chats = 0, media = 0;
	size_t chat_count = 0;

	for (size_t i = 0; i < z->count; i++) {
		const struct zip_member *m = &z->members[i];
		chat_count += m->role == ZIP_MEMBER_CHAT;
		uint64_t *sum = m->role == ZIP_MEMBER_CHAT ? &chats : &media;
		*sum = m->size > UINT64_MAX - *sum ? UINT64_MAX : *sum + m->size;
	}
	if (chat_count > ZIP_MAX_LISTED / (z->count + 1))
		return err_set(err, ERR_INPUT,
			       "it holds %zu chats and %zu files, which is too many", chat_count,
			       z->count);
	if (zip_safety_check_sizes(file_size, chats, ZIP_MAX_TEXT, err) != 0)
		return -1;
	return zip_safety_check_sizes(file_size, media, ZIP_MAX_MEDIA, err);
}

static int
open_zip(struct zip_export *z, int fd, uint64_t size, struct err *err)
{
	zip_error_t error;

	zip_error_init(&error);
	zip_source_t *source = zip_view_open(fd, size, &z->false_names, &error);
	z->zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY, &error);
	if (z->zip == NULL) {
		err_set(err, ERR_INPUT, "%s", zip_error_strerror(&error));
		zip_source_free(source);
	}
	zip_error_fini(&error);
	return z->zip == NULL ? -1 : 0;
}

struct zip_export *
zip_export_open(int fd, uint64_t size, struct err *err)
{
	struct zip_export *z = mem_zero(1, sizeof(*z));

	if (zip_safety_check(fd, size, &z->false_names, err) != 0) {
		close(fd);
		goto fail;
	}
	if (open_zip(z, fd, size, err) != 0)
		goto fail;
	zip_int64_t count = zip_get_num_entries(z->zip, 0);
	assert(count >= 0);
	if (count > ZIP_MAX_MEMBERS) {
		err_set(err, ERR_INPUT, "it holds more than %d files", ZIP_MAX_MEMBERS);
		goto fail;
	}
	z->count = (size_t)count;
	z->members = mem_zero(z->count, sizeof(*z->members));
	for (size_t i = 0, false_names = 0; i < z->count; i++) {
		bool repaired = false_names < z->false_names.count &&
				z->false_names.at[false_names].member == i;
		false_names += repaired;
		if (read_member(z, i, repaired, err) != 0)
			goto fail;
	}
	find_chats(z);
	if (check_sizes(z, size, err) != 0)
		goto fail;
	return z;

fail:
	zip_export_close(z);
	return NULL;
}

void
zip_export_close(struct zip_export *z)
{
	if (z == NULL)
		return;
	zip_export_end(z);
	if (z->zip != NULL)
		zip_discard(z->zip);
	free(z->members);
	zip_false_names_free(&z->false_names);
	arena_free(&z->arena);
	free(z);
}

const struct zip_member *
zip_export_members(const struct zip_export *z, size_t *count)
{
	*count = z->count;
	return z->members;
}

int
zip_export_begin(struct zip_export *z, size_t member, struct err *err)
{
	const struct zip_member *m = &z->members[member];

	assert(z->open == NULL && member < z->count);
	if (m->encrypted)
		return err_set(err, ERR_INPUT,
			       "it is encrypted; unpack it with its password and give the folder");
	if (zip_safety_check_sizes(m->packed, m->size, ZIP_MAX_MEDIA, err) != 0)
		return -1;
	z->open = zip_fopen_index(z->zip, member, 0);
	if (z->open == NULL)
		return err_set(err, ERR_INPUT, "%s", zip_strerror(z->zip));
	z->member = member;
	z->unpacked = 0;
	return 0;
}

int
zip_export_read(struct zip_export *z, void *to, size_t room, size_t *got, struct err *err)
{
	const struct zip_member *m = &z->members[z->member];
	zip_int64_t n = zip_fread(z->open, to, room);

	*got = 0;
	if (n < 0)
		return err_set(err, ERR_INPUT, "%s",
			       zip_error_strerror(zip_file_get_error(z->open)));
	/* libzip checks size and CRC at the end alone, and neither where it has no packed bytes. */
	z->unpacked += (uint64_t)n;
	if (z->unpacked > m->size || (n == 0 && z->unpacked < m->size))
		return err_set(err, ERR_INPUT, "it unpacks to %s bytes than the zip says",
			       n == 0 ? "fewer" : "more");
	*got = (size_t)n;
	return 0;
}

void
zip_export_end(struct zip_export *z)
{
	if (z->open != NULL)
		zip_fclose(z->open);
	z->open = NULL;
}
