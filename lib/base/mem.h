/*
 * mem.h -- memory that is always there.
 *
 * None of these returns NULL: out of memory ends the process with a message and exit status 1, and
 * since nothing was acknowledged, nothing is lost. What they return is freed with free().
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdlib.h>

void *mem_alloc(size_t size);              /* not zeroed; 0 bytes are one */
void *mem_zero(size_t count, size_t size); /* zeroed; the product is checked */
void *mem_resize(void *old, size_t size);
void *mem_resize_array(void *old, size_t count, size_t size); /* the product is checked */
void *mem_copy(const void *from, size_t size);
void *mem_check(void *made); /* what a library made, or, when that is NULL, the same end */

/* Makes room for one more item in an array that holds `count` of `*room`; doubles. */
#define MEM_GROW(array, count, room)                                                               \
	((count) < (room) ? (void)0                                                                \
			  : (void)((room) = (room) < 8 ? 8 : (room)*2,                             \
				   (array) = mem_resize_array((array), (room), sizeof(*(array)))))

/* Called once, before the process ends for want of memory: takes back a half-written file. NULL:
 * nothing. It must not allocate. */
extern void (*mem_at_exhaustion)(void);

#endif
