/*
 * err.h -- what went wrong, and whose turn it is to act.
 *
 * A function that can fail returns 0 or -1 (or NULL) and takes a struct err * as its last
 * parameter. The class is chosen where the failure is seen, because only there is it known; the
 * text grows a prefix at each level that can add something ("file \"x\": block 3: ...").
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_class {
	ERR_NONE,
	ERR_INPUT, /* this record will never succeed: dead-letter it */
	ERR_RETRY, /* the world may recover, for this record: back off and try again */
	ERR_DOWN,  /* an endpoint is away: wait until it is back */
	ERR_FATAL, /* configuration or a bug: stop the process */
};

struct err {
	enum err_class class;
	char text[512]; /* lower case, no full stop; too long, it loses
			 * whole characters: of a cause the end, behind prefixes the middle */
};

/* Both return -1, so that a failure is reported and returned in one line. */
int err_set(struct err *, enum err_class, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int err_prefix(struct err *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
