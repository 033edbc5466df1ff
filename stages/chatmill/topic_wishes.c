#include "topic_wishes.h"

#include "base/buf.h"
#include "base/mem.h"
#include "stage/kafka_memory.h"
#include "stage/kafka_resume.h"

static void
wish(struct topic_wishes *wishes, const char *name, enum topic_use use)
{
	for (size_t i = 0; i < wishes->count; i++)
		if (strcmp(wishes->all[i].name, name) == 0)
			return;
	MEM_GROW(wishes->all, wishes->count, wishes->room);
	wishes->all[wishes->count++] = (struct topic_wish){str_dup(str_of(name)), use};
}

void
topic_wishes_make(struct topic_wishes *wishes, const struct deployment *d)
{
	struct buf name = {0};

	for (size_t i = 0; i < d->count; i++) {
		const struct deployed_stage *stage = &d->stages[i];
		for (size_t k = 0; k < stage->in.count; k++)
			wish(wishes, stage->in.topics[k], TOPIC_OF_RECORDS);
		if (stage->dead != NULL)
			wish(wishes, stage->dead, TOPIC_OF_DEAD);
		for (size_t k = 0; stage->remembers && k < stage->in.count; k++) {
			buf_clear(&name);
			kafka_memory_name(stage->group, stage->in.topics[k], &name);
			wish(wishes, buf_cstr(&name), TOPIC_OF_CHANGES);
		}
		if (stage->out != NULL)
			wish(wishes, stage->out, TOPIC_OF_RECORDS);
	}
	wish(wishes, SCHEMA_TOPIC, TOPIC_OF_SCHEMAS);
	if (d->stages[0].in.count == 0) /* a source, which writes where it is */
		wish(wishes, POSITION_TOPIC, TOPIC_OF_SCHEMAS);
	buf_free(&name);
}

void
topic_wishes_free(struct topic_wishes *wishes)
{
	for (size_t i = 0; i < wishes->count; i++)
		free(wishes->all[i].name);
	free(wishes->all);
	*wishes = (struct topic_wishes){0};
}
