/* small_model.h -- a model of a few hundred bytes, whose numbers mean nothing: of four Latin
 * labels, two of which look alike, and of two Cyrillic ones. */
#ifndef SMALL_MODEL_H
#define SMALL_MODEL_H

#include "../../../stages/detect-lang/letters.h"
#include "../../../stages/detect-lang/model_file.h"
#include "base/buf.h"

#define SMALL_BUCKETS 16
#define SMALL_DIM     8

static inline void
small_model_pad(struct buf *to)
{
	while (to->len % 8 != 0)
		buf_add_byte(to, '\0');
}

static inline void
small_model_make(struct buf *to)
{
	static const char labels[][MODEL_LABEL] = {"aa", "bb", "cc", "dd-Latn", "ee", "ff"};
	static const uint16_t classes[][4] = {{0, 1, 2, 3}, {4, 5}, {1, 2}};
	static const uint32_t counts[] = {4, 2, 2};
	struct model_head head = {.label_count = 6, .entry_count = 3};
	struct model_entry entries[3] = {0};
	struct buf data = {0};
	uint64_t state = 1;

	memcpy(head.magic, MODEL_MAGIC, sizeof(head.magic));
	for (size_t i = 0; i < 3; i++) {
		entries[i] =
			(struct model_entry){.script = i == 1 ? SCRIPT_CYRILLIC : SCRIPT_LATIN,
					     .second = i == 2,
					     .classes = counts[i],
					     .dim = SMALL_DIM,
					     .buckets = SMALL_BUCKETS,
					     .offset = (uint32_t)(sizeof(head) + sizeof(labels) +
								  sizeof(entries) + data.len)};
		memcpy(entries[i].labels, classes[i], sizeof(classes[i]));
		for (size_t k = 0; k < CLASSIFIER_SHARPNESS; k++)
			entries[i].sharpness[k] = 1;
		for (size_t k = 0; k < SMALL_BUCKETS * (8 + 4 * SMALL_DIM); k++) {
			state = state * UINT64_C(6364136223846793005) + 1;
			buf_add_byte(&data, (char)(state >> 56));
		}
		for (size_t k = 0; k < classifier_lanes(counts[i]) * (SMALL_DIM + 1); k++) {
			float weight = (float)(k % 5) - 2;
			buf_add(&data, (struct str){(const char *)&weight, sizeof(weight)});
		}
		small_model_pad(&data);
	}
	buf_add(to, (struct str){(const char *)&head, sizeof(head)});
	buf_add(to, (struct str){(const char *)labels, sizeof(labels)});
	buf_add(to, (struct str){(const char *)entries, sizeof(entries)});
	buf_add(to, buf_str(&data));
	buf_free(&data);
}

#endif
