#include "language_model.h"

#include "base/mem.h"
#include <math.h>

#define WEIGHT_MOST 1e6f /* so that no score overflows, whatever a file says */

static bool
numbers_are_sound(const float *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!(fabsf(numbers[i]) <= WEIGHT_MOST)) /* NaN, too */
			return false;
	}
	return true;
}

static int
take_part(struct language_model *m, size_t at, const struct model_entry *from, struct str bytes)
{
	struct model_part *to = &m->parts[at];
	struct classifier *c = &to->classifier;

	if (from->script >= SCRIPT_COUNT || from->second > 1 || from->classes < 2 ||
	    from->classes > CLASSIFIER_CLASSES || from->dim == 0 || from->dim > CLASSIFIER_DIM ||
	    from->dim % 8 != 0 || from->buckets == 0 || from->buckets > UINT32_MAX / 4)
		return -1;
	uint64_t checks = (uint64_t)from->buckets * 8,
		 vectors = (uint64_t)from->buckets * 4 * from->dim,
		 weights = (uint64_t)classifier_lanes(from->classes) * (from->dim + 1);
	if (from->offset % 8 != 0 || from->offset > bytes.len ||
	    bytes.len - from->offset < checks + vectors + weights * sizeof(float))
		return -1;
	const char *data = bytes.ptr + from->offset;
	*c = (struct classifier){
		.classes = from->classes, .dim = from->dim, .buckets = from->buckets};
	c->checks = (const void *)data;
	c->vectors = (const void *)(data + checks);
	c->weights = (const void *)(data + checks + vectors);
	memcpy(c->sharpness, from->sharpness, sizeof(c->sharpness));
	if (!numbers_are_sound(c->weights, weights) ||
	    !numbers_are_sound(c->sharpness, CLASSIFIER_SHARPNESS))
		return -1;
	to->labels = from->labels;
	for (size_t i = 0; i < from->classes; i++) {
		if (from->labels[i] >= m->label_count)
			return -1;
		if (from->second)
			m->second[from->script][from->labels[i]] = (uint8_t)at;
	}
	if (!from->second)
		m->first[from->script] = (uint8_t)at;
	return 0;
}

/* Where a second look's classes are in the first of its script. */
static void
find_places(const struct language_model *m, struct model_part *second, enum script script)
{
	memset(second->place, MODEL_NONE, sizeof(second->place));
	if (m->first[script] == MODEL_NONE)
		return;
	const struct model_part *first = &m->parts[m->first[script]];
	for (size_t i = 0; i < second->classifier.classes; i++) {
		for (size_t k = first->classifier.classes; k-- > 0;) {
			if (first->labels[k] == second->labels[i])
				second->place[i] = (uint8_t)k;
		}
	}
}

struct language_model *
language_model_open(struct str bytes, struct err *err)
{
	struct language_model *m = mem_zero(1, sizeof(*m));
	const struct model_head *head = (const void *)bytes.ptr;

	letters_prepare();
	memset(m->first, MODEL_NONE, sizeof(m->first));
	memset(m->second, MODEL_NONE, sizeof(m->second));
	if (bytes.len < sizeof(*head) || (uintptr_t)bytes.ptr % 8 != 0 ||
	    memcmp(head->magic, MODEL_MAGIC, sizeof(head->magic)) != 0) {
		err_set(err, ERR_FATAL, "it is no language model of this version");
		goto fail;
	}
	if (head->label_count > MODEL_LABELS || head->entry_count > MODEL_ENTRIES)
		goto damaged;
	size_t labels = head->label_count * (size_t)MODEL_LABEL,
	       entries = head->entry_count * sizeof(struct model_entry);
	if (bytes.len - sizeof(*head) < labels + entries)
		goto damaged;
	m->label_count = head->label_count;
	for (size_t i = 0; i < m->label_count; i++) {
		const char *label = bytes.ptr + sizeof(*head) + i * MODEL_LABEL;
		size_t len = strnlen(label, MODEL_LABEL);
		for (size_t k = 0; k < len; k++) {
			if ((unsigned char)label[k] <= ' ' || (unsigned char)label[k] > '~')
				goto damaged;
		}
		if (len < 2 || len == MODEL_LABEL)
			goto damaged;
		m->labels[i] = (struct str){label, len};
	}
	const struct model_entry *entry = (const void *)(bytes.ptr + sizeof(*head) + labels);
	for (size_t i = 0; i < head->entry_count; i++) {
		if (take_part(m, i, &entry[i], bytes) != 0)
			goto damaged;
	}
	for (size_t i = 0; i < head->entry_count; i++) {
		if (entry[i].second)
			find_places(m, &m->parts[i], (enum script)entry[i].script);
	}
	return m;
damaged:
	err_set(err, ERR_FATAL, "the language model is damaged");
fail:
	language_model_free(m);
	return NULL;
}

void
language_model_free(struct language_model *m)
{
	free(m);
}
