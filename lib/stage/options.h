/*
 * options.h -- a stage's command line, as members of the struct behind stage_options().
 *
 * Parsed and checked before load(); a member `group_size` is --group-size.  The member's C type
 * must be the one below, or OPTION does not compile:
 *   OPTION(REAL, options, share, "0.6", "share of capitals that counts as shouting", .max = 1)
 */
#ifndef STAGE_OPTIONS_H
#define STAGE_OPTIONS_H

#include "base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {               /* the member is */
		   OPT_FLAG = 1, /* bool */
		   OPT_INT,      /* int64_t, within min and max */
		   OPT_REAL,     /* double, within min and max */
		   OPT_DURATION, /* int64_t, milliseconds; the user writes 500ms, 90s, 15m, 2h, 1d
				  */
		   OPT_SIZE,     /* int64_t, bytes; 64K, 8M, 1G */
		   OPT_CHOICE,   /* an enum or unsigned, index into choices */
		   OPT_TEXT,     /* const char *, NULL when absent; so is PATH */
		   OPT_PATH,     /* a file or folder the stage opens itself */
		   OPT_FILE, /* struct str: the file's bytes, mapped; its hash goes into the trail;
				a bare name is looked for in the installed models */
		   OPT_SECRET, /* const char *, from --NAME-file or $CHATMILL_NAME, never from argv
				*/
		   OPT_LIST,   /* struct stage_arguments: of an option given many times */
		   OPT_ARGUMENTS, /* struct stage_arguments: what is not an option */
};
struct stage_arguments {
	const char *const *at;
	size_t count;
};
struct stage_option {
	const char *name;
	enum option_type type;
	size_t of, at;
	const char *value, *help;   /* value: default, as a user would type it; NULL: none */
	double min, max;            /* inclusive; both 0 is unlimited */
	const char *const *choices; /* ends with NULL */
	bool required;
	bool tuning; /* cannot change what comes out: stays out of the trail */
};
#define OPTION(t, s, m, val, text, ...)                                                            \
	{                                                                                          \
		.name = #m,                                                                        \
		.type = _Generic(((struct s *)0)->m, OPT_C_##t                                     \
				 : OPT_##t),                                                       \
		.of = sizeof(struct s), .at = offsetof(struct s, m), .value = val, .help = text,   \
		__VA_ARGS__                                                                        \
	}
#define OPT_C_FLAG      bool
#define OPT_C_INT       int64_t
#define OPT_C_REAL      double
#define OPT_C_DURATION  int64_t
#define OPT_C_SIZE      int64_t
#define OPT_C_CHOICE    unsigned
#define OPT_C_TEXT      const char *
#define OPT_C_PATH      const char *
#define OPT_C_FILE      struct str
#define OPT_C_SECRET    const char *
#define OPT_C_LIST      struct stage_arguments
#define OPT_C_ARGUMENTS struct stage_arguments

#endif
