#include "stage/kafka_resume.h"

#include "base/hash.h"
#include "transport/kafka_admin.h"
#include "transport/kafka_reader.h"
#include <stdlib.h>
#include <unistd.h>

#define HASH_BYTES 16

void
kafka_resume_name(const struct stage_def *def, const char *out, const json_t *own_options,
		  struct buf *name)
{
	char *options = json_dumps(own_options, JSON_COMPACT | JSON_SORT_KEYS);
	char *folder = getcwd(NULL, 0), hex[2 * HASH_BYTES + 1];
	struct buf all = {0};

	/* A NUL between them: none has one in it. */
	buf_add(&all, str_of(def->name));
	buf_add_byte(&all, '\0');
	buf_add(&all, str_of(options == NULL ? "" : options));
	buf_add_byte(&all, '\0');
	buf_add(&all, str_of(folder == NULL ? "" : folder));
	buf_add_byte(&all, '\0');
	buf_add(&all, str_head(str_of(out), strcspn(out, "?")));
	struct str bytes = buf_str(&all);
	hash_digest_hex(hex, HASH_BYTES, &bytes, 1);
	buf_add(name, str_of(hex));
	buf_free(&all);
	free(folder);
	free(options);
}

struct finding {
	struct str name;
	struct buf *position;
};

static int
take(void *with, const struct kafka_message *m, struct err *err)
{
	struct finding *f = with;

	(void)err;
	if (m->key.ptr == NULL || !str_equal(m->key, f->name))
		return 0;
	buf_clear(f->position);
	buf_add(f->position, m->value);
	return 0;
}

int
kafka_resume_find(struct kafka_session *s, struct str name, struct buf *position, struct err *err)
{
	const struct kafka_topic_plan plan = {
		.name = POSITION_TOPIC, .partitions = 1, .compacted = true};
	struct kafka_place place = {POSITION_TOPIC, 0, KAFKA_BEGINNING};
	struct finding f = {name, position};

	if (kafka_admin_make(s->config, &plan, err) != 0)
		return -1;
	return kafka_reader_run(s->config, &place, take, &f, NULL, err);
}

int
kafka_resume_note(struct kafka_session *s, struct str name, struct str position, struct err *err)
{
	const struct kafka_message m = {.topic = POSITION_TOPIC, .key = name, .value = position};

	return kafka_producer_send(s->producer, &m, err);
}
