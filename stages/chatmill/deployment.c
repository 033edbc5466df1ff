#include "deployment.h"

#include "base/buf.h"
#include "base/mem.h"
#include "stage/kafka_session.h"

struct reading {
	const struct pipeline *pipeline;
	const char *const *names;
	size_t name_count, names_used;
};

/* The topics that an option of the command names; *e all zeroes: none. */
static int
find_endpoint(const struct pipeline_command *command, const char *option, size_t most,
	      struct kafka_endpoint *e, struct err *err)
{
	const struct pipeline_stage is = pipeline_command_stage(command);
	const char *value = pipeline_command_value(command, &is, option);

	*e = (struct kafka_endpoint){0};
	if (!kafka_endpoint_is(value))
		return 0;
	return kafka_endpoint_parse(value, most, e, err) == 0 ? 0 : err_prefix(err, "%s ", option);
}

/* The one topic of such an option; *topic NULL: none. */
static int
find_topic(const struct pipeline_command *command, const char *option, char **topic,
	   struct err *err)
{
	struct kafka_endpoint e;

	if (find_endpoint(command, option, 1, &e, err) != 0)
		return -1;
	*topic = e.count == 0 ? NULL : str_dup(str_of(e.topics[0]));
	kafka_endpoint_free(&e);
	return 0;
}

/* Of the pipe in front of this stage: --out before it, or the next name. */
static int
take_name(struct reading *r, struct deployed_stage *stage, struct err *err)
{
	const struct deployed_stage *before = stage - 1;
	struct buf path = {0};

	if (before->out == NULL && r->names_used == r->name_count)
		return err_set(err, ERR_INPUT,
			       "the pipe between \"%s\" and \"%s\" has no topic: name it behind "
			       "the composition, or with --out kafka:TOPIC",
			       before->name, stage->name);
	buf_printf(&path, "kafka:%s",
		   before->out != NULL ? before->out : r->names[r->names_used++]);
	int result = kafka_endpoint_parse(buf_cstr(&path), SIZE_MAX, &stage->in, err);
	buf_free(&path);
	return result;
}

/* A stage before it that says nothing itself writes what this one reads. */
static void
tell_before(struct deployed_stage *stage)
{
	struct deployed_stage *before = stage - 1;

	if (before->out == NULL)
		before->out = str_dup(str_of(stage->in.topics[0]));
}

static int
name_around(struct deployed_stage *stage, const struct pipeline_command *command, struct err *err)
{
	const struct pipeline_stage is = pipeline_command_stage(command);
	const char *given = pipeline_command_value(command, &is, "--group");
	struct buf text = {0};

	if (find_topic(command, "--dead-letters", &stage->dead, err) != 0)
		return -1;
	if (stage->dead == NULL) {
		buf_printf(&text, "%s.dead", stage->in.topics[0]);
		stage->dead = str_dup(buf_str(&text));
		buf_clear(&text);
	}
	if (given != NULL)
		buf_add(&text, str_of(given));
	else
		kafka_session_default_group(is.name, &text);
	stage->group = str_dup(buf_str(&text));
	buf_free(&text);
	return 0;
}

static int
read_stage(struct reading *r, struct deployed_stage *stage, size_t at,
	   const struct stage_catalog *catalog, struct err *err)
{
	const struct pipeline_command *command = &r->pipeline->commands[at];
	const struct stage_program *program;

	stage->name = pipeline_command_stage(command).name;
	program = stage_catalog_get(catalog, stage->name);
	stage->remembers =
		program != NULL && program->description != NULL && program->description->remembers;
	if (find_endpoint(command, "--in", SIZE_MAX, &stage->in, err) != 0 ||
	    find_topic(command, "--out", &stage->out, err) != 0)
		return -1;
	if (at > 0 && stage->in.count == 0 && take_name(r, stage, err) != 0)
		return -1;
	if (at > 0)
		tell_before(stage);
	return stage->in.count == 0 ? 0 : name_around(stage, command, err);
}

int
deployment_read(struct deployment *d, const struct pipeline *pipeline,
		const struct stage_catalog *catalog, const char *const *names, size_t name_count,
		struct err *err)
{
	struct reading r = {pipeline, names, name_count, 0};
	bool any = false;

	*d = (struct deployment){mem_zero(pipeline->count, sizeof(*d->stages)), pipeline->count};
	for (size_t i = 0; i < pipeline->count; i++) {
		if (read_stage(&r, &d->stages[i], i, catalog, err) != 0)
			return -1;
		any = any || d->stages[i].in.count > 0 || d->stages[i].out != NULL;
	}
	if (r.names_used < name_count)
		return err_set(err, ERR_INPUT, "no pipe is left for a topic \"%s\"",
			       names[r.names_used]);
	if (!any)
		return err_set(err, ERR_INPUT,
			       "there is no topic in it: it has no pipe, and "
			       "neither --in nor --out is kafka:TOPIC");
	return 0;
}

void
deployment_free(struct deployment *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->stages[i].group);
		free(d->stages[i].out);
		free(d->stages[i].dead);
		kafka_endpoint_free(&d->stages[i].in);
	}
	free(d->stages);
	*d = (struct deployment){0};
}
