#include "transport/http.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

#define LIBRARY    "libcurl.so.4"
#define CONNECT_MS 5000L

/* What is used of it. */
static struct {
	void *library;
	CURLcode (*global_init)(long);
	CURL *(*init)(void);
	CURLcode (*setopt)(CURL *, CURLoption, ...);
	CURLcode (*perform)(CURL *);
	CURLcode (*getinfo)(CURL *, CURLINFO, ...);
	void (*cleanup)(CURL *);
	struct curl_slist *(*append)(struct curl_slist *, const char *);
	void (*free_list)(struct curl_slist *);
	const char *(*strerror)(CURLcode);
	bool ready;
} curl;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
load(void)
{
	static const struct {
		const char *name;
		void *to;
	} functions[] = {
		{"curl_global_init", &curl.global_init}, {"curl_easy_init", &curl.init},
		{"curl_easy_setopt", &curl.setopt},      {"curl_easy_perform", &curl.perform},
		{"curl_easy_getinfo", &curl.getinfo},    {"curl_easy_cleanup", &curl.cleanup},
		{"curl_slist_append", &curl.append},     {"curl_slist_free_all", &curl.free_list},
		{"curl_easy_strerror", &curl.strerror},
	};

	curl.library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; curl.library != NULL && i < sizeof(functions) / sizeof(*functions);
	     i++) {
		void *function = dlsym(curl.library, functions[i].name);
		if (function == NULL)
			return;
		memcpy(functions[i].to, &function, sizeof(function));
	}
	curl.ready = curl.library != NULL && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static size_t
keep(char *bytes, size_t size, size_t count, void *with)
{
	struct buf *body = with;

	if (body->len + size * count > HTTP_ANSWER_MOST)
		return 0;
	buf_add(body, (struct str){bytes, size * count});
	return size * count;
}

static enum err_class
class_of(CURLcode code)
{
	switch (code) {
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
	case CURLE_WRITE_ERROR: /* more than we keep */
		return ERR_FATAL;
	default:
		return ERR_DOWN;
	}
}

static struct curl_slist *
headers_of(const struct http_request *r)
{
	struct buf line = {0};

	buf_printf(&line, "Content-Type: %s", r->content_type == NULL ? "" : r->content_type);
	struct curl_slist *list = curl.append(NULL, buf_cstr(&line));
	list = curl.append(list, "Expect:"); /* no round trip before the body */
	buf_free(&line);
	return list;
}

static void
set_credentials(CURL *c, const struct http_request *r)
{
	if (r->bearer != NULL) {
		(void)curl.setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		(void)curl.setopt(c, CURLOPT_XOAUTH2_BEARER, r->bearer);
	} else if (r->user != NULL) {
		(void)curl.setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		(void)curl.setopt(c, CURLOPT_USERNAME, r->user);
		(void)curl.setopt(c, CURLOPT_PASSWORD, r->password == NULL ? "" : r->password);
	}
	if (getenv("SSL_CERT_FILE") != NULL)
		(void)curl.setopt(c, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
}

int
http_ask(const struct http_request *r, long *status, struct buf *body, struct err *err)
{
	(void)pthread_once(&once, load);
	if (!curl.ready)
		return err_set(err, ERR_FATAL,
			       "could not load %s, which speaks HTTP: install libcurl4", LIBRARY);
	CURL *c = curl.init();
	if (c == NULL)
		return err_set(err, ERR_FATAL, "could not begin with %s", LIBRARY);
	struct curl_slist *headers = headers_of(r);
	char why[CURL_ERROR_SIZE] = "";

	buf_clear(body);
	(void)curl.setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl.setopt(c, CURLOPT_ERRORBUFFER, why);
	(void)curl.setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl.setopt(c, CURLOPT_URL, r->url);
	(void)curl.setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
	(void)curl.setopt(c, CURLOPT_HTTPHEADER, headers);
	(void)curl.setopt(c, CURLOPT_USERAGENT, "chatmill");
	(void)curl.setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	(void)curl.setopt(c, CURLOPT_TIMEOUT_MS, (long)r->timeout_ms);
	(void)curl.setopt(c, CURLOPT_WRITEFUNCTION, keep);
	(void)curl.setopt(c, CURLOPT_WRITEDATA, body);
	if (r->content_type != NULL) {
		(void)curl.setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.len);
		(void)curl.setopt(c, CURLOPT_POSTFIELDS, r->body.ptr == NULL ? "" : r->body.ptr);
	}
	set_credentials(c, r);
	CURLcode code = curl.perform(c);
	if (code == CURLE_OK)
		code = curl.getinfo(c, CURLINFO_RESPONSE_CODE, status);
	if (code != CURLE_OK)
		err_set(err, class_of(code), "%s", why[0] != '\0' ? why : curl.strerror(code));
	curl.free_list(headers);
	curl.cleanup(c);
	return code == CURLE_OK ? 0 : -1;
}
