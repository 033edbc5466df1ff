#include "chat_text.h"

#include "base/buf.h"
#include "chat_titles.h"
#include "text/utf8.h"
#include <strings.h>

#define LINES_LOOKED_AT 40
#define HEADER_LENGTH   64 /* code points in which a header's date and time end */
#define HEADER_NUMBERS  5  /* day, month, year, hour, minute */

bool
chat_text_has_ending(struct str name, const char *ending)
{
	size_t len = strlen(ending);

	return name.len > len && strncasecmp(name.ptr + name.len - len, ending, len) == 0;
}

struct str
chat_text_folder(struct str path)
{
	while (path.len > 0 && path.ptr[path.len - 1] != '/')
		path.len--;
	return path;
}

bool
chat_text_is_litter(struct str path)
{
	while (path.len > 0) {
		struct str part = str_cut(&path, '/');
		bool hidden = str_starts(part, STR(".")) && !str_equal(part, STR(".")) &&
			      !str_equal(part, STR(".."));
		if (hidden || str_equal(part, STR("__MACOSX")))
			return true;
	}
	return false;
}

bool
chat_text_is_chat(struct str path)
{
	struct str name = str_tail(path, chat_text_folder(path).len);

	if (!chat_text_has_ending(name, ".txt") || name.len < 9 ||
	    strncasecmp(name.ptr, "_chat", 5) != 0)
		return false;
	for (size_t i = 5; i < name.len - 4; i++)
		if (strchr(" _-()0123456789", name.ptr[i]) == NULL || name.ptr[i] == '\0')
			return false;
	return true;
}

enum chat_text_name
chat_text_name(struct str path)
{
	struct buf title = {0};
	struct str name = str_tail(path, chat_text_folder(path).len);

	if (!chat_text_has_ending(name, ".txt") || chat_text_is_litter(path))
		return CHAT_TEXT_NO;
	if (chat_text_is_chat(name))
		return CHAT_TEXT_CHAT;
	bool titled = chat_title(name, true, &title);
	buf_free(&title);
	return titled ? CHAT_TEXT_TITLED : CHAT_TEXT_MAYBE;
}

/* The digits of the scripts that exports are written with, a row of ten each. */
static bool
is_digit(uint32_t c)
{
	static const uint32_t zeros[] = {'0', 0x0660, 0x06F0, 0x0966, 0x09E6, 0xFF10};

	for (size_t i = 0; i < sizeof(zeros) / sizeof(*zeros); i++)
		if (c >= zeros[i] && c < zeros[i] + 10)
			return true;
	return false;
}

/* `[3/18/22, 14:56:01] ` or `18.03.22 15:10 - ` or `4 март 2013 г., 15:10: `: numbers, with little
 * else between them, and then what ends a header. */
static bool
is_header(struct str line)
{
	size_t numbers = 0, others = 0;
	uint32_t before = 0, before_that = 0;

	for (size_t at = 0; at < HEADER_LENGTH && line.len > 0; at++) {
		uint32_t c = utf8_next(&line);
		bool dash = (before == '-' || before == 0x2013) && before_that == ' ';
		if (is_digit(c))
			numbers += !is_digit(before);
		else if (numbers >= HEADER_NUMBERS &&
			 (c == ']' || (c == ' ' && (dash || before == ':'))))
			return true;
		others = is_digit(c) ? 0 : others + 1;
		if (others > 16)
			return false;
		before_that = before;
		before = c;
	}
	return false;
}

bool
chat_text_looks_like(struct str beginning)
{
	struct buf whole = {0};
	bool found = false;

	/* Damage elsewhere, or a character cut at the end, is no reason. */
	utf8_repair(&whole, beginning);
	struct str rest = buf_str(&whole);
	for (int line = 0; line < LINES_LOOKED_AT && rest.len > 0 && !found; line++)
		found = is_header(str_cut(&rest, '\n'));
	buf_free(&whole);
	return found;
}

const char *
chat_text_needs(struct str beginning)
{
	static const struct {
		const char *bytes, *help;
	} forms[] = {
		{"\x1F\x8B",
		 "it is packed with gzip; try zcat FILE | chatmill fetch --title TITLE"},
		{"\xFF\xFE",
		 "it is UTF-16; try iconv -f UTF-16 -t UTF-8 FILE | chatmill fetch --title TITLE"},
		{"\xFE\xFF",
		 "it is UTF-16; try iconv -f UTF-16 -t UTF-8 FILE | chatmill fetch --title TITLE"},
		{"%PDF", "it is a PDF, not the export of a chat"},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (str_starts(beginning, str_of(forms[i].bytes)))
			return forms[i].help;
	return NULL;
}
