/* call_line.h -- what became of a call, in a line of WhatsApp's. */
#ifndef CALL_LINE_H
#define CALL_LINE_H

#include "message.h"

/* Whether the line (without marks) is a call: "Missed voice call", "Video call, 2 min", "Voice
 * call, No answer". marked: WhatsApp's own mark stood in front, so that unknown words behind "Voice
 * call" are its, too. */
bool call_line_read(struct str line, bool marked, struct call *);

#endif
