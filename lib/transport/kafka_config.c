#include "transport/kafka_config.h"

#include "base/buf.h"
#include "base/mem.h"
#include "transport/kafka_client.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct property {
	char *key, *value;
};
struct kafka_config {
	struct property *properties; /* in order: a later one of the same key counts */
	size_t count, room;
	rd_kafka_conf_t *checked; /* each property is tried on it when it is added */
};

static const char *const secrets[] = {"sasl.password",
				      "sasl.oauthbearer.client.secret",
				      "sasl.oauthbearer.config",
				      "ssl.key.password",
				      "ssl.key.pem",
				      "ssl.keystore.password",
				      NULL};

/* What delivery depends on, and which option of ours decides it instead. */
static const struct {
	const char *key, *instead;
} ours[] = {
	{"group.id", "--group"},
	{"group.instance.id", "--instance"},
	{"transactional.id", "--instance"},
	{"enable.idempotence", "--delivery"},
	{"enable.auto.commit", "--delivery"},
	{"enable.auto.offset.store", "--delivery"},
	{"isolation.level", "--delivery"},
	{"enable.partition.eof", NULL},
};

extern char **environ;

struct kafka_config *
kafka_config_new(void)
{
	struct kafka_config *c = mem_zero(1, sizeof(*c));

	c->checked = mem_check(rd_kafka_conf_new());
	return c;
}

void
kafka_config_free(struct kafka_config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++) {
		explicit_bzero(c->properties[i].value, strlen(c->properties[i].value));
		free(c->properties[i].value);
		free(c->properties[i].key);
	}
	free(c->properties);
	rd_kafka_conf_destroy(c->checked);
	free(c);
}

static bool
is_secret(const char *key)
{
	for (size_t i = 0; secrets[i] != NULL; i++)
		if (strcmp(secrets[i], key) == 0)
			return true;
	return false;
}

/* librdkafka's own complaints repeat the value, which may be a secret. */
static int
check(struct kafka_config *c, const char *key, const char *value, struct err *err)
{
	char why[256];

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strcmp(ours[i].key, key) == 0)
			return err_set(err, ERR_INPUT,
				       "the Kafka property \"%s\" is not to be set%s%s", key,
				       ours[i].instead == NULL ? "" : ": it follows from ",
				       ours[i].instead == NULL ? "" : ours[i].instead);
	switch (rd_kafka_conf_set(c->checked, key, value, why, sizeof(why))) {
	case RD_KAFKA_CONF_OK:
		return 0;
	case RD_KAFKA_CONF_UNKNOWN:
		return err_set(err, ERR_INPUT, "there is no Kafka property \"%s\" in librdkafka %s",
			       key, rd_kafka_version_str());
	case RD_KAFKA_CONF_INVALID:
		break;
	}
	return err_set(err, ERR_INPUT, "the Kafka property \"%s\": %s", key,
		       is_secret(key) ? "its value cannot be used" : why);
}

static int
add(struct kafka_config *c, struct str key, struct str value, struct err *err)
{
	struct property p = {str_dup(str_trim(key)), str_dup(str_trim(value))};

	if (check(c, p.key, p.value, err) != 0) {
		free(p.key);
		free(p.value);
		return -1;
	}
	MEM_GROW(c->properties, c->count, c->room);
	c->properties[c->count++] = p;
	return 0;
}

int
kafka_config_add(struct kafka_config *c, const char *key, const char *value, struct err *err)
{
	if (add(c, str_of(key), str_of(value), err) == 0)
		return 0;
	err->class = ERR_FATAL;
	return -1;
}

int
kafka_config_add_argument(struct kafka_config *c, const char *pair, struct err *err)
{
	struct str value = str_of(pair), key = str_cut(&value, '=');
	char *name = str_dup(str_trim(key));
	int result = -1;

	if (key.len == strlen(pair))
		err_set(err, ERR_INPUT, "\"%.100s\" is not key=value", pair);
	else if (is_secret(name))
		err_set(err, ERR_INPUT,
			"the Kafka property \"%s\" is a secret, and a command line is public: "
			"write it to the file of --kafka-config, or into the environment",
			name);
	else
		result = add(c, key, value, err);
	free(name);
	return result;
}

int
kafka_config_add_environment(struct kafka_config *c, struct err *err)
{
	static const char prefix[] = "CHATMILL_KAFKA_";

	for (size_t i = 0; environ[i] != NULL; i++) {
		struct str value = str_of(environ[i]), key = str_cut(&value, '=');
		if (!str_starts(key, STR(prefix)))
			continue;
		char *name = str_dup(str_tail(key, sizeof(prefix) - 1));
		for (char *at = name; *at != '\0'; at++)
			*at = *at == '_' ? '.' : (char)tolower((unsigned char)*at);
		int result = add(c, str_of(name), value, err);
		free(name);
		if (result != 0)
			return err_prefix(err, "$%.*s: ", STR_ARG(key));
	}
	return 0;
}

int
kafka_config_add_file(struct kafka_config *c, const char *path, struct err *err)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0, number = 0;
	int result = 0;

	if (file == NULL)
		return err_set(err, ERR_FATAL, "could not open \"%s\": %s", path, strerror(errno));
	while (result == 0 && getline(&line, &room, file) >= 0) {
		struct str value = str_trim(str_of(line)), key;
		number++;
		if (value.len == 0 || value.ptr[0] == '#' || value.ptr[0] == '!')
			continue;
		size_t whole = value.len;
		key = str_cut(&value, '=');
		if (key.len == whole)
			result = err_set(err, ERR_INPUT, "it is not key=value");
		else
			result = add(c, key, value, err);
		if (result != 0)
			err_prefix(err, "\"%s\", line %zu: ", path, number);
	}
	if (result == 0 && ferror(file))
		result =
			err_set(err, ERR_FATAL, "could not read \"%s\": %s", path, strerror(errno));
	if (line != NULL)
		explicit_bzero(line, room);
	free(line);
	fclose(file);
	return result;
}

const char *
kafka_config_get(const struct kafka_config *c, const char *key)
{
	for (size_t i = c->count; i > 0; i--)
		if (strcmp(c->properties[i - 1].key, key) == 0)
			return c->properties[i - 1].value;
	return NULL;
}

/* Memory is bounded here: what is fetched ahead, and what waits to be sent. */
static const struct {
	const char *key, *value;
} defaults[] = {
	{"client.id", "chatmill"},
	{"auto.offset.reset", "earliest"},
	{"queued.max.messages.kbytes", "16384"},
	{"fetch.max.bytes", "16777216"},
	{"fetch.wait.max.ms", "100"},
	{"queue.buffering.max.kbytes", "32768"},
	{"linger.ms", "1000"}, /* a commit sends what waits; until then, whole batches cost least */
	{"transaction.timeout.ms", "10000"},
	{"topic.metadata.refresh.interval.ms", "60000"},
	{"reconnect.backoff.max.ms", "2000"},
	{"log.connection.close", "false"},
};

rd_kafka_conf_t *
kafka_conf_make(const struct kafka_config *c, const struct kafka_conf_row *rows, struct err *err)
{
	rd_kafka_conf_t *conf = mem_check(rd_kafka_conf_new());
	rd_kafka_conf_res_t result = RD_KAFKA_CONF_OK;
	char why[256] = "";

	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
		(void)rd_kafka_conf_set(conf, defaults[i].key, defaults[i].value, why, sizeof(why));
	for (size_t i = 0; i < c->count; i++) /* each was accepted once */
		(void)rd_kafka_conf_set(conf, c->properties[i].key, c->properties[i].value, why,
					sizeof(why));
	for (; rows->key != NULL && result == RD_KAFKA_CONF_OK; rows++)
		if (rows->value != NULL)
			result = rd_kafka_conf_set(conf, rows->key, rows->value, why, sizeof(why));
	if (result == RD_KAFKA_CONF_OK)
		return conf;
	err_set(err, ERR_FATAL, "could not configure Kafka: %s", why);
	rd_kafka_conf_destroy(conf);
	return NULL;
}
