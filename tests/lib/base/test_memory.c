#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "check.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void
a_buf_grows_and_keeps_what_it_holds(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_int_equal(buf_str(&b).len, 0);
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i % 10);
	buf_add(&b, STR("x\0y"));
	buf_add(&b, (struct str){0});
	buf_add_byte(&b, '!');
	assert_int_equal(b.len, 2004);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(b.ptr[2 * i], '0' + (int)(i % 10));
	assert_memory_equal(b.ptr + 2000, "x\0y!", 4);
	buf_free(&b);
	assert_null(b.ptr);
}

static void
the_nul_of_a_buf_is_not_counted(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_string_equal(buf_cstr(&b), "");
	assert_int_equal(b.len, 0);
	buf_add(&b, STR("ab"));
	assert_string_equal(buf_cstr(&b), "ab");
	buf_add(&b, STR("c"));
	assert_str(buf_str(&b), "abc");
	buf_printf(&b, "%s", "");
	assert_str(buf_str(&b), "abc");
	buf_clear(&b);
	assert_string_equal(buf_cstr(&b), "");
	buf_free(&b);
}

static void
blocks_of_an_arena_are_aligned_and_stay_where_they_are(void **state)
{
	struct arena a = {0};
	unsigned char *blocks[2000];

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		size_t size = i % 100 == 99 ? 100000 : i % 70; /* some beyond a chunk */

		blocks[i] = arena_alloc(&a, size);
		assert_int_equal((uintptr_t)blocks[i] % 16, 0);
		memset(blocks[i], (int)(i % 251), size);
	}
	for (size_t i = 0; i < 2000; i++)
		for (size_t j = 0; j < (i % 100 == 99 ? 100000 : i % 70); j++)
			assert_int_equal(blocks[i][j], i % 251);
	arena_free(&a);
}

static void
an_arena_is_used_again_after_a_reset(void **state)
{
	struct arena a = {0};
	void *first = arena_alloc(&a, 10);

	(void)state;
	arena_alloc(&a, 1 << 20);
	assert_true(a.used >= (1 << 20) + 10);
	arena_reset(&a);
	assert_int_equal(a.used, 0);
	assert_ptr_equal(arena_alloc(&a, 10), first); /* the one chunk that is kept */
	arena_reset(&a);
	arena_reset(&a);
	arena_free(&a);
	arena_reset(&a);
	arena_free(&a);
}

static void
an_arena_copies_and_zeroes(void **state)
{
	struct arena a = {0};
	unsigned char *zeroes;

	(void)state;
	memset(arena_alloc(&a, 64), 0xFF, 64);
	arena_reset(&a);
	zeroes = arena_zero(&a, 64);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(zeroes[i], 0);
	struct str copy = arena_copy(&a, STR("abc"));
	assert_str(copy, "abc");
	assert_int_equal(copy.ptr[3], '\0');
	assert_string_equal(arena_copy(&a, (struct str){0}).ptr, "");
	arena_free(&a);
}

static void
array_growth_keeps_the_items(void **state)
{
	int *items = NULL;
	size_t room = 0;

	(void)state;
	for (size_t count = 0; count < 1000; count++) {
		MEM_GROW(items, count, room);
		items[count] = (int)count;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
	free(items);
}

static void
take_too_much(void)
{
	(void)mem_alloc(SIZE_MAX / 2);
}

static void
take_an_array_that_wraps(void)
{
	(void)mem_resize_array(NULL, SIZE_MAX / 4, 8);
}

static void
take_zeroes_that_wrap(void)
{
	(void)mem_zero(SIZE_MAX / 4, 8);
}

static void
take_too_large_a_block(void)
{
	struct arena a = {0};

	(void)arena_alloc(&a, SIZE_MAX - 3);
}

static void
take_too_much_room(void)
{
	struct buf b = {0};

	buf_add_byte(&b, 'x');
	(void)buf_room(&b, SIZE_MAX - 1);
}

static void
leave_a_sign(void)
{
	ssize_t unused = write(STDERR_FILENO, "cleaned up\n", 11);
	(void)unused;
}

/* Sanitizers would end the process themselves; asked so, they only warn on stderr. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *
__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* What a child that runs out of memory says; its exit status must be 1. */
static const char *
last_words(void (*take)(void))
{
	static char words[8192];
	int ends[2], status;

	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		mem_at_exhaustion = leave_a_sign;
		take();
		_exit(0);
	}
	close(ends[1]);
	size_t len = 0;
	ssize_t n;
	while ((n = read(ends[0], words + len, sizeof(words) - 1 - len)) > 0)
		len += (size_t)n;
	words[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	return words;
}

static void
out_of_memory_ends_the_process_with_a_message(void **state)
{
	static void (*const ways[])(void) = {take_too_much, take_an_array_that_wraps,
					     take_zeroes_that_wrap, take_too_large_a_block,
					     take_too_much_room};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		assert_true(str_ends(str_of(last_words(ways[i])),
				     STR("test_memory: out of memory\ncleaned up\n")));
}

RUN_TESTS(TEST(a_buf_grows_and_keeps_what_it_holds), TEST(the_nul_of_a_buf_is_not_counted),
	  TEST(blocks_of_an_arena_are_aligned_and_stay_where_they_are),
	  TEST(an_arena_is_used_again_after_a_reset), TEST(an_arena_copies_and_zeroes),
	  TEST(array_growth_keeps_the_items), TEST(out_of_memory_ends_the_process_with_a_message))
