#include "destination.h"

static const struct {
	const char *name;
	enum destination_form form;
} schemes[] = {
	{"sqlite", DESTINATION_SQLITE},
	{"jsonl", DESTINATION_JSONL},
	{"csv", DESTINATION_CSV},
	{"avro", DESTINATION_AVRO},
};
static const struct {
	const char *name;
	enum destination_form form;
} suffixes[] = {
	{".db", DESTINATION_SQLITE},      {".sqlite", DESTINATION_SQLITE},
	{".sqlite3", DESTINATION_SQLITE}, {".jsonl", DESTINATION_JSONL},
	{".csv", DESTINATION_CSV},        {".avro", DESTINATION_AVRO},
};

static bool
is_word(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((text.ptr[i] | 32) < 'a' || (text.ptr[i] | 32) > 'z')
			return false;
	return text.len > 0;
}

int
destination_parse(const char *operand, struct destination *to, struct err *err)
{
	struct str rest = str_of(operand == NULL ? "sqlite:chat.db" : operand);
	struct str whole = rest, scheme = str_cut(&rest, ':');

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		if (!str_equal(scheme, str_of(schemes[i].name)))
			continue;
		bool has_path = scheme.len < whole.len;
		if (has_path && rest.len == 0)
			return err_set(err, ERR_INPUT, "destination \"%s\" names no file", operand);
		to->form = schemes[i].form;
		to->path = has_path && !str_equal(rest, STR("-")) ? rest.ptr : NULL;
		if (to->form == DESTINATION_SQLITE && to->path == NULL) {
			if (has_path)
				return err_set(err, ERR_INPUT,
					       "a database cannot be written to standard output");
			to->path = "chat.db";
		}
		return 0;
	}
	/* "sqlit:chat.db" is a slip, and no file of that name. */
	if (scheme.len < whole.len && is_word(scheme))
		return err_set(err, ERR_INPUT,
			       "unknown destination \"%s\": it is sqlite:FILE, jsonl[:FILE], "
			       "csv[:FILE] or avro[:FILE]; a file of that name is \"./%s\"",
			       operand, operand);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		if (!str_ends(whole, str_of(suffixes[i].name)))
			continue;
		*to = (struct destination){suffixes[i].form, whole.ptr};
		return 0;
	}
	return err_set(err, ERR_INPUT,
		       "unknown destination \"%s\": it is sqlite:FILE, jsonl[:FILE], csv[:FILE] or "
		       "avro[:FILE]",
		       operand);
}
