/*
 * header_line.h -- how a message's first line begins: date, time, and what separates them.
 *
 * One grammar for all exports. It says what a line's beginning looks like (its shape) and which
 * numbers it holds, not what they mean: that a file's lines have one shape, and which number is the
 * month, is chat_form's to know.
 */
#ifndef HEADER_LINE_H
#define HEADER_LINE_H

#include "base/str.h"
#include "clock_words.h"

enum header_frame {
	FRAME_BRACKET = 1, /* [date, time] */
	FRAME_DASH,        /* date, time -  */
	FRAME_LONG_DASH,   /* date, time –  */
	FRAME_COLON,       /* date, time:  */
	FRAME_SPACE,       /* date time  */
};
enum header_digits {
	DIGITS_LATIN,
	DIGITS_ARABIC,
	DIGITS_PERSIAN,
	DIGITS_DEVANAGARI,
	DIGITS_BENGALI
};
enum header_year { /* how it is printed; 2 digits say nothing about which of three numbers it is */
		   YEAR_SHORT,
		   YEAR_LONG,
		   YEAR_ERA,  /* a letter in front: R4 */
		   YEAR_NONE, /* not at all: 13 Aug */
};

/* What stays the same in all headers of a file. Bytes only, so that memcmp compares. */
struct header_shape {
	uint8_t frame; /* 0: no header */
	uint8_t time_first;
	uint8_t digits;
	uint8_t separator; /* of the date: / . -, or a space beside a month's name */
	uint8_t month;     /* has a name: 1 + its slot; 0: it is a number */
	uint8_t spaced;    /* a space after it, too */
	uint8_t year;      /* enum header_year */
	uint8_t year_slot; /* 0..2; 3: not to be seen */
	uint8_t comma;     /* between date and time: 0, 1 ",", 2 "،" */
	uint8_t word;      /* between date and time: 0, or 1 + index into the known ones */
	uint8_t clock;     /* between hour and minute: ':' '.' 'h' */
	uint8_t seconds;
	uint8_t half; /* 0: none, 1: before the time, 2: after it */
};

struct header {
	struct header_shape shape;
	uint16_t number[3]; /* of the date, as printed */
	uint8_t width[3];   /* digits of each */
	uint8_t zeros;      /* bit i: number i begins with a zero; bit 3: the hour does */
	uint8_t hour_width;
	char era;             /* the letter, or 0 */
	uint8_t hour;         /* as printed, 0..24 */
	uint8_t minute;       /* 0..59 */
	uint8_t second;       /* 0..60 */
	enum clock_half half; /* what stands beside the time */
	bool half_capital;    /* it is AM or PM */
	size_t length;        /* bytes of the line before its label or text */
};

/* Whether the line (without its end) begins as a message does, in any form. Looks at no more than
 * its first HEADER_MAX bytes. */
#define HEADER_MAX   160
#define HEADER_LEAST 12 /* bytes of a line that may be one */
bool header_scan(struct str line, struct header *);

/* The word is one that says that years are Buddhist ("BE"). */
bool header_word_is_buddhist(uint8_t word);

#endif
