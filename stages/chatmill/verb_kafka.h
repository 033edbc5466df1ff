/* verb_kafka.h -- the rows that verbs share which talk to Kafka; their struct has the members
 * struct stage_arguments kafka, const char *kafka_config, bool help. */
#ifndef CHATMILL_VERB_KAFKA_H
#define CHATMILL_VERB_KAFKA_H

// clang-format off
#define VERB_KAFKA_ROWS(values)                                                                    \
	OPTION(LIST, values, kafka, NULL, "key=value for librdkafka, as often as needed: "         \
					  "bootstrap.servers=HOST:PORT"),                          \
	OPTION(PATH, values, kafka_config, NULL, "file of such lines, secrets among them"),        \
	OPTION(FLAG, values, help, NULL, "print this text"), {0}
/* Of those that read records: const char *schema_dir, *registry, *registry_user,
 * *registry_password, *registry_token. */
#define VERB_SCHEMA_ROWS(values)                                                                   \
	OPTION(PATH, values, schema_dir, NULL, "folder of *.avsc files, for schemas not in Kafka"), \
	OPTION(TEXT, values, registry, NULL, "URL of the schema registry, where there is one; or " \
					     "$CHATMILL_REGISTRY_URL"),                             \
	OPTION(TEXT, values, registry_user, NULL, "who asks it; with the password"),               \
	OPTION(SECRET, values, registry_password, NULL, "that user's password"),                   \
	OPTION(SECRET, values, registry_token, NULL, "a bearer token instead")
#define VERB_REGISTRY(v)                                                                           \
	((struct registry_plan){.url = (v)->registry, .user = (v)->registry_user,                  \
				.password = (v)->registry_password, .token = (v)->registry_token})
// clang-format on

#endif
