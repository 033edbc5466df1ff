/* message.h -- a message as parse gives it: the C side of schemas/message.avsc. Strings are
 * borrowed; a NULL pointer or string is null. */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "base/str.h"

enum message_kind {
	KIND_UNKNOWN,
	KIND_TEXT,
	KIND_IMAGE,
	KIND_VIDEO,
	KIND_VIDEO_NOTE,
	KIND_AUDIO,
	KIND_VOICE,
	KIND_STICKER,
	KIND_GIF,
	KIND_DOCUMENT,
	KIND_MEDIA, /* omitted, sort unknown */
	KIND_CONTACT,
	KIND_LOCATION,
	KIND_LIVE_LOCATION,
	KIND_POLL,
	KIND_CALL,
	KIND_DELETED,
	KIND_VIEW_ONCE,
	KIND_EMPTY,
	KIND_SYSTEM,
};
extern const char *const message_kind_names[]; /* ends with NULL */

struct attachment {
	struct str name;
	enum message_kind kind;
	int64_t size;     /* bytes; INT64_MIN: unknown */
	struct str entry; /* its name in the zip */
	bool omitted;
	struct str path; /* of the file on the disk */
};
struct location {
	double latitude, longitude; /* degrees; NaN: unknown */
	struct str name, address, url;
};
struct poll_option {
	struct str text;
	int32_t votes;
};
#define POLL_OPTIONS 64 /* WhatsApp allows 12 */
struct poll {
	struct str question;
	const struct poll_option *options;
	size_t option_count;
};
struct call {
	struct str medium; /* voice, video, unknown */
	bool missed, group;
	int64_t duration_seconds; /* INT64_MIN: unknown */
};
struct contact {
	struct str name;
};
struct deleted {
	struct str by; /* sender, admin, exporter */
};
struct system_event {
	struct str event, actor;
	const struct str *targets;
	size_t target_count;
	struct str value, text;
};

struct source_reading { /* how the dates of a source were read */
	struct str form, date_order, other_order, basis, calendar, locale;
	double confidence; /* 0..1 */
};

struct message {
	struct str message_id, slot_id, conversation_id, conversation_title, import_id;
	int64_t seq, sent_at;
	int32_t utc_offset_minutes;
	struct str sender;
	enum message_kind kind;
	struct str text;
	bool edited;
	const struct attachment *attachments;
	size_t attachment_count;
	const struct location *location; /* of these six one at most */
	const struct poll *poll;
	const struct call *call;
	const struct contact *contact;
	const struct deleted *deleted;
	const struct system_event *system_event;
	const struct str *mentions;
	size_t mention_count;
	int32_t invalid_bytes;
	struct str uri;
	int64_t line, offset;
	const struct source_reading *reading; /* in the first message of a part */
};

/* Whether it has any of what most messages have not: attachments, mentions, details with strings of
 * a text. */
static inline bool
message_has_parts(const struct message *m)
{
	return ((uintptr_t)m->location | (uintptr_t)m->poll | (uintptr_t)m->contact |
		(uintptr_t)m->system_event | m->attachment_count | m->mention_count) != 0;
}

/* Whether all strings of its attachments, details and mentions are UTF-8. They are cut out of text
 * that is; but where one were not, it would be refused by the encoder, and with it all messages of
 * the piece in hand. */
bool message_details_are_valid(const struct message *);

/* Null or 0, whatever says more than every message does: few stores, where all would be many. */
static inline void
message_begin(struct message *m, enum message_kind kind)
{
	m->kind = kind;
	m->text = (struct str){0};
	m->edited = false;
	m->attachments = NULL;
	m->attachment_count = 0;
	m->location = NULL;
	m->poll = NULL;
	m->call = NULL;
	m->contact = NULL;
	m->deleted = NULL;
	m->system_event = NULL;
	m->mentions = NULL;
	m->mention_count = 0;
	m->invalid_bytes = 0;
	m->reading = NULL;
}

#endif
