/*
 * zip_export.h -- an exported chat in a zip: its members, which of them are chats, and the bytes of
 * one of them at a time. libzip reads; zip_safety.h bounds what it may be asked to do.
 *
 * Errors are ERR_INPUT and say what is wrong with the zip, not which zip it is.
 */
#ifndef ZIP_EXPORT_H
#define ZIP_EXPORT_H

#include "base/err.h"
#include "base/str.h"

enum zip_member_role {
	ZIP_MEMBER_OTHER, /* folders, links, what a Mac leaves behind */
	ZIP_MEMBER_MEDIA, /* what was sent in the chat, documents included */
	ZIP_MEMBER_CHAT,
};
struct zip_member {
	struct str name; /* valid UTF-8; as long as the export is open */
	uint64_t size;   /* bytes, unpacked, as the directory has it */
	uint64_t packed;
	int64_t modified_ms; /* since 1970, by the zone of this machine; INT64_MIN: unknown */
	uint32_t crc;
	enum zip_member_role role;
	bool unnamed; /* a chat called _chat, as is another in its folder */
	bool encrypted;
	bool repaired; /* the name, which was marked as UTF-8 and was not */
};

struct zip_export;

/* Takes the descriptor over, whatever happens. Overlapping members and bombs are refused. */
struct zip_export *zip_export_open(int fd, uint64_t size, struct err *);
void zip_export_close(struct zip_export *); /* NULL is fine */

/* In the order of the directory. */
const struct zip_member *zip_export_members(const struct zip_export *, size_t *count);

/* One member at a time, from its beginning. */
int zip_export_begin(struct zip_export *, size_t member, struct err *);
/* The next bytes; *got 0: that was all, and its size and CRC are as the directory says. */
int zip_export_read(struct zip_export *, void *to, size_t room, size_t *got, struct err *);
void zip_export_end(struct zip_export *); /* fine when nothing was begun */

#endif
