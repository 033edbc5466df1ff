#include "filter_process.h"

#include "avro/container_reader.h"
#include "avro/container_writer.h"
#include "avro/datum.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define BREATH_MS 500
#define EXIT_MS   5000 /* from the end of its output to its own */

struct filter_process {
	struct filter_plan plan;
	pid_t pid;         /* 0: reaped */
	int status;        /* of waitpid(), once reaped */
	int input, output; /* our ends; -1: closed */
	struct buf fed;    /* not written yet, from fed_at on */
	size_t fed_at;
	bool fed_all;
	struct container_writer *writer;
	struct container_reader *reader; /* NULL: its header has not come */
	struct container_block block;
	struct str rest; /* of the block */
	uint64_t left;   /* records in it */
	struct str kept; /* an answer that was only peeked at; no ptr: none */
	uint64_t answers;
	bool ended, timed_out;
	struct err failed; /* what is wrong once is wrong for good */
};

/* ---- starting and ending */

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* In the child: never returns. A terminal's interrupt is for us, who tell it by ending its input.
 */
static void
become(char *const *argv, int input, int output, int failure, pid_t parent)
{
	struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	sigaction(SIGPIPE, &plain, NULL);
	if (getppid() == parent && dup2(input, 0) >= 0 && dup2(output, 1) >= 0)
		execvp(argv[0], argv);
	int why = errno;
	ssize_t told = write(failure, &why, sizeof(why));
	_exit(told == (ssize_t)sizeof(why) ? 127 : 126);
}

/* Waits for the moment of exec: an errno comes, or the end. */
static int
look_at_start(const char *name, int failure, struct err *err)
{
	int why;
	ssize_t n;

	do {
		n = read(failure, &why, sizeof(why));
	} while (n < 0 && errno == EINTR);
	return n == 0 ? 0
		      : err_set(err, ERR_FATAL, "could not run \"%s\": %s", name,
				strerror(n == (ssize_t)sizeof(why) ? why : errno));
}

static int
fork_child(struct filter_process *f, struct err *err)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, failure[2] = {-1, -1}, result = -1;
	pid_t own = getpid();

	if (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 &&
	    pipe2(failure, O_CLOEXEC) == 0)
		f->pid = fork();
	else
		f->pid = -1;
	if (f->pid == 0)
		become(f->plan.argv, in[0], out[1], failure[1], own);
	close_fd(&in[0]);
	close_fd(&out[1]);
	close_fd(&failure[1]);
	f->input = in[1];
	f->output = out[0];
	if (f->pid < 0) {
		f->pid = 0;
		err_set(err, ERR_FATAL, "could not start \"%s\": %s", f->plan.argv[0],
			strerror(errno));
	} else if (look_at_start(f->plan.argv[0], failure[0], err) == 0) {
		setpgid(f->pid, f->pid);
		result = fcntl(f->input, F_SETFL, O_NONBLOCK);
	}
	close_fd(&failure[0]);
	return result;
}

/* Waits so long for its own end; then it is ended. */
static void
reap(struct filter_process *f, int64_t wait_ms)
{
	int64_t until_ms = clock_monotonic_ms() + wait_ms;

	while (f->pid > 0) {
		pid_t got = waitpid(f->pid, &f->status, WNOHANG);
		if (got == f->pid || (got < 0 && errno != EINTR)) {
			f->pid = 0;
		} else if (clock_monotonic_ms() >= until_ms) {
			kill(-f->pid, SIGKILL);
			kill(f->pid, SIGKILL);
			until_ms = INT64_MAX;
		} else {
			struct timespec moment = {0, 2000000};
			nanosleep(&moment, NULL);
		}
	}
}

void
filter_kill(struct filter_process *f)
{
	if (f == NULL)
		return;
	reap(f, 0); /* first: it need not hear that its input ends */
	close_fd(&f->input);
	close_fd(&f->output);
	container_reader_close(f->reader);
	container_writer_close(f->writer);
	buf_free(&f->block.bytes);
	buf_free(&f->fed);
	free(f);
}

/* ---- its input: kept until it takes it */

static int
keep_for_input(void *with, struct str bytes, struct err *err)
{
	struct filter_process *f = with;

	(void)err;
	buf_add(&f->fed, bytes);
	return 0;
}

struct filter_process *
filter_start(const struct filter_plan *plan, struct err *err)
{
	struct filter_process *f = mem_zero(1, sizeof(*f));
	const struct container_entry trail = {STR("chatmill.trail"), plan->trail};

	f->plan = *plan;
	f->input = f->output = -1;
	if (fork_child(f, err) == 0)
		f->writer =
			container_writer_open((struct byte_sink){keep_for_input, f}, plan->schema,
					      STR("null"), &trail, plan->trail.len > 0, true, err);
	if (f->writer != NULL)
		return f;
	filter_kill(f);
	return NULL;
}

void
filter_feed(struct filter_process *f, uint64_t count, struct str records)
{
	struct err ignored = {0}; /* it was a block within limits, and goes into memory */

	(void)container_writer_block(f->writer, count, records, &ignored);
}

void
filter_feed_end(struct filter_process *f)
{
	struct err ignored = {0};

	(void)container_writer_end(f->writer, &ignored);
	f->fed_all = true;
}

void
filter_dismiss(struct filter_process *f, int64_t most_ms)
{
	filter_feed_end(f);
	f->plan.breathe = NULL;
	if (f->plan.timeout_ms > most_ms)
		f->plan.timeout_ms = most_ms;
}

/* As much as it takes now. One that closes its input has its reasons; its output tells. */
static void
write_some(struct filter_process *f)
{
	ssize_t n = 0;

	while (f->fed_at < f->fed.len &&
	       (n = write(f->input, f->fed.ptr + f->fed_at, f->fed.len - f->fed_at)) > 0)
		f->fed_at += (size_t)n;
	bool closed = n < 0 && errno != EAGAIN && errno != EINTR;
	if (f->fed_at == f->fed.len) {
		f->fed_at = 0;
		buf_clear(&f->fed);
		closed = closed || f->fed_all;
	}
	if (closed)
		close_fd(&f->input);
}

/* ---- its output */

static int
tell_time_out(struct filter_process *f, struct err *err)
{
	f->timed_out = true;
	return err_set(err, ERR_RETRY, "program \"%s\" gave no answer within %lld ms",
		       f->plan.argv[0], (long long)f->plan.timeout_ms);
}

static ssize_t
read_output(void *with, char *to, size_t room, struct err *err)
{
	struct filter_process *f = with;
	int64_t until_ms = clock_monotonic_ms() + f->plan.timeout_ms;

	for (;;) {
		bool writes = f->input >= 0 && (f->fed_at < f->fed.len || f->fed_all);
		struct pollfd fds[] = {{f->output, POLLIN, 0},
				       {writes ? f->input : -1, POLLOUT, 0}};
		int64_t left_ms = until_ms - clock_monotonic_ms();
		if (left_ms <= 0)
			return tell_time_out(f, err);
		int n = poll(fds, 2, (int)(left_ms < BREATH_MS ? left_ms : BREATH_MS));
		if (n < 0 && errno != EINTR)
			return err_set(err, ERR_FATAL, "could not wait for \"%s\": %s",
				       f->plan.argv[0], strerror(errno));
		if (n > 0 && fds[1].revents != 0)
			write_some(f);
		if (n > 0 && fds[0].revents != 0) {
			ssize_t got = read(f->output, to, room);
			if (got >= 0 || errno != EINTR)
				return got >= 0 ? got
						: err_set(err, ERR_RETRY,
							  "could not read from \"%s\": %s",
							  f->plan.argv[0], strerror(errno));
		}
		if (n <= 0 && f->plan.breathe != NULL && f->plan.breathe(f->plan.with))
			return err_set(err, ERR_RETRY, "given up");
	}
}

/* How it ended, where that says more than what was missed. 0: well. */
static int
tell_end(struct filter_process *f, struct err *err)
{
	const char *name = f->plan.argv[0];

	close_fd(&f->input);
	reap(f, EXIT_MS);
	if (WIFSIGNALED(f->status))
		return err_set(err, ERR_RETRY, "program \"%s\" was killed by signal %d (%s)", name,
			       WTERMSIG(f->status), strsignal(WTERMSIG(f->status)));
	if (WEXITSTATUS(f->status) == EX_TEMPFAIL)
		return err_set(err, ERR_DOWN,
			       "program \"%s\" ended with status %d: what it needs is away", name,
			       EX_TEMPFAIL);
	if (WEXITSTATUS(f->status) != 0)
		return err_set(err, ERR_RETRY, "program \"%s\" ended with status %d", name,
			       WEXITSTATUS(f->status));
	return 0;
}

/* What is wrong with the stream is more likely the end of the program than its doing. */
static int
fail(struct filter_process *f, struct err *err)
{
	struct err end = {0};

	if (err->class == ERR_INPUT) {
		struct pollfd output = {f->output, POLLIN, 0};
		bool over = poll(&output, 1, 100) > 0 && (output.revents & POLLHUP) != 0;
		if (over && tell_end(f, &end) != 0)
			*err = end;
		else
			err_prefix(err, "program \"%s\" does not write records: ", f->plan.argv[0]);
		if (err->class == ERR_INPUT)
			err->class = ERR_RETRY;
	}
	f->failed = *err;
	return -1;
}

const struct avro_schema *
filter_schema(struct filter_process *f, struct err *err)
{
	if (f->reader != NULL)
		return container_reader_schema(f->reader);
	if (f->failed.class != ERR_NONE) {
		*err = f->failed;
		return NULL;
	}
	f->reader = container_reader_open((struct byte_source){read_output, f}, "its output", false,
					  err);
	if (f->reader == NULL) {
		(void)fail(f, err);
		return NULL;
	}
	return container_reader_schema(f->reader);
}

struct str
filter_trail(const struct filter_process *f)
{
	return container_reader_metadata(f->reader, STR("chatmill.trail"));
}

/* 1 a block is there; 0 the end. */
static int
next_block(struct filter_process *f, struct err *err)
{
	int more = 1;

	while (f->left == 0 && more > 0) {
		more = container_reader_next(f->reader, &f->block, err);
		f->rest = buf_str(&f->block.bytes);
		f->left = more > 0 ? f->block.count : 0;
	}
	if (more < 0)
		return fail(f, err);
	if (more > 0)
		return 1;
	f->ended = true;
	if (tell_end(f, err) == 0)
		return 0;
	f->failed = *err;
	return -1;
}

int
filter_next(struct filter_process *f, struct str *record, struct err *err)
{
	struct err why = {0};

	if (f->failed.class != ERR_NONE) {
		*err = f->failed;
		return -1;
	}
	if (f->kept.ptr != NULL) {
		*record = f->kept;
		f->kept.ptr = NULL;
		return 1;
	}
	if (f->ended)
		return 0;
	const struct avro_schema *schema = filter_schema(f, err);
	int more = schema == NULL ? -1 : next_block(f, err);
	if (more <= 0)
		return more;
	const char *start = f->rest.ptr;
	if (avro_datum_check(avro_schema_root(schema), &f->rest, &why) != 0) {
		*err = why;
		return fail(f, err);
	}
	*record = (struct str){start, (size_t)(f->rest.ptr - start)};
	f->left--;
	f->answers++;
	return 1;
}

int
filter_peek(struct filter_process *f, struct str *record, struct err *err)
{
	int got = filter_next(f, record, err);

	if (got > 0)
		f->kept = *record;
	return got;
}

bool
filter_has_more(struct filter_process *f)
{
	struct pollfd output = {f->output, POLLIN, 0};

	return f->kept.ptr != NULL || f->left > 0 ||
	       (!f->ended && poll(&output, 1, 0) > 0 && (output.revents & POLLIN) != 0);
}

bool
filter_timed_out(const struct filter_process *f)
{
	return f->timed_out;
}

uint64_t
filter_answers(const struct filter_process *f)
{
	return f->answers;
}
