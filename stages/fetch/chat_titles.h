/* chat_titles.h -- what the name of an export says about its chat. WhatsApp names it in the
 * language of the phone: "WhatsApp Chat with Ada.txt", "Ada ile WhatsApp Sohbeti.zip". */
#ifndef CHAT_TITLES_H
#define CHAT_TITLES_H

#include "base/buf.h"

/*
 * true: the name is worded as WhatsApp words it, and *title (overwritten) is the chat's title.
 * false: it isn't, and *title is what remains of the name: what somebody who renamed the file may
 * have called the chat; empty when nothing remains.
 *
 * name: of a file or folder, as the disk or a zip has it, folders in front and the ending .txt or
 * .zip included. copied: it may carry a file manager's " (1)". Titles are valid UTF-8 in NFC (a
 * Mac's names are not), without direction marks; `_` for space and %XX are undone where only so
 * the wording fits.
 */
bool chat_title(struct str name, bool copied, struct buf *title);

#endif
