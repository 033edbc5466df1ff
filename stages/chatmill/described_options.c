#include "described_options.h"

#include "base/mem.h"
#include "stage/option_value.h"
#include "stage/options_parse.h"

#define VALUE_ROOM 16 /* bytes: no member of options.h is larger */

struct table {
	struct stage_option *rows;
	struct arena arena; /* of names and choices */
};

static int
type_of_name(const char *name, enum option_type *type)
{
	for (int t = OPT_FLAG; name != NULL && t <= OPT_ARGUMENTS; t++) {
		*type = (enum option_type)t;
		if (strcmp(option_value_type(&(struct stage_option){.type = *type}), name) == 0)
			return 0;
	}
	return -1;
}

static const char *const *
copy_choices(struct arena *arena, const json_t *list)
{
	size_t count = json_array_size(list);
	const char **choices = arena_zero(arena, (count + 1) * sizeof(*choices));

	for (size_t i = 0, used = 0; i < count; i++) {
		const char *choice = json_string_value(json_array_get(list, i));
		if (choice != NULL)
			choices[used++] = choice;
	}
	return choices;
}

static const char *
add_suffix(struct arena *arena, const char *name, const char *suffix)
{
	struct buf joined = {0};

	buf_printf(&joined, "%s%s", name, suffix);
	const char *copy = arena_copy(arena, buf_str(&joined)).ptr;
	buf_free(&joined);
	return copy;
}

/* A row as its author wrote it, but for where the value goes, and that no file is opened. */
static int
copy_row(struct table *table, size_t i, const json_t *option, struct err *err)
{
	struct stage_option *row = &table->rows[i];

	*row = (struct stage_option){
		.name = json_string_value(json_object_get(option, "name")),
		.at = i * VALUE_ROOM,
		.value = json_string_value(json_object_get(option, "default")),
		.help = json_string_value(json_object_get(option, "help")),
		.min = json_number_value(json_object_get(option, "min")),
		.max = json_number_value(json_object_get(option, "max")),
		.choices = copy_choices(&table->arena, json_object_get(option, "choices")),
		.required = json_is_true(json_object_get(option, "required")),
	};
	if (row->name == NULL ||
	    type_of_name(json_string_value(json_object_get(option, "type")), &row->type) != 0)
		return err_set(err, ERR_INPUT, "its description has no options[%zu] that is one",
			       i);
	if (row->help == NULL)
		row->help = "";
	if (row->type == OPT_SECRET) {
		row->name = add_suffix(&table->arena, row->name, "-file");
		row->required = false; /* it may come from the environment */
	}
	if (row->type == OPT_SECRET || row->type == OPT_FILE)
		row->type = OPT_TEXT;
	return 0;
}

static int
copy_rows(struct table *table, const json_t *options, struct err *err)
{
	size_t count = json_array_size(options);

	table->rows = arena_zero(&table->arena, (count + 1) * sizeof(*table->rows));
	for (size_t i = 0; i < count; i++) {
		if (copy_row(table, i, json_array_get(options, i), err) != 0)
			return -1;
		table->rows[i].of = count * VALUE_ROOM;
	}
	return 0;
}

static int
parse_words(struct table *table, const struct pipeline_command *command, size_t first,
	    struct err *err)
{
	int argc = (int)(command->count - first) + 1;
	char **argv = arena_zero(&table->arena, (size_t)argc * sizeof(*argv));
	struct option_table rows = {
		.rows = table->rows,
		.values = arena_zero(&table->arena, table->rows->of),
	};
	struct options *options;

	argv[0] = (char *)command->words[0].text;
	for (int i = 1; i < argc; i++)
		argv[i] = (char *)command->words[first + (size_t)i - 1].text;
	options = options_parse(&rows, 1, argc, argv, err);
	options_free(options);
	return options != NULL ? 0 : -1;
}

int
described_options_check(const json_t *options, const struct pipeline_command *command, size_t first,
			struct err *err)
{
	struct table table = {0};
	int result = 0;

	for (size_t i = first; i < command->count; i++)
		if (command->words[i].expands)
			return 0;
	result = copy_rows(&table, options, err);
	if (result == 0)
		result = parse_words(&table, command, first, err);
	arena_free(&table.arena);
	return result;
}

const char *
described_options_value(const struct pipeline_command *command, size_t first, const char *name)
{
	const char *value = NULL;
	size_t len = strlen(name);

	for (size_t i = first; i < command->count; i++) {
		const char *word = command->words[i].text;
		if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, name, len) != 0)
			continue;
		if (word[2 + len] == '=')
			value = word + 3 + len;
		else if (word[2 + len] == '\0' && i + 1 < command->count)
			value = command->words[i + 1].text;
	}
	return value;
}
