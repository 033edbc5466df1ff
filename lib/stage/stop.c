#include "stage/stop.h"

#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int ends[2] = {-1, -1}; /* a pipe nobody reads: once written, readable for ever */
static int interrupt = -1;     /* an eventfd */
static atomic_int asked;       /* the signal; other threads look, too */

static void
on_signal(int number)
{
	int saved = errno;

	if (number == SIGHUP && atomic_load(&asked) != 0)
		return; /* the kernel and the shell both say it */
	if (atomic_exchange(&asked, number) != 0) {
		file_replace_abort_all();
		_exit(1);
	}
	ssize_t unused = write(ends[1], "", 1);
	(void)unused;
	errno = saved;
}

void
stop_listen(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, before;

	interrupt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (interrupt < 0 || pipe2(ends, O_CLOEXEC) != 0)
		abort(); /* no descriptors at the very start */
	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	/* The terminal is gone; who was started by nohup goes on without. */
	if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int
stop_fd(void)
{
	return ends[0];
}

bool
stop_asked(void)
{
	return atomic_load(&asked) != 0;
}

const char *
stop_signal(void)
{
	int number = atomic_load(&asked);

	return number == 0        ? NULL
	       : number == SIGINT ? "SIGINT"
	       : number == SIGHUP ? "SIGHUP"
				  : "SIGTERM";
}

bool
stop_wait_ms(int64_t ms)
{
	struct pollfd fds[] = {{ends[0], POLLIN, 0}, {interrupt, POLLIN, 0}};
	uint64_t unused;
	int ready;

	do {
		ready = poll(fds, 2, (int)ms);
	} while (ready < 0 && errno == EINTR); /* a signal that asks for an end is there at once */
	if (ready > 0 && (fds[1].revents & POLLIN) != 0) {
		ssize_t n = read(interrupt, &unused, sizeof(unused)); /* or another wait was */
		(void)n;
	}
	return (fds[0].revents & POLLIN) != 0;
}

void
stop_reading(void)
{
	ssize_t unused = write(ends[1], "", 1);

	(void)unused;
}

void
stop_interrupt(void)
{
	uint64_t one = 1;
	ssize_t unused = write(interrupt, &one, sizeof(one)); /* full: it is set already */

	(void)unused;
}

void
stop_by_sigpipe(void)
{
	file_replace_abort_all();
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
	_exit(1);
}
