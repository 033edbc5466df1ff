#include "base/buf.h"
#include "base/mem.h"
#include "shown_text.h"
#include "stage_catalog.h"
#include "text/utf8.h"
#include "verb_options.h"
#include "verbs.h"

#define COLUMNS     4
#define WIDEST_CELL 44 /* code points; the last column is as long as it is */

struct values {
	bool help, json;
};
static const struct stage_option rows[] = {
	OPTION(FLAG, values, json, NULL, "print the descriptions as JSON, one array"),
	OPTION(FLAG, values, help, NULL, "print this text"),
	{0}};

struct row {
	struct buf cells[COLUMNS];
};

static bool
named_before(const struct stage_description *stage, size_t i)
{
	struct str name = {stage->reads[i].path, strcspn(stage->reads[i].path, ".")};

	for (size_t k = 0; k < i; k++)
		if (str_equal(name, (struct str){stage->reads[k].path,
						 strcspn(stage->reads[k].path, ".")}))
			return true;
	return false;
}

static void
add_last_name(struct buf *to, const char *full_name)
{
	const char *dot = strrchr(full_name, '.');

	buf_add(to, str_of(dot != NULL ? dot + 1 : full_name));
}

/* "text, language? -> +tokens": what it reads (optional: ?), and what it adds or gives. */
static void
set_records(struct buf *cell, const struct stage_description *stage)
{
	struct buf text = {0};

	for (size_t i = 0; i < stage->read_count; i++)
		if (!named_before(stage, i))
			buf_printf(&text, "%s%.*s%s", text.len == 0 ? "" : ", ",
				   (int)strcspn(stage->reads[i].path, "."), stage->reads[i].path,
				   stage->reads[i].optional ? "?" : "");
	shown_text_add(cell, buf_str(&text), WIDEST_CELL - 16);
	buf_clear(&text);
	if (stage->emits != NULL)
		add_last_name(&text, stage->emitted);
	else if (stage->appends != NULL)
		buf_printf(&text, "+%s", stage->appended);
	if (text.len > 0) {
		buf_add(cell, cell->len == 0 ? STR("\u2192 ") : STR(" \u2192 "));
		shown_text_add(cell, buf_str(&text), 16);
	}
	buf_free(&text);
}

static void
fill_row(struct row *row, const struct stage_program *program)
{
	const struct stage_description *stage = program->description;

	shown_text_add(&row->cells[0], str_of(program->name), WIDEST_CELL);
	if (stage == NULL) {
		buf_add(&row->cells[1], STR("?"));
		buf_printf(&row->cells[3], "%s: %s",
			   program->silent ? "does not describe itself" : "cannot be used",
			   program->err.text);
		return;
	}
	buf_add(&row->cells[1], str_of(stage_kind_names[stage->kind]));
	set_records(&row->cells[2], stage);
	shown_text_add(&row->cells[3], str_of(stage->summary), 0);
}

static void
print_rows(struct buf *to, const struct row *table, size_t count)
{
	size_t widths[COLUMNS] = {0};

	for (size_t i = 0; i < count; i++)
		for (size_t c = 0; c < COLUMNS; c++) {
			size_t width = utf8_length(buf_str(&table[i].cells[c]));
			widths[c] = width > widths[c] ? width : widths[c];
		}
	for (size_t i = 0; i < count; i++) {
		size_t owed = 0; /* spaces, once something follows them */
		for (size_t c = 0; c < COLUMNS; c++) {
			struct str cell = buf_str(&table[i].cells[c]);
			if (cell.len > 0)
				buf_printf(to, "%*s", (int)owed, "");
			buf_add(to, cell);
			owed = (cell.len > 0 ? 0 : owed) + widths[c] - utf8_length(cell) + 2;
		}
		buf_add_byte(to, '\n');
	}
}

static void
print_table(struct buf *to, const struct stage_catalog *catalog)
{
	static const char *const titles[COLUMNS] = {"STAGE", "KIND", "READS \u2192 GIVES",
						    "SUMMARY"};
	struct row *table = mem_zero(catalog->count + 1, sizeof(*table));

	for (size_t c = 0; c < COLUMNS; c++)
		buf_add(&table[0].cells[c], str_of(titles[c]));
	for (size_t i = 0; i < catalog->count; i++)
		fill_row(&table[i + 1], &catalog->programs[i]);
	print_rows(to, table, catalog->count + 1);
	for (size_t i = 0; i <= catalog->count; i++)
		for (size_t c = 0; c < COLUMNS; c++)
			buf_free(&table[i].cells[c]);
	free(table);
}

/* The descriptions as they came, each with its program's path; those that gave none say why. */
static void
print_json(struct buf *to, const struct stage_catalog *catalog)
{
	json_t *list = json_array();

	for (size_t i = 0; i < catalog->count; i++) {
		const struct stage_program *program = &catalog->programs[i];
		json_t *object = json_object();
		(void)json_object_set_new(object, "program", json_string(program->path));
		if (program->description != NULL)
			(void)json_object_update(object, (json_t *)program->description->json);
		else
			(void)json_object_set_new(object, "error", json_string(program->err.text));
		(void)json_object_set_new(object, "name", json_string(program->name));
		(void)json_array_append_new(list, object);
	}
	char *text = json_dumps(list, JSON_INDENT(1));
	buf_printf(to, "%s\n", text == NULL ? "[]" : text);
	free(text);
	json_decref(list);
}

int
verb_stages(int argc, char **argv)
{
	struct values values;
	struct verb_options verb = {
		.help = {.program = "chatmill stages",
			 .summary = "show every stage there is: beside chatmill, and in $PATH"},
		.rows = rows,
		.values = &values};
	struct buf text = {0};
	int status = verb_options_parse(&verb, argc, argv);

	if (status >= 0)
		return status;
	struct stage_catalog *catalog = stage_catalog_here();
	stage_catalog_describe(catalog);
	if (values.json)
		print_json(&text, catalog);
	else
		print_table(&text, catalog);
	status = verb_print(&text);
	stage_catalog_free(catalog);
	options_free(verb.parsed);
	return status;
}
