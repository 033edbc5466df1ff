#include "base/buf.h"
#include "base/log.h"
#include "pipeline_check.h"
#include "pipeline_file.h"
#include "verb_options.h"
#include "verbs.h"

struct values {
	bool help;
	struct stage_arguments composition;
};
static const struct stage_option rows[] = {OPTION(FLAG, values, help, NULL, "print this text"),
					   OPTION(ARGUMENTS, values, composition, NULL,
						  "the composition, or a file that holds it",
						  .min = 1, .max = 1),
					   {0}};

static int
check(const struct pipeline *pipeline)
{
	struct stage_catalog *catalog = stage_catalog_here();
	struct pipeline_report report = {0};

	stage_catalog_describe(catalog);
	pipeline_check(pipeline, catalog, &report);
	int status = pipeline_report_tell(&report);
	if (status == 0)
		status = verb_print(&report.steps);
	pipeline_report_free(&report);
	stage_catalog_free(catalog);
	return status;
}

int
verb_check(int argc, char **argv)
{
	static const char *const examples[] = {
		"chatmill check 'fetch chat.zip | parse | sink sqlite:chat.db'",
		"chatmill check pipelines/database.pipe", NULL};
	struct values values;
	struct verb_options verb = {.help = {.program = "chatmill check",
					     .summary = "say whether the stages of a composition "
							"fit together, running none",
					     .examples = examples},
				    .rows = rows,
				    .values = &values};
	struct err err = {0};
	int status = verb_options_parse(&verb, argc, argv);

	if (status >= 0)
		return status;
	struct pipeline *pipeline = pipeline_read(values.composition.at[0], &err);
	if (pipeline == NULL)
		log_error("%s", err.text);
	status = pipeline == NULL ? 1 : check(pipeline);
	pipeline_free(pipeline);
	options_free(verb.parsed);
	return status;
}
