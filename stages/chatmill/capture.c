#include "capture.h"

#include "base/clock.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE 16 /* programs */

struct running {
	struct capture *capture; /* NULL: this place is free */
	pid_t pid;
	int ended; /* a pidfd: readable when the program has ended */
	int output;
	int64_t deadline_ms;
};

static void
exec_with_output(const char *const *argv, int output)
{
	int nothing = open("/dev/null", O_RDWR);

	setpgid(0, 0); /* so that what it starts is killed with it */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (nothing >= 0 && dup2(nothing, 0) >= 0 && dup2(output, 1) >= 0 && dup2(nothing, 2) >= 0)
		execv(argv[0], (char *const *)argv);
	_exit(127);
}

static void
finish(struct running *run, const char *why_killed)
{
	struct capture *capture = run->capture;
	int status = 0;

	kill(-run->pid, SIGKILL); /* what it left behind, too */
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (run->ended >= 0)
		close(run->ended);
	if (run->output >= 0)
		close(run->output);
	run->capture = NULL;
	if (why_killed != NULL)
		err_set(&capture->err, ERR_FATAL, "%s", why_killed);
	else if (WIFSIGNALED(status))
		err_set(&capture->err, ERR_FATAL, "it was killed by signal %d (%s)",
			WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		err_set(&capture->err, ERR_FATAL, "it exited with status %d", WEXITSTATUS(status));
	else
		capture->ended_well = true;
}

static int
start(struct running *run, struct capture *capture, int timeout_ms)
{
	int ends[2], failed;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(&capture->err, ERR_FATAL, "could not make a pipe: %s",
			       strerror(errno));
	run->pid = fork();
	if (run->pid == 0)
		exec_with_output(capture->argv, ends[1]);
	failed = errno;
	close(ends[1]);
	if (run->pid < 0) {
		close(ends[0]);
		return err_set(&capture->err, ERR_FATAL, "could not start it: %s",
			       strerror(failed));
	}
	setpgid(run->pid, run->pid); /* here too: whoever of the two is first */
	run->capture = capture;
	run->output = ends[0];
	run->ended = pidfd_open(run->pid, 0);
	run->deadline_ms = clock_monotonic_ms() + timeout_ms;
	if (run->ended < 0 || fcntl(run->output, F_SETFL, O_NONBLOCK) != 0)
		finish(run, "it could not be watched");
	return 0;
}

/* Takes what is there, at most a byte beyond the limit. */
static void
read_what_is_there(struct running *run, size_t limit)
{
	struct buf *output = &run->capture->output;

	while (output->len <= limit) {
		size_t room = limit + 1 - output->len < 4096 ? limit + 1 - output->len : 4096;
		ssize_t n = read(run->output, buf_room(output, room), room);
		if (n > 0) {
			output->len += (size_t)n;
			continue;
		}
		if (n == 0) { /* it has closed its end, and may still be running */
			close(run->output);
			run->output = -1;
		}
		break;
	}
}

static void
look(struct running *run, bool ended, size_t limit)
{
	if (run->output >= 0)
		read_what_is_there(run, limit);
	if (run->capture->output.len > limit)
		finish(run, "it wrote more than an answer may be long");
	else if (ended)
		finish(run, NULL);
	else if (clock_monotonic_ms() >= run->deadline_ms)
		finish(run, "it did not answer in time");
}

static void
wait_and_look(struct running *runs, size_t limit)
{
	struct pollfd fds[2 * AT_ONCE];
	int64_t until = INT64_MAX, now = clock_monotonic_ms();

	for (size_t i = 0; i < AT_ONCE; i++) {
		bool live = runs[i].capture != NULL;
		fds[2 * i] = (struct pollfd){live ? runs[i].output : -1, POLLIN, 0};
		fds[2 * i + 1] = (struct pollfd){live ? runs[i].ended : -1, POLLIN, 0};
		if (live && runs[i].deadline_ms < until)
			until = runs[i].deadline_ms;
	}
	poll(fds, 2 * AT_ONCE, until > now ? (int)(until - now) : 0);
	for (size_t i = 0; i < AT_ONCE; i++)
		if (runs[i].capture != NULL)
			look(&runs[i], fds[2 * i + 1].revents != 0, limit);
}

void
capture_run(struct capture *captures, size_t count, int timeout_ms, size_t limit)
{
	struct running runs[AT_ONCE] = {0};
	size_t next = 0, live;

	do {
		live = 0;
		for (size_t i = 0; i < AT_ONCE; i++) {
			while (runs[i].capture == NULL && next < count)
				if (start(&runs[i], &captures[next++], timeout_ms) != 0)
					continue;
			live += runs[i].capture != NULL;
		}
		if (live > 0)
			wait_and_look(runs, limit);
	} while (live > 0);
}

void
capture_free(struct capture *capture)
{
	buf_free(&capture->output);
}
