/* hourly -- count each conversation's messages by the hour in which they were sent: a window over
 * event time, closed by the watermark and a grace; what comes later is refused, with the reason. */
#include "stage.h"
#include <inttypes.h>
#include <stdio.h>

#define HOUR_MS (3600 * 1000LL)

struct options {
	int64_t grace;
};
static const struct stage_option options[] = {
	OPTION(DURATION, options, grace, "5m", "how long after its end an hour is still open"),
	{0}};

struct message {
	struct str conversation_id;
	int64_t sent_at;
};
static const struct field reads[] = {FIELD(message, conversation_id), FIELD(message, sent_at), {0}};

struct hour { /* part: when it begins, as text in order */
	int64_t begin, messages;
};
static const struct field hour[] = {FIELD(hour, begin), FIELD(hour, messages), {0}};

static const char emits[] =
	AVSC({
	"type": "record", "name": "Hour", "namespace": "chatmill.tests", "fields": [
		{"name": "conversation", "type": "string"},
		{"name": "hour", "type": {"type": "long", "logicalType": "timestamp-millis"}},
		{"name": "messages", "type": "long"}]
});
struct chat_hour {
	struct str conversation;
	int64_t hour, messages;
};
static const struct field writes[] = {
	FIELD(chat_hour, conversation), FIELD(chat_hour, hour), FIELD(chat_hour, messages), {0}};

EMITTER(emit_hour, chat_hour)

enum { HOUR };

static enum stage_verdict
process(struct stage *st, struct record *rec)
{
	const struct options *o = stage_options(st);
	const struct message *m = record_read(rec);
	int64_t begin = m->sent_at - (m->sent_at % HOUR_MS + HOUR_MS) % HOUR_MS;
	int64_t closed = begin + HOUR_MS + o->grace;
	char part[24];

	if (closed <= stage_watermark(st))
		return stage_reject(st, "late: its hour is closed");
	(void)snprintf(part, sizeof(part), "%020" PRId64, begin);
	struct hour *h = state_of(st, HOUR, str_of(part));
	h->begin = begin;
	h->messages++;
	state_timer(st, h, EVENT_TIME, closed);
	return STAGE_PASS;
}

static enum stage_verdict
close_hour(struct stage *st, void *block, struct str part)
{
	struct hour *h = block;

	(void)part;
	emit_hour(st, &(struct chat_hour){stage_key(st), h->begin, h->messages});
	state_forget(st, h);
	return STAGE_PASS;
}

static const struct stage_state states[] = {[HOUR] = {.name = "hour",
						      .size = sizeof(struct hour),
						      .version = 1,
						      .fields = hour,
						      .timer = close_hour},
					    {0}};

static const struct stage_def hourly = {
	.api = STAGE_API,
	.name = "hourly",
	.version = "1.0.0",
	.summary = "count each conversation's messages by the hour",
	.options = options,
	.reads = reads,
	.emits = emits,
	.writes = writes,
	.partition_by = "conversation",
	.key = "conversation_id",
	.event_time = "sent_at",
	.states = states,
	.process = process,
};
STAGE_MAIN(hourly)
