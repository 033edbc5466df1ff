/* chat_text.h -- which text of an export is the chat, as others may lie beside it: documents that
 * somebody sent, what a Mac leaves in its zips. */
#ifndef CHAT_TEXT_H
#define CHAT_TEXT_H

#include "base/str.h"

/* How surely, by the name alone. In one folder, the surest win. */
enum chat_text_name {
	CHAT_TEXT_NO,     /* no text, or one that nobody meant: dot files, __MACOSX */
	CHAT_TEXT_MAYBE,  /* any other .txt: its beginning must say */
	CHAT_TEXT_TITLED, /* named as WhatsApp names a chat in some language */
	CHAT_TEXT_CHAT,   /* _chat.txt: iOS; "_chat (1).txt", "_chat_2.txt": its copies */
};
bool chat_text_is_chat(struct str path); /* the surest of them, found at once */
enum chat_text_name chat_text_name(struct str path);

/* A path with a part that a file manager made for itself: a dot file, __MACOSX. */
bool chat_text_is_litter(struct str path);

bool chat_text_has_ending(struct str name, const char *ending); /* ".txt", in any case */

/* The folder of a path, the last slash included; "" for a bare name. */
struct str chat_text_folder(struct str path);

#define CHAT_TEXT_BEGINNING 4096 /* bytes that are enough for the next */

/* One of the first lines looks like a message's: a date, a time, a separator, in the digits of any
 * language. It may be wrong; parse decides. */
bool chat_text_looks_like(struct str beginning);

/* By its first four bytes: it must be made into a text of UTF-8 first, and how; NULL: nothing says
 * so. */
const char *chat_text_needs(struct str beginning);

#endif
