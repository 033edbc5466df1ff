#include "file_name.h"

static bool
is_digits(struct str s, size_t from, size_t count)
{
	if (s.len < from + count)
		return false;
	for (size_t i = from; i < from + count; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

/* Behind the last dot, which may be all that is before it; empty: there is none. */
static struct str
extension_of(struct str name)
{
	for (size_t i = name.len; i-- > 0 && name.len - i <= 6;)
		if (name.ptr[i] == '.')
			return str_tail(name, i + 1);
	return (struct str){"", 0};
}

bool
file_name_has_extension(struct str name)
{
	struct str extension = extension_of(name);

	if (name.len == 0 || name.len > 512 || extension.len == 0)
		return false;
	for (size_t i = 0; i < extension.len; i++) {
		char c = extension.ptr[i];
		if (!((c | 32) >= 'a' && (c | 32) <= 'z') && !(c >= '0' && c <= '9'))
			return false;
	}
	return true;
}

bool
file_name_is_whatsapp(struct str name)
{
	/* XXX-YYYYMMDD-WAnnnn */
	if (is_digits(name, 4, 8) && name.ptr[3] == '-' && name.len > 16 &&
	    memcmp(name.ptr + 12, "-WA", 3) == 0 && is_digits(name, 15, 4))
		return true;
	/* nnnnnnnn-SORT-YYYY-MM-DD-HH-MM-SS */
	if (is_digits(name, 0, 8) && name.len > 9 && name.ptr[8] == '-')
		return true;
	/* YYYY-MM-DD-SORT-nnnnnnnn */
	return is_digits(name, 0, 4) && is_digits(name, 5, 2) && is_digits(name, 8, 2) &&
	       name.len > 11 && name.ptr[4] == '-' && name.ptr[7] == '-' && name.ptr[10] == '-';
}

struct str
file_name_original(struct str name)
{
	return is_digits(name, 0, 8) && name.len > 9 && name.ptr[8] == '-' ? str_tail(name, 9)
									   : name;
}

struct str
file_name_of_contact(struct str name)
{
	name = file_name_original(name);
	struct str extension = extension_of(name);

	return extension.len > 0 ? str_head(name, name.len - extension.len - 1) : name;
}

static bool
holds(struct str name, const char *part)
{
	return str_find(name, str_of(part)) < name.len;
}

enum message_kind
file_name_kind(struct str name)
{
	static const struct {
		const char *begin, *within;
		enum message_kind kind;
	} sorts[] = {
		{"IMG-", "-PHOTO-", KIND_IMAGE}, {"STK-", "-STICKER-", KIND_STICKER},
		{"PTT-", "\n", KIND_VOICE},      {"PTV-", "\n", KIND_VIDEO_NOTE},
		{"GIF-", "-GIF-", KIND_GIF},     {"VID-", "-VIDEO-", KIND_VIDEO},
	};
	static const struct {
		const char *extension;
		enum message_kind kind;
	} extensions[] = {
		{"jpg", KIND_IMAGE},  {"jpeg", KIND_IMAGE},   {"png", KIND_IMAGE},
		{"heic", KIND_IMAGE}, {"webp", KIND_STICKER}, {"gif", KIND_GIF},
		{"mp4", KIND_VIDEO},  {"mov", KIND_VIDEO},    {"3gp", KIND_VIDEO},
		{"mkv", KIND_VIDEO},  {"opus", KIND_VOICE},   {"mp3", KIND_AUDIO},
		{"m4a", KIND_AUDIO},  {"aac", KIND_AUDIO},    {"ogg", KIND_AUDIO},
		{"wav", KIND_AUDIO},  {"amr", KIND_AUDIO},    {"vcf", KIND_CONTACT},
	};
	char lower[8] = "";
	struct str extension = extension_of(name);

	if (file_name_is_whatsapp(name))
		for (size_t i = 0; i < sizeof(sorts) / sizeof(sorts[0]); i++)
			if (str_starts(name, str_of(sorts[i].begin)) ||
			    holds(name, sorts[i].within))
				return sorts[i].kind;
	for (size_t i = 0; i < extension.len && i + 1 < sizeof(lower); i++)
		lower[i] = extension.ptr[i] >= 'A' && extension.ptr[i] <= 'Z'
				   ? (char)(extension.ptr[i] | 32)
				   : extension.ptr[i];
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (strcmp(lower, extensions[i].extension) == 0)
			return extensions[i].kind;
	return KIND_DOCUMENT;
}
