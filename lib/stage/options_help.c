#include "stage/option_value.h"
#include "stage/options_parse.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { NARROWEST = 60, WIDEST = 100, INDENT = 2, DESCRIPTION = 26 };

#define STICKY '\x1f' /* a space at which no line is broken */

static size_t
clamp_columns(size_t columns)
{
	struct winsize size;

	if (columns == 0)
		columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
				  ? size.ws_col
				  : 80;
	return columns < NARROWEST ? NARROWEST : columns > WIDEST ? WIDEST : columns;
}

/* Characters, not bytes: close enough to columns for what programs say about themselves. */
static size_t
width_of(struct str s)
{
	size_t width = 0;

	for (size_t i = 0; i < s.len; i++)
		width += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
	return width;
}

/* Adds text word by word; `column` is where it begins, and lines after the first begin at
 * `margin`. */
static void
add_wrapped(struct buf *to, struct str text, size_t column, size_t margin, size_t columns)
{
	bool first = true;

	while (text.len > 0) {
		struct str word = str_cut(&text, ' ');
		size_t width = width_of(word);

		if (!first && column + 1 + width > columns) {
			buf_printf(to, "\n%*s", (int)margin, "");
			column = margin;
		} else if (!first) {
			buf_add_byte(to, ' ');
			column++;
		}
		for (size_t i = 0; i < word.len; i++)
			buf_add_byte(to, word.ptr[i] == STICKY ? ' ' : word.ptr[i]);
		column += width;
		first = false;
	}
	buf_add_byte(to, '\n');
}

/* "help (between 0 and 1; default 0.7)" */
static void
add_explanation(const struct stage_option *row, struct buf *to)
{
	const char *between = " (";
	struct buf range = {0};

	buf_add(to, str_of(row->help));
	if (row->type == OPT_CHOICE) {
		for (size_t i = 0; row->choices[i] != NULL; i++)
			buf_printf(to, "%s%s", i == 0 ? ": " : ", ", row->choices[i]);
	}
	option_value_range(row, &range);
	if (range.len > 0 && row->type != OPT_ARGUMENTS) {
		buf_printf(to, "%s%s", between, buf_cstr(&range));
		between = "; ";
	}
	buf_free(&range);
	if (row->type == OPT_SECRET) {
		buf_printf(to, "%sor $", between);
		option_value_variable(row, to);
		between = "; ";
	}
	if (row->required) {
		buf_printf(to, "%srequired", between);
		between = "; ";
	}
	if (row->value != NULL && row->value[0] != '\0') {
		buf_printf(to, "%sdefault%c%s", between, STICKY, row->value);
		between = "; ";
	}
	if (between[0] == ';')
		buf_add_byte(to, ')');
}

static void
add_option(const struct stage_option *row, size_t columns, struct buf *to)
{
	struct buf left = {0}, right = {0};
	bool on = row->type == OPT_FLAG && row->value != NULL && strcmp(row->value, "on") == 0;

	buf_printf(&left, "%*s--%s", INDENT, "", on ? "[no-]" : "");
	option_value_name(row, &left);
	buf_printf(&left, "%s %s", row->type == OPT_SECRET ? "-file" : "",
		   option_value_placeholder(row));
	if (left.ptr[left.len - 1] == ' ')
		left.len--;
	buf_add(to, buf_str(&left));
	if (left.len + 2 > DESCRIPTION)
		buf_printf(to, "\n%*s", DESCRIPTION, "");
	else
		buf_printf(to, "%*s", (int)(DESCRIPTION - left.len), "");
	add_explanation(row, &right);
	add_wrapped(to, buf_str(&right), DESCRIPTION, DESCRIPTION, columns);
	buf_free(&left);
	buf_free(&right);
}

static const struct stage_option *
arguments_row(const struct option_table *tables, size_t count)
{
	for (size_t t = 0; t < count; t++)
		for (const struct stage_option *row = tables[t].rows;
		     row != NULL && row->name != NULL; row++)
			if (row->type == OPT_ARGUMENTS)
				return row;
	return NULL;
}

/* A secret may come from the environment. */
static void
add_required(const struct stage_option *row, struct buf *to)
{
	for (; row != NULL && row->name != NULL; row++) {
		if (!row->required || row->type == OPT_SECRET || row->type == OPT_ARGUMENTS)
			continue;
		buf_add(to, STR(" --"));
		option_value_name(row, to);
		buf_printf(to, " %s", option_value_placeholder(row));
	}
}

static void
add_usage(const struct options_help *help, const struct option_table *tables, size_t count,
	  struct buf *to)
{
	const struct stage_option *arguments = arguments_row(tables, count);

	buf_printf(to, "usage: %s", help->program);
	for (size_t t = 0; t < count; t++)
		add_required(tables[t].rows, to);
	buf_add(to, STR(" [--OPTION...]"));
	if (arguments != NULL) {
		bool optional = !arguments->required && arguments->min <= 0;
		bool several = !option_value_has_max(arguments) || arguments->max > 1;

		buf_add(to, optional ? STR(" [") : STR(" "));
		for (const char *c = arguments->name; *c != '\0'; c++)
			buf_add_byte(to, *c == '_'                ? '-'
					 : *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A')
								  : *c);
		buf_add(to, several ? STR("...") : STR(""));
		buf_add(to, optional ? STR("]") : STR(""));
	}
	buf_add_byte(to, '\n');
}

/* What is no option: the table's row, and what the stage says about it besides. */
static void
add_arguments(const struct stage_option *row, const char *const *lines, size_t columns,
	      struct buf *to)
{
	struct buf text = {0};

	if (row != NULL || (lines != NULL && lines[0] != NULL))
		buf_add(to, STR("\nArguments:\n"));
	if (row != NULL) {
		buf_printf(to, "%*s", INDENT, "");
		add_explanation(row, &text);
		add_wrapped(to, buf_str(&text), INDENT, INDENT, columns);
	}
	for (; lines != NULL && *lines != NULL; lines++) {
		buf_printf(to, "%*s", INDENT, "");
		add_wrapped(to, str_of(*lines), INDENT, INDENT, columns);
	}
	buf_free(&text);
}

static void
add_flow(const char *what, const char *text, size_t columns, struct buf *to)
{
	if (text == NULL)
		return;
	buf_printf(to, "%-8s", what);
	add_wrapped(to, str_of(text), 8, 8, columns);
}

void
options_help(struct buf *to, const struct options_help *help, const struct option_table *tables,
	     size_t count, size_t columns)
{
	const struct stage_option *arguments = arguments_row(tables, count);

	columns = clamp_columns(columns);
	add_usage(help, tables, count, to);
	if (help->summary != NULL) {
		buf_add_byte(to, '\n');
		add_wrapped(to, str_of(help->summary), 0, 0, columns);
	}
	if (help->reads != NULL || help->writes != NULL)
		buf_add_byte(to, '\n');
	add_flow("reads", help->reads, columns, to);
	add_flow("writes", help->writes, columns, to);
	add_arguments(arguments, help->arguments, columns, to);
	for (size_t t = 0; t < count; t++) {
		bool titled = false;

		for (const struct stage_option *row = tables[t].rows;
		     row != NULL && row->name != NULL; row++) {
			if (row->type == OPT_ARGUMENTS || row->help == NULL)
				continue;
			if (!titled)
				buf_printf(to, "\n%s:\n", tables[t].title);
			titled = true;
			add_option(row, columns, to);
		}
	}
	if (help->examples != NULL && help->examples[0] != NULL)
		buf_add(to, STR("\nExamples:\n"));
	for (size_t i = 0; help->examples != NULL && help->examples[i] != NULL; i++)
		buf_printf(to, "%*s%s\n", INDENT, "", help->examples[i]); /* to be copied: whole */
}

static json_t *
text_or_null(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

/* As a number of the option's own kind. */
static json_t *
bound_or_null(const struct stage_option *row, bool bounded, double bound)
{
	if (!bounded)
		return json_null();
	return row->type == OPT_REAL ? json_real(bound) : json_integer((json_int_t)bound);
}

static json_t *
choices_or_null(const struct stage_option *row)
{
	json_t *list;

	if (row->type != OPT_CHOICE)
		return json_null();
	list = json_array();
	for (size_t i = 0; row->choices[i] != NULL; i++)
		(void)json_array_append_new(list, json_string(row->choices[i]));
	return list;
}

static json_t *
describe_row(const struct stage_option *row)
{
	json_t *object = json_object();
	struct buf name = {0};

	option_value_name(row, &name);
	(void)json_object_set_new(object, "name", json_string(buf_cstr(&name)));
	(void)json_object_set_new(object, "type", json_string(option_value_type(row)));
	(void)json_object_set_new(object, "default", text_or_null(row->value));
	(void)json_object_set_new(object, "help", text_or_null(row->help));
	(void)json_object_set_new(object, "min",
				  bound_or_null(row, option_value_has_min(row), row->min));
	(void)json_object_set_new(object, "max",
				  bound_or_null(row, option_value_has_max(row), row->max));
	(void)json_object_set_new(object, "choices", choices_or_null(row));
	(void)json_object_set_new(object, "required", json_boolean(row->required));
	(void)json_object_set_new(object, "tuning", json_boolean(row->tuning));
	buf_free(&name);
	return object;
}

json_t *
options_describe(const struct option_table *tables, size_t count)
{
	json_t *list = json_array();

	for (size_t t = 0; t < count; t++)
		for (const struct stage_option *row = tables[t].rows;
		     row != NULL && row->name != NULL; row++)
			if (row->help != NULL)
				(void)json_array_append_new(list, describe_row(row));
	return list;
}
