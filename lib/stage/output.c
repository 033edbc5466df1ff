#include "stage/output.h"

#include "base/mem.h"
#include "stage/stop.h"
#include "transport/pipe.h"
#include <unistd.h>

struct output {
	struct pipe_out *pipe;
	struct container_writer *writer;
	uint64_t records;
};

static void
end_if_closed(const struct output *out)
{
	if (out->pipe != NULL && pipe_out_closed(out->pipe))
		stop_by_sigpipe();
}

struct output *
output_open(const char *path, struct str schema_json, const char *codec,
	    const struct container_entry *entries, size_t entry_count, struct err *err)
{
	struct output *out = mem_zero(1, sizeof(*out));
	bool standard = strcmp(path, "-") == 0;

	if (standard && isatty(STDOUT_FILENO)) {
		err_set(err, ERR_FATAL,
			"records are not for a terminal: add `| chatmill cat`, or "
			"another stage, or --out FILE");
		goto fail;
	}
	out->pipe = pipe_out_open(path, err);
	if (out->pipe == NULL)
		goto fail;
	struct byte_sink sink = {pipe_out_write, out->pipe};
	out->writer = container_writer_open(sink, schema_json, str_of(standard ? "null" : codec),
					    entries, entry_count, standard, err);
	if (out->writer != NULL)
		return out;

fail:
	end_if_closed(out);
	output_abort(out);
	return NULL;
}

int
output_block(void *with, uint64_t count, struct str bytes, struct err *err)
{
	struct output *out = with;

	out->records += count;
	if (container_writer_block(out->writer, count, bytes, err) == 0)
		return 0;
	end_if_closed(out);
	return -1;
}

uint64_t
output_records(const struct output *out)
{
	return out->records;
}

uint64_t
output_bytes(const struct output *out)
{
	return container_writer_bytes(out->writer);
}

int
output_commit(struct output *out, struct err *err)
{
	if (container_writer_end(out->writer, err) != 0) {
		end_if_closed(out);
		output_abort(out);
		return -1;
	}
	container_writer_close(out->writer);
	int result = pipe_out_commit(out->pipe, err);
	free(out);
	return result;
}

void
output_abort(struct output *out)
{
	if (out == NULL)
		return;
	container_writer_close(out->writer);
	pipe_out_abort(out->pipe);
	free(out);
}
