#include "conversation_count.h"

#include "avro/plan.h"
#include "base/mem.h"
#include "stage/dead_letter.h"
#include "stage/kafka_frame.h"
#include "stage/kafka_outlet.h"
#include "transport/kafka_reader.h"

struct message {
	struct str conversation_id;
};
static const struct field rows[] = {FIELD(message, conversation_id), {0}};

struct schema_known {
	enum avro_framing framing;
	uint64_t id;
	struct dead_input *dead;   /* NULL: these are no dead letters */
	struct avro_schema *plain; /* of what is in them */
	struct avro_plan *plan;    /* NULL: of no conversation */
};

struct counting {
	struct schema_catalog *catalog;
	struct str conversation, group;
	bool is_dead;
	int64_t committed;
	struct schema_known *schemas;
	size_t count, room;
	struct arena arena;
	struct conversation_count *to;
};

static int
open_schema(struct schema_known *known, const struct avro_schema *schema, struct err *err)
{
	struct err ignored = {0};

	known->dead = dead_input_new(schema, err);
	if (known->dead == NULL && err->class != ERR_NONE)
		return -1;
	if (known->dead != NULL) {
		known->plain = dead_input_schema(known->dead, &ignored); /* NULL: bytes alone */
		schema = known->plain;
	}
	if (schema != NULL && avro_schema_root(schema)->type == AVRO_RECORD)
		known->plan =
			avro_plan_new(avro_schema_root(schema), rows, (struct str){0}, &ignored);
	return 0;
}

static int
find_schema(struct counting *c, const struct kafka_frame *frame, struct schema_known **found,
	    struct err *err)
{
	const struct avro_schema *schema;
	struct schema_known known = {.framing = frame->framing, .id = frame->id};

	for (size_t i = 0; i < c->count; i++)
		if (c->schemas[i].framing == frame->framing && c->schemas[i].id == frame->id) {
			*found = &c->schemas[i];
			return 0;
		}
	if (schema_catalog_find(c->catalog, frame->framing, frame->id, &schema, err) != 0 ||
	    open_schema(&known, schema, err) != 0)
		return -1;
	MEM_GROW(c->schemas, c->count, c->room);
	c->schemas[c->count] = known;
	*found = &c->schemas[c->count++];
	return 0;
}

static struct str
header_of(const struct kafka_message *m, const char *name)
{
	for (size_t i = 0; i < m->header_count; i++)
		if (strcmp(m->headers[i].name, name) == 0)
			return m->headers[i].value;
	return (struct str){0};
}

/* Takes one record off the front of *bytes; false: it is damaged, and all behind it is lost. */
static bool
take_record(struct counting *c, const struct schema_known *known, struct str *bytes,
	    struct message *read)
{
	struct dead_taken taken;
	struct avro_record at;
	struct err ignored;
	bool whole = false;

	arena_reset(&c->arena);
	if (known->dead == NULL)
		return avro_plan_take(known->plan, bytes, read, &c->arena, &at, &whole, &ignored) ==
			       0 ||
		       whole;
	if (dead_input_take(known->dead, bytes, &c->arena, &taken, &ignored) != 0)
		return false;
	if (taken.is_record)
		(void)avro_plan_take(known->plan, &taken.bytes, read, &c->arena, &at, &whole,
				     &ignored);
	return true;
}

static uint64_t
count_records(struct counting *c, const struct schema_known *known, const struct kafka_frame *frame)
{
	struct str bytes = frame->records;
	uint64_t count = 0;

	if (known->plan == NULL)
		return 0;
	c->to->known = true;
	for (uint64_t i = 0; i < frame->count; i++) {
		struct message read = {0};
		if (!take_record(c, known, &bytes, &read))
			break;
		count += str_equal(read.conversation_id, c->conversation);
	}
	return count;
}

static int
take(void *with, const struct kafka_message *m, struct err *err)
{
	struct counting *c = with;
	struct str only = header_of(m, c->is_dead ? KAFKA_GROUP_HEADER : KAFKA_REPLAY_HEADER);
	struct schema_known *known = NULL;
	struct kafka_frame frame;
	struct err why = {0};

	if (m->value.ptr == NULL || (only.ptr != NULL && !str_equal(only, c->group)))
		return 0;
	if (kafka_frame_read(m->value, &frame, &why) != 0 ||
	    find_schema(c, &frame, &known, &why) != 0) {
		if (why.class == ERR_INPUT)
			return 0; /* no record, or of an unknown schema */
		*err = why;
		return -1;
	}
	uint64_t count = count_records(c, known, &frame);
	c->to->all += count;
	c->to->taken += m->offset < c->committed ? count : 0;
	return 0;
}

static void
close_schema(struct schema_known *known)
{
	avro_plan_free(known->plan);
	avro_schema_free(known->plain);
	dead_input_free(known->dead);
}

int
conversation_count(const struct kafka_config *config, struct schema_catalog *catalog,
		   const char *topic, const char *group, const char *conversation,
		   const struct kafka_standing *standings, int32_t partitions, bool is_dead,
		   struct conversation_count *to, struct err *err)
{
	struct str key = str_of(conversation);
	int32_t partition = kafka_partition_of(key, partitions);
	struct kafka_place place = {topic, partition, KAFKA_BEGINNING};
	struct counting c = {.catalog = catalog,
			     .conversation = key,
			     .group = str_of(group),
			     .is_dead = is_dead,
			     .committed = is_dead ? 0 : standings[partition].committed,
			     .to = to};

	*to = (struct conversation_count){0};
	int result = kafka_reader_run(config, &place, take, &c, NULL, err);
	for (size_t i = 0; i < c.count; i++)
		close_schema(&c.schemas[i]);
	free(c.schemas);
	arena_free(&c.arena);
	return result;
}
