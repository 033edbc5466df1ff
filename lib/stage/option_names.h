/* option_names.h -- which name somebody meant. */
#ifndef STAGE_OPTION_NAMES_H
#define STAGE_OPTION_NAMES_H

/* The one of names (ends with NULL) that is nearest to what was typed: the rest of a beginning, or
 * a few slips away. NULL when none is near. */
const char *option_names_nearest(const char *const *names, const char *typed);

#endif
