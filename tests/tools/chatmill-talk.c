/* talk -- make messages up: a source for tests. With --live it waits after each block, as a source
 * does that has no end. With --texts, the given ones, again and again. */
#include "message.avsc.h"
#include "stage.h"
#include <stdio.h>

struct options {
	int64_t count, conversations, block;
	bool live, away, positions;
	struct stage_arguments texts;
};
static const struct stage_option options[] = {
	OPTION(INT, options, count, "1000", "messages to make up", .min = 0, .max = 1e12),
	OPTION(INT, options, conversations, "3", "of so many conversations", .min = 1, .max = 1e9),
	OPTION(INT, options, block, "500", "messages a poll", .min = 1, .max = 100000),
	OPTION(FLAG, options, live, NULL, "wait after each poll, and never end"),
	OPTION(FLAG, options, away, NULL,
	       "with --live, be away instead of waiting when all is said", .tuning = true),
	OPTION(FLAG, options, positions, NULL, "say positions, and print what is durable",
	       .tuning = true),
	OPTION(ARGUMENTS, options, texts, "hello there", "TEXT ..."),
	{0}};

struct message {
	struct str message_id, slot_id, conversation_id, import_id, sender, text, uri;
	int64_t seq, sent_at;
	int32_t utc_offset_minutes;
	enum { KIND_TEXT = 1 } kind;
	int64_t line, offset;
};
static const char *const kinds[] = {"", "text", NULL};
static const struct field writes[] = {FIELD(message, message_id),
				      FIELD(message, slot_id),
				      FIELD(message, conversation_id),
				      FIELD(message, import_id),
				      FIELD(message, seq),
				      FIELD(message, sent_at),
				      FIELD(message, utc_offset_minutes),
				      FIELD(message, sender),
				      FIELD_ENUM(message, kind, kinds),
				      FIELD(message, text),
				      FIELD_AT("source.uri", message, uri),
				      FIELD_AT("source.line", message, line),
				      FIELD_AT("source.offset", message, offset),
				      {0}};

struct talk {
	int64_t next;
};

static void
emit(struct stage *st, int64_t i)
{
	const struct options *o = stage_options(st);
	char id[32], conversation[32];
	struct message m = {
		.import_id = STR("talk"),
		.sender = i % 2 == 0 ? STR("Ada") : STR("Grace"),
		.uri = STR("talk:"),
		.text = str_of(o->texts.at[(size_t)i % o->texts.count]),
		.seq = i,
		.sent_at = 1700000000000 + i * 1000,
		.kind = KIND_TEXT,
		.line = i + 1,
	};

	snprintf(id, sizeof(id), "m%lld", (long long)i);
	snprintf(conversation, sizeof(conversation), "c%lld", (long long)(i % o->conversations));
	m.message_id = m.slot_id = str_of(id);
	m.conversation_id = str_of(conversation);
	stage_emit(st, &m);
}

static enum stage_verdict
poll_talk(struct stage *st)
{
	const struct options *o = stage_options(st);
	struct talk *t = stage_self(st);

	if (o->away && t->next >= o->count)
		return stage_error(st, &(struct err){ERR_DOWN, "nobody is there"});
	for (int64_t i = 0; i < o->block && t->next < o->count; i++)
		emit(st, t->next++);
	if (o->positions) {
		char position[32];
		snprintf(position, sizeof(position), "%lld", (long long)t->next);
		stage_position(st, str_of(position));
	}
	if (o->live)
		return STAGE_WAIT;
	return t->next < o->count ? STAGE_PASS : STAGE_END;
}

static int
acknowledge(struct stage *st, struct str position, struct err *err)
{
	(void)st;
	if (fprintf(stderr, "durable: %.*s\n", STR_ARG(position)) < 0)
		return err_set(err, ERR_FATAL, "could not print");
	return 0;
}

static const struct stage_def talk = {
	.api = STAGE_API,
	.name = "talk",
	.version = "1.0.0",
	.summary = "make messages up",
	.options = options,
	.self_size = sizeof(struct talk),
	.emits = message_avsc,
	.writes = writes,
	.poll = poll_talk,
	.acknowledge = acknowledge,
};
STAGE_MAIN(talk)
