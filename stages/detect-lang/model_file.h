/*
 * model_file.h -- the file that holds the trained classifiers, as the trainer writes it and
 * language_model.c reads it where it lies. Little-endian.
 *
 *   struct model_head
 *   char labels[label_count][MODEL_LABEL]             BCP 47, NUL to the end
 *   struct model_entry entries[entry_count]
 *   for each entry at its offset: checks, vectors, weights and biases (classifier.h)
 */
#ifndef MODEL_FILE_H
#define MODEL_FILE_H

#include "classifier.h"

#define MODEL_MAGIC   "chatmill-lang 2\n"
#define MODEL_LABEL   16
#define MODEL_LABELS  256 /* at most */
#define MODEL_ENTRIES 64  /* at most */

struct model_head {
	char magic[16];
	uint32_t label_count, entry_count;
};
struct model_entry {
	uint32_t script; /* enum script: of the texts that it is asked about */
	uint32_t second; /* 1: asked again, when the first answer was among its classes */
	uint32_t classes, dim, buckets;
	uint32_t offset; /* of its arrays, from the beginning of the file; a multiple of 8 */
	float sharpness[CLASSIFIER_SHARPNESS];
	uint16_t labels[CLASSIFIER_CLASSES]; /* of its classes */
};

#endif
