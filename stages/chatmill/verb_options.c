#include "verb_options.h"

#include "base/file.h"
#include "base/log.h"
#include <unistd.h>

int
verb_print(struct buf *text)
{
	struct err err = {0};
	int status = file_write_all(STDOUT_FILENO, buf_str(text), NULL, &err) == 0 ? 0 : 1;

	if (status != 0)
		log_error("standard output: %s", err.text);
	buf_free(text);
	return status;
}

int
verb_options_parse(struct verb_options *verb, int argc, char **argv)
{
	struct option_table table = {"Options", verb->rows, verb->values};
	struct buf text = {0};
	struct err err = {0};

	if (options_asks(&table, 1, argc, argv, "help")) {
		options_help(&text, &verb->help, &table, 1, 0);
		return verb_print(&text);
	}
	verb->parsed = options_parse(&table, 1, argc, argv, &err);
	if (verb->parsed != NULL)
		return -1;
	log_error("%s: %s", argv[0], err.text);
	return err.class == ERR_INPUT ? 2 : 1;
}
