/* tally -- count the messages and bytes of each conversation, and say so when the input ends, or so
 * long after a change (--every), or after each N messages of one (--after). Keyed state, for the
 * tests of the runtime. */
#include "stage.h"

struct options {
	int64_t after, every;
};
static const struct stage_option options[] = {
	OPTION(INT, options, after, "0", "also after so many messages; 0: not so"),
	OPTION(DURATION, options, every, "0s", "how long after a change to speak of it"),
	{0}};

struct message {
	struct str conversation_id, text;
};
static const struct field reads[] = {FIELD(message, conversation_id), FIELD(message, text), {0}};

struct count {
	int64_t messages, bytes;
	struct buf last; /* the text seen last */
	bool scheduled;  /* its timer is set */
};
static const struct field count[] = {FIELD(count, messages),
				     FIELD(count, bytes),
				     FIELD(count, last),
				     FIELD(count, scheduled),
				     {0}};

static const char emits[] = AVSC({
	"type": "record", "name": "Tally", "namespace": "chatmill.tests", "fields": [
		{"name": "conversation_id", "type": "string"},
		{"name": "messages", "type": "long"},
		{"name": "bytes", "type": "long"},
		{"name": "last", "type": "string"}]
});

struct tally {
	struct str conversation_id;
	int64_t messages, bytes;
	struct str last;
};
static const struct field writes[] = {FIELD(tally, conversation_id),
				      FIELD(tally, messages),
				      FIELD(tally, bytes),
				      FIELD(tally, last),
				      {0}};

EMITTER(emit_tally, tally)

enum { COUNT };

static void
emit(struct stage *st, const struct count *c)
{
	emit_tally(st, &(struct tally){stage_key(st), c->messages, c->bytes, buf_str(&c->last)});
}

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	const struct options *o = stage_options(st);
	const struct message *m = record_read(rec);
	struct count *c = state_of(st, COUNT, (struct str){0});

	c->messages++;
	c->bytes += (int64_t)m->text.len;
	buf_clear(&c->last);
	buf_add(&c->last, m->text);
	if (!c->scheduled)
		state_timer(st, c, PROCESSING_TIME, stage_now(st) + o->every);
	c->scheduled = true;
	if (o->after > 0 && c->messages % o->after == 0)
		emit(st, c);
	return STAGE_PASS;
}

static enum stage_verdict
speak(struct stage *st, void *block, struct str part)
{
	struct count *c = block;

	(void)part;
	emit(st, c);
	c->scheduled = false;
	return STAGE_PASS;
}

static void
merge_counts(void *into, void *from)
{
	((struct count *)into)->messages += ((struct count *)from)->messages;
	((struct count *)into)->bytes += ((struct count *)from)->bytes;
}

static const struct stage_state states[] = {[COUNT] = {.name = "count",
						       .size = sizeof(struct count),
						       .version = 1,
						       .fields = count,
						       .merge = merge_counts,
						       .timer = speak},
					    {0}};

static const struct stage_def tally = {
	.api = STAGE_API,
	.name = "tally",
	.version = "1.0.0",
	.summary = "count each conversation's messages",
	.options = options,
	.reads = reads,
	.emits = emits,
	.writes = writes,
	.key = "conversation_id",
	.states = states,
	.process = process,
};
STAGE_MAIN(tally)
