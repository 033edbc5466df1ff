#include "stage/kafka_memory.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "stage/stage_metrics.h"
#include "stage/state_disk.h"
#include "transport/kafka_admin.h"
#include "transport/kafka_reader.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define TELL_MS     5000
#define CACHE_BYTES (8 << 20) /* of each partition */

struct kafka_memory {
	struct kafka_session *session;
	struct state_disk *disk;
	struct stage *worker;
	struct buf changelog, folder;
	bool temporary;
	int32_t partition;
	uint64_t restored;
	int64_t place;           /* up to where the disk knows the changelog */
	struct job_pause *pause; /* while it is restored */
	struct stage_metrics *metrics;
	int64_t end, told_ms; /* of the changelog, when it was begun to be read; of the last line */
};

void
kafka_memory_name(const char *group, const char *topic, struct buf *name)
{
	buf_printf(name, "%s.%s.changelog", group, topic);
}

int
kafka_memory_prepare(struct kafka_session *session, const char *const *topics, struct err *err)
{
	int result = 0;

	for (; *topics != NULL && result == 0; topics++) {
		struct buf name = {0};
		struct kafka_topic_plan plan = {.compacted = true};
		int32_t partitions;
		kafka_memory_name(session->group, *topics, &name);
		plan.name = buf_cstr(&name);
		if (kafka_admin_partitions(session->config, *topics, &plan.partitions, err) != 0 ||
		    kafka_admin_make(session->config, &plan, err) != 0 ||
		    kafka_producer_partitions(session->producer, plan.name, &partitions, err) != 0)
			result = -1;
		else if (partitions < plan.partitions)
			result = err_set(err, ERR_FATAL,
					 "topic \"%s\" has %d partitions, and \"%s\" %d: what is "
					 "remembered of each needs one of its own",
					 plan.name, partitions, *topics, plan.partitions);
		buf_free(&name);
	}
	return result;
}

/* ---- the changelog */

static int
tell_change(void *with, struct str key, struct str value, struct err *err)
{
	struct kafka_memory *m = with;
	struct kafka_message message = {.topic = buf_cstr(&m->changelog),
					.partition = m->partition,
					.key = key,
					.value = value};

	if (kafka_producer_send(m->session->producer, &message, err) == 0)
		return 0;
	if (err->class == ERR_INPUT)
		err->class = ERR_FATAL;
	return err_prefix(err, "what is remembered: ");
}

/* Where there is much to be read, who waits for it may see how much is left. */
static void
tell_restored(struct kafka_memory *m, const struct kafka_message *message)
{
	int64_t left = m->end - message->offset - 1;

	metric_add(m->metrics->restored, 1);
	metric_set(m->metrics->restore_left, left > 0 ? left : 0);
	if (m->restored % 1000 != 0 || clock_monotonic_ms() - m->told_ms < TELL_MS)
		return;
	if (m->told_ms != 0)
		log_event("restoring", "topic=%s partition=%d left=%lld", message->topic,
			  m->partition, (long long)left);
	m->told_ms = clock_monotonic_ms();
}

static int
restore_one(void *with, const struct kafka_message *message, struct err *err)
{
	struct kafka_memory *m = with;

	if (message->key.ptr == NULL)
		return 0;
	tell_restored(m, message);
	if (++m->restored % m->pause->records == 0 && m->pause->breathe(m->pause))
		return err_set(err, ERR_RETRY, "what is remembered was given up while it was read");
	return state_disk_apply(m->disk, message->key, message->value, err);
}

static int
commit_disk(struct kafka_memory *m, struct err *err)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%lld", (long long)m->place);

	return state_disk_commit(m->disk, (struct str){text, (size_t)len}, err);
}

static int
restore(struct kafka_memory *m, struct err *err)
{
	struct str checkpoint = state_disk_checkpoint(m->disk);
	struct kafka_place place = {buf_cstr(&m->changelog), m->partition, KAFKA_BEGINNING};
	uint64_t offset;

	if (str_to_u64(checkpoint, &offset) && offset <= INT64_MAX)
		place.offset = (int64_t)offset;
	if (kafka_reader_run(m->session->config, &place, restore_one, m, &m->end, err) != 0)
		return -1;
	metric_set(m->metrics->restore_left, 0);
	m->place = place.offset;
	if (m->restored > 0)
		log_event("restored", "topic=%s partition=%d changes=%llu", place.topic,
			  m->partition, (unsigned long long)m->restored);
	return commit_disk(m, err);
}

/* ---- opening and closing */

static int
name_folder(struct kafka_memory *m, const char *folder, const char *topic, struct err *err)
{
	const char *shared = getenv("TMPDIR");

	m->temporary = folder == NULL;
	if (!m->temporary) {
		buf_printf(&m->folder, "%s/%s-%d", folder, topic, m->partition);
		return 0;
	}
	buf_printf(&m->folder, "%s/chatmill-XXXXXX", shared == NULL ? "/tmp" : shared);
	(void)buf_cstr(&m->folder);
	if (mkdtemp(m->folder.ptr) == NULL)
		return err_set(err, ERR_FATAL, "could not make \"%s\": %s", m->folder.ptr,
			       strerror(errno));
	return 0;
}

static void
remove_folder(struct kafka_memory *m)
{
	DIR *dir = opendir(buf_cstr(&m->folder));
	const struct dirent *file;

	while (dir != NULL && (file = readdir(dir)) != NULL)
		if (file->d_name[0] != '.')
			(void)unlinkat(dirfd(dir), file->d_name, 0);
	if (dir != NULL)
		closedir(dir);
	(void)rmdir(buf_cstr(&m->folder)); /* temporary files are not worth a failure */
}

struct kafka_memory *
kafka_memory_open(struct kafka_session *session, const struct stage_def *def, const char *folder,
		  const char *topic, int32_t partition, struct job_pause *pause,
		  struct stage_metrics *metrics, struct err *err)
{
	struct kafka_memory *m = mem_zero(1, sizeof(*m));

	m->session = session;
	m->partition = partition;
	m->pause = pause;
	m->metrics = metrics;
	kafka_memory_name(session->group, topic, &m->changelog);
	if (name_folder(m, folder, topic, err) != 0)
		goto fail;
	m->disk = state_disk_open(buf_cstr(&m->folder), def->name, def->states, err);
	if (m->disk == NULL || restore(m, err) != 0)
		goto fail;
	state_disk_when_changed(m->disk, tell_change, m);
	return m;

fail:
	kafka_memory_close(m);
	return NULL;
}

static void
close_worker(struct kafka_memory *m)
{
	if (m->worker == NULL)
		return;
	worker_close(m->worker);
	worker_free(m->worker);
	m->worker = NULL;
}

void
kafka_memory_close(struct kafka_memory *m)
{
	if (m == NULL)
		return;
	close_worker(m);
	state_disk_close(m->disk);
	if (m->temporary && m->folder.len > 0)
		remove_folder(m);
	buf_free(&m->folder);
	buf_free(&m->changelog);
	free(m);
}

struct stage *
kafka_memory_worker(struct kafka_memory *m, struct kafka_intake *in, struct err *err)
{
	if (m->worker == NULL) {
		m->worker = worker_new(&in->job, 0, 1);
		worker_keep_state(m->worker, m->disk, CACHE_BYTES);
		if (worker_open(m->worker, err) != 0) {
			close_worker(m);
			return NULL;
		}
	}
	worker_use(m->worker, &in->job);
	return m->worker;
}

struct stage *
kafka_memory_open_worker(const struct kafka_memory *m)
{
	return m->worker;
}

/* ---- commits */

int
kafka_memory_flush(struct kafka_memory *m, struct err *err)
{
	return m->worker == NULL ? 0 : state_store_flush(worker_state(m->worker), err);
}

int
kafka_memory_commit(struct kafka_memory *m, struct err *err)
{
	int64_t end =
		kafka_producer_end(m->session->producer, buf_cstr(&m->changelog), m->partition);

	if (end > m->place)
		m->place = end;
	return commit_disk(m, err);
}

int
kafka_memory_rewind(struct kafka_memory *m, struct err *err)
{
	if (m->worker != NULL)
		state_store_drop(worker_state(m->worker));
	return state_disk_rewind(m->disk, err);
}
