#include "stage/worker_pool.h"

#include "base/mem.h"
#include <pthread.h>

/*
 * The ring: batch of sequence s lies at s % room, and
 *
 *   written <= taken by each worker <= submitted <= written + room
 *
 * A batch is done when nobody is pending on it; it is the writer's between done() and give_back().
 */

struct pool_thread {
	struct worker_pool *pool;
	struct stage *worker;
	pthread_t thread;
	uint64_t next; /* keyed: the batch it takes next */
	bool started, opened;
};

struct worker_pool {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct batch *ring;
	size_t room;
	uint64_t submitted, taken, written; /* sequences; taken: of a stage without a key */
	bool keyed, ended, stopped, closing;
	struct pool_thread *threads;
	struct stage **workers; /* of the threads */
	size_t count, opening;  /* opening: threads whose open() is not done */
	struct err open_error;
};

/* The next batch for this thread; NULL: there will be none. The lock is held. */
static struct batch *
next_batch(struct pool_thread *t)
{
	struct worker_pool *pool = t->pool;
	uint64_t *next = pool->keyed ? &t->next : &pool->taken;

	while (*next == pool->submitted && !pool->ended && !pool->stopped)
		pthread_cond_wait(&pool->changed, &pool->lock);
	if (*next == pool->submitted || pool->stopped)
		return NULL;
	return &pool->ring[(*next)++ % pool->room];
}

static void
open_thread(struct pool_thread *t)
{
	struct worker_pool *pool = t->pool;
	struct err err = {0};
	int result = worker_open(t->worker, &err);

	pthread_mutex_lock(&pool->lock);
	if (result != 0 && pool->open_error.class == ERR_NONE) {
		pool->open_error = err;
		pool->stopped = true;
	}
	pool->opening--;
	pthread_cond_broadcast(&pool->changed);
	while (pool->opening > 0)
		pthread_cond_wait(&pool->changed, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

static void *
run_thread(void *with)
{
	struct pool_thread *t = with;
	struct worker_pool *pool = t->pool;
	struct batch *batch;

	open_thread(t);
	pthread_mutex_lock(&pool->lock);
	while ((batch = next_batch(t)) != NULL) {
		pthread_mutex_unlock(&pool->lock);
		worker_take(t->worker, batch);
		pthread_mutex_lock(&pool->lock);
		if (--batch->pending == 0)
			pthread_cond_broadcast(&pool->changed);
	}
	while (!pool->closing) /* timers at the end still need what open() made */
		pthread_cond_wait(&pool->changed, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	worker_close(t->worker);
	return NULL;
}

struct worker_pool *
worker_pool_start(struct job *job, size_t count, struct err *err)
{
	struct worker_pool *pool = mem_zero(1, sizeof(*pool));

	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->changed, NULL);
	pool->keyed = job->binding.key_at != SIZE_MAX;
	pool->room = count + 2;
	pool->ring = mem_zero(pool->room, sizeof(*pool->ring));
	for (size_t i = 0; i < pool->room; i++)
		batch_init(&pool->ring[i], pool->keyed ? count : 1);
	pool->threads = mem_zero(count, sizeof(*pool->threads));
	pool->workers = mem_zero(count, sizeof(struct stage *));
	pool->count = pool->opening = count;
	for (size_t i = 0; i < count; i++) {
		struct pool_thread *t = &pool->threads[i];
		t->pool = pool;
		t->worker = pool->workers[i] = worker_new(job, i, count);
		t->started = pthread_create(&t->thread, NULL, run_thread, t) == 0;
		if (!t->started) {
			pthread_mutex_lock(&pool->lock);
			pool->opening -= count - i;
			pool->stopped = true;
			err_set(&pool->open_error, ERR_FATAL, "could not start thread %zu", i + 1);
			pthread_cond_broadcast(&pool->changed);
			pthread_mutex_unlock(&pool->lock);
			break;
		}
	}
	pthread_mutex_lock(&pool->lock);
	while (pool->opening > 0)
		pthread_cond_wait(&pool->changed, &pool->lock);
	bool failed = pool->open_error.class != ERR_NONE;
	pthread_mutex_unlock(&pool->lock);
	if (!failed)
		return pool;
	*err = pool->open_error;
	worker_pool_free(pool);
	return NULL;
}

struct batch *
worker_pool_empty(struct worker_pool *pool)
{
	struct batch *batch = NULL;

	pthread_mutex_lock(&pool->lock);
	while (pool->submitted == pool->written + pool->room && !pool->stopped)
		pthread_cond_wait(&pool->changed, &pool->lock);
	if (!pool->stopped)
		batch = &pool->ring[pool->submitted % pool->room];
	pthread_mutex_unlock(&pool->lock);
	return batch;
}

void
worker_pool_submit(struct worker_pool *pool, struct batch *batch)
{
	pthread_mutex_lock(&pool->lock);
	batch->pending = batch->share_count;
	pool->submitted++;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
}

void
worker_pool_end(struct worker_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->ended = true;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
}

struct batch *
worker_pool_done(struct worker_pool *pool)
{
	struct batch *batch;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		batch = &pool->ring[pool->written % pool->room];
		if (pool->written < pool->submitted && batch->pending == 0)
			break;
		if (pool->written == pool->submitted && pool->ended) {
			batch = NULL;
			break;
		}
		pthread_cond_wait(&pool->changed, &pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	return batch;
}

void
worker_pool_give_back(struct worker_pool *pool, struct batch *batch)
{
	batch_clear(batch);
	pthread_mutex_lock(&pool->lock);
	pool->written++;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
}

void
worker_pool_stop(struct worker_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->stopped = true;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
}

struct stage *const *
worker_pool_workers(const struct worker_pool *pool)
{
	return pool->workers;
}

void
worker_pool_free(struct worker_pool *pool)
{
	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopped = pool->closing = true;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->count; i++) {
		if (pool->threads[i].started)
			pthread_join(pool->threads[i].thread, NULL);
		worker_free(pool->threads[i].worker);
	}
	for (size_t i = 0; i < pool->room; i++)
		batch_free(&pool->ring[i]);
	pthread_cond_destroy(&pool->changed);
	pthread_mutex_destroy(&pool->lock);
	free(pool->threads);
	free(pool->workers);
	free(pool->ring);
	free(pool);
}
