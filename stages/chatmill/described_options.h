/* described_options.h -- the options of a stage of which only the description is at hand. */
#ifndef CHATMILL_DESCRIBED_OPTIONS_H
#define CHATMILL_DESCRIBED_OPTIONS_H

#include "base/err.h"
#include "pipeline_text.h"
#include <jansson.h>

/* Whether the words from `first` on are what the stage itself would accept, in its own words;
 * files are not opened. Words that a shell would expand cannot be judged: 0. ERR_INPUT. */
int described_options_check(const json_t *options, const struct pipeline_command *, size_t first,
			    struct err *);

/* The value of `--NAME value` or `--NAME=value` among them; NULL: not given. */
const char *described_options_value(const struct pipeline_command *, size_t first,
				    const char *name);

#endif
