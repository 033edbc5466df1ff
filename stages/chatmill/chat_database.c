#include "chat_database.h"

#include "shown_text.h"
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

#define SURE         0.95  /* as parse has it: below, an order of dates is a guess */
#define MOST_CHATS   10    /* that are named */
#define BUSY_MS      10000 /* for somebody else's transaction to end */
#define WIDEST_TITLE 60    /* code points */

static int
refuse(sqlite3 *db, const char *path, struct err *err)
{
	return err_set(err, ERR_FATAL, "could not read the database \"%s\": %s", path,
		       db == NULL ? "out of memory" : sqlite3_errmsg(db));
}

static int
open_to_read(const char *path, sqlite3 **db, struct err *err)
{
	if (sqlite3_open_v2(path, db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
	    sqlite3_busy_timeout(*db, BUSY_MS) != SQLITE_OK)
		return refuse(*db, path, err);
	return 0;
}

/* Calls row() for each; -1 when there is no more because something is wrong. */
static int
query(sqlite3 *db, const char *sql, void (*row)(sqlite3_stmt *, void *with), void *with)
{
	sqlite3_stmt *statement;
	int step = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	while (step == SQLITE_OK || step == SQLITE_ROW) {
		step = sqlite3_step(statement);
		if (step == SQLITE_ROW)
			row(statement, with);
	}
	return sqlite3_finalize(statement) == SQLITE_OK && step == SQLITE_DONE ? 0 : -1;
}

static void
take_counts(sqlite3_stmt *row, void *with)
{
	struct chat_counts *counts = with;

	counts->messages = sqlite3_column_int64(row, 0);
	counts->imports = sqlite3_column_int64(row, 1);
	counts->changed = sqlite3_column_int64(row, 2);
	counts->imported_at = sqlite3_column_int64(row, 3);
}

static void
take_flag(sqlite3_stmt *row, void *with)
{
	*(bool *)with = sqlite3_column_int(row, 0) != 0;
}

/* Another program's database holds no messages; that it cannot be used, the sink will say. */
static int
count(sqlite3 *db, struct chat_counts *counts)
{
	bool ours = false;

	if (query(db,
		  "SELECT count(*) = 2 FROM sqlite_schema WHERE name IN ('messages', 'imports')",
		  take_flag, &ours) != 0)
		return -1;
	if (!ours)
		return 0;
	return query(db,
		     "SELECT (SELECT count(*) FROM messages), count(*),"
		     " coalesce(sum(merged_messages), 0), max(imported_at) FROM imports",
		     take_counts, counts);
}

int
chat_database_count(const char *path, struct chat_counts *counts, struct err *err)
{
	struct stat st;
	sqlite3 *db = NULL;
	int result;

	*counts = (struct chat_counts){0};
	if (stat(path, &st) == 0 ? !S_ISREG(st.st_mode) : errno == ENOENT)
		return 0;
	result = open_to_read(path, &db, err);
	if (result == 0 && count(db, counts) != 0)
		result = refuse(db, path, err);
	sqlite3_close(db);
	return result;
}

/* 1234567 as "1,234,567". */
static void
add_number(struct buf *to, int64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)n);

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
			buf_add_byte(to, ',');
		buf_add_byte(to, digits[i]);
	}
}

static void
add_count(struct buf *to, int64_t n, const char *one, const char *many)
{
	add_number(to, n);
	buf_printf(to, " %s", n == 1 ? one : many);
}

static void
add_totals(sqlite3_stmt *row, void *with)
{
	struct buf *to = with;
	const unsigned char *first = sqlite3_column_text(row, 3),
			    *last = sqlite3_column_text(row, 4);

	add_count(to, sqlite3_column_int64(row, 1), "message", "messages");
	buf_add(to, STR(" in "));
	add_count(to, sqlite3_column_int64(row, 0), "chat", "chats");
	buf_add(to, STR(", by "));
	add_count(to, sqlite3_column_int64(row, 2), "person", "people");
	if (first != NULL && last != NULL)
		buf_printf(to, ", %s to %s", (const char *)first, (const char *)last);
	buf_add_byte(to, '\n');
}

struct media {
	struct buf *to;
	size_t kinds;
};

static const struct {
	const char *kind, *one, *many;
} media_words[] = {
	{"image", "image", "images"},
	{"video", "video", "videos"},
	{"video_note", "video note", "video notes"},
	{"audio", "audio file", "audio files"},
	{"voice", "voice message", "voice messages"},
	{"sticker", "sticker", "stickers"},
	{"gif", "GIF", "GIFs"},
	{"document", "document", "documents"},
	{"contact", "contact", "contacts"},
	{"media", "left out of the export",
	 "left out of the export"}, /* of what kind, it is silent */
};

static void
add_media(sqlite3_stmt *row, void *with)
{
	struct media *media = with;
	const char *kind = (const char *)sqlite3_column_text(row, 0);
	const char *one = kind == NULL ? "of unknown kind" : kind, *many = one;

	for (size_t i = 0; i < sizeof(media_words) / sizeof(media_words[0]); i++)
		if (strcmp(media_words[i].kind, one) == 0) {
			one = media_words[i].one;
			many = media_words[i].many;
			break;
		}
	buf_add(media->to, media->kinds++ == 0 ? STR("media: ") : STR(", "));
	add_count(media->to, sqlite3_column_int64(row, 1), one, many);
}

struct chats {
	struct buf *to;
	size_t count;
};

/* What a chat that this run has met brought. */
static void
add_chat(sqlite3_stmt *row, void *with)
{
	struct chats *chats = with;
	struct buf *to = chats->to;
	int64_t added = sqlite3_column_int64(row, 1), known = sqlite3_column_int64(row, 2);
	const unsigned char *title = sqlite3_column_text(row, 0);

	if (++chats->count > MOST_CHATS)
		return;
	buf_add(to, STR("  "));
	shown_text_add(to, str_of(title == NULL ? "(no title)" : (const char *)title),
		       WIDEST_TITLE);
	buf_add(to, STR(": "));
	add_number(to, added);
	buf_add(to, STR(" new"));
	if (known > 0) {
		buf_add(to, STR(", "));
		add_number(to, known);
		buf_add(to, STR(" known before"));
	}
	buf_add_byte(to, '\n');
}

static int
add_chats(sqlite3 *db, int64_t since, struct buf *to)
{
	struct chats chats = {.to = to};
	char sql[512];

	snprintf(sql, sizeof(sql),
		 "SELECT c.title, sum(new_messages), sum(known_messages + merged_messages)"
		 " FROM imports JOIN conversations AS c USING (conversation_id)"
		 " WHERE imported_at > %lld GROUP BY conversation_id"
		 " ORDER BY 2 DESC, 3 DESC, 1",
		 (long long)since);
	if (query(db, sql, add_chat, &chats) != 0)
		return -1;
	if (chats.count > MOST_CHATS)
		buf_printf(to, "  and %zu more\n", chats.count - MOST_CHATS);
	return 0;
}

static void
add_news(struct buf *to, const struct chat_counts *before, const struct chat_counts *now)
{
	int64_t changed = now->changed - before->changed;

	buf_add(to, STR("new: "));
	add_count(to, now->messages - before->messages, "message", "messages");
	if (changed > 0) {
		buf_add(to, STR("; changed since: "));
		add_number(to, changed);
	}
	buf_add_byte(to, '\n');
}

static const char *
in_words(const unsigned char *order)
{
	switch (order == NULL ? 'd' : order[0]) {
	case 'm':
		return "month first";
	case 'y':
		return "year first";
	default:
		return "day first";
	}
}

struct orders {
	struct buf *to;
	size_t count;
};

static void
add_order(sqlite3_stmt *row, void *with)
{
	struct orders *orders = with;

	buf_add(orders->to, orders->count++ == 0 ? STR("dates: ") : STR(", "));
	buf_printf(orders->to, "%s in ", in_words(sqlite3_column_text(row, 0)));
	add_count(orders->to, sqlite3_column_int64(row, 1), "export", "exports");
}

static void
add_guess(sqlite3_stmt *row, void *with)
{
	const unsigned char *uri = sqlite3_column_text(row, 0);
	struct buf *to = with;

	buf_add(to, STR("dates of "));
	shown_text_add(to, str_of(uri == NULL ? "an export" : (const char *)uri), 0);
	buf_printf(to,
		   " could be read %s or %s; taken as %s (%.0f %% sure); --date-order decides\n",
		   in_words(sqlite3_column_text(row, 1)), in_words(sqlite3_column_text(row, 2)),
		   in_words(sqlite3_column_text(row, 1)), sqlite3_column_double(row, 3) * 100);
}

/* How the dates of what was imported since were read. */
static int
add_readings(sqlite3 *db, int64_t since, struct buf *to)
{
	struct orders orders = {.to = to};
	char sql[512];

	snprintf(sql, sizeof(sql),
		 "SELECT date_order, count(*) FROM imports WHERE imported_at > %lld AND"
		 " date_order IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1",
		 (long long)since);
	if (query(db, sql, add_order, &orders) != 0)
		return -1;
	if (orders.count > 0)
		buf_add_byte(to, '\n');
	snprintf(sql, sizeof(sql),
		 "SELECT uri, date_order, other_order, order_confidence FROM imports"
		 " WHERE imported_at > %lld AND order_confidence < %g AND other_order IS NOT NULL"
		 " ORDER BY uri",
		 (long long)since, SURE);
	return query(db, sql, add_guess, to);
}

int
chat_database_summarise(const char *path, const struct chat_counts *before, struct buf *to,
			struct err *err)
{
	struct media media = {.to = to};
	struct chat_counts now = {0};
	sqlite3 *db = NULL;
	int result = open_to_read(path, &db, err);

	if (result != 0)
		goto done;
	if (count(db, &now) != 0 ||
	    query(db,
		  "SELECT count(DISTINCT conversation_id), count(*), count(DISTINCT sender),"
		  " date(min(sent_at / 1000 + utc_offset_minutes * 60), 'unixepoch'),"
		  " date(max(sent_at / 1000 + utc_offset_minutes * 60), 'unixepoch')"
		  " FROM messages",
		  add_totals, to) != 0 ||
	    query(db, "SELECT kind, count(*) FROM attachments GROUP BY kind ORDER BY 2 DESC, 1",
		  add_media, &media) != 0)
		goto unreadable;
	if (media.kinds > 0)
		buf_add_byte(to, '\n');
	add_news(to, before, &now);
	if (add_chats(db, before->imported_at, to) == 0 &&
	    add_readings(db, before->imported_at, to) == 0)
		goto done;

unreadable:
	result = refuse(db, path, err);
done:
	sqlite3_close(db);
	return result;
}
