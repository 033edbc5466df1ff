/* verb_kafka.h -- the rows that verbs share which talk to Kafka; their struct has these members:
 * struct stage_arguments kafka, const char *kafka_config, bool help. */
#ifndef CHATMILL_VERB_KAFKA_H
#define CHATMILL_VERB_KAFKA_H

// clang-format off
#define VERB_KAFKA_ROWS(values)                                                                    \
	OPTION(LIST, values, kafka, NULL, "key=value for librdkafka, as often as needed: "         \
					  "bootstrap.servers=HOST:PORT"),                          \
	OPTION(PATH, values, kafka_config, NULL, "file of such lines, secrets among them"),        \
	OPTION(FLAG, values, help, NULL, "print this text"), {0}
// clang-format on

#endif
