/* verb_topics.c -- the topics of a deployment: made, or looked at. */
#include "base/log.h"
#include "deployed.h"
#include "stage/kafka_session.h"
#include "topic_wishes.h"
#include "transport/kafka_admin.h"
#include "verb_kafka.h"
#include "verb_options.h"
#include "verbs.h"

struct values {
	struct stage_arguments words;
	int64_t partitions, replicas, retention, dead_retention;
	struct stage_arguments kafka;
	const char *kafka_config;
	bool help;
};
static const struct stage_option rows[] = {
	OPTION(ARGUMENTS, values, words, NULL,
	       "create or check; a composition, or a file that holds it; names for the topics "
	       "between its stages, in order",
	       .min = 2),
	OPTION(INT, values, partitions, "4",
	       "partitions of each topic: processes that can share it", .min = 1, .max = 100000),
	OPTION(INT, values, replicas, NULL,
	       "brokers that keep each partition; by default as many as they choose", .min = 1,
	       .max = 1000),
	OPTION(DURATION, values, retention, "7d", "how long records stay in a topic", .min = 60000),
	OPTION(DURATION, values, dead_retention, NULL,
	       "how long dead letters stay; by default for ever", .min = 60000),
	VERB_KAFKA_ROWS(values)};
static const char *const examples[] = {
	"chatmill topics create 'fetch chat.zip | parse | sink sqlite:chat.db' raw messages",
	"chatmill topics check pipelines/database.pipe raw messages --partitions 12", NULL};

static struct kafka_topic_plan
plan_of(const struct topic_wish *wish, const struct values *values)
{
	struct kafka_topic_plan plan = {.name = wish->name,
					.partitions = (int32_t)values->partitions,
					.retention_ms = values->retention,
					.replicas = (int32_t)values->replicas};

	if (wish->use == TOPIC_OF_DEAD)
		plan.retention_ms =
			values->dead_retention > 0 ? values->dead_retention : KAFKA_FOR_EVER;
	if (wish->use == TOPIC_OF_SCHEMAS)
		plan.partitions = 1;
	plan.compacted = wish->use == TOPIC_OF_SCHEMAS || wish->use == TOPIC_OF_CHANGES;
	return plan;
}

static void
add_duration(struct buf *to, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};
	size_t i = 0;

	if (ms < 0) {
		buf_add(to, STR("for ever"));
		return;
	}
	while (ms % units[i].ms != 0)
		i++;
	buf_printf(to, "for %lld%s", (long long)(ms / units[i].ms), units[i].unit);
}

/* "4 partitions, kept for 7d" */
static void
add_how(struct buf *to, int32_t partitions, bool compacted, int64_t retention_ms)
{
	buf_printf(to, "%d partition%s, ", partitions, partitions == 1 ? "" : "s");
	if (compacted) {
		buf_add(to, STR("compacted"));
	} else {
		buf_add(to, STR("kept "));
		add_duration(to, retention_ms);
	}
}

/* Whether what is there is what is wanted; said where it is not. */
static bool
is_as_planned(const struct kafka_topic_plan *plan, const struct kafka_topic_seen *seen)
{
	struct buf is = {0}, should = {0};

	add_how(&is, seen->partitions, seen->compacted, seen->retention_ms);
	add_how(&should, plan->partitions, plan->compacted, plan->retention_ms);
	if (plan->replicas > 0) {
		buf_printf(&is, ", on %d brokers", seen->replicas);
		buf_printf(&should, ", on %d brokers", plan->replicas);
	}
	bool same = str_equal(buf_str(&is), buf_str(&should));
	if (!same)
		log_error("topic \"%s\" has %s; it should have %s", plan->name, buf_cstr(&is),
			  buf_cstr(&should));
	buf_free(&is);
	buf_free(&should);
	return same;
}

/* 1: something is not as it should be, and was said. */
static int
tend_topic(const struct kafka_config *config, const struct kafka_topic_plan *plan, bool create,
	   struct err *err)
{
	struct kafka_topic_seen seen;
	struct buf line = {0};

	if (kafka_admin_look(config, plan->name, &seen, err) != 0)
		return -1;
	if (seen.partitions > 0 && !is_as_planned(plan, &seen))
		return 1;
	if (seen.partitions == 0 && !create) {
		log_error("there is no topic \"%s\"", plan->name);
		return 1;
	}
	if (seen.partitions == 0 && kafka_admin_make(config, plan, err) != 0)
		return -1;
	buf_printf(&line, "%-5s  %-40s  ", seen.partitions == 0 ? "made" : "there", plan->name);
	add_how(&line, plan->partitions, plan->compacted, plan->retention_ms);
	buf_add_byte(&line, '\n');
	return verb_print(&line) == 0 ? 0 : 1;
}

static int
tend_topics(const struct topic_wishes *wishes, const struct values *values, bool create)
{
	struct err err = {0};
	struct kafka_config *config =
		kafka_settings_read(&values->kafka, values->kafka_config, &err);
	int status = 0, got = 0;

	if (config == NULL) {
		log_error("%s", err.text);
		return err.class == ERR_INPUT ? 2 : 1;
	}
	for (size_t i = 0; got >= 0 && i < wishes->count; i++) {
		struct kafka_topic_plan plan = plan_of(&wishes->all[i], values);
		got = tend_topic(config, &plan, create, &err);
		if (got < 0)
			log_error("%s", err.text);
		status = got == 0 ? status : 1;
	}
	kafka_config_free(config);
	return status;
}

static int
run(const struct values *values, bool create)
{
	struct topic_wishes wishes = {0};
	struct deployed d = {0};
	int status = deployed_open(&d, values->words.at + 1, values->words.count - 1);

	if (status == 0) {
		topic_wishes_make(&wishes, &d.deployment);
		status = tend_topics(&wishes, values, create);
	}
	topic_wishes_free(&wishes);
	deployed_close(&d);
	return status;
}

int
verb_topics(int argc, char **argv)
{
	struct values values;
	struct verb_options verb = {
		.help = {.program = "chatmill topics",
			 .summary =
				 "make the topics that a composition needs as a deployment on "
				 "Kafka, or check that they are as they should be: those between "
				 "its stages, and those for dead letters, for what stages "
				 "remember, and for schemas",
			 .examples = examples},
		.rows = rows,
		.values = &values};
	int status = verb_options_parse(&verb, argc, argv);

	if (status >= 0)
		return status;
	const char *what = values.words.at[0];
	bool create = strcmp(what, "create") == 0;
	if (create || strcmp(what, "check") == 0) {
		status = run(&values, create);
	} else {
		log_error("topics: \"%s\" is neither create nor check", what);
		status = 2;
	}
	options_free(verb.parsed);
	return status;
}
