/*
 * header_layout.h -- the headers of a file look alike.
 *
 * Where one had its digits the next one has digits, and between them the same bytes. So the grammar
 * (header_line.h) reads a few of them, and the others are read by comparing.
 */
#ifndef HEADER_LAYOUT_H
#define HEADER_LAYOUT_H

#include "header_line.h"

#define LAYOUT_BYTES   64
#define LAYOUT_NUMBERS 6  /* of date and time */
#define LAYOUTS        16 /* days, months and hours of one digit or two, two halves of the day */

struct header_layout {
	/* A byte minus `lowest` is at most `above`: 0 where it is always the same, 9 where a digit
	 * stands; behind the header anything does. */
	unsigned char lowest[LAYOUT_BYTES], above[LAYOUT_BYTES];
	struct layout_number {
		uint8_t at, width; /* of its digits' last bytes: the first, how many */
	} numbers[LAYOUT_NUMBERS];
	uint8_t count;                    /* numbers: 5 or 6 */
	uint8_t digit_bytes;              /* of one digit */
	unsigned char hour[LAYOUT_BYTES]; /* 0xFF where digits of the date and the hour are */
	unsigned char last[LAYOUT_BYTES]; /* those of the header that was read last */
	struct header header;             /* which is this one */
};
struct header_layouts { /* zeroes at first; whichever was seen last is tried first */
	struct header_layout known[LAYOUTS];
	uint8_t order[LAYOUTS];
	uint8_t count;
	struct header scanned; /* one without a layout */
};

/* As header_scan(), and sooner. NULL: no header; else it is valid until the next call. *same_hour:
 * the last header that was returned by this pointer had the same date and hour. `readable`: bytes
 * from the line's beginning on that may be read, for they are looked at sixteen at a time; what
 * they are behind the line does not matter. */
const struct header *header_layouts_scan(struct header_layouts *, struct str line, size_t readable,
					 bool *same_hour);

#endif
