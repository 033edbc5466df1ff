#include "stage/option_names.h"

#include <stddef.h>
#include <string.h>

#define LONGEST 48 /* bytes; nobody mistypes more than that */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters were left out, put in, changed or swapped with their neighbour (optimal string
 * alignment); three rows of the table are enough. */
static size_t
slips_between(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	size_t rows[3][LONGEST + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	if (a_len > LONGEST || b_len > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= b_len; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			row[j] = least(least(above[j], row[j - 1]) + 1,
				       above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		size_t *oldest = before;
		before = above;
		above = row;
		row = oldest;
	}
	return above[b_len];
}

const char *
option_names_nearest(const char *const *names, const char *typed)
{
	const char *nearest = NULL;
	size_t len = strlen(typed), fewest = len < 5 ? 2 : len / 3 + 2;

	for (size_t i = 0; names[i] != NULL; i++) {
		size_t slips = len > 0 && strncmp(names[i], typed, len) == 0
				       ? 0
				       : slips_between(names[i], typed);
		if (slips < fewest && slips < strlen(names[i])) {
			fewest = slips;
			nearest = names[i];
		}
	}
	return nearest;
}
