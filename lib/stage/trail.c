#include "stage/trail.h"

#include <stdlib.h>

void
trail_add(struct str earlier, const struct stage_def *def, json_t *options, struct buf *out)
{
	json_t *trail = earlier.len == 0
				? NULL
				: json_loadb(earlier.ptr, earlier.len, JSON_DECODE_ANY, NULL);

	if (trail == NULL)
		trail = json_array();
	if (!json_is_array(trail)) {
		json_t *list = json_array();
		json_array_append_new(list, trail);
		trail = list;
	}
	json_array_append_new(trail, json_pack("{s:s, s:s, s:o}", "stage", def->name, "version",
					       def->version, "options", options));
	char *text = json_dumps(trail, JSON_COMPACT);
	buf_add(out, str_of(text));
	free(text);
	json_decref(trail);
}
