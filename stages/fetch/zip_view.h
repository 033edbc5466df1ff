/* zip_view.h -- a zip's file as libzip is to see it: names that are marked as UTF-8 and are not are
 * unmarked. */
#ifndef ZIP_VIEW_H
#define ZIP_VIEW_H

#include "zip_safety.h"
#include <zip.h>

/* Takes the descriptor over, whatever happens; the names must last as long. NULL: error says why.
 */
zip_source_t *zip_view_open(int fd, uint64_t size, const struct zip_false_names *,
			    zip_error_t *error);

#endif
