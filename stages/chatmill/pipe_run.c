#include "pipe_run.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Who fails closes its output first and has ended a moment later, and who reads from it may be
 * faster: in that moment it must not be told to end, as what was told to is no culprit. */
#define OWN_END_MS     1000
#define TICK_MS        200
#define LONGEST_LINE   65536 /* bytes; a longer one comes in pieces */
#define LONGEST_COUNTS 256   /* bytes of a line of progress */

enum { WATCH_ENDED, WATCH_STDERR, WATCH_PROGRESS, WATCHES };

struct watched {
	int fds[WATCHES]; /* -1: closed */
	struct buf said, counts;
};
struct watcher {
	struct pipe_run *run;
	struct watched *watched; /* a program each */
	pid_t own_pid;
	int signals; /* a signalfd */
	sigset_t mask_before;
	size_t tell_before; /* the programs before this one have lost their reader, which failed */
	int64_t tell_at_ms; /* whoever of them is left then; 0: nobody */
	int64_t kill_at_ms; /* whoever was told to end and has not; 0: nobody was told */
	int64_t tick_at_ms;
};

struct ends {
	int read, write;
};

static int
open_pipe(struct ends *ends, struct err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return err_set(err, ERR_FATAL, "could not make a pipe: %s", strerror(errno));
	*ends = (struct ends){fds[0], fds[1]};
	return 0;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
close_pipe(struct ends *ends)
{
	close_fd(&ends->read);
	close_fd(&ends->write);
}

/* In the child: never returns. */
static void
become(const struct watcher *w, const struct pipe_program *program, int input, int output,
       int errors, int progress)
{
	char number[16];

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM); /* should we be killed, nobody would watch it */
	if (getppid() != w->own_pid)      /* we were, before that */
		_exit(127);
	sigprocmask(SIG_SETMASK, &w->mask_before, NULL);
	snprintf(number, sizeof(number), "%d", progress);
	if ((input >= 0 && dup2(input, 0) < 0) || (output >= 0 && dup2(output, 1) < 0) ||
	    dup2(errors, 2) < 0 || fcntl(progress, F_SETFD, 0) != 0 ||
	    setenv("CHATMILL_PROGRESS_FD", number, 1) != 0)
		_exit(127);
	execv(program->argv[0], (char *const *)program->argv);
	fprintf(stderr, "chatmill: could not run \"%s\": %s\n", program->argv[0], strerror(errno));
	_exit(127);
}

static void
send_signal(struct watcher *w, struct pipe_program *program, int signal)
{
	program->told_to_end = true;
	kill(-program->pid, signal);
	if (w->kill_at_ms == 0)
		w->kill_at_ms = clock_monotonic_ms() + w->run->grace_ms;
}

/* The last one first: it must not take the end of those before it for the end of the work. */
static void
send_signal_to_all(struct watcher *w, int signal)
{
	for (size_t i = w->run->count; i-- > 0;)
		if (w->run->programs[i].pid > 0)
			send_signal(w, &w->run->programs[i], signal);
}

static void
tell_who_lost_its_reader(struct watcher *w)
{
	for (size_t i = 0; i < w->tell_before; i++)
		if (w->run->programs[i].pid > 0)
			send_signal(w, &w->run->programs[i], SIGTERM);
}

static void
kill_who_was_told(struct watcher *w)
{
	for (size_t i = 0; i < w->run->count; i++)
		if (w->run->programs[i].pid > 0 && w->run->programs[i].told_to_end)
			kill(-w->run->programs[i].pid, SIGKILL);
}

/* Reads what is there; false at the end. */
static bool
read_some(int fd, struct buf *to)
{
	ssize_t n = read(fd, buf_room(to, 4096), 4096);

	if (n > 0)
		to->len += (size_t)n;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void
drop_front(struct buf *buf, size_t count)
{
	buf->len -= count;
	memmove(buf->ptr, buf->ptr + count, buf->len);
}

static void
hand_on_lines(struct watcher *w, struct buf *said, bool ended)
{
	struct str rest = buf_str(said);

	while (rest.len > 0) {
		bool whole = memchr(rest.ptr, '\n', rest.len) != NULL;
		if (!whole && !ended && rest.len < LONGEST_LINE)
			break;
		struct str line = str_cut(&rest, '\n');
		w->run->line(w->run->with, line);
	}
	drop_front(said, said->len - rest.len);
}

/* The last whole line counts. */
static void
take_counts(struct pipe_program *program, struct buf *counts)
{
	struct str rest = buf_str(counts);

	while (rest.len > 0 && memchr(rest.ptr, '\n', rest.len) != NULL) {
		struct str line = str_cut(&rest, '\n');
		uint64_t numbers[5];
		size_t n = 0;
		while (n < 5 && str_to_u64(str_cut(&line, ' '), &numbers[n]))
			n++;
		if (n == 5)
			program->progress = (struct pipe_progress){
				numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
	}
	drop_front(counts, counts->len - rest.len);
	if (counts->len > LONGEST_COUNTS)
		buf_clear(counts);
}

static void
look_at_output(struct watcher *w, size_t i)
{
	struct watched *watched = &w->watched[i];
	bool more = watched->fds[WATCH_STDERR] < 0 ||
		    read_some(watched->fds[WATCH_STDERR], &watched->said);

	if (!more)
		close_fd(&watched->fds[WATCH_STDERR]);
	hand_on_lines(w, &watched->said, !more);
	if (watched->fds[WATCH_PROGRESS] >= 0 &&
	    !read_some(watched->fds[WATCH_PROGRESS], &watched->counts))
		close_fd(&watched->fds[WATCH_PROGRESS]);
	take_counts(&w->run->programs[i], &watched->counts);
}

/* All that it said before it ended is in the pipes by now. */
static void
drain(struct watcher *w, size_t i)
{
	struct watched *watched = &w->watched[i];
	size_t before;

	do {
		before = watched->said.len + watched->counts.len;
		if (watched->fds[WATCH_STDERR] >= 0)
			(void)read_some(watched->fds[WATCH_STDERR], &watched->said);
		if (watched->fds[WATCH_PROGRESS] >= 0)
			(void)read_some(watched->fds[WATCH_PROGRESS], &watched->counts);
	} while (watched->said.len + watched->counts.len > before);
	hand_on_lines(w, &watched->said, true);
	take_counts(&w->run->programs[i], &watched->counts);
}

static void
reap(struct watcher *w, size_t i)
{
	struct pipe_program *program = &w->run->programs[i];

	drain(w, i);
	kill(-program->pid, SIGKILL); /* what it left behind */
	while (waitpid(program->pid, &program->status, 0) < 0 && errno == EINTR)
		continue;
	program->pid = 0;
	for (int k = 0; k < WATCHES; k++)
		close_fd(&w->watched[i].fds[k]);
	if (program->status != 0) {
		w->tell_before = i > w->tell_before ? i : w->tell_before;
		w->tell_at_ms = clock_monotonic_ms() + OWN_END_MS;
	}
}

/* input and output stay the caller's to close; -1: as ours. */
static int
start(struct watcher *w, size_t i, int input, int output, struct err *err)
{
	struct pipe_program *program = &w->run->programs[i];
	struct watched *watched = &w->watched[i];
	struct ends errors = {-1, -1}, progress = {-1, -1};

	if (open_pipe(&errors, err) != 0 || open_pipe(&progress, err) != 0)
		goto fail;
	program->pid = fork();
	if (program->pid == 0)
		become(w, program, input, output, errors.write, progress.write);
	if (program->pid < 0) {
		program->pid = 0;
		err_set(err, ERR_FATAL, "could not start \"%s\": %s", program->name,
			strerror(errno));
		goto fail;
	}
	setpgid(program->pid, program->pid); /* here too: whoever of the two is first */
	close_fd(&errors.write);
	close_fd(&progress.write);
	watched->fds[WATCH_STDERR] = errors.read;
	watched->fds[WATCH_PROGRESS] = progress.read;
	watched->fds[WATCH_ENDED] = pidfd_open(program->pid, 0);
	if (watched->fds[WATCH_ENDED] < 0 || fcntl(errors.read, F_SETFL, O_NONBLOCK) != 0 ||
	    fcntl(progress.read, F_SETFL, O_NONBLOCK) != 0) {
		err_set(err, ERR_FATAL, "could not watch \"%s\": %s", program->name,
			strerror(errno));
		reap(w, i);
		return -1;
	}
	return 0;

fail:
	close_pipe(&errors);
	close_pipe(&progress);
	return -1;
}

/* A terminal would stop a program that reads it from a group in the background. */
static int
first_input(void)
{
	return isatty(STDIN_FILENO) ? open("/dev/null", O_RDONLY | O_CLOEXEC)
				    : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
}

static int
start_all(struct watcher *w, struct err *err)
{
	struct ends between = {first_input(), -1};
	int result = 0;

	for (size_t i = 0; result == 0 && i < w->run->count; i++) {
		int input = between.read;
		bool last = i + 1 == w->run->count;

		between = (struct ends){-1, -1};
		if (!last)
			result = open_pipe(&between, err);
		if (result == 0)
			result = start(w, i, input, between.write, err);
		close_fd(&input);
		close_fd(&between.write);
	}
	close_fd(&between.read);
	return result;
}

static void
take_signal(struct watcher *w)
{
	struct signalfd_siginfo info;

	if (read(w->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (w->run->signal != 0) {
		send_signal_to_all(w, SIGKILL);
		return;
	}
	w->run->signal = (int)info.ssi_signo;
	send_signal_to_all(w, SIGTERM);
}

static int
until_next_deadline(const struct watcher *w)
{
	int64_t now = clock_monotonic_ms(), at = w->tick_at_ms;

	if (w->tell_at_ms != 0 && w->tell_at_ms < at)
		at = w->tell_at_ms;
	if (w->kill_at_ms != 0 && w->kill_at_ms < at)
		at = w->kill_at_ms;
	return at > now ? (int)(at - now) : 0;
}

static void
keep_deadlines(struct watcher *w)
{
	int64_t now = clock_monotonic_ms();

	if (now >= w->tick_at_ms) {
		w->tick_at_ms = now + TICK_MS;
		if (w->run->tick != NULL)
			w->run->tick(w->run->with);
	}
	if (w->tell_at_ms != 0 && now >= w->tell_at_ms) {
		w->tell_at_ms = 0;
		tell_who_lost_its_reader(w);
	}
	if (w->kill_at_ms != 0 && now >= w->kill_at_ms) {
		kill_who_was_told(w);
		w->kill_at_ms = now + w->run->grace_ms;
	}
}

static bool
any_left(const struct watcher *w)
{
	for (size_t i = 0; i < w->run->count; i++)
		if (w->run->programs[i].pid > 0)
			return true;
	return false;
}

static void
watch(struct watcher *w)
{
	size_t count = w->run->count * WATCHES;
	struct pollfd *fds = mem_zero(count + 1, sizeof(*fds));

	while (any_left(w)) {
		for (size_t i = 0; i < count; i++)
			fds[i] = (struct pollfd){w->watched[i / WATCHES].fds[i % WATCHES], POLLIN,
						 0};
		fds[count] = (struct pollfd){w->signals, POLLIN, 0};
		if (poll(fds, count + 1, until_next_deadline(w)) < 0)
			continue;
		if (fds[count].revents != 0)
			take_signal(w);
		for (size_t i = 0; i < w->run->count; i++) {
			if (w->run->programs[i].pid == 0)
				continue;
			look_at_output(w, i);
			if (fds[i * WATCHES + WATCH_ENDED].revents != 0)
				reap(w, i);
		}
		keep_deadlines(w);
	}
	free(fds);
}

static int
listen_to_signals(struct watcher *w, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	w->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (w->signals < 0 || sigprocmask(SIG_BLOCK, &set, &w->mask_before) != 0)
		return err_set(err, ERR_FATAL, "could not listen to signals: %s", strerror(errno));
	return 0;
}

int
pipe_run(struct pipe_run *run, struct err *err)
{
	struct watcher w = {.run = run, .own_pid = getpid()};
	int result;

	if (listen_to_signals(&w, err) != 0)
		return -1;
	w.watched = mem_zero(run->count, sizeof(*w.watched));
	for (size_t i = 0; i < run->count * WATCHES; i++)
		w.watched[i / WATCHES].fds[i % WATCHES] = -1;
	result = start_all(&w, err);
	if (result != 0)
		send_signal_to_all(&w, SIGKILL);
	watch(&w);
	for (size_t i = 0; i < run->count; i++) {
		buf_free(&w.watched[i].said);
		buf_free(&w.watched[i].counts);
	}
	free(w.watched);
	close(w.signals);
	sigprocmask(SIG_SETMASK, &w.mask_before, NULL);
	return result;
}

/* Who lost its reader, or was told to end, has not failed by itself, unless it crashed. */
static bool
failed_by_itself(const struct pipe_program *program, bool by_signal)
{
	int signal = WIFSIGNALED(program->status) ? WTERMSIG(program->status) : 0;
	bool excused =
		signal == SIGPIPE ||
		(program->told_to_end && (signal == 0 || signal == SIGTERM || signal == SIGKILL));

	return program->status != 0 && (signal != 0) == by_signal && !excused;
}

const struct pipe_program *
pipe_run_culprit(const struct pipe_run *run)
{
	for (int by_signal = 1; by_signal >= 0; by_signal--)
		for (size_t i = 0; i < run->count; i++)
			if (failed_by_itself(&run->programs[i], by_signal))
				return &run->programs[i];
	return NULL;
}

void
pipe_run_status_in_words(int status, char *to, size_t room)
{
	if (WIFSIGNALED(status))
		snprintf(to, room, "was killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(to, room, "failed (exit status %d)", WEXITSTATUS(status));
}
