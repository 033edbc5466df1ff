/* str.h -- a borrowed run of bytes: not owned, not NUL-terminated. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *ptr; /* NULL is "no string", where that differs from an empty one */
	size_t len;      /* bytes, never characters */
};

#define STR(lit)   ((struct str){(lit), sizeof(lit) - 1})
#define STR_ARG(s) (int)((s).len < 1024 ? (s).len : 1024), (s).ptr /* for %.*s in a message */

static inline struct str
str_of(const char *s)
{
	return (struct str){s, s == NULL ? 0 : strlen(s)};
}

static inline bool
str_equal(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool
str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len &&
	       (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool
str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/* The first n bytes, and what follows them; n <= s.len. */
static inline struct str
str_head(struct str s, size_t n)
{
	return (struct str){s.ptr, n};
}

static inline struct str
str_tail(struct str s, size_t n)
{
	return (struct str){s.ptr + n, s.len - n};
}

/* Byte order, a shorter string before a longer one that begins with it: <0, 0, >0. */
int str_compare(struct str a, struct str b);

/* Where needle begins in s; s.len when nowhere. An empty needle is at 0. */
size_t str_find(struct str s, struct str needle);

/* Takes what stands before the next `byte` off the front of *s, and the byte itself; all of *s
 * when there is none. */
struct str str_cut(struct str *s, char byte);

/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);

/* Without the beginning of a UTF-8 character whose end was cut off; for texts that had no room. */
struct str str_whole(struct str s);

/* A decimal number and nothing else, no sign, no overflow: true and *value. */
bool str_to_u64(struct str s, uint64_t *value);

/* A NUL-terminated copy; the caller frees it with free(). */
char *str_dup(struct str s);

#endif
