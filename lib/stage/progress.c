#include "stage/progress.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { INTERVAL_MS = 200, SIZE_UNKNOWN_MS = 1000, RATE_MS = 1000, PART_ROOM = 64 };
#define CLEAR "\r\033[K"

struct progress {
	const char *name;
	const struct progress_counts *counts;
	int64_t started; /* monotonic, ms */
	bool drawn;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping;
};

/* Cut, not rounded: 999,999 is "999 k", and nothing is told before it is there. */
static void
format_number(char *to, size_t room, uint64_t value, const char *unit)
{
	static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
	uint64_t tenths = 0, whole = value;
	size_t i = 0;

	for (; whole >= 1000; i++) {
		tenths = whole / 100 % 10;
		whole /= 1000;
	}
	const char *space = i > 0 || unit[0] != '\0' ? " " : "";
	if (i > 0 && whole < 10)
		snprintf(to, room, "%" PRIu64 ".%" PRIu64 " %s%s", whole, tenths, prefixes[i],
			 unit);
	else
		snprintf(to, room, "%" PRIu64 "%s%s%s", whole, space, prefixes[i], unit);
}

static void
format_left(char *to, size_t room, uint64_t seconds)
{
	uint64_t hours = seconds / 3600, minutes = seconds / 60 % 60;

	if (hours > 0)
		snprintf(to, room, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64 " left", hours, minutes,
			 seconds % 60);
	else
		snprintf(to, room, "%" PRIu64 ":%02" PRIu64 " left", minutes, seconds % 60);
}

/* In the order of the line; and of those, the first to go where it is too long is the last. */
enum part { RECORDS, RATE, BYTES, LEFT, REJECTED, PARTS };
static const enum part first_to_go[] = {RATE, BYTES, REJECTED, LEFT};

static void
fill_parts(char parts[PARTS][PART_ROOM], const struct progress_counts *counts, int64_t elapsed_ms)
{
	uint64_t in = atomic_load(&counts->records_in), out = atomic_load(&counts->records_out);
	uint64_t bytes = atomic_load(&counts->bytes), total = atomic_load(&counts->bytes_total);
	uint64_t rejected = atomic_load(&counts->rejected), records = in > out ? in : out;
	char done[24], all[24];
	double elapsed = (double)elapsed_ms / 1000;

	memset(parts, 0, PARTS * sizeof(*parts));
	format_number(done, sizeof(done), records, "");
	snprintf(parts[RECORDS], sizeof(*parts), "%s record%s", done, records == 1 ? "" : "s");
	if (elapsed_ms >= RATE_MS) {
		format_number(done, sizeof(done), (uint64_t)((double)records / elapsed), "");
		snprintf(parts[RATE], sizeof(*parts), "%s/s", done);
	}
	format_number(done, sizeof(done), bytes, "B");
	format_number(all, sizeof(all), total, "B");
	if (total > 0 && bytes <= total)
		snprintf(parts[BYTES], sizeof(*parts), "%s of %s", done, all);
	else if (bytes > 0)
		snprintf(parts[BYTES], sizeof(*parts), "%s", done);
	if (elapsed_ms >= RATE_MS && bytes > 0 && bytes <= total) {
		double left = elapsed * ((double)(total - bytes) / (double)bytes);
		if (left < 100 * 3600)
			format_left(parts[LEFT], sizeof(*parts), (uint64_t)(left + 0.5));
	}
	if (rejected > 0) {
		format_number(done, sizeof(done), rejected, "");
		snprintf(parts[REJECTED], sizeof(*parts), "%s rejected", done);
	}
}

static size_t
length_of(const char *name, char parts[PARTS][PART_ROOM])
{
	size_t len = strlen(name) + strlen(": ");

	for (size_t i = 0; i < PARTS; i++)
		if (parts[i][0] != '\0')
			len += strlen(parts[i]) + (i > 0 ? strlen(", ") : 0);
	return len;
}

size_t
progress_line(char *to, size_t room, const char *name, const struct progress_counts *counts,
	      int64_t elapsed_ms, size_t columns)
{
	char parts[PARTS][PART_ROOM];
	size_t len = 0;

	if (room == 0)
		return 0;
	if (columns >= room)
		columns = room - 1;
	fill_parts(parts, counts, elapsed_ms);
	for (size_t i = 0; i < sizeof(first_to_go) / sizeof(*first_to_go); i++)
		if (length_of(name, parts) > columns)
			parts[first_to_go[i]][0] = '\0';
	to[0] = '\0';
	if (length_of(name, parts) <= columns)
		len = (size_t)snprintf(to, room, "%s: ", name);
	else if (strlen(parts[RECORDS]) > columns)
		return 0;
	for (size_t i = 0; i < PARTS; i++)
		if (parts[i][0] != '\0')
			len += (size_t)snprintf(to + len, room - len, "%s%s", i > 0 ? ", " : "",
						parts[i]);
	return len;
}

/* A lost bit of a display is no failure of the work. */
static void
show(struct str text)
{
	struct err ignored;

	(void)file_write_all(STDERR_FILENO, text, NULL, &ignored);
}

static void
clear_line(void)
{
	show(STR(CLEAR));
}

/* One program at a time, by a lock on the terminal itself, which ends with its process. Where a
 * terminal cannot be locked, everybody draws. */
static bool
is_ours(void)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	pid_t foreground = tcgetpgrp(STDERR_FILENO);

	if (foreground >= 0 && foreground != getpgrp())
		return false;
	return fcntl(STDERR_FILENO, F_SETLK, &whole) == 0 || (errno != EAGAIN && errno != EACCES);
}

static void
draw(void *with)
{
	struct progress *p = with;
	int64_t elapsed = clock_monotonic_ms() - p->started;
	char line[256] = CLEAR;
	struct winsize size;
	size_t columns = 80, begin = strlen(CLEAR);

	if ((atomic_load(&p->counts->bytes_total) == 0 && elapsed < SIZE_UNKNOWN_MS) || !is_ours())
		return;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		columns = size.ws_col;
	/* Not into the last column, where some terminals wrap. */
	size_t len = progress_line(line + begin, sizeof(line) - begin, p->name, p->counts, elapsed,
				   columns - 1);
	show((struct str){line, begin + len});
	p->drawn = true;
}

static void *
run(void *with)
{
	struct progress *p = with;
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	pthread_mutex_lock(&p->lock);
	while (!p->stopping) {
		next.tv_nsec += INTERVAL_MS * 1000000L;
		next.tv_sec += next.tv_nsec / 1000000000L;
		next.tv_nsec %= 1000000000L;
		while (!p->stopping &&
		       pthread_cond_timedwait(&p->changed, &p->lock, &next) != ETIMEDOUT)
			;
		if (!p->stopping)
			log_locked(draw, p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

bool
progress_is_wanted(void)
{
	const char *mode = getenv("CHATMILL_PROGRESS"), *term = getenv("TERM");

	return (mode == NULL || strcmp(mode, "never") != 0) && term != NULL &&
	       strcmp(term, "dumb") != 0 && isatty(STDERR_FILENO);
}

struct progress *
progress_start(const char *name, const struct progress_counts *counts)
{
	struct progress *p;
	pthread_condattr_t monotonic;
	sigset_t all, before;

	if (!progress_is_wanted())
		return NULL;
	p = mem_zero(1, sizeof(*p));
	p->name = name;
	p->counts = counts;
	p->started = clock_monotonic_ms();
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&p->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int failed = pthread_create(&p->thread, NULL, run, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0) { /* the work goes on without */
		pthread_cond_destroy(&p->changed);
		pthread_mutex_destroy(&p->lock);
		free(p);
		return NULL;
	}
	log_set_before_line(clear_line);
	return p;
}

static void
clear_what_was_drawn(void *with)
{
	const struct progress *p = with;

	if (p->drawn)
		clear_line();
}

void
progress_stop(struct progress *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	log_locked(clear_what_was_drawn, p);
	log_set_before_line(NULL);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
