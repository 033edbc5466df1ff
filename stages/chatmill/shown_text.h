/* shown_text.h -- texts of others in lines of ours: without what moves a terminal's cursor, breaks
 * the line or turns its order around, and no longer than their place. */
#ifndef CHATMILL_SHOWN_TEXT_H
#define CHATMILL_SHOWN_TEXT_H

#include "base/buf.h"

/* text need not be UTF-8. widest: code points, the last an ellipsis where it is cut; 0: any. */
void shown_text_add(struct buf *to, struct str text, size_t widest);

#endif
