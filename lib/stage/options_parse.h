/*
 * options_parse.h -- a command line, by tables of options: checked, explained, described.
 *
 * A program has a table of its own and one that it shares with others (those of every stage); they
 * are parsed together, each into its own struct. Long names only. The wording of every message and
 * of --help comes from the table, so that what is said is what is checked.
 */
#ifndef STAGE_OPTIONS_PARSE_H
#define STAGE_OPTIONS_PARSE_H

#include "base/buf.h"
#include "base/err.h"
#include "stage/options.h"
#include <jansson.h>

struct option_table {
	const char *title; /* above its options in --help */
	const struct stage_option
		*rows; /* ends with {0}; NULL: none. A row without help is hidden */
	void *values;  /* the struct of the rows, rows->of bytes */
};

/*
 * Fills the tables' structs from argv[1..argc-1]: what is given, else the default, else zero.
 *   --name value, --name=value, and for flags --name and --no-name; the last one counts, but all
 *   of a LIST
 *   --name-file FILE or $CHATMILL_NAME for a SECRET (up to 64 KiB; newlines at the end go)
 *   a bare FILE name is looked for in the current folder (only when typed, not as a default), then
 *   in $CHATMILL_MODELS, then in the models installed beside the program
 *   everything else, and all that follows "--", belongs to the OPT_ARGUMENTS row, whose min and
 *   max bound how many there are
 * A max below min is none. Texts point into argv. ERR_INPUT: wrong usage (exit status 2);
 * ERR_FATAL: a file could not be read, or a table is wrong. NULL leaves nothing to free.
 */
struct options;
struct options *options_parse(const struct option_table *, size_t count, int argc, char **argv,
			      struct err *);
void options_free(struct options *); /* the files, secrets and arguments; NULL is fine */

/* Whether argv holds the flag --NAME as an option, whatever else is wrong with it: for --help,
 * --version and --describe, which must not ask for what is required. */
bool options_asks(const struct option_table *, size_t count, int argc, char **argv,
		  const char *name);

/* Whether the tables themselves make sense: names, and defaults within their own ranges. Files are
 * not opened. ERR_FATAL. For --describe, and so at build time. */
int options_check(const struct option_table *, size_t count, struct err *);

/* What was decided, as an object in the tables' order, for the provenance trail: all but hidden
 * rows, secrets and what is tuning; a FILE as the BLAKE2b-128 of its bytes, durations in ms. */
json_t *options_json(const struct option_table *, size_t count);

/* The declaration: an array of {name, type, default, help, min, max, choices, required, tuning},
 * null where there is none; default as a user would type it. */
json_t *options_describe(const struct option_table *, size_t count);

struct options_help { /* NULL: left out, and so are empty lists */
	const char *program, *summary;
	const char *reads, *writes;   /* a line each, on what comes in and what goes out */
	const char *const *arguments; /* lines about what is no option; ends with NULL */
	const char *const *examples;  /* commands; ends with NULL */
};
/* The text of --help. columns: 60 to 100 are kept to; 0 asks the terminal of stdout. */
void options_help(struct buf *, const struct options_help *, const struct option_table *,
		  size_t count, size_t columns);

#endif
