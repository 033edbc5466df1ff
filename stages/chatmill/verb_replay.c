/*
 * verb_replay.c -- dead letters of a topic, back to where they came from.
 *
 * A letter goes back as it is, so that its attempts are kept, with a header that names the one
 * group that it is for. What was sent is noted in TOPIC.dead.replayed, in the same transaction:
 * whatever happens meanwhile, no letter is sent twice.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "dead_choice.h"
#include "stage/kafka_frame.h"
#include "stage/kafka_session.h"
#include "transport/kafka_admin.h"
#include "transport/kafka_producer.h"
#include "transport/kafka_reader.h"
#include "verb_kafka.h"
#include "verb_options.h"
#include "verbs.h"
#include <stdio.h>
#include <time.h>

#define COMMIT_LETTERS 500
#define COMMIT_MS      1000
#define MARK_BYTES     48
#define HEADERS_MOST   64

static const char *const classes[] = {"any", "input", "retry", NULL};

struct values {
	struct stage_arguments topic;
	const char *stage, *reason, *since, *until, *to, *schema_dir;
	unsigned class;
	bool go;
	struct stage_arguments kafka;
	const char *kafka_config;
	bool help;
};
static const struct stage_option rows[] = {
	OPTION(ARGUMENTS, values, topic, NULL, "the topic of dead letters, such as messages.dead",
	       .min = 1, .max = 1),
	OPTION(FLAG, values, go, NULL, "send them; without it, only what would be sent is said"),
	OPTION(TEXT, values, stage, NULL, "only what this stage refused"),
	OPTION(TEXT, values, reason, NULL, "only where the reason has this text in it"),
	OPTION(CHOICE, values, class, "any", "only what was the record's fault, or the world's",
	       .choices = classes),
	OPTION(TEXT, values, since, NULL, "only from this time on: 2026-11-28T20:15 (UTC), or 2h"),
	OPTION(TEXT, values, until, NULL, "only from before this time"),
	OPTION(TEXT, values, to, NULL, "topic to send them to; by default the one each came from"),
	OPTION(PATH, values, schema_dir, NULL, "folder of *.avsc files, for schemas not in Kafka"),
	VERB_KAFKA_ROWS(values)};
static const char *const examples[] = {
	"chatmill replay messages.dead --stage tokenize --since 2h",
	"chatmill replay messages.dead --stage tokenize --since 2h --go", NULL};

struct sort { /* letters of one stage, class and sort of reason */
	char *key, *text;
	uint64_t count;
	int64_t first_ms, last_ms;
};

struct schema_known { /* of dead letters */
	enum avro_framing framing;
	uint64_t id;
	struct dead_input *input; /* NULL: they are none */
};

struct replay {
	const struct values *values;
	struct dead_choice choice;
	struct kafka_config *config;
	struct schema_catalog *catalog;
	struct kafka_producer *producer; /* NULL: a dry run */
	const char *topic;
	struct buf marks_topic, key;
	struct map marks, sorts; /* to themselves; to struct sort */
	struct schema_known *schemas;
	size_t schema_count, schema_room;
	struct arena arena;
	uint64_t chosen, passed, earlier, lost, pending;
	int64_t committed_ms;
};

/* ---- what was sent before */

static int
keep_mark(void *with, const struct kafka_message *m, struct err *err)
{
	struct replay *r = with;

	(void)err;
	if (m->key.ptr != NULL && map_get(&r->marks, m->key) == NULL) {
		char *key = str_dup(m->key);
		*map_place(&r->marks, str_of(key)) = key;
	}
	return 0;
}

static int
read_marks(struct replay *r, struct err *err)
{
	struct kafka_place place = {buf_cstr(&r->marks_topic), 0, KAFKA_BEGINNING};
	const struct kafka_topic_plan plan = {
		.name = place.topic, .partitions = 1, .compacted = true};
	struct kafka_topic_seen seen;

	if (r->producer != NULL && kafka_admin_make(r->config, &plan, err) != 0)
		return -1;
	if (kafka_admin_look(r->config, place.topic, &seen, err) != 0)
		return -1;
	return seen.partitions == 0 ? 0
				    : kafka_reader_run(r->config, &place, keep_mark, r, NULL, err);
}

static void
write_mark(const struct kafka_message *m, char mark[MARK_BYTES])
{
	snprintf(mark, MARK_BYTES, "%d/%lld", m->partition, (long long)m->offset);
}

/* ---- what a letter says */

static int
find_schema(struct replay *r, const struct kafka_frame *frame, struct dead_input **input,
	    struct err *err)
{
	const struct avro_schema *schema;

	for (size_t i = 0; i < r->schema_count; i++)
		if (r->schemas[i].framing == frame->framing && r->schemas[i].id == frame->id) {
			*input = r->schemas[i].input;
			return 0;
		}
	if (schema_catalog_find(r->catalog, frame->framing, frame->id, &schema, err) != 0)
		return -1;
	*input = dead_input_new(schema, err);
	if (*input == NULL && err->class != ERR_NONE)
		return -1;
	MEM_GROW(r->schemas, r->schema_count, r->schema_room);
	r->schemas[r->schema_count++] = (struct schema_known){frame->framing, frame->id, *input};
	return 0;
}

/* What of the letter goes back: all of it, or the bytes that were no record; no ptr: it holds only
 * a part of what was refused. ERR_INPUT: it is no letter. */
static int
open_letter(struct replay *r, const struct kafka_message *m, struct dead_taken *taken,
	    struct str *back, struct err *err)
{
	struct dead_input *input = NULL;
	struct kafka_frame frame, inner;
	struct err ignored;

	if (m->value.ptr == NULL)
		return err_set(err, ERR_INPUT, "it has no value");
	if (kafka_frame_read(m->value, &frame, err) != 0 ||
	    find_schema(r, &frame, &input, err) != 0)
		return -1;
	if (input == NULL || frame.count != 1)
		return err_set(err, ERR_INPUT, "it is no dead letter");
	if (dead_input_take(input, &frame.records, &r->arena, taken, err) != 0)
		return -1;
	*back = (struct str){0};
	if (taken->is_record)
		*back = m->value;
	else if (taken->part.ptr == NULL && (uint64_t)taken->size == taken->bytes.len &&
		 kafka_frame_read(taken->bytes, &inner, &ignored) == 0)
		*back = taken->bytes;
	return 0;
}

static void
count_sort(struct replay *r, const struct dead_reason *why, int64_t at_ms)
{
	buf_clear(&r->key);
	buf_add(&r->key, why->stage);
	buf_printf(&r->key, "  %.*s  ", STR_ARG(why->class));
	dead_choice_sort(why->reason, &r->key);
	struct sort *sort = map_get(&r->sorts, buf_str(&r->key));
	if (sort == NULL) {
		struct buf text = {0};
		buf_printf(&text, "%-14.*s  %-5.*s  %.*s", STR_ARG(why->stage), STR_ARG(why->class),
			   STR_ARG(why->reason));
		sort = mem_zero(1, sizeof(*sort));
		*sort = (struct sort){str_dup(buf_str(&r->key)), str_dup(buf_str(&text)), 0, at_ms,
				      at_ms};
		buf_free(&text);
		*map_place(&r->sorts, str_of(sort->key)) = sort;
	}
	sort->count++;
	sort->first_ms = at_ms < sort->first_ms ? at_ms : sort->first_ms;
	sort->last_ms = at_ms > sort->last_ms ? at_ms : sort->last_ms;
}

/* ---- sending */

/* "kafka:messages/3": where it came from. */
static char *
topic_of(const struct replay *r, const struct dead_reason *why)
{
	struct str place = why->input;

	if (r->values->to != NULL)
		return str_dup(str_of(r->values->to));
	if (!str_starts(place, STR("kafka:")))
		return NULL;
	place = str_tail(place, sizeof("kafka:") - 1);
	return str_dup(str_cut(&place, '/'));
}

/* The letter's own headers, with whom it is for: letters of before there were names of groups are
 * for the stage's usual one. */
static size_t
choose_headers(const struct kafka_message *m, struct str usual, struct kafka_header *headers)
{
	struct str group = usual;
	size_t count = 0;

	for (size_t i = 0; i < m->header_count && count < HEADERS_MOST - 1; i++) {
		if (strcmp(m->headers[i].name, KAFKA_GROUP_HEADER) == 0)
			group = m->headers[i].value;
		else if (strcmp(m->headers[i].name, KAFKA_REPLAY_HEADER) != 0)
			headers[count++] = m->headers[i];
	}
	headers[count++] = (struct kafka_header){KAFKA_REPLAY_HEADER, group};
	return count;
}

static int
commit(struct replay *r, struct err *err)
{
	r->committed_ms = clock_monotonic_ms();
	r->pending = 0;
	return kafka_producer_commit(r->producer, NULL, NULL, 0, err);
}

static int
send_letter(struct replay *r, const struct kafka_message *m, struct str value, const char *topic,
	    const struct dead_reason *why, struct err *err)
{
	struct kafka_header headers[HEADERS_MOST];
	struct buf usual = {0};
	char *stage = str_dup(why->stage), mark[MARK_BYTES];
	int32_t partitions;
	int result = -1;

	kafka_session_default_group(stage, &usual);
	struct kafka_message back = {.topic = topic,
				     .partition = -1,
				     .key = m->key,
				     .value = value,
				     .headers = headers,
				     .header_count = choose_headers(m, buf_str(&usual), headers)};
	if (kafka_producer_partitions(r->producer, topic, &partitions, err) == 0) {
		if (m->key.ptr != NULL)
			back.partition = kafka_partition_of(m->key, partitions);
		write_mark(m, mark);
		struct kafka_message done = {.topic = buf_cstr(&r->marks_topic),
					     .key = str_of(mark),
					     .value = STR("sent")};
		if (kafka_producer_send(r->producer, &back, err) == 0 &&
		    kafka_producer_send(r->producer, &done, err) == 0)
			result = 0;
	}
	buf_free(&usual);
	free(stage);
	r->pending++;
	if (result == 0 &&
	    (r->pending >= COMMIT_LETTERS || clock_monotonic_ms() - r->committed_ms >= COMMIT_MS))
		result = commit(r, err);
	return result;
}

static int
take_letter(void *with, const struct kafka_message *m, struct err *err)
{
	struct replay *r = with;
	struct dead_taken taken = {0};
	struct str back = {0};
	struct err why = {0};
	char mark[MARK_BYTES];
	int result = 0;

	arena_reset(&r->arena);
	write_mark(m, mark);
	if (map_get(&r->marks, str_of(mark)) != NULL) {
		r->earlier++;
		return 0;
	}
	if (open_letter(r, m, &taken, &back, &why) != 0) {
		if (why.class != ERR_INPUT) {
			*err = why;
			return -1;
		}
		log_error("%s, partition %d, offset %lld: %s", m->topic, m->partition,
			  (long long)m->offset, why.text);
		r->lost++;
		return 0;
	}
	if (!dead_choice_has(&r->choice, &taken.why, m->timestamp_ms)) {
		r->passed++;
		return 0;
	}
	char *topic = topic_of(r, &taken.why);
	if (back.ptr == NULL || topic == NULL) {
		r->lost++;
	} else {
		r->chosen++;
		count_sort(r, &taken.why, m->timestamp_ms);
		if (r->producer != NULL)
			result = send_letter(r, m, back, topic, &taken.why, err);
	}
	free(topic);
	return result;
}

/* ---- all of it */

static int
open_replay(struct replay *r, struct err *err)
{
	const struct values *v = r->values;
	int64_t now_ms = clock_now_ms();
	struct buf id = {0};

	r->choice = (struct dead_choice){.stage = v->stage,
					 .reason = v->reason,
					 .class = v->class == 0 ? NULL : classes[v->class],
					 .since_ms = INT64_MIN,
					 .until_ms = INT64_MAX};
	if ((v->since != NULL &&
	     dead_choice_time(v->since, now_ms, &r->choice.since_ms, err) != 0) ||
	    (v->until != NULL && dead_choice_time(v->until, now_ms, &r->choice.until_ms, err) != 0))
		return -1;
	r->config = kafka_settings_read(&v->kafka, v->kafka_config, err);
	if (r->config == NULL)
		return -1;
	r->catalog = schema_catalog_open(r->config, v->schema_dir, NULL, err);
	if (r->catalog == NULL)
		return -1;
	buf_printf(&r->marks_topic, "%s.replayed", r->topic);
	if (!v->go)
		return 0;
	/* One at a time: a second one ends the first, and sees what that has sent. */
	buf_printf(&id, "chatmill-replay-%s", r->topic);
	r->producer = kafka_producer_open(r->config, buf_cstr(&id), err);
	buf_free(&id);
	return r->producer == NULL ? -1 : 0;
}

static int
run(struct replay *r, struct err *err)
{
	int32_t partitions;

	if (kafka_admin_partitions(r->config, r->topic, &partitions, err) != 0 ||
	    read_marks(r, err) != 0)
		return -1;
	r->committed_ms = clock_monotonic_ms();
	for (int32_t i = 0; i < partitions; i++) {
		struct kafka_place place = {r->topic, i, KAFKA_BEGINNING};
		if (kafka_reader_run(r->config, &place, take_letter, r, NULL, err) != 0)
			return -1;
	}
	return r->producer == NULL ? 0 : commit(r, err);
}

static void
close_replay(struct replay *r)
{
	kafka_producer_close(r->producer);
	schema_catalog_close(r->catalog);
	kafka_config_free(r->config);
	for (size_t i = 0; i < r->marks.used; i++)
		free(r->marks.entries[i].value);
	for (size_t i = 0; i < r->sorts.used; i++) {
		struct sort *sort = r->sorts.entries[i].value;
		free(sort->key);
		free(sort->text);
		free(sort);
	}
	for (size_t i = 0; i < r->schema_count; i++)
		dead_input_free(r->schemas[i].input);
	free(r->schemas);
	map_free(&r->marks);
	map_free(&r->sorts);
	arena_free(&r->arena);
	buf_free(&r->marks_topic);
	buf_free(&r->key);
}

/* ---- saying it */

static void
add_minute(struct buf *to, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	char text[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%MZ", &tm);
	buf_add(to, str_of(text));
}

static int
tell(const struct replay *r)
{
	struct buf text = {0};

	for (size_t i = 0; i < r->sorts.used; i++) {
		const struct sort *sort = r->sorts.entries[i].value;
		buf_printf(&text, "%8llu  ", (unsigned long long)sort->count);
		add_minute(&text, sort->first_ms);
		buf_add(&text, STR(" - "));
		add_minute(&text, sort->last_ms);
		buf_printf(&text, "  %s\n", sort->text);
	}
	buf_printf(&text, "%llu of \"%s\" %s", (unsigned long long)r->chosen, r->topic,
		   r->producer != NULL ? "sent back" : "would be sent back: --go does it");
	if (r->earlier > 0)
		buf_printf(&text, "; %llu were before", (unsigned long long)r->earlier);
	if (r->passed > 0)
		buf_printf(&text, "; %llu not chosen", (unsigned long long)r->passed);
	if (r->lost > 0)
		buf_printf(&text,
			   "; %llu cannot be: they hold only a part of a record, or none, or came "
			   "from no topic",
			   (unsigned long long)r->lost);
	buf_add_byte(&text, '\n');
	return verb_print(&text);
}

int
verb_replay(int argc, char **argv)
{
	struct values values;
	struct verb_options verb = {
		.help = {.program = "chatmill replay",
			 .summary = "send dead letters back to the topic they came from, for the "
				    "group that refused them; with their attempts, and each once",
			 .examples = examples},
		.rows = rows,
		.values = &values};
	struct err err = {0};
	int status = verb_options_parse(&verb, argc, argv);

	if (status >= 0)
		return status;
	struct replay r = {.values = &values, .topic = values.topic.at[0]};
	bool usage = open_replay(&r, &err) != 0;
	if (!usage && run(&r, &err) == 0) {
		status = tell(&r);
	} else {
		status = usage && err.class == ERR_INPUT ? 2 : 1;
		log_error("%s", err.text);
	}
	close_replay(&r);
	options_free(verb.parsed);
	return status;
}
