#include "base/log.h"

#include "base/clock.h"
#include "base/str.h"
#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *program = "chatmill";
static enum log_level level = LOG_INFO;
static void (*before_line)(void);
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void
log_set_program(const char *name)
{
	program = name;
}

const char *
log_program(void)
{
	return program;
}

void
log_set_level(enum log_level to)
{
	level = to;
}

void
log_set_before_line(void (*clear)(void))
{
	pthread_mutex_lock(&lock);
	before_line = clear;
	pthread_mutex_unlock(&lock);
}

void
log_locked(void (*write_line)(void *), void *with)
{
	pthread_mutex_lock(&lock);
	write_line(with);
	pthread_mutex_unlock(&lock);
}

/* What a terminal would take as an order: the control characters of ASCII, and those that Unicode
 * has at U+0080 to U+009F. */
static size_t
control_bytes(const unsigned char *p)
{
	if (p[0] < 0x20 || p[0] == 0x7F)
		return 1;
	return p[0] == 0xC2 && p[1] >= 0x80 && p[1] <= 0x9F ? 2 : 0;
}

struct line {
	char text[2048];
	size_t len;
};

/* Adds what may hold anything. quoted: within a value's quotes, which it must not end. */
static void
add_text(struct line *line, const char *text, bool quoted)
{
	for (const char *p = text; *p != '\0' && line->len + 10 < sizeof(line->text); p++) {
		size_t controls = control_bytes((const unsigned char *)p);

		if (quoted && (*p == '"' || *p == '\\'))
			line->text[line->len++] = '\\';
		if (controls == 0)
			line->text[line->len++] = *p;
		for (size_t i = 0; i < controls; i++)
			line->len += (size_t)snprintf(line->text + line->len,
						      sizeof(line->text) - line->len, "\\x%02x",
						      (unsigned char)p[i]);
		p += controls > 1;
	}
}

static void
write_line(struct line *line)
{
	line->len = str_whole((struct str){line->text, line->len}).len;
	line->text[line->len++] = '\n';
	pthread_mutex_lock(&lock);
	if (before_line != NULL)
		before_line();
	ssize_t unused = write(STDERR_FILENO, line->text, line->len); /* there is nobody to tell */
	(void)unused;
	pthread_mutex_unlock(&lock);
}

void
log_error(const char *fmt, ...)
{
	struct line line = {0};
	char body[1536];
	va_list args;

	va_start(args, fmt);
	vsnprintf(body, sizeof(body), fmt, args);
	va_end(args);
	line.len = (size_t)snprintf(line.text, sizeof(line.text), "%.100s: ", program);
	add_text(&line, body, false);
	write_line(&line);
}

/* What one conversion ("%s") makes of the next arguments. */
static void
format_one(char *to, size_t room, struct str conversion, va_list *args)
{
	char fmt[16], last = conversion.ptr[conversion.len - 1];
	va_list same;

	snprintf(fmt, sizeof(fmt), "%.*s", STR_ARG(conversion));
	va_copy(same, *args);
	vsnprintf(to, room, fmt, same);
	va_end(same);
	/* As it used them up: promoted types, those of 64 bits are passed alike. */
	if (strchr(fmt, '*') != NULL)
		(void)va_arg(*args, int);
	if (last == 's')
		(void)va_arg(*args, const char *);
	else if (last == 'f')
		(void)va_arg(*args, double);
	else if (strpbrk(fmt, "lzj") != NULL)
		(void)va_arg(*args, long long);
	else if (last != '%')
		(void)va_arg(*args, int);
}

/* The quotes of the format are the line's; those of the arguments are escaped. */
static void
add_values(struct line *line, const char *fmt, va_list *args)
{
	char text[1024], one[2] = "";
	bool quoted = false;

	while (*fmt != '\0') {
		if (*fmt == '%') {
			struct str conversion = {fmt, 2 + strcspn(fmt + 1, "sdiucxf%")};
			assert(conversion.ptr[conversion.len - 1] != '\0'); /* one of those */
			format_one(text, sizeof(text), conversion, args);
			add_text(line, text, quoted);
			fmt += conversion.len;
		} else {
			quoted ^= *fmt == '"';
			one[0] = *fmt++;
			add_text(line, one, false);
		}
	}
}

static void
write_event(const char *event, const char *fmt, va_list *args)
{
	int64_t now = clock_now_ms();
	time_t seconds = (time_t)(now / 1000);
	struct line line = {0};
	char when[32];
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc);
	line.len = (size_t)snprintf(line.text, sizeof(line.text),
				    "time=%s.%03dZ program=%.100s event=%.100s ", when,
				    (int)(now % 1000), program, event);
	size_t head = line.len;
	add_values(&line, fmt, args);
	if (line.len == head)
		line.len--;
	write_line(&line);
}

void
log_event(const char *event, const char *fmt, ...)
{
	va_list args;

	if (level < LOG_INFO)
		return;
	va_start(args, fmt);
	write_event(event, fmt, &args);
	va_end(args);
}

void
log_debug(const char *event, const char *fmt, ...)
{
	va_list args;

	if (level < LOG_DEBUG)
		return;
	va_start(args, fmt);
	write_event(event, fmt, &args);
	va_end(args);
}
