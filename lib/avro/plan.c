#include "avro/plan.h"

#include "avro/bind.h"
#include "avro/datum.h"
#include "avro/plan_program.h"
#include "base/mem.h"
#include <assert.h>

struct avro_plan {
	const struct avro_node *record;
	const struct field *reads;
	size_t size; /* of the C struct */
	/* skip: without rows, for records that the table cannot hold */
	struct plan_program read, skip;
};

struct avro_plan *
avro_plan_new(const struct avro_node *record, const struct field *reads, struct str own,
	      struct err *err)
{
	static const struct field nothing[] = {{0}};
	struct avro_plan *plan = mem_zero(1, sizeof(*plan));

	assert(record->type == AVRO_RECORD);
	plan->record = record;
	plan->reads = reads == NULL ? nothing : reads;
	plan->size = bind_table_size(plan->reads);
	if (plan_compile(&plan->skip, record, nothing, own, err) != 0 ||
	    plan_compile(&plan->read, record, plan->reads, own, err) != 0) {
		avro_plan_free(plan);
		return NULL;
	}
	return plan;
}

void
avro_plan_free(struct avro_plan *plan)
{
	if (plan == NULL)
		return;
	plan_program_free(&plan->read);
	plan_program_free(&plan->skip);
	free(plan);
}

size_t
avro_plan_struct_size(const struct avro_plan *plan)
{
	return plan->size;
}

/* "tokens[3].norm" */
static void
add_place(const struct plan_program *p, const struct plan_walk *w, struct buf *place)
{
	for (const struct plan_frame *f = w->frames + 1; f <= w->frame; f++) {
		const struct field *of = p->fields[f->op - p->ops];
		bool itself = f->op == w->failed_at || w->failed_at->code == PLAN_BLOCK;
		if (of == NULL || (f == w->frame && itself))
			continue;
		buf_printf(place, place->len > 0 && of->path[0] != '\0' ? ".%s" : "%s", of->path);
		if (f->op->code == PLAN_LIST)
			buf_printf(place, "[%zu]", f->count - f->left);
	}
	const struct field *of = p->fields[w->failed_at - p->ops];
	if (of != NULL)
		buf_printf(place, place->len > 0 && of->path[0] != '\0' ? ".%s" : "%s", of->path);
}

static void
say_why(const struct avro_plan *plan, const struct plan_walk *w, enum plan_end end, struct err *err)
{
	const struct field *f = plan->read.fields[w->failed_at - plan->read.ops];
	struct buf place = {0};

	add_place(&plan->read, w, &place);
	switch (end) {
	case PLAN_NOT_UTF8:
		err_set(err, ERR_INPUT, "field \"%s\": not valid UTF-8", buf_cstr(&place));
		break;
	case PLAN_TOO_WIDE:
		err_set(err, ERR_INPUT, "field \"%s\": the number does not fit %s",
			buf_cstr(&place), bind_c_type(f->type));
		break;
	case PLAN_TOO_MANY:
		err_set(err, ERR_INPUT, "field \"%s\": a list of more than %d items",
			buf_cstr(&place), AVRO_MAX_LIST);
		break;
	case PLAN_TOO_LARGE:
		err_set(err, ERR_INPUT, "field \"%s\": more than %d MiB of lists in one record",
			buf_cstr(&place), AVRO_MAX_DECODED >> 20);
		break;
	default:
		err_set(err, ERR_INPUT, "field \"%s\": not %zu bytes long", buf_cstr(&place),
			f->size);
	}
	buf_free(&place);
}

static inline void
take(const struct plan_walk *w, struct str *bytes, struct avro_record *record)
{
	size_t size = (size_t)(w->from - bytes->ptr);

	record->bytes = str_head(*bytes, size);
	record->own = w->own == NULL ? str_tail(record->bytes, size)
				     : (struct str){w->own, (size_t)(w->own_end - w->own)};
	*bytes = str_tail(*bytes, size);
}

/* The walk could not go on: is the record sound, but not for this table? Apart from what is taken
 * well, which needs no such stack. */
static int __attribute__((noinline, cold))
explain(const struct avro_plan *plan, const struct plan_walk *failed, enum plan_end end,
	struct str *bytes, struct avro_record *record, bool *whole, struct err *err)
{
	struct plan_walk w;
	struct str again = *bytes;

	for (const struct field *f = plan->reads; plan->read.owns_bufs && f->type != 0; f++)
		if (f->type == FIELD_BUF)
			buf_free((struct buf *)(void *)(failed->into + f->at));
	w.from = bytes->ptr;
	w.end = bytes->ptr + bytes->len;
	if (end != PLAN_DAMAGED && plan_walk(plan->skip.ops, &w) == PLAN_DONE) {
		say_why(plan, failed, end, err);
		*whole = true;
		take(&w, bytes, record);
		return -1;
	}
	if (avro_datum_check(plan->record, &again, err) == 0)
		err_set(err, ERR_INPUT, "the record is damaged");
	return -1;
}

/* Structs are small: shorter than a call. */
static inline void
copy_blank(char *into, const char *blank, size_t size)
{
	size_t i = 0;

	for (; i + 8 <= size; i += 8)
		memcpy(into + i, blank + i, 8);
	for (; i < size; i++)
		into[i] = blank[i];
}

int
avro_plan_take(const struct avro_plan *plan, struct str *bytes, void *into, struct arena *arena,
	       struct avro_record *record, bool *whole, struct err *err)
{
	struct plan_walk w;
	enum plan_end end;

	*whole = false;
	w.from = bytes->ptr;
	w.end = bytes->ptr + bytes->len;
	w.into = into;
	w.arena = arena;
	w.arena_used = arena == NULL ? 0 : arena->used;
	copy_blank(into, plan->read.blank, plan->size);
	end = plan_walk(plan->read.ops, &w);
	if (__builtin_expect(end == PLAN_DONE, 1)) {
		take(&w, bytes, record);
		return 0;
	}
	return explain(plan, &w, end, bytes, record, whole, err);
}
