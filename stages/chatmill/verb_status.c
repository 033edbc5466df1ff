/* verb_status.c -- how far a deployment has come: each stage's group in its topics, and with one
 * conversation's messages. */
#include "base/log.h"
#include "base/mem.h"
#include "conversation_count.h"
#include "deployed.h"
#include "stage/kafka_session.h"
#include "transport/kafka_reader.h"
#include "verb_kafka.h"
#include "verb_options.h"
#include "verbs.h"

#define COUNTED                                                                                    \
	2000 /* what is behind is counted up to there; farther, marks of transactions are, too */

struct values {
	struct stage_arguments words;
	const char *conversation, *schema_dir;
	const char *registry, *registry_user, *registry_password, *registry_token;
	bool json;
	struct stage_arguments kafka;
	const char *kafka_config;
	bool help;
};
static const struct stage_option rows[] = {
	OPTION(ARGUMENTS, values, words, NULL,
	       "a composition, or a file that holds it; names of the topics between its stages, in "
	       "order",
	       .min = 1),
	OPTION(TEXT, values, conversation, NULL,
	       "also: how far the messages of this one have come"),
	OPTION(FLAG, values, json, NULL, "as one JSON object"), VERB_SCHEMA_ROWS(values),
	VERB_KAFKA_ROWS(values)};
static const char *const examples[] = {
	"chatmill status pipelines/database.pipe raw messages",
	"chatmill status pipelines/database.pipe raw messages --conversation ID --json", NULL};

struct standing { /* of one stage in one topic */
	const struct deployed_stage *stage;
	const char *topic;
	uint64_t lag; /* messages */
	struct conversation_count conversation;
	uint64_t refused;
};

struct status {
	const struct values *values;
	struct kafka_config *config;
	struct schema_catalog *catalog;
	struct standing *all;
	size_t count, room;
};

/* ---- asking */

static int
count_one(void *with, const struct kafka_message *m, struct err *err)
{
	uint64_t *count = with;

	(void)m, (void)err;
	++*count;
	return 0;
}

/* Messages that the group has not taken yet. */
static int
find_lag(const struct status *s, const char *topic, int32_t partition,
	 const struct kafka_standing *at, uint64_t *lag, struct err *err)
{
	int64_t from = at->committed > at->begin ? at->committed : at->begin;
	struct kafka_place place = {topic, partition, from};
	uint64_t count = 0;

	if (at->end - from > COUNTED)
		count = (uint64_t)(at->end - from);
	else if (at->end > from &&
		 kafka_reader_run(s->config, &place, count_one, &count, NULL, err) != 0)
		return -1;
	*lag += count;
	return 0;
}

static int
find_refused(const struct status *s, struct standing *to, struct err *err)
{
	struct kafka_topic_seen seen;
	struct conversation_count dead;

	if (kafka_admin_look(s->config, to->stage->dead, &seen, err) != 0)
		return -1;
	if (seen.partitions == 0)
		return 0;
	if (conversation_count(s->config, s->catalog, to->stage->dead, to->stage->group,
			       s->values->conversation, NULL, seen.partitions, true, &dead,
			       err) != 0)
		return -1;
	to->refused = dead.all;
	return 0;
}

static int
find_standing(struct status *s, const struct deployed_stage *stage, const char *topic,
	      struct err *err)
{
	const char *conversation = s->values->conversation;
	struct standing to = {.stage = stage, .topic = topic};
	struct kafka_standing *standings;
	int32_t count;
	int result = 0;

	if (kafka_admin_standings(s->config, stage->group, topic, &standings, &count, err) != 0)
		return -1;
	for (int32_t i = 0; i < count && result == 0; i++)
		result = find_lag(s, topic, i, &standings[i], &to.lag, err);
	if (result == 0 && conversation != NULL)
		result =
			conversation_count(s->config, s->catalog, topic, stage->group, conversation,
					   standings, count, false, &to.conversation, err);
	if (result == 0 && to.conversation.known)
		result = find_refused(s, &to, err);
	free(standings);
	MEM_GROW(s->all, s->count, s->room);
	s->all[s->count++] = to;
	return result;
}

static int
open_status(struct status *s, const struct values *v, struct err *err)
{
	struct schema_registry *registry;

	s->values = v;
	s->config = kafka_settings_read(&v->kafka, v->kafka_config, err);
	if (s->config == NULL || kafka_settings_registry(VERB_REGISTRY(v), &registry, err) != 0)
		return -1;
	s->catalog = schema_catalog_open(s->config, v->schema_dir, registry, err);
	return s->catalog == NULL ? -1 : 0;
}

static int
ask(struct status *s, const struct deployment *d, struct err *err)
{
	for (size_t i = 0; i < d->count; i++)
		for (size_t k = 0; k < d->stages[i].in.count; k++)
			if (find_standing(s, &d->stages[i], d->stages[i].in.topics[k], err) != 0)
				return -1;
	return 0;
}

/* ---- what it means */

struct sum {
	bool known;
	uint64_t all, through; /* messages of the conversation: the most anywhere; at the end */
	bool over;             /* nothing is on its way */
};

static struct sum
sum_up(const struct status *s)
{
	struct sum sum = {.over = true};

	for (size_t i = 0; i < s->count; i++) {
		const struct standing *at = &s->all[i];
		const struct conversation_count *c = &at->conversation;
		sum.over = sum.over && (c->known ? c->taken == c->all : at->lag == 0);
		if (!c->known)
			continue;
		sum.known = sum.known || c->all > 0;
		sum.all = c->all > sum.all ? c->all : sum.all;
		sum.through = c->taken - (at->refused < c->taken ? at->refused : c->taken);
	}
	return sum;
}

static void
add_count(struct buf *text, bool known, uint64_t count)
{
	if (known)
		buf_printf(text, " %10llu", (unsigned long long)count);
	else
		buf_printf(text, " %10s", "-");
}

static int
tell(const struct status *s)
{
	const char *conversation = s->values->conversation;
	struct sum sum = sum_up(s);
	struct buf text = {0};

	buf_printf(&text, "%-16s %-24s %10s", "stage", "reads", "lag");
	if (conversation != NULL)
		buf_printf(&text, " %10s %10s %10s", "messages", "taken", "refused");
	buf_add_byte(&text, '\n');
	for (size_t i = 0; i < s->count; i++) {
		const struct standing *at = &s->all[i];
		const struct conversation_count *c = &at->conversation;
		buf_printf(&text, "%-16s %-24s %10llu", at->stage->name, at->topic,
			   (unsigned long long)at->lag);
		if (conversation != NULL) {
			add_count(&text, c->known, c->all);
			add_count(&text, c->known, c->taken);
			add_count(&text, c->known, at->refused);
		}
		buf_add_byte(&text, '\n');
	}
	if (conversation != NULL && sum.known)
		buf_printf(&text, "%llu of %llu messages of \"%s\" are through%s\n",
			   (unsigned long long)sum.through, (unsigned long long)sum.all,
			   conversation, sum.over ? ", and nothing is on its way" : "");
	else if (conversation != NULL)
		buf_printf(&text, "no message of \"%s\" is in these topics%s\n", conversation,
			   sum.over ? "" : " yet");
	return verb_print(&text);
}

static json_t *
number_or_null(bool known, uint64_t number)
{
	return known ? json_integer((json_int_t)number) : json_null();
}

static int
tell_json(const struct status *s)
{
	struct sum sum = sum_up(s);
	json_t *stages = json_array();
	struct buf text = {0};

	for (size_t i = 0; i < s->count; i++) {
		const struct standing *at = &s->all[i];
		const struct conversation_count *c = &at->conversation;
		json_array_append_new(stages,
				      json_pack("{s:s, s:s, s:s, s:I, s:o, s:o, s:o}", "stage",
						at->stage->name, "group", at->stage->group, "reads",
						at->topic, "lag", (json_int_t)at->lag, "messages",
						number_or_null(c->known, c->all), "taken",
						number_or_null(c->known, c->taken), "refused",
						number_or_null(c->known, at->refused)));
	}
	json_t *all =
		json_pack("{s:s?, s:o, s:o, s:o, s:b}", "conversation", s->values->conversation,
			  "stages", stages, "messages", number_or_null(sum.known, sum.all),
			  "through", number_or_null(sum.known, sum.through), "over", sum.over);
	char *dumped = json_dumps(all, JSON_INDENT(1));
	buf_printf(&text, "%s\n", dumped);
	free(dumped);
	json_decref(all);
	return verb_print(&text);
}

/* ---- the verb */

static int
run(const struct values *values)
{
	struct deployed d = {0};
	struct status s = {0};
	struct err err = {0};
	int status = deployed_open(&d, values->words.at, values->words.count);

	if (status == 0 && open_status(&s, values, &err) != 0) {
		status = err.class == ERR_INPUT ? 2 : 1;
		log_error("%s", err.text);
	} else if (status == 0 && ask(&s, &d.deployment, &err) != 0) {
		status = 1;
		log_error("%s", err.text);
	}
	if (status == 0)
		status = values->json ? tell_json(&s) : tell(&s);
	free(s.all);
	schema_catalog_close(s.catalog);
	kafka_config_free(s.config);
	deployed_close(&d);
	return status;
}

int
verb_status(int argc, char **argv)
{
	struct values values;
	struct verb_options verb = {
		.help = {.program = "chatmill status",
			 .summary =
				 "say how far a deployment on Kafka has come: what each stage has "
				 "not taken yet, and where the messages of a conversation are",
			 .examples = examples},
		.rows = rows,
		.values = &values};
	int status = verb_options_parse(&verb, argc, argv);

	if (status >= 0)
		return status;
	status = run(&values);
	options_free(verb.parsed);
	return status;
}
