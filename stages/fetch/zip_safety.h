/*
 * zip_safety.h -- what a zip may ask of us before libzip sees it, and what its members may.
 *
 * libzip reads a central directory whole, and tries each thing in the last 64 KiB that looks like
 * the end of one; so the time and memory it takes are for the file to choose. Here the ends are
 * looked at first: one directory, of bounded size and number of members. It is libzip's reading
 * alone that says what the members are, so that no two readings can differ.
 */
#ifndef ZIP_SAFETY_H
#define ZIP_SAFETY_H

#include "base/err.h"
#include "base/str.h"

#define ZIP_MAX_MEMBERS   100000
#define ZIP_MAX_DIRECTORY (32 * 1024 * 1024)           /* bytes */
#define ZIP_MAX_NAME      1024                         /* bytes of a member's name */
#define ZIP_MAX_TEXT      ((uint64_t)4 << 30)          /* bytes of a zip's chats, unpacked */
#define ZIP_MAX_MEDIA     ((uint64_t)64 << 30)         /* bytes of a zip's media, unpacked */
#define ZIP_MAX_RATIO     200                          /* unpacked to packed, beyond: */
#define ZIP_FREE_SIZE     ((uint64_t)16 * 1024 * 1024) /* bytes that may have any ratio */

bool zip_safety_is_zip(struct str beginning); /* by its first four bytes */

/* The file's directory. -1: it must not be opened; ERR_INPUT says why. */
int zip_safety_check(int fd, uint64_t size, struct err *);

/* One member's sizes, or the sums of several. -1: ERR_INPUT. */
int zip_safety_check_sizes(uint64_t packed, uint64_t unpacked, uint64_t limit, struct err *);

#endif
