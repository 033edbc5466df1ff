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

int
err_prefix(struct err *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(text))
		return -1; /* no room for more than the cause itself */
	snprintf(text + n, sizeof(text) - (size_t)n, "%s", err->text);
	end_whole(text);
	memcpy(err->text, text, sizeof(text));
	return -1;
}
