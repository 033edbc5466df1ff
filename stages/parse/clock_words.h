/* clock_words.h -- the words for the halves of the day, in the languages whose clock has them. */
#ifndef CLOCK_WORDS_H
#define CLOCK_WORDS_H

#include "base/str.h"

enum clock_half {
	HALF_NONE,
	HALF_MORNING,   /* 12 is 0 */
	HALF_AFTERNOON, /* 1..11 are 13..23 */
	HALF_NIGHT,     /* 12 is 0, 1..5 stay, 6..11 are 18..23 */
	HALF_NOON,      /* around 12: 10 and 11 stay, 12 is 12, 1 and 2 are 13 and 14 */
};

/* Of a word as it stands beside the time, with or without dots and spaces ("a. m.", "PM"). */
enum clock_half clock_half_of(struct str word);

/* "AM" and "PM" in capitals: how the United States, and few others, print them. */
bool clock_word_is_capital(struct str word);

/* The hour of the day, 0..23; an hour above 12 is of a 24-hour clock whatever stands beside it. */
int clock_hour(int hour, enum clock_half);

#endif
