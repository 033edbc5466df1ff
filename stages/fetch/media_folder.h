/*
 * media_folder.h -- media from zips, each a file of its own in one folder, whatever the zips call
 * them: no name leaves the folder, no file that was there is replaced. A file of that name with the
 * same size and CRC is taken for the same; any other gets a number: "IMG-1.jpg", "IMG-1 (2).jpg".
 */
#ifndef MEDIA_FOLDER_H
#define MEDIA_FOLDER_H

#include "base/buf.h"
#include "base/err.h"

/* The name a member gets: what follows its last slash or backslash, with `_` for what a file system
 * or a shell may take amiss; at most 200 bytes, cut before the ending. false: nothing is left. */
bool media_name(struct str member, struct buf *name);

int media_folder_make(const char *folder, struct err *); /* ERR_FATAL */

struct media_file; /* one on its way into the folder */

/* name: as media_name() made it. ERR_FATAL, as for all that follow: the disk, or the user's rights.
 * ERR_INPUT, as for media_file_look(): a hundred others have the name. */
struct media_file *media_file_open(const char *folder, struct str name, uint64_t size, uint32_t crc,
				   struct err *);
/* Looks through a file that is there already, a piece at a time. 1: look again; 0: *write says
 * whether the bytes are wanted, as else the folder has them. */
int media_file_look(struct media_file *, bool *write, struct err *);
/* Where the bytes are, or will be, once it was looked through. */
void media_file_path(const struct media_file *, struct buf *path);
int media_file_write(struct media_file *, struct str bytes, struct err *);
/* commit: all of it was written; frees. */
int media_file_close(struct media_file *, bool commit, struct err *);

#endif
