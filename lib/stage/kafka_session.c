#include "stage/kafka_session.h"

#include "base/mem.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

const char *const runtime_deliveries[] = {"exactly-once", "at-least-once", NULL};

bool
kafka_session_is_asked_for(const struct runtime_options *o)
{
	return kafka_endpoint_is(o->in) || kafka_endpoint_is(o->out) ||
	       kafka_endpoint_is(o->dead_letters);
}

static int
check_endpoint(const char *path, size_t most, struct err *err)
{
	struct kafka_endpoint e;

	if (!kafka_endpoint_is(path))
		return 0;
	if (kafka_endpoint_parse(path, most, &e, err) != 0)
		return -1;
	kafka_endpoint_free(&e);
	return 0;
}

int
kafka_settings_registry(struct registry_plan plan, struct schema_registry **registry,
			struct err *err)
{
	*registry = NULL;
	if (plan.url == NULL)
		plan.url = getenv("CHATMILL_REGISTRY_URL");
	if (plan.url == NULL || plan.url[0] == '\0')
		return 0;
	*registry = schema_registry_open(&plan, err);
	return *registry == NULL ? -1 : 0;
}

static struct registry_plan
registry_of(const struct runtime_options *o)
{
	return (struct registry_plan){
		.url = o->registry,
		.user = o->registry_user,
		.password = o->registry_password,
		.token = o->registry_token,
		.subjects = (enum registry_subjects)o->registry_subjects,
	};
}

int
kafka_session_check(const struct runtime_options *o, struct err *err)
{
	struct schema_registry *registry;

	if (kafka_session_is_asked_for(o)) {
		if (kafka_settings_registry(registry_of(o), &registry, err) != 0)
			return -1;
		schema_registry_close(registry); /* it was looked at, and nothing was asked */
	}
	if (check_endpoint(o->in, SIZE_MAX, err) != 0 || check_endpoint(o->out, 1, err) != 0 ||
	    check_endpoint(o->dead_letters, 1, err) != 0)
		return -1;
	if (!kafka_endpoint_is(o->in))
		return 0;
	if (o->jobs > 1)
		return err_set(
			err, ERR_INPUT,
			"--jobs is for pipes: on Kafka, start more processes of one --group");
	if (o->dead_letters != NULL && !kafka_endpoint_is(o->dead_letters))
		return err_set(err, ERR_INPUT,
			       "--dead-letters of what comes from Kafka go there, too: "
			       "kafka:TOPIC (by default, the topic's name with \".dead\")");
	return 0;
}

void
kafka_session_default_group(const char *name, struct buf *group)
{
	const char *slash = strrchr(name, '/');

	buf_printf(group, "chatmill-%s", slash == NULL ? name : slash + 1);
}

static int
read_settings(struct kafka_config *c, const struct stage_arguments *pairs, const char *file,
	      struct err *err)
{
	if (kafka_config_add_environment(c, err) != 0 ||
	    (file != NULL && kafka_config_add_file(c, file, err) != 0))
		return -1;
	for (size_t i = 0; i < pairs->count; i++)
		if (kafka_config_add_argument(c, pairs->at[i], err) != 0)
			return err_prefix(err, "--kafka: ");
	if (kafka_config_get(c, "bootstrap.servers") == NULL)
		return err_set(err, ERR_INPUT,
			       "no broker is named: --kafka bootstrap.servers=HOST:PORT, or "
			       "$CHATMILL_KAFKA_BOOTSTRAP_SERVERS");
	return 0;
}

struct kafka_config *
kafka_settings_read(const struct stage_arguments *pairs, const char *file, struct err *err)
{
	struct kafka_config *c = kafka_config_new();

	if (read_settings(c, pairs, file, err) == 0)
		return c;
	kafka_config_free(c);
	return NULL;
}

/* One that nobody else has, unless the user gives it a name that outlives the process. */
static void
name_transactions(const struct kafka_session *s, const struct runtime_options *o, struct buf *id)
{
	unsigned char random[8];

	buf_printf(id, "%s-", s->group);
	if (o->instance != NULL) {
		buf_add(id, str_of(o->instance));
		return;
	}
	randombytes_buf(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		buf_printf(id, "%02x", random[i]);
}

int
kafka_session_open(struct kafka_session *s, const struct runtime_options *o, const char *stage,
		   struct err *err)
{
	struct schema_registry *registry;
	struct buf id = {0};
	int result = -1;

	s->group = o->group;
	if (s->group == NULL) {
		kafka_session_default_group(stage, &s->default_group);
		s->group = buf_cstr(&s->default_group);
	}
	s->config = kafka_settings_read(&o->kafka, o->kafka_config, err);
	if (s->config == NULL)
		goto end;
	if (kafka_settings_registry(registry_of(o), &registry, err) != 0)
		goto end;
	s->catalog = schema_catalog_open(s->config, o->schema_dir, registry, err);
	if (s->catalog == NULL)
		goto end;
	name_transactions(s, o, &id);
	s->producer = kafka_producer_open(
		s->config, o->delivery == DELIVERY_AT_LEAST_ONCE ? NULL : buf_cstr(&id), err);
	result = s->producer == NULL ? -1 : 0;
end:
	buf_free(&id);
	return result;
}

void
kafka_session_close(struct kafka_session *s)
{
	kafka_producer_close(s->producer);
	schema_catalog_close(s->catalog);
	kafka_config_free(s->config);
	buf_free(&s->default_group);
	*s = (struct kafka_session){0};
}

int
kafka_sender_open(struct kafka_sender *sender, struct kafka_session *s, const char *topic,
		  bool pack, struct str schema_json, const char *key_path, struct str trail,
		  const char *group, struct err *err)
{
	*sender = (struct kafka_sender){.schema = avro_schema_parse(schema_json, err)};
	if (sender->schema == NULL ||
	    schema_catalog_put(s->catalog, topic, sender->schema, &sender->frame, err) != 0)
		return -1;
	if (trail.len > 0 &&
	    schema_catalog_put_trail(s->catalog, trail, sender->trail_hash, err) != 0)
		return -1;
	struct kafka_outlet_plan plan = {.topic = topic,
					 .pack = pack,
					 .schema = sender->schema,
					 .key_path = key_path,
					 .frame = buf_str(&sender->frame),
					 .trail_hash = trail.len > 0 ? sender->trail_hash : NULL,
					 .group = group};
	sender->outlet = kafka_outlet_open(s->producer, &plan, err);
	return sender->outlet == NULL ? -1 : 0;
}

void
kafka_sender_close(struct kafka_sender *sender)
{
	kafka_outlet_close(sender->outlet);
	avro_schema_free(sender->schema);
	buf_free(&sender->frame);
	*sender = (struct kafka_sender){0};
}

const char *
kafka_session_key_path(const struct stage_def *def)
{
	return def->emits != NULL && def->partition_by != NULL ? def->partition_by
							       : "conversation_id";
}
