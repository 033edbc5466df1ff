#include "stage/kafka_endpoint.h"

#include "base/mem.h"

#define SCHEME     "kafka:"
#define TOPIC_MOST 249 /* bytes of a topic's name, as Kafka has it */

bool
kafka_endpoint_is(const char *path)
{
	return path != NULL && str_starts(str_of(path), STR(SCHEME));
}

static bool
is_topic(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '.' || c == '_' || c == '-'))
			return false;
	}
	return name.len > 0 && name.len <= TOPIC_MOST && !str_equal(name, STR(".")) &&
	       !str_equal(name, STR(".."));
}

static int
take_options(struct str options, struct kafka_endpoint *e, struct err *err)
{
	while (options.len > 0) {
		struct str option = str_cut(&options, '&');
		if (str_equal(option, STR("pack=block")))
			e->pack = true;
		else if (!str_equal(option, STR("pack=record")))
			return err_set(err, ERR_INPUT,
				       "\"%.*s\" is no option of a topic: there are pack=record "
				       "and pack=block",
				       STR_ARG(option));
	}
	return 0;
}

int
kafka_endpoint_parse(const char *path, size_t most, struct kafka_endpoint *e, struct err *err)
{
	struct str options = str_tail(str_of(path), sizeof(SCHEME) - 1);
	struct str topics = str_cut(&options, '?');
	size_t room = 0;

	*e = (struct kafka_endpoint){0};
	do {
		struct str name = str_cut(&topics, ',');
		if (!is_topic(name)) {
			err_set(err, ERR_INPUT,
				"\"%.*s\" is no name of a topic: letters, digits, \".\", \"_\" and "
				"\"-\", up to %d of them",
				STR_ARG(name), TOPIC_MOST);
			goto fail;
		}
		MEM_GROW(e->topics, e->count + 1, room);
		e->topics[e->count++] = str_dup(name);
		e->topics[e->count] = NULL;
	} while (topics.len > 0);
	if (e->count > most) {
		err_set(err, ERR_INPUT, "it names %zu topics, where %zu can be", e->count, most);
		goto fail;
	}
	if (take_options(options, e, err) == 0)
		return 0;

fail:
	err_prefix(err, "\"%s\": ", path);
	kafka_endpoint_free(e);
	return -1;
}

void
kafka_endpoint_free(struct kafka_endpoint *e)
{
	for (size_t i = 0; i < e->count; i++)
		free((char *)e->topics[i]);
	free(e->topics);
	*e = (struct kafka_endpoint){0};
}
