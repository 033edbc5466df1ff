/* wording_table.h -- the rows behind wording.h. */
#ifndef WORDING_TABLE_H
#define WORDING_TABLE_H

#include "wording.h"

#define WORDING_LONGEST 255 /* bytes of a phrase */

struct wording_row {
	const char *text;
	uint8_t len, wording, locale;
};
extern const char *const wording_locales[]; /* [0] is ""; ends with NULL */
extern const struct wording_row wording_rows[];
extern const uint16_t wording_first[WORDING_LONGEST + 2]; /* the first row of a length */

#endif
