#include "topic_wishes.h"

#include "base/buf.h"
#include "base/mem.h"
#include "stage/kafka_endpoint.h"
#include "stage/kafka_memory.h"
#include "stage/kafka_session.h"

struct wishing {
	struct topic_wishes *wishes;
	const struct pipeline *pipeline;
	const struct stage_catalog *catalog;
	const char *const *names;
	size_t name_count, names_used;
};

static void
wish(struct topic_wishes *wishes, struct str name, enum topic_use use)
{
	for (size_t i = 0; i < wishes->count; i++)
		if (str_equal(str_of(wishes->all[i].name), name))
			return;
	MEM_GROW(wishes->all, wishes->count, wishes->room);
	wishes->all[wishes->count++] = (struct topic_wish){str_dup(name), use};
}

/* The topics that an option of the command names; *e all zeroes: none. */
static int
find_endpoint(const struct pipeline_command *command, const struct pipeline_stage *is,
	      const char *option, size_t most, struct kafka_endpoint *e, struct err *err)
{
	const char *value = pipeline_command_value(command, is, option);

	*e = (struct kafka_endpoint){0};
	if (!kafka_endpoint_is(value))
		return 0;
	return kafka_endpoint_parse(value, most, e, err) == 0 ? 0 : err_prefix(err, "%s ", option);
}

/* What a stage refuses, and what it remembers, of these inputs. */
static int
wish_around(struct wishing *w, const struct pipeline_command *command,
	    const struct pipeline_stage *is, const struct kafka_endpoint *in, struct err *err)
{
	const struct stage_program *program = stage_catalog_get(w->catalog, is->name);
	const char *given = pipeline_command_value(command, is, "--group");
	struct buf group = {0}, name = {0};
	struct kafka_endpoint dead;

	if (find_endpoint(command, is, "--dead-letters", 1, &dead, err) != 0)
		return -1;
	if (dead.count > 0)
		buf_add(&name, str_of(dead.topics[0]));
	else
		buf_printf(&name, "%s.dead", in->topics[0]);
	wish(w->wishes, buf_str(&name), TOPIC_OF_DEAD);
	kafka_endpoint_free(&dead);
	if (given != NULL)
		buf_add(&group, str_of(given));
	else
		kafka_session_default_group(is->name, &group);
	for (size_t i = 0; program != NULL && program->description != NULL &&
			   program->description->remembers && i < in->count;
	     i++) {
		buf_clear(&name);
		kafka_memory_name(buf_cstr(&group), in->topics[i], &name);
		wish(w->wishes, buf_str(&name), TOPIC_OF_CHANGES);
	}
	buf_free(&name);
	buf_free(&group);
	return 0;
}

static int
refuse_nameless(const char *before, const char *behind, struct err *err)
{
	return err_set(err, ERR_INPUT,
		       "the pipe between \"%s\" and \"%s\" has no topic: name it behind the "
		       "composition, or with --out kafka:TOPIC",
		       before, behind);
}

/* Into the stage at `at`: the topics of its --in, of --out before it, or the next name. */
static int
find_input(struct wishing *w, size_t at, struct kafka_endpoint *in, struct err *err)
{
	const struct pipeline_command *command = &w->pipeline->commands[at];
	struct pipeline_stage is = pipeline_command_stage(command), before;
	struct kafka_endpoint out = {0};
	struct buf path = {0};
	int result;

	if (find_endpoint(command, &is, "--in", SIZE_MAX, in, err) != 0)
		return -1;
	if (at == 0)
		return 0;
	before = pipeline_command_stage(command - 1);
	if (find_endpoint(command - 1, &before, "--out", 1, &out, err) != 0)
		return -1;
	if (out.count > 0)
		wish(w->wishes, str_of(out.topics[0]), TOPIC_OF_RECORDS);
	if (in->count > 0 || out.count > 0) {
		if (in->count == 0)
			*in = out;
		else
			kafka_endpoint_free(&out);
		return 0;
	}
	if (w->names_used == w->name_count)
		return refuse_nameless(before.name, is.name, err);
	buf_printf(&path, "kafka:%s", w->names[w->names_used++]);
	result = kafka_endpoint_parse(buf_cstr(&path), SIZE_MAX, in, err);
	buf_free(&path);
	return result;
}

static int
wish_for_stage(struct wishing *w, size_t at, struct err *err)
{
	const struct pipeline_command *command = &w->pipeline->commands[at];
	struct pipeline_stage is = pipeline_command_stage(command);
	struct kafka_endpoint in = {0}, out;
	int result = find_input(w, at, &in, err);

	for (size_t i = 0; i < in.count; i++)
		wish(w->wishes, str_of(in.topics[i]), TOPIC_OF_RECORDS);
	if (result == 0 && in.count > 0)
		result = wish_around(w, command, &is, &in, err);
	kafka_endpoint_free(&in);
	if (result != 0 || at + 1 < w->pipeline->count)
		return result;
	if (find_endpoint(command, &is, "--out", 1, &out, err) != 0)
		return -1;
	if (out.count > 0)
		wish(w->wishes, str_of(out.topics[0]), TOPIC_OF_RECORDS);
	kafka_endpoint_free(&out);
	return 0;
}

int
topic_wishes_make(struct topic_wishes *wishes, const struct pipeline *pipeline,
		  const struct stage_catalog *catalog, const char *const *names, size_t name_count,
		  struct err *err)
{
	struct wishing w = {wishes, pipeline, catalog, names, name_count, 0};

	for (size_t i = 0; i < pipeline->count; i++)
		if (wish_for_stage(&w, i, err) != 0)
			return -1;
	if (w.names_used < name_count)
		return err_set(err, ERR_INPUT, "no pipe is left for a topic \"%s\"",
			       names[w.names_used]);
	if (wishes->count == 0)
		return err_set(err, ERR_INPUT,
			       "there is no topic in it: it has no pipe, and "
			       "neither --in nor --out is kafka:TOPIC");
	wish(wishes, STR(SCHEMA_TOPIC), TOPIC_OF_SCHEMAS);
	return 0;
}

void
topic_wishes_free(struct topic_wishes *wishes)
{
	for (size_t i = 0; i < wishes->count; i++)
		free(wishes->all[i].name);
	free(wishes->all);
	*wishes = (struct topic_wishes){0};
}
