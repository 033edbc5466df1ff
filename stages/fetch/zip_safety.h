/*
 * zip_safety.h -- what a zip may ask of us before libzip sees it, and what its members may.
 *
 * libzip reads a central directory whole, and tries each thing in the last 64 KiB that looks like
 * the end of one; so the time and memory it takes are for the file to choose. Here the ends are
 * looked at first: one directory, of bounded size and number of members, none of which shares bytes
 * of the file with another. What the members are is libzip's reading alone.
 */
#ifndef ZIP_SAFETY_H
#define ZIP_SAFETY_H

#include "base/err.h"
#include "base/str.h"

#define ZIP_MAX_MEMBERS   100000
#define ZIP_MAX_LISTED    20000000             /* members times chats: each manifest may list all */
#define ZIP_MAX_DIRECTORY (32 * 1024 * 1024)   /* bytes */
#define ZIP_MAX_NAME      1024                 /* bytes of a member's name */
#define ZIP_MAX_TEXT      ((uint64_t)4 << 30)  /* bytes of a zip's chats, unpacked */
#define ZIP_MAX_MEDIA     ((uint64_t)64 << 30) /* bytes of a zip's media, unpacked */
#define ZIP_MAX_RATIO     200                  /* unpacked to packed, beyond: */
#define ZIP_FREE_SIZE     ((uint64_t)16 * 1024 * 1024) /* bytes that may have any ratio */

bool zip_safety_is_zip(struct str beginning); /* by its first four bytes */

/* Members whose names are marked as UTF-8 and are not: libzip refuses a whole zip for one. */
struct zip_false_name {
	size_t member;    /* its place in the directory */
	uint64_t mark_at; /* the byte of the file with the mark */
};
#define ZIP_MARK_UTF8 0x08 /* in that byte */
struct zip_false_names {
	struct zip_false_name *at; /* in the order of the directory */
	size_t count, room;
};
void zip_false_names_free(struct zip_false_names *);

/* The file's directory; false names are added. -1: it must not be opened; ERR_INPUT says why. */
int zip_safety_check(int fd, uint64_t size, struct zip_false_names *, struct err *);

/* One member's sizes, or the sums of several. -1: ERR_INPUT. */
int zip_safety_check_sizes(uint64_t packed, uint64_t unpacked, uint64_t limit, struct err *);

#endif
