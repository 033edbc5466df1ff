/*
 * http.h -- one request over HTTP or HTTPS, and its answer.
 *
 * By libcurl, which is loaded with the first request (dlopen): linked, it would more than double
 * the instructions that every stage starts with, of which few ever ask anything.
 */
#ifndef TRANSPORT_HTTP_H
#define TRANSPORT_HTTP_H

#include "base/buf.h"
#include "base/err.h"

struct http_request {
	const char *method, *url;
	const char *user, *password; /* basic authentication; NULL: none */
	const char *bearer;          /* a token instead; NULL: none */
	const char *content_type;    /* of the body; NULL: there is none */
	struct str body;
	int64_t timeout_ms;
};

#define HTTP_ANSWER_MOST (8 * 1024 * 1024) /* bytes */

/* Any thread. Whatever the answer is: its status, and its body, which replaces what is in the buf.
 * $SSL_CERT_FILE holds other certificates of authorities. ERR_DOWN: there was no answer; ERR_FATAL:
 * there cannot be one (no libcurl, a wrong URL, a certificate that is not trusted). */
int http_ask(const struct http_request *, long *status, struct buf *body, struct err *);

#endif
