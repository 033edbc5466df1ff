/*
 * kafka_config.h -- what librdkafka is told: brokers, security, tuning, by librdkafka's own names.
 *
 * Defaults of ours < $CHATMILL_KAFKA_* < a properties file < single properties. What exactly-once
 * depends on (transactions, isolation, offsets) is not the user's to set.
 */
#ifndef TRANSPORT_KAFKA_CONFIG_H
#define TRANSPORT_KAFKA_CONFIG_H

#include "base/err.h"
#include "base/str.h"

struct kafka_config;

struct kafka_config *kafka_config_new(void);
void kafka_config_free(struct kafka_config *); /* secrets are overwritten; NULL is fine */

/* CHATMILL_KAFKA_BOOTSTRAP_SERVERS is bootstrap.servers, and so on. ERR_INPUT. */
int kafka_config_add_environment(struct kafka_config *, struct err *);
/* Lines of key=value, # comments; ERR_FATAL: cannot be read. ERR_INPUT names file and line. */
int kafka_config_add_file(struct kafka_config *, const char *path, struct err *);
/* "key=value" from a command line, which is public: a secret is refused. ERR_INPUT. */
int kafka_config_add_argument(struct kafka_config *, const char *pair, struct err *);
/* By the program itself. ERR_FATAL. */
int kafka_config_add(struct kafka_config *, const char *key, const char *value, struct err *);

const char *kafka_config_get(const struct kafka_config *, const char *key); /* NULL: not set */

#endif
