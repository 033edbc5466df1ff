/*
 * language_model.h -- the trained classifiers: one for each script that several languages share,
 * and a second one for each group of languages that look alike.
 */
#ifndef LANGUAGE_MODEL_H
#define LANGUAGE_MODEL_H

#include "base/err.h"
#include "letters.h"
#include "model_file.h"

#define MODEL_NONE UINT8_MAX

struct model_part {
	struct classifier classifier;
	const uint16_t *labels;            /* of its classes */
	uint8_t place[CLASSIFIER_CLASSES]; /* of a second look: the first one's class of the same
					      label, or MODEL_NONE */
};
struct language_model {
	struct str labels[MODEL_LABELS]; /* BCP 47 */
	size_t label_count;
	struct model_part parts[MODEL_ENTRIES];
	uint8_t first[SCRIPT_COUNT]; /* the part for a script, or MODEL_NONE */
	uint8_t second[SCRIPT_COUNT]
		      [MODEL_LABELS]; /* the part for look-alikes of a label, or none */
};

/* The model is used where it lies: bytes, aligned to 8, must outlive it. Whatever they hold is
 * checked. NULL, ERR_FATAL: it is none. */
struct language_model *language_model_open(struct str bytes, struct err *);
void language_model_free(struct language_model *); /* NULL is fine */

#endif
