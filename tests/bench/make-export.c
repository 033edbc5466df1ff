/*
 * make-export [--mixed] COUNT: a WhatsApp export of so many messages on standard output, the same
 * each time; mixed: with what chats have besides text, 85 bytes a message.
 * make-export --lines BYTES UNIT COUNT: of messages that are one line, UNIT again and again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void
print_header(time_t at)
{
	struct tm t;

	gmtime_r(&at, &t);
	printf("%02d/%02d/%04d, %02d:%02d - ", t.tm_mday, t.tm_mon + 1, t.tm_year + 1900, t.tm_hour,
	       t.tm_min);
}

static void
print_words(uint64_t *state, uint64_t most)
{
	for (uint64_t n = draw(state) % most; n > 0; n--)
		printf("%s ", words[draw(state) % COUNT(words)]);
}

static void
print_plain(uint64_t *state, long long i)
{
	printf("%s: ", people[draw(state) % COUNT(people)]);
	print_words(state, 12);
	printf("%lld%s\n", i, draw(state) % 20 == 0 ? "\nand on the next line" : "");
}

/* In thousandths of the messages. */
static const struct {
	unsigned share;
	const char *text; /* %lld: a number; behind "name: ", or after a '*', instead of it */
} others[] = {
	{70, "<Media omitted>"},
	{20, "https://example.org/a/rather/long/address?of=%lld&and=more"},
	{15, "IMG-20200913-WA%04lld.jpg (file attached)\nthe caption of it"},
	{15, "@447700900123 did you see this? %lld"},
	{10, "This message was deleted"},
	{10, "that is what I meant, number %lld <This message was edited>"},
	{5, "Missed voice call"},
	{5, "what I said: it costs 12:30, no: %lld"},
	{5, "* joined using this group's invite link"},
	{4, "* added Linus"},
	{3, "* left"},
	{2, "* changed the group name from \"Lunch\" to \"Lunch %lld\""},
	{2, "location: https://maps.google.com/?q=52.520008,13.404954"},
};

static void
print_mixed(uint64_t *state, long long i)
{
	const char *name = people[draw(state) % COUNT(people)];
	uint64_t which = draw(state) % 1000;
	size_t other = 0;

	while (other < COUNT(others) && which >= others[other].share)
		which -= others[other++].share;
	if (other == COUNT(others)) {
		printf("%s: ", name);
		print_words(state, 20);
		printf("%lld%s\n", i, draw(state) % 20 == 0 ? "\n\nand on the next line" : "");
		return;
	}
	const char *text = others[other].text, *number = strstr(text, "%04lld");
	const char *place = number != NULL ? number : strstr(text, "%lld");
	printf("%s%s", name, *text == '*' ? "" : ": ");
	text += *text == '*';
	if (place == NULL)
		printf("%s\n", text);
	else if (number != NULL)
		printf("%.*s%04lld%s\n", (int)(place - text), text, i % 10000,
		       place + strlen("%04lld"));
	else
		printf("%.*s%lld%s\n", (int)(place - text), text, i, place + strlen("%lld"));
}

static void
print_line(const char *unit, long long bytes)
{
	size_t length = strlen(unit);

	printf("Ada: ");
	for (long long n = 0; n < bytes; n += (long long)length)
		(void)fwrite(unit, 1, length, stdout);
	printf("\n");
}

int
main(int argc, char **argv)
{
	const char *sort = argc > 2 ? argv[1] : "";
	long long count = argc > 1 ? atoll(argv[argc - 1]) : 1000;
	time_t at = 1600000000;
	uint64_t state = 1;

	for (long long i = 0; i < count; i++) {
		at += (time_t)(draw(&state) % 90);
		print_header(at);
		if (argc == 5 && strcmp(sort, "--lines") == 0)
			print_line(argv[3], atoll(argv[2]));
		else if (strcmp(sort, "--mixed") == 0)
			print_mixed(&state, i);
		else
			print_plain(&state, i);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
