#include "stage/alerts.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "text/utf8.h"
#include "transport/http.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMAND_MS  10000
#define WEBHOOK_MS  10000
#define LOOK_MS     10
#define REASON_MOST 512 /* bytes */

struct alerts {
	struct alert_plan plan;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool begun, closing;
	uint64_t count;                      /* not told yet */
	char class[16], reason[REASON_MOST]; /* of the last */
};

struct telling { /* what is told at once */
	uint64_t count;
	char class[16], reason[REASON_MOST];
};

struct alerts *
alerts_open(const struct alert_plan *plan)
{
	struct alerts *a = mem_zero(1, sizeof(*a));
	pthread_condattr_t attributes;

	a->plan = *plan;
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&a->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return a;
}

/* ---- telling */

static void
compose(const struct alerts *a, const struct telling *t, struct buf *json)
{
	struct buf reason = {0};
	char time[32];
	time_t now = (time_t)(clock_now_ms() / 1000);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &tm);
	utf8_repair(&reason, str_of(t->reason));
	json_t *object =
		json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:s?}", "event", "dead_letters", "time",
			  time, "stage", a->plan.stage, "count", (json_int_t)t->count, "class",
			  t->class, "reason", buf_cstr(&reason), "where", a->plan.where);
	char *text = json_dumps(object, JSON_COMPACT);
	buf_printf(json, "%s\n", text == NULL ? "{}" : text);
	free(text);
	json_decref(object);
	buf_free(&reason);
}

/* Its standard output is our standard error: ours may carry records. */
static void
become_command(const char *command, int input)
{
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(input, STDIN_FILENO) >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static void
wait_for_command(pid_t pid)
{
	int64_t until_ms = clock_monotonic_ms() + COMMAND_MS;
	int status = 0;
	pid_t got;

	while ((got = waitpid(pid, &status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
		struct timespec moment = {0, LOOK_MS * 1000000};
		if (clock_monotonic_ms() >= until_ms) {
			kill(-pid, SIGKILL);
			until_ms = INT64_MAX;
		}
		nanosleep(&moment, NULL);
	}
	if (WIFSIGNALED(status))
		log_error("the alert command was killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_error("the alert command ended with status %d", WEXITSTATUS(status));
}

static void
run_command(const char *command, struct str json)
{
	int ends[2] = {-1, -1};
	struct err ignored;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		log_error("could not run the alert command: %s", strerror(errno));
		return;
	}
	pid_t pid = fork();
	if (pid == 0)
		become_command(command, ends[0]);
	close(ends[0]);
	if (pid > 0) {
		setpgid(pid, pid);
		/* It fits into the pipe; who does not read it has no use for it. */
		(void)file_write_all(ends[1], json, NULL, &ignored);
	}
	close(ends[1]);
	if (pid < 0)
		log_error("could not run the alert command: %s", strerror(errno));
	else
		wait_for_command(pid);
}

static void
post(const char *url, struct str json)
{
	const struct http_request request = {.method = "POST",
					     .url = url,
					     .content_type = "application/json",
					     .body = json,
					     .timeout_ms = WEBHOOK_MS};
	struct buf answer = {0};
	struct err err = {0};
	long status = 0;

	/* The URL may be a secret. */
	if (http_ask(&request, &status, &answer, &err) != 0)
		log_error("the alert webhook could not be told: %s", err.text);
	else if (status < 200 || status > 299)
		log_error("the alert webhook answered %ld", status);
	buf_free(&answer);
}

static void
tell(const struct alerts *a, const struct telling *t)
{
	struct buf json = {0};

	log_event("alert", "dead_letters=%llu class=%s reason=\"%s\"%s%s%s",
		  (unsigned long long)t->count, t->class, t->reason,
		  a->plan.where == NULL ? "" : " where=\"",
		  a->plan.where == NULL ? "" : a->plan.where, a->plan.where == NULL ? "" : "\"");
	compose(a, t, &json);
	if (a->plan.command != NULL)
		run_command(a->plan.command, buf_str(&json));
	if (a->plan.webhook != NULL)
		post(a->plan.webhook, buf_str(&json));
	buf_free(&json);
}

/* ---- when */

static void
wait_until(struct alerts *a, int64_t ms)
{
	struct timespec until = {(time_t)(ms / 1000), (ms % 1000) * 1000000};

	while (!a->closing && clock_monotonic_ms() < ms)
		if (pthread_cond_timedwait(&a->changed, &a->lock, &until) == ETIMEDOUT)
			return;
}

static void *
run(void *with)
{
	struct alerts *a = with;

	pthread_mutex_lock(&a->lock);
	for (;;) {
		while (a->count == 0 && !a->closing)
			pthread_cond_wait(&a->changed, &a->lock);
		if (a->count == 0)
			break;
		struct telling t = {.count = a->count};
		memcpy(t.class, a->class, sizeof(t.class));
		memcpy(t.reason, a->reason, sizeof(t.reason));
		a->count = 0;
		pthread_mutex_unlock(&a->lock);
		int64_t next_ms = clock_monotonic_ms() + a->plan.every_ms;
		tell(a, &t);
		pthread_mutex_lock(&a->lock);
		wait_until(a, next_ms);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* Signals are for the thread that works. */
static void
begin(struct alerts *a)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	a->begun = pthread_create(&a->thread, NULL, run, a) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void
copy(char *to, size_t room, struct str from)
{
	if (from.len > room - 1)
		from = str_whole(str_head(from, room - 1));
	if (from.len > 0)
		memcpy(to, from.ptr, from.len);
	to[from.len] = '\0';
}

void
alerts_note(struct alerts *a, struct str class, struct str reason)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->count++;
	copy(a->class, sizeof(a->class), class);
	copy(a->reason, sizeof(a->reason), reason);
	if (!a->begun)
		begin(a);
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
}

void
alerts_close(struct alerts *a)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->closing = true;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	if (a->begun)
		pthread_join(a->thread, NULL);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	free(a);
}
