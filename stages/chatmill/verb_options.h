/* verb_options.h -- the command line of a verb of chatmill, as that of any stage. */
#ifndef CHATMILL_VERB_OPTIONS_H
#define CHATMILL_VERB_OPTIONS_H

#include "stage/options_parse.h"

struct verb_options {
	struct options_help help;
	const struct stage_option *rows; /* a flag "help" is among them, "ask_help" of values */
	void *values;
	struct options *parsed; /* keeps what values point to; freed with options_free() */
};

/* -1: go on. Else the exit status: --help was asked for and given (0), or wrong usage was told (2).
 */
int verb_options_parse(struct verb_options *, int argc, char **argv);

/* To stdout, and empties it; the exit status. */
int verb_print(struct buf *);

#endif
