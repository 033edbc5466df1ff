#include "call_line.h"
#include "text_marks.h"
#include "wording.h"

#define CALL_LONGEST 160 /* bytes of such a line */
#define HEAD_LONGEST 96  /* of "Missed group video call", in any language */

static bool
is_digit(struct str s)
{
	return s.len > 0 && *s.ptr >= '0' && *s.ptr <= '9';
}

static struct str
skip_spaces(struct str s)
{
	for (size_t n; (n = space_at(s.ptr, s.ptr + s.len)) > 0;)
		s = str_tail(s, n);
	return s;
}

/* "1 hr 5 min", "1 hr, 5 min", "2 Min.", "5分30秒". */
static bool
read_duration(struct str s, int64_t *seconds)
{
	int64_t sum = 0;

	do {
		int64_t number = 0;
		size_t digits = 0, len = 0;
		for (; digits < 4 && is_digit(str_tail(s, digits)); digits++)
			number = number * 10 + s.ptr[digits] - '0';
		if (digits == 0)
			return false;
		s = skip_spaces(str_tail(s, digits));
		while (len < s.len && !is_digit(str_tail(s, len)) && s.ptr[len] != ',' &&
		       space_at(s.ptr + len, s.ptr + s.len) == 0)
			len++;
		switch (wording_find(WORDING_OF_CALL, str_head(s, len), NULL)) {
		case WORDING_SECOND:
			sum += number;
			break;
		case WORDING_MINUTE:
			sum += number * 60;
			break;
		case WORDING_HOUR:
			sum += number * 3600;
			break;
		default:
			return false;
		}
		s = skip_spaces(str_tail(s, len));
		if (str_starts(s, STR(","))) /* "1 hr, 5 min" */
			s = skip_spaces(str_tail(s, 1));
	} while (s.len > 0);
	*seconds = sum;
	return true;
}

/* "3 joined" */
static bool
says_who_joined(struct str s)
{
	while (is_digit(s))
		s = str_tail(s, 1);
	return wording_find(WORDING_OF_CALL, skip_spaces(s), NULL) == WORDING_JOINED;
}

/* Behind "Voice call": what became of it. */
static bool
read_outcome(struct str s, bool marked, struct call *call)
{
	if (is_digit(s)) {
		if (read_duration(s, &call->duration_seconds))
			return true;
		call->group |= marked; /* "3 joined" */
		return marked || (call->group && says_who_joined(s));
	}
	enum wording wording = s.len == 0 ? WORDING_NONE : wording_find(WORDING_OF_CALL, s, NULL);
	call->missed = wording == WORDING_UNANSWERED;
	return marked || call->missed;
}

/* The words up to the first stop, if those are known, or else all of them; *behind: the rest. */
static enum wording
find_head(struct str line, bool marked, struct str *behind)
{
	static const struct str stops[] = {{".", 1}, {",", 1}, {"،", 2}, {"。", 3}, {"、", 3}};
	struct str head = str_head(line, line.len < HEAD_LONGEST ? line.len : HEAD_LONGEST);
	size_t stop = 0;

	for (size_t i = 0; i < (marked ? 5 : 2); i++) {
		size_t at = str_find(head, stops[i]);
		if (at < head.len) {
			head.len = at;
			stop = stops[i].len;
		}
	}
	enum wording wording =
		head.len == 0 ? WORDING_NONE : wording_find(WORDING_BODY, head, NULL);
	*behind = skip_spaces(str_tail(line, head.len + stop));
	if (wording == WORDING_NONE && stop > 0) {
		wording = wording_find(WORDING_BODY, line, NULL);
		*behind = (struct str){0};
	}
	return wording;
}

bool
call_line_read(struct str line, bool marked, struct call *call)
{
	struct str behind;

	if (line.len > CALL_LONGEST || !wording_may_begin_call(line))
		return false;
	enum wording wording = find_head(line, marked, &behind);
	*call = (struct call){.medium = STR("voice"), .duration_seconds = INT64_MIN};
	switch (wording) {
	case WORDING_MISSED_GROUP_VOICE:
	case WORDING_MISSED_GROUP_VIDEO:
		call->group = true;
		/* fall through */
	case WORDING_MISSED_VOICE:
	case WORDING_MISSED_VIDEO:
		if (wording == WORDING_MISSED_VIDEO || wording == WORDING_MISSED_GROUP_VIDEO)
			call->medium = STR("video");
		call->missed = true;
		return marked || behind.len == 0 ||
		       wording_find(WORDING_OF_CALL, behind, NULL) == WORDING_CALL_BACK;
	case WORDING_CALL_GROUP_VOICE:
	case WORDING_CALL_GROUP_VIDEO:
		call->group = true;
		/* fall through */
	case WORDING_CALL_VOICE:
	case WORDING_CALL_VIDEO:
		if (wording == WORDING_CALL_VIDEO || wording == WORDING_CALL_GROUP_VIDEO)
			call->medium = STR("video");
		return read_outcome(behind, marked, call);
	default:
		return false;
	}
}
