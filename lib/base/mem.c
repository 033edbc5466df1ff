#include "base/mem.h"

#include <errno.h> /* program_invocation_short_name */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

void (*mem_at_exhaustion)(void);

static _Noreturn void
exhausted(void)
{
	static const char text[] = ": out of memory\n";
	ssize_t unused; /* nothing is left to tell, should stderr be gone too */

	unused = write(STDERR_FILENO, program_invocation_short_name,
		       strlen(program_invocation_short_name));
	unused = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)unused;
	if (mem_at_exhaustion != NULL)
		mem_at_exhaustion();
	_exit(1);
}

void *
mem_alloc(size_t size)
{
	void *p = malloc(size == 0 ? 1 : size);

	if (p == NULL)
		exhausted();
	return p;
}

void *
mem_zero(size_t count, size_t size)
{
	void *p = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);

	if (p == NULL)
		exhausted();
	return p;
}

void *
mem_resize(void *old, size_t size)
{
	void *p = realloc(old, size == 0 ? 1 : size);

	if (p == NULL)
		exhausted();
	return p;
}

void *
mem_resize_array(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		exhausted();
	return mem_resize(old, bytes);
}

void *
mem_copy(const void *from, size_t size)
{
	void *p = mem_alloc(size);

	if (size > 0)
		memcpy(p, from, size);
	return p;
}

void *
mem_check(void *made)
{
	if (made == NULL)
		exhausted();
	return made;
}
