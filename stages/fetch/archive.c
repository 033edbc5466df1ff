#include "archive.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "chat_text.h"
#include "line_pieces.h"
#include "media_folder.h"
#include "source_list.h"
#include "spool.h"
#include "text/utf8.h"
#include "zip_export.h"
#include "zip_safety.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_MS     50
#define MEDIA_PIECE (256 * 1024)

/*
 *                               +--------- the next chat of a zip ---------+
 *                               v                                          |
 *   SOURCE --> MEDIUM <--> LOOK/WRITE; CHAT --> MANIFEST --> LINES --> END [--> FAULT]
 *     |                                            ^
 *     +--> SNIFF --> SPOOL: a stream; a zip goes on as a file
 *
 * The media of a zip come first: the manifests of its chats say where they are.
 */
enum state { SOURCE, SNIFF, SPOOL, CHAT, MANIFEST, LINES, END, FAULT, MEDIUM, LOOK, WRITE };

struct archive {
	struct archive_options options;
	struct buf title; /* that of the options, made UTF-8 */
	struct source_list sources;
	size_t next; /* of them */
	enum state state;

	/* The source. */
	const struct source *source;
	int fd, spool; /* of a text or a stream; of the file that keeps a zip from one; -1: none */
	struct zip_export *zip;
	const struct zip_member *members; /* of the zip */
	size_t member_count, member;      /* member: the chat or medium in hand */
	uint64_t spooled;
	struct media_file *medium;
	struct str *media_paths; /* where each member was unpacked; NULL: no media are wanted */
	struct arena paths;      /* of those */

	/* The chat. */
	struct buf uri, broken;    /* broken: why it broke off; empty: it didn't */
	int64_t modified_at, size; /* INT64_MIN: unknown */
	struct manifest manifest;
	struct arena arena; /* of the manifest */
	struct line_pieces lines;
	bool ended;

	uint64_t total, finished;     /* bytes of all sources, and of those that are done */
	uint64_t to_unpack, unpacked; /* of the zip in hand */
	size_t piece_count;           /* given of this source */
	int64_t given;                /* bytes of it, up to the last piece's end */
	struct buf position;
};

static bool
is_stdin(const struct archive *a)
{
	return strcmp(a->source->path, "-") == 0;
}

struct archive *
archive_open(const char *const *names, size_t count, const struct archive_options *options,
	     struct err *err)
{
	struct archive *a;
	bool known = true;

	if (options->media != NULL && media_folder_make(options->media, err) != 0)
		return NULL;
	a = mem_zero(1, sizeof(*a));
	a->options = *options;
	a->fd = a->spool = -1;
	if (options->title != NULL) {
		utf8_repair(&a->title, str_of(options->title));
		buf_cstr(&a->title);
	}
	for (size_t i = 0; i < count; i++)
		source_list_add(&a->sources, names[i]);
	for (size_t i = 0; i < a->sources.count; i++) {
		known &= !a->sources.at[i].stream;
		a->total += a->sources.at[i].size;
	}
	if (!known)
		a->total = 0;
	return a;
}

static void
close_chat(struct archive *a)
{
	arena_free(&a->arena);
	line_pieces_free(&a->lines);
	buf_clear(&a->broken);
	a->ended = false;
	if (a->zip != NULL)
		zip_export_end(a->zip);
}

static void
close_descriptor(int *fd)
{
	if (*fd > STDIN_FILENO)
		close(*fd);
	*fd = -1;
}

static void
close_source(struct archive *a)
{
	struct err ignored = {0}; /* nothing is committed */

	close_chat(a);
	if (a->medium != NULL && media_file_close(a->medium, false, &ignored) != 0)
		log_debug("media", "%s", ignored.text);
	a->medium = NULL;
	zip_export_close(a->zip);
	a->zip = NULL;
	free(a->media_paths);
	a->media_paths = NULL;
	arena_free(&a->paths);
	close_descriptor(&a->fd);
	close_descriptor(&a->spool);
	if (a->source != NULL)
		a->finished += a->source->size;
	a->source = NULL;
	a->to_unpack = a->unpacked = 0;
	a->spooled = 0;
	a->state = SOURCE;
}

void
archive_close(struct archive *a)
{
	if (a == NULL)
		return;
	close_source(a);
	source_list_free(&a->sources);
	buf_free(&a->title);
	buf_free(&a->uri);
	buf_free(&a->broken);
	buf_free(&a->position);
	free(a);
}

static void
set_uri(struct archive *a, const char *path, struct str entry)
{
	buf_clear(&a->uri);
	utf8_repair(&a->uri, str_of(path));
	if (entry.ptr != NULL) {
		buf_add(&a->uri, STR("!/"));
		buf_add(&a->uri, entry);
	}
	buf_cstr(&a->uri);
}

/* A fault of the whole source: it is left behind. */
static enum archive_step
fault_of_source(struct archive *a, const char *doing, const char *why, struct err *err)
{
	set_uri(a, a->source->path, (struct str){0});
	close_source(a);
	err_set(err, ERR_INPUT, "could not %s \"%.*s\": %s", doing, STR_ARG(buf_str(&a->uri)), why);
	return ARCHIVE_FAULT;
}

static void
say_repaired_names(const struct archive *a)
{
	const struct zip_member *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < a->member_count; i++) {
		if (!a->members[i].repaired)
			continue;
		first = first == NULL ? &a->members[i] : first;
		count++;
	}
	if (count == 1)
		log_error("\"%s\": a name in it is not the UTF-8 it says; it is read as \"%.*s\"",
			  a->source->path, STR_ARG(first->name));
	else if (count > 1)
		log_error("\"%s\": %zu names in it are not the UTF-8 they say; the first is read "
			  "as \"%.*s\"",
			  a->source->path, count, STR_ARG(first->name));
}

static enum archive_step
start_zip(struct archive *a, uint64_t size, struct err *err)
{
	struct err why = {0};
	size_t chats = 0;

	a->zip = zip_export_open(a->fd, size, &why);
	a->fd = -1;
	if (a->zip == NULL)
		return fault_of_source(a, "read", why.text, err);
	a->members = zip_export_members(a->zip, &a->member_count);
	for (size_t i = 0; i < a->member_count; i++) {
		bool chat = a->members[i].role == ZIP_MEMBER_CHAT;
		chats += chat;
		if (chat || (a->options.media != NULL && a->members[i].role == ZIP_MEMBER_MEDIA))
			a->to_unpack += a->members[i].size;
	}
	if (chats == 0 && !a->source->found)
		return fault_of_source(a, "read", "there is no chat in this zip", err);
	if (chats == 0) {
		log_event("skipped", "path=\"%s\" reason=\"there is no chat in this zip\"",
			  a->source->path);
		close_source(a);
		return ARCHIVE_BUSY;
	}
	say_repaired_names(a);
	a->member = 0;
	a->state = a->options.media != NULL ? MEDIUM : CHAT;
	if (a->options.media != NULL)
		a->media_paths = mem_zero(a->member_count, sizeof(*a->media_paths));
	return ARCHIVE_BUSY;
}

static enum archive_step
start_text(struct archive *a, struct str beginning, struct err *err)
{
	const char *needs = chat_text_needs(beginning);

	if (needs != NULL)
		return fault_of_source(a, "read", needs, err);
	a->state = MANIFEST;
	return ARCHIVE_BUSY;
}

static enum archive_step
start_source(struct archive *a, struct err *err)
{
	char beginning[4];
	struct stat st;

	if (a->next == a->sources.count)
		return ARCHIVE_DONE;
	a->source = &a->sources.at[a->next++];
	a->piece_count = 0;
	set_uri(a, a->source->path, (struct str){0});
	a->modified_at = a->size = INT64_MIN;
	if (a->source->problem != NULL) {
		err_set(err, ERR_INPUT, "%s", a->source->problem);
		close_source(a);
		return ARCHIVE_FAULT;
	}
	a->fd = is_stdin(a) ? STDIN_FILENO : open(a->source->path, O_RDONLY | O_CLOEXEC);
	if (a->fd < 0 || fstat(a->fd, &st) != 0)
		return fault_of_source(a, "open", strerror(errno), err);
	if (S_ISDIR(st.st_mode))
		return fault_of_source(a, "read", "it is a folder", err);
	if (!S_ISREG(st.st_mode) || is_stdin(a)) {
		a->state = SNIFF;
		return ARCHIVE_BUSY;
	}
	a->size = (int64_t)st.st_size;
	a->modified_at = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	ssize_t got = pread(a->fd, beginning, sizeof(beginning), 0);
	if (got < 0)
		return fault_of_source(a, "read", strerror(errno), err);
	if (zip_safety_is_zip((struct str){beginning, (size_t)got}) ||
	    chat_text_has_ending(str_of(a->source->path), ".zip"))
		return start_zip(a, (uint64_t)st.st_size, err);
	return start_text(a, (struct str){beginning, (size_t)got}, err);
}

/* 1: bytes were added, or the end was met; 0: nothing to read for now; -1: errno. */
static int
read_more(struct archive *a)
{
	struct pollfd p = {.fd = a->fd, .events = POLLIN};
	size_t room;
	char *to = line_pieces_room(&a->lines, &room);

	/* A signal ends the wait, too: read() would go on with it. */
	if (a->source->stream && poll(&p, 1, WAIT_MS) <= 0)
		return 0;
	ssize_t n = read(a->fd, to, room);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -1;
	line_pieces_add(&a->lines, (size_t)n);
	a->ended = n == 0;
	return 1;
}

/* A stream's first four bytes. */
static enum archive_step
sniff(struct archive *a, struct err *err)
{
	int more = read_more(a);
	struct str held = line_pieces_held(&a->lines);

	if (more < 0)
		return fault_of_source(a, "read", strerror(errno), err);
	if (more == 0)
		return ARCHIVE_WAIT;
	if (held.len < 4 && !a->ended)
		return ARCHIVE_BUSY;
	if (!zip_safety_is_zip(held))
		return start_text(a, held, err);
	a->state = SPOOL;
	return ARCHIVE_BUSY;
}

/* The bytes of a zip on a stream, through the room of the lines, into a file. */
static enum archive_step
spool(struct archive *a, struct err *err)
{
	struct err why = {0};

	if (a->spool < 0 && (a->spool = spool_open(err)) < 0)
		return ARCHIVE_FAILED;
	if (spool_add(a->spool, &a->spooled, line_pieces_held(&a->lines), &why) != 0) {
		if (why.class == ERR_INPUT)
			return fault_of_source(a, "read", why.text, err);
		*err = why;
		return ARCHIVE_FAILED;
	}
	line_pieces_free(&a->lines);
	if (a->ended) {
		a->ended = false;
		a->size = (int64_t)a->spooled;
		close_descriptor(&a->fd);
		a->fd = a->spool;
		a->spool = -1;
		return start_zip(a, a->spooled, err);
	}
	int more = read_more(a);
	if (more < 0)
		return fault_of_source(a, "read", strerror(errno), err);
	return more == 0 ? ARCHIVE_WAIT : ARCHIVE_BUSY;
}

/* On to the zip's next chat. */
static enum archive_step
next_chat(struct archive *a, struct err *err)
{
	struct err why = {0};

	while (a->member < a->member_count && a->members[a->member].role != ZIP_MEMBER_CHAT)
		a->member++;
	if (a->member == a->member_count) {
		close_source(a);
		return ARCHIVE_BUSY;
	}
	const struct zip_member *m = &a->members[a->member];
	set_uri(a, a->source->path, m->name);
	if (zip_export_begin(a->zip, a->member, &why) != 0) {
		a->member++;
		err_set(err, ERR_INPUT, "could not read \"%.*s\": %s", STR_ARG(buf_str(&a->uri)),
			why.text);
		return ARCHIVE_FAULT;
	}
	a->size = (int64_t)m->size;
	a->modified_at = m->modified_ms;
	a->state = MANIFEST;
	return ARCHIVE_BUSY;
}

static enum archive_step
give_manifest(struct archive *a, struct archive_piece *piece)
{
	const char *path = a->source->stream ? NULL : a->source->path;

	if (a->zip != NULL)
		manifest_from_zip(&a->manifest, path, a->members, a->media_paths, a->member_count,
				  a->member, &a->arena);
	else
		manifest_from_file(&a->manifest, path, a->source->found, &a->arena);
	manifest_complete(&a->manifest, buf_str(&a->uri), a->modified_at, a->size, &a->arena);
	if (a->title.ptr != NULL)
		a->manifest.title = buf_str(&a->title);
	else if (a->manifest.unnamed)
		log_error("\"%.*s\" has no title: another text called _chat lies beside it; "
			  "--title, or a folder of its own, gives it one",
			  STR_ARG(buf_str(&a->uri)));
	piece->part = ARCHIVE_MANIFEST;
	piece->manifest = &a->manifest;
	a->state = LINES;
	return ARCHIVE_PIECE;
}

/* As read_more(), of a text in a zip. -1: why. */
static int
unpack_more(struct archive *a, struct err *why)
{
	size_t room, got;
	char *to = line_pieces_room(&a->lines, &room);

	if (zip_export_read(a->zip, to, room, &got, why) != 0)
		return -1;
	line_pieces_add(&a->lines, got);
	a->unpacked += got;
	a->ended = got == 0;
	return 1;
}

static enum archive_step
give_lines(struct archive *a, struct archive_piece *piece)
{
	struct line_piece lines;

	while (!line_pieces_take(&a->lines, a->ended, &lines)) {
		struct err why = {0};
		if (a->ended) {
			a->state = END;
			return ARCHIVE_BUSY;
		}
		int more = a->zip != NULL ? unpack_more(a, &why) : read_more(a);
		if (more == 0)
			return ARCHIVE_WAIT;
		if (more < 0) { /* what was read before goes on its way first */
			buf_add(&a->broken, str_of(a->zip != NULL ? why.text : strerror(errno)));
			a->ended = true;
		}
	}
	piece->part = ARCHIVE_LINES;
	piece->bytes = lines.bytes;
	piece->offset = lines.offset;
	piece->line = lines.line;
	piece->continues = lines.continues;
	return ARCHIVE_PIECE;
}

static enum archive_step
give_end(struct archive *a, struct archive_piece *piece)
{
	piece->part = ARCHIVE_END;
	piece->offset = line_pieces_offset(&a->lines);
	piece->line = line_pieces_line(&a->lines);
	if (a->broken.len > 0)
		piece->error = buf_str(&a->broken);
	a->state = FAULT;
	return ARCHIVE_PIECE;
}

/* After the end of a chat: says that it broke off, when it did. */
static enum archive_step
leave_chat(struct archive *a, struct err *err)
{
	bool broken = a->broken.len > 0;

	if (broken)
		err_set(err, ERR_INPUT, "could not read all of \"%.*s\": %.*s",
			STR_ARG(buf_str(&a->uri)), STR_ARG(buf_str(&a->broken)));
	if (a->zip == NULL) {
		close_source(a);
	} else {
		close_chat(a);
		a->member++;
		a->state = CHAT;
	}
	return broken ? ARCHIVE_FAULT : ARCHIVE_BUSY;
}

/* The folder is named as the user did; a name that is not UTF-8 cannot be said. */
static void
note_path(struct archive *a)
{
	struct buf path = {0};

	media_file_path(a->medium, &path);
	if (utf8_valid_prefix(buf_str(&path)) == path.len)
		a->media_paths[a->member] = arena_copy(&a->paths, buf_str(&path));
	buf_free(&path);
}

/* On to the next medium; this one is whole, is there already, or comes to nothing. */
static enum archive_step
leave_medium(struct archive *a, bool commit, const char *fault, struct err *err)
{
	struct media_file *medium = a->medium;

	if (medium != NULL && fault == NULL)
		note_path(a);
	a->medium = NULL;
	zip_export_end(a->zip);
	a->member++;
	a->state = MEDIUM;
	if (medium != NULL && media_file_close(medium, commit, err) != 0)
		return ARCHIVE_FAILED;
	if (fault == NULL)
		return ARCHIVE_BUSY;
	err_set(err, ERR_INPUT, "could not unpack \"%.*s\": %s", STR_ARG(buf_str(&a->uri)), fault);
	return ARCHIVE_FAULT;
}

/* Too many of the name: this medium's fault; else the folder's. */
static enum archive_step
no_place(struct archive *a, struct err *err)
{
	struct err why = *err;

	return why.class == ERR_INPUT ? leave_medium(a, false, why.text, err) : ARCHIVE_FAILED;
}

static enum archive_step
next_medium(struct archive *a, struct err *err)
{
	struct buf name = {0};

	while (a->member < a->member_count && a->members[a->member].role != ZIP_MEMBER_MEDIA)
		a->member++;
	if (a->member == a->member_count) {
		a->member = 0;
		a->state = CHAT;
		return ARCHIVE_BUSY;
	}
	const struct zip_member *m = &a->members[a->member];
	set_uri(a, a->source->path, m->name);
	bool named = media_name(m->name, &name);
	if (named)
		a->medium = media_file_open(a->options.media, buf_str(&name), m->size, m->crc, err);
	buf_free(&name);
	if (named && a->medium == NULL)
		return no_place(a, err);
	a->member += !named;
	a->state = named ? LOOK : MEDIUM;
	return ARCHIVE_BUSY;
}

static enum archive_step
look_at_medium(struct archive *a, struct err *err)
{
	struct err why = {0};
	bool write;
	int more = media_file_look(a->medium, &write, err);

	if (more != 0)
		return more < 0 ? no_place(a, err) : ARCHIVE_BUSY;
	if (!write) {
		a->unpacked += a->members[a->member].size;
		return leave_medium(a, false, NULL, err);
	}
	if (zip_export_begin(a->zip, a->member, &why) != 0)
		return leave_medium(a, false, why.text, err);
	a->state = WRITE;
	return ARCHIVE_BUSY;
}

static enum archive_step
write_medium(struct archive *a, struct err *err)
{
	char bytes[MEDIA_PIECE];
	struct err why = {0};
	size_t got;

	if (zip_export_read(a->zip, bytes, sizeof(bytes), &got, &why) != 0)
		return leave_medium(a, false, why.text, err);
	a->unpacked += got;
	if (got == 0)
		return leave_medium(a, true, NULL, err);
	if (media_file_write(a->medium, (struct str){bytes, got}, err) != 0)
		return ARCHIVE_FAILED;
	return ARCHIVE_BUSY;
}

static enum archive_step
step(struct archive *a, struct archive_piece *piece, struct err *err)
{
	switch (a->state) {
	case SOURCE:
		return start_source(a, err);
	case SNIFF:
		return sniff(a, err);
	case SPOOL:
		return spool(a, err);
	case CHAT:
		return next_chat(a, err);
	case MANIFEST:
		return give_manifest(a, piece);
	case LINES:
		return give_lines(a, piece);
	case END:
		return give_end(a, piece);
	case FAULT:
		return leave_chat(a, err);
	case MEDIUM:
		return next_medium(a, err);
	case LOOK:
		return look_at_medium(a, err);
	case WRITE:
		return write_medium(a, err);
	}
	return ARCHIVE_DONE; /* not reached */
}

enum archive_step
archive_read(struct archive *a, struct archive_piece *piece, struct err *err)
{
	*piece = (struct archive_piece){.bytes = STR("")};
	enum archive_step result = step(a, piece, err);
	piece->uri = buf_str(&a->uri);
	if (result == ARCHIVE_PIECE) {
		a->piece_count++;
		a->given = piece->offset + (int64_t)piece->bytes.len;
	}
	return result;
}

void
archive_progress(const struct archive *a, uint64_t *done, uint64_t *total)
{
	*total = a->total;
	*done = a->finished;
	if (a->source == NULL)
		return;
	if (a->zip == NULL)
		*done += (uint64_t)line_pieces_offset(&a->lines);
	else if (a->to_unpack > 0)
		*done += (uint64_t)((double)a->source->size * (double)a->unpacked /
				    (double)a->to_unpack);
	if (*total > 0 && *done > *total)
		*done = *total; /* a file that grows */
}

struct str
archive_tell(struct archive *a)
{
	char uri[33];

	hash_digest_hex(uri, 16, (struct str[]){buf_str(&a->uri)}, 1);
	buf_clear(&a->position);
	buf_printf(&a->position, "%zu %zu %lld %s", a->next, a->piece_count, (long long)a->given,
		   uri);
	return buf_str(&a->position);
}

int
archive_seek(struct archive *a, struct str position, struct err *err)
{
	struct archive_piece piece;
	struct err ignored; /* it was said when they were met first */

	for (;;) {
		switch (archive_read(a, &piece, &ignored)) {
		case ARCHIVE_FAILED:
			*err = ignored;
			return -1;
		case ARCHIVE_DONE:
			return err_set(err, ERR_FATAL,
				       "could not resume: the sources are not what they were");
		case ARCHIVE_PIECE:
			if (str_equal(archive_tell(a), position))
				return 0;
			break;
		case ARCHIVE_FAULT:
		case ARCHIVE_BUSY:
		case ARCHIVE_WAIT:
			break;
		}
	}
}
