/* moody -- does to each message what its text says: "drop", "reject", "retry", "retry once",
 * "fail", "down", "down once", "append badly", "slow"; passes all others with `mood`. For the tests
 * of verdicts. */
#include "stage.h"
#include <unistd.h>

struct message {
	struct str text;
};
static const struct field reads[] = {FIELD(message, text), {0}};

struct mood {
	struct str name;
};
static const struct field writes[] = {FIELD(mood, name), {0}};
static const char appends[] =
	AVSC({
	"name": "mood", "default": null, "type": ["null", {
		"type": "record", "name": "Mood", "fields": [{"name": "name", "type": "string"}]}]
});

struct worker {
	int before; /* attempts at the record in hand that were turned away */
};

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	struct worker *w = stage_self(st);
	const struct message *m = record_read(rec);
	struct mood mood = {STR("calm")};

	if (str_equal(m->text, STR("append badly")))
		mood.name = STR("\xFF");
	record_append(rec, &mood);
	if (str_equal(m->text, STR("drop")))
		return STAGE_DROP;
	if (str_equal(m->text, STR("reject")))
		return stage_reject(st, "it asked for that");
	if (str_equal(m->text, STR("retry")))
		return stage_retry(st, "the world is not ready");
	if (str_equal(m->text, STR("fail")))
		return stage_fail(st, "nothing can be done");
	if (str_equal(m->text, STR("retry once")) && w->before++ == 0)
		return stage_retry(st, "not the first time");
	if (str_equal(m->text, STR("down")))
		return stage_error(st, &(struct err){ERR_DOWN, "the endpoint is away"});
	if (str_equal(m->text, STR("down once")) && w->before++ == 0)
		return stage_error(st, &(struct err){ERR_DOWN, "the endpoint is away"});
	w->before = 0;
	return STAGE_PASS;
}

static const struct stage_def moody = {
	.api = STAGE_API,
	.name = "moody",
	.version = "1.0.0",
	.summary = "do what the text says",
	.self_size = sizeof(struct worker),
	.reads = reads,
	.appends = appends,
	.writes = writes,
	.process = process,
};
STAGE_MAIN(moody)
