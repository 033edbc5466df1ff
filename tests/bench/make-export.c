/* make-export COUNT: a WhatsApp export of so many messages on standard output, the same each time.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const people[] = {"Ada", "Grace Hopper", "Linus", "Barbara", "+44 7700 900123"};
static const char *const words[] = {"hello",    "the",   "meeting", "is",      "at",   "noon",
				    "please",   "bring", "coffee",  "and",     "some", "cake",
				    "tomorrow", "maybe", "schön",   "ok 🙂", "see",  "you"};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static uint64_t
draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

int
main(int argc, char **argv)
{
	long long count = argc > 1 ? atoll(argv[1]) : 1000;
	time_t at = 1600000000;
	uint64_t state = 1;

	for (long long i = 0; i < count; i++) {
		struct tm t;
		at += (time_t)(draw(&state) % 90);
		gmtime_r(&at, &t);
		printf("%02d/%02d/%04d, %02d:%02d - %s: ", t.tm_mday, t.tm_mon + 1,
		       t.tm_year + 1900, t.tm_hour, t.tm_min, people[draw(&state) % COUNT(people)]);
		for (uint64_t n = draw(&state) % 12; n > 0; n--)
			printf("%s ", words[draw(&state) % COUNT(words)]);
		printf("%lld%s\n", i, draw(&state) % 20 == 0 ? "\nand on the next line" : "");
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
