#include "base/str.h"

#include "base/mem.h"

int
str_compare(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n == 0 ? 0 : memcmp(a.ptr, b.ptr, n);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

/* memmem() makes a table of a needle of three bytes or more, which takes longer than to look
 * through what is short: where each byte of it is looked at so often at most, a long line is not.
 */
#define SHORT 256

static size_t
find_in_short(struct str s, struct str needle)
{
	const char *p = s.ptr, *last = s.ptr + s.len - needle.len;

	while (p <= last && (p = memchr(p, needle.ptr[0], (size_t)(last - p) + 1)) != NULL) {
		if (memcmp(p, needle.ptr, needle.len) == 0)
			return (size_t)(p - s.ptr);
		p++;
	}
	return s.len;
}

size_t
str_find(struct str s, struct str needle)
{
	if (needle.len == 0)
		return 0;
	if (needle.len > s.len)
		return s.len;
	if (s.len <= SHORT)
		return find_in_short(s, needle);
	const char *at = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return at == NULL ? s.len : (size_t)(at - s.ptr);
}

struct str
str_cut(struct str *s, char byte)
{
	const char *at = s->len == 0 ? NULL : memchr(s->ptr, byte, s->len);
	struct str front = at == NULL ? *s : str_head(*s, (size_t)(at - s->ptr));

	*s = at == NULL ? str_tail(*s, s->len) : str_tail(*s, front.len + 1);
	return front;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
str_trim(struct str s)
{
	while (s.len > 0 && is_space(s.ptr[0]))
		s = str_tail(s, 1);
	while (s.len > 0 && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct str
str_whole(struct str s)
{
	for (size_t back = 1; back <= 3 && back <= s.len; back++) {
		unsigned char c = (unsigned char)s.ptr[s.len - back];
		size_t wanted = c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

		if (c < 0x80 || c >= 0xC0) /* a character begins here */
			return wanted > back ? str_head(s, s.len - back) : s;
	}
	return s;
}

bool
str_to_u64(struct str s, uint64_t *value)
{
	uint64_t n = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned char)s.ptr[i] - (unsigned)'0';
		if (digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, digit, &n))
			return false;
	}
	*value = n;
	return true;
}

char *
str_dup(struct str s)
{
	char *copy = mem_alloc(s.len + 1);

	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}
