/* collect -- count messages, and print their number when they are committed. A sink that says
 * nothing of how many workers it can have, for the tests of the runtime. */
#include "stage.h"
#include <inttypes.h>
#include <stdio.h>

struct message {
	struct str text;
};
static const struct field reads[] = {FIELD(message, text), {0}};

struct collect {
	int64_t taken; /* since the last commit */
};

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	struct collect *c = stage_self(st);

	(void)rec;
	c->taken++;
	return STAGE_PASS;
}

static int
commit(struct stage *st, const struct stage_position *positions, size_t count, struct err *err)
{
	struct collect *c = stage_self(st);

	(void)positions;
	(void)count;
	if (printf("%" PRId64 "\n", c->taken) < 0 || fflush(stdout) != 0)
		return err_set(err, ERR_FATAL, "could not print");
	c->taken = 0;
	return 0;
}

static const struct stage_def collect = {
	.api = STAGE_API,
	.name = "collect",
	.version = "1.0.0",
	.summary = "count messages",
	.self_size = sizeof(struct collect),
	.reads = reads,
	.process = process,
	.commit = commit,
};
STAGE_MAIN(collect)
