#include "base/log.h"

#include "base/clock.h"
#include "base/str.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
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

/* Takes head, which is ours, and body, which may hold anything. */
static void
write_line(const char *head, const char *body)
{
	char line[2048];
	size_t len = (size_t)snprintf(line, sizeof(line), "%s", head);

	for (const char *p = body; *p != '\0' && len + 10 < sizeof(line); p++) {
		size_t controls = control_bytes((const unsigned char *)p);

		if (controls == 0)
			line[len++] = *p;
		for (size_t i = 0; i < controls; i++)
			len += (size_t)snprintf(line + len, sizeof(line) - len, "\\x%02x",
						(unsigned char)p[i]);
		p += controls > 1;
	}
	len = str_whole((struct str){line, len}).len;
	line[len++] = '\n';
	pthread_mutex_lock(&lock);
	if (before_line != NULL)
		before_line();
	ssize_t unused = write(STDERR_FILENO, line, len); /* there is nobody else to tell */
	(void)unused;
	pthread_mutex_unlock(&lock);
}

void
log_error(const char *fmt, ...)
{
	char head[128], body[1536];
	va_list args;

	va_start(args, fmt);
	vsnprintf(body, sizeof(body), fmt, args);
	va_end(args);
	snprintf(head, sizeof(head), "%s: ", program);
	write_line(head, body);
}

static void
write_event(const char *event, const char *fmt, va_list args)
{
	char head[256], body[1536], when[32];
	int64_t now = clock_now_ms();
	time_t seconds = (time_t)(now / 1000);
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc);
	vsnprintf(body, sizeof(body), fmt, args);
	snprintf(head, sizeof(head), "time=%s.%03dZ program=%s event=%s%s", when, (int)(now % 1000),
		 program, event, body[0] == '\0' ? "" : " ");
	write_line(head, body);
}

void
log_event(const char *event, const char *fmt, ...)
{
	va_list args;

	if (level < LOG_INFO)
		return;
	va_start(args, fmt);
	write_event(event, fmt, args);
	va_end(args);
}

void
log_debug(const char *event, const char *fmt, ...)
{
	va_list args;

	if (level < LOG_DEBUG)
		return;
	va_start(args, fmt);
	write_event(event, fmt, args);
	va_end(args);
}
