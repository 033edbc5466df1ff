#include "stage/state_merge.h"

#include "base/mem.h"
#include "stage/state_store.h"
#include <errno.h>
#include <unistd.h>

struct merging {
	const struct stage_state *states;
	struct state_disk *into, *from;
	struct state_writer writer;
};

static int
is_damaged(const struct state_disk *d, struct err *err)
{
	return err_set(err, ERR_FATAL, "the state in \"%s\" is damaged", state_disk_folder(d));
}

static int
take_kind(void *with, struct str name, struct str value, struct err *err)
{
	struct merging *m = with;

	if (state_disk_learn(m->into, str_tail(name, 1), value, err) != 0)
		return -1;
	return state_writer_put(&m->writer, name, value, err);
}

static int
merge_keys(struct merging *m, struct str name, struct str ours, struct str theirs, struct err *err)
{
	struct buf both = {0};
	int64_t watermark, other;
	struct str key;

	if (!state_value_take_key(&ours, &watermark, &key))
		return is_damaged(m->into, err);
	if (!state_value_take_key(&theirs, &other, &key))
		return is_damaged(m->from, err);
	state_value_add_key(&both, other > watermark ? other : watermark, key);
	int result = state_writer_put(&m->writer, name, buf_str(&both), err);
	buf_free(&both);
	return result;
}

static int
merge_blocks(struct merging *m, struct str name, int number, struct str ours, struct str theirs,
	     struct err *err)
{
	const struct stage_state *state = &m->states[number];
	struct state_timer timer, other;
	struct buf both = {0};

	if (state->merge == NULL)
		return err_set(
			err, ERR_FATAL,
			"\"%s\" and \"%s\" both have a block of state \"%s\", which cannot be "
			"merged",
			state_disk_folder(m->into), state_disk_folder(m->from), state->name);
	if (!state_value_take_timer(&ours, &timer))
		return is_damaged(m->into, err);
	if (!state_value_take_timer(&theirs, &other))
		return is_damaged(m->from, err);
	void *block = mem_zero(1, state->size), *from = mem_zero(1, state->size);
	int result = state_codec_decode(state_disk_codec(m->into), number, ours, block, err);
	if (result == 0)
		result = state_codec_decode(state_disk_codec(m->from), number, theirs, from, err);
	if (result == 0) {
		state->merge(block, from);
		if (!timer.armed || (other.armed && other.at_ms < timer.at_ms))
			timer = other;
		state_value_add_timer(&both, &timer);
		result = state_codec_encode(state_disk_codec(m->into), number, block, &both, err);
	}
	if (result == 0)
		result = state_writer_put(&m->writer, name, buf_str(&both), err);
	state_block_clear(state, block);
	state_block_clear(state, from);
	free(block);
	free(from);
	buf_free(&both);
	return result;
}

static int
take_entry(void *with, struct str name, struct str value, struct err *err)
{
	struct merging *m = with;
	struct str prefix, state, part, ours;
	enum entry_sort sort = state_entry_split(name, &prefix, &state, &part);
	int number = sort == ENTRY_BLOCK ? state_codec_find(state_disk_codec(m->from), state) : -1;
	struct buf copy = {0};

	if (sort != ENTRY_KEY && number < 0)
		return is_damaged(m->from, err);
	if (state_writer_get(&m->writer, name, &ours, err) != 0)
		return -1;
	if (ours.ptr == NULL)
		return state_writer_put(&m->writer, name, value, err);
	buf_add(&copy, ours); /* its page may move */
	int result = sort == ENTRY_KEY ? merge_keys(m, name, buf_str(&copy), value, err)
				       : merge_blocks(m, name, number, buf_str(&copy), value, err);
	buf_free(&copy);
	return result;
}

/* Opening a folder would make it. */
static int
check_folder(const char *folder, struct err *err)
{
	struct buf path = {0};

	buf_printf(&path, "%s/data.mdb", folder);
	int failed = access(buf_cstr(&path), F_OK) == 0 ? 0 : errno;
	buf_free(&path);
	if (failed == 0)
		return 0;
	return err_set(err, ERR_FATAL, "there is no state in \"%s\" to merge: %s", folder,
		       strerror(failed));
}

int
state_merge(struct state_disk *into, const char *folder, const char *stage,
	    const struct stage_state *states, struct err *err)
{
	struct merging m = {.states = states, .into = into};
	int result = -1;

	if (check_folder(folder, err) != 0)
		return -1;
	m.from = state_disk_open(folder, stage, states, err);
	if (m.from == NULL)
		return -1;
	struct state_reader *reader = state_reader_new(m.from);
	if (state_writer_begin(&m.writer, into, err) == 0 &&
	    state_reader_key(reader, STR("k"), take_kind, &m, err) == 0 &&
	    state_reader_key(reader, STR("b"), take_entry, &m, err) == 0)
		result = state_writer_end(&m.writer, err);
	else
		state_writer_abort(&m.writer);
	state_reader_free(reader);
	state_disk_close(m.from);
	return result;
}
