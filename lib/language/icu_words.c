#include "language/icu_words.h"

#include "base/mem.h"
#include <assert.h>
#include <unicode/ubrk.h>

struct icu_words {
	UBreakIterator *iterator;
	UChar units[2 * ICU_WORDS_MOST];
	uint16_t point_at[2 * ICU_WORDS_MOST + 1]; /* of each unit */
};

struct icu_words *
icu_words_new(void)
{
	struct icu_words *w = mem_zero(1, sizeof(*w));
	UErrorCode status = U_ZERO_ERROR;

	w->iterator = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
	if (U_SUCCESS(status))
		return w;
	free(w);
	return NULL;
}

void
icu_words_free(struct icu_words *w)
{
	if (w == NULL)
		return;
	ubrk_close(w->iterator);
	free(w);
}

void
icu_words_cut(struct icu_words *w, const uint32_t *points, size_t count, bool *breaks)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t size = 0, at;

	assert(count <= ICU_WORDS_MOST);
	for (size_t i = 0; i < count; i++) {
		w->point_at[size] = (uint16_t)i;
		if (points[i] > 0xFFFF) {
			w->units[size++] = (UChar)(0xD7C0 + (points[i] >> 10));
			w->point_at[size] = (uint16_t)i;
			w->units[size++] = (UChar)(0xDC00 | (points[i] & 0x3FF));
		} else {
			w->units[size++] = (UChar)points[i];
		}
	}
	ubrk_setText(w->iterator, w->units, size, &status);
	if (U_FAILURE(status))
		return; /* one long word */
	while ((at = ubrk_next(w->iterator)) != UBRK_DONE && at < size)
		breaks[w->point_at[at]] = true;
}
