/* poll_lines.h -- a poll, as lines: a word and a colon, the question, and options with votes. */
#ifndef POLL_LINES_H
#define POLL_LINES_H

#include "message.h"

/* text: a body without marks; options: room for POLL_OPTIONS. *by_structure: no known word was
 * found. */
bool poll_lines_read(struct str text, struct poll *, struct poll_option *options,
		     bool *by_structure);

#endif
