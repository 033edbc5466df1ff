#include "base/buf.h"
#include "base/log.h"
#include "pipeline_check.h"
#include "verb_options.h"
#include "verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONGEST_FILE (1024 * 1024) /* bytes */

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
read_composition(const char *path, struct buf *text, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 0;

	while (fd >= 0 && text->len <= LONGEST_FILE &&
	       (n = read(fd, buf_room(text, 4096), 4096)) > 0)
		text->len += (size_t)n;
	if (n < 0)
		err_set(err, ERR_FATAL, "could not read \"%s\": %s", path, strerror(errno));
	else if (text->len > LONGEST_FILE)
		n = err_set(err, ERR_FATAL, "\"%s\" is too long to be a composition", path);
	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

/* A file that exists, else the composition itself. */
static struct pipeline *
read_pipeline(const char *argument, struct err *err)
{
	struct pipeline *pipeline = NULL;
	struct buf text = {0};
	struct stat st;

	if (stat(argument, &st) != 0 || !S_ISREG(st.st_mode))
		return pipeline_parse(str_of(argument), err);
	if (read_composition(argument, &text, err) == 0) {
		pipeline = pipeline_parse(buf_str(&text), err);
		if (pipeline == NULL)
			err_prefix(err, "file \"%s\": ", argument);
	}
	buf_free(&text);
	return pipeline;
}

static int
check(const struct pipeline *pipeline)
{
	struct stage_catalog *catalog = stage_catalog_here();
	struct pipeline_report report = {0};
	int status;

	stage_catalog_describe(catalog);
	pipeline_check(pipeline, catalog, &report);
	status = report.errors.len > 0 ? 1 : 0;
	for (struct str rest = buf_str(&report.errors); rest.len > 0;) {
		struct str line = str_cut(&rest, '\n');
		log_error("%.*s", STR_ARG(line));
	}
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
	struct pipeline *pipeline = read_pipeline(values.composition.at[0], &err);
	if (pipeline == NULL)
		log_error("%s", err.text);
	status = pipeline == NULL ? 1 : check(pipeline);
	pipeline_free(pipeline);
	options_free(verb.parsed);
	return status;
}
