#include "base/buf.h"
#include "base/mem.h"
#include "stage/option_file.h"
#include "stage/option_names.h"
#include "stage/option_value.h"
#include "stage/options_parse.h"
#include <stdlib.h>

/* A row of one of the tables, and what the command line says about it. Values are set only when
 * all of argv is understood, and files are opened last. */
struct slot {
	const struct stage_option *row;
	void *values;
	char *name;        /* as typed, without the leading dashes: "dry-run", "token-file" */
	const char *given; /* NULL: not */
	const char **list; /* of an OPT_LIST: all that was given */
	size_t list_count, list_room;
	struct option_file file;
	char *secret;
};
struct options {
	struct slot *slots;
	size_t count;
	const char **arguments;
	size_t argument_count, argument_room;
};

static struct options *
options_new(const struct option_table *tables, size_t count)
{
	struct options *o = mem_zero(1, sizeof(*o));
	const struct stage_option *row;
	size_t room = 0;

	for (size_t t = 0; t < count; t++)
		for (row = tables[t].rows; row != NULL && row->name != NULL; row++) {
			struct buf name = {0};

			option_value_name(row, &name);
			if (row->type == OPT_SECRET)
				buf_add(&name, STR("-file"));
			MEM_GROW(o->slots, o->count, room);
			o->slots[o->count++] = (struct slot){.row = row,
							     .values = tables[t].values,
							     .name = str_dup(buf_str(&name))};
			buf_free(&name);
		}
	return o;
}

void
options_free(struct options *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->count; i++) {
		option_file_close(&o->slots[i].file);
		option_file_forget(o->slots[i].secret);
		free(o->slots[i].list);
		free(o->slots[i].name);
	}
	free(o->slots);
	free(o->arguments);
	free(o);
}

static const char *
nearest_option(const struct options *o, const char *typed)
{
	const char **names = mem_zero(o->count + 1, sizeof(*names)), *nearest;
	size_t used = 0;

	for (size_t i = 0; i < o->count; i++)
		if (o->slots[i].row->type != OPT_ARGUMENTS && o->slots[i].row->help != NULL)
			names[used++] = o->slots[i].name;
	nearest = option_names_nearest(names, typed);
	free(names);
	return nearest;
}

static int
refuse_unknown(const struct options *o, const char *typed, struct str name, struct err *err)
{
	char *copy = str_dup(name);
	const char *meant = nearest_option(o, copy);

	if (meant == NULL)
		err_set(err, ERR_INPUT, "unknown option \"%s\"; --help lists those there are",
			typed);
	else
		err_set(err, ERR_INPUT, "unknown option \"%s\"; did you mean \"--%s\"?", typed,
			meant);
	free(copy);
	return -1;
}

static int
refuse_secret(const struct slot *slot, const char *why, struct err *err)
{
	struct buf name = {0}, variable = {0};

	option_value_name(slot->row, &name);
	option_value_variable(slot->row, &variable);
	err_set(err, ERR_INPUT,
		"option \"--%s\" %s: write it to a file and say \"--%s FILE\", or set $%s",
		buf_cstr(&name), why, slot->name, buf_cstr(&variable));
	buf_free(&name);
	buf_free(&variable);
	return -1;
}

enum form { FORM_NONE, FORM_OPTION, FORM_FLAG_OFF, FORM_SECRET_ITSELF };

/* The slot of what was typed behind the dashes, without a value. */
static enum form
find_slot(const struct options *o, struct str typed, struct slot **slot)
{
	for (size_t i = 0; i < o->count; i++) {
		struct slot *s = *slot = &o->slots[i];
		struct str name = str_of(s->name);

		if (s->row->type == OPT_ARGUMENTS)
			continue;
		if (str_equal(typed, name))
			return FORM_OPTION;
		if (s->row->type == OPT_FLAG && str_starts(typed, STR("no-")) &&
		    str_equal(str_tail(typed, 3), name))
			return FORM_FLAG_OFF;
		if (s->row->type == OPT_SECRET &&
		    str_equal(typed, str_head(name, name.len - strlen("-file"))))
			return FORM_SECRET_ITSELF;
	}
	return FORM_NONE;
}

/* Behind an option, "-5" is its value and "-" a file; "-x" or "--" was meant as what it looks. */
static bool
names_option(const char *word)
{
	char second = word[0] == '-' ? word[1] : '\0';

	return second == '-' || ((second | 32) >= 'a' && (second | 32) <= 'z');
}

/* Takes argv[*i], an option, and its value, which moves *i. */
static int
take_option(const struct options *o, int argc, char **argv, int *i, struct err *err)
{
	const char *typed = argv[*i], *equals = strchr(typed, '=');
	size_t dashes = strncmp(typed, "--", 2) == 0 ? 2 : 1;
	struct str name = str_of(typed + dashes);
	struct slot *slot = NULL;

	if (equals != NULL)
		name.len = (size_t)(equals - typed) - dashes;
	enum form form = dashes == 2 ? find_slot(o, name, &slot) : FORM_NONE;
	if (form == FORM_NONE)
		return refuse_unknown(o, typed, name, err);
	if (form == FORM_SECRET_ITSELF)
		return refuse_secret(slot, "is a secret, and a command line is public", err);
	if (slot->row->type == OPT_FLAG) {
		slot->given = form == FORM_OPTION ? "on" : "off";
		return equals == NULL
			       ? 0
			       : err_set(err, ERR_INPUT,
					 "option \"%.*s\" takes no value: --%s or --no-%s",
					 (int)(equals - typed), typed, slot->name, slot->name);
	}
	if (equals != NULL)
		slot->given = equals + 1;
	else if (*i + 1 < argc && !names_option(argv[*i + 1]))
		slot->given = argv[++*i];
	else
		return err_set(err, ERR_INPUT, "option \"%s\" needs a value: \"%s %s\"", typed,
			       typed, option_value_placeholder(slot->row));
	if (slot->row->type == OPT_LIST) {
		MEM_GROW(slot->list, slot->list_count, slot->list_room);
		slot->list[slot->list_count++] = slot->given;
	}
	return 0;
}

static bool
is_option(const char *word)
{
	return word[0] == '-' && word[1] != '\0'; /* "-" alone is a file: stdin */
}

static int
take_words(struct options *o, int argc, char **argv, struct err *err)
{
	bool options_ended = false;

	for (int i = 1; i < argc; i++) {
		if (!options_ended && strcmp(argv[i], "--") == 0) {
			options_ended = true;
		} else if (!options_ended && is_option(argv[i])) {
			if (take_option(o, argc, argv, &i, err) != 0)
				return -1;
		} else {
			MEM_GROW(o->arguments, o->argument_count, o->argument_room);
			o->arguments[o->argument_count++] = argv[i];
		}
	}
	return 0;
}

static int
set_arguments(struct options *o, const struct slot *slot, struct err *err)
{
	const struct stage_option *row = slot->row;
	struct stage_arguments *to = (void *)((char *)slot->values + row->at);

	if (o->argument_count == 0 && row->value != NULL) {
		MEM_GROW(o->arguments, o->argument_count, o->argument_room);
		o->arguments[o->argument_count++] = row->value;
	}
	*to = (struct stage_arguments){o->arguments, o->argument_count};
	if (o->argument_count == 0 && (row->required || row->min > 0))
		return err_set(err, ERR_INPUT, "an argument is missing: %s", row->help);
	if ((option_value_has_min(row) && (double)o->argument_count < row->min) ||
	    (option_value_has_max(row) && (double)o->argument_count > row->max)) {
		struct buf range = {0};

		option_value_range(row, &range);
		err_set(err, ERR_INPUT, "%zu arguments given, %s expected: %s", o->argument_count,
			buf_cstr(&range), row->help);
		buf_free(&range);
		return -1;
	}
	return 0;
}

static int
set_secret(struct slot *slot, struct err *err)
{
	const char **to = (void *)((char *)slot->values + slot->row->at);
	struct buf variable = {0};

	option_value_variable(slot->row, &variable);
	const char *value = getenv(buf_cstr(&variable));
	buf_free(&variable);
	if (slot->given != NULL) {
		*to = slot->secret = option_file_secret(slot->given, err);
		return slot->secret != NULL ? 0 : err_prefix(err, "option \"--%s\": ", slot->name);
	}
	if (value != NULL && value[0] != '\0')
		*to = value;
	else if (slot->row->required)
		return refuse_secret(slot, "is missing", err);
	return 0;
}

/* First all that needs no file, so that a slip is told before a wait. */
static int
set_plain(struct options *o, struct err *err)
{
	bool takes_arguments = false;

	for (size_t i = 0; i < o->count; i++) {
		struct slot *slot = &o->slots[i];
		const char *text = slot->given != NULL ? slot->given : slot->row->value;

		if (slot->row->type == OPT_ARGUMENTS) {
			takes_arguments = true;
			if (set_arguments(o, slot, err) != 0)
				return -1;
		} else if (slot->row->type == OPT_LIST) {
			*(struct stage_arguments *)(void *)((char *)slot->values + slot->row->at) =
				(struct stage_arguments){slot->list, slot->list_count};
		} else if (slot->row->type != OPT_SECRET) {
			if (text == NULL && slot->row->required)
				return err_set(err, ERR_INPUT, "option \"--%s\" is missing: %s",
					       slot->name, slot->row->help);
			if (text != NULL && slot->row->type != OPT_FILE &&
			    option_value_set(slot->row, slot->values, text, err) != 0)
				return -1;
		}
	}
	if (o->argument_count > 0 && !takes_arguments)
		return err_set(err, ERR_INPUT,
			       "cannot take the argument \"%s\": this program has only options",
			       o->arguments[0]);
	return 0;
}

static int
set_from_files(struct options *o, struct err *err)
{
	for (size_t i = 0; i < o->count; i++) {
		struct slot *slot = &o->slots[i];
		const char *text = slot->given != NULL ? slot->given : slot->row->value;

		if (slot->row->type == OPT_SECRET && set_secret(slot, err) != 0)
			return -1;
		if (slot->row->type != OPT_FILE || text == NULL)
			continue;
		if (option_file_open(&slot->file, text, slot->given != NULL, err) != 0)
			return err_prefix(err, "option \"--%s\": ", slot->name);
		*(struct str *)(void *)((char *)slot->values + slot->row->at) = slot->file.bytes;
	}
	return 0;
}

struct options *
options_parse(const struct option_table *tables, size_t count, int argc, char **argv,
	      struct err *err)
{
	struct options *o = options_new(tables, count);

	for (size_t i = 0; i < count; i++)
		if (tables[i].rows != NULL && tables[i].rows->name != NULL)
			memset(tables[i].values, 0, tables[i].rows->of);
	if (take_words(o, argc, argv, err) == 0 && set_plain(o, err) == 0 &&
	    set_from_files(o, err) == 0)
		return o;
	options_free(o);
	return NULL;
}

bool
options_asks(const struct option_table *tables, size_t count, int argc, char **argv,
	     const char *name)
{
	struct options *o = options_new(tables, count);
	bool asked = false;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		struct err ignored;
		struct slot *slot;

		if (!is_option(argv[i]))
			continue;
		if (strcmp(argv[i], "-h") == 0 && strcmp(name, "help") == 0)
			asked = true;
		else if (take_option(o, argc, argv, &i, &ignored) == 0 &&
			 find_slot(o, str_of(name), &slot) == FORM_OPTION && slot->given != NULL)
			asked = strcmp(slot->given, "on") == 0;
	}
	options_free(o);
	return asked;
}

static int
check_slot(const struct options *o, size_t at, struct err *err)
{
	const struct slot *slot = &o->slots[at];
	const struct stage_option *row = slot->row;
	int result = 0;

	for (size_t i = 0; i < at; i++)
		if (strcmp(o->slots[i].name, slot->name) == 0)
			return err_set(err, ERR_FATAL, "option \"--%s\" is declared twice",
				       slot->name);
	if (row->type == OPT_CHOICE && row->choices == NULL)
		return err_set(err, ERR_FATAL, "option \"--%s\" is a choice without choices",
			       slot->name);
	if (row->type == OPT_SECRET && row->value != NULL)
		return err_set(err, ERR_FATAL, "option \"--%s\" is a secret with a default",
			       slot->name);
	if (row->value != NULL && row->type != OPT_FILE && row->type != OPT_ARGUMENTS) {
		void *scratch = mem_zero(1, row->of);

		result = option_value_set(row, scratch, row->value, err);
		free(scratch);
	}
	if (result != 0) {
		err->class = ERR_FATAL;
		err_prefix(err, "default: ");
	}
	return result;
}

int
options_check(const struct option_table *tables, size_t count, struct err *err)
{
	struct options *o = options_new(tables, count);
	int result = 0;

	for (size_t i = 0; i < o->count && result == 0; i++)
		result = check_slot(o, i, err);
	options_free(o);
	return result;
}

json_t *
options_json(const struct option_table *tables, size_t count)
{
	json_t *object = json_object();

	for (size_t t = 0; t < count; t++)
		for (const struct stage_option *row = tables[t].rows;
		     row != NULL && row->name != NULL; row++) {
			struct buf name = {0};

			if (row->tuning || row->type == OPT_SECRET || row->help == NULL)
				continue;
			option_value_name(row, &name);
			(void)json_object_set_new(object, buf_cstr(&name),
						  option_value_json(row, tables[t].values));
			buf_free(&name);
		}
	return object;
}
