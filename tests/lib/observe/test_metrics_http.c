#include "base/clock.h"
#include "check.h"
#include "observe/metrics_http.h"
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct metrics *metrics;
static struct metrics_http *http;
static struct err err;

static int
connect_to(const char *address)
{
	const char *colon = strrchr(address, ':');
	char host[128];
	struct addrinfo wanted = {.ai_socktype = SOCK_STREAM}, *found;
	bool bracketed = address[0] == '[';

	snprintf(host, sizeof(host), "%.*s", (int)(colon - address - 2 * bracketed),
		 address + bracketed);
	assert_int_equal(getaddrinfo(host, colon + 1, &wanted, &found), 0);
	int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, found->ai_addr, found->ai_addrlen), 0);
	freeaddrinfo(found);
	return fd;
}

static void
say(int fd, struct str text)
{
	assert_int_equal(send(fd, text.ptr, text.len, MSG_NOSIGNAL), text.len);
}

/* All until the server closes. */
static const char *
hear(int fd)
{
	static struct buf heard;
	ssize_t n;

	buf_clear(&heard);
	while ((n = recv(fd, buf_room(&heard, 4096), 4096, 0)) > 0)
		heard.len += (size_t)n;
	close(fd);
	return buf_cstr(&heard);
}

static const char *
ask(const char *request)
{
	int fd = connect_to(metrics_http_address(http));

	say(fd, str_of(request));
	return hear(fd);
}

static void
assert_begins(const char *text, const char *beginning)
{
	if (strncmp(text, beginning, strlen(beginning)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, beginning);
}

static void
the_page_is_served_with_its_type_and_length(void **state)
{
	const char *body = "# HELP c_total Counted.\n# TYPE c_total counter\nc_total 0\n";
	char all[1024];

	(void)state;
	snprintf(all, sizeof(all),
		 "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
		 "Content-Length: %zu\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n%s",
		 strlen(body), body);
	assert_string_equal(ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"), all);
	assert_string_equal(ask("GET /metrics?a=b HTTP/1.0\n\n"), all);
	*strstr(all, "# HELP") = '\0';
	assert_string_equal(ask("HEAD /metrics HTTP/1.1\r\n\r\n"), all);
}

static void
health_is_there_at_once_and_readiness_when_it_is_said(void **state)
{
	(void)state;
	assert_begins(ask("GET /healthz HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 OK\r\n");
	assert_begins(ask("GET /readyz HTTP/1.1\r\n\r\n"), "HTTP/1.1 503 Service Unavailable\r\n");
	metrics_http_ready(http, true);
	assert_begins(ask("GET /readyz HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 OK\r\n");
	metrics_http_ready(http, false);
	assert_begins(ask("HEAD /readyz HTTP/1.1\r\n\r\n"), "HTTP/1.1 503 ");
	metrics_http_ready(NULL, true);
}

static void
a_gauge_says_what_readiness_says(void **state)
{
	struct metrics *own = metrics_new();
	struct metrics_http *before = http;

	(void)state;
	http = metrics_http_start("127.0.0.1:0", own, metrics_gauge(own, "ready", "", "Or not."),
				  &err);
	assert_non_null(http);
	assert_non_null(strstr(ask("GET /metrics HTTP/1.1\r\n\r\n"), "\nready 0\n"));
	metrics_http_ready(http, true);
	assert_non_null(strstr(ask("GET /metrics HTTP/1.1\r\n\r\n"), "\nready 1\n"));
	metrics_http_ready(http, false);
	assert_non_null(strstr(ask("GET /metrics HTTP/1.1\r\n\r\n"), "\nready 0\n"));
	metrics_http_stop(http);
	metrics_free(own);
	http = before;
}

static void
what_is_not_served_is_refused_with_the_right_status(void **state)
{
	(void)state;
	assert_begins(ask("GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 404 Not Found\r\n");
	assert_begins(ask("GET /metrics/ HTTP/1.1\r\n\r\n"), "HTTP/1.1 404 Not Found\r\n");
	const char *answer = ask("POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc");
	assert_begins(answer, "HTTP/1.1 405 Method Not Allowed\r\n");
	assert_non_null(strstr(answer, "\r\nAllow: GET, HEAD\r\n"));
	assert_begins(ask("\r\n\r\n"), "HTTP/1.1 400 Bad Request\r\n");
	assert_begins(ask("GET /metrics\r\n\r\n"), "HTTP/1.1 400 Bad Request\r\n");
	assert_begins(ask("GET metrics HTTP/1.1\r\n\r\n"), "HTTP/1.1 400 Bad Request\r\n");
	assert_begins(ask("\x16\x03\x01 tls? \n\n"), "HTTP/1.1 400 Bad Request\r\n");
}

static void
a_request_may_come_byte_by_byte(void **state)
{
	int fd = connect_to(metrics_http_address(http));

	(void)state;
	for (const char *c = "GET /healthz HTTP/1.1\r\nA: b\r\n\r\n"; *c != '\0'; c++)
		say(fd, (struct str){c, 1});
	assert_begins(hear(fd), "HTTP/1.1 200 OK\r\n");
}

static void
a_request_without_end_is_cut_off(void **state)
{
	struct buf request = {0};
	int fd = connect_to(metrics_http_address(http));

	(void)state;
	buf_add(&request, STR("GET /metrics HTTP/1.1\r\nCookie: "));
	memset(buf_room(&request, 100000), 'x', 100000);
	request.len += 100000;
	say(fd, buf_str(&request));
	assert_begins(hear(fd), "HTTP/1.1 431 Request Header Fields Too Large\r\n");
	buf_free(&request);
}

static void
silent_clients_are_dropped_after_five_seconds(void **state)
{
	int silent[15];
	int64_t now = clock_monotonic_ms();

	(void)state;
	clock_set_ms(now); /* stands still from here on, as before */
	for (size_t i = 0; i < 15; i++) {
		silent[i] = connect_to(metrics_http_address(http));
		say(silent[i], STR("GET /met"));
	}
	/* Clients are accepted in their order, so that after this one all have their slots. */
	assert_begins(ask("GET /healthz HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 OK\r\n");
	clock_set_ms(now + 5000);
	assert_begins(ask("GET /healthz HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 OK\r\n");
	for (size_t i = 0; i < 15; i++)
		assert_string_equal(hear(silent[i]), "");
}

static void
silent_clients_make_room_for_one_that_asks(void **state)
{
	int silent[40];
	int64_t now = clock_monotonic_ms();

	(void)state;
	clock_set_ms(now);
	for (size_t i = 0; i < 40; i++) {
		silent[i] = connect_to(metrics_http_address(http));
		clock_set_ms(now += 100);
	}
	assert_begins(ask("GET /healthz HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 OK\r\n");
	assert_string_equal(hear(silent[0]), "");
	for (size_t i = 1; i < 40; i++)
		close(silent[i]);
}

static void
a_client_that_leaves_does_no_harm(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		int fd = connect_to(metrics_http_address(http));
		struct linger at_once = {.l_onoff = 1};

		say(fd, STR("GET /metrics HTTP/1.1\r\n\r\n"));
		assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)),
				 0);
		close(fd); /* with a reset */
	}
	assert_begins(ask("GET /healthz HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 OK\r\n");
}

static void
an_address_that_cannot_be_is_refused(void **state)
{
	static const char *const bad[] = {"9400", "localhost", ":", ":x", ":65536", "::1:9400", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_null(metrics_http_start(bad[i], metrics, NULL, &err));
		assert_int_equal(err.class, ERR_INPUT);
		assert_non_null(strstr(err.text, "an address is HOST:PORT or :PORT"));
	}
	assert_null(metrics_http_start(metrics_http_address(http), metrics, NULL, &err));
	assert_int_equal(err.class, ERR_FATAL);
	assert_non_null(strstr(err.text, "Address already in use"));
}

static void
all_addresses_are_served_without_a_host(void **state)
{
	struct metrics_http *all = metrics_http_start(":0", metrics, NULL, &err);
	char address[64];

	(void)state;
	assert_non_null(all);
	snprintf(address, sizeof(address), "127.0.0.1:%s",
		 strrchr(metrics_http_address(all), ':') + 1);
	int fd = connect_to(address);
	say(fd, STR("GET /healthz HTTP/1.1\r\n\r\n"));
	assert_begins(hear(fd), "HTTP/1.1 200 OK\r\n");
	metrics_http_stop(all);
	metrics_http_stop(NULL);
}

static int
start(void **state)
{
	(void)state;
	metrics = metrics_new();
	metrics_counter(metrics, "c_total", "", "Counted.");
	http = metrics_http_start("127.0.0.1:0", metrics, NULL, &err);
	return http == NULL ? -1 : 0;
}

static int
stop(void **state)
{
	(void)state;
	metrics_http_stop(http);
	metrics_free(metrics);
	return 0;
}

RUN_TESTS_WITH(start, stop, TEST(the_page_is_served_with_its_type_and_length),
	       TEST(health_is_there_at_once_and_readiness_when_it_is_said),
	       TEST(a_gauge_says_what_readiness_says),
	       TEST(what_is_not_served_is_refused_with_the_right_status),
	       TEST(a_request_may_come_byte_by_byte), TEST(a_request_without_end_is_cut_off),
	       TEST(a_client_that_leaves_does_no_harm), TEST(an_address_that_cannot_be_is_refused),
	       TEST(all_addresses_are_served_without_a_host),
	       TEST(silent_clients_make_room_for_one_that_asks),
	       TEST(silent_clients_are_dropped_after_five_seconds))
