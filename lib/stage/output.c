#include "stage/output.h"

#include "base/log.h"
#include "base/mem.h"
#include "stage/kafka_session.h"
#include "stage/stop.h"
#include "transport/pipe.h"
#include <unistd.h>

#define AGAIN_MS 1000

struct output {
	struct kafka_session *session; /* NULL: a container */
	struct kafka_sender sender;
	char *topic;
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

struct output *
output_open_topic(struct kafka_session *session, const char *path, struct str schema_json,
		  const char *key_path, struct str trail, struct err *err)
{
	struct output *out = mem_zero(1, sizeof(*out));
	struct kafka_endpoint endpoint = {0};
	int result = kafka_endpoint_parse(path, 1, &endpoint, err);

	out->session = session;
	if (result == 0)
		out->topic = str_dup(str_of(endpoint.topics[0]));
	while (result == 0 && kafka_sender_open(&out->sender, session, out->topic, endpoint.pack,
						schema_json, key_path, trail, NULL, err) != 0) {
		kafka_sender_close(&out->sender);
		if (err->class != ERR_DOWN || stop_wait_ms(AGAIN_MS))
			result = -1;
		else
			log_event("endpoint_down", "reason=\"%s\"", err->text);
	}
	kafka_endpoint_free(&endpoint);
	if (result == 0)
		return out;
	output_abort(out);
	return NULL;
}

bool
output_is_topic(const struct output *out)
{
	return out->session != NULL;
}

/* What was read from a pipe cannot be read again: a transaction that failed is the end. */
int
output_settle(struct output *out, struct err *err)
{
	struct kafka_producer *producer = out->session->producer;
	int result = kafka_outlet_flush(out->sender.outlet, err);

	while (result == 0 && kafka_producer_commit(producer, NULL, NULL, 0, err) != 0) {
		if (err->class != ERR_DOWN || stop_wait_ms(AGAIN_MS))
			result = -1;
		else
			log_event("endpoint_down", "reason=\"%s\"", err->text);
	}
	if (result != 0)
		err->class = ERR_FATAL;
	return result;
}

static int
fail_too_large(void *with, struct str record, struct err *err)
{
	(void)with, (void)record;
	err->class = ERR_FATAL;
	return -1;
}

int
output_block(void *with, uint64_t count, struct str bytes, struct err *err)
{
	struct output *out = with;

	out->records += count;
	if (out->session != NULL)
		return kafka_outlet_add(out->sender.outlet, NULL, count, bytes, fail_too_large,
					NULL, err);
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
	return out->session != NULL ? kafka_outlet_bytes(out->sender.outlet)
				    : container_writer_bytes(out->writer);
}

int
output_commit(struct output *out, struct err *err)
{
	if (out->session != NULL) {
		int settled = output_settle(out, err);
		output_abort(out);
		return settled;
	}
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
	kafka_sender_close(&out->sender);
	free(out->topic);
	container_writer_close(out->writer);
	pipe_out_abort(out->pipe);
	free(out);
}
