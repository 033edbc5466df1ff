#include "../../../stages/detect-lang/language_guess.h"
#include "base/mem.h"
#include "check.h"
#include "small_model.h"

/* Opened from memory of just that size; what is accepted must guess without harm. */
static bool
opens(struct str bytes)
{
	struct err err = {0};
	char *own = mem_copy(bytes.ptr, bytes.len);
	struct language_model *m = language_model_open((struct str){own, bytes.len}, &err);

	if (m != NULL) {
		struct language_scratch *s = language_scratch_new();
		struct language_guess g = language_guess(m, s, STR("Some words, слова"), 0);
		assert_in_range(g.candidate_count, 1, 3);
		language_scratch_free(s);
	} else {
		assert_int_equal(err.class, ERR_FATAL);
	}
	language_model_free(m);
	free(own);
	return m != NULL;
}

static void
a_small_model_opens(void **state)
{
	struct buf b = {0};

	(void)state;
	small_model_make(&b);
	assert_true(opens(buf_str(&b)));
	buf_free(&b);
}

static void
no_shorter_file_is_a_model(void **state)
{
	struct buf b = {0};

	(void)state;
	small_model_make(&b);
	for (size_t len = 0; len + 8 < b.len; len++)
		assert_false(opens(str_head(buf_str(&b), len)));
	buf_free(&b);
}

static void
no_changed_byte_does_harm(void **state)
{
	struct buf b = {0};

	(void)state;
	small_model_make(&b);
	for (size_t i = 0; i < b.len; i++) {
		char was = b.ptr[i];
		b.ptr[i] = (char)(was ^ 0xFF);
		(void)opens(buf_str(&b));
		b.ptr[i] = (char)(was ^ 0x01);
		(void)opens(buf_str(&b));
		b.ptr[i] = was;
	}
	buf_free(&b);
}

static void
sizes_that_wrap_are_refused(void **state)
{
	struct buf b = {0};
	struct model_entry *entry;

	(void)state;
	small_model_make(&b);
	entry = (void *)(b.ptr + sizeof(struct model_head) + (size_t)6 * MODEL_LABEL);
	struct model_entry good = *entry;
	entry->buckets = UINT32_MAX / 4;
	assert_false(opens(buf_str(&b)));
	*entry = good;
	entry->dim = 0;
	assert_false(opens(buf_str(&b)));
	*entry = good;
	entry->classes = CLASSIFIER_CLASSES + 1;
	assert_false(opens(buf_str(&b)));
	*entry = good;
	entry->offset = UINT32_MAX - 7;
	assert_false(opens(buf_str(&b)));
	*entry = good;
	entry->labels[0] = 6;
	assert_false(opens(buf_str(&b)));
	*entry = good;
	entry->sharpness[3] = 1e30f;
	assert_false(opens(buf_str(&b)));
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_model_opens),
		cmocka_unit_test(no_shorter_file_is_a_model),
		cmocka_unit_test(no_changed_byte_does_harm),
		cmocka_unit_test(sizes_that_wrap_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
