#include "observe/metrics_http.h"

#include "base/clock.h"
#include "base/mem.h"
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * One thread and poll(). A connection is read until its request is whole, answered, and drained
 * until the client closes (closing over unread bytes would reset the connection and could take the
 * answer with it); after DEADLINE_MS it is closed, whatever it is doing. While all slots are taken,
 * whoever has had one the longest, and for SHARE_MS, makes room for the next client: silent ones
 * must not keep a probe of our health waiting.
 */
enum { SLOTS = 16, REQUEST_LIMIT = 8192, DEADLINE_MS = 5000, SHARE_MS = 100, PAUSE_MS = 1000 };

enum phase { FREE, READING, WRITING, DRAINING };
struct connection {
	enum phase phase;
	int fd;
	int64_t deadline; /* monotonic, ms */
	char request[REQUEST_LIMIT];
	size_t request_len;
	struct buf answer;
	size_t sent;
};

struct metrics_http {
	struct metrics *metrics;
	struct metric *ready;  /* or NULL */
	_Atomic int not_ready; /* how many say so */
	int listener, stop;    /* stop: an eventfd, readable when the thread has to end */
	char address[NI_MAXHOST + NI_MAXSERV + 4];
	pthread_t thread;
	int64_t accept_after; /* monotonic, ms: out of descriptors, say, until then */
	struct connection slots[SLOTS];
};

static void
release(struct connection *c)
{
	close(c->fd);
	buf_free(&c->answer);
	c->phase = FREE;
}

static void
answer(struct connection *c, bool with_body, const char *status, const char *more_headers,
       struct str body)
{
	buf_printf(&c->answer,
		   "HTTP/1.1 %s\r\n"
		   "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
		   "Content-Length: %zu\r\n"
		   "Cache-Control: no-store\r\n"
		   "%sConnection: close\r\n\r\n",
		   status, body.len, more_headers);
	if (with_body)
		buf_add(&c->answer, body);
	c->phase = WRITING;
}

/* "GET /metrics?x HTTP/1.1": false when it is nothing of the kind. */
static bool
parse_request_line(struct str line, struct str *method, struct str *path)
{
	*method = str_cut(&line, ' ');
	struct str target = str_cut(&line, ' ');
	*path = str_cut(&target, '?');
	if (str_ends(line, STR("\r")))
		line.len--;
	return method->len > 0 && str_starts(*path, STR("/")) && str_starts(line, STR("HTTP/1."));
}

static void
answer_request(struct metrics_http *h, struct connection *c)
{
	struct str rest = {c->request, c->request_len}, method, path;
	struct buf page = {0};

	bool ready = atomic_load(&h->not_ready) == 0;
	if (!parse_request_line(str_cut(&rest, '\n'), &method, &path)) {
		answer(c, true, "400 Bad Request", "", STR("not an HTTP/1.1 request\n"));
		return;
	}
	bool get = str_equal(method, STR("GET"));
	if (!get && !str_equal(method, STR("HEAD"))) {
		answer(c, true, "405 Method Not Allowed", "Allow: GET, HEAD\r\n",
		       STR("GET and HEAD only\n"));
	} else if (str_equal(path, STR("/metrics"))) {
		if (h->ready != NULL)
			metric_set(h->ready, ready);
		metrics_write(h->metrics, &page);
		answer(c, get, "200 OK", "", buf_str(&page));
	} else if (str_equal(path, STR("/healthz"))) {
		answer(c, get, "200 OK", "", STR("alive\n"));
	} else if (str_equal(path, STR("/readyz"))) {
		if (ready)
			answer(c, get, "200 OK", "", STR("ready\n"));
		else
			answer(c, get, "503 Service Unavailable", "", STR("not ready\n"));
	} else {
		answer(c, get, "404 Not Found", "", STR("/metrics, /healthz and /readyz\n"));
	}
	buf_free(&page);
}

static bool
request_is_whole(const struct connection *c)
{
	struct str request = {c->request, c->request_len};

	return str_find(request, STR("\r\n\r\n")) < request.len ||
	       str_find(request, STR("\n\n")) < request.len;
}

static void
read_more(struct metrics_http *h, struct connection *c)
{
	ssize_t n = recv(c->fd, c->request + c->request_len, REQUEST_LIMIT - c->request_len, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		release(c);
		return;
	}
	c->request_len += (size_t)n;
	if (request_is_whole(c))
		answer_request(h, c);
	else if (c->request_len == REQUEST_LIMIT)
		answer(c, true, "431 Request Header Fields Too Large", "",
		       STR("the request is too long\n"));
}

static void
write_more(struct connection *c)
{
	ssize_t n = send(c->fd, c->answer.ptr + c->sent, c->answer.len - c->sent, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		release(c);
		return;
	}
	c->sent += (size_t)n;
	if (c->sent == c->answer.len) {
		c->phase = DRAINING;
		if (shutdown(c->fd, SHUT_WR) != 0)
			release(c);
	}
}

static void
drain(struct connection *c)
{
	ssize_t n = recv(c->fd, c->request, REQUEST_LIMIT, 0);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		release(c);
}

/* A free slot, or else the one taken first. */
static struct connection *
next_slot(struct metrics_http *h)
{
	struct connection *first = &h->slots[0];

	for (size_t i = 0; i < SLOTS; i++) {
		struct connection *c = &h->slots[i];
		if (c->phase == FREE)
			return c;
		if (c->deadline < first->deadline)
			first = c;
	}
	return first;
}

static void
accept_client(struct metrics_http *h, int64_t now)
{
	struct connection *c = next_slot(h);
	int fd = accept4(h->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0 && c->phase != FREE)
		release(c);
	if (fd >= 0)
		*c = (struct connection){.phase = READING, .fd = fd, .deadline = now + DEADLINE_MS};
	else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		h->accept_after = now + PAUSE_MS; /* it would be ready again at once */
}

static void
serve(struct metrics_http *h, struct connection *c, short events)
{
	if (events == 0)
		return;
	if (c->phase == READING)
		read_more(h, c);
	else if (c->phase == DRAINING)
		drain(c);
	if (c->phase == WRITING) /* at once after reading: mostly it is all written */
		write_more(c);
}

/* What to wait for: the stop sign, the listener, then a place for each slot. */
static int64_t
prepare(struct metrics_http *h, struct pollfd *polled, int64_t now)
{
	int64_t wait = -1;
	bool room = false;

	for (size_t i = 0; i < SLOTS; i++) {
		struct connection *c = &h->slots[i];

		if (c->phase != FREE && now >= c->deadline)
			release(c);
		polled[2 + i] = (struct pollfd){.fd = c->phase == FREE ? -1 : c->fd,
						.events = c->phase == WRITING ? POLLOUT : POLLIN};
		room = room || c->phase == FREE;
		if (c->phase != FREE && (wait < 0 || c->deadline - now < wait))
			wait = c->deadline - now;
	}
	if (!room) { /* wait: until the one taken first is closed */
		int64_t share = wait - (DEADLINE_MS - SHARE_MS);
		room = share <= 0;
		wait = room ? wait : share;
	}
	if (now < h->accept_after) {
		room = false;
		wait = PAUSE_MS;
	}
	polled[0] = (struct pollfd){.fd = h->stop, .events = POLLIN};
	polled[1] = (struct pollfd){.fd = room ? h->listener : -1, .events = POLLIN};
	return wait;
}

static void *
run(void *with)
{
	struct metrics_http *h = with;
	struct pollfd polled[2 + SLOTS];

	for (;;) {
		int64_t now = clock_monotonic_ms(), wait = prepare(h, polled, now);

		if (poll(polled, 2 + SLOTS, (int)wait) < 0)
			continue; /* EINTR, or no memory for a moment */
		if (polled[0].revents != 0)
			break;
		now = clock_monotonic_ms();
		for (size_t i = 0; i < SLOTS; i++)
			if (polled[2 + i].fd >= 0)
				serve(h, &h->slots[i], polled[2 + i].revents);
		if (polled[1].revents != 0)
			accept_client(h, now);
	}
	for (size_t i = 0; i < SLOTS; i++)
		if (h->slots[i].phase != FREE)
			release(&h->slots[i]);
	return NULL;
}

/* "[::1]:9400" into its two parts, which lie in `copy`; host NULL: all addresses. */
static bool
split_address(char *copy, char **host, char **port)
{
	char *colon = strrchr(copy, ':');
	uint64_t number;

	if (colon == NULL)
		return false;
	*colon = '\0';
	*port = colon + 1;
	*host = copy;
	if (copy[0] == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		*host = copy + 1;
	} else if (strchr(copy, ':') != NULL) {
		return false; /* which colon, then? */
	}
	if ((*host)[0] == '\0')
		*host = NULL;
	return str_to_u64(str_of(*port), &number) && number <= 65535;
}

static int
bind_one(const struct addrinfo *at)
{
	int on = 1, off = 0;
	int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
			at->ai_protocol);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    (at->ai_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) != 0) ||
	    bind(fd, at->ai_addr, at->ai_addrlen) != 0 || listen(fd, SLOTS) != 0) {
		int why = errno;
		close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

static int
open_listener(const char *address, struct err *err)
{
	struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE},
			*found = NULL;
	char *copy = str_dup(str_of(address)), *host, *port;
	int fd = -1;

	if (!split_address(copy, &host, &port)) {
		err_set(err, ERR_INPUT,
			"cannot serve metrics at \"%s\": an address is HOST:PORT or :PORT",
			address);
		goto end;
	}
	int failed = getaddrinfo(host, port, &wanted, &found);
	if (failed != 0) {
		err_set(err, ERR_FATAL, "could not serve metrics at \"%s\": %s", address,
			gai_strerror(failed));
		goto end;
	}
	/* "All addresses" is IPv6's, which takes IPv4 along, where a machine has it. */
	for (int pass = 0; pass < 2 && fd < 0; pass++)
		for (struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
			if (host != NULL || (at->ai_family == AF_INET6) == (pass == 0))
				fd = bind_one(at);
	if (fd < 0)
		err_set(err, ERR_FATAL, "could not serve metrics at \"%s\": %s", address,
			strerror(errno));
end:
	if (found != NULL)
		freeaddrinfo(found);
	free(copy);
	return fd;
}

static int
name_listener(struct metrics_http *h, struct err *err)
{
	struct sockaddr_storage at = {0};
	socklen_t size = sizeof(at);
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (getsockname(h->listener, (struct sockaddr *)&at, &size) != 0 ||
	    getnameinfo((struct sockaddr *)&at, size, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return err_set(err, ERR_FATAL, "could not name the address of metrics");
	snprintf(h->address, sizeof(h->address), strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s",
		 host, port);
	return 0;
}

struct metrics_http *
metrics_http_start(const char *address, struct metrics *metrics, struct metric *ready,
		   struct err *err)
{
	struct metrics_http *h = mem_zero(1, sizeof(*h));
	h->not_ready = 1;
	sigset_t all, before;
	int failed;

	h->metrics = metrics;
	h->ready = ready;
	h->stop = -1;
	h->listener = open_listener(address, err);
	if (h->listener < 0 || name_listener(h, err) != 0)
		goto fail;
	h->stop = eventfd(0, EFD_CLOEXEC);
	if (h->stop < 0) {
		err_set(err, ERR_FATAL, "could not serve metrics: %s", strerror(errno));
		goto fail;
	}
	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	failed = pthread_create(&h->thread, NULL, run, h);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0) {
		err_set(err, ERR_FATAL, "could not serve metrics: %s", strerror(failed));
		goto fail;
	}
	return h;

fail:
	if (h->stop >= 0)
		close(h->stop);
	if (h->listener >= 0)
		close(h->listener);
	free(h);
	return NULL;
}

const char *
metrics_http_address(const struct metrics_http *h)
{
	return h->address;
}

void
metrics_http_ready(struct metrics_http *h, bool ready)
{
	if (h != NULL)
		atomic_fetch_add(&h->not_ready, ready ? -1 : 1);
}

void
metrics_http_stop(struct metrics_http *h)
{
	uint64_t one = 1;

	if (h == NULL)
		return;
	ssize_t written = write(h->stop, &one, sizeof(one));
	(void)written; /* a counter of 0 always takes one more */
	pthread_join(h->thread, NULL);
	close(h->stop);
	close(h->listener);
	free(h);
}
