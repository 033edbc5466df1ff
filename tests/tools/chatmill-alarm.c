/* alarm -- passes each text on, and rings after those it is told to: "ring" at once, by event
 * time; "ring late" when the input ends. Each ring needs two attempts, and leaves a part to the
 * dead letters. "nothing said" is refused, and "both" in two parts. For the tests of timers. */
#include "stage.h"

struct message {
	struct str conversation_id, text;
	int64_t sent_at;
};
static const struct field reads[] = {
	FIELD(message, conversation_id), FIELD(message, text), FIELD(message, sent_at), {0}};

static const char emits[] = AVSC({
	"type": "record", "name": "Sound", "namespace": "chatmill.tests", "fields": [
		{"name": "sound", "type": "string"}]
});
struct sound {
	struct str sound;
};
static const struct field writes[] = {FIELD(sound, sound), {0}};
EMITTER(emit_sound, sound)

struct worker {
	int attempts; /* at the ring in hand */
};
struct bell {
	int64_t rings;
};
static const struct field bell[] = {FIELD(bell, rings), {0}};
enum { BELL };

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	const struct message *m = record_read(rec);

	emit_sound(st, &(struct sound){m->text});
	if (str_equal(m->text, STR("ring")))
		state_timer(st, state_of(st, BELL, STR("now")), EVENT_TIME, m->sent_at);
	if (str_equal(m->text, STR("ring late")))
		state_timer(st, state_of(st, BELL, STR("late")), EVENT_TIME, INT64_MAX);
	if (str_equal(m->text, STR("nothing said")))
		return STAGE_REJECT;
	if (str_equal(m->text, STR("both"))) {
		stage_reject_part(st, m->text, "line 1", "too low");
		stage_reject_part(st, m->text, "line 2", "too high");
	}
	return STAGE_PASS;
}

static enum stage_verdict
ring(struct stage *st, void *block, struct str part)
{
	struct worker *w = stage_self(st);

	(void)part;
	for (int i = 0; i < 3; i++)
		emit_sound(st, &(struct sound){stage_key(st)});
	stage_reject_part(st, STR("ding"), "ring", "too loud");
	if (w->attempts++ == 0)
		return stage_retry(st, "not awake");
	w->attempts = 0;
	state_forget(st, block);
	return STAGE_PASS;
}

static const struct stage_state states[] = {[BELL] = {.name = "bell",
						      .size = sizeof(struct bell),
						      .version = 1,
						      .fields = bell,
						      .timer = ring},
					    {0}};

static const struct stage_def alarm_stage = {
	.api = STAGE_API,
	.name = "alarm",
	.version = "1.0.0",
	.summary = "ring",
	.self_size = sizeof(struct worker),
	.reads = reads,
	.emits = emits,
	.writes = writes,
	.key = "conversation_id",
	.event_time = "sent_at",
	.states = states,
	.process = process,
};
STAGE_MAIN(alarm_stage)
