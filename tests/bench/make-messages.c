/*
 * make-messages [--enriched] COUNT: so many records of schemas/message.avsc on standard output, the
 * same each time; --enriched: with what six stages might have appended. What they say is made up.
 */
#include "avro/container_writer.h"
#include "avro/encoder.h"
#include "avro/schema.h"
#include "base/file.h"
#include "base/log.h"
#include "lib/avro/random_data.h"
#include "message.avsc.h"
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define BLOCK 1000 /* records */

static const char *const words[] = {
	"the",    "meeting", "moved",  "to",       "Thursday", "can",     "you",    "bring",
	"coffee", "and",     "some",   "bread",    "I",        "am",      "on",     "my",
	"way",    "home",    "see",    "tomorrow", "morning",  "thanks",  "that",   "was",
	"really", "great",   "who",    "has",      "keys",     "ok",      "late",   "again",
	"train",  "is",      "not",    "running",  "call",     "me",      "when",   "ready",
	"schön",  "für",     "später", "grüße",    "mañana",   "¿dónde?", "привет", "как",
	"дела",   "مرحبا",   "شكرا",   "नमस्ते",     "谢谢",     "明天",    "😀",      "🎉",
};
#define PLAIN_WORDS   40
#define FOREIGN_WORDS 16
static const char *const people[] = {"Ada Lovelace",      "Grace", "Emmy N.", "+49 170 0000000",
				     "Katherine Johnson", "Lise"};

enum message_kind { TEXT, IMAGE, SYSTEM };
static const char *const message_kinds[] = {"text", "image", "system", NULL};

struct attachment {
	struct str name;
	enum message_kind kind;
	int64_t size;
};
static const struct field attachment[] = {FIELD(attachment, name),
					  FIELD_ENUM(attachment, kind, message_kinds),
					  FIELD(attachment, size),
					  {0}};
struct event {
	struct str event, actor, text;
	const struct str *targets;
	size_t target_count;
};
static const struct field event[] = {FIELD(event, event),
				     FIELD(event, actor),
				     FIELD(event, text),
				     FIELD_LIST(event, targets, target_count, field_strings),
				     {0}};

struct token {
	int32_t start, end;
	enum { WORD, SYMBOL } kind;
	struct str norm;
};
static const char *const token_kinds[] = {"word", "symbol", NULL};
static const struct field token[] = {FIELD(token, start),
				     FIELD(token, end),
				     FIELD_ENUM(token, kind, token_kinds),
				     FIELD(token, norm),
				     {0}};
struct entity {
	int32_t start, end;
	enum { PERSON, DATE } kind;
	struct str value;
	float score;
};
static const char *const entity_kinds[] = {"person", "date", NULL};
static const struct field entity[] = {
	FIELD(entity, start), FIELD(entity, end),   FIELD_ENUM(entity, kind, entity_kinds),
	FIELD(entity, value), FIELD(entity, score), {0}};
struct candidate {
	struct str code;
	double p;
};
static const struct field candidate[] = {FIELD(candidate, code), FIELD(candidate, p), {0}};
struct language {
	struct str code, script;
	double confidence;
	struct candidate candidates[3];
	const struct candidate *candidate_list;
	size_t candidate_count;
};
static const struct field language[] = {FIELD(language, code),
					FIELD(language, script),
					FIELD(language, confidence),
					{.path = "candidates",
					 .type = FIELD_LIST,
					 FIELD_PLACE(language, candidate_list),
					 .count_at = offsetof(struct language, candidate_count),
					 .size = sizeof(struct candidate),
					 .fields = candidate},
					{0}};
struct sentiment {
	float score;
	struct str label;
};
static const struct field sentiment[] = {FIELD(sentiment, score), FIELD(sentiment, label), {0}};
struct keyword {
	struct str word;
	float weight;
};
static const struct field keyword[] = {FIELD(keyword, word), FIELD(keyword, weight), {0}};

struct message {
	struct str message_id, slot_id, conversation_id, conversation_title, import_id, sender,
		text;
	int64_t seq, sent_at, line, offset;
	int32_t utc_offset_minutes, invalid_bytes;
	enum message_kind kind;
	bool edited;
	const struct attachment *attachments;
	const struct str *mentions;
	size_t attachment_count, mention_count;
	const struct event *event;
	struct str reply_to, uri;

	struct token tokens[64]; /* what stages append */
	size_t token_count;
	struct entity entities[4];
	size_t entity_count;
	struct keyword keywords[3];
	size_t keyword_count;
	struct language language;
	struct sentiment sentiment;
};
static const struct field message[] = {
	FIELD(message, message_id),
	FIELD(message, slot_id),
	FIELD(message, conversation_id),
	FIELD(message, conversation_title),
	FIELD(message, import_id),
	FIELD(message, seq),
	FIELD(message, sent_at),
	FIELD(message, utc_offset_minutes),
	FIELD(message, sender),
	FIELD_ENUM(message, kind, message_kinds),
	FIELD(message, text),
	FIELD(message, edited),
	FIELD_LIST(message, attachments, attachment_count, attachment),
	FIELD_RECORD("details.SystemEvent", message, event, event),
	FIELD_LIST(message, mentions, mention_count, field_strings),
	FIELD(message, reply_to),
	FIELD(message, invalid_bytes),
	FIELD_AT("source.uri", message, uri),
	FIELD_AT("source.line", message, line),
	FIELD_AT("source.offset", message, offset),
	{0}};

/* clang-format off */
static const char *const appended[] = {
	AVSC({"name": "language", "default": null, "type": ["null",
		{"type": "record", "name": "Language", "fields": [
			{"name": "code", "type": ["null", "string"]},
			{"name": "confidence", "type": "double"},
			{"name": "script", "type": ["null", "string"]},
			{"name": "candidates", "type": {"type": "array", "items":
				{"type": "record", "name": "Candidate", "fields": [
					{"name": "code", "type": "string"},
					{"name": "p", "type": "double"}]}}}]}]}),
	AVSC({"name": "tokens", "default": null, "type": ["null", {"type": "array", "items":
		{"type": "record", "name": "Token", "fields": [
			{"name": "start", "type": "int"}, {"name": "end", "type": "int"},
			{"name": "kind", "type": {"type": "enum", "name": "TokenKind",
				"symbols": ["word", "number", "punctuation", "emoji", "symbol"]}},
			{"name": "norm", "type": ["null", "string"], "default": null}]}}]}),
	AVSC({"name": "entities", "default": null, "type": ["null", {"type": "array", "items":
		{"type": "record", "name": "Entity", "fields": [
			{"name": "start", "type": "int"}, {"name": "end", "type": "int"},
			{"name": "kind", "type": {"type": "enum", "name": "EntityKind",
				"symbols": ["person", "place", "organisation", "money", "date"]}},
			{"name": "value", "type": "string"},
			{"name": "score", "type": "float"}]}}]}),
	AVSC({"name": "sentiment", "default": null, "type": ["null",
		{"type": "record", "name": "Sentiment", "fields": [
			{"name": "score", "type": "float"}, {"name": "label", "type": "string"}]}]}),
	AVSC({"name": "keywords", "default": null, "type": ["null", {"type": "array", "items":
		{"type": "record", "name": "Keyword", "fields": [
			{"name": "word", "type": "string"}, {"name": "weight", "type": "float"}]}}]}),
};
/* clang-format on */
#define APPENDED (sizeof(appended) / sizeof(*appended))

/* The strings of a message lie in its arena until the next one. */
static struct str text_of(struct arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static struct str
text_of(struct arena *arena, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return arena_copy(arena, str_of(text));
}

static void
say_something(struct message *m, struct die *die, struct arena *arena)
{
	size_t count = 1 + die_throw(die, 12) + (die_throw(die, 8) == 0 ? die_throw(die, 40) : 0);
	bool foreign = die_throw(die, 8) == 0; /* one in eight isn't all ASCII */
	struct buf text = {0};
	int32_t at = 0;

	for (size_t i = 0; i < count; i++) {
		size_t word = die_throw(die, PLAIN_WORDS);
		if (foreign && die_throw(die, 2) == 0)
			word = PLAIN_WORDS + die_throw(die, FOREIGN_WORDS);
		if (i > 0)
			buf_add_byte(&text, ' ');
		buf_add(&text, str_of(words[word]));
		struct token *t = &m->tokens[m->token_count++];
		*t = (struct token){.start = at, .kind = word < 54 ? WORD : SYMBOL};
		for (const char *p = words[word]; *p != '\0'; p++)
			at += (*p & 0xC0) != 0x80;
		t->end = at++;
		if (die_throw(die, 4) == 0)
			t->norm = str_of(words[(word + 1) % PLAIN_WORDS]);
	}
	if (die_throw(die, 6) == 0)
		buf_add_byte(&text, '?');
	m->text = arena_copy(arena, buf_str(&text));
	buf_free(&text);
	if (die_throw(die, 2) == 0)
		m->entities[m->entity_count++] = (struct entity){
			m->tokens[0].start, m->tokens[0].end,
			die_throw(die, 2) == 0 ? PERSON : DATE, STR("2024-05-01"), 0.75f};
	for (size_t i = 0; i < 2 && i < count; i++)
		m->keywords[m->keyword_count++] = (struct keyword){
			str_of(words[die_throw(die, PLAIN_WORDS)]), 0.125f * (float)(i + 1)};
}

static void
make_message(struct message *m, struct die *die, struct arena *arena, uint64_t i)
{
	static const struct attachment image = {{"IMG-20240501-WA0007.jpg", 23}, IMAGE, 183422};
	static const struct str mentioned = {"Grace", 5};
	const char *sender = people[die_throw(die, sizeof(people) / sizeof(*people))];
	uint64_t sort = die_throw(die, 100);

	*m = (struct message){
		.message_id = text_of(arena, "%016llx%06llx", (unsigned long long)die_bits(die),
				      (unsigned long long)i),
		.slot_id = text_of(arena, "%016llx", (unsigned long long)die_bits(die)),
		.conversation_id = STR("5e0c8f1d2b7a4963"),
		.conversation_title = STR("Book club"),
		.import_id = STR("01HX3V9K2M"),
		.seq = (int64_t)i,
		.sent_at = 1714550400000 + (int64_t)i * 47000,
		.utc_offset_minutes = 120,
		.sender = str_of(sender),
		.uri = STR("WhatsApp Chat with Book club.zip!/_chat.txt"),
		.line = (int64_t)i + 1,
		.offset = (int64_t)i * 71,
		.language = {.code = STR("en"),
			     .script = STR("Latn"),
			     .confidence = 0.97,
			     .candidates = {{STR("en"), 0.97}, {STR("de"), 0.02}},
			     .candidate_count = 2},
		.sentiment = {0.5f, STR("positive")},
	};
	m->language.candidate_list = m->language.candidates;
	if (sort < 3) {
		m->kind = SYSTEM;
		m->sender = (struct str){0};
		m->event = arena_zero(arena, sizeof(*m->event));
		*(struct event *)(uintptr_t)m->event =
			(struct event){.event = STR("member_added"),
				       .actor = STR("Ada Lovelace"),
				       .text = STR("Ada Lovelace added Grace"),
				       .targets = &mentioned,
				       .target_count = 1};
		return;
	}
	say_something(m, die, arena);
	if (sort < 10) {
		m->kind = IMAGE;
		m->attachments = &image;
		m->attachment_count = 1;
	}
	if (sort < 14) {
		m->mentions = &mentioned;
		m->mention_count = 1;
	}
	if (sort >= 95)
		m->reply_to = text_of(arena, "%022llx", (unsigned long long)die_bits(die));
	m->edited = sort == 94;
}

static _Noreturn void
die_of(const struct err *err)
{
	log_error("%s", err->text);
	exit(1);
}

static int
write_stdout(void *with, struct str bytes, struct err *err)
{
	(void)with;
	return file_write_all(STDOUT_FILENO, bytes, NULL, err);
}

static struct avro_encoder *
encoder_of(const struct avro_node *type, const struct field *table)
{
	struct err err;
	struct avro_encoder *e = avro_encoder_new(type, table, &err);

	if (e == NULL)
		die_of(&err);
	return e;
}

static void
add(const struct avro_encoder *e, const void *items, size_t count, struct buf *block)
{
	struct err err;

	if (avro_encode(e, items, count, block, &err) != 0)
		die_of(&err);
}

int
main(int argc, char **argv)
{
	static const struct field *const tables[] = {language, token, entity, sentiment, keyword};
	bool enriched = argc > 1 && strcmp(argv[1], "--enriched") == 0;
	struct avro_encoder *base, *more[APPENDED] = {0};
	struct container_writer *writer;
	struct buf block = {0};
	struct arena arena = {0};
	struct die die = {1};
	static struct message m;
	struct err err;
	uint64_t count;

	if (argc != 2 + enriched || !str_to_u64(str_of(argv[1 + enriched]), &count)) {
		fputs("usage: make-messages [--enriched] COUNT\n", stderr);
		return 2;
	}
	struct avro_schema *schema = avro_schema_parse(str_of(message_avsc), &err);
	if (schema == NULL)
		die_of(&err);
	base = encoder_of(avro_schema_root(schema), message);
	for (size_t i = 0; i < APPENDED && enriched; i++) {
		struct avro_schema *wider =
			avro_schema_with_field(schema, str_of(appended[i]), &err);
		if (wider == NULL)
			die_of(&err);
		avro_schema_free(schema);
		schema = wider;
		const struct avro_node *root = avro_schema_root(schema);
		more[i] = encoder_of(root->fields[root->count - 1].type, tables[i]);
	}
	writer = container_writer_open((struct byte_sink){write_stdout, NULL},
				       avro_schema_json(schema), STR("null"), NULL, 0, false, &err);
	if (writer == NULL)
		die_of(&err);
	for (uint64_t i = 0; i < count; i++) {
		make_message(&m, &die, &arena, i);
		add(base, &m, 1, &block);
		if (enriched) {
			add(more[0], &m.language, 1, &block);
			add(more[1], m.tokens, m.token_count, &block);
			add(more[2], m.entities, m.entity_count, &block);
			add(more[3], &m.sentiment, 1, &block);
			add(more[4], m.keywords, m.keyword_count, &block);
		}
		arena_reset(&arena);
		uint64_t in_block = i % BLOCK + 1;
		if (in_block < BLOCK && i + 1 < count)
			continue;
		if (container_writer_block(writer, in_block, buf_str(&block), &err) != 0)
			die_of(&err);
		buf_clear(&block);
	}
	if (container_writer_end(writer, &err) != 0)
		die_of(&err);
	container_writer_close(writer);
	for (size_t i = 0; i < APPENDED; i++)
		avro_encoder_free(more[i]);
	avro_encoder_free(base);
	avro_schema_free(schema);
	arena_free(&arena);
	buf_free(&block);
	return 0;
}
