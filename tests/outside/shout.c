/* shout -- mark messages written mostly in capital letters. A stage by somebody else: built outside
 * the tree, against the installed library alone. */
#include "stage.h"

struct options {
	double share;
};
static const struct stage_option options[] = {
	OPTION(REAL, options, share, "0.6", "share of capitals that counts as shouting", .max = 1),
	{0}};

struct message {
	struct str text;
};
static const struct field reads[] = {FIELD(message, text), {0}};

// clang-format off
static const char appends[] = AVSC({
	"name": "shout", "default": null, "type": ["null", {
		"type": "record", "name": "Shout", "fields": [
			{"name": "share", "type": "double"},
			{"name": "loud", "type": "boolean"}]}]
});
// clang-format on

struct shout {
	double share;
	bool loud;
};
static const struct field writes[] = {FIELD(shout, share), FIELD(shout, loud), {0}};

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	const struct options *o = stage_options(st);
	const struct message *m = record_read(rec);
	size_t capitals = 0, letters = 0;

	for (size_t i = 0; i < m->text.len; i++) {
		unsigned char c = (unsigned char)m->text.ptr[i];
		if (c == '\0')
			return stage_reject(st, "text holds a NUL at byte %zu", i);
		letters += (c | 32) >= 'a' && (c | 32) <= 'z';
		capitals += c >= 'A' && c <= 'Z';
	}
	if (letters == 0)
		return STAGE_PASS; /* nothing to say about it */
	double share = (double)capitals / (double)letters;
	record_append(rec, &(struct shout){.share = share, .loud = share >= o->share});
	return STAGE_PASS;
}

static const struct stage_def shout = {
	.api = STAGE_API,
	.name = "shout",
	.version = "0.1.0",
	.summary = "mark messages written mostly in capital letters",
	.options = options,
	.reads = reads,
	.appends = appends,
	.writes = writes,
	.process = process,
};
STAGE_MAIN(shout)
