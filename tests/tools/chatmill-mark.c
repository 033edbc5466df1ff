/* mark -- append the record's length to each message, as `mark`; as chatmill-mark3 (a link), as
 * `mark3`, so that several of them can stand in one pipe. The least that an appending stage can do.
 */
#include "stage.h"
#include <stdio.h>
#include <stdlib.h>

struct message {
	struct str text;
};
static const struct field reads[] = {FIELD(message, text), {0}};

struct mark {
	double share; /* of the bytes that are letters of ASCII's first half */
	bool early;
};
static const struct field writes[] = {FIELD(mark, share), FIELD(mark, early), {0}};

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	const struct message *m = record_read(rec);

	(void)st;
	record_append(rec, &(struct mark){.share = (double)m->text.len / 1000,
					  .early = m->text.len > 0 && m->text.ptr[0] < 'n'});
	return STAGE_PASS;
}

int
main(int argc, char **argv)
{
	static char name[32], appends[400];
	const char *base = strrchr(argv[0], '/');

	base = base == NULL ? argv[0] : base + 1;
	snprintf(name, sizeof(name), "%.20s",
		 strncmp(base, "chatmill-", 9) == 0 ? base + 9 : "mark");
	snprintf(
		appends, sizeof(appends),
		"{\"name\": \"%s\", \"default\": null, \"type\": [\"null\", {\"type\": \"record\", "
		"\"name\": \"Mark\", \"fields\": [{\"name\": \"share\", \"type\": \"double\"}, "
		"{\"name\": \"early\", \"type\": \"boolean\"}]}]}",
		name);
	const struct stage_def mark = {
		.api = STAGE_API,
		.name = name,
		.version = "1.0.0",
		.summary = "append a small field",
		.reads = reads,
		.appends = appends,
		.writes = writes,
		.process = process,
	};
	return stage_main(&mark, argc, argv);
}
