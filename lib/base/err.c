#include "base/err.h"

#include "base/str.h"
#include <stdarg.h>
#include <stdio.h>

/* A text that was cut may end within a character: what is not whole goes. */
static void
end_whole(char *text)
{
	text[str_whole(str_of(text)).len] = '\0';
}

int
err_set(struct err *err, enum err_class class, const char *fmt, ...)
{
	va_list args;

	err->class = class;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	end_whole(err->text);
	return -1;
}

/* What was being done is said in front and why it failed at the end: the middle goes. */
static void
leave_out_middle(char *text, size_t len, size_t room)
{
	size_t head = str_whole(str_head(str_of(text), room / 2)).len;
	size_t tail = len - (room - room / 2 - sizeof("..."));

	while (((unsigned char)text[tail] & 0xC0) == 0x80)
		tail++;
	memcpy(text + head, "...", 3);
	memmove(text + head + 3, text + tail, len - tail + 1);
}

int
err_prefix(struct err *err, const char *fmt, ...)
{
	char text[2 * sizeof(err->text)];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(err->text), fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(err->text))
		return -1; /* no room for more than the cause itself */
	size_t len = (size_t)n + strlen(err->text);
	memcpy(text + n, err->text, len - (size_t)n + 1);
	if (len >= sizeof(err->text))
		leave_out_middle(text, len, sizeof(err->text));
	memcpy(err->text, text, strlen(text) + 1);
	return -1;
}
