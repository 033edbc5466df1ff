#include "stage/kafka_intake.h"

#include "base/mem.h"
#include "stage/alerts.h"
#include "stage/trail.h"

#define MOST      64           /* schemas and trails in use at a time */
#define DEAD_MOST (512 * 1024) /* bytes of a dead letter: a message takes a million */
#define NAME_ROOM 300

struct kafka_intakes {
	struct kafka_session *session;
	const struct job *base;
	const struct runtime_options *options;
	struct kafka_endpoint out;
	const char *dead_topic;
	json_t *own_options;
	struct kafka_intake *intakes[MOST];
	size_t count;
	uint64_t clock;
	/* For what is no record: bytes alone. */
	struct dead_letters *bytes_dead;
	struct kafka_sender bytes_sender;
};

struct kafka_intakes *
kafka_intakes_new(struct kafka_session *session, const struct job *base,
		  const struct runtime_options *options, const char *dead_topic,
		  json_t *own_options)
{
	struct kafka_intakes *all = mem_zero(1, sizeof(*all));
	struct err ignored; /* it was checked with the command line */

	all->session = session;
	all->base = base;
	all->options = options;
	all->dead_topic = dead_topic;
	all->own_options = own_options;
	if (kafka_endpoint_is(options->out))
		(void)kafka_endpoint_parse(options->out, 1, &all->out, &ignored);
	return all;
}

static void
close_worker(struct kafka_intake *in)
{
	if (in->worker == NULL)
		return;
	worker_close(in->worker);
	worker_free(in->worker);
	in->worker = NULL;
}

static void
free_intake(struct kafka_intake *in)
{
	close_worker(in);
	kafka_sender_close(&in->out);
	kafka_sender_close(&in->refused);
	binding_close(&in->job.binding);
	dead_letters_free(in->dead);
	dead_input_free(in->dead_input);
	buf_free(&in->trail_in);
	buf_free(&in->trail);
	free(in);
}

void
kafka_intakes_free(struct kafka_intakes *all)
{
	if (all == NULL)
		return;
	for (size_t i = 0; i < all->count; i++)
		free_intake(all->intakes[i]);
	kafka_sender_close(&all->bytes_sender);
	dead_letters_free(all->bytes_dead);
	kafka_endpoint_free(&all->out);
	free(all);
}

/* ---- opening */

/* The trail that the message's header names; one that nobody knows is told by its hash. */
static int
find_trail(struct kafka_intakes *all, struct kafka_intake *in, struct err *err)
{
	struct str text;

	if (in->hash_in[0] == '\0')
		return 0;
	if (schema_catalog_find_trail(all->session->catalog, str_of(in->hash_in), &text, err) ==
	    0) {
		buf_add(&in->trail_in, text);
		return 0;
	}
	if (err->class != ERR_INPUT)
		return -1;
	*err = (struct err){0};
	buf_printf(&in->trail_in, "\"%s\"", in->hash_in);
	return 0;
}

static struct avro_schema *
input_schema(struct kafka_intake *in, const struct avro_schema *writer, struct err *err)
{
	in->dead_input = dead_input_new(writer, err);
	if (in->dead_input != NULL)
		return dead_input_schema(in->dead_input, err);
	if (err->class != ERR_NONE)
		return NULL;
	return avro_schema_parse(avro_schema_json(writer), err);
}

static int
open_refused(struct kafka_sender *sender, struct kafka_intakes *all, struct dead_letters *dead,
	     struct str trail, struct err *err)
{
	dead_letters_set_most(dead, DEAD_MOST);
	return kafka_sender_open(sender, all->session, all->dead_topic, false,
				 dead_letters_schema(dead), NULL, trail, all->session->group, err);
}

static int
open_intake(struct kafka_intakes *all, struct kafka_intake *in, struct err *err)
{
	const struct stage_def *def = all->base->binding.def;
	const struct avro_schema *writer;
	struct avro_schema *schema;

	if (schema_catalog_find(all->session->catalog, in->framing, in->id, &writer, err) != 0 ||
	    find_trail(all, in, err) != 0)
		return -1;
	in->min_bytes = avro_schema_root(writer)->min_bytes;
	schema = input_schema(in, writer, err);
	if (schema == NULL || binding_open(&in->job.binding, def, schema, err) != 0)
		return -1;
	in->dead = dead_letters_new(in->job.binding.input, err);
	if (in->dead == NULL)
		return -1;
	in->job.dead_input = in->dead_input;
	in->job.dead = in->dead;
	in->job.trail = buf_str(&in->trail_in);
	if (binding_shape(&in->job.binding, in->job.shared, buf_str(&in->trail_in), &in->trail,
			  err) != 0)
		return -1;
	if (in->trail.len == 0)
		trail_add(buf_str(&in->trail_in), def, json_incref(all->own_options), &in->trail);
	if (open_refused(&in->refused, all, in->dead, buf_str(&in->trail_in), err) != 0)
		return -1;
	return all->out.count == 0 || in->job.binding.output == NULL
		       ? 0
		       : kafka_sender_open(&in->out, all->session, all->out.topics[0],
					   all->out.pack, avro_schema_json(in->job.binding.output),
					   kafka_session_key_path(def), buf_str(&in->trail), NULL,
					   err);
}

/* ---- finding */

static bool
is_hash(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') || (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
			return false;
	return s.len == SCHEMA_TRAIL_BYTES - 1;
}

static struct str
trail_of(const struct kafka_message *m)
{
	for (size_t i = m->header_count; i > 0; i--)
		if (strcmp(m->headers[i - 1].name, KAFKA_TRAIL_HEADER) == 0 &&
		    is_hash(m->headers[i - 1].value))
			return m->headers[i - 1].value;
	return (struct str){"", 0};
}

/* Room for one more: the one that was not used for longest goes, unless it has records under way.
 */
static void
make_room(struct kafka_intakes *all)
{
	size_t oldest = 0;

	if (all->count < MOST)
		return;
	for (size_t i = 1; i < all->count; i++)
		if (all->intakes[i]->used < all->intakes[oldest]->used)
			oldest = i;
	free_intake(all->intakes[oldest]);
	all->intakes[oldest] = all->intakes[--all->count];
}

int
kafka_intakes_find(struct kafka_intakes *all, const struct kafka_frame *frame,
		   const struct kafka_message *m, struct kafka_intake **found, struct err *err)
{
	struct str hash = trail_of(m);

	all->clock++;
	for (size_t i = 0; i < all->count; i++) {
		struct kafka_intake *in = all->intakes[i];
		if (in->framing == frame->framing && in->id == frame->id &&
		    str_equal(str_of(in->hash_in), hash)) {
			in->used = all->clock;
			*found = in;
			return 0;
		}
	}
	if (all->count == MOST && all->base->binding.def->states != NULL)
		return err_set(err, ERR_FATAL,
			       "records of more than %d schemas and trails have come", MOST);
	if (all->count == MOST && kafka_intakes_flush(all, err) != 0)
		return -1;
	make_room(all);
	struct kafka_intake *in = mem_zero(1, sizeof(*in));
	in->job = *all->base;
	in->framing = frame->framing;
	in->id = frame->id;
	in->used = all->clock;
	memcpy(in->hash_in, hash.ptr, hash.len);
	if (open_intake(all, in, err) != 0) {
		free_intake(in);
		return -1;
	}
	all->intakes[all->count++] = in;
	*found = in;
	return 0;
}

/* ---- workers */

int
kafka_intake_open_worker(struct kafka_intake *in, struct err *err)
{
	if (in->worker != NULL)
		return 0;
	in->worker = worker_new(&in->job, 0, 1);
	if (worker_open(in->worker, err) == 0)
		return 0;
	close_worker(in);
	return -1;
}

void
kafka_intakes_close_workers(struct kafka_intakes *all)
{
	for (size_t i = 0; i < all->count; i++)
		close_worker(all->intakes[i]);
}

struct kafka_intake *
kafka_intakes_open_one(struct kafka_intakes *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->intakes[i]->worker != NULL)
			return all->intakes[i];
	return NULL;
}

/* ---- what is no record */

static int
open_bytes(struct kafka_intakes *all, struct err *err)
{
	if (all->bytes_sender.outlet != NULL)
		return 0;
	if (all->bytes_dead == NULL)
		all->bytes_dead = dead_letters_new(NULL, err);
	return all->bytes_dead == NULL ? -1
				       : open_refused(&all->bytes_sender, all, all->bytes_dead,
						      (struct str){0}, err);
}

static int
never_too_large(void *with, struct str record, struct err *err)
{
	(void)with, (void)record;
	err->class = ERR_FATAL;
	return -1;
}

int
kafka_intakes_refuse(struct kafka_intakes *all, const struct kafka_message *m,
		     const struct err *why, struct err *err)
{
	const struct stage_def *def = all->base->binding.def;
	char input[NAME_ROOM];
	struct buf letter = {0};

	if (open_bytes(all, err) != 0)
		return -1;
	snprintf(input, sizeof(input), "kafka:%s/%d", m->topic, m->partition);
	struct dead_reason reason = {.stage = str_of(def->name),
				     .version = str_of(def->version),
				     .reason = str_of(why->text),
				     .class = STR("input"),
				     .attempts = 1,
				     .input = str_of(input),
				     .record = m->offset};
	alerts_note(all->base->alerts, reason.class, reason.reason);
	dead_letters_add_bytes(all->bytes_dead,
			       m->value.ptr == NULL ? (struct str){"", 0} : m->value, &reason,
			       &letter);
	int result = kafka_outlet_add(all->bytes_sender.outlet, m, 1, buf_str(&letter),
				      never_too_large, NULL, err);
	buf_free(&letter);
	return result;
}

/* ---- all of them */

int
kafka_intakes_flush(struct kafka_intakes *all, struct err *err)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->intakes[i]->out.outlet != NULL &&
		    kafka_outlet_flush(all->intakes[i]->out.outlet, err) != 0)
			return -1;
	return 0;
}

void
kafka_intakes_drop(struct kafka_intakes *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->intakes[i]->out.outlet != NULL)
			kafka_outlet_drop(all->intakes[i]->out.outlet);
}

void
kafka_intakes_sum(const struct kafka_intakes *all, uint64_t *bytes_out, bool *source_lost)
{
	*bytes_out = 0;
	*source_lost = false;
	for (size_t i = 0; i < all->count; i++) {
		if (all->intakes[i]->out.outlet != NULL)
			*bytes_out += kafka_outlet_bytes(all->intakes[i]->out.outlet);
		*source_lost = *source_lost || atomic_load(&all->intakes[i]->job.source_lost);
	}
}
