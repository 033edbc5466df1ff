/* copy.h -- short strings, copied in line: a call takes longer than most of them. */
#ifndef BASE_COPY_H
#define BASE_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define COPY_SHORT 64 /* bytes */

typedef unsigned char copy_lanes __attribute__((vector_size(16)));

/* Copies up to COPY_SHORT bytes, reading no others. */
static inline void
copy_short(char *w, const char *from, size_t size)
{
	copy_lanes first_lanes, last_lanes, more[2];
	uint64_t a, b;
	uint32_t c, d;

	if (size >= sizeof(copy_lanes)) {
		const char *end = from + size;
		memcpy(&first_lanes, from, sizeof(copy_lanes));
		memcpy(&last_lanes, end - sizeof(copy_lanes), sizeof(copy_lanes));
		if (size > sizeof(more)) {
			memcpy(&more[0], from + sizeof(copy_lanes), sizeof(copy_lanes));
			memcpy(&more[1], end - sizeof(more), sizeof(copy_lanes));
			memcpy(w + sizeof(copy_lanes), &more[0], sizeof(copy_lanes));
			memcpy(w + size - sizeof(more), &more[1], sizeof(copy_lanes));
		}
		memcpy(w, &first_lanes, sizeof(copy_lanes));
		memcpy(w + size - sizeof(copy_lanes), &last_lanes, sizeof(copy_lanes));
	} else if (size >= sizeof(a)) {
		memcpy(&a, from, sizeof(a));
		memcpy(&b, from + size - sizeof(b), sizeof(b));
		memcpy(w, &a, sizeof(a));
		memcpy(w + size - sizeof(b), &b, sizeof(b));
	} else if (size >= sizeof(c)) {
		memcpy(&c, from, sizeof(c));
		memcpy(&d, from + size - sizeof(d), sizeof(d));
		memcpy(w, &c, sizeof(c));
		memcpy(w + size - sizeof(d), &d, sizeof(d));
	} else if (size > 0) {
		char first = from[0], middle = from[size / 2], last = from[size - 1];
		w[0] = first;
		w[size / 2] = middle;
		w[size - 1] = last;
	}
}

#endif
