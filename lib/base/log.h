/*
 * log.h -- what a program says on stderr.
 *
 * For people: log_error("could not ...") prints "chatmill-NAME: could not ...". For machines:
 * log_event("retry", "record=%llu", n) prints one line of key=value, with the time, the program and
 * the event in front. Never a person's text: say its id, offset and length. Each line is one
 * write(), so that the lines of several programs on one terminal stay whole. Control bytes are
 * shown as \xNN; a quote or backslash within an event's quotes ("reason=\"%s\"") has a backslash
 * before it.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_QUIET, LOG_INFO, LOG_DEBUG };

void log_set_program(const char *name); /* "chatmill-parse"; kept, not copied */
const char *log_program(void);
void log_set_level(enum log_level);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_event(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_debug(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A line on the terminal that the next line on stderr must not be glued to: called, with the log's
 * lock held, before each line. The progress display clears itself there. NULL: none. */
void log_set_before_line(void (*clear)(void));

/* Runs write_line with that same lock held, so that a display and the log take turns. */
void log_locked(void (*write_line)(void *with), void *with);

#endif
