/* option_value.h -- what the value of an option looks like: as typed, in C, as JSON, in words. */
#ifndef STAGE_OPTION_VALUE_H
#define STAGE_OPTION_VALUE_H

#include "base/buf.h"
#include "base/err.h"
#include "stage/options.h"
#include <jansson.h>

/* Text as typed into the row's member of values; not for FILE, SECRET and ARGUMENTS, whose bytes
 * somebody must own. ERR_INPUT names the option and what it should have been. */
int option_value_set(const struct stage_option *, void *values, const char *text, struct err *);

/* The member as JSON, FILE as its hash; a new reference. */
json_t *option_value_json(const struct stage_option *, const void *values);

/* The member name with dashes; behind it, what the help calls a value ("NUMBER"; "" for a flag). */
void option_value_name(const struct stage_option *, struct buf *);
const char *option_value_placeholder(const struct stage_option *);
void option_value_variable(const struct stage_option *, struct buf *); /* CHATMILL_NAME */
const char *option_value_type(const struct stage_option *);            /* "real" */

bool option_value_has_min(const struct stage_option *);
bool option_value_has_max(const struct stage_option *);
/* Its bounds in words, units as a user would type them: "between 0 and 1", "at least 1s"; adds
 * nothing where there are none. */
void option_value_range(const struct stage_option *, struct buf *);

#endif
