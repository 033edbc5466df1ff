/*
 * worker_pool.h -- workers in threads, batches through them, and out again in order.
 *
 *   reader: empty() ... submit()      workers: worker_take()      writer: done() ... give_back()
 *
 * The ring of batches is what bounds memory: the reader waits when the writer is behind. A stage
 * with a key gives each batch to every worker, which takes the records of its own keys; any other
 * gives each batch to one.
 */
#ifndef STAGE_WORKER_POOL_H
#define STAGE_WORKER_POOL_H

#include "stage/worker.h"

struct worker_pool;

/* Starts the threads and opens their workers; -1 from any open() stops all. */
struct worker_pool *worker_pool_start(struct job *, size_t workers, struct err *);
struct batch *worker_pool_empty(struct worker_pool *); /* waits; NULL: the pool was stopped */
void worker_pool_submit(struct worker_pool *, struct batch *);
void worker_pool_end(struct worker_pool *);           /* the reader has no more */
struct batch *worker_pool_done(struct worker_pool *); /* waits; NULL: all are done */
void worker_pool_give_back(struct worker_pool *, struct batch *);
void worker_pool_stop(struct worker_pool *); /* the writer takes no more: everybody stops waiting */

/* After the last batch: the workers stand still, and may be used from this thread. */
struct stage *const *worker_pool_workers(const struct worker_pool *);

/* Closes the workers, in their threads, and ends these. NULL is fine. */
void worker_pool_free(struct worker_pool *);

#endif
