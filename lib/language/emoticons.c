/*
 * Three sorts: faces on their side, eyes first (:-D) or mouth first ((-:), with as many mouths as
 * there are of the same (:)))); faces that look at you, eye mouth eye (^_^); and a list of others.
 * A face of letters must stand alone, or half of all words would smile.
 */
#include "language/emoticons.h"

#include "language/ascii.h"

#define ARMS_MOST 40 /* bytes between the brackets of a face with arms */

static const struct str others[] = {
	STR("¯\\_(ツ)_/¯"), STR("\\o/"), STR("\\m/"),  STR("</3"), STR("(y)"),
	STR("(n)"),         STR("-.-"),  STR("xd"),    STR(":'("), STR("._."),
	STR("d:"),          STR("^^"),   STR("=^.^="),
};

static bool
one_of(unsigned char c, const char *set)
{
	return c != 0 && strchr(set, c) != NULL;
}

static size_t
repeated(struct str text, size_t at)
{
	size_t n = 1;

	while (byte_at(text, at + n) == byte_at(text, at))
		n++;
	return n;
}

/* :-) and its like. */
static size_t
eyes_first(struct str text, size_t at)
{
	size_t i = at + one_of(byte_at(text, at), ">}");
	unsigned char mouth;

	if (!one_of(byte_at(text, i), ":;="))
		return 0;
	i++;
	i += byte_at(text, i) == '\'';
	i += one_of(byte_at(text, i), "-o^*~") &&
	     one_of(byte_at(text, i + 1), ")(][dDpP/\\|}{3@$cCoO0*>bSs");
	mouth = byte_at(text, i);
	if (!one_of(mouth, ")(][dDpP/\\|}{3@$cCoO0*>bSs"))
		return 0;
	i += one_of(mouth, ")(][dDpPoO*") ? repeated(text, i) : 1;
	if (mouth == '/' && byte_at(text, i) == '/') /* http:// */
		return 0;
	if (is_letter(mouth) || is_digit(mouth) || is_wordlike(byte_at(text, at - 1)))
		return is_wordlike(byte_at(text, i)) || is_digit(byte_at(text, at - 1)) ? 0
											: i - at;
	return i - at;
}

/* (-: and its like. */
static size_t
mouth_first(struct str text, size_t at)
{
	size_t i = at + 1;

	if (!one_of(byte_at(text, at), "([") || is_wordlike(byte_at(text, at - 1)))
		return 0;
	i += one_of(byte_at(text, i), "-'") && one_of(byte_at(text, i + 1), ":;=");
	if (!one_of(byte_at(text, i), ":;=") || is_wordlike(byte_at(text, i + 1)) ||
	    one_of(byte_at(text, i + 1), "/-("))
		return 0;
	return i + 1 - at;
}

/* ^_^, -__-, T_T, o.O, >.<, ;_; : alone, or between brackets. */
static size_t
looking_at_you(struct str text, size_t at)
{
	unsigned char left = byte_at(text, at), right;
	size_t i = at + 1;

	if (!one_of(left, "^-TtoOuUxX><;*@QqvV0") || is_alnum(byte_at(text, at - 1)))
		return 0;
	i += one_of(byte_at(text, i), "_.") ? repeated(text, i) : 0;
	if (i == at + 1)
		return 0;
	if (byte_at(text, at + 1) == '.' && i > at + 2)
		return 0;
	right = byte_at(text, i);
	bool alike = right == left || (left == '>' && right == '<') ||
		     (is_letter(left) && (right | 32) == (left | 32) && (left | 32) == 'o');
	if (!alike || (left == '0' && byte_at(text, at + 1) == '.'))
		return 0;
	i++;
	if (is_wordlike(byte_at(text, i)) ||
	    (is_letter(left) && byte_at(text, at + 1) == '.' && (left | 32) != 'o'))
		return 0;
	if (is_letter(left) && byte_at(text, at + 1) == '.' && byte_at(text, i) == '.') /* O.O. */
		return 0;
	return i - at;
}

/* (^_^), (T_T), (╯°□°)╯: between brackets, without spaces, neither words nor numbers. */
static size_t
in_brackets(struct str text, size_t at)
{
	size_t end = at + 1, high = 0, low = 0, n;

	if (byte_at(text, at) != '(')
		return 0;
	if ((n = looking_at_you(text, at + 1)) > 0 && byte_at(text, at + 1 + n) == ')')
		return n + 2;
	for (; end - at < ARMS_MOST && byte_at(text, end) > ' ' && byte_at(text, end) != ')';
	     end++) {
		high += byte_at(text, end) >= 0xC0;
		low += byte_at(text, end) < 0x80;
		if (is_alnum(byte_at(text, end)) && !one_of(byte_at(text, end), "oOTvu"))
			return 0;
	}
	/* Letters of other scripts are words: a face has eyes of ASCII around, or signs of these
	 * blocks. */
	if (byte_at(text, end) != ')' || high == 0 || high + low > 9)
		return 0;
	for (size_t i = at + 1; i < end; i++) {
		unsigned char c = byte_at(text, i);
		if (c >= 0xC0 && c != 0xC2 && c != 0xCB && c != 0xCC && c != 0xE2 && c != 0xEF &&
		    c != 0xE0 && c != 0xE1)
			return 0;
		if (c == 0xE0 &&
		    byte_at(text, i + 1) != 0xB2) /* of India's letters, Kannada's eyes */
			return 0;
	}
	return low > 0 || high >= 3 ? end + 1 - at : 0;
}

/* What every face has in its first two bytes; most signs are no face. */
static const bool first_of_face[256] = {
	['('] = true,  ['*'] = true, ['-'] = true, ['.'] = true, ['0'] = true,
	[':'] = true,  [';'] = true, ['<'] = true, ['='] = true, ['>'] = true,
	['@'] = true,  ['D'] = true, ['O'] = true, ['Q'] = true, ['T'] = true,
	['U'] = true,  ['V'] = true, ['X'] = true, ['['] = true, ['^'] = true,
	['\\'] = true, ['d'] = true, ['o'] = true, ['q'] = true, ['t'] = true,
	['u'] = true,  ['v'] = true, ['x'] = true, ['}'] = true, [0x80 ... 0xFF] = true,
};

static bool
may_begin(unsigned char c, unsigned char next)
{
	if (next <= ' ' || !first_of_face[c])
		return false;
	if (c >= 0x80)
		return true;
	if (one_of(c, ":;="))
		return one_of(next, "-o^*~'.)(][dDpP/\\|}{3@$cCO0>bSs");
	if (c == '(')
		return !is_alnum(next) || one_of(next, "yYnNTtoOuUxXQqvV0");
	return !(is_alnum(c) && is_alnum(next) && c != 'x' && c != 'X') &&
	       (c != '-' || one_of(next, "_."));
}

size_t
emoticon_size(struct str text, size_t at)
{
	unsigned char c = byte_at(text, at);
	size_t n;

	if (!may_begin(c, byte_at(text, at + 1)))
		return 0;

	if (c == '<' && byte_at(text, at + 1) == '3') {
		n = 1 + repeated(text, at + 1);
		return is_alnum(byte_at(text, at + n)) ? 0 : n;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct str face = others[i];
		if ((c | 32) != (unsigned char)(face.ptr[0] | 32) || !has_word_at(text, at, face))
			continue;
		unsigned char behind = byte_at(text, at + face.len);
		bool letters = is_letter((unsigned char)face.ptr[0]) ||
			       is_letter((unsigned char)face.ptr[face.len - 1]);
		if (letters && (is_wordlike(byte_at(text, at - 1)) || is_wordlike(behind)))
			continue;
		return face.len;
	}
	if ((n = eyes_first(text, at)) > 0 || (n = looking_at_you(text, at)) > 0 ||
	    (n = in_brackets(text, at)) > 0)
		return n;
	return mouth_first(text, at);
}
