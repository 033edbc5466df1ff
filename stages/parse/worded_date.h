/*
 * worded_date.h -- a date whose month has a name: Aug 13, 2014; 13 de ago. de 2014; Wednesday, 13
 * August 2014. Some phones print no year: 13 Aug.
 */
#ifndef WORDED_DATE_H
#define WORDED_DATE_H

#include "base/str.h"

struct worded_date {
	uint16_t number[3]; /* in the order they stand in; the month's is 1..12 */
	uint8_t width[3];   /* digits; 2 of a month */
	uint8_t parts;      /* 3; 2: there is no year */
	uint8_t month;      /* which of them it is */
};

/* Bytes at the beginning of the text that are such a date; 0: none. */
size_t worded_date_scan(struct str text, struct worded_date *);

#endif
